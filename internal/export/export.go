// Package export writes all that a newsroom has into a folder, as ninjs 3.1 with every photo, video and sound, so that
// nobody is locked in: stories of every status, all their revisions, sources with the identities that nobody may learn,
// comments, and where articles stood before. What was withdrawn by a takedown is left out. Importing the folder
// (internal/importer/ninjs) gives the same stories.
//
//	DIR/stories/3f/3fa9…/story.json     what there is of a story besides its articles
//	DIR/stories/3f/3fa9…/fa.2.json      the second revision of its Persian article
//	DIR/media/5f/5fd0…/media.json       a photo, and its renditions beside
//	DIR/export.json                     what was written, last: a folder without it was not finished
//	DIR/SHA256SUMS                      a hash of each file, as sha256sum reads them
//
// With Public there are the documents of what readers see alone, as they stand beside the pages (SPEC.md, section 21).
//
//	report, err := export.Export(ctx, st, root, export.Options{Publisher: "The Lantern"})
package export

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"coranto/internal/durable"
	"coranto/internal/news"
	"coranto/internal/ninjs"
	"coranto/internal/store"
)

// Store is what an export reads of a newsroom's store. Package store says more of each method.
type Store interface {
	store.Holdings
	// Story returns a story with the newest revision of each of its articles, whatever their status.
	Story(ctx context.Context, id string) (news.Story, error)
	// Comments returns what readers of another system wrote under a story.
	Comments(ctx context.Context, story string) ([]news.Comment, error)
	// Media returns a media by its ID, OpenRendition the bytes of a rendition by their SHA-256 in hex.
	Media(ctx context.Context, id string) (news.Media, error)
	OpenRendition(ctx context.Context, sha256 string) (io.ReadCloser, error)
	// Withdrawn returns the first of some names under which a story was withdrawn; "" when none was.
	Withdrawn(ctx context.Context, names ...string) (string, error)
}

// Options are what an export depends on besides the store.
type Options struct {
	// Publisher is the newsroom's name.
	Publisher string
	// Public leaves out all that readers are not shown at Now.
	Public bool
	Now    time.Time
	// Progress is told of each story: how many are done, of how many. It may be nil.
	Progress func(done, total int)
}

// A Report says what an export wrote: Stories + Withdrawn + Hidden + len(Problems) = Total.
type Report struct {
	// Total is how many stories the store has.
	Total   int `json:"total"`
	Stories int `json:"stories"`
	// Withdrawn are left out because the newsroom took them back, Hidden because a public export shows nothing of them.
	Withdrawn int `json:"withdrawn"`
	Hidden    int `json:"hidden"`
	Articles  int `json:"articles"`
	Revisions int `json:"revisions"`
	Comments  int `json:"comments"`
	Addresses int `json:"addresses"`
	Media     int `json:"media"`
	// Missing are figures whose files the newsroom does not have.
	Missing int   `json:"missing"`
	Files   int   `json:"files"`
	Bytes   int64 `json:"bytes"`
	// Problems are the stories that could not be written, with the reason.
	Problems []Problem `json:"problems"`
}

// A Problem is a story that could not be written.
type Problem struct {
	Story  string `json:"story"`
	Reason string `json:"reason"`
}

// The files of an export besides its stories and media.
const (
	reportFile = "export.json"
	sumsFile   = "SHA256SUMS"
	sumsDraft  = ".sums"
)

// ErrOther is returned for a folder that has something else in it than an export of the same kind.
var ErrOther = errors.New("the folder has something else in it than an export of this kind")

// Export writes everything into a folder, which is empty or has an earlier export of the same kind: that is brought up to
// date, and what is no more is removed from it. Files are the owner's alone to read. An error is the store's, the folder's
// or the context's; the next export goes on after it.
func Export(ctx context.Context, st Store, root *os.Root, opt Options) (Report, error) {
	x := &exporting{ctx: ctx, st: st, root: root, opt: opt, media: map[[32]byte]bool{}, kept: map[string]bool{}}
	x.report.Problems = []Problem{}
	if err := x.begin(); err != nil {
		return x.report, err
	}
	err := x.stories()
	err = errors.Join(err, x.sums.Flush(), x.list.Close())
	if err == nil {
		err = x.end()
	}
	return x.report, err
}

// An exporting is one export under way.
type exporting struct {
	ctx    context.Context
	st     Store
	root   *os.Root
	opt    Options
	report Report
	// list is the list of hashes, sums what is written to it.
	list *os.File
	sums *bufio.Writer
	// media are the IDs of those that are written, kept the folders that stay: stories/3f/3fa9….
	media map[[32]byte]bool
	kept  map[string]bool
}

// begin looks whether the folder may be written to, and marks it as unfinished.
func (x *exporting) begin() error {
	entries, err := fs.ReadDir(x.root.FS(), ".")
	if err != nil {
		return err
	}
	allowed := []string{reportFile, sumsFile, sumsDraft, "stories", "media"}
	for _, e := range entries {
		public := x.opt.Public && e.IsDir() && !strings.HasPrefix(e.Name(), ".")
		if !slices.Contains(allowed, e.Name()) && !public {
			return fmt.Errorf("%w: %q", ErrOther, e.Name())
		}
	}
	if len(entries) > 0 {
		if err := x.sameKind(); err != nil {
			return err
		}
	}
	if err := x.root.Chmod(".", 0o700); err != nil {
		return err
	}
	if err := x.mark(false); err != nil {
		return err
	}
	x.list, err = x.root.OpenFile(sumsDraft, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	x.sums = bufio.NewWriter(x.list)
	return err
}

// A mark is what export.json says.
type mark struct {
	// Export is what kind it is: everything, or public.
	Export   string `json:"coranto_export"`
	Finished bool   `json:"finished"`
	Report
}

func (x *exporting) kind() string {
	if x.opt.Public {
		return "public"
	}
	return "everything"
}

// sameKind refuses a folder with an export of the other kind: what is private must not stay in what is given away.
func (x *exporting) sameKind() error {
	b, err := durable.ReadFile(x.root.FS(), reportFile, 1<<20)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrOther, err)
	}
	var m mark
	if err := json.Unmarshal(b, &m); err != nil || m.Export != x.kind() {
		return fmt.Errorf("%w: %s says %q, this one is %q", ErrOther, reportFile, m.Export, x.kind())
	}
	return nil
}

func (x *exporting) mark(finished bool) error {
	b, err := json.MarshalIndent(mark{x.kind(), finished, x.report}, "", "  ")
	if err != nil {
		return err
	}
	return durable.WriteGuarded(x.root, reportFile, bytes.NewReader(append(b, '\n')))
}

// end removes what is no more, and says that the export is whole.
func (x *exporting) end() error {
	if err := x.sweep(); err != nil {
		return err
	}
	if err := x.root.Rename(sumsDraft, sumsFile); err != nil {
		return err
	}
	if err := durable.Flush(x.root); err != nil {
		return err
	}
	return x.mark(true)
}

// stories writes one story after the other.
func (x *exporting) stories() error {
	total := 0
	for _, err := range x.st.IDs(x.ctx) {
		if err != nil {
			return err
		}
		total++
	}
	for id, err := range x.st.IDs(x.ctx) {
		if err == nil {
			err = x.ctx.Err()
		}
		if err == nil {
			err = x.one(id)
		}
		if err != nil {
			return err
		}
		x.report.Total++
		if x.opt.Progress != nil {
			x.opt.Progress(x.report.Total, total)
		}
	}
	return nil
}

// errHeld is of a story that can't be written although the store and the folder work.
type errHeld struct{ error }

// one writes a story, and notes what became of it. An error ends the export.
func (x *exporting) one(id string) error {
	st, err := x.st.Story(x.ctx, id)
	if err != nil {
		return err
	}
	withdrawn, err := x.st.Withdrawn(x.ctx, st.Names()...)
	if err != nil {
		return err
	}
	if withdrawn != "" {
		x.report.Withdrawn++
		return nil
	}
	write := x.whole
	if x.opt.Public {
		write = x.public
	}
	before := x.report
	wrote, err := write(st)
	var held errHeld
	switch {
	case errors.As(err, &held):
		x.report = before
		x.report.Problems = append(x.report.Problems, Problem{id, held.Error()})
		return nil
	case err != nil:
		return fmt.Errorf("story %q: %w", id, err)
	case wrote:
		x.report.Stories++
	default:
		x.report.Hidden++
	}
	return nil
}

// whole writes all that there is of a story: its media, each revision, and last what holds them together.
func (x *exporting) whole(st news.Story) (bool, error) {
	folder := ninjs.StoryPath(st.ID)
	w := ninjs.Whole{Story: st, Articles: map[string]int{}, Stood: map[string]string{}}
	w.Story.Articles = nil
	names := map[string]bool{ninjs.WholeFile: true}
	for _, a := range st.Articles {
		for revision, err := range x.st.History(x.ctx, st.ID, a.Lang) {
			if err != nil {
				return false, err
			}
			if revision.Number == a.Number {
				revision.File = a.File
			}
			name := ninjs.ArticlePath(a.Lang, revision.Number)
			if err := x.revision(st, revision, path.Join(folder, name)); err != nil {
				return false, err
			}
			names[name] = true
			w.Articles[a.Lang]++
		}
		x.report.Articles++
	}
	var err error
	if w.Comments, err = x.st.Comments(x.ctx, st.ID); err != nil {
		return false, err
	}
	stood, err := x.st.Stood(x.ctx, st.ID)
	if err != nil {
		return false, err
	}
	for _, m := range stood {
		w.Stood[m.Address] = m.Lang
	}
	b, err := ninjs.EncodeWhole(w, ninjs.Extra{Publisher: x.opt.Publisher})
	if err != nil {
		return false, errHeld{err}
	}
	x.report.Comments += len(w.Comments)
	x.report.Addresses += len(w.Stood)
	x.kept[folder] = true
	return true, errors.Join(x.write(path.Join(folder, ninjs.WholeFile), b), x.only(folder, names))
}

// revision writes a revision of an article, and the media that it shows.
func (x *exporting) revision(st news.Story, a news.Article, name string) error {
	st.Articles = []news.Article{a}
	dropClaims(&st)
	var shown []news.Media
	for id := range st.Articles[0].Revision.Media() {
		if slices.ContainsFunc(shown, func(m news.Media) bool { return m.ID == id }) {
			continue
		}
		m, err := x.st.Media(x.ctx, id)
		if err != nil {
			return errHeld{fmt.Errorf("article %s: media %s: %w", a.Lang, id, err)}
		}
		if err := x.oneMedia(m); err != nil {
			return err
		}
		shown = append(shown, m)
	}
	for f := range st.Articles[0].Revision.Figures() {
		if f.Missing != "" {
			x.report.Missing++
		}
	}
	b, err := ninjs.EncodeArticle(st, shown, ninjs.Extra{Publisher: x.opt.Publisher, HTML: ninjs.HTML(st.Articles[0].Revision, func(id string) string {
		if i := slices.IndexFunc(shown, func(m news.Media) bool { return m.ID == id }); i >= 0 {
			return "../../../" + path.Join(ninjs.MediaPath(id), shown[i].Renditions[0].Name)
		}
		return ""
	})})
	if err != nil {
		return errHeld{err}
	}
	x.report.Revisions++
	return x.write(name, b)
}

// dropClaims has the words of a story's only article make no claim that the story no longer has: an earlier revision may.
func dropClaims(st *news.Story) {
	had := map[string]bool{"": true}
	for _, c := range st.Claims {
		had[c.ID] = true
	}
	st.Articles[0].Revision.DropClaims(had)
}

// oneMedia writes a media, unless that was done already: its renditions, then its document.
func (x *exporting) oneMedia(m news.Media) error {
	key, err := hex.DecodeString(m.ID)
	if err != nil || len(key) != 32 {
		return errHeld{fmt.Errorf("media %q has no hash for an ID", m.ID)}
	}
	if x.media[[32]byte(key)] {
		return nil
	}
	folder := ninjs.MediaPath(m.ID)
	names := map[string]bool{ninjs.MediaFile: true}
	for _, r := range m.Renditions {
		if err := x.rendition(path.Join(folder, r.Name), r); err != nil {
			return err
		}
		names[r.Name] = true
	}
	b, err := ninjs.EncodeMedia(m, ninjs.Extra{Publisher: x.opt.Publisher})
	if err != nil {
		return errHeld{err}
	}
	x.report.Media++
	x.media[[32]byte(key)], x.kept[folder] = true, true
	return errors.Join(x.write(path.Join(folder, ninjs.MediaFile), b), x.only(folder, names))
}

// rendition writes the bytes of a rendition, unless they are there already.
func (x *exporting) rendition(name string, r news.Rendition) error {
	x.note(name, r.SHA256, r.Size)
	if info, err := x.root.Lstat(name); err == nil && info.Mode().IsRegular() && info.Size() == r.Size {
		return nil
	}
	from, err := x.st.OpenRendition(x.ctx, r.SHA256)
	if err != nil {
		return errHeld{fmt.Errorf("rendition %s: %w", name, err)}
	}
	defer from.Close()
	return durable.WriteGuarded(x.root, name, from)
}

// write writes a document.
func (x *exporting) write(name string, b []byte) error {
	sum := sha256.Sum256(b)
	x.note(name, hex.EncodeToString(sum[:]), int64(len(b)))
	return durable.WriteGuarded(x.root, name, bytes.NewReader(b))
}

// note puts a file into the list of hashes.
func (x *exporting) note(name, sum string, size int64) {
	x.report.Files++
	x.report.Bytes += size
	fmt.Fprintf(x.sums, "%s  %s\n", sum, name)
}

package wordpress

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"coranto/internal/importer"
	"coranto/internal/importer/foreign"
)

// ExportOptions are what the import of an export depends on besides its files.
type ExportOptions struct {
	// Languages are the newsroom's, canonical tags; a post in another one is refused. None allows all.
	Languages []string
	// Language is that of posts which don't say theirs themselves; empty takes what the site says of itself.
	Language string
	// Zone is the time zone of times that have none; nil takes what most posts of the export were written in.
	Zone *time.Location
	// Scratch is the folder for a file that is there during the import alone; empty is the system's.
	Scratch string
}

// An Export is what WordPress writes under Tools, Export (WXR), in one file or in several that follow each other: an
// importer.Source. It reads an item at a time, of an export of any size.
//
//	x, err := wordpress.OpenExport([]string{"site.xml"}, wordpress.ExportOptions{Languages: []string{"en", "fa"}})
//	…
//	defer x.Close()
//	report, err := importer.Import(ctx, st, x, importer.Options{…})
type Export struct {
	opt   ExportOptions
	parts []part
	files []*foreign.Files
	// site is what the export says of the site, index what the survey found.
	site  *site
	index *index
}

// A part is one file of an export.
type part struct {
	name string
	open func() (io.ReadCloser, error)
	// identity is the same as long as the file is.
	identity string
}

// OpenExport opens an export: files in the order in which they were written, plain or packed with gzip, zip archives of
// them, as WordPress.com makes, or folders. Of archives and folders it takes what is named as exports are: NAME.xml.
func OpenExport(names []string, opt ExportOptions) (*Export, error) {
	x := &Export{opt: opt}
	for _, name := range names {
		if err := x.add(name); err != nil {
			return nil, errors.Join(err, x.Close())
		}
	}
	if len(x.parts) == 0 {
		return nil, fmt.Errorf("%s: nothing there is called NAME.xml", strings.Join(names, ", "))
	}
	return x, nil
}

// add adds a file, an archive or a folder.
func (x *Export) add(name string) error {
	files, err := foreign.Open(name)
	if err != nil {
		return err
	}
	x.files = append(x.files, files)
	list := files.List()
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	for _, r := range files.Refused() {
		open := func() (io.ReadCloser, error) { return nil, errors.New(r.Reason) }
		x.parts = append(x.parts, part{name: name + "/" + r.Name, open: open, identity: r.Name})
	}
	alone := !info.IsDir() && len(list) == 1
	for _, f := range list {
		switch path.Ext(f.Name) {
		case ".gz", ".zip":
			if info.IsDir() {
				if err := x.add(filepath.Join(name, filepath.FromSlash(f.Name))); err != nil {
					return err
				}
				continue
			}
			if path.Ext(name) == ".zip" { // an archive in an archive
				continue
			}
		case ".xml":
		default:
			if !alone {
				continue
			}
		}
		p := part{name: name, open: func() (io.ReadCloser, error) { return files.Open(f.Name) }}
		if !alone {
			p.name = name + "/" + f.Name
		}
		p.identity = fmt.Sprintf("%s %s %d", files.Identity(), f.Name, f.Size)
		x.parts = append(x.parts, p)
	}
	return nil
}

// Close closes the export's files, and removes what the import kept on disk.
func (x *Export) Close() error {
	var all []error
	for _, f := range x.files {
		all = append(all, f.Close())
	}
	if x.index != nil {
		all = append(all, x.index.words.Close())
	}
	return errors.Join(all...)
}

// Identity names the export as its files are now, and what the marks of an import depend on besides them.
func (x *Export) Identity() string {
	sum := sha256.New()
	fmt.Fprintf(sum, "%q %q %v", x.opt.Languages, x.opt.Language, x.opt.Zone)
	for _, p := range x.parts {
		fmt.Fprintf(sum, " %q", p.identity)
	}
	return "wxr:" + hex.EncodeToString(sum.Sum(nil)[:16])
}

// A spot is where a piece stands in an export: in which part, at which of its bytes, on which of its lines, from 1. Pieces
// before the byte guess are guessed (splitter).
type spot struct {
	part  int
	off   int64
	line  int
	guess int64
}

// position returns the spot as one number, which grows along the export.
func (s spot) position() int64 { return int64(s.part)<<44 | s.off }

// mark returns the mark of what was brought in up to the item number n of the piece at the spot.
func (s spot) mark(n int) string {
	return fmt.Sprintf("%d:%d:%d:%d:%d", s.part, s.off, s.line, s.guess, n)
}

// parseMark reads a mark; "" is the beginning.
func (x *Export) parseMark(mark string) (s spot, n int, err error) {
	if mark == "" {
		return spot{line: 1}, 0, nil
	}
	_, err = fmt.Sscanf(mark, "%d:%d:%d:%d:%d", &s.part, &s.off, &s.line, &s.guess, &n)
	if err != nil || s.part < 0 || s.part >= len(x.parts) || s.off < 0 || n < 0 {
		return s, 0, fmt.Errorf("%q is no mark of this export", mark)
	}
	return s, n, nil
}

// place returns where a piece stands for people, and what its item is called.
func (x *Export) place(s spot, item string) importer.Place {
	return importer.Place{File: fmt.Sprintf("%s:%d", x.parts[s.part].name, s.line), Item: item}
}

// Survey reads the whole export once. It counts what there is, remembers what posts refer to, and tells where articles
// stood on the web.
func (x *Export) Survey(ctx context.Context, s *importer.Survey) error {
	if x.index != nil {
		if err := x.index.words.Close(); err != nil {
			return err
		}
	}
	x.index, x.site = newIndex(x.opt.Scratch), newSite(x.opt)
	if s.Has == nil {
		s.Has = make(map[string]int)
	}
	wrong := errNoExport // what is wrong with the first file that is none
	for r, err := range each(ctx, x, spot{line: 1}, x.glean) {
		if err != nil {
			return err
		}
		if err := x.note(r.at, r.val, s.Has); err != nil {
			return err
		}
		if g := r.val; g.kind == "file" && g.err != nil && wrong == errNoExport {
			wrong = fmt.Errorf("%s: %w", x.parts[r.at.part].name, g.err)
		}
	}
	if !x.site.export {
		return wrong
	}
	if err := x.index.seal(); err != nil {
		return err
	}
	x.site.settle()
	if s.Moved == nil {
		return nil
	}
	return x.moved(ctx, s.Moved)
}

// Items yields the export's items in the order in which they stand there. Those of a post are the post, and its comments.
func (x *Export) Items(ctx context.Context, after string) iter.Seq2[importer.Item, error] {
	return func(yield func(importer.Item, error) bool) {
		from, done, err := x.parseMark(after)
		if err == nil && x.index == nil {
			err = x.Survey(ctx, &importer.Survey{})
		}
		if err != nil {
			yield(importer.Item{}, err)
			return
		}
		for r, err := range each(ctx, x, from, x.items) {
			if err != nil {
				yield(importer.Item{}, err)
				return
			}
			for i, item := range r.val {
				if r.at == from && i < done {
					continue
				}
				item.Mark = r.at.mark(i + 1)
				if !yield(item, nil) {
					return
				}
			}
		}
	}
}

// openPart opens a part of the export as text, behind its first bytes. Close the file, not the text.
func (x *Export) openPart(s spot) (io.Closer, *foreign.Text, error) {
	file, err := x.parts[s.part].open()
	if err != nil {
		return nil, nil, err
	}
	text, err := foreign.NewText(file)
	if err == nil && s.off > 0 {
		_, err = io.CopyN(io.Discard, text, s.off)
	}
	if err != nil {
		file.Close()
		return nil, nil, err
	}
	return file, text, nil
}

// isExport says whether the first tag of a file is that of an export.
func isExport(root []byte) bool {
	return bytes.HasPrefix(root, []byte("<rss")) && strings.Contains(string(root), "wordpress.org/export/")
}

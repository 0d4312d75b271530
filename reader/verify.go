package reader

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"coranto/edition"
)

// An Audit is what Verify found out about a whole mirror.
type Audit struct {
	edition.Verdict
	// Objects is the number of objects that the edition consists of, Bytes how much was read in all.
	Objects int
	Bytes   int64
	// Problems are what is wrong, sorted by file. The mirror is authentic and whole when there are none.
	Problems []Problem
}

// A Problem is one thing that is wrong with a mirror.
type Problem struct {
	// File is the path on the mirror.
	File   string `json:"file"`
	Reason string `json:"reason"`
	// Stray says that nothing in the edition leads to the file: no reader would be shown it.
	Stray bool `json:"stray,omitempty"`
}

// VerifyOptions are what Verify may be told.
type VerifyOptions struct {
	// Now is the device's clock; nil is time.Now.
	Now func() time.Time
	// NotBefore is a time that has certainly passed (edition.Sighting); zero when none is known.
	NotBefore time.Time
	// Progress is called now and then with the number of files that were checked and how many there are; it may be nil.
	Progress func(done, total int)
}

// A Lister is a source that can say which files it has, so that Verify finds those which don't belong there.
type Lister interface {
	// Files yields the paths of all files, and an error for each that is no plain file. Folders are not yielded.
	Files(ctx context.Context) iter.Seq2[string, error]
}

// Verify checks a whole mirror, every byte of it: the trust, the log with all its tiles, the manifest, the tree, each
// object and piece, each plain page and its twin, and, where the source is a Lister, that there is nothing else.
// It goes on after a problem as far as it can. The error is nil however bad the mirror is; it is the context's.
func Verify(ctx context.Context, src Source, m edition.Masthead, opt VerifyOptions) (Audit, error) {
	a := &auditor{src: src, seen: map[string]bool{}, now: time.Now, notBefore: opt.NotBefore, progress: func(int, int) {}}
	if opt.Now != nil {
		a.now = opt.Now
	}
	if opt.Progress != nil {
		a.progress = opt.Progress
	}
	a.Authentic, a.Whole = true, true
	a.run(ctx, m)
	slices.SortFunc(a.Problems, func(x, y Problem) int {
		return strings.Compare(x.File+"\x00"+x.Reason, y.File+"\x00"+y.Reason)
	})
	a.Problems = slices.Compact(a.Problems)
	return a.Audit, ctx.Err()
}

// An auditor is the state of one Verify. Its mutex guards everything but what stands before it.
type auditor struct {
	src       Source
	now       func() time.Time
	notBefore time.Time
	progress  func(done, total int)

	mu sync.Mutex
	Audit
	seen    map[string]bool // the paths that belong to the edition
	objects map[edition.Hash]bool
	trust   *edition.Trust // once it is refreshed
	log     *edition.Log   // once it is proved
}

// altered notes a file whose bytes are not the newsroom's.
func (a *auditor) altered(file, reason string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.Authentic = false
	a.Problems = append(a.Problems, Problem{File: file, Reason: reason})
}

// stray notes a file that nothing leads to and that somebody else put there.
func (a *auditor) stray(file, reason string) {
	a.Authentic = false
	a.Problems = append(a.Problems, Problem{File: file, Reason: reason, Stray: true})
}

// missing notes a file that can't be had.
func (a *auditor) missing(file string, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.Whole = false
	reason := err.Error()
	if errors.Is(err, fs.ErrNotExist) {
		reason = "missing"
	}
	a.Problems = append(a.Problems, Problem{File: file, Reason: reason})
}

// fetch reads a file that belongs to the edition and notes nothing.
func (a *auditor) fetch(ctx context.Context, file string, max int64) ([]byte, error) {
	b, err := a.src.Fetch(ctx, file, max)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.seen[file] = true
	a.Bytes += int64(len(b))
	return b, err
}

// A fetchError says which file could not be had, to who asked the edition's code for something that rests on it.
type fetchError struct {
	file string
	err  error
}

func (e *fetchError) Error() string { return e.err.Error() }
func (e *fetchError) Unwrap() error { return e.err }

// lend is fetch for the edition's code, whose errors blame then understands.
func (a *auditor) lend(ctx context.Context, file string, max int64) ([]byte, error) {
	b, err := a.fetch(ctx, file, max)
	if err != nil {
		err = &fetchError{file, err}
	}
	return b, err
}

// want reads a file that must be there, and notes it when it can't be had.
func (a *auditor) want(ctx context.Context, file string, max int64) ([]byte, bool) {
	b, err := a.fetch(ctx, file, max)
	if err == nil {
		return b, true
	}
	if ctx.Err() == nil {
		a.refused(file, err)
	}
	return nil, false
}

// refused notes a file that was not to be had, or not within the size that it may have.
func (a *auditor) refused(file string, err error) {
	if errors.Is(err, ErrTooLong) {
		a.altered(file, err.Error())
		return
	}
	a.missing(file, err)
}

// wantBytes checks that a file is there and is just these bytes.
func (a *auditor) wantBytes(ctx context.Context, file string, want []byte) {
	if got, ok := a.want(ctx, file, int64(len(want))); ok && !bytes.Equal(got, want) {
		a.altered(file, "differs from what the edition says")
	}
}

// blame notes an error of the edition's code, under the file that it names or else the one that was asked for.
func (a *auditor) blame(file string, err error) {
	var fetch *fetchError
	if errors.As(err, &fetch) {
		a.refused(fetch.file, fetch.err)
		return
	}
	var inv *edition.InvalidError
	if !errors.As(err, &inv) {
		a.missing(file, err)
		return
	}
	if strings.Contains(inv.What, "/") || inv.What == edition.LatestPath {
		file = inv.What
	}
	a.altered(file, inv.Err.Error())
}

// blameAll blames each of the errors that err joins.
func (a *auditor) blameAll(file string, err error) {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, err := range joined.Unwrap() {
			a.blame(file, err)
		}
		return
	}
	a.blame(file, err)
}

// check notes a file that an error says something of.
func (a *auditor) check(file string, err error) {
	if err != nil {
		a.altered(file, reason(err))
	}
}

// reason returns an error's words without the file that an *InvalidError names.
func reason(err error) string {
	var inv *edition.InvalidError
	if errors.As(err, &inv) {
		err = inv.Err
	}
	return err.Error()
}

func (a *auditor) run(ctx context.Context, m edition.Masthead) {
	head, ok := a.head(ctx, m)
	complete := false
	if ok {
		a.checkLog(ctx, head)
		a.wantBytes(ctx, edition.ObjectPath(head.ManifestHash), head.ManifestBytes)
		complete = a.checkTree(ctx, head.Manifest)
	}
	if l, isLister := a.src.(Lister); isLister && complete && ctx.Err() == nil {
		a.checkStrays(ctx, l)
	}
}

// head verifies the trust and the newest head under it.
func (a *auditor) head(ctx context.Context, m edition.Masthead) (head edition.Head, ok bool) {
	trust, err := edition.NewTrust(m.Root)
	if err != nil {
		a.altered("masthead", err.Error())
		return head, false
	}
	if err := trust.Refresh(ctx, a.lend); err != nil {
		a.blame(edition.TimestampPath, err)
		return head, false
	}
	a.trust = trust
	a.checkRoots(ctx, m)
	b, ok := a.want(ctx, edition.LatestPath, edition.MaxLatest)
	if !ok {
		return head, false
	}
	if head, err = trust.Policy().OpenLatest(b); err != nil {
		a.blame(edition.LatestPath, err)
		return head, false
	}
	a.wantBytes(ctx, edition.CheckpointPath, head.Note)
	a.Edition, a.AsOf, a.Word = head.Manifest.Edition, head.AsOf, head.Word
	seen := edition.Sighting{AsOf: head.AsOf, NotBefore: a.notBefore, MaxAge: trust.Policy().MaxAge, TrustExpires: trust.Expires()}
	if isLive(a.src) {
		seen.Live = head.AsOf
	}
	a.Fresh, a.Age = edition.Judge(a.now(), seen)
	return head, true
}

// checkRoots follows the mirror's whole chain of roots, which must lead through the masthead's.
func (a *auditor) checkRoots(ctx context.Context, m edition.Masthead) {
	through := false
	err := a.trust.CheckRoots(ctx, func(ctx context.Context, file string, max int64) ([]byte, error) {
		b, err := a.lend(ctx, file, max)
		through = through || bytes.Equal(b, m.Root)
		return b, err
	})
	if err != nil {
		a.blame(edition.RootPath(1), err)
	} else if !through {
		a.altered(edition.RootPath(1), "leads to other roots than the masthead's")
	}
}

// checkLog checks every record and tile of the log against its head.
func (a *auditor) checkLog(ctx context.Context, head edition.Head) {
	log, err := edition.ReadLog(ctx, head.Checkpoint, a.lend)
	if err != nil {
		a.blameAll(edition.CheckpointPath, err)
		return
	}
	a.log = log
	for _, file := range log.Paths() {
		if b, ok := a.want(ctx, file, edition.MaxLatest); ok {
			a.check(file, log.CheckFile(file, b))
		}
	}
}

// workers is the number of files that Verify checks at once.
const workers = 4

// checkTree checks every node and file, and says whether it got to the end.
func (a *auditor) checkTree(ctx context.Context, m edition.Manifest) bool {
	a.objects = map[edition.Hash]bool{}
	tree := edition.Tree{Root: m.Root, Get: func(ctx context.Context, h edition.Hash) ([]byte, error) {
		a.countObject(h)
		return a.lend(ctx, edition.ObjectPath(h), edition.MaxNode)
	}}
	var g errgroup.Group
	g.SetLimit(workers)
	var files, size uint64
	checked := func(yield func(edition.Leaf, error) bool) {
		for leaf, err := range tree.Range(ctx, "", "") {
			if err == nil {
				files++
				size += uint64(leaf.Entry.Size)
				g.Go(func() error {
					a.checkFile(ctx, leaf)
					return nil
				})
				a.progress(int(files), int(m.Files))
			}
			if !yield(leaf, err) {
				return
			}
		}
	}
	root, err := edition.Build(checked, func(edition.Hash, []byte) error { return nil })
	g.Wait()
	switch {
	case err != nil:
		a.blame(edition.ObjectPath(m.Root), err)
	case root != m.Root:
		a.altered(edition.ObjectPath(m.Root), "the tree is not cut as the format cuts it")
	case files != m.Files || size != m.Bytes:
		a.altered(edition.LatestPath, fmt.Sprintf("the manifest says %d files of %d bytes, the tree has %d of %d",
			m.Files, m.Bytes, files, size))
	}
	return err == nil
}

func (a *auditor) countObject(h edition.Hash) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.objects[h] {
		a.objects[h] = true
		a.Objects++
	}
}

// object reads an object and checks its bytes against its name.
func (a *auditor) object(ctx context.Context, h edition.Hash, size int64) ([]byte, bool) {
	a.countObject(h)
	b, ok := a.want(ctx, edition.ObjectPath(h), size)
	if ok && (edition.Sum(b) != h || int64(len(b)) != size) {
		a.altered(edition.ObjectPath(h), "its bytes have another hash")
		ok = false
	}
	return b, ok
}

// checkFile checks one file: its list, objects and pieces, and the plain page that browsers without a reader get.
func (a *auditor) checkFile(ctx context.Context, l edition.Leaf) {
	e := l.Entry
	if !e.Inline() {
		list, ok := a.object(ctx, e.List, e.ListSize())
		if !ok {
			return
		}
		var err error
		if e, err = e.WithList(list); err != nil {
			a.altered(edition.ObjectPath(e.List), err.Error())
			return
		}
	}
	stored := make([]byte, 0, e.Size)
	for i, h := range e.Objects {
		b, ok := a.object(ctx, h, e.ObjectSize(i))
		if !ok {
			return
		}
		stored = append(stored, b...)
	}
	for i, h := range e.Pieces {
		if from := i * edition.PieceSize; edition.Sum(stored[from:min(len(stored), from+edition.PieceSize)]) != h {
			a.altered(l.Path, fmt.Sprintf("piece %d has another hash than its entry says", i))
		}
	}
	if e.Loose {
		a.checkHeld(ctx, e)
	}
	plain, err := e.Decode(stored)
	if err != nil {
		a.altered(l.Path, err.Error())
		return
	}
	a.wantBytes(ctx, l.Path, plain)
	if e.Gzip {
		a.checkTwin(ctx, l.Path+edition.TwinSuffix, stored)
	}
}

// checkHeld checks that all of a loose file is there, in pieces too.
func (a *auditor) checkHeld(ctx context.Context, e edition.Entry) {
	for h, size := range e.Held() {
		a.object(ctx, h, size)
	}
}

// checkTwin checks a page's gzip twin, which a mirror need not have.
func (a *auditor) checkTwin(ctx context.Context, file string, want []byte) {
	got, err := a.fetch(ctx, file, int64(len(want)))
	switch {
	case errors.Is(err, fs.ErrNotExist) || ctx.Err() != nil:
	case errors.Is(err, ErrTooLong), err == nil && !bytes.Equal(got, want):
		a.altered(file, "differs from what the edition says")
	case err != nil:
		a.missing(file, err)
	}
}

// checkStrays looks at every file that nothing led to. What an older edition left is allowed where its name proves it:
// objects, and tiles of the same log. Anything else was put there by somebody else.
func (a *auditor) checkStrays(ctx context.Context, l Lister) {
	for file, err := range l.Files(ctx) {
		switch {
		case err != nil:
			a.stray(file, err.Error())
		case !a.seen[file]:
			a.checkStray(ctx, file)
		}
	}
}

func (a *auditor) checkStray(ctx context.Context, file string) {
	b, err := a.fetch(ctx, file, edition.MaxObject)
	if err != nil {
		a.stray(file, err.Error())
		return
	}
	switch top, _, _ := strings.Cut(file, "/"); {
	case top == "o":
		if h, ok := edition.ParseObjectPath(file); !ok || edition.Sum(b) != h {
			err = errors.New("its bytes have another hash")
		}
	case top == "log" && a.log != nil:
		err = a.log.CheckFile(file, b)
	case top == "trust":
		err = a.trust.CheckFile(file, b)
	default:
		err = errors.New("is not part of the edition")
	}
	if err != nil {
		a.stray(file, reason(err))
	}
}

// Files walks the folder. Names that begin with a dot are left out: no mirror serves them.
func (s *FolderSource) Files(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		err := fs.WalkDir(s.root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
			switch {
			case ctx.Err() != nil:
				return ctx.Err()
			case err == nil && name != "." && strings.HasPrefix(d.Name(), "."):
				if d.IsDir() {
					return fs.SkipDir
				}
				return nil
			case err == nil && d.IsDir():
				return nil
			case err == nil && !d.Type().IsRegular():
				err = errors.New("is not a plain file")
			}
			if !yield(name, err) {
				return fs.SkipAll
			}
			return nil
		})
		if err != nil {
			yield(".", err)
		}
	}
}

package publish

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"coranto/edition"
	"coranto/internal/site"
	"coranto/internal/store"
)

// render renders what changed, or everything when what the pages depend on besides the store has changed, and puts the
// objects of each file whose bytes differ from the last edition's.
func (r *run) render(ctx context.Context) error {
	full := r.Again || r.last.Number == 0 || r.last.Fingerprint != r.Site.Fingerprint()
	units, total, err := r.units(ctx, full)
	if err != nil {
		return err
	}
	made := map[string]bool{}
	var packs []site.Unit
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	done := 0
	for u, unitErr := range units {
		if err = errors.Join(unitErr, ctx.Err()); err != nil {
			break
		}
		done++
		r.Progress("render", done, total)
		if ofPacks(u) {
			packs = append(packs, u)
			continue
		}
		g.Go(func() error { return r.renderUnit(ctx, u, made) })
	}
	if err = errors.Join(g.Wait(), err); err != nil {
		return err
	}
	if err := r.renderPacks(ctx, packs, made); err != nil {
		return err
	}
	if err := r.takeMasthead(ctx, made); err != nil || !full {
		return err
	}
	return r.removeOthers(ctx, "", made)
}

// units returns what to render and about how many that are; 0 when nobody knows.
func (r *run) units(ctx context.Context, full bool) (iter.Seq2[site.Unit, error], int, error) {
	if full {
		return r.Site.All(ctx, r.snap), 0, nil
	}
	units, err := r.Site.Touched(ctx, r.snap, r.snap.Changes(ctx, r.last.Seq))
	return func(yield func(site.Unit, error) bool) {
		for _, u := range units {
			if !yield(u, nil) {
				return
			}
		}
	}, len(units), err
}

// renderUnit renders one unit, takes its files and removes those that it no longer has.
func (r *run) renderUnit(ctx context.Context, u site.Unit, made map[string]bool) error {
	out, err := r.Site.Render(ctx, r.snap, u)
	if err != nil {
		return fmt.Errorf("render %s: %w", u, err)
	}
	own := map[string]bool{}
	for _, path := range out.Kept {
		own[path] = true
	}
	for _, f := range out.Files {
		own[f.Path] = true
		if err := r.take(ctx, f); err != nil {
			return fmt.Errorf("%s: %w", f.Path, err)
		}
	}
	r.mu.Lock()
	for _, f := range out.Files {
		made[f.Path] = true
		if f.MediaType == "text/html" {
			r.result.PagesRendered++
		}
	}
	r.mu.Unlock()
	for _, path := range out.Gone {
		if err := r.remove(ctx, path); err != nil {
			return err
		}
	}
	if out.Owned == "" {
		return nil
	}
	return r.removeOthers(ctx, out.Owned, own)
}

// takeMasthead makes what the newsroom hands out a file of the edition, so that a mirror can't alter it unseen.
func (r *run) takeMasthead(ctx context.Context, made map[string]bool) error {
	b, err := r.masthead().Marshal()
	if err != nil {
		return err
	}
	made[edition.MastheadPath] = true
	return r.take(ctx, site.File{Path: edition.MastheadPath, MediaType: "application/json", Body: b})
}

// removeOthers removes the files with a key prefix that are not among some.
func (r *run) removeOthers(ctx context.Context, prefix string, keep map[string]bool) error {
	return all(r.Store.Files(ctx, prefix), func(f store.File) error {
		if !keep[f.Path] {
			r.note(f, store.File{Path: f.Path, Removed: true})
		}
		return nil
	})
}

// remove removes one file, if the last edition had it.
func (r *run) remove(ctx context.Context, path string) error {
	old, err := r.Store.File(ctx, path)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err == nil {
		r.note(old, store.File{Path: path, Removed: true})
	}
	return err
}

// note notes what becomes of a file; the zero old is of none. A file may go twice: with its story, and with a language
// that the newsroom gave up.
func (r *run) note(old, f store.File) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, noted := r.before[f.Path]; noted && f.Removed {
		return
	}
	f.Edition = r.last.Number + 1
	r.files = append(r.files, f)
	if old.Path != "" {
		r.before[old.Path] = old.Entry
	}
}

// take puts the objects of a file, unless the last edition has the same. So compressed bytes are made once: a file
// that stays keeps the entry that it has, whatever a newer library would make of it.
func (r *run) take(ctx context.Context, f site.File) error {
	old, err := r.Store.File(ctx, f.Path)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if err == nil && f.Rendition != "" && old.Plain.String() == f.Rendition && !r.Again {
		return nil
	}
	body, err := r.body(ctx, f)
	if err != nil {
		return err
	}
	plain := edition.Sum(body)
	same := old.Path != "" && old.Plain == plain && old.Entry.MediaType == f.MediaType && old.Entry.Loose == (f.Loose && old.Entry.Size > edition.PieceSize)
	if same && !r.Again {
		return nil
	}
	e, err := r.putFile(ctx, f, body)
	if err != nil || same && sameEntry(e, old.Entry) {
		return err
	}
	r.note(old, store.File{Path: f.Path, Plain: plain, Entry: e})
	return nil
}

// body returns a file's bytes; those of a rendition are in the store.
func (r *run) body(ctx context.Context, f site.File) ([]byte, error) {
	if f.Rendition == "" {
		return f.Body, nil
	}
	rc, err := r.snap.OpenRendition(ctx, f.Rendition)
	if err != nil {
		return nil, err
	}
	defer rc.Close()
	b, err := io.ReadAll(io.LimitReader(rc, edition.MaxFile+1))
	if err == nil && len(b) > edition.MaxFile {
		err = fmt.Errorf("rendition %s is over the limit of %d bytes", f.Rendition, edition.MaxFile)
	}
	return b, err
}

// putFile puts a file's objects and returns its entry. What is compressed is put plain as well, since the plain page
// is a link to that object.
func (r *run) putFile(ctx context.Context, f site.File, body []byte) (edition.Entry, error) {
	stored, zipped := body, false
	if compressible(f.MediaType) {
		z, err := compress(body)
		if err != nil {
			return edition.Entry{}, err
		}
		if zipped = len(z) < len(body); zipped {
			stored = z
		}
	}
	e, parts, err := edition.Split(stored)
	if err != nil {
		return e, err
	}
	if e.Loose = f.Loose && e.Size > edition.PieceSize; e.Loose {
		parts = append(slices.Clip(parts), slices.Collect(slices.Chunk(stored, edition.PieceSize))...)
	}
	if zipped && len(body) <= edition.MaxObject {
		parts = append(slices.Clip(parts), body)
	}
	for _, part := range parts {
		if _, _, err := r.putObject(ctx, part); err != nil {
			return e, err
		}
	}
	e.MediaType, e.Gzip, e.Plain = f.MediaType, zipped, int64(len(body))
	return e, nil
}

// compressible says whether files of a type gain by gzip. Pictures, sound and video are compressed already, and so are
// packs, whose size must stay as it was padded. An index of packs is mostly hashes.
func compressible(mediaType string) bool {
	switch mediaType {
	case edition.PackType, edition.PicturesType, edition.PackIndexType:
		return false
	}
	kind, _, _ := strings.Cut(mediaType, "/")
	return kind != "image" && kind != "audio" && kind != "video" || mediaType == "image/svg+xml"
}

// compress makes a gzip stream without name and time, so that the same bytes give the same stream.
func compress(b []byte) ([]byte, error) {
	var buf bytes.Buffer
	w, err := gzip.NewWriterLevel(&buf, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	_, err = w.Write(b)
	err = errors.Join(err, w.Close())
	return buf.Bytes(), err
}

package importer

import (
	"context"
	"fmt"

	"coranto/edition"
	"coranto/internal/news"
)

// show fetches the files of some items, and fills in their figures. What can't be had stays missing, and is listed.
func (w *writing) show(ctx context.Context, entries []*entry) error {
	refs := make(map[string]bool)
	for _, e := range entries {
		if e.File != "" {
			refs[e.File] = true
		}
		e.eachRevision(func(r *news.Revision) {
			r.EachFigure(func(f *news.Figure) {
				if f.Missing != "" {
					refs[f.Missing] = true
				}
			})
		})
	}
	done, total := w.importing.tallies.met()
	w.files.tell = func(ref string) { w.opt.Progress.Tell(done, total, ref) }
	got, err := w.files.get(ctx, refs)
	if err != nil {
		return err
	}
	for _, e := range entries {
		w.fill(e, got)
	}
	return w.keep(ctx, entries)
}

// fill fills in the figures of an item, and lists once each file that it has not got.
func (w *writing) fill(e *entry, got map[string]had) {
	listed := make(map[string]bool)
	list := func(ref string, h had) {
		if sum := edition.Sum([]byte(ref)); h.later && !w.files.later[sum] {
			w.files.later[sum] = true
			w.tallies.Total.ToFetch++
		}
		if h.why != nil && !listed[ref] {
			listed[ref] = true
			w.find(ListMissing, e.At, ref, h.why.Error())
		}
	}
	if e.File != "" {
		e.file = got[e.File]
		if e.file.unfit {
			w.find(ListLeft, e.At, e.File, e.file.why.Error())
		} else {
			list(e.File, e.file)
		}
	}
	vain := 0
	e.eachRevision(func(r *news.Revision) {
		r.EachFigure(func(f *news.Figure) {
			if h, ok := got[f.Missing]; ok && f.Missing != "" {
				list(f.Missing, h)
				if w.files.keeper == nil && vainAlt(f) {
					vain++
				}
				if h.media != "" {
					f.Media, f.Missing = h.media, ""
				}
			}
		})
	})
	if vain > 0 {
		w.find(ListNotes, e.At, "", fmt.Sprintf("left out alternative texts that only repeat the caption or the file's name: %d", vain))
	}
}

// vainAlt takes an alternative text away that tells nothing to who can't see the picture: the caption again, which they
// hear anyway, or the file's name. Many systems fill it in by themselves. What nobody described is decorative, so
// that it keeps no story from being published.
func vainAlt(f *news.Figure) (was bool) {
	was = f.Alt != "" && (news.IsFileName(f.Alt) || f.AltRepeats())
	if was {
		f.Alt = ""
	}
	f.Decorative = f.Alt == ""
	return was
}

// keep puts the media that figures name by their IDs and that the source keeps ready, as they are, and refuses
// the items that show one which can't be had.
func (w *writing) keep(ctx context.Context, entries []*entry) error {
	if w.files.keeper == nil {
		return nil
	}
	bad := make(map[string]error)
	done := make(map[string]bool)
	for _, e := range entries {
		var reason error
		var failed error
		e.eachRevision(func(r *news.Revision) {
			for id := range r.Media() {
				if !done[id] && failed == nil {
					done[id] = true
					bad[id], failed = w.files.keep(ctx, id)
				}
				if reason == nil {
					reason = bad[id]
				}
			}
		})
		if failed != nil {
			return failed
		}
		if reason != nil {
			w.refuse(e, reason)
		}
	}
	return nil
}

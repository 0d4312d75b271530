package importer

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"coranto/internal/store"
)

// Options are what an import depends on besides its source.
type Options struct {
	// Languages are the newsroom's languages, canonical tags; an article in another one is refused. None allows all.
	Languages []string
	// Web fetches what the source does not have itself; nil leaves missing what no import fetched before.
	Web Fetcher
	// Again begins anew where an import of the source was stopped.
	Again bool
	// Rehearsal says that the store forgets all that is put into it: media are looked at where the source itself has them,
	// and otherwise counted; none is fetched or made.
	Rehearsal bool
	// Progress is told of the addresses that the survey finds, whose total nobody knows, then of each batch, and of each file
	// that is fetched. It may be called from several goroutines, and may be nil.
	Progress Progress
	// Findings is handed all entries of the report's lists at the end, however many, in the order in which they were
	// found. It may be nil.
	Findings func(iter.Seq2[store.Finding, error]) error
}

// A Fetcher fetches files from the web. Package web has one.
type Fetcher interface {
	// Fetch returns a file, of at most MaxMedia bytes, and its name. The error says in words why it can't be had. It may be
	// called from several goroutines.
	Fetch(ctx context.Context, url string) (name string, file []byte, err error)
}

// Import brings in what a source has. What is wrong with an item stands in the report; an error is the store's, the
// source's or the context's, and the report then tells what was brought in before, which stays: the next import of the
// same source goes on after it, and its report is of both.
//
// A batch of items and how far the import has come are one transaction, so that wherever it is stopped nothing is lost,
// and nothing counted twice. Media are put before, each by itself.
func Import(ctx context.Context, st Memory, src Source, opt Options) (Report, error) {
	im, err := begin(ctx, st, src, opt)
	if err != nil {
		return Report{}, err
	}
	err = im.survey(ctx)
	if err == nil {
		err = im.items(ctx)
	}
	if err == nil {
		err = ctx.Err()
	}
	// What was brought in is told even when the context has ended.
	report, reportErr := im.report(context.WithoutCancel(ctx), err == nil)
	if err == nil {
		err = reportErr
	}
	if err == nil {
		err = st.EndRun(ctx, im.source)
	}
	return report, err
}

// An importing is one import under way.
type importing struct {
	st  Memory
	src Source
	opt Options
	// source is what the store knows the import by, mark where it goes on, and resumed that it was stopped before.
	source, mark string
	resumed      bool
	tallies      tallies
	files        *files
	// gone are the addresses of stories that the newsroom has withdrawn, which the store does not note.
	gone map[string]store.ArticleID
}

// unnamed is what the store knows an import by whose source has no identity.
const unnamed = "unnamed"

func begin(ctx context.Context, st Memory, src Source, opt Options) (*importing, error) {
	im := &importing{st: st, src: src, opt: opt, source: src.Identity(), tallies: newTallies(), files: newFiles(st, src, opt),
		gone: make(map[string]store.ArticleID)}
	if im.source == "" {
		im.source, im.opt.Again = unnamed, true
	}
	if im.opt.Again || opt.Rehearsal {
		return im, st.EndRun(ctx, im.source)
	}
	var err error
	if im.tallies, im.mark, err = resume(ctx, st, im.source); err != nil {
		return nil, err
	}
	im.resumed = im.mark != ""
	if !im.resumed { // nothing was taken before
		im.tallies = newTallies()
		err = st.EndRun(ctx, im.source)
	}
	return im, err
}

// movedAtOnce is the number of addresses that are noted in one transaction.
const movedAtOnce = 2000

// survey asks the source what it has, and notes where its articles stood. It does so too when the import goes on: the
// source may have kept in mind what it saw.
func (im *importing) survey(ctx context.Context) error {
	var moved []store.Moved
	seen := 0
	flush := func() error {
		err := errors.Join(im.st.PutMoved(ctx, moved), im.noteGone(ctx, moved))
		moved = moved[:0]
		im.opt.Progress.Tell(seen, 0, "")
		return err
	}
	s := &Survey{Has: make(map[string]int), Moved: func(ctx context.Context, url, story, lang string) error {
		address := Address(url)
		if address == "" {
			return nil
		}
		seen++
		moved = append(moved, store.Moved{Address: address, ArticleID: store.ArticleID{Story: story, Lang: lang}})
		if len(moved) < movedAtOnce {
			return nil
		}
		return flush()
	}}
	err := im.src.Survey(ctx, s)
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return fmt.Errorf("look through the source: %w", err)
	}
	for kind, n := range s.Has {
		im.tallies.count(kind, func(t *Tally) { t.Has = n })
	}
	return flush()
}

// noteGone keeps in mind which addresses are those of withdrawn stories. Links to them lead to the stories all the same, so
// that they go with these, instead of standing in what others wrote as they are.
func (im *importing) noteGone(ctx context.Context, moved []store.Moved) error {
	ids := make([]string, len(moved))
	for i, m := range moved {
		ids[i] = m.Story
	}
	if first, err := im.st.Withdrawn(ctx, ids...); err != nil || first == "" {
		return err
	}
	for _, m := range moved {
		name, err := im.st.Withdrawn(ctx, m.Story)
		if err != nil {
			return err
		}
		if name != "" {
			im.gone[m.Address] = m.ArticleID
		}
	}
	return nil
}

// items brings in the items batch by batch. The source makes the next one while the last is written.
func (im *importing) items(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	batches := make(chan *batch, 1)
	ended := make(chan error, 1)
	go func() {
		defer close(batches)
		ended <- gather(ctx, im.src.Items(ctx, im.mark), batches)
	}()
	var err error
	for b := range batches {
		if err == nil {
			if err = im.bring(ctx, b); err != nil {
				cancel()
			}
		}
	}
	sourceErr := <-ended
	cancel()
	if err == nil && sourceErr != nil {
		return fmt.Errorf("read the source: %w", sourceErr)
	}
	return err
}

// report returns the report of what was brought in so far, and hands all findings over once the import is at its end.
func (im *importing) report(ctx context.Context, ended bool) (Report, error) {
	findings := im.st.Findings(ctx, im.source)
	r, err := im.tallies.report(findings)
	r.Rehearsal, r.Resumed = im.opt.Rehearsal, im.resumed
	if err == nil && ended && im.opt.Findings != nil {
		err = im.opt.Findings(findings)
	}
	return r, err
}

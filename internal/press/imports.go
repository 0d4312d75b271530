package press

import (
	"context"
	"fmt"
	"time"

	"coranto/internal/importer"
)

// importing is what the press knows of one import.
type importing struct {
	Job
	next  time.Time
	last  time.Time // it last went well
	fail  failure
	ever  bool
	count importer.Report // of the last one
}

// source names the import among those that judge alarms.
func (i *importing) source() string { return "import " + i.Name }

// startImport does the import that has been due for longest; none before the first publishing, which readers wait for.
func (r *running) startImport(ctx context.Context, now time.Time) {
	if r.editions.attempts == 0 {
		return
	}
	var i *importing
	for _, c := range r.imports {
		if !c.next.After(now) && (i == nil || c.next.Before(i.next)) {
			i = c
		}
	}
	if i == nil {
		return
	}
	r.work(ctx, &r.network, "import "+i.Name, now, func(ctx context.Context) func(time.Time) {
		report, err := r.Newsroom.Import(ctx, i.Name)
		return func(now time.Time) {
			if !stopped(ctx, err) {
				r.imported(i, now, report, err)
			}
		}
	})
}

// imported takes what came of an import.
func (r *running) imported(i *importing, now time.Time, report importer.Report, err error) {
	if isBusy(err) {
		i.next = now.Add(r.Times.Settling)
		return
	}
	i.ever = true
	if err != nil {
		i.fail.failed(now, err.Error(), min(r.Times.Retry, i.Every), max(i.Every, r.Times.RetryMost), r.Jitter)
		i.next = i.fail.next
		r.Log.Error("an import failed", "import", i.Name, "times", i.fail.times, "again", i.next, "err", err)
		return
	}
	i.fail, i.last, i.count = failure{}, now, report
	i.next = now.Add(i.Every - i.Every/10 + time.Duration(r.Jitter(int64(i.Every/5)+1)))
	level := r.Log.Debug
	if report.New+report.Changed+report.Refused > 0 {
		level = r.Log.Info
	}
	level("imported", "import", i.Name, "new", report.New, "changed", report.Changed, "refused", report.Refused, "missing", len(report.Missing))
	for _, p := range report.Problems {
		r.Log.Warn("refused", "import", i.Name, "place", p.Place.String(), "reason", p.Reason)
	}
}

// judgeImports raises the alarms of imports that fail for long, or refuse something.
func (r *running) judgeImports(now time.Time) {
	for _, i := range r.imports {
		if !i.ever {
			continue
		}
		var found []Alarm
		if i.fail.lasting(now) > max(r.Times.Patience, 2*i.Every) {
			found = append(found, Alarm{Kind: KindImport, Subject: i.Name, Since: i.fail.since, Detail: i.fail.err,
				Text: fmt.Sprintf("the import %q has brought nothing since %s", i.Name, moment(i.fail.since))})
		}
		r.alarms.judge(now, i.source(), found)
	}
}

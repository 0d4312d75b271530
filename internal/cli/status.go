package cli

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"coranto/edition"
	"coranto/internal/keys"
	"coranto/internal/press"
	"coranto/internal/term"
)

var statusCommand = command{
	name:  "status",
	usage: "[--json]",
	short: "says what is due and what expires when, and which targets are late",
	long: `
Says when the next edition is due, and when each thing expires that readers rely on, with the days left: the root, the
targets, the snapshot and the timestamp of the trust, and the heartbeat, which is the newsroom's word that its newest
edition is the newest. publish renews all but a root whose keys are kept elsewhere.

Exit code 1 when something has expired or soon will: the root within 60 days, the targets within 30, the snapshot or
the timestamp within 10, the heartbeat within 24 hours (or half of max_age where that is shorter), or when a target is
late, fewer witnesses answer than must co-sign, or somebody holds an edition that this newsroom did not make; 0 otherwise,
so that cron can watch it. It changes nothing, but for evidence of such an edition, which it writes down.`,
	setup: func(e *env, fs *flag.FlagSet) func(context.Context, []string) error {
		fs.BoolVar(&e.json, "json", false, "print the result as JSON")
		return func(ctx context.Context, args []string) error {
			if len(args) > 0 {
				return usagef("status takes no argument: %q", args[0])
			}
			return e.status(ctx, time.Now())
		}
	},
}

// A statusReport is what status --json prints.
type statusReport struct {
	OK      bool           `json:"ok"`
	Edition uint64         `json:"edition"`
	Expires []press.Expiry `json:"expires"`
	// Vouched is when somebody whom the policy names last vouched for the edition.
	Vouched time.Time `json:"vouched,omitzero"`
	// Due says that something waits to be published; NextDue is when something else falls due.
	Due     bool      `json:"due"`
	NextDue time.Time `json:"next_due,omitzero"`
	// Running says that coranto run is at work here.
	Running bool `json:"running"`
	// Late are the targets that lack editions: the last one that each has. Unpurged are those of them that may still hold
	// what was withdrawn.
	Late     map[string]uint64 `json:"late"`
	Unpurged []string          `json:"unpurged"`
	surveyJSON
}

func (e *env) status(ctx context.Context, now time.Time) error {
	n, err := openNewsroom(ctx, e.dir)
	if err != nil {
		return err
	}
	defer n.Close()
	r, err := n.status(ctx, now)
	if err != nil {
		return err
	}
	if r.surveyJSON, err = n.survey(ctx, e); err != nil {
		return err
	}
	r.OK = r.OK && r.ok
	if e.json {
		err = e.printJSON(r)
	} else {
		err = e.printStatus(r, now)
	}
	if err == nil && !r.OK {
		err = &codeError{code: exitFailure}
	}
	return err
}

func (n *newsroom) status(ctx context.Context, now time.Time) (statusReport, error) {
	x, err := n.examine(ctx, now)
	if err != nil {
		return statusReport{}, err
	}
	r := statusReport{OK: true, Edition: x.Edition, Expires: x.Expires, Vouched: x.AsOf, Late: map[string]uint64{}, Unpurged: []string{}}
	head, err := n.store.Head(ctx)
	if err != nil {
		return r, err
	}
	at, due, err := n.store.NextDue(ctx)
	if err != nil {
		return r, err
	}
	if r.Due = due && !at.After(now); !r.Due {
		r.NextDue = at
	}
	if r.Running, err = n.running(); err != nil {
		return r, err
	}
	if x.Edition > 0 {
		r.Expires = append(r.Expires, heartbeat(x, now))
	}
	for _, t := range x.Targets {
		if t.Edition < x.Edition {
			r.Late[t.Target], r.OK = t.Edition, false
		}
		if t.Edition < head.Purge {
			r.Unpurged = append(r.Unpurged, t.Target)
		}
	}
	for _, e := range r.Expires {
		r.OK = r.OK && e.State == press.OK
	}
	return r, nil
}

// examine reads what is to be watched: what expires, who vouched when, and how far the targets are.
func (n *newsroom) examine(ctx context.Context, now time.Time) (press.Examined, error) {
	k, err := keys.Open(n.root)
	if err != nil {
		return press.Examined{}, withHint(&press.StopError{Kind: press.KindKeys, Err: err}, keysHint)
	}
	head, err := n.store.Head(ctx)
	if err != nil {
		return press.Examined{}, err
	}
	x := press.Examined{Edition: head.Number, MaxAge: k.Policy().MaxAge, Expires: press.TrustExpiries(k, now), Free: press.Free(n.dir)}
	// When `latest` can't be read nobody vouches for anything.
	if b, err := os.ReadFile(filepath.Join(n.publicDir(), edition.LatestPath)); err == nil {
		if h, err := k.Policy().OpenLatest(b); err == nil {
			x.AsOf = h.AsOf
		}
	}
	for _, t := range n.config.Targets {
		has, err := n.store.Delivered(ctx, t.Name)
		if err != nil {
			return x, err
		}
		x.Targets = append(x.Targets, press.Holding{Target: t.Name, Edition: has})
	}
	return x, nil
}

// heartbeat says until when the newest edition counts as fresh.
func heartbeat(x press.Examined, now time.Time) press.Expiry {
	const advice = "coranto publish"
	if x.AsOf.IsZero() {
		return press.Expiry{What: "heartbeat", State: press.Expired, Advice: advice}
	}
	return press.NewExpiry("heartbeat", x.AsOf.Add(x.MaxAge), now, min(24*time.Hour, x.MaxAge/2), advice)
}

func (e *env) printStatus(r statusReport, now time.Time) error {
	fmt.Fprintf(e.stdout, "last edition: %d\n", r.Edition)
	if !r.Vouched.IsZero() {
		fmt.Fprintf(e.stdout, "vouched for:  %s ago\n", age(now.Sub(r.Vouched)))
	}
	fmt.Fprintf(e.stdout, "next edition: %s\n", dueWords(r, now))
	fmt.Fprintf(e.stdout, "coranto run:  %s\n", map[bool]string{true: "at work here", false: "not at work here"}[r.Running])
	var rows [][]string
	for _, x := range r.Expires {
		rows = append(rows, []string{x.What, x.Expires, x.Words(), x.Advice})
	}
	if err := term.Table(e.stdout, []string{"what", "expires", "left", "to do"}, rows); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(r.Late)) {
		fmt.Fprintf(e.stdout, "target %q is LATE: it has edition %d\n", name, r.Late[name])
	}
	for _, name := range r.Unpurged {
		fmt.Fprintf(e.stdout, "target %q is LATE: it may STILL HOLD what was withdrawn\n", name)
	}
	e.printSurvey(r.surveyJSON)
	if !r.OK {
		fmt.Fprintln(e.stderr, "coranto: something needs the newsroom's hand: see what stands in capitals above")
	}
	return nil
}

// dueWords says when there is something to publish.
func dueWords(r statusReport, now time.Time) string {
	switch {
	case r.Due:
		return "due now"
	case r.NextDue.IsZero():
		return "nothing is planned"
	}
	return fmt.Sprintf("due in %s, at %s", age(r.NextDue.Sub(now)), r.NextDue.Format(time.RFC3339))
}

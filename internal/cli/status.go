package cli

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"coranto/edition"
	"coranto/internal/keys"
	"coranto/internal/term"
)

var statusCommand = command{
	name:  "status",
	usage: "[--json]",
	short: "says what expires when, and which targets are late",
	long: `
Says when each thing expires that readers rely on, with the days left: the root, the targets, the snapshot and the
timestamp of the trust, and the heartbeat, which is the newsroom's word that its newest edition is the newest. publish
renews all but a root whose keys are kept elsewhere.

Exit code 1 when something has expired or soon will: the root within 60 days, the targets within 30, the snapshot or
the timestamp within 10, the heartbeat within 24 hours (or half of max_age where that is shorter), or when a target is
late. It changes nothing.`,
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

// The states of a thing that expires.
const (
	stateOK      = "ok"
	stateSoon    = "soon"
	stateExpired = "expired"
)

// An expiry is one thing that readers rely on for a time.
type expiry struct {
	What     string `json:"what"`
	Expires  string `json:"expires"`
	DaysLeft int    `json:"days_left"` // rounded down; negative once it has expired
	State    string `json:"state"`
	// Advice is what to do; empty when nothing is.
	Advice string `json:"advice,omitempty"`
	left   time.Duration
}

// A statusReport is what status --json prints.
type statusReport struct {
	OK      bool     `json:"ok"`
	Edition uint64   `json:"edition"`
	Expires []expiry `json:"expires"`
	// Late are the targets that lack editions: the last one that each has.
	Late map[string]uint64 `json:"late"`
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
	if e.json {
		err = e.printJSON(r)
	} else {
		err = e.printStatus(r)
	}
	if err == nil && !r.OK {
		err = &codeError{code: exitFailure}
	}
	return err
}

func (n *newsroom) status(ctx context.Context, now time.Time) (statusReport, error) {
	k, err := keys.Open(n.root)
	if err != nil {
		return statusReport{}, err
	}
	head, err := n.store.Head(ctx)
	if err != nil {
		return statusReport{}, err
	}
	r := statusReport{OK: true, Edition: head.Number, Expires: trustExpiries(k, now), Late: map[string]uint64{}}
	if head.Number > 0 {
		r.Expires = append(r.Expires, n.heartbeat(k, now))
	}
	for _, t := range n.config.Targets {
		has, err := n.store.Delivered(ctx, t.Name)
		if err != nil {
			return r, err
		}
		if has < head.Number {
			r.Late[t.Name], r.OK = has, false
		}
	}
	for _, x := range r.Expires {
		r.OK = r.OK && x.State == stateOK
	}
	return r, nil
}

// trustExpiries says when the four files of the trust expire.
func trustExpiries(k *keys.Keys, now time.Time) []expiry {
	const day = 24 * time.Hour
	var out []expiry
	for _, x := range []struct {
		role, advice string
		warn         time.Duration
	}{
		{"root", "coranto publish, or where its keys are kept elsewhere: coranto keys renew", keys.RootWarning},
		{"targets", "coranto publish", 30 * day},
		{"snapshot", "coranto publish", 10 * day},
		{"timestamp", "coranto publish", 10 * day},
	} {
		out = append(out, expiryOf(x.role, k.ExpiresOf(x.role), now, x.warn, x.advice))
	}
	return out
}

// heartbeat says until when the newest edition counts as fresh. When `latest` can't be read it has long expired.
func (n *newsroom) heartbeat(k *keys.Keys, now time.Time) expiry {
	const advice = "coranto publish"
	p := k.Policy()
	b, err := os.ReadFile(filepath.Join(n.publicDir(), edition.LatestPath))
	if err != nil {
		return expiry{What: "heartbeat", State: stateExpired, Advice: advice}
	}
	h, err := p.OpenLatest(b)
	if err != nil {
		return expiry{What: "heartbeat", State: stateExpired, Advice: advice}
	}
	return expiryOf("heartbeat", h.AsOf.Add(p.MaxAge), now, min(24*time.Hour, p.MaxAge/2), advice)
}

// expiryOf judges one thing, which is to be renewed when less than warn is left.
func expiryOf(what string, expires, now time.Time, warn time.Duration, advice string) expiry {
	left := expires.Sub(now)
	x := expiry{What: what, Expires: expires.UTC().Format(time.RFC3339), DaysLeft: wholeDays(left), State: stateOK, left: left}
	switch {
	case left < 0:
		x.State, x.Advice = stateExpired, advice
	case left < warn:
		x.State, x.Advice = stateSoon, advice
	}
	return x
}

// wholeDays counts the days of a duration, rounded down.
func wholeDays(d time.Duration) int {
	const day = 24 * time.Hour
	n := int(d / day)
	if d < 0 && d%day != 0 {
		n--
	}
	return n
}

func (e *env) printStatus(r statusReport) error {
	fmt.Fprintf(e.stdout, "last edition: %d\n", r.Edition)
	var rows [][]string
	for _, x := range r.Expires {
		rows = append(rows, []string{x.What, x.Expires, x.words(), x.Advice})
	}
	if err := term.Table(e.stdout, []string{"what", "expires", "left", "to do"}, rows); err != nil {
		return err
	}
	for name, has := range r.Late {
		fmt.Fprintf(e.stdout, "target %q is LATE: it has edition %d\n", name, has)
	}
	if !r.OK {
		fmt.Fprintln(e.stderr, "coranto: something needs the newsroom's hand: see LATE, SOON and EXPIRED above")
	}
	return nil
}

// words says how long a thing has left, loudly when that is little.
func (x expiry) words() string {
	switch x.State {
	case stateExpired:
		return "EXPIRED"
	case stateSoon:
		return "SOON: " + age(x.left)
	}
	return age(x.left)
}

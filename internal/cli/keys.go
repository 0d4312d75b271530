package cli

import (
	"context"
	"flag"
	"fmt"
	"os"
	"time"

	"coranto/internal/keys"
	"coranto/internal/press"
	"coranto/internal/term"
)

var keysCommand = command{
	name:  "keys",
	usage: "VERB …",
	short: "lists, splits, rotates and revokes the newsroom's keys",
	long: `
The newsroom signs with several keys, each with a role of its own. The root says which keys count; it is needed seldom
and is best kept apart, in pieces that several people hold. The others sign each edition and stay where publish runs.
docs/keys.md says what to do when.`,
	verbs: []command{
		keysListCommand, keysRootCommand, keysRotateCommand, keysRevokeCommand, keysSignCommand, keysAcceptCommand,
		keysRehearseCommand, keysWitnessCommand, keysCosignerCommand, keysTargetsCommand,
	},
}

var keysListCommand = command{
	name:  "list",
	usage: "[--json]",
	short: "lists every key: its role, where it is, and when what it signs expires",
	long: `
Lists every key that counts: its role, its ID (the beginning of it; --json has all), where its secret half is, how many
of the role's keys must sign, and the days until what it has signed expires. It changes nothing.`,
	setup: func(e *env, fs *flag.FlagSet) func(context.Context, []string) error {
		fs.BoolVar(&e.json, "json", false, "print the result as JSON")
		return func(ctx context.Context, args []string) error {
			if len(args) > 0 {
				return usagef("keys list takes no argument: %q", args[0])
			}
			return e.listKeys(ctx, time.Now())
		}
	},
}

// keyJSON is one key of keys list --json.
type keyJSON struct {
	Role      string `json:"role"`
	Name      string `json:"name,omitempty"` // the log's origin, or the co-signer's name
	ID        string `json:"id"`
	File      string `json:"file,omitempty"` // absent when the key is kept elsewhere
	Holder    string `json:"holder,omitempty"`
	Threshold int    `json:"threshold"`
	Of        int    `json:"of"`
	Expires   string `json:"expires,omitempty"`
	DaysLeft  *int   `json:"days_left,omitempty"`
}

func (e *env) listKeys(ctx context.Context, now time.Time) error {
	return e.withKeys(ctx, false, func(_ *newsroom, k *keys.Keys) error {
		list, err := k.List()
		if err != nil {
			return err
		}
		if e.json {
			out := make([]keyJSON, len(list))
			for i, l := range list {
				out[i] = keyToJSON(l, now)
			}
			return e.printJSON(map[string]any{"keys": out})
		}
		var rows [][]string
		for _, l := range list {
			rows = append(rows, keyRow(keyToJSON(l, now)))
		}
		e.say("%s", spareRoots(list))
		return term.Table(e.stdout, []string{"role", "ID", "where", "must sign", "days left"}, rows)
	})
}

func keyToJSON(l keys.Listed, now time.Time) keyJSON {
	j := keyJSON{Role: l.Role, Name: l.Name, ID: l.ID, File: l.Where, Holder: l.Holder, Threshold: l.Threshold, Of: l.Of}
	if !l.Expires.IsZero() {
		days := press.WholeDays(l.Expires.Sub(now))
		j.Expires, j.DaysLeft = l.Expires.UTC().Format(time.RFC3339), &days
	}
	return j
}

func keyRow(j keyJSON) []string {
	where := j.File
	if where == "" {
		where = "kept elsewhere"
		if j.Holder != "" {
			where += ", by " + j.Holder
		}
	}
	left := ""
	if j.DaysLeft != nil {
		left = fmt.Sprint(*j.DaysLeft)
	}
	return []string{j.Role, j.ID[:8], where, fmt.Sprintf("%d of %d", j.Threshold, j.Of), left}
}

// withKeys opens the newsroom and its keys, under the newsroom's lock where they are to be changed.
func (e *env) withKeys(ctx context.Context, change bool, f func(*newsroom, *keys.Keys) error) error {
	return e.withOpenKeys(ctx, change, keys.Open, f)
}

// withPartialKeys is withKeys for a newsroom that may have lost some, to put others in their place.
func (e *env) withPartialKeys(ctx context.Context, f func(*keys.Keys) error) error {
	return e.withOpenKeys(ctx, true, keys.OpenPartial, func(_ *newsroom, k *keys.Keys) error { return f(k) })
}

func (e *env) withOpenKeys(ctx context.Context, change bool, open func(*os.Root) (*keys.Keys, error), f func(*newsroom, *keys.Keys) error) error {
	n, err := openNewsroom(ctx, e.dir)
	if err != nil {
		return err
	}
	defer n.Close()
	if change {
		if err := n.lockWithin(ctx, lockWait, e.sayWaiting); err != nil {
			return err
		}
	}
	k, err := open(n.root)
	if err != nil {
		return withHint(err, "the keys of a newsroom are in its folder keys/, made by coranto init")
	}
	return f(n, k)
}

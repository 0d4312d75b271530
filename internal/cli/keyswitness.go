package cli

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"strconv"
	"time"

	"coranto/edition"
	"coranto/internal/keys"
	"coranto/internal/term"
)

var keysWitnessCommand = command{
	name:  "witness",
	usage: "VERB …",
	short: "says which witnesses co-sign, and how many of them must",
	long: `
A witness is a partner's machine that co-signs each edition's place in the log: that the log only grew. It sees hashes
alone and judges nothing. With a quorum of witnesses, not even somebody who has all of this newsroom's keys can show one
edition to some readers and another to others. docs/witness.md is for the partner.`,
	verbs: []command{keysWitnessListCommand, keysWitnessAddCommand, keysWitnessRemoveCommand, keysWitnessQuorumCommand},
}

var keysWitnessListCommand = command{
	name:  "list",
	usage: "[--json]",
	short: "lists the witnesses, the quorum, and what a partner needs to become one",
	long: `
Lists the policy's witnesses, where they answer, and how many of them must co-sign. The line "log" is what a partner needs
for coranto witness follow. It asks nobody; coranto status does.`,
	setup: func(e *env, fs *flag.FlagSet) func(context.Context, []string) error {
		fs.BoolVar(&e.json, "json", false, "print the result as JSON")
		return func(ctx context.Context, args []string) error {
			if len(args) > 0 {
				return usagef("keys witness list takes no argument: %q", args[0])
			}
			return e.withKeys(ctx, false, func(_ *newsroom, k *keys.Keys) error { return e.listWitnesses(k) })
		}
	},
}

// witnessesJSON is what keys witness list --json prints.
type witnessesJSON struct {
	Log string `json:"log"`
	// Quorum is how many must co-sign; -1 for groups of the newsroom's own.
	Quorum    int           `json:"quorum"`
	Witnesses []witnessJSON `json:"witnesses"`
	// Cosigner is where the release co-signer answers; absent when this newsroom co-signs itself.
	Cosigner string `json:"cosigner,omitempty"`
}

type witnessJSON struct {
	Name string `json:"name"`
	Key  string `json:"key"`
	URL  string `json:"url"`
}

func (e *env) listWitnesses(k *keys.Keys) error {
	a, err := k.Addresses()
	if err != nil {
		return err
	}
	p := k.Policy()
	out := witnessesJSON{Log: p.Log, Witnesses: []witnessJSON{}, Cosigner: a.Cosigner}
	if out.Quorum, err = keys.Quorum(p); err != nil {
		out.Quorum = -1
	}
	var rows [][]string
	for _, w := range p.Witnesses {
		out.Witnesses = append(out.Witnesses, witnessJSON{w.Name, w.Key, a.Witnesses[w.Name]})
		rows = append(rows, []string{w.Name, a.Witnesses[w.Name], w.Key})
	}
	if e.json {
		return e.printJSON(out)
	}
	fmt.Fprintf(e.stdout, "log %s\n", p.Log)
	if out.Cosigner != "" {
		fmt.Fprintf(e.stdout, "release co-signer at %s\n", out.Cosigner)
	}
	fmt.Fprintf(e.stdout, "quorum: %s\n", quorumWords(p))
	if len(rows) == 0 {
		return nil
	}
	return term.Table(e.stdout, []string{"witness", "answers at", "key"}, rows)
}

// quorumWords says how many witnesses must co-sign.
func quorumWords(p edition.Policy) string {
	k, err := keys.Quorum(p)
	switch {
	case err != nil:
		return "groups of its own"
	case k == 0:
		return "no witness must co-sign"
	}
	return fmt.Sprintf("%d of %d witnesses must co-sign", k, len(p.Witnesses))
}

var keysWitnessAddCommand = command{
	name:  "add",
	usage: "NAME KEY URL",
	short: "adds a witness, by its key and where it answers",
	long: `
Adds a witness to the policy: a short name of your choice, the key that coranto witness init printed on the partner's
machine, and the address where it answers. From the next publish on it is asked. How many must co-sign stays as it is: set
that with coranto keys witness quorum once the witness answers. The same name and key again change the address.`,
	setup: func(e *env, fs *flag.FlagSet) func(context.Context, []string) error {
		var t targetsKey
		t.flags(fs)
		return func(ctx context.Context, args []string) error {
			if len(args) != 3 {
				return usagef("keys witness add wants a name, a key and an address")
			}
			w, url := edition.Witness{Name: args[0], Key: args[1]}, args[2]
			return e.withTargets(ctx, t, func(_ *newsroom, k *keys.Keys) error {
				if err := k.AddWitness(w, url, time.Now()); err != nil {
					return explainPolicy(err)
				}
				e.say("%s. The partner needs: coranto witness follow %s", quorumWords(k.Policy()), k.Policy().Log)
				return nil
			})
		}
	},
}

var keysWitnessRemoveCommand = command{
	name:  "remove",
	usage: "NAME [--yes]",
	short: "removes a witness",
	long: `
Takes a witness out of the policy. Where fewer are left than must co-sign, all who are left must: that lowers the quorum,
and is asked about first.`,
	setup: func(e *env, fs *flag.FlagSet) func(context.Context, []string) error {
		yes := fs.Bool("yes", false, "do not ask")
		var t targetsKey
		t.flags(fs)
		return func(ctx context.Context, args []string) error {
			if len(args) != 1 {
				return usagef("keys witness remove wants a name")
			}
			return e.changePolicy(ctx, t, *yes, func(k *keys.Keys) (edition.Policy, error) { return k.WithoutWitness(args[0]) })
		}
	},
}

var keysWitnessQuorumCommand = command{
	name:  "quorum",
	usage: "NUMBER [--yes]",
	short: "sets how many of the witnesses must co-sign",
	long: `
Sets how many of the witnesses must have co-signed an edition before any reader believes it; 0 for none. publish brings
nothing out without them: choose fewer than there are, so that one may be down. More than half of them, and no two groups
of readers can be shown different histories unless a witness cheats. Lowering it is asked about first.`,
	setup: func(e *env, fs *flag.FlagSet) func(context.Context, []string) error {
		yes := fs.Bool("yes", false, "do not ask")
		var t targetsKey
		t.flags(fs)
		return func(ctx context.Context, args []string) error {
			if len(args) != 1 {
				return usagef("keys witness quorum wants a number")
			}
			n, err := strconv.Atoi(args[0])
			if err != nil {
				return usagef("keys witness quorum wants a number, not %q", args[0])
			}
			return e.changePolicy(ctx, t, *yes, func(k *keys.Keys) (edition.Policy, error) { return k.WithQuorum(n) })
		}
	},
}

// changePolicy puts another policy in force. One that asks fewer witnesses than before is never set unasked.
func (e *env) changePolicy(ctx context.Context, t targetsKey, yes bool, change func(*keys.Keys) (edition.Policy, error)) error {
	return e.withTargets(ctx, t, func(_ *newsroom, k *keys.Keys) error {
		before := k.Policy()
		after, err := change(k)
		if err != nil {
			return explainPolicy(err)
		}
		had, _ := keys.Quorum(before) // change has looked at it
		now, _ := keys.Quorum(after)
		if now < had {
			if err := e.confirm(ctx, loweringWords(had, now), yes); err != nil {
				return err
			}
		}
		if _, err := k.SetPolicy(after, time.Now()); err != nil {
			return explainPolicy(err)
		}
		e.say("%s. Next: coranto publish", quorumWords(after))
		return nil
	})
}

// loweringWords says what is lost with a lower quorum.
func loweringWords(had, now int) string {
	if now == 0 {
		return fmt.Sprintf("Until now %d witnesses had to co-sign. Without any, readers have this newsroom's word only: whoever "+
			"steals its keys can show different editions to different readers, and nobody would see it.", had)
	}
	return fmt.Sprintf("Until now %d witnesses had to co-sign, and from now on %d. Whoever steals this newsroom's keys needs to "+
		"deceive that many fewer.", had, now)
}

func explainPolicy(err error) error {
	switch {
	case errors.Is(err, keys.ErrCustomQuorum):
		return withHint(err, "these commands know one group of all witnesses")
	case errors.Is(err, keys.ErrTargetsElsewhere):
		return withHint(err, "give it with --targets-key FILE, or put new ones in its place with root keys: coranto keys rotate targets")
	}
	return err
}

var keysCosignerCommand = command{
	name:  "cosigner",
	usage: "KEY URL | here",
	short: "gives the newsroom's co-signature to a release co-signer on another machine, or takes it back",
	long: `
Without the newsroom's co-signature no reader believes an edition. It is made here, unless a release co-signer makes it: on
another machine, after it has checked the edition as a reader would, and, as a rule, a person has looked at what changed.
Then one stolen server can't publish alone. KEY is what coranto cosign init printed there, and URL where it answers.

The policy says who co-signs, and is signed with the key of targets: whoever steals that can name another co-signer. Keep
it elsewhere too: coranto keys targets carry. "here" makes a new key on this machine, and needs no release co-signer any more.`,
	setup: func(e *env, fs *flag.FlagSet) func(context.Context, []string) error {
		yes := fs.Bool("yes", false, "do not ask")
		var t targetsKey
		t.flags(fs)
		return func(ctx context.Context, args []string) error {
			switch {
			case len(args) == 1 && args[0] == "here":
				return e.takeCosigner(ctx, t, *yes)
			case len(args) == 2:
				return e.giveCosigner(ctx, t, args[0], args[1])
			}
			return usagef("keys cosigner wants a key and an address, or: here")
		}
	},
}

func (e *env) giveCosigner(ctx context.Context, t targetsKey, vkey, url string) error {
	return e.withTargets(ctx, t, func(_ *newsroom, k *keys.Keys) error {
		if err := k.SetCosigner(vkey, url, time.Now()); err != nil {
			return explainPolicy(err)
		}
		if !k.TargetsElsewhere() {
			e.say("the key of targets is still on this machine, and can name another co-signer: coranto keys targets carry FILE")
		}
		e.say("from now on nothing comes out without %s. Next: coranto publish", keyName(vkey))
		return nil
	})
}

func (e *env) takeCosigner(ctx context.Context, t targetsKey, yes bool) error {
	const words = "From now on this machine alone signs what readers believe: whoever steals it can publish in the newsroom's name."
	if err := e.confirm(ctx, words, yes); err != nil {
		return err
	}
	return e.withTargets(ctx, t, func(_ *newsroom, k *keys.Keys) error {
		if err := k.TakeCosigner(rand.Reader, time.Now()); err != nil {
			return explainPolicy(err)
		}
		e.say("this newsroom co-signs itself. Next: coranto publish")
		return nil
	})
}

package cli

import (
	"context"
	"crypto/rand"
	"flag"
	"fmt"
	"time"

	"coranto/edition"
	"coranto/internal/keys"
	"coranto/internal/term"
)

var keysRotateCommand = command{
	name:  "rotate",
	usage: "targets | snapshot | timestamp | root | log [--root-key FILE]… [--propose FILE]",
	short: "replaces the key of a role with a new one",
	long: `
Replaces the key of a role. Those of targets, snapshot, timestamp and root need a new root: it is signed with the root's
key where that is here, otherwise by the holders whose files are given with --root-key, or through a proposal that they
sign elsewhere (--propose). A root that is split is not rotated but split again.

The log's key and the co-signer's are replaced together, and need no root. A new log begins; readers keep what they
have of the old one. If the key was stolen, say so: coranto keys revoke log does the same and tells what else to do.`,
	setup: func(e *env, fs *flag.FlagSet) func(context.Context, []string) error {
		var c ceremony
		c.flags(fs)
		var t targetsKey
		fs.StringVar(&t.file, "targets-key", "", "log: the `FILE` with the key of targets, where that is kept elsewhere")
		return func(ctx context.Context, args []string) error {
			t.passphrases = c.passphrases
			if len(args) != 1 {
				return usagef("keys rotate needs one role: targets, snapshot, timestamp, root or log")
			}
			switch args[0] {
			case "log", "cosigner":
				return e.replaceLog(ctx, t)
			case "targets", "snapshot", "timestamp", "root":
				return e.rotate(ctx, args[0], c)
			}
			return usagef("there is no role %q: want targets, snapshot, timestamp, root or log", args[0])
		}
	},
}

func (e *env) rotate(ctx context.Context, role string, c ceremony) error {
	return e.withKeys(ctx, true, func(_ *newsroom, k *keys.Keys) error {
		_, signers, err := c.signers(ctx, e)
		if err != nil {
			return err
		}
		p, err := k.ProposeRotation(role, rand.Reader, time.Now())
		if err != nil {
			return err
		}
		return e.conclude(k, p, c, signers)
	})
}

var keysRevokeCommand = command{
	name:  "revoke",
	usage: "log [--yes]",
	short: "takes back a log key that was stolen, and begins a new log",
	long: `
Takes back the log's key and the co-signer's, makes new ones, and begins a new log. The policy names the last edition
that this newsroom knows of: readers who had followed a thief beyond it come back and keep what the thief signed as
evidence. Editions go on counting. No root key is needed. Then publish, so that readers get the new policy.

Whoever could read the log's key could mostly read all of keys/: rotate targets, snapshot and timestamp as well.`,
	setup: func(e *env, fs *flag.FlagSet) func(context.Context, []string) error {
		yes := fs.Bool("yes", false, "do not ask")
		var t targetsKey
		t.flags(fs)
		return func(ctx context.Context, args []string) error {
			if len(args) != 1 || args[0] != "log" {
				return usagef("keys revoke wants: log")
			}
			if err := e.confirm(ctx, "Heads signed with the log's key of now will be believed no more.", *yes); err != nil {
				return err
			}
			return e.replaceLog(ctx, t)
		}
	},
}

// replaceLog begins a new log after the last edition that the store knows of.
func (e *env) replaceLog(ctx context.Context, t targetsKey) error {
	return e.withTargets(ctx, t, func(n *newsroom, k *keys.Keys) error {
		last, floor, err := lastHead(ctx, n, k)
		if err != nil {
			return err
		}
		if _, err := k.ReplaceLog(last, floor, rand.Reader, time.Now()); err != nil {
			return explainPolicy(err)
		}
		_, err = fmt.Fprintf(e.stdout, "a new log begins after edition %d: %s\n", floor, k.Policy().Origin())
		e.say("next: coranto publish brings it to the readers. Was the key stolen? Rotate targets, snapshot and timestamp too")
		return err
	})
}

var keysSignCommand = command{
	name:  "sign",
	usage: "PROPOSAL --root-key FILE [--yes]",
	short: "signs a proposal with a root key, on a holder's own machine",
	long: `
Shows what a proposal would change, and its words. Compare the words with somebody of the newsroom over the telephone.
Then it asks for the passphrase and adds the signature to the proposal's file, which goes back to the newsroom. It needs
no newsroom and no network.`,
	setup: func(e *env, fs *flag.FlagSet) func(context.Context, []string) error {
		var rootKeys stringList
		fs.Var(&rootKeys, "root-key", "the holder's key `FILE`")
		passphrases := fs.String("passphrases", "", "a `FILE` of passphrases, one a line, instead of asking")
		yes := fs.Bool("yes", false, "do not ask")
		return func(ctx context.Context, args []string) error {
			if len(args) != 1 || len(rootKeys) == 0 {
				return usagef("keys sign needs a proposal and --root-key FILE")
			}
			p, err := readProposal(args[0])
			if err != nil {
				return err
			}
			if err := e.showProposal(p); err != nil {
				return err
			}
			if err := e.confirm(ctx, "Are these the words that the newsroom read to you?", *yes); err != nil {
				return err
			}
			_, signers, err := ceremony{rootKeys: rootKeys, passphrases: *passphrases}.signers(ctx, e)
			if err != nil {
				return err
			}
			for _, key := range signers {
				if p, err = p.Sign(key); err != nil {
					return err
				}
			}
			if err := writeProposal(args[0], p); err != nil {
				return err
			}
			e.say("signed: send %s back to the newsroom", args[0])
			return nil
		}
	},
}

func readProposal(file string) (keys.Proposal, error) {
	b, err := readSmall(file, edition.MaxMetadata)
	if err != nil {
		return keys.Proposal{}, err
	}
	p, err := keys.ParseProposal(b)
	if err != nil {
		return p, fmt.Errorf("%s: %w", file, err)
	}
	return p, nil
}

// showProposal says what a root would be, and its words.
func (e *env) showProposal(p keys.Proposal) error {
	words, err := proposalWords(p)
	if err != nil {
		return err
	}
	var rows [][]string
	for _, role := range []string{"root", "targets", "snapshot", "timestamp"} {
		ids, threshold := p.RoleOf(role)
		for _, id := range ids {
			rows = append(rows, []string{role, id[:min(8, len(id))], fmt.Sprintf("%d of %d", threshold, len(ids))})
		}
	}
	fmt.Fprintf(e.stdout, "version %d of the root, until %s\nwords: %s\n", p.Version(), p.Expires().UTC().Format(time.RFC3339), words)
	return term.Table(e.stdout, []string{"role", "ID", "must sign"}, rows)
}

var keysAcceptCommand = command{
	name:  "accept",
	usage: "PROPOSAL…",
	short: "puts a proposal in force once enough holders have signed it",
	long: `
Collects the signatures of all copies of one proposal, and puts it in force when they are enough: of the root keys of
now, and of its own. Otherwise it says how many are missing, and changes nothing.`,
	setup: func(e *env, fs *flag.FlagSet) func(context.Context, []string) error {
		return func(ctx context.Context, args []string) error {
			if len(args) == 0 {
				return usagef("keys accept needs a proposal, or several copies of it")
			}
			return e.withPartialKeys(ctx, func(k *keys.Keys) error {
				p, err := mergeProposals(args)
				if err != nil {
					return err
				}
				return e.accept(k, p)
			})
		}
	},
}

func mergeProposals(files []string) (p keys.Proposal, err error) {
	for i, file := range files {
		q, err := readProposal(file)
		if err == nil && i > 0 {
			q, err = p.Merge(q)
		}
		if err != nil {
			return p, fmt.Errorf("%s: %w", file, err)
		}
		p = q
	}
	return p, nil
}

package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	xterm "golang.org/x/term"

	"coranto/internal/cosign"
	"coranto/internal/durable"
	"coranto/internal/term"
	"coranto/internal/witness"
)

var cosignCommand = command{
	name:  "cosign",
	usage: "VERB …",
	short: "checks editions on another machine, and signs them for release",
	long: `
The release co-signer holds the newsroom's co-signing key on another machine than the one that publishes. Each new edition is
read from the newsroom's own target, proved as a reader would prove it, and shown to a person; only then it is signed. No
reader believes an edition without that signature, so one stolen server can't publish alone. docs/keys.md says how.`,
	verbs: []command{cosignInitCommand, cosignServeCommand, cosignFollowCommand},
}

// sourceFile says where a release co-signer reads editions: one line.
const sourceFile = "source"

var cosignInitCommand = command{
	name:  "init",
	usage: "DIR --masthead MASTHEAD --from WHERE [--name NAME]",
	short: "makes the co-signing key in a folder, and prints its public half",
	apart: true,
	long: `
Makes the folder and the key in it, which never leaves it, and follows the log of the newsroom whose masthead is given. WHERE
is the newsroom's own target, where editions lie before they are signed: its URL, or a folder. The newsroom must have
published once. It prints the key's public half, for coranto keys cosigner on the publishing machine.`,
	setup: func(e *env, fs *flag.FlagSet) func(context.Context, []string) error {
		masthead := fs.String("masthead", "", "the newsroom's `MASTHEAD`: a file, a URL, or the line that begins with coranto:")
		from := fs.String("from", "", "`WHERE` the newsroom's editions lie: a URL or a folder")
		name := fs.String("name", "", "the key's `NAME`; the log's with /release, unless given")
		return func(ctx context.Context, args []string) error {
			if len(args) != 1 || *masthead == "" || *from == "" {
				return usagef("cosign init wants a folder, --masthead and --from")
			}
			return e.initCosigner(ctx, args[0], *masthead, *from, *name)
		}
	},
}

func (e *env) initCosigner(ctx context.Context, dir, masthead, from, name string) error {
	where := from
	if !strings.Contains(from, "://") {
		var err error
		if where, err = filepath.Abs(from); err != nil {
			return err
		}
	}
	trust, _, err := e.trustOf(ctx, masthead, where)
	if err != nil {
		return withHint(err, "the newsroom must have published once, and WHERE be its own target")
	}
	policy := trust.Policy()
	if name == "" {
		name = policy.Origin() + "/release"
	}
	if err := e.makeWitness(dir, name, "coranto cosign serve "+dir); err != nil {
		return err
	}
	return e.withWitness(dir, func(root *os.Root, w *witness.Witness) error {
		if _, err := w.Follow(policy.Log); err != nil {
			return err
		}
		return durable.WriteSynced(root, sourceFile, []byte(where+"\n"))
	})
}

var cosignFollowCommand = command{
	name:  "follow",
	usage: "DIR LOG",
	short: "follows a new log of the newsroom, after the old one's key was replaced",
	apart: true,
	long:  witnessFollowCommand.long,
	setup: witnessFollowCommand.setup,
}

var cosignServeCommand = command{
	name:  "serve",
	usage: "DIR [--listen ADDRESS] [--unattended] [--max-going N] [--max-changing N] [--allow-identity] [--allow-first]",
	short: "checks and signs editions, until interrupted",
	apart: true,
	long: `
Answers the publishing machine. Each new edition is fetched and proved: that the log only grew, that number, time and purge
epoch move forward, and every file that comes or changes, byte by byte. Then it shows on this terminal what comes, changes
and goes, and asks. An unchanged edition that is vouched for anew is signed without asking.

With --unattended nobody is asked: what verifies is signed, within limits. An edition of which more goes or changes, in
percent of the edition before, is refused; so is one with other languages or mirrors, and the first of a log, unless allowed.
A log that forks is never signed; the proof is written to DIR/evidence.`,
	setup: func(e *env, fs *flag.FlagSet) func(context.Context, []string) error {
		l := cosign.DefaultLimits()
		address := fs.String("listen", "127.0.0.1:8091", "the `ADDRESS` to answer on")
		unattended := fs.Bool("unattended", false, "sign what verifies, within the limits, without asking")
		fs.IntVar(&l.Going, "max-going", l.Going, "the `PERCENT` of the files that may go")
		fs.IntVar(&l.Changing, "max-changing", l.Changing, "the `PERCENT` of the files that may change")
		fs.BoolVar(&l.Identity, "allow-identity", false, "let the languages and the mirrors change")
		fs.BoolVar(&l.Anew, "allow-first", false, "let the first edition of a log through")
		return func(ctx context.Context, args []string) error {
			if len(args) != 1 {
				return usagef("cosign serve wants a folder")
			}
			person := &cosign.Person{Life: ctx, Ask: e.askRelease}
			approve := person.Approve
			if *unattended {
				approve = e.tellRelease(l.Approve)
			} else if !xterm.IsTerminal(int(os.Stdin.Fd())) {
				return withHint(&usageError{errors.New("there is no terminal to ask on")}, "--unattended signs what verifies, within limits")
			}
			defer person.Wait()
			return e.withWitness(args[0], func(root *os.Root, w *witness.Witness) error {
				return e.serveCosigner(ctx, root, w, *address, approve)
			})
		}
	},
}

func (e *env) serveCosigner(ctx context.Context, root *os.Root, w *witness.Witness, address string, approve func(context.Context, cosign.Change) error) error {
	b, err := root.ReadFile(sourceFile)
	if err != nil {
		return withHint(err, "coranto cosign init DIR --masthead MASTHEAD --from WHERE makes a co-signer")
	}
	src, err := openSource(strings.TrimSpace(string(b)))
	if err != nil {
		return err
	}
	checker := &cosign.Checker{Source: src, Dir: root, Now: time.Now, Approve: approve}
	w.Check = checker.Check
	return e.serveWitness(ctx, root, w, address, cosignerPatience)
}

// askRelease shows a change and asks whether to sign.
func (e *env) askRelease(ctx context.Context, c cosign.Change) error {
	e.showRelease(c)
	err := e.confirm(ctx, fmt.Sprintf("Sign edition %d for release?", c.After.Edition), false)
	if err == nil || ctx.Err() != nil {
		return errors.Join(err, ctx.Err())
	}
	return errors.New("the person at the co-signer said no")
}

// tellRelease says what is signed, or why not, where nobody is asked.
func (e *env) tellRelease(approve func(context.Context, cosign.Change) error) func(context.Context, cosign.Change) error {
	return func(ctx context.Context, c cosign.Change) error {
		err := approve(ctx, c)
		if err != nil {
			e.showRelease(c)
			e.say("NOT signed: %v", err)
			return err
		}
		e.say("edition %d: signed; %s come, %d change, %d go", c.After.Edition, plural(len(c.Coming), "file", "files"), len(c.Changing), len(c.Going))
		return nil
	}
}

// showRelease says what an edition changes.
func (e *env) showRelease(c cosign.Change) {
	was := "the first of its log"
	if c.Before != nil {
		was = fmt.Sprintf("after edition %d", c.Before.Edition)
	}
	e.say("\nedition %d of %s, %s, made %s", c.After.Edition, term.Clean(c.Origin), was, c.After.Time.Format(time.RFC3339))
	for _, part := range []struct {
		what  string
		paths []string
	}{{"come", c.Coming}, {"change", c.Changing}, {"go", c.Going}} {
		if len(part.paths) == 0 {
			continue
		}
		stories := storiesIn(part.paths)
		e.say("  %s %s, of %s:", plural(len(part.paths), "file", "files"), part.what, plural(len(stories), "story", "stories"))
		const shown = 20
		for _, s := range stories[:min(shown, len(stories))] {
			e.say("    %s", term.Clean(s))
		}
		if more := len(stories) - shown; more > 0 {
			e.say("    and %d more", more)
		}
	}
	if c.Blind {
		e.say("  The edition before is no longer there to compare with: ALL of this one is shown as coming")
	}
	if b := c.Before; b != nil && !slices.Equal(b.Languages, c.After.Languages) {
		e.say("  LANGUAGES were %s, and are %s", strings.Join(b.Languages, " "), strings.Join(c.After.Languages, " "))
	}
	if b := c.Before; b != nil && !slices.Equal(b.Mirrors, c.After.Mirrors) {
		e.say("  MIRRORS were %s, and are %s", strings.Join(b.Mirrors, " "), strings.Join(c.After.Mirrors, " "))
	}
	if b := c.Before; b != nil && b.Epoch != c.After.Epoch {
		e.say("  TAKEN BACK: the purge epoch rises from %d to %d; mirrors and readers delete what goes", b.Epoch, c.After.Epoch)
	}
}

// storiesIn returns the stories that paths belong to, each once, as their folders with the languages in which they are.
func storiesIn(paths []string) []string {
	var order []string
	languages := map[string][]string{}
	for _, p := range paths {
		lang, rest, ok := strings.Cut(p, "/story/")
		if !ok || strings.Contains(lang, "/") {
			continue
		}
		dir := rest[:max(0, strings.LastIndex(rest, "/"))]
		if _, known := languages[dir]; !known {
			order = append(order, dir)
		}
		if !slices.Contains(languages[dir], lang) {
			languages[dir] = append(languages[dir], lang)
		}
	}
	for i, dir := range order {
		order[i] = dir + " (" + strings.Join(languages[dir], ", ") + ")"
	}
	return order
}

package cli

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"coranto/edition"
	"coranto/internal/keys"
	"coranto/internal/mirror"
	"coranto/internal/publish"
	"coranto/internal/store"
	"coranto/internal/store/sqlite"
	"coranto/internal/target"
	"coranto/internal/witness"
	"coranto/reader"
)

var recoverCommand = command{
	name:  "recover",
	usage: "--from MIRROR… [--new DIR --masthead MASTHEAD] [--root-key FILE]… [--propose FILE] [--json]",
	short: "brings a newsroom back from a mirror, after a restored backup or the loss of everything",
	long: `
A newsroom that was restored from an old backup does not know its newest editions, and publish refuses to go on: it would
fork the edition log. recover fetches the newest edition that any of the mirrors has (folders or URLs; none is trusted,
all is verified), and brings the newsroom up to it: the trust, the memory of editions, and the stories that came out
since. Drafts stay. What readers no longer have was taken back since, and is withdrawn here too. Words that no reader has
seen are kept, and listed where readers have others.

--new DIR makes the newsroom anew in an empty folder when nothing of it is left: with its stories, addresses, pictures and
lists, from a mirror and the root keys. The masthead is what readers were given: masthead.json or the line that begins
with coranto:. Without it the mirror's is taken, and you compare the words.

Keys that are lost are replaced: that takes the root keys of as many holders as must sign (--root-key, or a proposal that
they sign elsewhere: --propose, see keys sign). Stopped at any moment, it goes on when it is run again. What no reader
ever saw can't come back from a mirror: drafts, stories to come, protected bylines, who anonymous sources are.
docs/recovery.md says what to do when.`,
	setup: func(e *env, fs *flag.FlagSet) func(context.Context, []string) error {
		var o recoverOptions
		o.ceremony.flags(fs)
		fs.Var(&o.from, "from", "a `MIRROR` to recover from, a folder or a URL; may be given several times")
		fs.StringVar(&o.newDir, "new", "", "make the newsroom anew in this empty `DIR`")
		fs.StringVar(&o.masthead, "masthead", "", "with --new: what readers were given, a file, URL or `LINE`")
		fs.BoolVar(&o.yes, "yes", false, "do not ask whether the masthead's words are the right ones")
		fs.BoolVar(&e.json, "json", false, "print the report as JSON")
		return func(ctx context.Context, args []string) error {
			if len(args) > 0 {
				return usagef("recover takes no argument: %q", args[0])
			}
			if len(o.from) == 0 {
				return usagef("recover needs a mirror to recover from: --from MIRROR, a folder or a URL")
			}
			if o.masthead != "" && o.newDir == "" {
				return usagef("--masthead goes with --new: a newsroom that is there knows its own")
			}
			return e.recover(ctx, o)
		}
	},
}

type recoverOptions struct {
	ceremony
	from             stringList
	newDir, masthead string
	yes              bool
}

// recoveryDir is where a recovery that was stopped goes on from, in the newsroom's folder.
const recoveryDir = ".recovery"

// A recovery is one run of recover.
type recovery struct {
	e       *env
	o       recoverOptions
	sources []reader.Source
	signers []ed25519.PrivateKey
	n       *newsroom
	keys    *keys.Keys
	report  recoveryReport
}

func (e *env) recover(ctx context.Context, o recoverOptions) error {
	r := &recovery{e: e, o: o, report: recoveryReport{Settings: []string{}, KeysReplaced: []string{}, KeysLost: []string{}}}
	var err error
	if _, r.signers, err = o.signers(ctx, e); err != nil {
		return err
	}
	for _, where := range o.from {
		src, err := openSource(where)
		if err != nil {
			return err
		}
		r.sources = append(r.sources, src)
	}
	if o.newDir != "" {
		if err := r.begin(ctx); err != nil {
			return err
		}
		e.dir = o.newDir
	}
	return r.run(ctx)
}

// run brings the newsroom in e.dir up to the newest edition.
func (r *recovery) run(ctx context.Context) error {
	if err := r.open(ctx); err != nil {
		return err
	}
	defer r.n.Close()
	targets, err := r.n.targets()
	if err != nil {
		return err
	}
	if err := r.pull(ctx, targets[0]); err != nil {
		return err
	}
	if _, err := r.keys.Follow(ctx, targets[0].Get); err != nil {
		return withHint(fmt.Errorf("the mirror's trust is not newer than this newsroom's: %w", err), nothingNewer)
	}
	if err := r.adopt(ctx, targets); err != nil {
		return err
	}
	if err := r.compareSettings(ctx); err != nil {
		return err
	}
	lost := r.replaceLost(ctx)
	if n := len(r.report.Unread); n > 0 && lost == nil {
		lost = withHint(&codeError{exitPartial, fmt.Errorf("%s of the edition could not be taken over", plural(n, "story", "stories"))},
			"the next publish takes their pages away: ask for help before you publish, and keep a mirror as it is")
	}
	if err := r.n.root.RemoveAll(recoveryDir); err != nil {
		return err
	}
	return errors.Join(r.tell(), lost)
}

// open opens the newsroom under its lock. Its store may be lost, and some of its keys.
func (r *recovery) open(ctx context.Context) (err error) {
	if r.n, err = openFolder(r.e.dir); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			r.n.Close()
		}
	}()
	if err := r.n.lockWithin(ctx, lockWait, r.e.sayWaiting); err != nil {
		return err
	}
	r.n.store, err = sqlite.Open(ctx, r.e.dir)
	if errors.Is(err, fs.ErrNotExist) {
		r.e.say("store.db is not there: a new one is made, with what readers have")
		r.n.store, err = sqlite.Create(ctx, r.e.dir)
	}
	if err != nil {
		return err
	}
	r.n.close = append(r.n.close, r.n.store.Close)
	if r.keys, err = keys.OpenPartial(r.n.root); err != nil {
		return withHint(err, "trust/ is lost or damaged: begin anew in another folder with coranto recover --new DIR, and move keys/ there after")
	}
	return nil
}

// pull brings the newest edition to the newsroom's own target. What that holds already counts as one of the sources.
func (r *recovery) pull(ctx context.Context, own target.Target) error {
	sources := r.sources
	if _, err := own.Get(ctx, edition.LatestPath, edition.MaxLatest); err == nil {
		src, err := reader.Folder(r.n.publicDir())
		if err != nil {
			return err
		}
		defer src.Close()
		sources = append(sources[:len(sources):len(sources)], src)
	}
	if err := r.look(ctx, sources); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(r.n.dir, recoveryDir), 0o700); err != nil {
		return err
	}
	state, err := r.n.root.OpenRoot(recoveryDir)
	if err != nil {
		return err
	}
	defer state.Close()
	bar := r.e.bar("recover")
	defer bar.done()
	res, err := mirror.Pull(ctx, mirror.Options{
		Masthead: r.keys.Masthead(r.n.config.Name, r.n.config.Languages, nil), Sources: sources, To: own, State: state,
		Recheck: true, Progress: bar.ofStep, Log: slog.New(slog.DiscardHandler),
	})
	r.report.Fetched = res.Bytes
	if len(res.Forks) > 0 {
		return r.forked(res.Forks)
	}
	return explainRecoveryPull(err, res, own.Name(), r.n.publicDir())
}

// look asks all sources for their heads before anything is changed: one of the mirrors that were given must have an
// edition, and no two of them may have histories that don't go together.
func (r *recovery) look(ctx context.Context, sources []reader.Source) error {
	rd, err := reader.Open(r.keys.Masthead(r.n.config.Name, r.n.config.Languages, nil), reader.Options{Sources: sources, Only: true})
	if err != nil {
		return err
	}
	defer rd.Close()
	report, err := rd.Refresh(ctx)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if len(report.Forks) > 0 {
		return r.forked(report.Forks)
	}
	if err != nil {
		return explainRead(err, report)
	}
	for _, m := range report.Mirrors {
		given := slices.ContainsFunc(r.sources, func(s reader.Source) bool { return s.Name() == m.Mirror })
		if given && (m.State == reader.Good || m.State == reader.Old) {
			return nil
		}
	}
	return withHint(&codeError{exitNoMirror, &mirrorsError{reader.ErrNoMirror, report.Mirrors}},
		"try other mirrors: any folder, stick or address that ever carried the newsroom will do")
}

// forked keeps the evidence of two histories, and says that a person must choose.
func (r *recovery) forked(forks []*edition.ForkError) error {
	var names []string
	for _, f := range forks {
		e, err := edition.ParseEvidence(f.Evidence())
		if err != nil {
			return err
		}
		name, err := witness.KeepEvidence(r.n.root, e)
		if err != nil {
			return err
		}
		names = append(names, name)
	}
	return withHint(&codeError{exitUnverified, fmt.Errorf("the mirrors have two histories, both signed with this newsroom's key: %s", strings.Join(names, ", "))},
		"somebody else has the key, or a restored copy has published. Nothing was changed. See which mirror has only what is "+
			"yours, run this again with that alone, and then coranto keys revoke log: readers of both follow the new log")
}

// explainRecoveryPull says what every mirror did, and what to do.
func explainRecoveryPull(err error, res mirror.Result, own, dir string) error {
	if err == nil {
		return nil
	}
	text, lied := err.Error(), false
	text, _, _ = strings.Cut(text, "\n")
	for _, s := range res.Sources {
		text += fmt.Sprintf("\n  %s: %s %s", s.Source, s.State, s.Detail)
		lied = lied || s.State.Dropped()
	}
	said := errors.New(text)
	switch {
	case errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, mirror.ErrOccupied), errors.Is(err, mirror.ErrForeign):
		return withHint(fmt.Errorf("target %q: %w", own, err), "move "+dir+" away, and run this again")
	case lied:
		return withHint(&codeError{exitUnverified, said}, "nothing of it was taken over; try other mirrors")
	case errors.Is(err, reader.ErrNoMirror):
		return withHint(&codeError{exitNoMirror, said}, "try other mirrors: any folder, stick or address that ever carried the newsroom will do")
	}
	return err
}

// nothingNewer says what to do where no mirror has what this newsroom lacks.
const nothingNewer = "no mirror has anything newer: coranto publish --again writes this newsroom's own edition anew"

// adopt takes the edition that the newsroom's own target now holds over into the store.
func (r *recovery) adopt(ctx context.Context, targets []target.Target) (err error) {
	s, err := r.n.site()
	if err != nil {
		return err
	}
	bar := r.e.bar("recover")
	defer bar.done()
	p := &publish.Publisher{
		Store: r.n.store, Site: s, Keys: r.keys, Targets: targets,
		Name: r.n.config.Name, Languages: r.n.config.Languages, Mirrors: r.n.config.Mirrors,
		Progress: bar.ofStep, Log: slog.New(slog.DiscardHandler),
	}
	r.report.Recovered, err = p.Recover(ctx)
	var fork *publish.ForkError
	switch {
	case errors.As(err, &fork):
		return withHint(&codeError{exitUnverified, err}, "this newsroom has published since it was restored, so there are two histories. "+
			"Bring the backup back once more, run this before anything is published, and then coranto keys revoke log: "+
			"readers of both histories follow the new log")
	case errors.Is(err, store.ErrConflict):
		return withHint(err, nothingNewer)
	}
	return err
}

// replaceLost makes new keys in the place of those that count and are not here.
func (r *recovery) replaceLost(ctx context.Context) error {
	var lost *keys.LostError
	if !errors.As(r.keys.Lost(), &lost) {
		return nil
	}
	last, floor, err := lastHead(ctx, r.n, r.keys)
	if err != nil {
		return err
	}
	role := lost.Roles[0]
	if (role == "log" || role == "cosigner") && !r.keys.TargetsElsewhere() { // no root key is needed
		_, err = r.keys.ReplaceLog(last, floor, rand.Reader, time.Now())
	} else {
		err = r.propose(last, floor)
	}
	if err == nil && r.o.propose == "" {
		r.report.KeysReplaced = lost.Roles
		return nil
	}
	r.report.KeysLost = lost.Roles
	if err != nil {
		err = withHint(&codeError{exitPartial, fmt.Errorf("all is back but the keys: %w", err)}, keysLostHint)
	}
	return err
}

const keysLostHint = "run this again with the root keys of as many holders as must sign, --root-key FILE for each, or --propose FILE"

// propose has a root with new keys signed and puts it in force, or writes it for the holders to sign.
func (r *recovery) propose(last edition.Checkpoint, floor uint64) error {
	p, err := r.keys.ProposeLost(last, floor, rand.Reader, time.Now())
	if err == nil {
		p, err = r.o.signed(r.keys, p, r.signers)
	}
	if err != nil {
		return err
	}
	if r.o.propose != "" {
		return r.e.writeOut(r.o.propose, p)
	}
	if _, err := r.keys.Accept(p, time.Now()); err != nil {
		return err
	}
	for _, key := range r.signers {
		if err := r.keys.KeepRoot(key); err != nil {
			return err
		}
	}
	return nil
}

// lastHead returns the head after which a new log is to begin, zero when the log has none, and the edition in it.
func lastHead(ctx context.Context, n *newsroom, k *keys.Keys) (last edition.Checkpoint, floor uint64, err error) {
	head, err := n.store.Head(ctx)
	if err == nil && head.Number > 0 && head.Origin == k.Policy().Origin() {
		last = edition.Checkpoint{Origin: head.Origin, Size: head.LogSize, Hash: tlog.Hash(head.LogHash)}
	}
	return last, head.Number, err
}

package cli

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"coranto/edition"
	"coranto/internal/keys"
)

var keysRehearseCommand = command{
	name:  "rehearse",
	usage: "[--threshold K] [--holders NAME,NAME,…]",
	short: "tries splitting, rotating and revoking on a copy, and throws it away",
	long: `
Does on a copy of the newsroom's keys what is done when it matters: gives the root to several people, loses as many of
their keys as may be lost, replaces every other key, and begins a new log. After each step a reader follows who was
there before. The copy stands in the newsroom's folder, which alone may hold its keys, and is removed in the end;
nothing else is changed and nothing published. A root that is split is rehearsed with its holders' files (--root-key).`,
	setup: func(e *env, fs *flag.FlagSet) func(context.Context, []string) error {
		var c ceremony
		fs.Var(&c.rootKeys, "root-key", "a root key `FILE` of a holder who is here; may be given several times")
		fs.StringVar(&c.passphrases, "passphrases", "", "a `FILE` of passphrases, one a line, instead of asking")
		threshold := fs.Int("threshold", 2, "how many of the holders must sign, a `NUMBER`")
		holders := fs.String("holders", "first,second,third", "the `NAMES` of the holders, with commas between them")
		return func(ctx context.Context, args []string) error {
			names, err := holderNames(*holders)
			if err != nil {
				return &usageError{err}
			}
			if len(args) > 0 || *threshold < 1 || *threshold > len(names) {
				return usagef("keys rehearse takes --threshold K --holders NAME,NAME,…, and K holders at least")
			}
			return e.withKeys(ctx, true, func(n *newsroom, _ *keys.Keys) error {
				_, signers, err := c.signers(ctx, e)
				if err != nil {
					return err
				}
				return e.rehearse(ctx, n, signers, *threshold, names)
			})
		}
	},
}

// A rehearsal is the copy that the ceremonies are tried on, and a reader who was there before.
type rehearsal struct {
	e      *env
	keys   *keys.Keys
	reader *edition.Trust
	now    time.Time
	held   []keys.Held
}

func (e *env) rehearse(ctx context.Context, n *newsroom, signers []ed25519.PrivateKey, threshold int, names []string) error {
	if err := clearRehearsals(n.dir); err != nil {
		return err
	}
	dir, err := os.MkdirTemp(n.dir, rehearsalPrefix)
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	if err := copyKeys(n.root, root); err != nil {
		return err
	}
	head, err := n.store.Head(ctx)
	if err != nil {
		return err
	}
	r := rehearsal{e: e, now: time.Now()}
	if r.keys, err = keys.Open(root); err != nil {
		return err
	}
	list, err := r.keys.List()
	if err != nil {
		return err
	}
	e.say("%s", spareRoots(list))
	first, err := root.ReadFile(edition.RootPath(1))
	if err != nil {
		return err
	}
	if r.reader, err = edition.NewTrust(first); err != nil {
		return err
	}
	steps := []struct {
		what string
		do   func() error
	}{
		{"the trust of now is followed from its first root", func() error { return nil }},
		{fmt.Sprintf("the root is given to %d people, of whom %d must sign", len(names), threshold),
			func() error { return r.split(signers, threshold, names) }},
		{fmt.Sprintf("%d of %d signatures are refused", threshold-1, threshold), func() error { return r.refused(threshold) }},
		{fmt.Sprintf("with %d of their keys lost, targets' key is replaced", len(names)-threshold), func() error { return r.rotate("targets", threshold) }},
		{"snapshot's key is replaced", func() error { return r.rotate("snapshot", threshold) }},
		{"timestamp's key is replaced", func() error { return r.rotate("timestamp", threshold) }},
		{fmt.Sprintf("a new log begins after edition %d, and its head is believed", head.Number), func() error {
			last := edition.Checkpoint{Origin: head.Origin, Size: head.LogSize, Hash: tlog.Hash(head.LogHash)}
			return r.replaceLog(last, head.Number)
		}},
	}
	for _, s := range steps {
		err := s.do()
		if err == nil {
			err = r.follow(ctx)
		}
		if err != nil {
			return fmt.Errorf("in the rehearsal: %s: %w", s.what, explainMissing(r.keys, err))
		}
		fmt.Fprintf(e.stdout, "ok  %s\n", s.what)
	}
	e.say("the copy is gone, and nothing has changed. What to do in earnest: docs/keys.md")
	return nil
}

const rehearsalPrefix = ".rehearsal-"

// clearRehearsals takes away copies that a rehearsal left which was killed. The newsroom is locked: none is at work.
func clearRehearsals(dir string) error {
	entries, err := os.ReadDir(dir)
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), rehearsalPrefix) {
			err = errors.Join(err, os.RemoveAll(filepath.Join(dir, entry.Name())))
		}
	}
	return err
}

// copyKeys copies keys/ and trust/ to the rehearsal's folder.
func copyKeys(from, to *os.Root) error {
	for _, folder := range []string{"keys", "trust"} {
		err := fs.WalkDir(from.FS(), folder, func(name string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if d.IsDir() {
				return to.Mkdir(filepath.FromSlash(name), 0o700)
			}
			b, err := from.ReadFile(name)
			if err != nil {
				return err
			}
			return to.WriteFile(name, b, 0o600)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// follow brings the reader up to the copy's trust.
func (r *rehearsal) follow(ctx context.Context) error {
	files, err := r.keys.Files()
	if err != nil {
		return err
	}
	return r.reader.Refresh(ctx, func(_ context.Context, path string, _ int64) ([]byte, error) {
		if b, ok := files[path]; ok {
			return b, nil
		}
		return nil, fs.ErrNotExist
	})
}

// split gives the root to the holders, whose keys go through their files' form and come back.
func (r *rehearsal) split(signers []ed25519.PrivateKey, threshold int, names []string) error {
	held, p, err := r.keys.ProposeSplit(names, threshold, rand.Reader, r.now)
	if err != nil {
		return err
	}
	if p, err = (ceremony{}).signed(r.keys, p, signers); err != nil {
		return err
	}
	for i, h := range held {
		if held[i].Key, err = throughFile(h.Key); err != nil {
			return err
		}
	}
	r.held = held
	_, err = r.keys.Accept(p, r.now)
	return err
}

// throughFile encrypts a key and opens it again. The cost of guessing is no part of the rehearsal.
func throughFile(key ed25519.PrivateKey) (ed25519.PrivateKey, error) {
	const work = 10
	var random [16]byte
	if _, err := rand.Read(random[:]); err != nil {
		return nil, err
	}
	passphrase := hex.EncodeToString(random[:])
	b, err := keys.Encrypt(key, passphrase, work)
	if err != nil {
		return nil, err
	}
	return keys.Decrypt(b, passphrase)
}

// refused wants one signature too few to be too few.
func (r *rehearsal) refused(threshold int) error {
	p, err := r.keys.ProposeRenewal(r.now)
	if err != nil {
		return err
	}
	if p, err = r.sign(p, threshold-1); err != nil {
		return err
	}
	var missing *keys.MissingError
	if _, err := r.keys.Accept(p, r.now); !errors.As(err, &missing) {
		return fmt.Errorf("they were not: %v", err)
	}
	return nil
}

func (r *rehearsal) rotate(role string, threshold int) error {
	p, err := r.keys.ProposeRotation(role, rand.Reader, r.now)
	if err != nil {
		return err
	}
	if p, err = r.sign(p, threshold); err != nil {
		return err
	}
	_, err = r.keys.Accept(p, r.now)
	return err
}

// sign has the last n holders sign; the others have lost their keys.
func (r *rehearsal) sign(p keys.Proposal, n int) (_ keys.Proposal, err error) {
	for _, h := range r.held[len(r.held)-n:] {
		if p, err = p.Sign(h.Key); err != nil {
			return p, err
		}
	}
	return p, nil
}

// replaceLog begins a new log, and wants a head of it to be believed under the reader's policy.
func (r *rehearsal) replaceLog(last edition.Checkpoint, number uint64) error {
	if last.Origin != r.keys.Policy().Origin() {
		last = edition.Checkpoint{}
	}
	if _, err := r.keys.ReplaceLog(last, number, rand.Reader, r.now); err != nil {
		return err
	}
	if err := r.follow(context.Background()); err != nil {
		return err
	}
	c := edition.Checkpoint{Origin: r.keys.LogSigner().Name(), Size: 1, Hash: tlog.Hash{1}}
	signers := []note.Signer{r.keys.LogSigner()}
	if own := r.keys.Cosigner(r.now); own != nil { // otherwise the release co-signer's, who rehearses by itself
		signers = append(signers, own)
	}
	signed, err := note.Sign(&note.Note{Text: string(c.Text())}, signers...)
	if err != nil {
		return err
	}
	head, err := edition.OpenHead(signed, r.reader.Policy().Keys()...)
	if err == nil && len(head.Signers) != len(signers) {
		err = errors.New("its head would not be believed")
	}
	return err
}

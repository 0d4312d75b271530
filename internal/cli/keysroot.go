package cli

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"

	"coranto/edition"
	"coranto/internal/durable"
	"coranto/internal/keys"
)

var keysRootCommand = command{
	name:  "root",
	usage: "split | renew",
	short: "gives the root to several people, or renews it with them",
	long:  `The root says which keys count. It is needed when a key has to be replaced, and before it expires.`,
	verbs: []command{keysSplitCommand, keysRenewCommand},
}

var keysSplitCommand = command{
	name:  "split",
	usage: "--threshold K --holders NAME,NAME,… --to DIR [--sheets DIR]",
	short: "makes a root key for each of several people, K of whom must sign",
	long: `
Makes a root key for each holder, encrypted with a passphrase of its own, as root-NAME.age in a folder to be carried
away, and a root in which they replace the root keys of now. From then on K of them must sign whenever a key is to be
replaced or the root renewed; publish goes on without them. The old root key is removed from keys/.

Root keys that were split before are given with --root-key, or asked through a proposal (--propose; see keys sign).
--sheets writes a page for each holder, to print. --passphrases reads passphrases from a file, one a line: first those
of the --root-key files, then those of the holders, in the order given.`,
	setup: func(e *env, fs *flag.FlagSet) func(context.Context, []string) error {
		var c ceremony
		c.flags(fs)
		threshold := fs.Int("threshold", 0, "how many of the holders must sign, a `NUMBER`")
		holders := fs.String("holders", "", "the `NAMES` of the holders, with commas between them")
		to := fs.String("to", "", "a new or empty `FOLDER` for the key files")
		sheets := fs.String("sheets", "", "a `FOLDER` for a printable page for each holder")
		return func(ctx context.Context, args []string) error {
			names, err := holderNames(*holders)
			if err != nil {
				return &usageError{err}
			}
			if len(args) > 0 || *to == "" || *threshold < 1 || *threshold > len(names) {
				return usagef("keys root split needs --threshold K --holders NAME,NAME,… --to FOLDER, and K holders at least")
			}
			return e.withKeys(ctx, true, func(n *newsroom, k *keys.Keys) error {
				s := split{e: e, newsroom: n.config.Name, keys: k, ceremony: c, threshold: *threshold, names: names, to: *to, sheets: *sheets}
				return s.run(ctx)
			})
		}
	},
}

var keysRenewCommand = command{
	name:  "renew",
	usage: "[--root-key FILE]… | --propose FILE",
	short: "signs the root anew, with the same keys and two more years",
	long:  `Signs the root anew with the same keys, so that it expires two years from now.`,
	setup: func(e *env, fs *flag.FlagSet) func(context.Context, []string) error {
		var c ceremony
		c.flags(fs)
		return func(ctx context.Context, args []string) error {
			if len(args) > 0 {
				return usagef("keys root renew takes no argument: %q", args[0])
			}
			return e.withKeys(ctx, true, func(_ *newsroom, k *keys.Keys) error {
				_, signers, err := c.signers(ctx, e)
				if err != nil {
					return err
				}
				p, err := k.ProposeRenewal(time.Now())
				if err != nil {
					return err
				}
				return e.conclude(k, p, c, signers)
			})
		}
	},
}

// A ceremony is what every change of the root has in common: whose keys are at hand, or where the proposal goes.
type ceremony struct {
	rootKeys             stringList
	passphrases, propose string
}

func (c *ceremony) flags(fs *flag.FlagSet) {
	fs.Var(&c.rootKeys, "root-key", "a root key `FILE` of a holder who is here; may be given several times")
	fs.StringVar(&c.passphrases, "passphrases", "", "a `FILE` of passphrases, one a line, instead of asking")
	fs.StringVar(&c.propose, "propose", "", "write the change to a `FILE` for the holders to sign, and change nothing yet")
}

// signers opens the root keys that are at hand.
func (c ceremony) signers(ctx context.Context, e *env) (*prompter, []ed25519.PrivateKey, error) {
	p, err := newPrompter(e, c.passphrases)
	if err != nil {
		return nil, nil, err
	}
	signers, err := p.rootKeys(ctx, c.rootKeys)
	return p, signers, err
}

// signed adds the signatures of the root keys that are at hand, and of the newsroom's own where it is.
func (c ceremony) signed(k *keys.Keys, p keys.Proposal, signers []ed25519.PrivateKey) (keys.Proposal, error) {
	p, err := k.SignHere(p)
	for _, key := range signers {
		if err == nil {
			p, err = p.Sign(key)
		}
	}
	return p, err
}

// conclude puts a change of the root in force, or writes it as a proposal.
func (e *env) conclude(k *keys.Keys, p keys.Proposal, c ceremony, signers []ed25519.PrivateKey) error {
	p, err := c.signed(k, p, signers)
	if err != nil {
		return err
	}
	if c.propose == "" {
		return e.accept(k, p)
	}
	return e.writeOut(c.propose, p)
}

// writeOut writes a proposal for the holders to sign, and says its words.
func (e *env) writeOut(file string, p keys.Proposal) error {
	if err := writeProposal(file, p); err != nil {
		return err
	}
	words, err := proposalWords(p)
	if err != nil {
		return err
	}
	e.say("wrote %s: nothing has changed yet. Its words, to be read to the holders: %s", file, words)
	e.say("next: each holder runs coranto keys sign on a copy; then coranto keys accept with all copies")
	return nil
}

// accept puts a signed proposal in force.
func (e *env) accept(k *keys.Keys, p keys.Proposal) error {
	if _, err := k.Accept(p, time.Now()); err != nil {
		return explainMissing(k, err)
	}
	_, err := fmt.Fprintf(e.stdout, "version %d of the root is in force\n", p.Version())
	e.say("next: coranto publish brings it to the readers")
	return err
}

// explainMissing says who has not signed, and what to do.
func explainMissing(k *keys.Keys, err error) error {
	var missing *keys.MissingError
	if !errors.As(err, &missing) {
		return err
	}
	hint := "give the holders' files with --root-key, or write a proposal for them to sign with --propose FILE; nothing was changed"
	if names := unsigned(k, missing.Absent); names != "" {
		hint = "not signed yet: " + names + "; " + hint
	}
	hint += "; " + rootLostHint
	return withHint(err, hint)
}

// unsigned names the holders of keys that have not signed, as far as they are known.
func unsigned(k *keys.Keys, ids []string) string {
	list, err := k.List()
	if err != nil {
		return "" // it is only a hint
	}
	var names []string
	for _, l := range list {
		if l.Holder != "" && slices.Contains(ids, l.ID) {
			names = append(names, l.Holder)
		}
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// proposalWords returns the words by which people compare a proposal over the telephone.
func proposalWords(p keys.Proposal) (string, error) {
	id, err := p.ID()
	return edition.NewComparison(id).Words, err
}

func writeProposal(file string, p keys.Proposal) error {
	b, err := p.Marshal()
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(filepath.Dir(file))
	if err != nil {
		return err
	}
	defer root.Close()
	return durable.WriteSynced(root, filepath.Base(file), b)
}

// holderNames reads a list of names, no two of which would give the same file.
func holderNames(list string) ([]string, error) {
	var names []string
	seen := map[string]bool{}
	for name := range strings.SplitSeq(list, ",") {
		name = strings.TrimSpace(name)
		file := keyFileName(name)
		if checkName(name) != nil || file == "root-.age" || seen[file] {
			return nil, fmt.Errorf("holder %q: want names of letters or digits, all different", name)
		}
		seen[file] = true
		names = append(names, name)
	}
	return names, nil
}

// keyFileName returns the name of a holder's key file.
func keyFileName(holder string) string {
	words := strings.FieldsFunc(strings.ToLower(holder), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) })
	return "root-" + strings.Join(words, "-") + ".age"
}

// A split is one run of keys root split.
type split struct {
	e          *env
	newsroom   string
	keys       *keys.Keys
	ceremony   ceremony
	threshold  int
	names      []string
	to, sheets string
}

// run writes the key files, reads them back, and only then puts the new root in force.
func (s split) run(ctx context.Context) error {
	prompt, signers, err := s.ceremony.signers(ctx, s.e)
	if err != nil {
		return err
	}
	held, p, err := s.keys.ProposeSplit(s.names, s.threshold, rand.Reader, time.Now())
	if err != nil {
		return err
	}
	if p, err = s.ceremony.signed(s.keys, p, signers); err != nil {
		return err
	}
	if err := s.keys.Check(p); err != nil && s.ceremony.propose == "" {
		return explainMissing(s.keys, err)
	}
	if err := makeEmpty(s.to); err != nil {
		return err
	}
	for _, h := range held {
		if err := s.write(ctx, prompt, h); err != nil {
			return withHint(err, "nothing has changed: empty "+s.to+" and begin again")
		}
	}
	if err := s.writeSheets(held, p); err != nil {
		return err
	}
	if err := s.keys.NoteHolders(held); err != nil {
		return err
	}
	if err := s.e.conclude(s.keys, p, s.ceremony, nil); err != nil {
		return err
	}
	s.e.say("%s holds %d keys, of which %d must sign: give each to its holder, and keep no copy here", s.to, len(held), s.threshold)
	list, err := s.keys.List()
	if err == nil && s.ceremony.propose == "" {
		s.e.say("%s", spareRoots(list))
	}
	return err
}

// write writes one holder's key, and proves that the passphrase opens it.
func (s split) write(ctx context.Context, prompt *prompter, h keys.Held) error {
	passphrase, err := prompt.ask(ctx, "the new root key of "+h.Holder, true)
	if err != nil {
		return err
	}
	b, err := keys.Encrypt(h.Key, passphrase, cmp.Or(s.e.work, keys.DefaultWork))
	if err != nil {
		return fmt.Errorf("the key of %s: %w", h.Holder, err)
	}
	root, err := os.OpenRoot(s.to)
	if err != nil {
		return err
	}
	defer root.Close()
	name := keyFileName(h.Holder)
	if err := durable.WritePrivate(root, name, b); err != nil {
		return err
	}
	back, err := root.ReadFile(name)
	if err != nil {
		return err
	}
	key, err := keys.Decrypt(back, passphrase)
	if err == nil && !key.Equal(h.Key) {
		err = errors.New("another key came back")
	}
	if err != nil {
		return fmt.Errorf("%s does not read back: %w", name, err)
	}
	return nil
}

// makeEmpty makes a folder for its owner alone, or takes an empty one.
func makeEmpty(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	entries, err := os.ReadDir(dir)
	if err == nil && len(entries) > 0 {
		err = withHint(fmt.Errorf("%s is not empty", dir), "give a folder that does not exist yet")
	}
	return err
}

// writeSheets writes a page for each holder.
func (s split) writeSheets(held []keys.Held, p keys.Proposal) error {
	if s.sheets == "" {
		return nil
	}
	if err := os.MkdirAll(s.sheets, 0o700); err != nil {
		return err
	}
	root, err := os.OpenRoot(s.sheets)
	if err != nil {
		return err
	}
	defer root.Close()
	for _, h := range held {
		name := strings.TrimSuffix(keyFileName(h.Holder), ".age") + ".txt"
		if err := durable.WritePrivate(root, name, []byte(s.sheet(h, p))); err != nil {
			return err
		}
	}
	return nil
}

// sheet is a holder's page. It names no other holder: it may be found.
func (s split) sheet(h keys.Held, p keys.Proposal) string {
	id, err := edition.ParseHash(h.ID)
	words := edition.NewComparison(id)
	if err != nil {
		panic("keys: " + err.Error()) // a key's ID is a SHA-256 in hex
	}
	return fmt.Sprintf(sheetText, s.newsroom, h.Holder, keyFileName(h.Holder), h.ID, h.Key.Public(), words.Words, words.Digits,
		p.Version(), s.threshold, len(s.names), p.Expires().Format("2 January 2006"), s.threshold)
}

const sheetText = `ROOT KEY OF %s
held by %s

What this is
  The newsroom's root says which keys its readers believe. This page belongs to one of
  the keys that may sign the root. The key itself is the file named below, which only
  your passphrase opens. This page is no secret, but it tells whoever finds it that you
  hold a key: keep it as you keep a passport. Do not write the passphrase on it.

  file         %s
  key ID       %s
  public key   %x
  its words    %s
  its digits   %s
  made for     version %d of the root; %d of %d keys must sign
  sign before  %s, when this root expires

What to do
  1. Keep the file on two devices that are switched off, in two places.
  2. Once a year, see that your passphrase still opens it: age -d FILE shows a private key.
  3. When you are asked to sign: telephone somebody of the newsroom whose voice you know,
     and have the proposal's words read to you. On a computer that you trust:
         coranto keys sign PROPOSAL --root-key FILE
     It shows what will change, and the words. If they differ, do not sign, and say so.
  4. If you lose the file or forget the passphrase, or if somebody else may have had both,
     say so at once. As long as %d other holders have theirs, nothing is lost.
`

package keys

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"coranto/edition"
	"coranto/internal/durable"
)

// maxHolders is the most keys that a role of the format has.
const maxHolders = 32

// A Held is a root key that somebody is to carry away.
type Held struct {
	Holder, ID string
	Key        ed25519.PrivateKey
}

// ProposeSplit makes a root key for each holder, and the root in which they replace those of now: threshold of them
// must sign what comes after. The new keys have signed it; those of now have not. Nothing is written.
func (k *Keys) ProposeSplit(holders []string, threshold int, rnd io.Reader, now time.Time) ([]Held, Proposal, error) {
	if len(holders) < 1 || len(holders) > maxHolders || threshold < 1 || threshold > len(holders) {
		return nil, Proposal{}, fmt.Errorf("%d of %d root keys: want 1 to %d holders, and no more of them to sign than there are",
			threshold, len(holders), maxHolders)
	}
	m, err := k.nextRoot(now)
	if err != nil {
		return nil, Proposal{}, err
	}
	if err := dropKeys(&m.Signed, metadata.ROOT); err != nil {
		return nil, Proposal{}, err
	}
	p := Proposal{m}
	held := make([]Held, len(holders))
	for i, name := range holders {
		key, err := newKey(rnd)
		if err != nil {
			return nil, p, err
		}
		id, err := keyID(key)
		if err != nil {
			return nil, p, err
		}
		held[i] = Held{name, id, key}
		if err := addKey(&m.Signed, metadata.ROOT, key); err != nil {
			return nil, p, err
		}
	}
	m.Signed.Roles[metadata.ROOT].Threshold = threshold
	for _, h := range held {
		if p, err = p.Sign(h.Key); err != nil {
			return nil, p, err
		}
	}
	return held, p, nil
}

// NoteHolders remembers who carries which key, for List.
func (k *Keys) NoteHolders(held []Held) error {
	names := map[string]string{}
	for _, h := range held {
		names[h.ID] = h.Holder
	}
	return k.addHolders(names)
}

// ProposeRotation makes a new key for a role, and the root in which it replaces the one of now. The key waits in
// keys/next/ until the root is accepted; a later proposal for the same role takes its place. The root role can be
// rotated thus while its one key is here; one that is split is split again.
func (k *Keys) ProposeRotation(role string, rnd io.Reader, now time.Time) (Proposal, error) {
	if !slices.Contains(roleNames[:], role) {
		return Proposal{}, fmt.Errorf("there is no role %q in the root", role)
	}
	if role == metadata.ROOT && !k.signsRootAlone() {
		return Proposal{}, errors.New("the root's keys are kept elsewhere: split the root again, among the holders of its new keys")
	}
	m, err := k.nextRoot(now)
	if err != nil {
		return Proposal{}, err
	}
	key, err := newKey(rnd)
	if err != nil {
		return Proposal{}, err
	}
	b, err := pemSecret(key)
	if err != nil {
		return Proposal{}, err
	}
	if err := errors.Join(dropKeys(&m.Signed, role), addKey(&m.Signed, role, key)); err != nil {
		return Proposal{}, err
	}
	if err := durable.WritePrivate(k.dir, nextFolder+role+".pem", b); err != nil {
		return Proposal{}, err
	}
	if role == metadata.ROOT {
		return Proposal{m}.Sign(key)
	}
	return Proposal{m}, nil
}

// ProposeRenewal returns the root of now with a later expiry.
func (k *Keys) ProposeRenewal(now time.Time) (Proposal, error) {
	m, err := k.nextRoot(now)
	return Proposal{m}, err
}

// SignHere adds the signature of the root's key when that is here.
func (k *Keys) SignHere(p Proposal) (Proposal, error) {
	if key := k.roles[metadata.ROOT]; key != nil {
		return p.Sign(key)
	}
	return p, nil
}

// dropKeys takes all keys from a role of a root, whose threshold becomes 1.
func dropKeys(root *metadata.RootType, role string) error {
	for _, id := range slices.Clone(root.Roles[role].KeyIDs) {
		if err := root.RevokeKey(id, role); err != nil {
			return err
		}
	}
	root.Roles[role].Threshold = 1
	return nil
}

// Accept puts a proposal in force once enough have signed it, and signs anew what the keys that it replaces had signed.
// It returns the new files as Renew does. A *MissingError says that signatures are missing; whatever the error, the old
// root is in force, or the new one with all that belongs to it.
func (k *Keys) Accept(p Proposal, now time.Time) (map[string][]byte, error) {
	if want := k.signed.root.Signed.Version + 1; p.Version() != want {
		return nil, fmt.Errorf("the proposal is for version %d of the root, and the next one is %d: make a new proposal", p.Version(), want)
	}
	p, err := p.signedFor(k.signed.root)
	if err != nil {
		return nil, err
	}
	root, err := p.Marshal()
	if err != nil {
		return nil, err
	}
	next := *k
	next.signed.root = p.m
	if next.pool, err = readPool(k.dir); err != nil {
		return nil, err
	}
	text, err := next.duePolicy()
	if err != nil {
		return nil, err
	}
	policy, err := edition.ParsePolicy(text)
	if err != nil {
		return nil, err
	}
	next.choose(p.m, policy)
	if err := next.checkPresent(); err != nil {
		return nil, fmt.Errorf("the proposal names keys that are not here: %w", err)
	}
	files, err := next.sign(text, now)
	if err != nil {
		return nil, err
	}
	files[edition.RootPath(p.Version())] = root
	if err := k.check(files); err != nil {
		return nil, err
	}
	return files, k.save(files)
}

// check follows the new files as a reader would who holds the trust of now.
func (k *Keys) check(files map[string][]byte) error {
	reader := *k.trust
	err := reader.Refresh(context.Background(), func(ctx context.Context, path string, max int64) ([]byte, error) {
		if b, ok := files[path]; ok {
			return b, nil
		}
		return k.read(ctx, path, max)
	})
	if err != nil {
		return fmt.Errorf("readers would not follow: %w", err)
	}
	for path, b := range files {
		if strings.HasSuffix(path, ".root.json") && string(reader.Root()) != string(b) {
			return fmt.Errorf("readers would not follow %s: %w", path, fs.ErrInvalid)
		}
	}
	return nil
}

// ReplaceLog begins a new edition log with new keys, its own and the co-signer's: a head that lacks either signature
// would be taken for a thief's. Last is the last good head of the log until now, zero when there is none, and floor the
// edition in it: readers keep what they have of the old log up to there, and drop whatever lies beyond as evidence.
// The next edition that is published is the new log's first.
func (k *Keys) ReplaceLog(last edition.Checkpoint, floor uint64, rnd io.Reader, now time.Time) (map[string][]byte, error) {
	p, err := k.newLog(last, floor, rnd)
	if err != nil {
		return nil, err
	}
	return k.SetPolicy(p, now)
}

// newLog makes the keys of a new log, which wait in keys/next/, and returns the policy that names them.
func (k *Keys) newLog(last edition.Checkpoint, floor uint64, rnd io.Reader) (p edition.Policy, err error) {
	name, _, _ := strings.Cut(k.Policy().Origin(), ".coranto/")
	logName, err := origin(name, rnd)
	if err != nil {
		return p, err
	}
	p = k.Policy()
	if last.Size > 0 {
		p.After = append(slices.Clone(p.After), last)
	}
	p.EditionFloor = max(p.EditionFloor, floor)
	files := []string{logKeyFile, cosignerKeyFile}
	if k.cosignsElsewhere() {
		files = files[:1] // the release co-signer's key was not on this machine, and stays
	}
	for _, file := range files {
		next := nextFolder + strings.TrimPrefix(file, "keys/")
		b, err := makeSecret(next, logName, rnd)
		if err != nil {
			return p, err
		}
		s, err := parseSecret(strings.TrimPrefix(file, "keys/"), b)
		if err != nil {
			return p, err
		}
		if s.log != nil {
			p.Log = s.verifier
		} else {
			p.Cosigner = s.verifier
		}
		if err := durable.WritePrivate(k.dir, next, b); err != nil {
			return p, err
		}
	}
	return p, p.Check()
}

// Check says whether enough have signed a proposal: nil, or a *MissingError.
func (k *Keys) Check(p Proposal) error {
	_, err := p.signedFor(k.signed.root)
	return err
}

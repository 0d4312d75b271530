package keys

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"time"

	"coranto/edition"
	"coranto/internal/durable"
)

// WitnessGroup is the group of the policy that holds all witnesses, once a quorum of them is wanted.
const WitnessGroup = "witnesses"

// addressFile says where those answer who sign besides this newsroom. It is no part of what is signed.
const addressFile = "keys/addresses.json"

// Addresses say where those answer who sign heads with keys that are not here: URLs of C2SP tlog-witness. An address
// that the policy has no key for is left over, and not looked at.
type Addresses struct {
	// Cosigner is the release co-signer's; "" when the newsroom co-signs itself.
	Cosigner string `json:"cosigner,omitempty"`
	// Witnesses are those of the witnesses, by their names in the policy.
	Witnesses map[string]string `json:"witnesses,omitempty"`
	// TargetsElsewhere says that the key of targets was taken away on purpose (CarryTargets).
	TargetsElsewhere bool `json:"targets_elsewhere,omitempty"`
}

// ErrCustomQuorum is returned for a policy whose groups are not the one that AddWitness and SetQuorum know.
var ErrCustomQuorum = errors.New("the policy has groups of its own: change it as a whole")

func readAddresses(dir *os.Root) (a Addresses, err error) {
	a.Witnesses = map[string]string{}
	b, err := dir.ReadFile(addressFile)
	if errors.Is(err, fs.ErrNotExist) {
		return a, nil
	}
	if err != nil {
		return a, err
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&a); err != nil || d.More() {
		return a, fmt.Errorf("%s: not the addresses of witnesses as JSON: %w", addressFile, err)
	}
	for _, u := range slices.Concat(slices.Collect(maps.Values(a.Witnesses)), []string{a.Cosigner}) {
		if err := edition.CheckMirrorURL(u); u != "" && err != nil {
			return a, fmt.Errorf("%s: %w", addressFile, err)
		}
	}
	return a, nil
}

// Addresses returns where witnesses and the release co-signer answer.
func (k *Keys) Addresses() (Addresses, error) { return readAddresses(k.dir) }

func (k *Keys) changeAddresses(change func(*Addresses)) error {
	a, err := k.Addresses()
	if err != nil {
		return err
	}
	if a.Witnesses == nil {
		a.Witnesses = map[string]string{}
	}
	change(&a)
	b, err := json.MarshalIndent(a, "", "  ")
	if err != nil {
		return err
	}
	return durable.WritePrivate(k.dir, addressFile, append(b, '\n'))
}

// Quorum returns how many of the policy's witnesses must co-sign a head: 0 for none. The error is ErrCustomQuorum.
func Quorum(p edition.Policy) (int, error) {
	switch {
	case p.Quorum == edition.NoQuorum && len(p.Groups) == 0:
		return 0, nil
	case p.Quorum == WitnessGroup && len(p.Groups) == 1 && len(p.Groups[0].Members) == len(p.Witnesses):
		return p.Groups[0].K, nil
	}
	return 0, ErrCustomQuorum
}

// withQuorum returns the policy with a group of all its witnesses, k of which must co-sign.
func withQuorum(p edition.Policy, k int) (edition.Policy, error) {
	if k < 0 || k > len(p.Witnesses) {
		return p, fmt.Errorf("a quorum of %d of %d witnesses", k, len(p.Witnesses))
	}
	p.Groups, p.Quorum = nil, edition.NoQuorum
	if k > 0 {
		g := edition.Group{Name: WitnessGroup, K: k}
		for _, w := range p.Witnesses {
			g.Members = append(g.Members, w.Name)
		}
		p.Groups, p.Quorum = []edition.Group{g}, g.Name
	}
	return p, nil
}

// AddWitness puts a witness into the policy, and remembers where it answers. The number of witnesses that must co-sign
// stays. A witness of that name with that key gets another address alone.
func (k *Keys) AddWitness(w edition.Witness, address string, now time.Time) error {
	if err := edition.CheckMirrorURL(address); err != nil {
		return err
	}
	p := k.Policy()
	quorum, err := Quorum(p)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(p.Witnesses, func(o edition.Witness) bool { return o.Name == w.Name })
	if i >= 0 && p.Witnesses[i].Key != w.Key {
		return fmt.Errorf("there is a witness %q with another key: remove it first", w.Name)
	}
	if i < 0 {
		p.Witnesses = append(slices.Clone(p.Witnesses), w)
		if p, err = withQuorum(p, quorum); err != nil {
			return err
		}
		if err := p.Check(); err != nil {
			return fmt.Errorf("policy: %w", err)
		}
	}
	err = k.changeAddresses(func(a *Addresses) { a.Witnesses[w.Name] = address })
	if err == nil && i < 0 {
		_, err = k.SetPolicy(p, now)
	}
	return err
}

// WithoutWitness returns the policy of now without a witness. The number that must co-sign stays while there are as many
// witnesses; otherwise it becomes that of all who are left.
func (k *Keys) WithoutWitness(name string) (edition.Policy, error) {
	p := k.Policy()
	quorum, err := Quorum(p)
	if err != nil {
		return p, err
	}
	p.Witnesses = slices.DeleteFunc(slices.Clone(p.Witnesses), func(w edition.Witness) bool { return w.Name == name })
	if len(p.Witnesses) == len(k.Policy().Witnesses) {
		return p, fmt.Errorf("there is no witness %q", name)
	}
	return withQuorum(p, min(quorum, len(p.Witnesses)))
}

// WithQuorum returns the policy of now with another number of witnesses that must co-sign; 0 for none.
func (k *Keys) WithQuorum(n int) (edition.Policy, error) {
	p := k.Policy()
	if _, err := Quorum(p); err != nil {
		return p, err
	}
	return withQuorum(p, n)
}

// SetCosigner gives the newsroom's co-signature to a release co-signer, by its verifier key and where it answers. The
// key that was here until now counts no more, and is removed.
func (k *Keys) SetCosigner(vkey, address string, now time.Time) error {
	if err := edition.CheckMirrorURL(address); err != nil {
		return err
	}
	p := k.Policy()
	p.Cosigner = vkey
	if err := p.Check(); err != nil {
		return fmt.Errorf("policy: %w", err)
	}
	if err := k.changeAddresses(func(a *Addresses) { a.Cosigner = address }); err != nil {
		return err
	}
	if p.Cosigner != k.Policy().Cosigner {
		if _, err := k.SetPolicy(p, now); err != nil {
			return err
		}
	}
	return k.dropCosigner()
}

// dropCosigner removes a co-signer's key that the policy names no more.
func (k *Keys) dropCosigner() error {
	s, ok := k.pool.files[cosignerKeyFile]
	if !ok || k.inForce(s) {
		return nil
	}
	if err := remove(k.dir, cosignerKeyFile); err != nil {
		return err
	}
	var err error
	k.pool, err = readPool(k.dir)
	return err
}

// TakeCosigner makes a new co-signing key here, and takes the newsroom's co-signature back from the release co-signer.
func (k *Keys) TakeCosigner(rnd io.Reader, now time.Time) error {
	name := k.Policy().Origin()
	b, err := makeSecret(cosignerKeyFile, name, rnd)
	if err != nil {
		return err
	}
	s, err := parseSecret("cosigner.key", b)
	if err != nil {
		return err
	}
	if err := durable.WritePrivate(k.dir, nextFolder+"cosigner.key", b); err != nil {
		return err
	}
	p := k.Policy()
	p.Cosigner = s.verifier
	if _, err := k.SetPolicy(p, now); err != nil {
		return err
	}
	return k.changeAddresses(func(a *Addresses) { a.Cosigner = "" })
}

// checkSigners refuses a policy whose heads this newsroom could not sign: readers who follow it would see no edition any
// more. The log's key must be here; the co-signer's too, unless somebody else signs with it.
func (k *Keys) checkSigners(p edition.Policy) error {
	pool, err := readPool(k.dir)
	if err != nil {
		return err
	}
	has := func(vkey string) bool {
		for _, s := range pool.files {
			if s.verifier == vkey {
				return true
			}
		}
		return false
	}
	a, err := k.Addresses()
	switch {
	case err != nil:
		return err
	case !has(p.Log):
		return errors.New("policy: the log's key that it names is not here")
	case !has(p.Cosigner) && a.Cosigner == "":
		return errors.New("policy: the co-signer's key that it names is not here, and nobody said where it answers")
	}
	return nil
}

// cosignsElsewhere says whether the newsroom's co-signature is a release co-signer's to give.
func (k *Keys) cosignsElsewhere() bool {
	a, err := k.Addresses()
	return k.cosigner.IsZero() && err == nil && a.Cosigner != ""
}

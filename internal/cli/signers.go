package cli

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"coranto/edition"
	"coranto/internal/keys"
	"coranto/internal/publish"
	"coranto/internal/witness"
	"coranto/reader"
)

// How long a witness may take to answer, and the release co-signer, whose person reads first what is to come out.
const (
	witnessPatience  = 20 * time.Second
	cosignerPatience = 15 * time.Minute
	// statusPatience is for asking only whether somebody answers.
	statusPatience = 5 * time.Second
)

// wireSigners tells a publisher whom else to ask before an edition goes out: the release co-signer, the witnesses, and
// the mirrors that readers are told of. Forks are written down in the newsroom's folder.
func (n *newsroom) wireSigners(p *publish.Publisher) error {
	clients, err := n.witnesses(p.Keys, witnessPatience)
	if err != nil {
		return err
	}
	p.Witnesses = map[string]publish.Witness{}
	for name, c := range clients {
		p.Witnesses[name] = c
	}
	a, err := p.Keys.Addresses()
	if err != nil {
		return err
	}
	if p.Keys.Cosigner(time.Unix(1, 0)) == nil && a.Cosigner != "" {
		p.Cosigner = n.witness("the release co-signer", p.Keys.Policy().Cosigner, a.Cosigner, p.Keys, cosignerPatience)
	}
	p.KeepEvidence = func(e edition.Evidence) (string, error) {
		name, err := witness.KeepEvidence(n.root, e)
		return filepath.Join(n.dir, name), err
	}
	for _, u := range n.config.Mirrors {
		src, err := reader.HTTP(nil, u)
		if err != nil {
			return err
		}
		src.Limits.Headers = statusPatience
		n.close = append(n.close, src.Close)
		p.Watched = append(p.Watched, src)
	}
	return nil
}

// witnesses returns the clients of the policy's witnesses, by their names, those without an address left out.
func (n *newsroom) witnesses(k *keys.Keys, patience time.Duration) (map[string]*witness.Client, error) {
	a, err := k.Addresses()
	if err != nil {
		return nil, err
	}
	out := map[string]*witness.Client{}
	for _, w := range k.Policy().Witnesses {
		if u := a.Witnesses[w.Name]; u != "" {
			out[w.Name] = n.witness(w.Name, w.Key, u, k, patience)
		}
	}
	return out, nil
}

func (n *newsroom) witness(name, key, url string, k *keys.Keys, patience time.Duration) *witness.Client {
	return &witness.Client{
		Name: name, Key: key, Log: k.Policy().Log, URL: url, Patience: patience, Now: time.Now, HTTP: reader.NewClient(),
	}
}

// keyName is the name in a verifier key.
func keyName(vkey string) string {
	name, _, _ := strings.Cut(vkey, "+")
	return name
}

// explainUnsigned says what to do when others have not signed.
func explainUnsigned(err *publish.UnsignedError) error {
	hint := "readers keep the edition before; coranto publish goes on from here once enough witnesses answer. One that is " +
		"gone for good: coranto keys witness remove NAME"
	if err.Cosigner {
		hint = "readers keep the edition before; coranto publish goes on from here once the release co-signer has approved it"
	}
	return withHint(err, hint)
}

// explainFork says what to do when somebody holds a head that this newsroom did not make.
func explainFork(err error, fork *publish.ForkError) error {
	hint := "publishing from an older state would fork the edition log, and readers would never believe it again: " +
		"coranto recover --from MIRROR brings the newsroom up to what a mirror or target has (docs/recovery.md)"
	if fork.Evidence != "" {
		hint = fmt.Sprintf("two histories were signed with this newsroom's key. Look at it with coranto evidence %s. Does "+
			"no copy of this newsroom publish? Then somebody has its keys: coranto keys revoke log, and docs/keys.md", fork.Evidence)
	}
	return withHint(err, hint)
}

package edition_test

import (
	"bytes"
	"testing"

	"coranto/edition"
	"coranto/vectors"
)

// Nobody can sign for the vectors' newsroom: what opens is a head that stands in the vectors, byte for byte.
func FuzzOpenSigned(f *testing.F) {
	var policies []edition.Policy
	index := map[string]int{}
	accepted := map[string]bool{}
	for _, name := range []string{"checkpoint.json", "latest.json"} {
		file, err := vectors.Load[vectors.Signed, vectors.SignedValue](name)
		if err != nil {
			f.Fatal(err)
		}
		for _, c := range file.Cases {
			if _, ok := index[c.In.Policy]; !ok {
				p, err := edition.ParsePolicy(file.Policies[c.In.Policy].Join())
				if err != nil {
					f.Fatal(err)
				}
				index[c.In.Policy] = len(policies)
				policies = append(policies, p)
			}
			b := c.In.Bytes.Join()
			f.Add(index[c.In.Policy], b)
			if c.Refused == "" {
				accepted[string(b)] = true
			}
		}
	}
	f.Fuzz(func(t *testing.T, policy int, b []byte) {
		if policy < 0 || policy >= len(policies) {
			return
		}
		p := policies[policy]
		c, err := p.OpenCheckpoint(b)
		if err == nil && (!bytes.Equal(c.Note, b) || !signedBefore(b, accepted)) {
			t.Errorf("opened what was never signed: %q", b)
		}
		h, err := p.OpenLatest(b)
		if err == nil && !signedBefore(h.Note, accepted) {
			t.Errorf("opened what was never signed: %q", b)
		}
	})
}

// signedBefore says whether all signatures of a note are in notes that stand in the vectors: the fuzzer may put together
// what was signed, and leave out what a quorum can spare.
func signedBefore(note []byte, accepted map[string]bool) bool {
	for line := range bytes.Lines(note) {
		known := false
		for b := range accepted {
			known = known || bytes.Contains([]byte(b), line)
		}
		if !known {
			return false
		}
	}
	return true
}

// Whatever stands in the place of a root: no panic, and what is taken is taken byte for byte.
func FuzzNewTrust(f *testing.F) {
	for _, name := range []string{"trust/chain.json", "trust/form.json", "trust/signatures.json", "trust/rollback.json"} {
		file, err := vectors.Load[vectors.Trust, vectors.TrustValue](name)
		if err != nil {
			f.Fatal(err)
		}
		for _, m := range file.Mirrors {
			for _, b := range m {
				f.Add(b.Join())
			}
		}
		for _, c := range file.Cases {
			f.Add(c.In.Root.Join())
			for _, m := range c.In.Refreshes {
				for _, b := range m.With {
					f.Add(b.Join())
				}
			}
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		trust, err := edition.NewTrust(b)
		if err != nil {
			return
		}
		for _, kept := range trust.Files() {
			if !bytes.Equal(kept, b) {
				t.Errorf("took %q for %q", kept, b)
			}
		}
		if again, err := edition.ImportTrust(trust.Export(), b); err != nil || again.ID() != trust.ID() {
			t.Errorf("kept and not taken again: %v", err)
		}
	})
}

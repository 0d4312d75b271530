package edition_test

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"coranto/edition"
	"coranto/vectors"
)

// reasons are what the errors of this package say for the codes of the vectors: each refusal must be for its own reason.
// More than one code may go with an error where a parser finds a fault as another.
var reasons = map[string]string{
	"bad-body":           `cut short|not a number|not valid|unknown flags|loose|bytes after`,
	"bad-byte":           `is not allowed`,
	"bad-child-level":    `level \d+ below level`,
	"bad-count":          `level \d+ with|items|cut short|not a number|too many|more than|out of range|roles and`,
	"bad-file":           `want ".*" alone|not metadata`,
	"bad-first-key":      `is not above its neighbour`,
	"bad-flag":           `unknown flags|^loose|: loose`,
	"bad-form":           `not metadata|not in canonical JSON|null|json:|signatures|unexpected|consistent_snapshot|delegations|keys? and|roles|threshold|hex|field is missing|is not defined|missing`,
	"bad-gzip":           `gzip|EOF`,
	"bad-hash":           `another hash|a hash has|the hash has|SHA-256|hash length|not base64|illegal base64|not the list|hash verification|canonical JSON|hashes must not be empty`,
	"bad-header":         `does not begin|expected header|want "masthead/1"`,
	"bad-headline":       `headline`,
	"bad-index":          `is not the last of`,
	"bad-json":           `EOF|JSON|invalid character|after object|unexpected`,
	"bad-key":            `key|is not allowed|type|hex|Ed25519|segment|path`,
	"bad-key-id":         `ID is not the key's`,
	"bad-language":       `is no language tag`,
	"bad-last-key":       `last key|a child without items`,
	"bad-level":          `level \d+ with`,
	"bad-length":         `bytes|size|length|hashes|records|out of range|canonical JSON`,
	"bad-max-age":        `max_age`,
	"bad-media-type":     `media type`,
	"bad-member":         `is not defined before it, or is a member twice`,
	"bad-mirror":         `mirror`,
	"bad-name":           `name`,
	"bad-nonce":          `nonce`,
	"bad-note":           `note|not in its one valid encoding|malformed|not a number|hash`,
	"bad-number":         `invalid syntax|out of range|edition 0|missing required index|uint64`,
	"bad-origin":         `origin|malformed`,
	"bad-prefix":         `not a number of at most`,
	"bad-proof":          `inclusion|proof`,
	"bad-quorum":         `quorum`,
	"bad-record":         `is not a hash`,
	"bad-root":           `a root of`,
	"bad-segment":        `a segment is empty or begins with a dot`,
	"bad-signature":      `invalid signature|verif|signature`,
	"bad-size":           `size`,
	"bad-spec-version":   `spec_version`,
	"bad-threshold":      `threshold|of \d+ members`,
	"bad-tile":           `downloaded|inconsistent|tile`,
	"bad-time":           `time|expires`,
	"bad-type":           `type|Type|cannot|parsing time|unmarshal|canonical`,
	"bad-version":        `version`,
	"below-floor":        `below the policy's floor`,
	"cut-short":          `cut short|not a number`,
	"doubled":            `stands twice|one valid encoding`,
	"doubled-key":        `stands twice`,
	"extra-line":         `lines`,
	"kept-name":          `of the format's own|is kept for twins`,
	"keys-do-not-rise":   `does not follow`,
	"missing-field":      `is missing`,
	"missing-line":       `max_age|one valid encoding|quorum|not a verifier key|parts between empty lines`,
	"missing-role":       `missing`,
	"no-cosigner":        `not co-signed by the newsroom`,
	"no-fork":            `extends the other|are the same`,
	"no-language":        `no language`,
	"no-log":             `not signed by the log`,
	"no-quorum":          `don't make the quorum`,
	"no-threshold":       `not enough signatures|threshold`,
	"not-a-key":          `is not the key of`,
	"not-a-tile":         `^not a tile`,
	"not-an-object":      `^not an object`,
	"not-canonical":      `one valid encoding|one way that is valid|canonical JSON|not a number|base64|field`,
	"not-canonical-key":  `not canonical`,
	"not-ended":          `missing or not ended`,
	"not-longest-prefix": `does not follow`,
	"not-shortest":       `in its shortest form`,
	"not-utf-8":          `not UTF-8`,
	"older":              `version`,
	"one-child":          `one child`,
	"small-order":        `small order`,
	"spare-key":          `signed neither`,
	"too-large":          `over the limit|not a number of at most|length|Length`,
	"trailing-bytes":     `bytes after|not the \d+ bytes|one valid encoding|follows the object`,
	"unknown-field":      `is unknown`,
	"unknown-key":        `is not defined`,
	"unknown-line":       `is not of the format`,
	"unknown-signature":  `doesn't name|doesn't have`,
	"wrong-kind":         `is of kind`,
	"wrong-order":        `where ".*" should be|one valid encoding|not sorted|multiple signatures|comes first`,
	"wrong-origin":       `want "|two logs`,
}

// run takes each case of a file of vectors through parse. What is refused must be refused for its reason, and have a
// twin that is not; the rest must be what the case says.
func run[In, Want any](t *testing.T, name string, parse func(t *testing.T, f vectors.File[In, Want], in In) (Want, error)) {
	t.Helper()
	f, err := vectors.Load[In, Want](name)
	if err != nil {
		t.Fatal(err)
	}
	good := map[string]bool{}
	for _, c := range f.Cases {
		good[c.Name] = c.Refused == ""
	}
	headings := specHeadings(t)
	for _, c := range f.Cases {
		t.Run(c.Name, func(t *testing.T) {
			got, err := parse(t, f, c.In)
			switch {
			case !slices.Contains(headings, c.Rule):
				t.Errorf("SPEC.md has no section %q", c.Rule)
			case c.Refused == "" && err != nil:
				t.Errorf("refused: %v", err)
			case c.Refused == "" && !reflect.DeepEqual(got, *c.Want):
				t.Errorf("got %.2000s, want %.2000s", fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", *c.Want))
			case c.Refused != "":
				checkRefusal(t, err, c.Refused, c.At, good[c.Twin])
			}
		})
	}
}

func checkRefusal(t *testing.T, err error, code, at string, twin bool) {
	t.Helper()
	if err == nil {
		t.Fatalf("accepted, want it refused as %s", code)
	}
	if reason, ok := reasons[code]; !ok || !regexp.MustCompile(reason).MatchString(err.Error()) {
		t.Errorf("refused as %q, which is not %s", err, code)
	}
	var inv *edition.InvalidError
	if at != "" && (!errors.As(err, &inv) || inv.What != at) {
		t.Errorf("refused as %q, want %s at fault", err, at)
	}
	if !twin {
		t.Error("no twin that is accepted")
	}
}

// specHeadings returns the titles of the sections of SPEC.md.
func specHeadings(t *testing.T) (titles []string) {
	t.Helper()
	b, err := os.ReadFile("../SPEC.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`(?m)^## [0-9]+\. (.*)$`).FindAllStringSubmatch(string(b), -1) {
		titles = append(titles, strings.Trim(m[1], "`"))
	}
	return titles
}

// again reports bytes that were parsed and are encoded otherwise.
func again(t *testing.T, got, want []byte) {
	t.Helper()
	if string(got) != string(want) {
		t.Errorf("encoded again: got %q, want %q", got, want)
	}
}

func asText(s string) vectors.Bytes { return vectors.Bytes{{Text: s}} }

func hashes(hs []edition.Hash) (out []string) {
	for _, h := range hs {
		out = append(out, h.String())
	}
	return out
}

func TestVectorsPath(t *testing.T) {
	run(t, "path.json", func(t *testing.T, _ vectors.File[vectors.Raw, vectors.Raw], in vectors.Raw) (vectors.Raw, error) {
		p := string(in.Bytes.Join())
		return vectors.Raw{Bytes: asText(edition.Key(p))}, edition.CheckPath(p)
	})
	run(t, "key.json", func(t *testing.T, _ vectors.File[vectors.Raw, vectors.Raw], in vectors.Raw) (vectors.Raw, error) {
		p, err := edition.ParseKey(string(in.Bytes.Join()))
		return vectors.Raw{Bytes: asText(p)}, err
	})
	run(t, "objectpath.json", func(t *testing.T, _ vectors.File[vectors.Raw, vectors.ObjectPathValue], in vectors.Raw) (v vectors.ObjectPathValue, err error) {
		h, ok := edition.ParseObjectPath(string(in.Bytes.Join()))
		if !ok {
			return v, errors.New("not an object's path")
		}
		again(t, []byte(edition.ObjectPath(h)), in.Bytes.Join())
		return vectors.ObjectPathValue{Hash: h.String()}, nil
	})
}

func TestVectorsEntry(t *testing.T) {
	run(t, "entry.json", func(t *testing.T, _ vectors.File[vectors.Raw, vectors.EntryValue], in vectors.Raw) (v vectors.EntryValue, err error) {
		var e edition.Entry
		if err := e.UnmarshalBinary(in.Bytes.Join()); err != nil {
			return v, err
		}
		b, err := e.MarshalBinary()
		again(t, b, in.Bytes.Join())
		v = vectors.EntryValue{MediaType: e.MediaType, Encoding: "identity", Loose: e.Loose, Stored: e.Size, Plain: e.Plain,
			Objects: hashes(e.Objects), Pieces: hashes(e.Pieces)}
		if e.Gzip {
			v.Encoding = "gzip"
		}
		if !e.Inline() {
			v.List = e.List.String()
		}
		return v, err
	})
}

func TestVectorsObject(t *testing.T) {
	run(t, "object.json", func(t *testing.T, _ vectors.File[vectors.Stored, vectors.StoredValue], in vectors.Stored) (v vectors.StoredValue, err error) {
		e, parts, err := edition.Split(in.Stored.Join())
		if err != nil {
			return v, err
		}
		e.MediaType = "application/octet-stream"
		b, err := e.MarshalBinary()
		v = vectors.StoredValue{Entry: hex.EncodeToString(b), Objects: []string{}, Sizes: []int{}}
		for _, p := range parts {
			v.Objects, v.Sizes = append(v.Objects, edition.Sum(p).String()), append(v.Sizes, len(p))
		}
		return v, err
	})
	run(t, "list.json", func(t *testing.T, _ vectors.File[vectors.List, vectors.ListValue], in vectors.List) (v vectors.ListValue, err error) {
		var e edition.Entry
		if err := e.UnmarshalBinary(in.Entry.Join()); err != nil {
			t.Fatal(err)
		}
		if e, err = e.WithList(in.List.Join()); err != nil {
			return v, err
		}
		return vectors.ListValue{Objects: hashes(e.Objects), Pieces: hashes(e.Pieces)}, nil
	})
	run(t, "gzip.json", func(t *testing.T, _ vectors.File[vectors.Encoded, vectors.EncodedValue], in vectors.Encoded) (v vectors.EncodedValue, err error) {
		e := edition.Entry{MediaType: "text/plain", Gzip: true, Size: in.StoredSize, Plain: in.PlainSize}
		plain, err := e.Decode(in.Stored.Join())
		return vectors.EncodedValue{Plain: asText(string(plain))}, err
	})
}

func TestVectorsNode(t *testing.T) {
	run(t, "node.json", func(t *testing.T, _ vectors.File[vectors.Raw, vectors.NodeValue], in vectors.Raw) (v vectors.NodeValue, err error) {
		level, items, err := edition.ParseNode(in.Bytes.Join())
		if err != nil {
			return v, err
		}
		again(t, edition.MarshalNode(level, items), in.Bytes.Join())
		v = vectors.NodeValue{Level: level, Items: []vectors.NodeEntry{}}
		for _, it := range items {
			v.Items = append(v.Items, vectors.NodeEntry{Key: asText(it.Key), Body: hex.EncodeToString(it.Body)})
		}
		return v, nil
	})
	run(t, "boundary.json", func(t *testing.T, _ vectors.File[vectors.Boundary, vectors.BoundaryValue], in vectors.Boundary) (vectors.BoundaryValue, error) {
		return vectors.BoundaryValue{Boundary: edition.Boundary(in.Level, in.Key)}, nil
	})
}

func TestVectorsTree(t *testing.T) {
	type file = vectors.File[vectors.Tree, vectors.TreeValue]
	run(t, "tree.json", func(t *testing.T, f file, in vectors.Tree) (v vectors.TreeValue, err error) {
		leaves := in.Leaves
		if in.Base != "" {
			i := slices.IndexFunc(f.Cases, func(c vectors.Case[vectors.Tree, vectors.TreeValue]) bool { return c.Name == in.Base })
			leaves = f.Cases[i].In.Leaves
		}
		m := map[string]edition.Entry{}
		for _, l := range leaves {
			m[l.Path] = entryOf(t, l.Text)
		}
		n, tree := build(t, m)
		var edits []edition.Edit
		for _, l := range in.Edits {
			edits = append(edits, edition.Edit{Leaf: edition.Leaf{Path: l.Path, Entry: entryOf(t, l.Text)}, Remove: l.Remove})
		}
		if tree.Root, err = tree.Update(t.Context(), edits, n.put); err != nil {
			return v, err
		}
		return treeValue(t, n, tree)
	})
}

// treeValue walks a tree and counts its nodes.
func treeValue(t *testing.T, n *nodes, tree edition.Tree) (v vectors.TreeValue, err error) {
	v.Root = tree.Root.String()
	seen := map[string]bool{}
	for h, err := range tree.Nodes(t.Context()) {
		if err != nil {
			return v, err
		}
		level, _, err := edition.ParseNode(n.m[h])
		if err != nil {
			return v, err
		}
		for len(v.Levels) <= level {
			v.Levels = append(v.Levels, 0)
		}
		v.Levels[level]++
		seen[string(h[:])] = true
	}
	v.Nodes = edition.Sum([]byte(strings.Join(slices.Sorted(maps.Keys(seen)), ""))).String()
	return v, nil
}

func TestVectorsProof(t *testing.T) {
	run(t, "proof.json", func(t *testing.T, _ vectors.File[vectors.Proof, vectors.ProofValue], in vectors.Proof) (v vectors.ProofValue, err error) {
		tree := edition.Tree{Root: hashOf(t, in.Root), Get: func(_ context.Context, h edition.Hash) ([]byte, error) {
			b, ok := in.Objects[h.String()]
			if !ok {
				t.Errorf("asked for node %s, which is not needed", h)
				return nil, fs.ErrNotExist
			}
			return b.Join(), nil
		}}
		if in.Path == "" {
			for l, err := range tree.Range(t.Context(), string(in.From.Join()), string(in.To.Join())) {
				if err != nil {
					return v, err
				}
				v.Paths = append(v.Paths, l.Path)
			}
			return v, nil
		}
		e, ok, err := tree.Lookup(t.Context(), in.Path)
		if err != nil || !ok {
			return vectors.ProofValue{Absent: true}, err
		}
		b, err := e.MarshalBinary()
		return vectors.ProofValue{Entry: hex.EncodeToString(b)}, err
	})
}

func hashOf(t *testing.T, s string) edition.Hash {
	t.Helper()
	h, err := edition.ParseHash(s)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestVectorsManifest(t *testing.T) {
	run(t, "manifest.json", func(t *testing.T, _ vectors.File[vectors.Raw, vectors.ManifestValue], in vectors.Raw) (v vectors.ManifestValue, err error) {
		b := in.Bytes.Join()
		m, err := edition.ParseManifest(b)
		if err != nil {
			return v, err
		}
		again(t, m.Marshal(), b)
		return vectors.ManifestValue{Edition: m.Edition, Time: stamp(m.Time), Root: m.Root.String(), Files: m.Files, Bytes: m.Bytes,
			Stories: m.Stories, Articles: m.Articles, Epoch: m.Epoch, Nonce: hex.EncodeToString(m.Nonce[:]), Languages: m.Languages,
			Mirrors: append([]string{}, m.Mirrors...), Record: edition.ManifestHash(b).String()}, nil
	})
}

func stamp(t time.Time) string { return t.Format(time.RFC3339) }

func TestVectorsLog(t *testing.T) {
	run(t, "tilepath.json", func(t *testing.T, _ vectors.File[vectors.Raw, vectors.TileValue], in vectors.Raw) (v vectors.TileValue, err error) {
		tile, ok := edition.ParseTilePath(string(in.Bytes.Join()))
		if !ok {
			return v, errors.New("not a tile's path")
		}
		again(t, []byte(edition.TilePath(tile)), in.Bytes.Join())
		return vectors.TileValue{Level: tile.L, N: tile.N, Width: tile.W}, nil
	})
	run(t, "bundle.json", func(t *testing.T, _ vectors.File[vectors.Bundle, vectors.BundleValue], in vectors.Bundle) (v vectors.BundleValue, err error) {
		records, err := edition.ParseBundle(in.Bytes.Join(), in.Records)
		if err == nil {
			again(t, edition.MarshalBundle(records), in.Bytes.Join())
		}
		return vectors.BundleValue{Records: hashes(records)}, err
	})
	run(t, "log.json", func(t *testing.T, f vectors.File[vectors.Record, vectors.RecordValue], in vectors.Record) (v vectors.RecordValue, err error) {
		m := mirrorOf(f.Mirrors, in.Mirror)
		hs, err := edition.LogHashes(t.Context(), headOf(t, in.Head), m.fetch).ReadHashes([]int64{tlog.StoredHashIndex(0, in.Index)})
		if err != nil {
			return v, err
		}
		return vectors.RecordValue{Leaf: edition.Hash(hs[0]).String()}, nil
	})
	run(t, "consistency.json", func(t *testing.T, f vectors.File[vectors.Heads, vectors.HeadsValue], in vectors.Heads) (v vectors.HeadsValue, err error) {
		a, b := edition.SignedCheckpoint{Checkpoint: headOf(t, in.Old)}, edition.SignedCheckpoint{Checkpoint: headOf(t, in.New)}
		err = edition.CheckConsistent(t.Context(), a, b, mirrorOf(f.Mirrors, in.Mirror).fetch)
		var fork *edition.ForkError
		if errors.As(err, &fork) {
			return vectors.HeadsValue{Fork: true}, nil
		}
		return v, err
	})
}

func TestVectorsEvidence(t *testing.T) {
	run(t, "evidence.json", func(t *testing.T, _ vectors.File[vectors.Raw, vectors.EvidenceValue], in vectors.Raw) (v vectors.EvidenceValue, err error) {
		e, err := edition.ParseEvidence(in.Bytes.Join())
		if err != nil {
			return v, err
		}
		again(t, e.Marshal(), in.Bytes.Join())
		return vectors.EvidenceValue{Old: headValue(e.Old.Checkpoint), New: headValue(e.New.Checkpoint),
			OldSigners: len(e.Old.Signers), NewSigners: len(e.New.Signers)}, nil
	})
}

// mirrorOf returns the files of a mirror of the vectors.
func mirrorOf(bases map[string]map[string]vectors.Bytes, m vectors.Mirror) mirror {
	out := mirror{}
	for path, b := range bases[m.Base] {
		out[path] = b.Join()
	}
	for _, path := range m.Without {
		delete(out, path)
	}
	for path, b := range m.With {
		out[path] = b.Join()
	}
	return out
}

func headOf(t *testing.T, h vectors.Head) edition.Checkpoint {
	t.Helper()
	root, err := base64.StdEncoding.DecodeString(h.Root)
	if err != nil {
		t.Fatal(err)
	}
	return edition.Checkpoint{Origin: h.Origin, Size: h.Size, Hash: tlog.Hash(root)}
}

func headValue(c edition.Checkpoint) vectors.Head {
	return vectors.Head{Origin: c.Origin, Size: c.Size, Root: base64.StdEncoding.EncodeToString(c.Hash[:])}
}

func TestVectorsSigned(t *testing.T) {
	type file = vectors.File[vectors.Signed, vectors.SignedValue]
	policy := func(t *testing.T, f file, name string) edition.Policy {
		p, err := edition.ParsePolicy(f.Policies[name].Join())
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	value := func(c edition.SignedCheckpoint) vectors.SignedValue {
		return vectors.SignedValue{Head: headValue(c.Checkpoint), AsOf: stamp(c.AsOf), Witnessed: c.Witnessed}
	}
	run(t, "checkpoint.json", func(t *testing.T, f file, in vectors.Signed) (vectors.SignedValue, error) {
		c, err := policy(t, f, in.Policy).OpenCheckpoint(in.Bytes.Join())
		return value(c), err
	})
	run(t, "latest.json", func(t *testing.T, f file, in vectors.Signed) (vectors.SignedValue, error) {
		h, err := policy(t, f, in.Policy).OpenLatest(in.Bytes.Join())
		v := value(h.SignedCheckpoint)
		v.Edition, v.Record = h.Manifest.Edition, h.ManifestHash.String()
		return v, err
	})
}

func TestVectorsPolicy(t *testing.T) {
	run(t, "policy.json", func(t *testing.T, _ vectors.File[vectors.Raw, vectors.PolicyValue], in vectors.Raw) (v vectors.PolicyValue, err error) {
		p, err := edition.ParsePolicy(in.Bytes.Join())
		if err != nil {
			return v, err
		}
		again(t, p.Marshal(), in.Bytes.Join())
		v = vectors.PolicyValue{MaxAge: int64(p.MaxAge / time.Second), EditionFloor: p.EditionFloor, EpochFloor: p.EpochFloor,
			Cosigner: p.Cosigner, After: []vectors.Head{}, Log: p.Log, Witnesses: []vectors.Witness{}, Groups: []vectors.Group{}, Quorum: p.Quorum}
		for _, c := range p.After {
			v.After = append(v.After, headValue(c))
		}
		for _, w := range p.Witnesses {
			v.Witnesses = append(v.Witnesses, vectors.Witness(w))
		}
		for _, g := range p.Groups {
			v.Groups = append(v.Groups, vectors.Group(g))
		}
		return v, nil
	})
}

func TestVectorsTrust(t *testing.T) {
	type file = vectors.File[vectors.Trust, vectors.TrustValue]
	for _, name := range []string{"trust/chain.json", "trust/form.json", "trust/signatures.json", "trust/rollback.json"} {
		run(t, name, func(t *testing.T, f file, in vectors.Trust) (v vectors.TrustValue, err error) {
			root := in.Root.Join()
			if in.RootOf != "" {
				root = f.Mirrors[in.RootOf]["trust/1.root.json"].Join()
			}
			trust, err := edition.NewTrust(root)
			if err != nil {
				return v, err
			}
			for i, m := range in.Refreshes {
				before := trust.Export()
				if err = trust.Refresh(t.Context(), mirrorOf(f.Mirrors, m).fetch); err == nil {
					continue
				}
				if i < len(in.Refreshes)-1 || string(trust.Export()) != string(before) {
					t.Fatalf("refresh %d: %v, or the trust has changed all the same", i+1, err)
				}
				return v, err
			}
			v = vectors.TrustValue{Files: slices.Sorted(maps.Keys(trust.Files())), Expires: stamp(trust.Expires())}
			if len(in.Refreshes) > 0 {
				v.Policy = edition.Sum(trust.Policy().Marshal()).String()
			}
			return v, nil
		})
	}
}

func TestVectorsMasthead(t *testing.T) {
	run(t, "masthead.json", func(t *testing.T, _ vectors.File[vectors.Raw, vectors.MastheadValue], in vectors.Raw) (v vectors.MastheadValue, err error) {
		m, err := edition.ParseMasthead(in.Bytes.Join())
		return vectors.MastheadValue{Name: m.Name, Languages: m.Languages, Mirrors: append([]string{}, m.Mirrors...), ID: m.ID().String()}, err
	})
}

func TestVectorsBreaking(t *testing.T) {
	run(t, "breaking.json", func(t *testing.T, _ vectors.File[vectors.Raw, vectors.BreakingValue], in vectors.Raw) (v vectors.BreakingValue, err error) {
		b := in.Bytes.Join()
		all, err := edition.ParseBreaking(b)
		if err != nil {
			return v, err
		}
		encoded, err := edition.MarshalBreaking(all)
		if err != nil {
			return v, err
		}
		again(t, encoded, b)
		for _, n := range all {
			v.Stories = append(v.Stories, vectors.BreakingLine{Until: n.Until.Format(time.RFC3339), Path: n.Path, Headline: n.Headline})
		}
		return v, nil
	})
}

func TestVectorsShort(t *testing.T) {
	list, err := os.ReadFile("words.txt")
	if err != nil {
		t.Fatal(err)
	}
	words := strings.Fields(string(list))
	run(t, "short.json", func(t *testing.T, _ vectors.File[vectors.Raw, vectors.ShortValue], in vectors.Raw) (vectors.ShortValue, error) {
		s, err := edition.ParseShort(string(in.Bytes.Join()))
		if err != nil {
			return vectors.ShortValue{}, err
		}
		again(t, []byte(s.String()), in.Bytes.Join())
		c := edition.NewComparison(s.Root)
		v := vectors.ShortValue{Version: s.Version, Root: s.Root.String(), Mirror: s.Mirror, Name: s.Name, Digits: c.Digits}
		for w := range strings.FieldsSeq(c.Words) {
			v.Words = append(v.Words, slices.Index(words, w))
		}
		return v, nil
	})
}

func TestVectorsFreshness(t *testing.T) {
	at := func(t *testing.T, s string) time.Time {
		if s == "" {
			return time.Time{}
		}
		v, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	run(t, "freshness.json", func(t *testing.T, _ vectors.File[vectors.Freshness, vectors.FreshnessValue], in vectors.Freshness) (vectors.FreshnessValue, error) {
		fresh, age := edition.Judge(at(t, in.Now), edition.Sighting{
			AsOf: at(t, in.AsOf), Live: at(t, in.Live), NotBefore: at(t, in.NotBefore),
			MaxAge: time.Duration(in.MaxAge) * time.Second, TrustExpires: at(t, in.TrustExpires),
		})
		return vectors.FreshnessValue{Fresh: string(fresh), Age: int64(age / time.Second)}, nil
	})
}

// Every code of the vectors is explained in their README, and every code that is explained is used.
func TestVectorsCodes(t *testing.T) {
	used, here := map[string]bool{}, map[string]bool{}
	err := fs.WalkDir(vectors.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(vectors.FS(), name)
		for _, m := range regexp.MustCompile(`"refused":"([^"]*)"`).FindAllSubmatch(b, -1) {
			used[string(m[1])] = true
			if name != "mirror.json" { // which package reader takes through its Verify
				here[string(m[1])] = true
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile("../vectors/README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(readme), "\n## Codes\n")
	explained := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z0-9-]+)` \\|").FindAllStringSubmatch(table, -1) {
		explained[m[1]] = true
	}
	if !maps.Equal(explained, used) {
		t.Errorf("codes of README.md: %s", difference(explained, used))
	}
	if codes := keysOf(reasons); !maps.Equal(codes, here) {
		t.Errorf("codes of reasons: %s", difference(codes, here))
	}
}

func keysOf(m map[string]string) map[string]bool {
	keys := map[string]bool{}
	for k := range m {
		keys[k] = true
	}
	return keys
}

func difference(got, want map[string]bool) string {
	var out []string
	for k := range got {
		if !want[k] {
			out = append(out, fmt.Sprintf("%q is not used", k))
		}
	}
	for k := range want {
		if !got[k] {
			out = append(out, fmt.Sprintf("%q is missing", k))
		}
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

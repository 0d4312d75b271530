package edition_test

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io/fs"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"coranto/edition"
)

// start is when the newsroom of these tests signs.
var start = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// A signer signs notes as a log (kind 1) or with a time, as a cosigner (kind 4).
type signer struct {
	name string
	kind byte
	key  ed25519.PrivateKey
	at   time.Time
}

// newSigner returns a signer whose key is made of its name.
func newSigner(name string, kind byte) signer {
	seed := sha256.Sum256([]byte(name))
	return signer{name, kind, ed25519.NewKeyFromSeed(seed[:]), start}
}

func (s signer) when(t time.Time) signer { s.at = t; return s }

func (s signer) public() []byte {
	return append([]byte{s.kind}, s.key.Public().(ed25519.PublicKey)...)
}

func (s signer) vkey() string { return vkey(s.name, s.public()) }

func vkey(name string, key []byte) string {
	return fmt.Sprintf("%s+%08x+%s", name, keyHash(name, key), base64.StdEncoding.EncodeToString(key))
}

func keyHash(name string, key []byte) uint32 {
	sum := sha256.Sum256(append([]byte(name+"\n"), key...))
	return binary.BigEndian.Uint32(sum[:])
}

func (s signer) Name() string    { return s.name }
func (s signer) KeyHash() uint32 { return keyHash(s.name, s.public()) }

func (s signer) Sign(text []byte) ([]byte, error) {
	if s.kind == 1 {
		return ed25519.Sign(s.key, text), nil
	}
	t := s.at.Unix()
	signed := ed25519.Sign(s.key, fmt.Appendf(nil, "cosignature/v1\ntime %d\n%s", t, text))
	return append(binary.BigEndian.AppendUint64(nil, uint64(t)), signed...), nil
}

// A newsroom has a log of editions, and the policy that its readers follow.
type newsroom struct {
	t         *testing.T
	log, own  signer
	witnesses []signer
	policy    edition.Policy
	hashes    []tlog.Hash
	records   []edition.Hash
	manifests [][]byte
}

const origin = "the-lantern.coranto/00000000"

// newNewsroom returns a newsroom with n editions in its log and no witness.
func newNewsroom(t *testing.T, n int) *newsroom {
	nr := &newsroom{t: t, log: newSigner(origin, 1), own: newSigner(origin+"/time", 4)}
	nr.policy = edition.Policy{MaxAge: 48 * time.Hour, Log: nr.log.vkey(), Cosigner: nr.own.vkey(), Quorum: edition.NoQuorum}
	for range n {
		nr.publish()
	}
	return nr
}

// witnessed gives the newsroom's policy n witnesses w0, w1… and a quorum of k of them.
func (nr *newsroom) witnessed(k, n int) *newsroom {
	g := edition.Group{Name: "quorum-of-witnesses", K: k}
	for i := range n {
		w := newSigner(fmt.Sprintf("witness%d.example", i), 4)
		nr.witnesses = append(nr.witnesses, w)
		nr.policy.Witnesses = append(nr.policy.Witnesses, edition.Witness{Name: fmt.Sprintf("w%d", i), Key: w.vkey()})
		g.Members = append(g.Members, fmt.Sprintf("w%d", i))
	}
	nr.policy.Groups, nr.policy.Quorum = []edition.Group{g}, g.Name
	return nr
}

// ReadHashes makes it a tlog.HashReader.
func (nr *newsroom) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		out[i] = nr.hashes[x]
	}
	return out, nil
}

func (nr *newsroom) size() int64 { return int64(len(nr.records)) }

// publish adds an edition to the log.
func (nr *newsroom) publish() {
	n := nr.size()
	nr.add(edition.Manifest{
		Edition: uint64(n + 1), Time: start, Root: edition.Sum(fmt.Append(nil, "tree", n)), Files: 3, Bytes: 4,
		Languages: []string{"en", "fa"}, Mirrors: []string{"https://mirror.example/lantern/"},
	}.Marshal())
}

func (nr *newsroom) add(manifest []byte) {
	record := edition.ManifestHash(manifest)
	hashes, err := tlog.StoredHashes(nr.size(), record[:], nr)
	if err != nil {
		nr.t.Fatal(err)
	}
	nr.hashes = append(nr.hashes, hashes...)
	nr.records = append(nr.records, record)
	nr.manifests = append(nr.manifests, manifest)
}

// checkpoint returns the head at a size.
func (nr *newsroom) checkpoint(size int64) edition.Checkpoint {
	root, err := tlog.TreeHash(size, nr)
	if err != nil {
		nr.t.Fatal(err)
	}
	return edition.Checkpoint{Origin: nr.log.name, Size: size, Hash: root}
}

// note returns a signed text; without signers, by the log, the newsroom and all witnesses.
func (nr *newsroom) note(text []byte, signers ...note.Signer) []byte {
	if len(signers) == 0 {
		signers = []note.Signer{nr.log, nr.own}
		for _, w := range nr.witnesses {
			signers = append(signers, w)
		}
	}
	b, err := note.Sign(&note.Note{Text: string(text)}, signers...)
	if err != nil {
		nr.t.Fatal(err)
	}
	return b
}

// signed returns the head at a size, as readers accept it.
func (nr *newsroom) signed(size int64) edition.SignedCheckpoint {
	c, err := nr.policy.OpenCheckpoint(nr.note(nr.checkpoint(size).Text()))
	if err != nil {
		nr.t.Fatal(err)
	}
	return c
}

// latest returns `latest` for the whole log.
func (nr *newsroom) latest(signers ...note.Signer) []byte {
	return nr.latestOf(nr.note(nr.checkpoint(nr.size()).Text(), signers...))
}

func (nr *newsroom) latestOf(note []byte) []byte {
	n := nr.size()
	return edition.MakeLatest(nr.manifests[n-1], n-1, nr.proof(n-1), note)
}

func (nr *newsroom) proof(i int64) tlog.RecordProof {
	p, err := tlog.ProveRecord(nr.size(), i, nr)
	if err != nil {
		nr.t.Fatal(err)
	}
	return p
}

// mirror returns all files of the log.
func (nr *newsroom) mirror() mirror {
	m := mirror{}
	for _, t := range tlog.NewTiles(edition.TileHeight, 0, nr.size()) {
		b, err := tlog.ReadTileData(t, nr)
		if err != nil {
			nr.t.Fatal(err)
		}
		m[edition.TilePath(t)] = b
		if t.L == 0 {
			t.L = -1
			m[edition.TilePath(t)] = edition.MarshalBundle(nr.records[t.N*edition.TileWidth:][:t.W])
		}
	}
	return m
}

// A mirror is files by their paths.
type mirror map[string][]byte

func (m mirror) fetch(_ context.Context, path string, _ int64) ([]byte, error) {
	if b, ok := m[path]; ok {
		return b, nil
	}
	return nil, fmt.Errorf("%q: %w", path, fs.ErrNotExist)
}

func (m mirror) clone() mirror {
	c := mirror{}
	for path, b := range m {
		c[path] = append([]byte{}, b...)
	}
	return c
}

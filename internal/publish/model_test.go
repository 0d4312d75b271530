package publish_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	cryptorand "crypto/rand"

	"coranto/edition"
	"coranto/internal/keys"
	"coranto/internal/news"
	"coranto/internal/publish"
	"coranto/internal/site"
	"coranto/internal/store/sqlite"
	"coranto/internal/target"
	"coranto/internal/target/fs"
	"coranto/internal/witness"
	"coranto/reader"
)

// A model is a newsroom's log in several hands: the newsroom, a copy of its folder that publishes too, and a thief with
// all keys who asks nobody whom he need not ask. Each has a target that readers can reach, and there is one witness.
type model struct {
	t      *testing.T
	dir    string
	now    time.Time
	url    string
	vkey   string
	quorum int
	hands  []*hand
	// valid are the heads that readers would believe, by size and root.
	valid map[int64]map[edition.Hash]string
	words int
}

// A hand is one who can publish.
type hand struct {
	*publish.Publisher
	name  string
	thief bool
	root  *os.Root
	store *sqlite.Store
}

func (m *model) folder(name string) string { return filepath.Join(m.dir, name) }

// open opens the newsroom's folder of a name as a hand.
func (m *model) open(name string, thief bool) *hand {
	m.t.Helper()
	root, err := os.OpenRoot(m.folder(name))
	m.must(err)
	k, err := keys.Open(root)
	m.must(err)
	st, err := sqlite.Open(m.t.Context(), m.folder(name))
	m.must(err)
	public, err := fs.Open("public", filepath.Join(m.folder(name), "public"))
	m.must(err)
	s, err := site.New(site.Config{Name: "The Lantern", Languages: []string{"en"}})
	m.must(err)
	h := &hand{name: name, thief: thief, root: root, store: st}
	h.Publisher = &publish.Publisher{
		Store: st, Site: s, Keys: k, Targets: []target.Target{public}, Name: "The Lantern", Languages: []string{"en"},
		Now: func() time.Time { return m.now },
	}
	if !thief || m.quorum > 0 {
		h.Witnesses = map[string]publish.Witness{"w1": m.client(k, thief)}
	}
	if !thief {
		h.KeepEvidence = func(e edition.Evidence) (string, error) { return witness.KeepEvidence(root, e) }
	}
	m.t.Cleanup(func() { st.Close(); public.Close(); root.Close() })
	return h
}

func (m *model) client(k *keys.Keys, thief bool) publish.Witness {
	c := &witness.Client{Name: "w1", Key: m.vkey, Log: k.Policy().Log, URL: m.url, Patience: 20 * time.Second,
		Now: func() time.Time { return m.now }}
	if thief {
		return deaf2{c}
	}
	return c
}

// deaf2 keeps a thief from being stopped by what the witness holds: he goes on until it refuses.
type deaf2 struct{ *witness.Client }

func (deaf2) Held(context.Context) ([]byte, error) { return nil, errors.New("not asked") }

func (m *model) must(err error) {
	m.t.Helper()
	if err != nil {
		m.t.Fatal(err)
	}
}

func newModel(t *testing.T, quorum int) *model {
	m := &model{t: t, dir: t.TempDir(), now: time.Date(2026, 11, 22, 16, 0, 0, 0, time.UTC), quorum: quorum,
		valid: map[int64]map[edition.Hash]string{}}
	m.must(os.Mkdir(m.folder("witness"), 0o700))
	m.must(os.Mkdir(m.folder("newsroom"), 0o700))
	there, err := os.OpenRoot(m.folder("witness"))
	m.must(err)
	t.Cleanup(func() { there.Close() })
	m.vkey, err = witness.Create(there, "partner.example/w1", cryptorand.Reader)
	m.must(err)
	w, err := witness.Open(there, func() time.Time { return m.now }, slog.New(slog.DiscardHandler))
	m.must(err)
	server := httptest.NewServer(w.Handler())
	t.Cleanup(server.Close)
	m.url = server.URL

	here, err := os.OpenRoot(m.folder("newsroom"))
	m.must(err)
	defer here.Close()
	k, err := keys.Create(here, "The Lantern", cryptorand.Reader, m.now)
	m.must(err)
	_, err = w.Follow(k.Policy().Log)
	m.must(err)
	m.must(k.AddWitness(edition.Witness{Name: "w1", Key: m.vkey}, m.url, m.now))
	p, err := k.WithQuorum(quorum)
	m.must(err)
	_, err = k.SetPolicy(p, m.now)
	m.must(err)
	st, err := sqlite.Create(t.Context(), m.folder("newsroom"))
	m.must(err)
	m.must(st.Close())

	m.hands = []*hand{m.open("newsroom", false)}
	m.put(m.hands[0])
	m.publish(m.hands[0])
	m.hands = append(m.hands, m.copy("copy", false), m.copy("thief", true))
	for _, h := range m.hands { // whose targets readers know, the newsroom knows too
		if h.thief {
			continue
		}
		for _, other := range m.hands {
			if other != h {
				src, err := reader.Folder(filepath.Join(m.folder(other.name), "public"))
				m.must(err)
				t.Cleanup(func() { src.Close() })
				h.Watched = append(h.Watched, src)
			}
		}
	}
	return m
}

// copy gives the newsroom's whole folder to somebody.
func (m *model) copy(name string, thief bool) *hand {
	m.must(os.CopyFS(m.folder(name), os.DirFS(m.folder("newsroom"))))
	return m.open(name, thief)
}

func (m *model) put(h *hand) {
	m.t.Helper()
	m.words++
	_, err := h.Store.PutMany(m.t.Context(), []news.Story{story(m.words, fmt.Sprintf("Word %d of %s", m.words, h.name), "en")})
	m.must(err)
}

// publish has a hand publish, and notes what readers would then believe.
func (m *model) publish(h *hand) error {
	m.now = m.now.Add(time.Minute)
	_, err := h.Publish(m.t.Context())
	b, getErr := h.Targets[0].Get(m.t.Context(), edition.LatestPath, edition.MaxLatest)
	if getErr != nil {
		return err
	}
	head, openErr := h.Keys.Policy().OpenLatest(b)
	m.must(openErr)
	if m.valid[head.Size] == nil {
		m.valid[head.Size] = map[edition.Hash]string{}
	}
	m.valid[head.Size][edition.Hash(head.Hash)] = h.name
	return err
}

// race has two hands publish at once: the second does all of it just before the first seals.
func (m *model) race(first, second *hand) {
	honest := first.Store
	first.Store = &slowSeal{Store: honest, before: func() { m.publish(second) }}
	m.publish(first)
	first.Store = honest
}

// restore brings the newsroom's store back from an older copy, and its target too where the whole folder was lost.
func (m *model) restore(h *hand, backup string, whole bool) {
	m.t.Helper()
	m.must(h.store.Close())
	for _, name := range []string{"store.db", "store.db-wal", "store.db-shm"} {
		file := filepath.Join(m.folder(h.name), name)
		if err := os.Remove(file); err != nil && !errors.Is(err, os.ErrNotExist) {
			m.t.Fatal(err)
		}
		b, err := os.ReadFile(filepath.Join(backup, name))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		m.must(err)
		m.must(os.WriteFile(file, b, 0o600))
	}
	if whole {
		public := filepath.Join(m.folder(h.name), "public")
		b, err := os.ReadFile(filepath.Join(backup, "public", edition.LatestPath))
		m.must(err)
		m.must(os.WriteFile(filepath.Join(public, edition.LatestPath), b, 0o644))
		b, err = os.ReadFile(filepath.Join(backup, "public", edition.CheckpointPath))
		m.must(err)
		m.must(os.WriteFile(filepath.Join(public, edition.CheckpointPath), b, 0o644))
	}
	var err error
	h.store, err = sqlite.Open(m.t.Context(), m.folder(h.name))
	m.must(err)
	m.t.Cleanup(func() { h.store.Close() })
	h.Store = h.store
}

// evidence returns the roots in all evidence of the newsroom's, the copy's and the witness's, which it verifies.
func (m *model) evidence() map[edition.Hash]bool {
	roots := map[edition.Hash]bool{}
	for _, name := range []string{"newsroom", "copy", "witness"} {
		files, err := filepath.Glob(filepath.Join(m.folder(name), "evidence", "*"))
		m.must(err)
		for _, file := range files {
			b, err := os.ReadFile(file)
			m.must(err)
			e, err := edition.ParseEvidence(b)
			m.must(err)
			roots[edition.Hash(e.Old.Hash)], roots[edition.Hash(e.New.Hash)] = true, true
		}
	}
	return roots
}

// check holds the promise: whenever readers would believe two heads of one size, there is evidence of one of them once
// the newsroom has looked. It says whether there are such heads.
func (m *model) check(step string) bool {
	m.t.Helper()
	var forked []edition.Hash
	for _, roots := range m.valid {
		if len(roots) > 1 {
			forked = slices.AppendSeq(forked, maps.Keys(roots))
		}
	}
	if len(forked) == 0 {
		return false
	}
	if m.quorum > 0 {
		m.t.Errorf("%s: two heads of one size are valid in spite of the witness: %v", step, m.valid)
	}
	for _, h := range m.hands[:2] {
		_, err := h.Survey(m.t.Context())
		m.must(err)
	}
	if roots := m.evidence(); !slices.ContainsFunc(forked, func(r edition.Hash) bool { return roots[r] }) {
		m.t.Errorf("%s: readers would believe two heads of one size, and nobody has evidence: %v", step, m.valid)
	}
	return true
}

// Two publishers, a restored backup and a stolen log key together never make two valid heads of one size without
// evidence that the newsroom sees; and none at all where a witness must co-sign.
func TestNoForkWithoutEvidence(t *testing.T) {
	var forks atomic.Int64
	t.Cleanup(func() {
		if forks.Load() == 0 {
			t.Error("nobody ever forked the log: the model tries too little")
		}
	})
	for quorum := range 2 {
		for seed := range uint64(3) {
			t.Run(fmt.Sprintf("quorum %d, seed %d", quorum, seed), func(t *testing.T) {
				t.Parallel()
				m := newModel(t, quorum)
				rnd := rand.New(rand.NewPCG(seed, uint64(quorum)))
				backup := ""
				for step := range 14 {
					h := m.hands[rnd.IntN(len(m.hands))]
					what := rnd.IntN(8)
					switch {
					case what < 4:
						m.put(h)
						m.publish(h)
					case what < 6:
						m.put(m.hands[0])
						m.put(m.hands[2])
						m.race(m.hands[0], m.hands[1+rnd.IntN(2)])
					case backup == "":
						backup = t.TempDir()
						m.must(os.CopyFS(filepath.Join(backup, "b"), os.DirFS(m.folder("newsroom"))))
						backup = filepath.Join(backup, "b")
					default:
						m.restore(m.hands[0], backup, rnd.IntN(2) == 0)
						m.put(m.hands[0])
						m.publish(m.hands[0])
					}
					if m.check(fmt.Sprintf("step %d, %s does %d", step, h.name, what)) {
						forks.Add(1)
					}
				}
			})
		}
	}
}

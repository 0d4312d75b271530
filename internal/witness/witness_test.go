package witness_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"coranto/edition"
	"coranto/internal/witness"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// A history is a log with its key.
type history struct {
	t      testing.TB
	signer note.Signer
	vkey   string
	hashes []tlog.Hash
	size   int64
}

func newHistory(t testing.TB, n int) *history {
	t.Helper()
	secret, vkey, err := note.GenerateKey(rand.Reader, "the-lantern.coranto/00000000")
	if err != nil {
		t.Fatal(err)
	}
	h := &history{t: t, vkey: vkey}
	if h.signer, err = note.NewSigner(secret); err != nil {
		t.Fatal(err)
	}
	h.grow(n, "")
	return h
}

// branch returns another history of the same key, which begins as this one.
func (h *history) branch() *history {
	b := *h
	b.hashes = append([]tlog.Hash(nil), h.hashes...)
	return &b
}

func (h *history) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		out[i] = h.hashes[x]
	}
	return out, nil
}

func (h *history) grow(n int, word string) {
	for range n {
		added, err := tlog.StoredHashes(h.size, fmt.Append(nil, word, h.size), h)
		if err != nil {
			h.t.Fatal(err)
		}
		h.hashes = append(h.hashes, added...)
		h.size++
	}
}

func (h *history) head(size int64) edition.Checkpoint {
	root, err := tlog.TreeHash(size, h)
	if err != nil {
		h.t.Fatal(err)
	}
	return edition.Checkpoint{Origin: h.signer.Name(), Size: size, Hash: root}
}

func (h *history) signed(size int64) []byte {
	b, err := note.Sign(&note.Note{Text: string(h.head(size).Text())}, h.signer)
	if err != nil {
		h.t.Fatal(err)
	}
	return b
}

func (h *history) prove(size int64) witness.Prove {
	return func(_ context.Context, old int64) (tlog.TreeProof, error) { return tlog.ProveTree(size, old, h) }
}

// request asks for a co-signature of a head, from an old size.
func (h *history) request(old, size int64) witness.Request {
	r := witness.Request{Old: old, Note: h.signed(size)}
	if 0 < old && old < size {
		p, err := tlog.ProveTree(size, old, h)
		if err != nil {
			h.t.Fatal(err)
		}
		r.Proof = p
	}
	return r
}

// A stand is a witness that answers on loopback.
type stand struct {
	*witness.Witness
	dir string
	url string
	now time.Time
}

func newStand(t testing.TB, follow ...string) *stand {
	t.Helper()
	s := &stand{dir: t.TempDir(), now: noon}
	root, err := os.OpenRoot(s.dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	if _, err := witness.Create(root, "witness.example/w1", rand.Reader); err != nil {
		t.Fatal(err)
	}
	if s.Witness, err = witness.Open(root, func() time.Time { return s.now }, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	for _, vkey := range follow {
		if _, err := s.Follow(vkey); err != nil {
			t.Fatal(err)
		}
	}
	server := httptest.NewServer(s.Handler())
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

func (s *stand) client(h *history) *witness.Client {
	return &witness.Client{Name: "w1", Key: s.Key(), Log: h.vkey, URL: s.url, Patience: 10 * time.Second,
		Now: func() time.Time { return noon }}
}

// evidence returns what the witness wrote down, verified.
func (s *stand) evidence(t testing.TB) []edition.Evidence {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(s.dir, "evidence", "*"))
	if err != nil {
		t.Fatal(err)
	}
	var all []edition.Evidence
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		e, err := edition.ParseEvidence(b)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		all = append(all, e)
	}
	return all
}

func TestWitnessCoSigns(t *testing.T) {
	h := newHistory(t, 300)
	s := newStand(t, h.vkey)
	c := s.client(h)
	for _, step := range []struct{ size, guess int64 }{{1, 0}, {2, 1}, {2, 2}, {255, 254}, {256, 0}, {257, 300}, {300, 257}} {
		line, err := c.CoSign(t.Context(), h.head(step.size), h.signed(step.size), min(step.guess, step.size), h.prove(step.size))
		if err != nil {
			t.Fatalf("%+v: %v", step, err)
		}
		head, err := edition.OpenHead(append(h.signed(step.size), line...), h.vkey, s.Key())
		if err != nil || len(head.Signers) != 2 {
			t.Fatalf("%+v: %v, signed by %q", step, err, head.Signers)
		}
	}
	held, err := c.Held(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if head, err := edition.OpenHead(held, h.vkey, s.Key()); err != nil || head.Checkpoint != h.head(300) || len(head.Signers) != 2 {
		t.Errorf("it tells %+v, %v", head, err)
	}
	if len(s.evidence(t)) > 0 {
		t.Error("evidence of a good log")
	}
}

// The statuses are those of C2SP tlog-witness, to the letter.
func TestAddCheckpoint(t *testing.T) {
	h, stranger := newHistory(t, 20), newHistory(t, 20)
	fork := h.branch()
	h.grow(10, "")
	fork.grow(10, "other")
	unknown := strings.Replace(string(h.signed(25)), "the-lantern", "the-candle", 2)
	post := func(s *stand, body string) (int, string, string) {
		resp, err := http.Post(s.url+"/add-checkpoint", "", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(b), resp.Header.Get("Content-Type")
	}
	good := string(h.request(22, 25).Marshal())
	for _, c := range []struct {
		name, body string
		code       int
		size       string
	}{
		{"good", good, 200, ""},
		{"the same head", string(h.request(22, 22).Marshal()), 200, ""},
		{"unknown log", "old 22\n\n" + unknown, 404, ""},
		{"signed by another key", string(stranger.request(2, 19).Marshal()), 403, ""},
		{"old above the head", "old 26\n\n" + string(h.signed(25)), 400, ""},
		{"old is not what is held", string(h.request(21, 25).Marshal()), 409, "22\n"},
		{"from nothing", string(h.request(0, 25).Marshal()), 409, "22\n"},
		{"a smaller head", string(h.request(21, 21).Marshal()), 409, "22\n"},
		{"another head of the same size", string(fork.request(22, 22).Marshal()), 409, "22\n"},
		{"proof of another history", string(fork.request(22, 25).Marshal()), 422, ""},
		{"no proof", "old 22\n\n" + string(h.signed(25)), 422, ""},
		{"a proof where none is wanted", strings.Replace(string(h.request(22, 22).Marshal()), "old 22\n", "old 22\n"+strings.Repeat("A", 43)+"=\n", 1), 422, ""},
		{"nothing", "", 400, ""},
		{"no empty line", strings.Replace(good, "\n\n", "\n", 1), 400, ""},
		{"leading zero", strings.Replace(good, "old 22", "old 022", 1), 400, ""},
		{"sign", strings.Replace(good, "old 22", "old +22", 1), 400, ""},
		{"64 proofs", "old 22\n" + strings.Repeat(strings.Repeat("A", 43)+"=\n", 64) + "\n" + string(h.signed(25)), 400, ""},
		{"stray bits", strings.Replace(good, "=\n", "B=\n", 1), 400, ""},
		{"too large", good + strings.Repeat("x", 100_000), 400, ""},
	} {
		s := newStand(t, h.vkey)
		if _, err := s.Add(t.Context(), h.request(0, 22)); err != nil {
			t.Fatal(err)
		}
		code, body, kind := post(s, c.body)
		if code != c.code || c.size != "" && (body != c.size || kind != "text/x.tlog.size") {
			t.Errorf("%s: got %d %q (%s), want %d %q", c.name, code, body, kind, c.code, c.size)
		}
	}
	s := newStand(t, h.vkey)
	resp, err := http.Get(s.url + "/add-checkpoint")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("GET: got %d", resp.StatusCode)
	}
}

// What a witness co-signed it holds to, whatever stops it.
func TestWitnessRemembers(t *testing.T) {
	h := newHistory(t, 9)
	fork := h.branch()
	h.grow(3, "")
	fork.grow(3, "other")
	s := newStand(t, h.vkey)
	if _, err := s.Add(t.Context(), h.request(0, 11)); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(s.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	again, err := witness.Open(root, func() time.Time { return noon.Add(time.Hour) }, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if again.Key() != s.Key() {
		t.Error("it has another key")
	}
	var size *witness.SizeError
	if _, err := again.Add(t.Context(), fork.request(11, 11)); !errors.As(err, &size) || size.Size != 11 {
		t.Errorf("got %v, want a SizeError", err)
	}
	if _, err := again.Add(t.Context(), h.request(11, 12)); err != nil {
		t.Error(err)
	}
	if err := root.Remove("logs/" + witness.Place(h.signer.Name())); err != nil {
		t.Fatal(err)
	}
	if _, err := again.Add(t.Context(), fork.request(0, 12)); !errors.Is(err, witness.ErrUnknown) {
		t.Errorf("without its memory: got %v, want ErrUnknown", err)
	}
}

// A damaged memory must not become a new beginning.
func TestDamagedMemory(t *testing.T) {
	h := newHistory(t, 5)
	for name, damage := range map[string]func([]byte) []byte{
		"empty":    func([]byte) []byte { return nil },
		"cut":      func(b []byte) []byte { return b[:len(b)/2] },
		"one line": func(b []byte) []byte { return b[:bytes.IndexByte(b, '\n')] },
		"appended": func(b []byte) []byte { return append(b, 'x') },
		"a bit":    func(b []byte) []byte { b[len(b)-20] ^= 1; return b },
	} {
		s := newStand(t, h.vkey)
		if _, err := s.Add(t.Context(), h.request(0, 4)); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(s.dir, "logs", witness.Place(h.signer.Name()))
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, damage(b), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, r := range []witness.Request{h.request(0, 5), h.request(4, 5)} {
			if line, err := s.Add(t.Context(), r); err == nil || errors.Is(err, witness.ErrUnknown) {
				t.Errorf("%s: got %q, %v", name, line, err)
			}
		}
		if _, err := s.Follow(h.vkey); err == nil {
			t.Errorf("%s: followed anew", name)
		}
	}
}

// A fork that a witness is shown is refused and written down, where what it was shown proves it.
func TestWitnessTestifies(t *testing.T) {
	for _, c := range []struct {
		held, size int64
		proved     bool
	}{{11, 11, true}, {11, 12, true}, {11, 14, true}, {12, 14, true}, {13, 14, true}, {8, 14, false}} {
		h := newHistory(t, 7)
		fork := h.branch()
		h.grow(7, "")
		fork.grow(7, "other")
		s := newStand(t, h.vkey)
		if _, err := s.Add(t.Context(), h.request(0, c.held)); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if line, err := s.Add(t.Context(), fork.request(c.held, c.size)); err == nil {
				t.Fatalf("%+v: co-signed %s", c, line)
			}
		}
		all := s.evidence(t)
		if c.proved != (len(all) == 1) {
			t.Errorf("%+v: %d files of evidence", c, len(all))
		}
		if c.proved && (all[0].Keys[0] != h.vkey || all[0].New.Checkpoint != fork.head(c.size) && all[0].Old.Checkpoint != fork.head(c.size)) {
			t.Errorf("%+v: got %+v", c, all[0])
		}
	}
}

// Nobody makes a good log look forked: a wrong proof is no evidence.
func TestWrongProofIsNoEvidence(t *testing.T) {
	h := newHistory(t, 20)
	s := newStand(t, h.vkey)
	if _, err := s.Add(t.Context(), h.request(0, 11)); err != nil {
		t.Fatal(err)
	}
	good := h.request(11, 14)
	for i := range good.Proof {
		bad := h.request(11, 14)
		bad.Proof[i][3] ^= 1
		if _, err := s.Add(t.Context(), bad); !errors.Is(err, witness.ErrProof) {
			t.Errorf("got %v, want ErrProof", err)
		}
	}
	if all := s.evidence(t); len(all) > 0 {
		t.Errorf("got evidence %+v", all)
	}
	if _, err := s.Add(t.Context(), good); err != nil {
		t.Error(err)
	}
}

// Of two heads of one size that are asked about at the same time one is co-signed.
func TestConcurrentRequests(t *testing.T) {
	h := newHistory(t, 3)
	s := newStand(t, h.vkey)
	var wg sync.WaitGroup
	var mu sync.Mutex
	heads := map[tlog.Hash]bool{}
	for i := range 8 {
		fork := h.branch()
		fork.grow(1, fmt.Sprint(i))
		wg.Go(func() {
			if _, err := s.client(h).CoSign(t.Context(), fork.head(4), fork.signed(4), 0, fork.prove(4)); err == nil {
				mu.Lock()
				heads[fork.head(4).Hash] = true
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if len(heads) != 1 {
		t.Errorf("%d heads of one size were co-signed", len(heads))
	}
	if got := len(s.evidence(t)); got != 7 {
		t.Errorf("%d forks were written down, want 7", got)
	}
}

func TestClientTellsForksFromTrouble(t *testing.T) {
	h := newHistory(t, 10)
	fork := h.branch()
	h.grow(2, "")
	fork.grow(3, "other")
	s := newStand(t, h.vkey)
	if _, err := s.Add(t.Context(), fork.request(0, 12)); err != nil {
		t.Fatal(err)
	}
	ask := func(h *history, size int64) error {
		_, err := s.client(h).CoSign(t.Context(), h.head(size), h.signed(size), size-1, h.prove(size))
		return err
	}
	var held *witness.HeldError
	if err := ask(h, 11); !errors.As(err, &held) || held.Other || held.Size != 12 {
		t.Errorf("behind: got %v", err)
	}
	if err := ask(h, 12); !errors.As(err, &held) || !held.Other {
		t.Errorf("another of the same size: got %v", err)
	}
	h.grow(1, "")
	if err := ask(h, 13); !errors.As(err, &held) || !held.Other || held.Size != 12 {
		t.Errorf("another, larger: got %v", err)
	}
	if err := ask(fork, 13); err != nil {
		t.Errorf("its own: got %v", err)
	}
	var status *witness.StatusError
	if err := ask(newHistory(t, 3), 3); !errors.As(err, &status) || status.Code != http.StatusForbidden {
		t.Errorf("another key: got %v", err)
	}
	s.now = noon.Add(time.Hour)
	if err := ask(fork, 13); err == nil || !strings.Contains(err.Error(), "clock") {
		t.Errorf("a wrong clock: got %v", err)
	}
}

// Whatever answers in a witness's place, the client ends, and takes no signature but the witness's.
func TestClientAgainstLiars(t *testing.T) {
	h := newHistory(t, 5)
	true1, other := newStand(t, h.vkey), newStand(t, h.vkey)
	otherLine, err := other.Add(t.Context(), h.request(0, 5))
	if err != nil {
		t.Fatal(err)
	}
	oldLine, err := true1.Add(t.Context(), h.request(0, 4))
	if err != nil {
		t.Fatal(err)
	}
	conflict := func(size string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(409); io.WriteString(w, size) }
	}
	n := 0
	for name, answer := range map[string]http.HandlerFunc{
		"redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, true1.url+r.URL.Path, http.StatusTemporaryRedirect)
		},
		"nothing":         func(http.ResponseWriter, *http.Request) {},
		"another's":       func(w http.ResponseWriter, _ *http.Request) { w.Write(otherLine) },
		"of another head": func(w http.ResponseWriter, _ *http.Request) { w.Write(oldLine) },
		"the log's own":   func(w http.ResponseWriter, _ *http.Request) { w.Write(h.signed(5)[len(h.head(5).Text())+1:]) },
		"endless": func(w http.ResponseWriter, _ *http.Request) {
			for range 1000 {
				w.Write(bytes.Repeat([]byte("x"), 1000))
			}
		},
		"no size":     conflict("many\n"),
		"huge size":   conflict("99999999999999999999\n"),
		"minus":       conflict("-1\n"),
		"ever others": func(w http.ResponseWriter, r *http.Request) { n = (n + 1) % 3; conflict(fmt.Sprintln(n))(w, r) },
	} {
		server := httptest.NewServer(answer)
		c := true1.client(h)
		c.URL = server.URL
		if line, err := c.CoSign(t.Context(), h.head(5), h.signed(5), 4, h.prove(5)); err == nil {
			t.Errorf("%s: took %q", name, line)
		}
		server.Close()
	}
	c := true1.client(h)
	if _, err := c.CoSign(t.Context(), h.head(5), h.signed(5), 4, h.prove(5)); err != nil {
		t.Error(err)
	}
}

func TestCheckRefuses(t *testing.T) {
	h := newHistory(t, 5)
	s := newStand(t, h.vkey)
	var asked []int64
	s.Check = func(_ context.Context, held, head edition.SignedHead) error {
		asked = append(asked, held.Size, head.Size)
		if head.Size == 4 {
			return errors.New("nobody here wants this")
		}
		return nil
	}
	c := s.client(h)
	for _, size := range []int64{3, 3, 4, 5} {
		_, err := c.CoSign(t.Context(), h.head(size), h.signed(size), size-1, h.prove(size))
		if (err != nil) != (size == 4) || err != nil && !strings.Contains(err.Error(), "nobody here wants this") {
			t.Errorf("size %d: got %v", size, err)
		}
	}
	if got := fmt.Sprint(asked); got != "[0 3 3 4 3 5]" {
		t.Errorf("asked about %s", got)
	}
}

func TestHeldOfNothing(t *testing.T) {
	h := newHistory(t, 1)
	for _, s := range []*stand{newStand(t), newStand(t, h.vkey)} {
		if b, err := s.client(h).Held(t.Context()); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("got %q, %v", b, err)
		}
	}
}

func FuzzParseRequest(f *testing.F) {
	h := newHistory(f, 20)
	f.Add(h.request(0, 5).Marshal())
	f.Add(h.request(7, 19).Marshal())
	f.Add([]byte("old 0\n\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := witness.ParseRequest(b)
		if err == nil && !bytes.Equal(r.Marshal(), b) {
			t.Errorf("%q was read as %q", b, r.Marshal())
		}
	})
}

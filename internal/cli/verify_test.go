package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"iter"
	"maps"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"coranto/edition"
	"coranto/internal/durable"
	"coranto/internal/lab"
	"coranto/internal/mirror"
	"coranto/reader"
)

// carried are the files of a mirror, by path: a source that can be damaged quickly.
type carried map[string][]byte

func (c carried) Name() string { return "memory" }

func (c carried) Fetch(_ context.Context, name string, max int64) ([]byte, error) {
	b, ok := c[name]
	switch {
	case !ok:
		return nil, fmt.Errorf("%s: %w", name, fs.ErrNotExist)
	case int64(len(b)) > max:
		return nil, reader.ErrTooLong
	}
	return b, nil
}

func (c carried) Files(context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for name := range c {
			if !yield(name, nil) {
				return
			}
		}
	}
}

// unlisted is a source that can't list its files, and remembers which it was asked for.
type unlisted struct {
	carried
	mu    *sync.Mutex
	asked map[string]bool
}

func (u unlisted) Files() {} // not what a reader.Lister has

func (u unlisted) Fetch(ctx context.Context, name string, max int64) ([]byte, error) {
	u.mu.Lock()
	u.asked[name] = true
	u.mu.Unlock()
	return u.carried.Fetch(ctx, name, max)
}

// A published newsroom's mirror, and what its readers go by.
type carrier struct {
	dir      string // public/
	masthead string // a copy of the masthead elsewhere
	trusted  edition.Masthead
	files    carried
	own      map[string]bool // the files of its edition; the others are left from the one before
}

// newCarrier publishes two small editions. Their tree has more than one node.
func newCarrier(t *testing.T) *carrier {
	t.Helper()
	base := t.TempDir()
	feed := filepath.Join(base, "feed.json")
	items := func(word string) {
		text := `{"version":"https://jsonfeed.org/version/1.1","title":"Rivers","language":"en","items":[`
		for i := range 22 {
			text += fmt.Sprintf(`{"id":"%d","title":"River %[1]d","content_text":"It %s.","date_published":"2026-10-%02[1]dT12:00:00Z"},`, i+1, word)
		}
		writeFile(t, feed, strings.TrimSuffix(text, ",")+"]}")
	}
	items("rises")
	s := newSpecimen(t, base, "en,fa", "feed", feed)
	var out published
	run(t, &out, "-C", s.dir, "publish", "--json")
	if out.TreeNodesNew < 2 {
		t.Fatalf("the tree has %d nodes", out.TreeNodesNew)
	}
	items("falls")
	must(t, "-C", s.dir, "import", "feed", feed, "-q")
	must(t, "-C", s.dir, "publish", "-q")
	c := &carrier{
		dir: filepath.Join(s.dir, "public"), masthead: filepath.Join(base, "masthead.json"), files: carried{}, own: map[string]bool{},
	}
	for name := range hashesOfAll(t, c.dir) {
		b, err := os.ReadFile(filepath.Join(c.dir, name))
		if err != nil {
			t.Fatal(err)
		}
		c.files[filepath.ToSlash(name)] = b
	}
	writeFile(t, c.masthead, string(c.files[edition.MastheadPath]))
	var err error
	if c.trusted, err = edition.ParseMasthead(c.files[edition.MastheadPath]); err != nil {
		t.Fatal(err)
	}
	u := unlisted{c.files, &sync.Mutex{}, c.own}
	if a := c.verify(t, u); len(a.Problems) > 0 || a.Edition != 2 {
		t.Fatalf("undamaged: %+v", a)
	}
	t.Logf("%d files, %d of the second edition", len(c.files), len(c.own))
	if a := c.verify(t, c.files); len(a.Problems) > 0 {
		t.Fatalf("undamaged: %+v", a)
	}
	return c
}

// hashesOfAll returns the names of all files in a folder.
func hashesOfAll(t *testing.T, dir string) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !strings.HasPrefix(d.Name(), durable.TempPrefix) {
			rel, _ := filepath.Rel(dir, name)
			names[rel] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func (c *carrier) verify(t testing.TB, src reader.Source) reader.Audit {
	t.Helper()
	a, err := reader.Verify(t.Context(), src, c.trusted, reader.VerifyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// with returns the mirror with another file in a name's place; nil takes it away.
func (c *carrier) with(name string, b []byte) carried {
	damaged := maps.Clone(c.files)
	if damaged[name] = b; b == nil {
		delete(damaged, name)
	}
	return damaged
}

// finds wants a damage to be found, and one of the files that it is in to be named.
func (c *carrier) finds(t testing.TB, src reader.Source, what string, names ...string) {
	t.Helper()
	a := c.verify(t, src)
	named := slices.ContainsFunc(a.Problems, func(p reader.Problem) bool { return slices.Contains(names, p.File) })
	if a.Authentic && a.Whole || !named {
		t.Errorf("%s, %v: authentic %v, whole %v, problems %+v", what, names, a.Authentic, a.Whole, a.Problems)
	}
}

// TestVerifyFindsDamage damages each file of a mirror in each way.
func TestVerifyFindsDamage(t *testing.T) {
	c := newCarrier(t)
	rnd := rand.New(rand.NewPCG(1, 2))
	names := slices.Sorted(maps.Keys(c.files))
	for _, name := range names {
		b := c.files[name]
		if len(b) == 0 {
			t.Fatalf("%s is empty", name)
		}
		flipped := bytes.Clone(b)
		flipped[rnd.IntN(len(b))] ^= 1 << rnd.IntN(8)
		c.finds(t, c.with(name, flipped), "one bit flipped", name)
		c.finds(t, c.with(name, b[:rnd.IntN(len(b))]), "cut short", name)
		c.finds(t, c.with(name, append(bytes.Clone(b), b[len(b)-1])), "one byte longer", name)
		if c.own[name] && !strings.HasSuffix(name, edition.TwinSuffix) {
			c.finds(t, c.with(name, nil), "taken away", name)
		}
		other := names[rnd.IntN(len(names))]
		if swapped := c.with(name, c.files[other]); !bytes.Equal(c.files[other], b) {
			swapped[other] = b
			c.finds(t, swapped, "swapped", name, other)
		}
	}
	for _, name := range []string{
		"en/story/2026/10/01/river-1/more.html", "en/index.html.br", "latest.gz", "trust/99.snapshot.json", "trust/2.root.json",
		"log/tile/0/001", "log/tile/entries/001", "log/tile/0/000.p/3", "o/stray", edition.ObjectPath(edition.Sum(nil)), "robots.txt",
	} {
		c.finds(t, c.with(name, []byte("somebody else's")), "a file too many", name)
	}
}

// TestVerifyFindsEveryByte flips a bit in each byte of the files that carry signatures: they have one valid encoding.
func TestVerifyFindsEveryByte(t *testing.T) {
	step := 11
	if os.Getenv("CORANTO_CRASH") == "full" {
		step = 1
	}
	c := newCarrier(t)
	rnd := rand.New(rand.NewPCG(3, 4))
	for name, b := range c.files {
		top, _, _ := strings.Cut(name, "/")
		if top != "trust" && top != "log" && name != edition.LatestPath {
			continue
		}
		for i := rnd.IntN(step); i < len(b); i += step {
			flipped := bytes.Clone(b)
			flipped[i] ^= 1 << rnd.IntN(8)
			c.finds(t, c.with(name, flipped), fmt.Sprintf("byte %d of %q made %q", i, b[i], flipped[i]), name)
		}
	}
}

// TestVerifyFindsOtherWords writes signed JSON otherwise, with the same meaning.
func TestVerifyFindsOtherWords(t *testing.T) {
	c := newCarrier(t)
	for name, b := range c.files {
		if !strings.HasPrefix(name, "trust/") || !strings.HasSuffix(name, ".json") {
			continue
		}
		var v any
		if err := json.Unmarshal(b, &v); err != nil {
			t.Fatal(err)
		}
		spread, err := json.MarshalIndent(v, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		c.finds(t, c.with(name, spread), "indented", name)
		at := bytes.Index(b, []byte(`"sig":"`)) + len(`"sig":"`)
		shouted := bytes.Clone(b)
		copy(shouted[at:at+128], bytes.ToUpper(b[at:at+128]))
		c.finds(t, c.with(name, shouted), "with a signature in capitals", name)
		c.finds(t, c.with(name, append([]byte(" "), b...)), "after a space", name)
		c.finds(t, c.with(name, bytes.Replace(b, []byte(`"signatures":[`), []byte(`"signatures":[],"signatures":[`), 1)), "with a key twice", name)
		c.finds(t, c.with(name, bytes.Replace(b, []byte(`"signed":{`), []byte(`"more":1,"signed":{`), 1)), "with a field more", name)
	}
}

// TestReaderIsNotFooled reads pages through mirrors with one flipped bit.
func TestReaderIsNotFooled(t *testing.T) {
	c := newCarrier(t)
	rnd := rand.New(rand.NewPCG(5, 6))
	pages := slices.DeleteFunc(slices.Sorted(maps.Keys(c.own)), func(name string) bool { return !strings.HasSuffix(name, "index.html") })
	for name, b := range c.files {
		flipped := bytes.Clone(b)
		flipped[rnd.IntN(len(b))] ^= 1 << rnd.IntN(8)
		r, err := reader.Open(c.trusted, reader.Options{Sources: []reader.Source{c.with(name, flipped)}, Only: true})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.Refresh(t.Context()); err == nil {
			for _, page := range pages {
				if p, err := r.Get(t.Context(), page); err == nil && !bytes.Equal(p.Body, c.files[page]) {
					t.Errorf("%s flipped: the reader believed %s to be %.100q", name, page, p.Body)
				}
			}
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestVerifyCommand damages a folder and wants the exit code and the file's name.
func TestVerifyCommand(t *testing.T) {
	c := newCarrier(t)
	page := filepath.Join(c.dir, "en", "index.html")
	aside := filepath.Join(t.TempDir(), "aside.html")
	object := ""
	for name := range c.own {
		if strings.HasPrefix(name, "o/") {
			object = name
		}
	}
	for _, test := range []struct {
		name, file string
		damage     func() error
	}{
		{"link to the same bytes", "en/index.html", func() error {
			writeFile(t, aside, string(c.files["en/index.html"]))
			return os.Symlink(aside, page)
		}},
		{"link inside of the mirror", "en/index.html", func() error { return os.Symlink("feed.atom", page) }},
		{"folder in its place", "en/index.html/x", func() error {
			return os.MkdirAll(filepath.Join(page, "x"), 0o755)
		}},
		{"another page", "en/index.html", func() error { return os.WriteFile(page, c.files["index.html"], 0o644) }},
		{"nothing", "en/index.html", func() error { return nil }},
	} {
		t.Run(test.name, func(t *testing.T) {
			if err := os.Remove(page); err != nil {
				t.Fatal(err)
			}
			if err := test.damage(); err != nil {
				t.Fatal(err)
			}
			c.exits4(t, c.dir, "en/index.html")
			if err := os.RemoveAll(page); err != nil {
				t.Fatal(err)
			}
			writeFile(t, page, string(c.files["en/index.html"]))
		})
	}
	if code, _, stderr := command("verify", c.dir, "--masthead", c.masthead, "-q"); code != 0 {
		t.Errorf("mended: exit %d: %s", code, stderr)
	}
	if err := os.Truncate(filepath.Join(c.dir, object), 3); err != nil {
		t.Fatal(err)
	}
	c.exits4(t, c.dir, object)
}

// exits4 wants verify to fail and to name a file.
func (c *carrier) exits4(t *testing.T, where, file string) {
	t.Helper()
	code, stdout, stderr := command("verify", where, "--masthead", c.masthead, "--json", "-q")
	var v verified
	if err := json.Unmarshal([]byte(stdout), &v); err != nil || code != 4 {
		t.Fatalf("exit %d: %s%s", code, stdout, stderr)
	}
	if !slices.ContainsFunc(v.Problems, func(p reader.Problem) bool { return p.File == file }) {
		t.Errorf("%s is not named: %s", file, stdout)
	}
}

// root returns the root of the edition's tree.
func (c *carrier) root(t testing.TB) edition.Hash {
	t.Helper()
	trust, err := edition.NewTrust(c.trusted.Root)
	if err == nil {
		err = trust.Refresh(t.Context(), c.files.Fetch)
	}
	if err != nil {
		t.Fatal(err)
	}
	h, err := trust.Policy().OpenLatest(c.files[edition.LatestPath])
	if err != nil {
		t.Fatal(err)
	}
	return h.Manifest.Root
}

// TestVerifyHostileMirrors verifies mirrors on the web that do what they can.
func TestVerifyHostileMirrors(t *testing.T) {
	c := newCarrier(t)
	root, err := os.OpenRoot(c.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	good := mirror.Handler(root)
	limits := reader.Limits{Headers: time.Second, Window: 200 * time.Millisecond, Pace: 100, Total: 2 * time.Second}
	for _, test := range []struct {
		file string // one that must be named
		lab.Mirror
	}{
		{edition.RootPath(2), lab.Endless(good, lab.Everything)},
		{edition.LatestPath, lab.Endless(good, lab.Path("/latest"))},
		{"en/index.html", lab.Endless(good, lab.Path("/en/index.html"))},
		{edition.RootPath(2), lab.Dripping(good, lab.Below("/trust/"), 10*time.Millisecond)},
		{edition.LatestPath, lab.Dripping(good, lab.Path("/latest"), 10*time.Millisecond)},
		{"en/index.html", lab.Dripping(good, lab.Path("/en/index.html"), 10*time.Millisecond)},
		{edition.LatestPath, lab.Stalling(good, lab.Path("/latest"))},
		{edition.CheckpointPath, lab.Withholding(good, lab.Below("/log/"))},
		{edition.LatestPath, lab.Redirecting(good, lab.Path("/latest"), "/log/checkpoint")},
		{"en/index.html", lab.Swapped(good, lab.Path("/en/index.html"), "/index.html")},
		{edition.TimestampPath, lab.Truncated(good, lab.Path("/trust/timestamp.json"))},
		{edition.CheckpointPath, lab.Padded(good, lab.Path("/log/checkpoint"))},
		{"en/index.html", lab.Altered(good, lab.Path("/en/index.html"))},
		{edition.RootPath(2), lab.Blocked()},
	} {
		t.Run(test.Name+" "+test.file, func(t *testing.T) {
			server := httptest.NewServer(test.Handler)
			defer server.Close()
			src, err := reader.HTTP(nil, server.URL)
			if err != nil {
				t.Fatal(err)
			}
			defer src.Close()
			src.Limits = limits
			c.finds(t, src, test.Does, test.file)
		})
	}
	t.Run("by command", func(t *testing.T) {
		server := httptest.NewServer(lab.Endless(good, lab.Objects).Handler)
		defer server.Close()
		c.exits4(t, server.URL, edition.ObjectPath(c.root(t)))
	})
}

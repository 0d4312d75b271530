package mirror_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"coranto/edition"
	"coranto/internal/keys"
	"coranto/internal/lab"
	"coranto/internal/mirror"
	"coranto/internal/news"
	"coranto/internal/publish"
	"coranto/internal/site"
	"coranto/internal/store/sqlite"
	"coranto/internal/target"
	targetfs "coranto/internal/target/fs"
	"coranto/reader"
)

// A newsroom publishes for the tests, by a clock of its own.
type newsroom struct {
	*publish.Publisher
	t   testing.TB
	dir string
	now time.Time
}

var tongues = []string{"en", "fa"}

// lantern makes the pages of all newsrooms of the tests: a Site never changes.
var lantern = sync.OnceValues(func() (*site.Site, error) {
	return site.New(site.Config{Name: "The Lantern", Languages: tongues})
})

func newNewsroom(t testing.TB) *newsroom {
	t.Helper()
	r := &newsroom{t: t, dir: scratch(t), now: time.Date(2026, 11, 22, 16, 0, 0, 0, time.UTC)}
	root, err := os.OpenRoot(r.dir)
	must(t, err)
	t.Cleanup(func() { root.Close() })
	k, err := keys.Create(root, "The Lantern", rand.Reader, r.now)
	must(t, err)
	st, err := sqlite.Create(t.Context(), r.dir)
	must(t, err)
	t.Cleanup(func() { st.Close() })
	s, err := lantern()
	must(t, err)
	own, err := targetfs.Open("public", r.public())
	must(t, err)
	t.Cleanup(func() { own.Close() })
	r.Publisher = &publish.Publisher{
		Store: st, Site: s, Keys: k, Targets: []target.Target{own},
		Name: "The Lantern", Languages: tongues, Now: func() time.Time { return r.now },
	}
	return r
}

// scratch returns a folder in memory where there is one: a disk that others write to makes each flush slow.
func scratch(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "coranto-mirror-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (r *newsroom) public() string { return filepath.Join(r.dir, "public") }

func (r *newsroom) masthead() edition.Masthead { return r.Keys.Masthead(r.Name, r.Languages, nil) }

// put imports a story in all languages; one without words is withdrawn.
func (r *newsroom) put(i int, words string) {
	r.t.Helper()
	_, err := r.Store.PutMany(r.t.Context(), []news.Story{oneOf(i, words)})
	must(r.t, err)
}

// oneOf returns a story in all languages; one without words is withdrawn.
func oneOf(i int, words string) news.Story {
	s := news.Story{ID: fmt.Sprintf("story-%d", i)}
	for _, l := range tongues {
		status := news.Published
		if words == "" {
			status = news.Withdrawn
		}
		s.Articles = append(s.Articles, news.Article{
			Lang: l, Status: status, Published: time.Date(2026, 11, 1, 0, i, 0, 0, time.UTC),
			Revision: news.Revision{
				Headline: fmt.Sprintf("Headline %d %s", i, l),
				Body:     []news.Block{{Kind: news.Paragraph, Text: []news.Span{{Text: "Text: " + words}}}},
			},
		})
	}
	return s
}

// publish makes an edition, or signs the last one anew.
func (r *newsroom) publish() publish.Result {
	r.t.Helper()
	r.now = r.now.Add(time.Minute)
	res, err := r.Publish(r.t.Context())
	must(r.t, err)
	return res
}

// first makes a newsroom with an edition of some stories, one of them so long that its page has several pieces.
func first(t testing.TB, stories int) *newsroom {
	r := newNewsroom(t)
	for i := range stories {
		r.put(i, fmt.Sprintf("story %d", i))
	}
	r.put(stories, noise(60<<10))
	r.publish()
	return r
}

// noise returns text of a size that does not compress well.
func noise(n int) string {
	b := make([]byte, n*3/4)
	rand.Read(b)
	return fmt.Sprintf("%.*x", n/2, b)
}

// copyOf copies a folder, as it is now.
func copyOf(t testing.TB, dir string) string {
	t.Helper()
	to := filepath.Join(scratch(t), "copy")
	must(t, os.CopyFS(to, os.DirFS(dir)))
	return to
}

// serveDir returns an honest mirror's handler of a folder.
func serveDir(t testing.TB, dir string) http.Handler {
	t.Helper()
	root, err := os.OpenRoot(dir)
	must(t, err)
	t.Cleanup(func() { root.Close() })
	return mirror.Handler(root)
}

// at serves a mirror on this machine and returns the puller's end of it.
func at(t testing.TB, m lab.Mirror) *reader.HTTPSource {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	server := httptest.NewUnstartedServer(m.Handler)
	server.Listener.Close()
	server.Listener = l
	server.Start()
	t.Cleanup(server.Close)
	s, err := reader.HTTP(nil, server.URL)
	must(t, err)
	t.Cleanup(func() { s.Close() })
	s.Limits = reader.Limits{Headers: time.Second, Window: 300 * time.Millisecond, Pace: 100, Total: 10 * time.Second}
	return s
}

// good serves what the newsroom publishes, as it comes.
func (r *newsroom) good() *reader.HTTPSource {
	return at(r.t, lab.Good(serveDir(r.t, r.public())))
}

// A keeper keeps a mirror.
type keeper struct {
	r     *newsroom
	dir   string
	state *os.Root
	to    target.Target
	opt   mirror.Options
}

func (r *newsroom) keeper(sources ...reader.Source) *keeper {
	r.t.Helper()
	dir := scratch(r.t)
	to, err := targetfs.Open("mirror", dir)
	must(r.t, err)
	r.t.Cleanup(func() { to.Close() })
	must(r.t, os.Mkdir(filepath.Join(dir, ".coranto"), 0o700))
	state, err := os.OpenRoot(filepath.Join(dir, ".coranto"))
	must(r.t, err)
	r.t.Cleanup(func() { state.Close() })
	return &keeper{r: r, dir: dir, state: state, to: to, opt: mirror.Options{
		Masthead: r.masthead(), Sources: sources, To: to, State: state, Retain: time.Hour,
		Pause: time.Millisecond, Grace: 300 * time.Millisecond, Hedge: 50 * time.Millisecond,
		Now: func() time.Time { return r.now },
	}}
}

func (k *keeper) pull() (mirror.Result, error) { return mirror.Pull(k.r.t.Context(), k.opt) }

// pulls pulls and wants the mirror to hold an edition, whole, and nothing else.
func (k *keeper) pulls(want uint64) mirror.Result {
	k.r.t.Helper()
	res, err := k.pull()
	if err != nil {
		k.r.t.Fatalf("pull: %v\n%+v", err, res)
	}
	if res.Edition != want {
		k.r.t.Fatalf("pulled edition %d, want %d", res.Edition, want)
	}
	k.verify(want)
	return res
}

// verify wants the mirror to hold an edition, with nothing missing, altered or left over.
func (k *keeper) verify(want uint64) {
	k.r.t.Helper()
	a := k.audit()
	if !a.Authentic || !a.Whole || a.Edition != want || len(a.Problems) > 0 {
		k.r.t.Fatalf("the mirror: got %+v, want edition %d whole", a, want)
	}
}

func (k *keeper) audit() reader.Audit {
	k.r.t.Helper()
	src, err := reader.Folder(k.dir)
	must(k.r.t, err)
	defer src.Close()
	a, err := reader.Verify(k.r.t.Context(), src, k.opt.Masthead, reader.VerifyOptions{Now: k.opt.Now})
	must(k.r.t, err)
	return a
}

// holds wants readers of the mirror to get an edition, whole, whatever else stands there.
func (k *keeper) holds(editions ...uint64) {
	k.r.t.Helper()
	a := k.audit()
	for _, p := range a.Problems {
		if !p.Stray && isReaders(p.File) {
			k.r.t.Fatalf("a reader would meet %+v", p)
		}
	}
	for _, e := range editions {
		if a.Edition == e {
			return
		}
	}
	k.r.t.Fatalf("the mirror holds edition %d, want one of %d: %+v", a.Edition, editions, a.Problems)
}

// isReaders says whether readers fetch a file: what is neither a plain page nor the log's head, which they take from
// `latest`.
func isReaders(file string) bool {
	if file == edition.CheckpointPath {
		return false
	}
	for _, p := range []string{"o/", "log/", "trust/", "latest"} {
		if bytes.HasPrefix([]byte(file), []byte(p)) {
			return true
		}
	}
	return false
}

// counting counts the bytes and requests of a handler's answers, by path.
type counting struct {
	h http.Handler

	mu    sync.Mutex
	bytes int64
	paths []string
}

func (c *counting) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	cw := &countingWriter{ResponseWriter: w}
	c.h.ServeHTTP(cw, r)
	c.mu.Lock()
	defer c.mu.Unlock()
	if cw.status == 0 || cw.status < 300 {
		c.bytes += cw.n
		c.paths = append(c.paths, r.URL.Path)
	}
}

// twice returns the paths that were served more than once, sorted.
func (c *counting) twice() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := map[string]int{}
	for _, p := range c.paths {
		n[p]++
	}
	maps.DeleteFunc(n, func(_ string, n int) bool { return n < 2 })
	return slices.Sorted(maps.Keys(n))
}

func (c *counting) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.bytes, c.paths = 0, nil
}

type countingWriter struct {
	http.ResponseWriter
	n      int64
	status int
}

func (w *countingWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *countingWriter) Write(b []byte) (int, error) {
	n, err := w.ResponseWriter.Write(b)
	w.n += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController through.
func (w *countingWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// failing is a target whose writes end at one of them, as if the machine had stopped there.
type failing struct {
	target.Target
	mu   sync.Mutex
	left int // writes that still succeed; negative for all
	done int
}

var errStopped = errors.New("stopped here")

// write does a write, unless the machine has stopped.
func (f *failing) write(do func() error) error {
	f.mu.Lock()
	stopped := f.left == 0
	if !stopped {
		f.left--
		f.done++
	}
	f.mu.Unlock()
	if stopped {
		return errStopped
	}
	return do()
}

func (f *failing) Put(ctx context.Context, name string, b []byte) error {
	return f.write(func() error { return f.Target.Put(ctx, name, b) })
}

func (f *failing) Link(ctx context.Context, name, from string) error {
	return f.write(func() error { return f.Target.Link(ctx, name, from) })
}

func (f *failing) Delete(ctx context.Context, name string) error {
	return f.write(func() error { return f.Target.Delete(ctx, name) })
}

func (f *failing) Flush(ctx context.Context) error {
	return f.write(func() error { return f.Target.Flush(ctx) })
}

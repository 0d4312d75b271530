package reader_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io/fs"
	"iter"
	"maps"
	"math/rand/v2"
	"net"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"coranto/edition"
	"coranto/internal/editionlog"
	"coranto/internal/keys"
	"coranto/internal/lab"
	"coranto/internal/mirror"
	"coranto/reader"
)

// epoch is when the tests' newsrooms begin.
var epoch = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// A press publishes small editions with the real keys, tree and log. What it publishes is a set of files.
type press struct {
	t        testing.TB
	keys     *keys.Keys
	now      time.Time
	edition  uint64
	purges   uint64
	mirrors  []string
	size     int64
	root     edition.Hash // of the log
	hashes   []edition.Hash
	records  []edition.Hash
	files    files             // everything that was ever published
	pages    map[string]string // of the last edition
	manifest []byte
	log      note.Signer // of the edition log
}

// files are a mirror's, by path.
type files map[string][]byte

func newPress(t testing.TB, seed byte) *press {
	t.Helper()
	dir, err := os.OpenRoot(t.TempDir())
	must(t, err)
	t.Cleanup(func() { dir.Close() })
	k, err := keys.Create(dir, "The Lantern", rand.NewChaCha8([32]byte{seed}), epoch)
	must(t, err)
	trust, err := k.Files()
	must(t, err)
	return &press{t: t, keys: k, now: epoch, log: k.LogSigner(), files: maps.Clone(files(trust)), pages: map[string]string{}}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// LogHashes and Records make the press what package editionlog reads a log from.
func (p *press) LogHashes(_ context.Context, indexes []int64) ([]edition.Hash, error) {
	out := make([]edition.Hash, len(indexes))
	for i, x := range indexes {
		out[i] = p.hashes[x]
	}
	return out, nil
}

func (p *press) Records(_ context.Context, from, to int64) ([]edition.Hash, error) {
	return p.records[from:to], nil
}

func (p *press) masthead() edition.Masthead {
	return p.keys.Masthead("The Lantern", []string{"en", "fa"}, nil)
}

// publish makes the next edition of pages that replace or add to those before; "" removes one.
func (p *press) publish(pages map[string]string) files {
	p.t.Helper()
	p.add(pages)
	return p.renew()
}

// add is publish without signing anything.
func (p *press) add(pages map[string]string) {
	p.t.Helper()
	maps.Copy(p.pages, pages)
	maps.DeleteFunc(p.pages, func(_, text string) bool { return text == "" })
	root, err := edition.Build(p.leaves(), func(h edition.Hash, b []byte) error {
		p.files[edition.ObjectPath(h)] = bytes.Clone(b)
		return nil
	})
	must(p.t, err)
	p.edition++
	p.manifest = edition.Manifest{
		Edition: p.edition, Time: p.now, Root: root, Files: uint64(len(p.pages)), Epoch: p.purges,
		Languages: []string{"en", "fa"}, Mirrors: p.mirrors,
	}.Marshal()
	p.append()
}

func (p *press) leaves() iter.Seq2[edition.Leaf, error] {
	keyed := map[string]string{}
	for path := range p.pages {
		keyed[edition.Key(path)] = path
	}
	return func(yield func(edition.Leaf, error) bool) {
		for _, key := range slices.Sorted(maps.Keys(keyed)) {
			if !yield(edition.Leaf{Path: keyed[key], Entry: p.entry(keyed[key])}, nil) {
				return
			}
		}
	}
}

// entry puts a page's objects. Web pages are packed.
func (p *press) entry(name string) edition.Entry {
	plain := []byte(p.pages[name])
	stored, kind := plain, map[string]string{".html": "text/html", ".jpg": "image/jpeg", ".vtt": "text/vtt", ".svg": "image/svg+xml", ".txt": "text/plain",
		".pack": edition.PackType, ".pictures": edition.PicturesType, ".jsonl": edition.PackTextType, ".seed": edition.PackType, ".idx": edition.PackIndexType}[path.Ext(name)]
	if kind == "text/html" {
		var packed bytes.Buffer
		zw := gzip.NewWriter(&packed)
		zw.Write(plain)
		zw.Close()
		stored = packed.Bytes()
	}
	e, objects, err := edition.Split(stored)
	must(p.t, err)
	e.MediaType, e.Gzip, e.Plain = kind, kind == "text/html", int64(len(plain))
	for _, b := range objects {
		p.files[edition.ObjectPath(edition.Sum(b))] = bytes.Clone(b)
	}
	return e
}

// append adds the manifest to the log.
func (p *press) append() {
	p.t.Helper()
	ctx := p.t.Context()
	grown, err := editionlog.Append(ctx, p, p.size, edition.ManifestHash(p.manifest))
	must(p.t, err)
	p.hashes = append(p.hashes[:grown.Start:grown.Start], grown.Hashes...)
	p.records = append(p.records[:p.size:p.size], grown.Record)
	tiles, err := editionlog.Tiles(ctx, p, p, p.size, grown.Size)
	must(p.t, err)
	maps.Copy(p.files, tiles)
	p.size, p.root = grown.Size, edition.Hash(grown.Root)
}

// renew signs the newest edition, and the trust, anew at the press's time.
func (p *press) renew() files {
	p.t.Helper()
	trust, err := p.keys.Renew(p.now)
	must(p.t, err)
	maps.Copy(p.files, trust)
	return p.sign()
}

// sign signs the newest edition anew at the press's time.
func (p *press) sign() files {
	p.t.Helper()
	c := edition.Checkpoint{Origin: p.log.Name(), Size: p.size, Hash: [32]byte(p.root)}
	note, err := editionlog.Sign(c, p.log, p.keys.Cosigner(p.now))
	must(p.t, err)
	latest, err := editionlog.Latest(p.t.Context(), p, p.size, p.manifest, note)
	must(p.t, err)
	p.files[edition.CheckpointPath], p.files[edition.LatestPath] = note, latest
	return maps.Clone(p.files)
}

// fork returns a press with the same keys whose log can go another way from here on.
func (p *press) fork() *press {
	q := *p
	q.files, q.pages = maps.Clone(p.files), maps.Clone(p.pages)
	return &q
}

// replaceLog begins a new log under a policy that takes back what the old one said after now.
func (p *press) replaceLog(last *press) {
	p.t.Helper()
	old := edition.Checkpoint{Origin: last.log.Name(), Size: last.size, Hash: [32]byte(last.root)}
	trust, err := p.keys.ReplaceLog(old, p.edition+1, rand.NewChaCha8([32]byte{77}), p.now)
	must(p.t, err)
	maps.Copy(p.files, trust)
	p.log = p.keys.LogSigner()
	p.size, p.hashes, p.records = 0, nil, nil
	maps.DeleteFunc(p.files, func(path string, _ []byte) bool { return strings.HasPrefix(path, "log/") })
}

// dir writes files to a folder.
func (f files) dir(t testing.TB) *os.Root {
	t.Helper()
	dir := t.TempDir()
	for name, b := range f {
		must(t, os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o755))
		must(t, os.WriteFile(filepath.Join(dir, name), b, 0o644))
	}
	root, err := os.OpenRoot(dir)
	must(t, err)
	t.Cleanup(func() { root.Close() })
	return root
}

// serve starts a mirror on this machine, whatever it does, and returns the reader's end of it.
func serve(t testing.TB, m lab.Mirror) *reader.HTTPSource {
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
	s.Limits = reader.Limits{Headers: 2 * time.Second, Window: 300 * time.Millisecond, Pace: 100, Total: 10 * time.Second}
	return s
}

// good starts an honest mirror of files.
func (f files) good(t testing.TB) *reader.HTTPSource {
	return serve(t, lab.Good(mirror.Handler(f.dir(t))))
}

// source returns files as a source without a network, and a name for it.
func (f files) source(name string) reader.Source { return memory{name, f} }

type memory struct {
	name  string
	files files
}

func (m memory) Name() string { return m.name }

// Live says that it stands for a mirror on a network.
func (m memory) Live() bool { return true }

func (m memory) Fetch(_ context.Context, path string, max int64) ([]byte, error) {
	b, ok := m.files[path]
	switch {
	case !ok:
		return nil, fmt.Errorf("%s: %w", path, fs.ErrNotExist)
	case int64(len(b)) > max:
		return nil, reader.ErrTooLong
	}
	return b, nil
}

// story returns a page of some length.
func story(words string) string {
	return "<!doctype html><html lang=en><head><title>" + words + "</title></head><body><h1>" + words + "</h1>" +
		strings.Repeat("<p>"+words+"</p>", 20) + "</body></html>"
}

// front is the first edition of every test.
func front() map[string]string {
	pages := map[string]string{"index.html": story("languages"), "fa/index.html": story("front")}
	for i := range 60 {
		pages[fmt.Sprintf("en/story/2026/11/22/s%d/index.html", i)] = story(fmt.Sprint("story ", i))
	}
	return pages
}

// open opens a reader of sources, at the press's time, that waits for nobody.
func (p *press) open(opt reader.Options, sources ...reader.Source) *reader.Reader {
	p.t.Helper()
	opt.Sources, opt.Only = sources, true
	if opt.Now == nil {
		opt.Now = func() time.Time { return p.now }
	}
	if opt.Grace == 0 {
		opt.Grace = 300 * time.Millisecond
	}
	if opt.Hedge == 0 {
		opt.Hedge = 50 * time.Millisecond
	}
	r, err := reader.Open(p.masthead(), opt)
	must(p.t, err)
	p.t.Cleanup(func() { r.Close() })
	return r
}

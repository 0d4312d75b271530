package cli_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coranto/edition"
	"coranto/internal/cli"
	"coranto/reader"
)

// corpus returns the folder with the feeds of the corpus of real news, or skips.
func corpus(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("CORANTO_CORPUS")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "corpus", "ntrex-128")
	}
	if _, err := os.Stat(dir); err != nil {
		t.Skip("no corpus of real news: set CORANTO_CORPUS to a folder of JSON feeds, one a language")
	}
	return dir
}

// run runs a command that must succeed and reads its JSON.
func run(t *testing.T, result any, args ...string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if code := cli.Main(append([]string{"-q"}, args...), &stdout, &stderr); code != 0 {
		t.Fatalf("coranto %s: exit %d\n%s%s", strings.Join(args, " "), code, stderr.String(), stdout.String())
	}
	if result == nil {
		return
	}
	if err := json.Unmarshal(stdout.Bytes(), result); err != nil {
		t.Fatalf("coranto %s: %v in %s", strings.Join(args, " "), err, stdout.String())
	}
}

type imported struct{ Total, New, Changed, Unchanged, Refused int }

type published struct {
	Edition      int
	Articles     int
	Pages        int   `json:"pages_rendered"`
	Objects      int   `json:"objects_new"`
	TreeNodesNew int   `json:"tree_nodes_new"`
	BytesNew     int64 `json:"bytes_new"`
}

type verified struct {
	Authentic *bool
	Whole     bool
	Fresh     string
	Edition   int
	Problems  []reader.Problem
}

// TestCorpus takes all of the corpus through the main job: in, out, proved, repeated, corrected, and read by somebody
// who has nothing but the masthead.
func TestCorpus(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	feeds, err := filepath.Glob(filepath.Join(corpus(t), "*.json"))
	if err != nil || len(feeds) == 0 {
		t.Fatal(feeds, err)
	}
	languages := make([]string, len(feeds))
	for i, f := range feeds {
		languages[i] = strings.TrimSuffix(filepath.Base(f), ".json")
	}
	room := filepath.Join(t.TempDir(), "room")
	run(t, nil, "init", room, "--name", "Corpus", "--languages", strings.Join(languages, ","))
	importAll := append([]string{"-C", room, "import", "feed", "--json"}, feeds...)

	var in imported
	run(t, &in, importAll...)
	if want := 123 * len(feeds); in.New != want || in.Total != want {
		t.Fatalf("import: got %+v, want %d new", in, want)
	}
	var out published
	run(t, &out, "-C", room, "publish", "--json")
	if out.Edition != 1 || out.Articles != in.New || out.Pages < in.New {
		t.Errorf("publish: got %+v", out)
	}
	verify(t, room, 1)

	run(t, &in, importAll...)
	if in.Unchanged != in.Total {
		t.Errorf("import again: got %+v", in)
	}
	run(t, &out, "-C", room, "publish", "--json")
	if out.Edition != 1 || out.Pages != 0 || out.Objects != 0 || out.TreeNodesNew != 0 {
		t.Errorf("publish again: got %+v", out)
	}

	run(t, &in, "-C", room, "import", "feed", "--json", correctedFeed(t, feeds[len(feeds)/2]))
	if in.Changed != 1 || in.New != 0 {
		t.Errorf("import of one correction: got %+v", in)
	}
	run(t, &out, "-C", room, "publish", "--json")
	if out.Edition != 2 || out.TreeNodesNew > 20 || out.Pages > 10 {
		t.Errorf("publish of one correction: got %+v", out)
	}
	verify(t, room, 2)
	readFromNothing(t, filepath.Join(room, "public"))
}

func verify(t *testing.T, room string, number int) {
	t.Helper()
	var v verified
	run(t, &v, "verify", "--json", filepath.Join(room, "public"))
	if v.Authentic == nil || !*v.Authentic || !v.Whole || v.Fresh != "AGE UNKNOWN" || v.Edition != number || len(v.Problems) > 0 {
		t.Errorf("verify: got %+v, want edition %d", v, number)
	}
}

// correctedFeed returns a copy of a feed in which one article says something else.
func correctedFeed(t *testing.T, feed string) string {
	t.Helper()
	b, err := os.ReadFile(feed)
	if err != nil {
		t.Fatal(err)
	}
	var f map[string]any
	if err := json.Unmarshal(b, &f); err != nil {
		t.Fatal(err)
	}
	item := f["items"].([]any)[60].(map[string]any)
	item["content_text"] = fmt.Sprint(item["content_text"], "\n\nCorrected.")
	if b, err = json.Marshal(f); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), filepath.Base(feed))
	if err := os.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// maxMetadata is what a reader may fetch besides a page when it begins with the masthead and nothing else.
const maxMetadata = 24_000

// readFromNothing reads pages all over the site, each with a reader that has never read anything.
func readFromNothing(t *testing.T, mirror string) {
	b, err := os.ReadFile(filepath.Join(mirror, edition.MastheadPath))
	if err != nil {
		t.Fatal(err)
	}
	m, err := edition.ParseMasthead(b)
	if err != nil {
		t.Fatal(err)
	}
	src, err := reader.Folder(mirror)
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	pages, err := filepath.Glob(filepath.Join(mirror, "*", "story", "2018", "*", "*", "*", "index.html"))
	if err != nil || len(pages) == 0 {
		t.Fatal(pages, err)
	}
	worst := int64(0)
	for i := 0; i < len(pages); i += 37 {
		path, err := filepath.Rel(mirror, pages[i])
		if err != nil {
			t.Fatal(err)
		}
		worst = max(worst, readOne(t, m, src, filepath.ToSlash(path)))
	}
	t.Logf("at most %d bytes of metadata", worst)
	if worst > maxMetadata {
		t.Errorf("%d bytes of metadata, want at most %d", worst, maxMetadata)
	}
}

func readOne(t *testing.T, m edition.Masthead, src reader.Source, path string) int64 {
	t.Helper()
	r, err := reader.Open(m, reader.Options{Sources: []reader.Source{src}})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := r.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	p, err := r.Get(t.Context(), path)
	if err != nil || len(p.Body) == 0 {
		t.Fatalf("get %s: %v", path, err)
	}
	return r.Traffic().Metadata
}

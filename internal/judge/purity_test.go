package judge_test

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"coranto/internal/cli"
	"coranto/internal/sample"
)

// TestPurity imports the same stories in several orders, one by one, into newsrooms of their own, and wants the same
// bytes of each: the same root.
func TestPurity(t *testing.T) {
	if testing.Short() {
		t.Skip("three newsrooms take a quarter of a minute")
	}
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "stories"), sample.Stories()); err != nil {
		t.Fatal(err)
	}
	folders, err := os.ReadDir(filepath.Join(dir, "stories"))
	if err != nil {
		t.Fatal(err)
	}
	feeds, _, err := corpusSlice(filepath.Join(dir, "feeds"), 3)
	if err != nil {
		t.Fatal(err)
	}
	var imports [][]string
	for _, f := range folders {
		// A folder of folders is what is imported, so that each story stands in one of its own.
		alone := filepath.Join(dir, "alone-"+f.Name())
		if err := os.CopyFS(filepath.Join(alone, f.Name()), os.DirFS(filepath.Join(dir, "stories", f.Name()))); err != nil {
			t.Fatal(err)
		}
		imports = append(imports, []string{"markdown", alone})
	}
	for _, f := range feeds[:min(4, len(feeds))] {
		imports = append(imports, []string{"feed", f})
	}
	// The masthead is part of an edition, so all are copies of one newsroom.
	if err := command("init", filepath.Join(dir, "room"), "--name", "The Lantern", "--languages", "en,ru,uk,be,kk,ky,uz,tg,tr,fa,ar,az,ba"); err != nil {
		t.Fatal(err)
	}
	var want string
	for seed := range uint64(3) {
		rand.New(rand.NewPCG(seed, 4)).Shuffle(len(imports), func(i, j int) { imports[i], imports[j] = imports[j], imports[i] })
		got := rootOf(t, filepath.Join(dir, "room"), imports)
		if want == "" {
			want = got
		} else if got != want {
			t.Errorf("order %d gives the root %s, another %s: %v", seed, got, want, imports)
		}
	}
}

// rootOf has a copy of a newsroom import in an order and publish, and returns the root of its edition.
func rootOf(t *testing.T, newsroom string, imports [][]string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "room")
	if err := os.CopyFS(dir, os.DirFS(newsroom)); err != nil {
		t.Fatal(err)
	}
	for _, args := range imports {
		if err := command(append([]string{"-C", dir, "import"}, args...)...); err != nil {
			t.Fatal(err)
		}
	}
	var out, log bytes.Buffer
	if code := cli.Main([]string{"-q", "-C", dir, "publish", "--json"}, &out, &log); code != 0 {
		t.Fatalf("publish: exit %d: %s", code, log.String())
	}
	var edition struct{ Root string }
	if err := json.Unmarshal(out.Bytes(), &edition); err != nil || len(edition.Root) != 64 {
		t.Fatalf("%v, %s", err, out.String())
	}
	return edition.Root
}

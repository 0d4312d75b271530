package cli

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"coranto/internal/importer/markdown"
	"coranto/internal/sample"
	"coranto/internal/store/sqlite"
)

// What the demo has break is breaking news in each of the story's languages, for as long as it says.
func TestBreakNews(t *testing.T) {
	names, err := fs.Glob(sample.Stories(), demoBreaking+"/*.md")
	if err != nil || len(names) == 0 {
		t.Fatal(err, names)
	}
	dir := filepath.Join(t.TempDir(), "stories", demoBreaking)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	var languages []string
	for _, name := range names { // without the pictures, and what is said of them
		text, err := fs.ReadFile(sample.Stories(), name)
		if err != nil {
			t.Fatal(err)
		}
		head, _, _ := strings.Cut(string(text), "\nlead:")
		languages = append(languages, strings.TrimSuffix(path.Base(name), ".md"))
		if err := os.WriteFile(filepath.Join(dir, path.Base(name)), []byte(head+"\n---\n\nIt rose again.\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	now := time.Date(2026, 11, 22, 16, 0, 0, 999, time.UTC)
	if err := breakNews(dir, now, demoBreaks); err != nil {
		t.Fatal(err)
	}
	st, err := sqlite.Create(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	r, err := markdown.Import(t.Context(), st, os.DirFS(filepath.Dir(dir)), markdown.Options{Languages: languages})
	if err != nil || r.Refused > 0 {
		t.Fatal(err, r.Problems)
	}
	s, err := st.Story(t.Context(), demoBreaking)
	if err != nil || len(s.Articles) != len(names) {
		t.Fatal(err, s.Articles)
	}
	for _, a := range s.Articles {
		if !a.BreakingAt(now.Add(demoBreaks-time.Minute)) || a.BreakingAt(now.Add(demoBreaks)) {
			t.Errorf("%s: breaking until %s", a.Lang, a.Breaking)
		}
	}
}

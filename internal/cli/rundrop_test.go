package cli_test

import (
	"os"
	"path/filepath"
	"testing"
)

// An agency puts a document into its drop and later kills it: the story comes out and goes, by itself.
func TestRunDrop(t *testing.T) {
	t.Parallel()
	s := tinyRoom(t)
	drop := filepath.Join(filepath.Dir(s.dir), "drop")
	if err := os.MkdirAll(drop, 0o755); err != nil {
		t.Fatal(err)
	}
	const item = `{"uri": "urn:agency:1", "firstcreated": "2026-11-20T09:00:00Z", "headline": "One", "body_text": "Words.", `
	writeFile(t, filepath.Join(drop, "1.json"), item+`"version": "1"}`)
	config, err := os.ReadFile(filepath.Join(s.dir, "coranto.toml"))
	if err != nil {
		t.Fatal(err)
	}
	config = append(config, "[[import]]\nname = \"agency\"\nkind = \"ninjs\"\npath = \"../drop\"\nlanguage = \"en\"\nevery = \"1s\"\n"...)
	writeFile(t, filepath.Join(s.dir, "coranto.toml"), string(config))
	r := startRun(t, s.dir, nil, "--settle", "0s")
	next(t, r.lines, `msg=imported import=agency new=(1)`)
	page := filepath.Join(s.dir, "public/en/story/2026/11/20/urn-agency-1/index.html")
	next(t, r.lines, `msg=published why=(changes) edition=2`)
	if _, err := os.Stat(page); err != nil {
		t.Error(err)
	}
	writeFile(t, filepath.Join(drop, "2.json"), item+`"version": "2", "pubstatus": "canceled"}`)
	next(t, r.lines, `msg=imported import=agency new=0 changed=(1)`)
	next(t, r.lines, `msg=published why=(changes) edition=3`)
	if _, err := os.Stat(page); !os.IsNotExist(err) {
		t.Errorf("after the kill: %v", err)
	}
	go r.readOn()
	r.stop(t)
}

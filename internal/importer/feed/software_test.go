package feed_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"coranto/internal/importer"
	"coranto/internal/importer/feed"
	"coranto/internal/news"
	"coranto/internal/store/sqlite"
)

// TestSoftware imports feeds as common software writes them, and holds what was made of each against testdata/NAME.want.
func TestSoftware(t *testing.T) {
	files, err := filepath.Glob("testdata/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if filepath.Ext(file) == ".want" {
			continue
		}
		t.Run(filepath.Base(file), func(t *testing.T) {
			st := newsroom(t)
			opt := feed.Options{Languages: []string{"en", "ru", "fa", "az", "ja"}, Language: "en"}
			r := run(t, st, opt, file)
			got := tell(t, st, r)
			want, err := os.ReadFile(file + ".want")
			if err != nil || got != string(want) {
				t.Errorf("got:\n%s\nwant:\n%s\n%v", got, want, err)
			}
			again := run(t, st, opt, file)
			if again.New+again.Changed != 0 || again.Unchanged != r.New || again.Refused != r.Refused {
				t.Errorf("the second time: %s", counts(again))
			}
		})
	}
}

// tell writes down all that an import brought in.
func tell(t *testing.T, st *sqlite.Store, r importer.Report) string {
	t.Helper()
	var b strings.Builder
	if err := st.Settle(t.Context(), time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)); err != nil {
		t.Fatal(err)
	}
	snap, err := st.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer snap.Close()
	for id, err := range snap.Stories(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		s, err := st.Story(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range s.Articles {
			rev := a.Revision
			fmt.Fprintf(&b, "story %s (%s)\n%s, %s, %s\nheadline %s\n", s.ID, s.Slug, a.Lang, a.Published, a.Updated, rev.Headline)
			fmt.Fprintf(&b, "standfirst %s\nby %v, topics %v, from %s\n", rev.Standfirst, rev.Bylines, rev.Topics, rev.SourceURL)
			blocks(&b, rev.Body, "  ")
		}
	}
	for _, p := range r.Problems {
		fmt.Fprintf(&b, "refused %s: %s\n", p.Item, p.Reason)
	}
	for _, n := range r.Notes {
		fmt.Fprintf(&b, "note %s: %s\n", n.Item, n.Reason)
	}
	return b.String()
}

// blocks writes blocks down, one a line.
func blocks(b *strings.Builder, all []news.Block, indent string) {
	for _, block := range all {
		fmt.Fprintf(b, "%s%s %s", indent, block.Kind, block.URL)
		for _, s := range block.Text {
			fmt.Fprintf(b, "[%s", s.Text)
			if s.Mark != 0 || s.Link != "" || s.Lang != "" {
				fmt.Fprintf(b, "|%d %s %s", s.Mark, s.Link, s.Lang)
			}
			b.WriteString("]")
		}
		b.WriteString("\n")
		blocks(b, block.Blocks, indent+"  ")
		for _, item := range block.Items {
			blocks(b, item, indent+"  - ")
		}
	}
}

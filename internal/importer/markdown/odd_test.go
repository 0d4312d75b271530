package markdown_test

import (
	"image/color"
	"strings"
	"testing"
)

// TestOddFiles tries what editors and file systems make of a folder without anybody meaning it.
func TestOddFiles(t *testing.T) {
	const spaced = "---  \nheadline: Spaced\npublished: 2020-08-04\n---\t\nWords\n\n---\n\nmore"
	st := newsroom(t)
	r := run(t, st, files("a/EN.MD", head+"x", "b/en.markdown", head+"x", "c/en.md", spaced, "c/ReadMe.markdown", "x",
		"d/en.md", head+"![a picture](\u00E9t\u00E9.png)", "d/e\u0301te\u0301.png", drawing(t, color.Black)))
	if counts(r) != "4 new, 0 changed, 0 unchanged, 0 refused" {
		t.Fatalf("%s: %v", counts(r), r.Problems)
	}
	s, err := st.Story(t.Context(), "c")
	if err != nil {
		t.Fatal(err)
	}
	if rev := s.Articles[0].Revision; rev.Headline != "Spaced" || len(rev.Body) != 3 {
		t.Errorf("got %+v, want a headline, two paragraphs and a rule between", rev)
	}
}

func TestStoryInsideAnother(t *testing.T) {
	r := run(t, newsroom(t), files("a/en.md", head, "a/2026/b/en.md", head, "a/media/x.txt", "x", "a-b/en.md", head))
	if counts(r) != "2 new, 0 changed, 0 unchanged, 1 refused" || r.Problems[0].File != "a/2026/b" || !strings.Contains(r.Problems[0].Reason, "inside the story a ") {
		t.Errorf("%s: %v", counts(r), r.Problems)
	}
}

func TestYAMLHints(t *testing.T) {
	for front, hint := range map[string]string{"headline: Breaking: the gate": "quotation marks", "\theadline: x": "not tabs"} {
		r := run(t, newsroom(t), files("x/en.md", "---\n"+front+"\n---\n"))
		if len(r.Problems) != 1 || !strings.Contains(r.Problems[0].Reason, hint) || r.Problems[0].File != "x/en.md:2" {
			t.Errorf("%q: %v", front, r.Problems)
		}
	}
}

package importer_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"

	"coranto/internal/importer"
	"coranto/internal/news"
)

func TestCleanText(t *testing.T) {
	for _, c := range []struct{ name, in, want, dropped string }{
		{"plain", "Samara, 2020", "Samara, 2020", ""},
		{"Windows-1252 quotation marks", "\u0084Da\u0094", "„Da”", ""},
		{"its ellipsis, not a next line", "so\u0085", "so…", ""},
		{"its five open places", "a\u0081\u008D\u008F\u0090\u009Db", "ab", "\u0081\u008D\u008F\u0090\u009D"},
		{"non-joiner", "می‌خواهم", "می‌خواهم", ""},
		{"marks with meaning", "a\u200B\u200C\u200D\u200E\u200F\u061C\u202A\u202E\u202C\u2066\u2069\u00AD\u2060\uFE0Fb", "a\u200B\u200C\u200D\u200E\u200F\u061C\u202A\u202E\u202C\u2066\u2069\u00AD\u2060\uFE0Fb", ""},
		{"a flag of tags", "🏴\U000E0067\U000E007F", "🏴\U000E0067\U000E007F", ""},
		{"no-break space", "10\u00A0000", "10\u00A0000", ""},
		{"controls", "a\x00b\x07c\x7Fd\x1B", "abcd", "\x00\x07\x7F\x1B"},
		{"byte order mark", "\uFEFFa\uFEFFb", "ab", "\uFEFF\uFEFF"},
		{"noncharacters", "a\uFFFEb\uFDD0\U0001FFFF", "ab", "\uFFFE\uFDD0\U0001FFFF"},
		{"private use", "\uE000", "\uE000", ""},
		{"composes", "И\u0306 e\u0301", "Й é", ""},
		{"composes across what is dropped", "e\x00\u0301", "é", "\x00"},
		{"line breaks", "a\r\nb\rc\vd\fe\u2028f\u2029g\th", "a\nb\nc\nd\ne\nf\n\ng\th", ""},
		{"no UTF-8", "a\xC3\x28\xFF\xFEb", "a\uFFFD(\uFFFDb", "\uFFFD"},
	} {
		got, dropped := importer.CleanText(c.in)
		if got != c.want || string(dropped) != c.dropped {
			t.Errorf("%s: got %+q, dropped %+q, want %+q, %+q", c.name, got, string(dropped), c.want, c.dropped)
		}
	}
}

func FuzzCleanText(f *testing.F) {
	f.Add("می‌خواهم \u0084Da\u0094 e\u0301 \x00\xFF\r\n")
	f.Add("a" + strings.Repeat("\u0301\u0316", 40))
	f.Fuzz(func(t *testing.T, s string) {
		clean, _ := importer.CleanText(s)
		if !utf8.ValidString(clean) || !norm.NFC.IsNormalString(clean) {
			t.Errorf("%+q: not UTF-8 in NFC: %+q", s, clean)
		}
		if strings.ContainsFunc(clean, func(c rune) bool { return unicode.IsControl(c) && c != '\n' && c != '\t' }) {
			t.Errorf("%+q: a control character is left: %+q", s, clean)
		}
		if again, dropped := importer.CleanText(clean); again != clean || dropped != nil {
			t.Errorf("%+q: cleaned twice it is %+q, dropped %+q", clean, again, dropped)
		}
	})
}

// corpus returns the folder of the news corpus, or skips the test.
func corpus(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("CORANTO_CORPUS")
	if dir == "" {
		dir = "../../../shared/corpus/ntrex-128"
	}
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("the news corpus is not here: set CORANTO_CORPUS to its folder (%v)", err)
	}
	return dir
}

// TestCorpusKeepsEveryCharacter reads every text of the corpus's 30 languages as plain text, and as HTML, and compares
// what comes out with what went in.
func TestCorpusKeepsEveryCharacter(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(corpus(t), "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var feed struct {
			Items []struct{ Title, Content_text string }
		}
		if err := json.Unmarshal(b, &feed); err != nil {
			t.Fatal(err)
		}
		for i, it := range feed.Items {
			clean := importer.NewCleaner("en")
			want := meant(it.Title + "\n\n" + it.Content_text)
			plain := clean.Line(it.Title) + "\n\n" + textOf(clean.Plain(it.Content_text))
			if got := meant(plain); got != want {
				t.Errorf("%s, item %d, plain text:\n got %+q\nwant %+q", filepath.Base(file), i, got, want)
			}
			html := strings.NewReplacer("&", "&amp;", "<", "&lt;").Replace(it.Title + "\n\n" + it.Content_text)
			blocks, err := clean.HTML("<p>"+strings.ReplaceAll(html, "\n\n", "<p>"), nil)
			if err != nil {
				t.Fatal(err)
			}
			if got := meant(textOf(blocks)); got != want {
				t.Errorf("%s, item %d, HTML:\n got %+q\nwant %+q", filepath.Base(file), i, got, want)
			}
			if notes := clean.Notes(); notes != nil {
				t.Errorf("%s, item %d: %q", filepath.Base(file), i, notes)
			}
		}
	}
}

// meant returns a text as its author meant it: C1 code points through Windows-1252, NFC, white space runs as one space.
func meant(s string) string {
	s = strings.Map(func(c rune) rune {
		if 0x80 <= c && c <= 0x9F {
			return charmap.Windows1252.DecodeByte(byte(c))
		}
		return c
	}, s)
	return strings.Join(strings.FieldsFunc(norm.NFC.String(s), func(c rune) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }), " ")
}

// textOf returns the text of paragraphs, one a line.
func textOf(blocks []news.Block) string {
	var b strings.Builder
	for _, block := range blocks {
		for _, s := range block.Text {
			b.WriteString(s.Text)
			if s.Mark&news.Break != 0 {
				b.WriteByte('\n')
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func TestPlain(t *testing.T) {
	clean := importer.NewCleaner("en")
	got := clean.Plain("\n  One\tline \r\nand another\n \n\n\u00A0\n\nTwo\n")
	want := []news.Block{
		{Kind: news.Paragraph, Text: []news.Span{{Text: "One line", Mark: news.Break}, {Text: "and another"}}},
		{Kind: news.Paragraph, Text: []news.Span{{Text: "Two"}}},
	}
	if !equalBlocks(got, want) {
		t.Errorf("got %s, want %s", show(got), show(want))
	}
}

func TestNotes(t *testing.T) {
	clean := importer.NewCleaner("en")
	clean.Line("a\x00b\x07")
	clean.Text("\x07 \xFF")
	clean.Note("left out %q", "x")
	clean.Note("left out %q", "x")
	want := []string{`left out "x"`, "dropped characters that have no meaning: U+0000 ×1, U+0007 ×2, bytes that are no UTF-8 (now U+FFFD) ×1"}
	if got := clean.Notes(); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func equalBlocks(a, b []news.Block) bool { return show(a) == show(b) }

// show returns blocks as JSON, for comparing and for messages.
func show(blocks []news.Block) string {
	b, err := json.Marshal(blocks)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// TestMended has a Cleaner mend what was made UTF-8 twice, but not where characters are shown as they are.
func TestMended(t *testing.T) {
	c := importer.NewCleaner("en")
	blocks, err := c.HTML("<p>The cafÃ© – it was <code>cafÃ©</code> before</p><pre>cafÃ©</pre>", nil)
	if err != nil || len(blocks) != 2 || blocks[0].Text[0].Text != "The café – it was " || blocks[0].Text[1].Text != "cafÃ©" || blocks[1].Text[0].Text != "cafÃ©" {
		t.Errorf("got %+v, %v", blocks, err)
	}
	if notes := c.Notes(); len(notes) != 1 || !strings.Contains(notes[0], "mended letters") {
		t.Errorf("notes %q", notes)
	}
}

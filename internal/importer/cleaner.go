package importer

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"coranto/internal/importer/foreign"
	"coranto/internal/news"
)

// A Cleaner turns the foreign text of one article into ours, and remembers what it had to leave out.
type Cleaner struct {
	// Pictures has HTML make figures of pictures, videos and sounds, whose Missing names their files: for Import, which
	// fetches them. Otherwise they become links.
	Pictures bool

	lang    string
	dropped map[rune]int
	notes   []string
	// unnamed counts the pictures without an alternative text, unled those that led to a page of their own site.
	unnamed, unled int
}

// NewCleaner returns a Cleaner for an article in a language, a canonical tag.
func NewCleaner(lang string) *Cleaner {
	return &Cleaner{lang: lang, dropped: make(map[rune]int)}
}

// Text cleans text that may have line breaks, and mends what was made UTF-8 twice.
func (c *Cleaner) Text(s string) string {
	s, n := foreign.Mend(s)
	if n > 0 {
		c.Note("mended letters that had been taken for others, as Ã© for é")
	}
	return c.asItIs(s)
}

// asItIs cleans text that may be about characters.
func (c *Cleaner) asItIs(s string) string {
	clean, dropped := CleanText(s)
	for _, r := range dropped {
		c.dropped[r]++
	}
	return clean
}

// Line cleans a text and makes it one line, with single spaces and none at its ends. It is empty where it would show
// nothing.
func (c *Cleaner) Line(s string) string {
	if s = oneLine(c.Text(s)); Blank(s) {
		return ""
	}
	return s
}

// Plain makes paragraphs of plain text: blank lines part them, other line breaks stay line breaks.
func (c *Cleaner) Plain(text string) []news.Block {
	var blocks []news.Block
	line := Inline{clean: c}
	flush := func() {
		if spans := line.Flush(); spans != nil {
			blocks = append(blocks, news.Block{Kind: news.Paragraph, Text: spans})
		}
	}
	for l := range strings.SplitSeq(c.Text(text), "\n") {
		if strings.TrimFunc(l, isSpace) == "" {
			flush()
			continue
		}
		line.Break()
		line.Text(l, news.Span{})
	}
	flush()
	return blocks
}

// Code makes a block of program text, whose line breaks count.
func (c *Cleaner) Code(text string) (news.Block, bool) {
	text = strings.Trim(strings.TrimRight(c.asItIs(text), " \t\n"), "\n")
	return news.Block{Kind: news.Code, Text: []news.Span{{Text: text}}}, !Blank(text)
}

// Note keeps a note to the editor, once.
func (c *Cleaner) Note(format string, args ...any) {
	if n := fmt.Sprintf(format, args...); !slices.Contains(c.notes, n) && len(c.notes) < maxNotes {
		c.notes = append(c.notes, n)
	}
}

// maxNotes is the number of notes kept for one article: after a hundred an editor has understood.
const maxNotes = 100

// Notes returns what was left out, in words.
func (c *Cleaner) Notes() []string {
	notes := slices.Clip(c.notes)
	if c.unnamed > 0 {
		notes = append(notes, fmt.Sprintf("pictures without an alternative text, shown as decorative: %d", c.unnamed))
	}
	if c.unled > 0 {
		notes = append(notes, fmt.Sprintf("pictures that led to a page of the site, and lead nowhere now: %d", c.unled))
	}
	if len(c.dropped) == 0 {
		return notes
	}
	type count struct {
		r rune
		n int
	}
	var counts []count
	for r, n := range c.dropped {
		counts = append(counts, count{r, n})
	}
	slices.SortFunc(counts, func(a, b count) int { return cmp.Compare(a.r, b.r) })
	var words []string
	for _, d := range counts {
		word := fmt.Sprintf("%U", d.r)
		if d.r == utf8.RuneError {
			word = "bytes that are no UTF-8 (now U+FFFD)"
		}
		words = append(words, fmt.Sprintf("%s ×%d", word, d.n))
	}
	return append(notes, "dropped characters that have no meaning: "+strings.Join(words, ", "))
}

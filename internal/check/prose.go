package check

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"

	"coranto/internal/news"
)

// maxWord is the number of letters that fit into a line on a phone of 320 pixels, and then some.
const maxWord = 60

// eachRun visits the runs of spans of an article's body, its captions and transcripts left out, and says of each
// whether it stands in a quotation.
func eachRun(r news.Revision, visit func(run []news.Span, quoted bool)) {
	runs(r.Body, false, visit)
}

func runs(blocks []news.Block, quoted bool, visit func([]news.Span, bool)) {
	for _, b := range blocks {
		within := quoted || b.Kind == news.Quote || b.Kind == news.PullQuote
		if len(b.Text) > 0 && b.Kind != news.Code {
			visit(b.Text, within)
		}
		for _, row := range b.Rows {
			for _, cell := range row {
				visit(cell, within)
			}
		}
		for _, item := range b.Items {
			runs(item, within, visit)
		}
		runs(b.Blocks, within, visit)
	}
}

func textOf(run []news.Span) string {
	var b strings.Builder
	for _, s := range run {
		b.WriteString(s.Text)
		if s.Mark&news.Break != 0 {
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// headings says where a heading skips a level: who listens to a page goes by them.
func (l *look) headings(at place, a news.Article) {
	last := 1
	for _, b := range a.Revision.Body {
		if b.Kind != news.Heading {
			continue
		}
		if text := textOf(b.Text); b.Level > last+1 {
			l.add(at.of("# "+text, text), Heading, "use one # more than for the heading above it; ## is the first",
				"the heading %q is of level %d after one of level %d", short(text), b.Level, last)
		}
		last = b.Level
	}
}

// prose says which words are too long for a phone, and which need their language.
func (l *look) prose(at place, a news.Article) {
	own := scriptsOf(a.Lang)
	eachRun(a.Revision, func(run []news.Span, _ bool) {
		for _, s := range run {
			if w := longWord(s.Text); w != "" {
				l.add(at.of(w), Word, "part it, or put a soft hyphen (U+00AD) where it may break",
					"the word %q has %d letters", short(w), utf8.RuneCountInString(w))
			}
			if words, name := foreign(s.Text, own); words != "" && s.Lang == "" && own != nil {
				l.add(at.of(words), Lang, "a voice that reads aloud needs their language",
					"%q is in %s letters, but nothing says which language it is", short(words), name)
			}
		}
	})
}

// longWord returns the first word of a text that can't be broken and is too long, but for addresses; "" if there is none.
func longWord(text string) string {
	for _, w := range strings.FieldsFunc(text, func(c rune) bool { return unicode.IsSpace(c) || unicode.Is(unicode.Pd, c) || unicode.Is(unicode.Cf, c) }) {
		// Scripts without spaces break anywhere.
		if utf8.RuneCountInString(w) > maxWord && !strings.ContainsAny(w, "/.@") && !strings.ContainsFunc(w, breaksAnywhere) {
			return w
		}
	}
	return ""
}

func breaksAnywhere(c rune) bool {
	return unicode.In(c, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar, unicode.Tibetan)
}

// A writing is a script that a language may be written in.
type writing struct {
	code, name string
	table      *unicode.RangeTable
}

func writings() []writing {
	return []writing{
		{"Latn", "Latin", unicode.Latin}, {"Cyrl", "Cyrillic", unicode.Cyrillic}, {"Arab", "Arabic", unicode.Arabic},
		{"Hebr", "Hebrew", unicode.Hebrew}, {"Armn", "Armenian", unicode.Armenian}, {"Geor", "Georgian", unicode.Georgian},
		{"Ethi", "Ethiopic", unicode.Ethiopic}, {"Grek", "Greek", unicode.Greek}, {"Deva", "Devanagari", unicode.Devanagari},
		{"Hans", "Chinese", unicode.Han}, {"Hang", "Hangul", unicode.Hangul}, {"Thai", "Thai", unicode.Thai},
	}
}

// scriptsOf returns the scripts that a language is written in, or nil where they are not known.
func scriptsOf(tag string) []*unicode.RangeTable {
	t, err := language.Parse(tag)
	if err != nil {
		return nil
	}
	s, _ := t.Script()
	switch code := s.String(); code {
	case "Hant", "Jpan":
		return []*unicode.RangeTable{unicode.Han, unicode.Hiragana, unicode.Katakana}
	case "Kore":
		return []*unicode.RangeTable{unicode.Hangul, unicode.Han}
	default:
		all := writings()
		if i := slices.IndexFunc(all, func(w writing) bool { return w.code == code }); i >= 0 {
			return []*unicode.RangeTable{all[i].table}
		}
	}
	return nil
}

// How many words and letters in another script are too many to be a name: Latin ones stand in every language.
const (
	latinWords, latinLetters = 5, 24
	otherWords, otherLetters = 2, 8
)

// foreign returns the first run of words in a script that is not among some, and the script's name.
func foreign(text string, own []*unicode.RangeTable) (words, name string) {
	for _, w := range writings() {
		if slices.Contains(own, w.table) {
			continue
		}
		minWords, minLetters := otherWords, otherLetters
		if w.code == "Latn" {
			minWords, minLetters = latinWords, latinLetters
		}
		if run := longestRun(text, w.table); len(strings.Fields(run)) >= minWords && letters(run) >= minLetters {
			return run, w.name
		}
	}
	return "", ""
}

// longestRun returns the longest stretch of a text whose letters are all of a script.
func longestRun(text string, table *unicode.RangeTable) string {
	best, start := "", -1
	end := func(at int) {
		if start >= 0 {
			if run := strings.TrimFunc(text[start:at], func(c rune) bool { return !unicode.IsLetter(c) }); len(run) > len(best) {
				best = run
			}
		}
		start = -1
	}
	for i, c := range text {
		switch {
		case unicode.Is(table, c) && unicode.IsLetter(c):
			if start < 0 {
				start = i
			}
		case unicode.IsLetter(c):
			end(i)
		}
	}
	end(len(text))
	return best
}

func letters(s string) (n int) {
	for _, c := range s {
		if unicode.IsLetter(c) {
			n++
		}
	}
	return n
}

// short returns the beginning of a text, for a message.
func short(s string) string {
	const most = 40
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

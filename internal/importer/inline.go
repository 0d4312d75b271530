package importer

import (
	"bytes"
	"slices"

	"golang.org/x/text/unicode/norm"

	"coranto/internal/news"
)

// Inline gathers the spans of one paragraph, heading or cell. White space collapses as in HTML, within spans and
// across them; equal neighbours become one span. Cleaner.Inline makes one.
type Inline struct {
	clean *Cleaner
	done  []news.Span
	// as and text are the span that is being written; none is where text is empty. Apart from done, so that a
	// paragraph of a million crumbs takes linear time.
	as   news.Span
	text []byte
}

// Inline returns an empty Inline that reports what it drops to the Cleaner.
func (c *Cleaner) Inline() Inline { return Inline{clean: c} }

// Text adds text with the marks, link, claim and language of as.
func (l *Inline) Text(text string, as news.Span) {
	clean := l.clean.Text
	if as.Mark&news.Monospace != 0 {
		clean = l.clean.asItIs
	}
	text = l.collapse(clean(text))
	if text == "" {
		return
	}
	as.Text, as.Mark = "", as.Mark&^news.Break
	if as != l.as {
		l.close()
		l.as = as
	}
	l.text = append(l.text, text...)
}

// close ends the span that is being written.
func (l *Inline) close() {
	if len(l.text) > 0 {
		if l.as.Text = string(l.text); !news.Normal(l.as.Text) {
			l.as.Text = norm.NFC.String(l.as.Text) // a combining mark may have met its letter only here
		}
		l.done = append(l.done, l.as)
	}
	l.as, l.text = news.Span{}, l.text[:0]
}

// collapse makes each run of white space one space, and drops it where the text before ends with one or the line begins.
func (l *Inline) collapse(s string) string {
	words := oneLine(s)
	if s == "" || words == "" && l.lineBegins() {
		return ""
	}
	if isSpace(rune(s[0])) && !l.lineBegins() {
		words = " " + words
	}
	if isSpace(rune(s[len(s)-1])) && words != " " {
		words += " "
	}
	return words
}

// lineBegins says whether a space would be of no use where the text stands.
func (l *Inline) lineBegins() bool {
	if len(l.text) > 0 {
		return l.text[len(l.text)-1] == ' '
	}
	n := len(l.done)
	return n == 0 || l.done[n-1].Mark&news.Break != 0
}

// Break ends the line. It returns false where the line is empty: a line break after another parts paragraphs.
func (l *Inline) Break() bool {
	l.trim()
	if len(l.text) == 0 {
		return false
	}
	l.as.Mark |= news.Break
	l.close()
	return true
}

// trim takes the spaces off the end of the line.
func (l *Inline) trim() {
	for {
		l.text = bytes.TrimRight(l.text, " ")
		n := len(l.done)
		if len(l.text) > 0 || n == 0 || l.done[n-1].Mark&news.Break != 0 {
			return
		}
		l.as, l.text = l.done[n-1], []byte(l.done[n-1].Text)
		l.as.Text, l.done = "", l.done[:n-1]
	}
}

// Flush returns the spans and begins anew. It returns nil when they would show nothing.
func (l *Inline) Flush() []news.Span {
	l.trim()
	l.close()
	spans := l.done
	l.done = nil
	if !slices.ContainsFunc(spans, func(s news.Span) bool { return !Blank(s.Text) }) {
		return nil
	}
	spans[len(spans)-1].Mark &^= news.Break
	return spans
}

package feed

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"codeberg.org/readeck/go-readability/v2"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/net/html/charset"

	"coranto/internal/importer"
)

// The limits of a page from which an article is taken.
const (
	// MaxPage is the size of a page in bytes.
	MaxPage = 8 << 20
	// maxElements is the number of elements that a page may have: the library looks at each many times.
	maxElements = 20_000
	// maxWords is the size of a page's text in bytes, and maxDeep how deep its elements may nest: their product is what the
	// library takes time for.
	maxWords, maxDeep = 1 << 20, 128
	// minArticle is the length, in characters, of the shortest text that is an article.
	minArticle = 200
	// minPaid is the length, in characters, from which on a text that the page says is not free is more than its beginning.
	minPaid = 1500
)

// An article is what was taken from a page.
type article struct {
	// html is the text with its markup, references relative to base; text the same without.
	html, text string
	base       *url.URL
	said       said
}

// takeArticle finds the article of a page by its bytes, the type that its server says they are of, and where they came from.
func takeArticle(b []byte, contentType string, at *url.URL) (a article, err error) {
	defer func() {
		if r := recover(); r != nil { // the library walks trees that strangers made
			a, err = article{}, fmt.Errorf("the page can't be read: %.100v", r)
		}
	}()
	if len(bytes.TrimSpace(b)) == 0 {
		return a, errors.New("the page is empty")
	}
	utf8Page, err := charset.NewReader(bytes.NewReader(b), contentType)
	if err != nil {
		return a, err
	}
	b, err = io.ReadAll(io.LimitReader(utf8Page, 2*MaxPage))
	if err != nil {
		return a, err
	}
	doc, err := html.Parse(bytes.NewReader(bytes.ToValidUTF8(b, []byte(string(utf8.RuneError)))))
	if err != nil {
		return a, err
	}
	if left := maxWords; !fits(doc, 0, &left) {
		return a, errors.New("the page has too much text, or is nested too deep")
	}
	a.base = at
	a.said = saidBy(doc, at)
	parser := readability.NewParser()
	parser.MaxElemsToParse, parser.KeepClasses = maxElements, true
	found, err := parser.ParseAndMutate(doc, at)
	if err != nil {
		return a, err
	}
	if found.Node == nil {
		return a, errors.New("no article found on the page")
	}
	var markup, words strings.Builder
	if err := errors.Join(html.Render(&markup, found.Node), found.RenderText(&words)); err != nil {
		return a, err
	}
	if markup.Len() > importer.MaxHTML {
		return a, errors.New("the article on the page is too large")
	}
	a.html, a.text = markup.String(), strings.TrimSpace(words.String())
	if by := byline(found.Byline()); len(a.said.authors) == 0 && by != "" { // it was taken out of the text
		a.said.authors = []string{by}
	}
	return a, nil
}

// fits says whether a page is of a size that can be looked through: its text is not longer than left, but for scripts and
// styles, and nothing is nested too deep.
func fits(n *html.Node, depth int, left *int) bool {
	if n.Type == html.TextNode && n.Parent.DataAtom != atom.Script && n.Parent.DataAtom != atom.Style {
		*left -= len(n.Data)
	}
	if depth > maxDeep || *left < 0 {
		return false
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if !fits(c, depth+1, left) {
			return false
		}
	}
	return true
}

// byline takes off a name what introduces it on a page.
func byline(line string) string {
	line = strings.Join(strings.Fields(line), " ")
	for _, by := range []string{"by ", "von ", "par ", "por ", "автор:", "автор ", "text:", "نویسنده:", "بقلم:"} {
		if len(line) > len(by) && strings.EqualFold(line[:len(by)], by) {
			return strings.TrimSpace(line[len(by):])
		}
	}
	return line
}

// is says why what was found on a page is not the article that a feed tells of: login and consent pages have text too, and
// so have the beginnings that stand before a payment.
func (a article) is(it item) error {
	summary := strings.TrimSpace(it.excerpt().plain())
	n := utf8.RuneCountInString(a.text)
	switch {
	case n < minArticle:
		return errors.New("no article found on the page")
	case n < utf8.RuneCountInString(summary):
		return errors.New("no article found on the page: its text is shorter than that of the feed")
	case a.said.paid && n < minPaid:
		return errors.New("the page says that the article is not free to read")
	}
	told := words(it.title.plain() + " " + summary)
	has := make(map[string]bool)
	for _, w := range words(a.said.title + " " + a.text) {
		has[w] = true
	}
	found := 0
	for _, w := range told {
		if has[w] {
			found++
		}
	}
	if 3*found < len(told) {
		return errors.New("no article found on the page: it is about something else, or asks for consent")
	}
	return nil
}

// words returns the different words of a text that are long enough to mean something; of scripts that put no spaces between
// words, each two characters in a row.
func words(text string) []string {
	var out []string
	for _, word := range strings.FieldsFunc(strings.ToLower(text), func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsMark(c) }) {
		letters := []rune(word)
		switch {
		case unicode.In(letters[0], unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar):
			for i := range letters[1:] {
				out = append(out, string(letters[i:i+2]))
			}
		case len(letters) > 3:
			out = append(out, word)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// fill gives an item what its feed left out: the text of the page, and what the page says of itself.
func (a article) fill(it item, dates func(string) (time.Time, string, error)) item {
	it.body, it.base = text{a.html, true}, a.base
	it.pageLang = a.said.lang
	if len(it.authors) == 0 {
		it.authors = a.said.authors
	}
	if it.published.IsZero() && it.dateFault == nil {
		t, note, err := dates(a.said.published)
		if err == nil {
			it.published = t
		}
		it.note(note)
	}
	if a.said.canonical != "" {
		it.url = a.said.canonical
	}
	better := func(f file) bool { return f.kind == picture && !f.standIn }
	if a.said.picture.url != "" && !slices.ContainsFunc(it.files, better) {
		it.files = slices.DeleteFunc(slices.Clone(it.files), file.isPicture)
		it.add(a.said.picture)
	}
	if a.said.paid {
		it.note("the page says that the article is not free to read")
	}
	it.note(fmt.Sprintf("the text is from the page %s", a.base))
	return it
}

package feed

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"coranto/internal/importer"
	"coranto/internal/importer/web"
)

// FullText says whether articles are taken from their pages.
type FullText string

// The ways with pages.
const (
	// Auto takes articles of which the feed has only an excerpt; the empty FullText does so too.
	Auto FullText = "auto"
	// Never takes what the feed has.
	Never FullText = "never"
	// Always takes articles from their pages wherever there is one.
	Always FullText = "always"
)

// ParseFullText reads a FullText as users write it.
func ParseFullText(s string) (FullText, error) {
	if f := FullText(s); slices.Contains([]FullText{Auto, Never, Always}, f) {
		return f, nil
	}
	return "", fmt.Errorf("full text is auto, never or always, and not %q", s)
}

// maxExcerpt is the length, in characters, of a text that may be only an excerpt.
const maxExcerpt = 500

// goesOn lists how an excerpt says that there is more.
func goesOn() []string {
	return []string{
		"…", "[…]", "...", "[...]", "»", "→", ">>", "read more", "continue reading", "more", "full story", "читать далее", "читать дальше",
		"подробнее", "далее", "lire la suite", "weiterlesen", "mehr lesen", "leer más", "seguir leyendo", "leia mais", "leggi tutto",
		"devamını oku", "davamı", "ətraflı", "ادامه مطلب", "بیشتر بخوانید", "اقرأ المزيد", "المزيد", "читати далі", "детальніше", "толығырақ",
		"batafsil", "阅读全文", "続きを読む",
	}
}

// excerpt returns the text that a feed has of an item instead of the whole.
func (it item) excerpt() text {
	if strings.TrimSpace(it.summary.text) != "" {
		return it.summary
	}
	return it.body
}

// isExcerpt says whether a feed has only an excerpt of an item: it says nothing of the whole text, the one that it has
// is short or ends as excerpts do, and the item is neither a post without a title nor a film or a sound.
func (it item) isExcerpt() bool {
	if it.whole || it.seen || strings.TrimSpace(it.title.text) == "" || slices.ContainsFunc(it.files, file.isRecording) {
		return false
	}
	words := strings.ToLower(strings.TrimSpace(it.body.plain()))
	if utf8.RuneCountInString(words) < maxExcerpt {
		return true
	}
	return slices.ContainsFunc(goesOn(), func(end string) bool { return strings.HasSuffix(words, end) })
}

// whole returns an item with the article of its page, where the feed has only an excerpt of it. What can't be had is told
// in a note, and the item stays as it is.
func (o Options) whole(ctx context.Context, f *feed, it item) item {
	link := importer.Link(it.url, f.base(""))
	if o.Web == nil || o.FullText == Never || o.FullText != Always && !it.isExcerpt() || !strings.HasPrefix(link, "http") {
		return it
	}
	key := sha256.Sum256([]byte(fmt.Sprintf("%q %q %q %s", link, it.title.text, it.excerpt().text, it.updated)))
	a, err := o.Pages.get(key, func() (article, error) { return o.page(ctx, link, it) })
	if err != nil {
		it.note(err.Error() + ": taken as the feed has it")
		return it
	}
	return a.fill(it, o.dates().Parse)
}

// page fetches the page of an item, and takes its article.
func (o Options) page(ctx context.Context, link string, it item) (article, error) {
	accept := http.Header{"Accept": {"text/html, application/xhtml+xml;q=0.9"}}
	answer, err := o.Web.Do(ctx, web.Request{URL: link, Limit: MaxPage, Header: accept})
	if err != nil {
		return article{}, err
	}
	contentType := answer.Header.Get("Content-Type")
	if kind, _, _ := mime.ParseMediaType(contentType); kind != "" && kind != "text/html" && kind != "application/xhtml+xml" {
		return article{}, fmt.Errorf("%w: %s is %.60s, and no page", errNoArticle, link, kind)
	}
	a, err := takeArticle(answer.Body, contentType, answer.URL)
	if err == nil {
		err = a.is(it)
	}
	if err != nil {
		return article{}, fmt.Errorf("%w: %s: %w", errNoArticle, link, err)
	}
	return a, nil
}

// errNoArticle says that a page was read, and that it has no article: asking again would bring the same.
var errNoArticle = errors.New("full text")

// maxPages is the number of pages that Pages remembers.
const maxPages = 1000

// Pages remembers, in memory alone, what was taken from pages, for feeds that are read again and again: an item that is as
// it was has no need of its page.
type Pages struct {
	mu   sync.Mutex // guards seen
	seen map[[sha256.Size]byte]taken
}

// What was taken from a page, or why nothing was.
type taken struct {
	article article
	err     error
}

// get returns what is remembered, or takes it.
func (p *Pages) get(key [sha256.Size]byte, take func() (article, error)) (article, error) {
	if p == nil {
		return take()
	}
	p.mu.Lock()
	known, ok := p.seen[key]
	p.mu.Unlock()
	if ok {
		return known.article, known.err
	}
	a, err := take()
	if err != nil && !errors.Is(err, errNoArticle) {
		return a, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.seen == nil || len(p.seen) >= maxPages {
		p.seen = make(map[[sha256.Size]byte]taken)
	}
	p.seen[key] = taken{a, err}
	return a, err
}

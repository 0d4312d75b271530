package feed

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"

	"coranto/internal/importer"
	"coranto/internal/news"
)

// The limits of what is made of an item.
const (
	// maxStandfirst is the length, in characters, of a summary that is a standfirst and not a second text.
	maxStandfirst = 1000
	// maxTopics and maxBylines are what is kept of an item's tags and authors.
	maxTopics, maxBylines = 100, 100
)

// revision makes an article's words of an item.
func revision(it item, clean *importer.Cleaner, base *url.URL) (news.Revision, error) {
	bodyBase := cmp.Or(it.base, base)
	body, err := it.body.blocks(clean, bodyBase)
	if err != nil {
		return news.Revision{}, err
	}
	summary := clean.Line(it.summary.without(it.url).plain())
	if len(body) == 0 {
		if body, err = it.summary.blocks(clean, base); err != nil {
			return news.Revision{}, err
		}
		summary = ""
	}
	words := importer.Opening(body)
	if link := importer.Link(it.url, base); strings.HasPrefix(link, "http") && (it.seen || len(body) == 0) {
		body = append(body, leadTo(link, clean.Line(it.title.plain())))
	}
	r := news.Revision{
		Headline: clean.Line(it.title.plain()),
		Bylines:  bylines(it.authors, clean),
		Topics:   topics(it.tags, clean),
		Body:     body,
	}
	if r.Headline == "" {
		r.Headline = importer.HeadlineOf(words)
	}
	if r.Headline == "" {
		return news.Revision{}, errors.New("no title and no text")
	}
	if !importer.Excerpt(summary, words) && utf8.RuneCountInString(summary) <= maxStandfirst {
		r.Standfirst = summary
	}
	return r, nil
}

// blocks reads a text into blocks.
func (t text) blocks(clean *importer.Cleaner, base *url.URL) ([]news.Block, error) {
	if t.html {
		return clean.HTML(t.text, base)
	}
	return clean.Plain(t.text), nil
}

// leadTo makes a block that leads to what the text is about, where that is elsewhere.
func leadTo(link, words string) news.Block {
	if words == "" {
		words = link
	}
	return news.Block{Kind: news.Embed, URL: link, Text: []news.Span{{Text: words}}}
}

// without returns an HTML text without a last paragraph that only leads to the item itself: WordPress says there where
// the post appeared first.
func (t text) without(link string) text {
	if i := strings.LastIndex(t.text, "<p>"); t.html && link != "" && i >= 0 && strings.Contains(html.UnescapeString(t.text[i:]), `href="`+link+`"`) {
		t.text = t.text[:i]
	}
	return t
}

// plain returns a text without markup.
func (t text) plain() string {
	if !t.html {
		return t.text
	}
	return importer.PlainHTML(t.text)
}

func bylines(authors []string, clean *importer.Cleaner) []news.Byline {
	var out []news.Byline
	for _, a := range authors {
		b := news.Byline{Name: clean.Line(a)}
		if b.Name != "" && !slices.Contains(out, b) && len(out) < maxBylines {
			out = append(out, b)
		}
	}
	return out
}

func topics(tags []string, clean *importer.Cleaner) []news.Topic {
	var out []news.Topic
	for _, tag := range tags {
		t := news.Topic{Name: clean.Line(tag)}
		if t.Slug = importer.TopicSlug(t.Name); t.Slug == "" || len(out) == maxTopics ||
			slices.ContainsFunc(out, func(u news.Topic) bool { return u.Slug == t.Slug }) {
			continue
		}
		out = append(out, t)
	}
	return out
}

// storyID names the item's story: as it says itself, otherwise by its ID or address. An ID that is no URI is only unique
// within its site, and has that put before it: "17" of two sites must not become translations of each other.
func (f *feed) storyID(it item, clean *importer.Cleaner) string {
	id := clean.Line(it.story)
	if id == "" {
		id = clean.Line(it.id)
		if home, err := url.Parse(f.home); err == nil && id != "" && !strings.Contains(id, ":") && home.Host != "" {
			id = home.Host + strings.TrimRight(home.Path, "/") + "#" + id
		}
	}
	if id == "" {
		id = clean.Line(it.url)
	}
	if len(id) > 200 {
		sum := sha256.Sum256([]byte(id))
		return "sha256-" + hex.EncodeToString(sum[:])
	}
	return id
}

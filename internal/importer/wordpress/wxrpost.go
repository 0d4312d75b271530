package wordpress

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"coranto/internal/importer"
	"coranto/internal/news"
)

// items makes the items of a piece: a post and its comments, an author, a term; none of what only says something of the
// site, or was there before.
func (x *Export) items(at spot, p piece, ns namespaces) []importer.Item {
	switch kind := brokenKind(p.name); {
	case kind == "file":
		return []importer.Item{{At: importer.Place{File: x.parts[at.part].name}, Kind: kind, Err: p.err, Notes: p.notes}}
	case p.err != nil:
		return []importer.Item{{At: x.place(at, ""), Kind: kind, Err: p.err}}
	case p.name != "item":
		return x.headItems(at, readHead(p, ns))
	}
	post, err := readPost(p.text, ns)
	var syntax *syntaxError
	if errors.As(err, &syntax) {
		at.line += syntax.line - 1
	}
	if err != nil {
		return []importer.Item{{At: x.place(at, ""), Kind: brokenKind(p.name), Err: err}}
	}
	post.guessed = p.guessed
	item := importer.Item{At: x.place(at, strconv.FormatInt(post.id, 10)), Kind: x.site.kind(post.kind)}
	switch {
	case post.id == 0:
		item.Err = errors.New("it has no ID (wp:post_id)")
	case post.leftOut() != "":
		item.Left = post.leftOut()
	case x.index.again[at.position()]:
		item.Err = fmt.Errorf("another item before it has the ID %d", post.id)
	case post.kind == "attachment":
		x.file(&item, post)
	case post.kind != "guest-author":
		x.article(&item, post)
	}
	comments := x.comments(&item, post)
	return append([]importer.Item{item}, comments...)
}

// headItems makes the item of an author or a term. They come in with the posts that name them.
func (x *Export) headItems(at spot, h head) []importer.Item {
	if h.kind == "" || h.err == nil && !x.site.first(h, at) {
		return nil
	}
	item := importer.Item{At: x.place(at, h.name), Kind: h.kind, Err: h.err}
	if h.err == nil && h.kind == "term" {
		item.Left = technical(h.taxonomy)
	}
	if h.err == nil && h.kind == "category" && uncategorized(h.slug, h.name) {
		item.Left = "it says that a post has no category"
	}
	return []importer.Item{item}
}

// file makes the item of a media file.
func (x *Export) file(item *importer.Item, p *post) {
	item.File = importer.Link(p.file, x.site.home)
	if !strings.HasPrefix(item.File, "http") {
		item.File, item.Err = "", fmt.Errorf("the address of the file is none: %q", p.file)
	}
}

// article makes the story of a post, with one article.
func (x *Export) article(item *importer.Item, p *post) {
	lang, err := x.language(p)
	if err != nil {
		item.Err = err
		return
	}
	clean := importer.NewCleaner(lang)
	a := news.Article{Lang: lang}
	x.state(&a, p, clean)
	if err := x.words(&a.Revision, p, clean); err != nil {
		item.Err = err
		return
	}
	if a.Status == news.Published {
		if link := importer.Link(p.link, x.site.home); strings.HasPrefix(link, "http") {
			a.Revision.SourceURL = link
		}
	}
	s := news.Story{ID: x.storyID(p.id), Slug: p.wish(), Articles: []news.Article{a}}
	item.Story = &s
	item.Notes = clean.Notes()
}

// state sets how far an article has come, and when it came out.
func (x *Export) state(a *news.Article, p *post, clean *importer.Cleaner) {
	published, note := x.site.when(p.dateGMT, p.date, p.pubDate)
	if note != "" {
		clean.Note("%s", note)
	}
	a.Published, a.Status = published, news.Published
	if why := p.withheld(); why != "" {
		a.Status = news.Draft
		clean.Note("it came in as a draft: %s", why)
	}
	if a.Status == news.Published && published.IsZero() {
		a.Status = news.Draft
		clean.Note("it came in as a draft: nothing says when it was published")
	}
	if p.sticky {
		clean.Note("it was kept at the top of the front page there")
	}
}

// words sets the words of an article, and the picture above them.
func (x *Export) words(r *news.Revision, p *post, clean *importer.Cleaner) (err error) {
	base, _ := url.Parse(importer.Link(p.link, x.site.home))
	if base == nil || base.Host == "" {
		base = x.site.home
	}
	if r.Body, err = x.body(p, base, clean); err != nil {
		return err
	}
	opening := importer.Opening(r.Body)
	r.Headline = headline(p, opening, clean)
	if r.Headline == "" {
		return errors.New("it has no title and no text")
	}
	r.Standing = p.kind == "page"
	r.Bylines = x.bylines(p, clean)
	r.Topics = x.topics(p, clean)
	standfirst(r, p, opening, clean)
	x.lead(r, p, clean)
	return nil
}

// body reads the content of a post.
func (x *Export) body(p *post, base *url.URL, clean *importer.Cleaner) ([]news.Block, error) {
	return content(clean, page{id: p.id, base: base, lib: x.index, footnotes: p.value(fieldFootnotes), rendered: p.rendered}, p.content)
}

// headline returns the title of a post as text, or words of its own where it has none.
func headline(p *post, opening string, clean *importer.Cleaner) string {
	title := clean.Line(importer.PlainHTML(p.title))
	switch {
	case title == "":
		if title = importer.HeadlineOf(opening); title != "" {
			clean.Note("it has no title: the headline is the beginning of its text")
		}
	case len(title) > maxHeadline:
		title = importer.HeadlineOf(title)
		clean.Note("its title was cut, for it was over %d bytes", maxHeadline)
	}
	return title
}

const (
	// maxHeadline and maxStandfirst are the sizes of titles and excerpts in bytes; the store takes no longer ones.
	maxHeadline, maxStandfirst = 2000, 8000
	// maxTopics and maxBylines are what is kept of a post's terms and authors.
	maxTopics, maxBylines = 100, 100
)

// standfirst makes the excerpt of a post the standfirst, unless it only repeats the text.
func standfirst(r *news.Revision, p *post, opening string, clean *importer.Cleaner) {
	excerpt := clean.Line(importer.PlainHTML(p.excerpt))
	switch {
	case excerpt == "" || importer.Excerpt(excerpt, opening):
	case len(excerpt) > maxStandfirst:
		r.Body = append(clean.Plain(importer.PlainHTML(p.excerpt)), r.Body...)
		clean.Note("its excerpt is over %d bytes, and became its first paragraphs", maxStandfirst)
	default:
		r.Standfirst = excerpt
	}
}

// lead puts a post's featured picture above its text. Where the text begins with the same picture, that one goes.
func (x *Export) lead(r *news.Revision, p *post, clean *importer.Cleaner) {
	id := number(p.value(fieldPicture))
	if id == 0 {
		return
	}
	a, ok := x.index.attachment(id)
	if !ok {
		clean.Note("its featured picture (%d) is not in the export", id)
		return
	}
	f, ok := x.figure(a, clean)
	if !ok {
		clean.Note("its featured picture (%d) has no address", id)
		return
	}
	if len(r.Body) > 0 && r.Body[0].Figure != nil && r.Body[0].Figure.Missing == f.Missing {
		if f.Caption == nil {
			f.Caption = r.Body[0].Figure.Caption
		}
		r.Body = r.Body[1:]
	}
	r.Lead = &f
}

// figure makes a figure of a media file.
func (x *Export) figure(a attachment, clean *importer.Cleaner) (news.Figure, bool) {
	f := news.Figure{Missing: direct(importer.Link(a.URL, x.site.home)), Alt: clean.Line(importer.PlainHTML(a.Alt))}
	if !strings.HasPrefix(f.Missing, "http") {
		return f, false
	}
	f.Decorative = f.Alt == ""
	if caption := clean.Line(importer.PlainHTML(a.Caption)); caption != "" {
		f.Caption = []news.Span{{Text: caption}}
	}
	f.Credit = clean.Line(importer.PlainHTML(a.Credit))
	return f, true
}

// storyID returns the ID of the story that a post belongs to.
func (x *Export) storyID(id int64) string {
	if e, ok := x.index.find(id); ok && e.story != 0 {
		id = e.story
	}
	return storyID(x.site.home, id)
}

// wish returns the slug that a post would like to have.
func (p *post) wish() string {
	slug, err := url.PathUnescape(p.slug)
	if err != nil {
		slug = p.slug
	}
	return importer.Slug("https://site.invalid/" + strings.ReplaceAll(slug, "/", "-"))
}

// attachment returns a media file with its words.
func (p *post) attachment() attachment {
	a := attachment{ID: p.id, Parent: p.parent, URL: p.file, Page: p.link, Title: p.title, Alt: p.value(fieldAlt), Caption: p.excerpt,
		Description: p.content, Order: p.order}
	if a.URL == "" {
		a.URL = p.guid
	}
	for _, key := range creditFields() {
		if a.Credit == "" {
			a.Credit = p.value(key)
		}
	}
	return a
}

// public says whether readers of the old site could see a post, now or at its time.
func (p *post) public() bool { return p.withheld() == "" }

// withheld says why a post must not come out: nobody could see it where it was.
func (p *post) withheld() string {
	switch {
	case p.guessed:
		return "it stood within a damaged item, and may be words that somebody wrote there (hint: look whether it is yours)"
	case p.password != "":
		return "a password protects it there"
	case p.status == "publish" && strings.Contains(p.link, "post_type="):
		return "readers of the site could not see posts of the type " + p.kind
	}
	switch p.status {
	case "publish", "future":
		return ""
	case "draft", "pending", "private":
		return "it is " + p.status + " there"
	}
	return fmt.Sprintf("its status there is %q", p.status)
}

// leftOut says why an item is not brought in at all; "" where it is.
func (p *post) leftOut() string {
	if why := leftType(p.kind); why != "" {
		return why
	}
	switch {
	case p.status == "trash":
		return "it is in the bin"
	case p.status == "auto-draft":
		return "WordPress made it by itself, and nobody wrote in it"
	case slices.Contains([]string{"", "post", "page", "attachment", "guest-author"}, p.kind):
		return ""
	case strings.TrimSpace(p.content) == "":
		return fmt.Sprintf("it is of the type %q, and has no text", p.kind)
	}
	return ""
}

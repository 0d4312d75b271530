package generator

import (
	"errors"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"coranto/internal/importer"
	"coranto/internal/news"
)

// maxListed is the number of bylines and topics that are kept of an article.
const maxListed = 100

// A page is a file of the folder that becomes an article.
type page struct {
	// file is its path in the folder; first is the number of lines before its text.
	file  string
	first int
	// kind is what the report counts it by: post, page, section.
	kind   string
	matter matter
	// key is the same for the translations of a story; lang is the article's language.
	key, lang string
	// address is where it stood; empty where nobody can say. aliases are others that led there.
	address string
	aliases []string
	// bundle is the folder whose files are the page's own; empty where it has none.
	bundle string
	// slug is what stands for its name in its address, dated the day that stands in its file's name.
	slug, dated string
	draft       bool
	published   time.Time
	updated     time.Time
	notes       []string
	// left says why it is left out, err why it is refused.
	left string
	err  error
}

// note keeps a note, unless it is empty.
func (p *page) note(format string, args ...any) {
	if n := fmt.Sprintf(format, args...); n != "" {
		p.notes = append(p.notes, n)
	}
}

// settleDates reads when a page came out, and what follows from that.
func (s *Source) settleDates(p *page) error {
	m := p.matter
	read := func(text string) (time.Time, error) { return s.date(p, text) }
	var err error
	// The day in a file's name is only asked where nothing else says it.
	for _, text := range []string{m.text("publishdate"), m.text("date"), m.text("pubdate"), m.text("published"), p.dated} {
		if p.published.IsZero() && text != "" && err == nil {
			p.published, err = read(text)
		}
	}
	var expires time.Time
	if text := m.text("expirydate", "unpublishdate"); text != "" && err == nil {
		expires, err = read(text)
	}
	if text := m.text("lastmod", "last_modified_at", "modified", "updated"); text != "" && err == nil && !strings.HasPrefix(text, ":") {
		p.updated, err = read(text)
	}
	if err != nil {
		return err
	}
	if !p.updated.After(p.published) {
		p.updated = time.Time{}
	}
	switch {
	case expires.IsZero():
	case expires.After(s.opt.Now):
		p.note("it was to expire on %s; nothing does so here", expires.Format(time.RFC3339))
	default:
		p.note("it expired on %s, and comes in as a draft", expires.Format(time.RFC3339))
		p.draft = true
	}
	return nil
}

// date reads a date of front matter. A day alone is taken for its noon: midnight would be another day in UTC, by which
// stories are filed.
func (s *Source) date(p *page, text string) (time.Time, error) {
	whole := text
	if isDay(text) {
		p.note("date %q names no time of day: taken for noon", text)
		whole += " 12:00:00"
	}
	t, note, err := s.dates.Parse(whole)
	if zoned := s.dates.Zone != nil && strings.Contains(note, "names no time zone") && !strings.Contains(note, ";"); !zoned {
		p.note("%s", note) // what the site's own time zone says is no guess
	}
	return t, err
}

// language sets a page's language: of the first tag that is one, or that to take otherwise.
func (s *Source) language(p *page, tags ...string) error {
	for _, tag := range append(tags, s.opt.Language) {
		if tag == "" {
			continue
		}
		var err error
		p.lang, err = importer.AllowedLanguage(tag, s.opt.Languages)
		return err
	}
	return errors.New("nothing names its language (hint: say which with --language)")
}

// item makes an item of a page.
func (s *Source) item(p *page) importer.Item {
	it := importer.Item{At: importer.Place{File: p.file}, Kind: p.kind, Err: p.err}
	if f := (*fault)(nil); errors.As(p.err, &f) {
		it.At.File = fmt.Sprintf("%s:%d", p.file, f.line)
	}
	if it.Err != nil {
		return it
	}
	w := &writer{Source: s, page: p, clean: importer.NewCleaner(p.lang)}
	w.clean.Pictures = true
	a, err := w.article()
	if err != nil {
		it.Err = err
		return it
	}
	it.Story = &news.Story{ID: s.storyID(p), Slug: s.slugs[p.key], Articles: []news.Article{a}}
	it.Notes = append(slices.Clone(p.notes), w.clean.Notes()...)
	return it
}

// A writer makes a page an article.
type writer struct {
	*Source
	*page
	clean *importer.Cleaner
}

func (w *writer) article() (news.Article, error) {
	m := w.matter
	b, err := w.files.Read(w.file, MaxText)
	if err != nil {
		return news.Article{}, err
	}
	_, text, _, err := split(b)
	if err != nil {
		return news.Article{}, err
	}
	a := news.Article{Lang: w.lang, Status: news.Published, Published: w.published, Updated: w.updated}
	if w.opt.Folder != "" {
		a.File = path.Join(w.opt.Folder, w.file)
	}
	w.settle(&a)
	a.Revision = news.Revision{
		Headline:   w.clean.Line(m.text("title", "linktitle")),
		Standfirst: w.clean.Line(importer.PlainHTML(m.text("standfirst", "summary", "excerpt", "description", "subtitle"))),
		Bylines:    w.bylines(),
		Topics:     w.topics(),
		Standing:   w.kind == "page",
	}
	if a.Revision.Body, err = w.body(text); err != nil {
		return a, err
	}
	if a.Revision.Headline == "" {
		a.Revision.Headline = w.clean.Line(strings.ReplaceAll(w.slug, "-", " "))
		w.clean.Note("it has no title: the name of its file was taken")
	}
	if a.Revision.Headline == "" {
		return a, errors.New("it has no title")
	}
	if a.Revision.Lead, err = w.lead(); err != nil {
		return a, err
	}
	if a.Status == news.Published && importer.Link(w.address, nil) != "" {
		a.Revision.SourceURL = importer.Link(w.address, nil)
	}
	a.Revision.EachFigure(w.local)
	return a, nil
}

// settle says how far an article has come. A page that stands needs no date where it was; here it is as old as the site.
func (w *writer) settle(a *news.Article) {
	switch {
	case w.draft:
		a.Status = news.Draft
	case !a.Published.IsZero():
	case w.kind == "page" && !w.Source.first.IsZero():
		a.Published = w.Source.first
		w.clean.Note("it has no date: it was given that of the site's oldest article")
	default:
		a.Status = news.Draft
		w.clean.Note("it has no date, and comes in as a draft")
	}
}

// body makes blocks of the text below the front matter.
func (w *writer) body(text string) ([]news.Block, error) {
	src := w.maker.expand(w.page, w, text)
	if ending := strings.ToLower(path.Ext(w.file)); ending != ".html" && ending != ".htm" {
		var err error
		if src, err = importer.MarkdownHTML(src, false); err != nil {
			return nil, err
		}
	}
	base, err := url.Parse(w.base())
	if err != nil {
		return nil, err
	}
	return w.clean.HTML(src, base)
}

// base is what the references of a page are relative to.
func (w *writer) base() string {
	if w.address != "" {
		return w.address
	}
	return w.site + "/"
}

// lead makes the figure above the text, of what themes call it or of the file of a bundle that is named so.
func (w *writer) lead() (*news.Figure, error) {
	ref := w.matter.text("lead.file", "cover.image", "cover.src", "cover", "featured_image", "featuredimage", "featureimage", "feature_image",
		"featured", "image.path", "image.src", "image.feature", "image.url", "image", "thumbnail", "thumb", "header.image", "banner", "hero")
	if first := w.matter.list("images"); ref == "" && len(first) > 0 {
		ref = first[0]
	}
	if ref == "" || ref == "true" || ref == "false" {
		ref = w.resource("featured*", "feature*", "cover*")
	}
	if ref == "" {
		return nil, nil
	}
	about := w.about(ref)
	alt := w.matter.text("lead.alt", "cover.alt", "featured_image_alt", "featuredimagealt", "image.alt", "image_alt", "imagealt", "alt")
	caption := w.matter.text("lead.caption", "cover.caption", "image.caption", "image_caption", "featured_image_caption", "caption")
	if alt == "" {
		alt = about.text("params.alt", "title")
	}
	if caption == "" {
		caption = about.text("params.caption")
	}
	base, err := url.Parse(w.base())
	if err != nil {
		return nil, err
	}
	blocks, err := w.clean.HTML(figure(ref, alt, caption, w.matter.text("lead.credit", "image.credit", "credit")), base)
	for _, b := range blocks {
		if b.Figure != nil {
			return b.Figure, err
		}
	}
	return nil, err
}

// resource returns the first picture of the page's bundle whose name fits a pattern.
func (w *writer) resource(patterns ...string) string {
	if w.bundle == "" {
		return ""
	}
	for _, name := range w.folders[w.bundle] {
		base := path.Base(name)
		for _, p := range patterns {
			ok, _ := path.Match(p, strings.ToLower(base)) // the patterns are well-formed
			if ok && slices.Contains([]string{".jpg", ".jpeg", ".png", ".webp", ".gif"}, strings.ToLower(path.Ext(base))) {
				return (&url.URL{Path: "./" + base}).String()
			}
		}
	}
	return ""
}

// about returns what the front matter says of a file of the bundle.
func (w *writer) about(ref string) matter {
	for _, r := range w.matter.matters("resources") {
		if ok, err := path.Match(r.text("src"), strings.TrimPrefix(ref, "./")); ok && err == nil {
			return r
		}
	}
	return nil
}

// bylines returns the authors.
func (w *writer) bylines() (out []news.Byline) {
	var names []string
	for _, key := range []string{"authors", "author"} {
		names = append(names, w.matter.list(key)...)
		for _, a := range append(w.matter.matters(key), w.matter.matter(key)) {
			names = append(names, a.text("name", "title", "id"))
		}
	}
	for _, n := range names {
		b := news.Byline{Name: w.clean.Line(n)}
		if b.Name != "" && !slices.Contains(out, b) && len(out) < maxListed {
			out = append(out, b)
		}
	}
	return out
}

// topics returns the terms of all taxonomies.
func (w *writer) topics() (out []news.Topic) {
	for _, taxonomy := range w.maker.taxonomies() {
		names := w.matter.list(taxonomy)
		if text, ok := w.matter.value(taxonomy).(string); ok && w.layout == Jekyll && (taxonomy == "categories" || taxonomy == "tags") {
			names = strings.FieldsFunc(text, func(c rune) bool { return c == ' ' || c == ',' }) // words apart are several
		}
		for _, n := range names {
			t := news.Topic{Name: w.clean.Line(n)}
			t.Slug = importer.TopicSlug(t.Name)
			same := func(o news.Topic) bool { return o.Slug == t.Slug }
			if t.Slug != "" && !slices.ContainsFunc(out, same) && len(out) < maxListed {
				out = append(out, t)
			}
		}
	}
	return out
}

// local names the file of a figure by its path in the folder, where the folder has it.
func (w *writer) local(f *news.Figure) {
	within, ok := w.within(f.Missing)
	if !ok {
		return
	}
	places := w.maker.places(within)
	if w.bundle != "" {
		if own, ok := w.within(w.base()); ok {
			places = append([]string{path.Join(w.bundle, strings.TrimPrefix(strings.TrimPrefix(within, own), "/"))}, places...)
		}
		places = append(places, path.Join(w.bundle, path.Base(within)))
	}
	for _, name := range places {
		if w.there[name] {
			f.Missing = name
			return
		}
	}
}

// within returns the path on the site of an address that is the site's, without a slash at its beginning.
func (s *Source) within(address string) (string, bool) {
	u, err := url.Parse(address)
	site, err2 := url.Parse(s.site)
	if err != nil || err2 != nil || !strings.EqualFold(u.Hostname(), site.Hostname()) {
		return "", false
	}
	p, ok := strings.CutPrefix(u.Path, site.Path) // themes put the site's own path before what has none
	if !ok {
		p = u.Path
	}
	return strings.TrimPrefix(path.Clean("/"+p), "/"), true
}

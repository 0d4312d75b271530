package ghost

import (
	"cmp"
	"errors"
	"fmt"
	"html"
	"net/url"
	"slices"
	"strings"

	"coranto/internal/importer"
	"coranto/internal/news"
)

// maxListed is the number of bylines and topics that are kept of a post.
const maxListed = 100

// item makes an item of the row of the post with a number.
func (s *Source) item(x *index, r row, number int) importer.Item {
	h := x.posts[number]
	it := importer.Item{At: s.place(r, cmp.Or(h.Slug, string(h.ID))), Kind: h.kind()}
	p := post{head: head{}, meta: x.metas[h.ID]}
	if it.Err = decode(r, &p); it.Err != nil {
		return it
	}
	p.Page = h.Page
	if it.Err = s.check(x, p, number); it.Err != nil {
		it.Comments = nil
		return it
	}
	lang, err := s.language(x, p.head)
	if err != nil {
		it.Err = err
		return it
	}
	w := &writing{Source: s, index: x, post: p, clean: importer.NewCleaner(lang)}
	w.clean.Pictures = true
	a, err := w.article(lang)
	if err != nil {
		it.Err = err
		return it
	}
	story := news.Story{ID: p.story(), Slug: plainSlug(p.Slug), Articles: []news.Article{a}}
	it.Story, it.Comments, it.Notes = &story, w.comments(lang), w.clean.Notes()
	return it
}

// check refuses a post that nobody could name.
func (s *Source) check(x *index, p post, number int) error {
	switch {
	case p.ID == "":
		return errors.New("it has no id")
	case x.first[p.ID] != number:
		return fmt.Errorf("another post before it has the id %q too", p.ID)
	}
	return nil
}

// A writing is one post on its way to an article.
type writing struct {
	*Source
	*index
	post
	clean *importer.Cleaner
}

// article makes the post an article.
func (w *writing) article(lang string) (news.Article, error) {
	a := news.Article{Lang: lang, Status: w.status(), Published: w.PublishedAt.Time}
	if a.Published.IsZero() && a.Status == news.Published {
		a.Published = w.CreatedAt.Time
		w.clean.Note("it does not say when it came out: taken for the time that it was begun")
	}
	if a.Published.IsZero() && a.Status == news.Published {
		return a, errors.New("it is published, and has no time at all")
	}
	body, err := w.body()
	if err != nil {
		return a, err
	}
	lead, err := w.lead()
	if err != nil {
		return a, err
	}
	a.Revision = news.Revision{
		Headline:   w.clean.Line(html.UnescapeString(w.Title)),
		Standfirst: w.clean.Line(w.CustomExcerpt),
		Bylines:    w.bylines(),
		Topics:     w.topics(),
		Lead:       lead,
		Body:       body,
		Standing:   w.kind() == "page",
	}
	if a.Revision.Headline == "" {
		return a, errors.New("it has no title")
	}
	if w.Status == "published" {
		a.Revision.SourceURL = w.address()
	}
	w.noteLeft()
	return a, nil
}

// status says how far the post has come. What not everybody could read in Ghost is not shown to everybody here.
func (w *writing) status() news.Status {
	if w.Status == "" && w.URL != "" { // the API hands out nothing else
		w.Status = "published"
	}
	switch {
	case w.Status == "draft":
		return news.Draft
	case w.Status == "sent" || bool(w.EmailOnly):
		w.clean.Note("it went out by mail alone, and comes in as a draft")
		return news.Draft
	case w.Status != "published" && w.Status != "scheduled":
		w.clean.Note("its status %.60q is not known: it comes in as a draft", w.Status)
		return news.Draft
	case w.Visibility != "" && w.Visibility != "public":
		w.clean.Note("only some could read it (visibility %.60q): it comes in as a draft", w.Visibility)
		return news.Draft
	}
	return news.Published
}

// noteLeft tells the editor what of a post has no place here.
func (w *writing) noteLeft() {
	if strings.TrimSpace(w.CodeHead+w.CodeFoot) != "" {
		w.clean.Note("left out the code that was put into its page")
	}
	if w.CanonicalURL != "" && !strings.HasPrefix(w.absolute(w.CanonicalURL), w.site+"/") {
		w.clean.Note("it said that its original stands at %.500q", w.CanonicalURL)
	}
}

// absolute puts the site's address where Ghost left a mark for it.
func (w *writing) absolute(s string) string { return strings.ReplaceAll(s, "__GHOST_URL__", w.site) }

// address is where the post stood, or "".
func (w *writing) address() string {
	if all := w.addressesOf(w.index, w.head); len(all) > 0 {
		return all[0]
	}
	return ""
}

// base is what the references of a post are relative to.
func (w *writing) base() *url.URL {
	u, err := url.Parse(cmp.Or(w.address(), w.site+"/"))
	if err != nil {
		return w.opt.Site
	}
	return u
}

// body reads the post's words: in Lexical, or Mobiledoc, or what Ghost last made of it.
func (w *writing) body() ([]news.Block, error) {
	src, err := "", error(nil)
	switch {
	case w.Lexical != "":
		src, err = w.lexical(w.absolute(w.Lexical))
	case w.Mobiledoc != "":
		src, err = w.mobiledoc(w.absolute(w.Mobiledoc))
	case w.HTML != "":
		src = w.shown()
	case w.Plaintext != "":
		return w.clean.Plain(w.absolute(w.Plaintext)), nil
	}
	if err != nil && w.HTML != "" {
		w.clean.Note("%s: what Ghost last showed was taken instead", err)
		src, err = w.shown(), nil
	}
	if err != nil {
		return nil, err
	}
	return w.clean.HTML(src, w.base())
}

// shown returns the HTML that Ghost last made of the post, without what it marks as not for every reader. A mark without
// an end takes all that follows it.
func (w *writing) shown() string {
	const begin, end = "<!--kg-gated-block:begin", "<!--kg-gated-block:end-->"
	var b strings.Builder
	for rest := w.absolute(w.HTML); ; {
		before, after, gated := strings.Cut(rest, begin)
		b.WriteString(before)
		if !gated {
			return b.String()
		}
		inside, after, _ := strings.Cut(after, end)
		mark, inside, _ := strings.Cut(inside, "-->")
		if rest = after; strings.Contains(mark, "nonMember:true") {
			b.WriteString(inside)
			continue
		}
		w.clean.Note("left out a part that not every reader of the site saw")
	}
}

// lead makes the picture above the text.
func (w *writing) lead() (*news.Figure, error) {
	src := cmp.Or(w.FeatureImage, w.Image)
	if src == "" {
		return nil, nil
	}
	blocks, err := w.clean.HTML(figure(picture(w.absolute(src), w.Alt, ""), w.absolute(w.Caption)), w.base())
	if err != nil {
		return nil, fmt.Errorf("its picture: %w", err)
	}
	for _, b := range blocks {
		if b.Figure != nil {
			return b.Figure, nil
		}
	}
	w.clean.Note("left out the picture above the text: %.200q is no address", src)
	return nil, nil
}

// bylines returns the authors in their order.
func (w *writing) bylines() (out []news.Byline) {
	for _, u := range w.authorsOf(w.head) {
		b := news.Byline{Name: w.clean.Line(u.Name), Slug: plainSlug(u.Slug)}
		same := func(o news.Byline) bool { return o.Name == b.Name || b.Slug != "" && o.Slug == b.Slug }
		if b.Name != "" && !slices.ContainsFunc(out, same) && len(out) < maxListed {
			out = append(out, b)
		}
	}
	return out
}

// topics returns the tags that readers saw.
func (w *writing) topics() (out []news.Topic) {
	for _, t := range w.tagsOf(w.head) {
		topic := news.Topic{Name: w.clean.Line(t.Name), Slug: plainSlug(t.Slug)}
		if topic.Slug == "" {
			topic.Slug = importer.TopicSlug(topic.Name)
		}
		same := func(o news.Topic) bool { return o.Slug == topic.Slug }
		if !t.internal() && topic.Slug != "" && topic.Name != "" && !slices.ContainsFunc(out, same) && len(out) < maxListed {
			out = append(out, topic)
		}
	}
	return out
}

// comments returns what members wrote under the post, without their names: members are not read.
func (w *writing) comments(lang string) (out []news.Comment) {
	for _, c := range w.index.comments[w.ID] {
		text := importer.NewCleaner(lang)
		blocks, err := text.HTML(w.absolute(c.HTML), w.base())
		if err != nil {
			w.clean.Note("the comment %q: %s", c.ID, err)
		}
		out = append(out, news.Comment{ID: string(c.ID), Parent: string(cmp.Or(c.Reply, c.Parent)), Lang: lang,
			Time: c.Created.Time, Approved: c.Status == "published", Text: plain(blocks)})
	}
	return out
}

// plain returns the words of blocks, one paragraph a line.
func plain(blocks []news.Block) string {
	var lines []string
	for _, b := range blocks {
		var line strings.Builder
		for _, s := range b.Text {
			line.WriteString(s.Text)
			if s.Mark&news.Break != 0 {
				line.WriteByte('\n')
			}
		}
		if line.Len() > 0 {
			lines = append(lines, line.String())
		}
		for _, item := range append([][]news.Block{b.Blocks}, b.Items...) {
			if inside := plain(item); inside != "" {
				lines = append(lines, inside)
			}
		}
	}
	return strings.Join(lines, "\n")
}

// plainSlug returns a slug where it would do for an address here, and "" where not.
func plainSlug(s string) string {
	if len(s) > 80 || strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" || strings.Trim(s, "-") != s {
		return ""
	}
	return s
}

package ninjs

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"coranto/internal/importer"
	"coranto/internal/news"
)

// An article is one item of an agency on its way to be one of ours.
type article struct {
	source   *Source
	clean    *importer.Cleaner
	id       string
	revision news.Revision
	status   news.Status
}

// made is what an item became.
type made struct {
	story news.Story
	notes []string
}

// article reads an item into a story of one article. Version counts the item's versions in the drop from 0; earlier are
// the corrections that the versions before it told of.
func (s *Source) article(it item, dir string, version int, earlier made) (made, error) {
	tag, err := s.language(it)
	if err != nil {
		return made{}, err
	}
	a := &article{source: s, clean: importer.NewCleaner(tag), id: storyID(it.uri()), status: news.Published}
	a.clean.Pictures = true
	if len(it.strange) > 0 {
		a.clean.Note("left out what ninjs does not have: %s", strings.Join(it.strange, ", "))
	}
	if err := a.text(it, dir); err != nil {
		return made{}, err
	}
	a.about(it)
	out := news.Article{Lang: tag}
	a.times(it, &out, version, earlier)
	a.corrections(it, out, earlier)
	a.told(it)
	out.Status, out.Revision = a.status, a.revision
	st := news.Story{ID: a.id, Sources: a.sources(it), Articles: []news.Article{out}}
	return made{st, a.clean.Notes()}, nil
}

// language returns the newsroom's language that an item is in.
func (s *Source) language(it item) (string, error) {
	tag := it.text("language")
	if tag == "" {
		tag = s.opt.Language
	}
	if tag == "" {
		return "", errors.New("/language: is missing (hint: say it for such documents with --language TAG)")
	}
	t, err := importer.AllowedLanguage(tag, s.opt.Languages)
	if err != nil {
		return "", fmt.Errorf("/language: %w", err)
	}
	return t, nil
}

// storyID names the story that an item is: its URI, or a hash of one that is too long.
func storyID(uri string) string {
	if clean, dropped := importer.CleanText(uri); len(uri) <= 200 && clean == uri && dropped == nil && strings.TrimSpace(uri) == uri {
		return uri
	}
	sum := sha256.Sum256([]byte(uri))
	return "sha256-" + hex.EncodeToString(sum[:])
}

// text reads the words of an item: its body, or what it says of itself, with its pictures.
func (a *article) text(it item, dir string) error {
	body, rest := chosen(it.bodies())
	for _, p := range rest {
		a.clean.Note("left out a body that says the same otherwise: %s", cmp.Or(p.role, p.kind, "without a role"))
	}
	var err error
	if a.revision.Body, err = a.blocks(body); err != nil {
		return fmt.Errorf("the body: %w", err)
	}
	inFolder(a.revision.Body, dir)
	a.standfirst(it)
	if kind := it.kind(); kind != "text" && kind != "composite" || len(it.renditions()) > 0 && len(it.associations()) == 0 {
		a.own(it, dir)
	}
	a.figures(it, dir)
	a.headline(it)
	return nil
}

// own puts the file of an item that is a picture, a video or a sound itself above its words.
func (a *article) own(it item, dir string) {
	f, reason := a.figure(it, dir)
	if f == nil {
		if it.kind() != "text" {
			a.clean.Note("it %s", reason)
		}
		return
	}
	a.revision.Lead = f
	caption := importer.Opening([]news.Block{{Text: f.Caption}})
	a.revision.Body = slices.DeleteFunc(a.revision.Body, func(b news.Block) bool {
		return b.Kind == news.Paragraph && importer.Opening([]news.Block{b}) == caption
	})
}

// inFolder makes the paths of missing files in a body those of the drop.
func inFolder(bs []news.Block, dir string) {
	for i := range bs {
		if f := bs[i].Figure; f != nil && f.Missing != "" && !strings.Contains(f.Missing, "://") {
			f.Missing = strings.TrimPrefix(dir+"/"+f.Missing, "/")
		}
		inFolder(bs[i].Blocks, dir)
		for _, item := range bs[i].Items {
			inFolder(item, dir)
		}
	}
}

// chosen returns the body to publish: of those of a readable type the main one, or the longest; and the others.
func chosen(all []passage) (body passage, rest []passage) {
	rank := func(p passage) int {
		n := 0
		switch {
		case strings.Contains(p.kind, "html"):
			n = 4
		case p.kind == "" || p.kind == "text/plain":
			n = 2
		case strings.Contains(p.kind, "json") || strings.Contains(p.kind, "rtf"):
			n = -8
		}
		if r := strings.ToLower(p.role); r == "" || strings.Contains(r, "main") || strings.Contains(r, "full") {
			n++
		}
		return n
	}
	best := -1
	for i, p := range all {
		if best < 0 || rank(p) > rank(all[best]) || rank(p) == rank(all[best]) && len(p.value) > len(all[best].value) {
			best = i
		}
	}
	if best < 0 || rank(all[best]) < 0 {
		return passage{}, all
	}
	return all[best], slices.Concat(all[:best], all[best+1:])
}

// blocks reads a text by its type; one without a type is HTML when it looks so.
func (a *article) blocks(p passage) ([]news.Block, error) {
	if p.value == "" {
		return nil, nil
	}
	if p.kind == "text/plain" || !strings.Contains(p.kind, "ml") && !marked(p.value) {
		return a.clean.Plain(p.value), nil
	}
	return a.clean.HTML(p.value, nil)
}

// marked says whether a text has the tags of HTML.
func marked(s string) bool {
	i := strings.IndexByte(s, '<')
	return i >= 0 && i+1 < len(s) && (isWord(s[i+1]) || s[i+1] == '/' || s[i+1] == '!') && strings.Contains(s[i:], ">")
}

// words returns a text as one line without tags.
func (a *article) words(s string) string { return a.clean.Line(importer.PlainHTML(s)) }

// standfirst reads what an item says of itself: it is the standfirst of a text, and the text where there is no body.
func (a *article) standfirst(it item) {
	said := it.descriptions()
	words := cmp.Or(of(said, "summary", "standfirst", "lead", "abstract", "intro", "deck"), anyBut(said, "credit", "alt", "caption", "note"))
	if len(a.revision.Body) > 0 {
		a.revision.Standfirst = short(a.words(words), 4000)
		return
	}
	for _, p := range said {
		if role := strings.ToLower(p.role); !strings.Contains(role, "credit") && !strings.Contains(role, "alt") {
			blocks, err := a.blocks(p)
			if err == nil {
				a.revision.Body = append(a.revision.Body, blocks...)
			}
		}
	}
}

// anyBut returns the first text whose role has none of some words in it.
func anyBut(all []passage, words ...string) string {
	for _, p := range all {
		role := strings.ToLower(p.role)
		if !slices.ContainsFunc(words, func(w string) bool { return strings.Contains(role, w) }) {
			return p.value
		}
	}
	return ""
}

// headline gives the article its headline: the main one, or one made of what it has. With nothing at all it is a draft
// that is called by its URI.
func (a *article) headline(it item) {
	r := &a.revision
	r.Headline = a.words(cmp.Or(of(it.headlines(), "main"), of(it.headlines(), ""), it.text("title"), it.text("slugline")))
	if r.Headline = short(r.Headline, 1000); r.Headline != "" {
		return
	}
	text := a.clean.Line(importer.Opening(r.Body))
	if text == "" && r.Lead != nil {
		text = cmp.Or(r.Lead.Alt, a.clean.Line(importer.Opening([]news.Block{{Text: r.Lead.Caption}})))
	}
	if text != "" {
		r.Headline = importer.HeadlineOf(text)
		a.clean.Note("has no headline: it is made of the text")
		return
	}
	r.Headline = short(a.clean.Line(it.uri()), 300)
	a.draft("says nothing that could be shown")
}

// draft makes the article a draft, and says why.
func (a *article) draft(reason string) {
	a.status = news.Draft
	a.clean.Note("comes in as a draft: it %s", reason)
}

// short cuts a text to at most some bytes, at the end of a word where there is one.
func short(s string, most int) string {
	if len(s) <= most {
		return s
	}
	cut := most - len("…")
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	if space := strings.LastIndexByte(s[:cut], ' '); space > cut/2 {
		cut = space
	}
	return strings.TrimSpace(s[:cut]) + "…"
}

// about reads who made an item, where it comes from and what it is about.
func (a *article) about(it item) {
	r := &a.revision
	r.Dateline = short(a.words(it.text("located")), 1000)
	for _, p := range it.people() {
		if rel := strings.ToLower(p.text("rel")); rel == "author" || rel == "creator" || rel == "byline" || rel == "writer" {
			a.byline(p.text("name"), "")
		}
	}
	if len(r.Bylines) == 0 {
		a.byline(it.by(), "")
	}
	for _, s := range it.subjects() {
		t := news.Topic{Name: short(a.words(s.name()), 300)}
		if t.Slug = importer.TopicSlug(t.Name); t.Slug != "" && len(r.Topics) < maxTopics &&
			!slices.ContainsFunc(r.Topics, func(u news.Topic) bool { return u.Slug == t.Slug }) {
			r.Topics = append(r.Topics, t)
		}
	}
	for _, s := range it.places() {
		p := news.Place{Name: short(a.words(s.name()), 300)}
		if p.Slug = importer.TopicSlug(p.Name); p.Slug != "" && len(r.Places) < maxTopics &&
			!slices.ContainsFunc(r.Places, func(q news.Place) bool { return q.Slug == p.Slug }) {
			r.Places = append(r.Places, p)
		}
	}
	if n := len(it.people()) + len(it.organisations()) - len(r.Bylines); n > 0 && len(it.people())+len(it.organisations()) > 0 {
		a.clean.Note("left out people and organisations that it is about: they have no pages here")
	}
}

// maxTopics is the number of topics, and of places, that an article gets.
const maxTopics = 30

func (a *article) byline(name, role string) {
	b := news.Byline{Name: short(a.words(name), 500), Role: role}
	if b.Name != "" && !slices.Contains(a.revision.Bylines, b) && len(a.revision.Bylines) < 20 {
		a.revision.Bylines = append(a.revision.Bylines, b)
	}
}

// sources are the agencies that an item comes from; nil where it names none.
func (a *article) sources(it item) (all []news.Source) {
	for _, s := range it.infoSources() {
		name := short(a.words(s.name()), 500)
		id := importer.TopicSlug(name)
		if id == "" || slices.ContainsFunc(all, func(t news.Source) bool { return t.ID == id }) || len(all) == 20 {
			continue
		}
		all = append(all, news.Source{ID: id, Kind: news.Agency, Name: map[string]string{"": name}})
	}
	return all
}

// names joins what some concepts are called.
func names(all []item) string {
	var words []string
	for _, it := range all {
		if name := it.text("name"); name != "" {
			words = append(words, name)
		}
	}
	return strings.Join(words, ", ")
}

// times says when the article came out, or will, and when it last changed.
func (a *article) times(it item, out *news.Article, version int, earlier made) {
	out.Published = it.first()
	if had := earlier.published(); version > 0 && !had.IsZero() {
		out.Published = had
	}
	for _, t := range []time.Time{it.changed(), it.time("contentcreated", "contentCreated")} {
		if out.Published.IsZero() {
			out.Published = t
		}
	}
	n, _ := strconv.Atoi(it.version())
	if changed := it.changed(); changed.After(out.Published) && (version > 0 || n > 1) {
		out.Updated = changed
	}
	if e := it.embargoed(); e.After(out.Published) {
		out.Published = e
		a.clean.Note("is under embargo until %s", e.Format("2006-01-02 15:04 MST"))
		if !out.Updated.After(e) {
			out.Updated = time.Time{}
		}
	}
	if out.Published.IsZero() {
		a.draft("has no time; an editor must say when it came out")
	}
	if it.status() == "withheld" {
		a.draft("is withheld by its provider")
	}
}

// published returns when an earlier version came out, as its source said without an embargo; the zero time without one.
func (m made) published() time.Time {
	if len(m.story.Articles) == 0 {
		return time.Time{}
	}
	return m.story.Articles[0].Published
}

// corrections keeps what earlier versions corrected, and adds what this one does where the agency says so in words.
func (a *article) corrections(it item, out news.Article, earlier made) {
	if len(earlier.story.Articles) > 0 {
		a.revision.Corrections = slices.Clone(earlier.story.Articles[0].Revision.Corrections)
	}
	words := of(slices.Concat(it.descriptions(), it.bodies()), "correct")
	if note := it.editorsNote(); words == "" && strings.HasPrefix(strings.ToLower(strings.TrimSpace(note)), "correct") {
		words = note
	}
	c := news.Correction{Text: short(a.words(words), 4000), Time: out.Updated}
	if c.Time.IsZero() {
		c.Time = it.changed()
	}
	last := len(a.revision.Corrections) - 1
	if c.Text == "" || c.Time.IsZero() || last >= 0 &&
		(a.revision.Corrections[last].Text == c.Text || c.Time.Before(a.revision.Corrections[last].Time)) {
		return
	}
	a.revision.Corrections = append(a.revision.Corrections, c)
}

// told notes what an item tells editors, and readers are not shown.
func (a *article) told(it item) {
	if note := it.editorsNote(); note != "" {
		a.clean.Note("note to the editor: %s", short(a.clean.Line(note), 500))
	}
	if usage := it.usage(); usage != "" {
		a.clean.Note("terms of use: %s", short(a.clean.Line(usage), 500))
	}
	if made := it.member("digitalsourcetype", "digitalSourceType"); made.object != nil {
		a.clean.Note("made as: %s", short(a.words(cmp.Or(made.name(), made.uri())), 200))
	}
	if e := it.expires(); !e.IsZero() {
		a.clean.Note("its provider lets it expire on %s; that changes nothing here", e.Format("2006-01-02 15:04 MST"))
	}
}

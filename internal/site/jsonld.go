package site

import (
	"encoding/json"
	"html/template"
	"slices"
	"strings"

	"coranto/internal/lang"
	"coranto/internal/news"
	"coranto/internal/ninjs"
	"coranto/internal/store"
)

// The parts of a story's data in the words of schema.org, as JSON-LD. Addresses are relative where it is not known on
// which host the site stands; then they count from the page. Nothing is said that the page does not show. What a story
// only quotes is no ClaimReview, which is a newsroom's verdict on somebody else's words.
type (
	ldGraph struct {
		Context string `json:"@context"`
		Graph   []any  `json:"@graph"`
	}
	ldArticle struct {
		Type string `json:"@type"`
		// ID is the article's own name, the same on every mirror (ninjs.URI).
		ID                string         `json:"@id"`
		URL               string         `json:"url"`
		Headline          string         `json:"headline"`
		Description       string         `json:"description,omitempty"`
		InLanguage        string         `json:"inLanguage"`
		DatePublished     string         `json:"datePublished"`
		DateModified      string         `json:"dateModified"`
		Author            []ldThing      `json:"author"`
		Publisher         ldThing        `json:"publisher"`
		Image             []ldImage      `json:"image,omitempty"`
		Section           []string       `json:"articleSection,omitempty"`
		Location          []ldThing      `json:"contentLocation,omitempty"`
		Correction        []ldCorrection `json:"correction,omitempty"`
		Citation          []ldCitation   `json:"citation,omitempty"`
		TranslationOfWork *ldWork        `json:"translationOfWork,omitempty"`
	}
	// An ldThing is somebody or something with a name.
	ldThing struct {
		Type string `json:"@type"`
		Name string `json:"name"`
		URL  string `json:"url,omitempty"`
	}
	// An ldImage is a picture, and whose it is: the words that stand below it.
	ldImage struct {
		Type      string `json:"@type"`
		URL       string `json:"contentUrl"`
		Credit    string `json:"creditText,omitempty"`
		Copyright string `json:"copyrightNotice,omitempty"`
		License   string `json:"license,omitempty"`
	}
	// An ldWork is another article of the story.
	ldWork struct {
		Type       string `json:"@type"`
		ID         string `json:"@id"`
		URL        string `json:"url"`
		InLanguage string `json:"inLanguage"`
	}
	ldCorrection struct {
		Type      string `json:"@type"`
		Text      string `json:"text"`
		Published string `json:"datePublished"`
	}
	ldCitation struct {
		Type     string `json:"@type"`
		URL      string `json:"url,omitempty"`
		Archived string `json:"archivedAt,omitempty"`
	}
	ldTrail struct {
		Type  string   `json:"@type"`
		Items []ldStep `json:"itemListElement"`
	}
	ldStep struct {
		Type     string `json:"@type"`
		Position int    `json:"position"`
		Name     string `json:"name"`
		Item     string `json:"item"`
	}
)

// ldTypeOf returns what schema.org calls an article.
func ldTypeOf(r news.Revision) string {
	if r.Standing {
		return "Article"
	}
	return "NewsArticle"
}

// linkedData returns the element with what search engines read of an article. It is no script: browsers run none of an
// unknown type, whatever the page's policy.
func (p page) linkedData(st news.Story, a news.Article, r refs) (template.HTML, error) {
	rev := a.Revision
	publisher := ldThing{"NewsMediaOrganization", p.Name(), p.ref(frontPath(a.Lang))}
	url := p.ref(p.path)
	x := ldArticle{
		Type: ldTypeOf(rev), ID: ninjs.URI(st.ID, a.Lang), URL: url,
		Headline: rev.Headline, Description: rev.Standfirst, InLanguage: a.Lang,
		DatePublished: atomTime(a.Published), DateModified: atomTime(modified(a)),
		Publisher: publisher, Image: p.pictures(st.Address, rev.Lead, r),
		Citation: citations(st, rev), TranslationOfWork: p.original(st, a),
	}
	for _, b := range named(rev.Bylines) {
		x.Author = append(x.Author, p.author(b))
	}
	if len(x.Author) == 0 {
		x.Author = []ldThing{publisher}
	}
	for _, t := range rev.Topics {
		x.Section = append(x.Section, t.Name)
	}
	for _, at := range rev.Places {
		x.Location = append(x.Location, ldThing{Type: "Place", Name: at.Name})
	}
	for _, c := range rev.Corrections {
		x.Correction = append(x.Correction, ldCorrection{"CorrectionComment", c.Text, atomTime(c.Time)})
	}
	// The encoder escapes <, > and &, so that no text can end the element.
	body, err := json.Marshal(ldGraph{"https://schema.org", []any{x, p.trail(a)}})
	return template.HTML(`<script type="application/ld+json">` + string(body) + "</script>\n"), err
}

func (p page) author(b news.Byline) ldThing {
	who := ldThing{Type: "Person", Name: b.Name}
	if b.Slug != "" {
		who.URL = p.ref(authorPath(p.lang.Tag(), b.Slug))
	}
	return who
}

// original returns what an article was translated from, where that is public; nil for an original. The original does not
// name its translations: they would make its page again whenever one of them is said to be made from another.
func (p page) original(st news.Story, a news.Article) *ldWork {
	o := a.Revision.Origin
	if o == nil || !slices.ContainsFunc(p.site.languages(st.Articles), func(l lang.Language) bool { return l.Tag() == o.Lang }) {
		return nil
	}
	i := slices.IndexFunc(st.Articles, func(a news.Article) bool { return a.Lang == o.Lang })
	return &ldWork{ldTypeOf(st.Articles[i].Revision), ninjs.URI(st.ID, o.Lang), p.ref(StoryPath(o.Lang, st.Address)), o.Lang}
}

// citations are the evidence of the claims that the text makes, each once, as the page's panel links to it.
func citations(st news.Story, rev news.Revision) []ldCitation {
	said := map[string]bool{}
	span := func(s news.Span) { said[s.Claim] = true }
	walkFigure(rev.Lead, func(*news.Figure) {}, span)
	walk(rev.Body, func(*news.Figure) {}, span)
	var all []ldCitation
	for _, c := range st.Claims {
		if !said[c.ID] {
			continue
		}
		for _, e := range c.Evidence {
			cited := ldCitation{"CreativeWork", external(e.URL), external(e.Archived)}
			if (cited.URL != "" || cited.Archived != "") && !slices.Contains(all, cited) {
				all = append(all, cited)
			}
		}
	}
	return all
}

// trail is the way to an article from the front, through the first of its topics.
func (p page) trail(a news.Article) ldTrail {
	var t ldTrail
	t.Type = "BreadcrumbList"
	step := func(name, path string) {
		t.Items = append(t.Items, ldStep{"ListItem", len(t.Items) + 1, name, p.ref(path)})
	}
	step(p.Name(), frontPath(a.Lang))
	if topics := a.Revision.Topics; len(topics) > 0 {
		step(topics[0].Name, newestPath(store.List{Lang: a.Lang, Topic: topics[0].Slug}))
	}
	step(a.Revision.Headline, p.path)
	return t
}

// pictures are the images of a lead with its credit and rights.
func (p page) pictures(addr news.Address, lead *news.Figure, r refs) (all []ldImage) {
	for _, url := range p.images(addr, lead, r) {
		all = append(all, ldImage{"ImageObject", url, lead.Credit, lead.Rights, license(lead.Rights)})
	}
	return all
}

// license returns the address of a licence that rights lead to, and nothing where they do not.
func license(rights string) string {
	for word := range strings.FieldsSeq(rights) {
		word = strings.Trim(word, "().,;<>")
		if strings.HasPrefix(word, "https://") && external(word) != "" {
			return word
		}
	}
	return ""
}

// ratios are those in which search engines and networks show a picture.
var ratios = [...][2]int{{16, 9}, {4, 3}, {1, 1}}

// images returns the addresses of a lead picture: the largest of each of the ratios that it has, widest ratio first, or
// else the largest of all. All are of a format that everybody can read; a video or a sound has none.
func (p page) images(addr news.Address, lead *news.Figure, r refs) []string {
	if lead == nil {
		return nil
	}
	m := r.media[lead.Media]
	largest := func(fits func(news.Rendition) bool) *news.Rendition {
		var best *news.Rendition
		for i, c := range m.Renditions {
			if strings.HasPrefix(c.MediaType, "image/") && known(c.MediaType) == 1 && fits(c) &&
				(best == nil || c.Width > best.Width) {
				best = &m.Renditions[i]
			}
		}
		return best
	}
	var all []string
	for _, ratio := range ratios {
		if c := largest(func(c news.Rendition) bool { return isRatio(c, ratio) }); c != nil {
			all = append(all, p.ref(mediaPath(addr, m, *c)))
		}
	}
	if len(all) == 0 {
		if c := largest(func(news.Rendition) bool { return true }); c != nil {
			all = append(all, p.ref(mediaPath(addr, m, *c)))
		}
	}
	return all
}

// isRatio says whether a rendition has a ratio, but for the last pixel, which cutting rounds.
func isRatio(c news.Rendition, ratio [2]int) bool {
	off := c.Width*ratio[1] - c.Height*ratio[0]
	return c.Height > 0 && off > -ratio[0] && off < ratio[0]
}

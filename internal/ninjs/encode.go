package ninjs

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"coranto/internal/lang"
	"coranto/internal/news"
)

// The parts of a ninjs document, as far as they are used here: the names are those of the schema
// (http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json), which allows no others.
type (
	item struct {
		Standard       *standard   `json:"standard,omitempty"`
		Name           string      `json:"name,omitempty"` // of an association
		Rel            string      `json:"rel,omitempty"`  // of an association
		URI            string      `json:"uri"`
		Type           string      `json:"type,omitempty"`
		Representation string      `json:"representationType,omitempty"`
		Profile        string      `json:"profile,omitempty"`
		Version        string      `json:"version,omitempty"`
		Language       string      `json:"language,omitempty"`
		PubStatus      string      `json:"pubStatus,omitempty"`
		FirstCreated   string      `json:"firstCreated,omitempty"`
		VersionCreated string      `json:"versionCreated,omitempty"`
		Headlines      []text      `json:"headlines,omitempty"`
		Descriptions   []text      `json:"descriptions,omitempty"`
		By             string      `json:"by,omitempty"`
		Copyright      string      `json:"copyrightNotice,omitempty"`
		People         []person    `json:"people,omitempty"`
		Located        string      `json:"located,omitempty"`
		Subjects       []subject   `json:"subjects,omitempty"`
		Places         []subject   `json:"places,omitempty"`
		InfoSources    []party     `json:"infoSources,omitempty"`
		AltIDs         []altID     `json:"altIds,omitempty"`
		Bodies         []text      `json:"bodies,omitempty"`
		Renditions     []rendition `json:"renditions,omitempty"`
		Associations   []item      `json:"associations,omitempty"`
	}
	standard struct {
		Name    string `json:"name"`
		Version string `json:"version"`
		Schema  string `json:"schema"`
	}
	text struct {
		Role        string `json:"role"`
		ContentType string `json:"contentType,omitempty"`
		Value       string `json:"value"`
	}
	person struct {
		Name    string `json:"name"`
		Rel     string `json:"rel,omitempty"`
		Literal string `json:"literal,omitempty"`
	}
	subject struct { // or a place
		Name    string `json:"name"`
		Literal string `json:"literal"`
	}
	party struct {
		Name string `json:"name"`
		Role string `json:"role"`
	}
	altID struct {
		Role  string `json:"role"`
		Value string `json:"value"`
	}
	rendition struct {
		Name        string `json:"name"`
		Href        string `json:"href,omitempty"`
		ContentType string `json:"contentType"`
		Title       string `json:"title"`
		Width       int    `json:"width,omitempty"`
		Height      int    `json:"height,omitempty"`
		Size        int64  `json:"sizeInBytes"`
	}
)

// The roles and relationships that documents use.
const (
	roleMain       = "main"
	roleKicker     = "kicker"
	roleStandfirst = "standfirst"
	roleAlt        = "alt"
	roleCaption    = "caption"
	roleAddress    = "address"
	roleSHA256     = "sha256:" // and the name of the rendition
	rolePublisher  = "publisher"
	relOriginal    = "translatedFrom"
	relRelated     = "related"
	relLead        = "lead"
	relBody        = "body"
)

// rest is the body that says what ninjs has no word for.
type rest struct {
	Lead        *news.Figure      `json:"lead,omitempty"`
	Blocks      []news.Block      `json:"blocks,omitempty"`
	Corrections []news.Correction `json:"corrections,omitempty"`
	Sources     []news.Source     `json:"sources,omitempty"`
	Claims      []news.Claim      `json:"claims,omitempty"`
	Breaking    time.Time         `json:"breaking,omitzero"`
	Standing    bool              `json:"standing,omitempty"`
	Media       []looks           `json:"media,omitempty"`
}

// looks are what pages know of a media besides its renditions.
type looks struct {
	ID          string     `json:"id"`
	Focus       news.Focus `json:"focus,omitzero"`
	Placeholder string     `json:"placeholder,omitempty"`
}

// looksOf returns the looks of the media that have some.
func looksOf(media []news.Media) (all []looks) {
	for _, m := range media {
		if l := (looks{m.ID, m.Focus, m.Placeholder}); l != (looks{ID: m.ID}) {
			all = append(all, l)
		}
	}
	return all
}

// Encode returns a document of one article, as Of makes it, in JSON and ended by a newline. The same document and
// extra give the same bytes. It fails when they are more than MaxSize.
func Encode(d Document, extra Extra) ([]byte, error) {
	a, err := d.article()
	if err != nil {
		return nil, err
	}
	r := a.Revision
	own, err := marshal(rest{r.Lead, r.Body, r.Corrections, d.Story.Sources, d.Story.Claims, a.Breaking, r.Standing, looksOf(d.Media)})
	if err != nil {
		return nil, err
	}
	it := item{
		Standard: &standard{"ninjs", "3.1", "http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json#"},
		URI:      URI(d.Story.ID, a.Lang), Type: "text", Representation: "full", Profile: Profile,
		Version: strconv.Itoa(a.Number), Language: a.Lang, PubStatus: "usable",
		FirstCreated: a.Published.UTC().Format(time.RFC3339),
		Headlines:    []text{{Role: roleMain, Value: r.Headline}},
		Located:      r.Dateline,
		InfoSources:  infoSources(d.Story, extra),
		AltIDs:       []altID{{roleAddress, address(d.Story.Address)}},
		Bodies:       []text{{roleMain, "text/html", extra.HTML}, {"article", BodyType, string(own)}},
		Associations: associations(d, r, extra),
	}
	if !a.Updated.IsZero() {
		it.VersionCreated = a.Updated.UTC().Format(time.RFC3339)
	}
	if r.Kicker != "" {
		it.Headlines = append(it.Headlines, text{Role: roleKicker, Value: r.Kicker})
	}
	if r.Standfirst != "" {
		it.Descriptions = []text{{Role: roleStandfirst, Value: r.Standfirst}}
	}
	it.credit(r)
	b, err := marshal(it)
	if err == nil && len(b) >= MaxSize {
		err = fmt.Errorf("%s: a document of %d bytes, the limit is %d", it.URI, len(b), MaxSize)
	}
	return append(b, '\n'), err
}

// credit says who made the article and what it is about.
func (it *item) credit(r news.Revision) {
	var names []string
	for _, b := range r.Bylines {
		names = append(names, b.Name)
		it.People = append(it.People, person{b.Name, b.Role, b.Slug})
	}
	it.By = strings.Join(names, ", ")
	for _, t := range r.Topics {
		it.Subjects = append(it.Subjects, subject{t.Name, t.Slug})
	}
	for _, p := range r.Places {
		it.Places = append(it.Places, subject{p.Name, p.Slug})
	}
}

// marshal returns JSON in which <, > and & stand as they are: it is never put into a page.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// address writes where a story stands: story/2026/11/22/border.
func address(a news.Address) string {
	return "story/" + strings.ReplaceAll(a.Day, "-", "/") + "/" + a.Slug
}

// infoSources are the newsroom, and the sources that have a name.
func infoSources(st news.Story, extra Extra) []party {
	var parties []party
	if extra.Publisher != "" {
		parties = append(parties, party{extra.Publisher, rolePublisher})
	}
	for _, s := range st.Sources {
		if name, _ := lang.Pick(s.Name, st.Articles[0].Lang); name != "" {
			parties = append(parties, party{name, string(s.Kind)})
		}
	}
	return parties
}

// associations are the article that this one was translated from, related stories, and the media.
func associations(d Document, r news.Revision, extra Extra) []item {
	var items []item
	if o := r.Origin; o != nil {
		items = append(items, item{
			Name: o.Lang, Rel: relOriginal, URI: URI(d.Story.ID, o.Lang), Type: "text",
			Version: strconv.Itoa(o.Number), Language: o.Lang,
		})
	}
	for _, id := range r.Related {
		items = append(items, item{Name: id, Rel: relRelated, URI: storyURI(id), Type: "text"})
	}
	for _, m := range d.Media {
		items = append(items, association(d, r, m, extra))
	}
	return items
}

// association is a media, with the words of the first figure that shows it.
func association(d Document, r news.Revision, m news.Media, extra Extra) item {
	f := figureOf(r, m.ID)
	it := item{Name: m.Name, Rel: relBody, URI: mediaURI(m.ID), Type: typeOf(m), By: f.Credit, Copyright: f.Rights}
	if lead(r) == m.ID {
		it.Rel = relLead
	}
	if f.Alt != "" {
		it.Descriptions = append(it.Descriptions, text{Role: roleAlt, Value: f.Alt})
	}
	if caption := plain(f.Caption); caption != "" {
		it.Descriptions = append(it.Descriptions, text{Role: roleCaption, Value: caption})
	}
	for _, r := range m.Renditions {
		it.AltIDs = append(it.AltIDs, altID{roleSHA256 + r.Name, r.SHA256})
		w := rendition{
			Name: r.Name, ContentType: r.MediaType, Title: d.Paths[r.SHA256], Width: r.Width, Height: r.Height, Size: r.Size,
		}
		if extra.Base != "" {
			w.Href = extra.Base + w.Title
		}
		it.Renditions = append(it.Renditions, w)
	}
	return it
}

// typeOf returns the ninjs type of a media.
func typeOf(m news.Media) string {
	if len(m.Renditions) > 0 {
		switch kind, _, _ := strings.Cut(m.Renditions[0].MediaType, "/"); kind {
		case "image":
			return "picture"
		case "video", "audio":
			return kind
		}
	}
	return "component"
}

// plain returns the words of spans without their marks.
func plain(spans []news.Span) string {
	var b strings.Builder
	for _, s := range spans {
		b.WriteString(s.Text)
		if s.Mark&news.Break != 0 {
			b.WriteByte('\n')
		}
	}
	return b.String()
}

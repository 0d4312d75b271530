package preview

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"coranto/internal/lang"
	"coranto/internal/news"
	"coranto/internal/site"
	"coranto/internal/store"
)

// A gallery is the page of all components in a language and a scheme: pages of a specimen newsroom beside each other,
// in the newsroom's own looks, so that a change can be seen at a glance.
type gallery struct {
	live
	Lang, Scheme string
	Width        int
	Languages    []string
	Schemes      []string
	Widths       []int
	Shown        []exhibit
}

// An exhibit is one page of a gallery.
type exhibit struct {
	Name, Path string // the path begins with the room
	Height     int    // in pixels
}

// The rooms of a stand: one in which there is one of everything, one in which there is nothing yet, and the first with
// pictures as large as the screen.
const (
	fullRoom  = "full"
	emptyRoom = "empty"
	largeRoom = "large"
)

// schemes are what a page is shown in.
func schemes() []string { return []string{"light", "dark"} }

// widths are those of a phone, a tablet and a desktop, in pixels.
func widths() []int { return []int{360, 768, 1280} }

// exhibits are the pages of a specimen that show every component in every state.
func exhibits(s *specimen) []exhibit {
	story := func(number int) string { return fullRoom + "/" + site.StoryPath(s.tag, s.stories[number].Address) }
	list := func(path string) string { return fullRoom + "/" + s.tag + "/" + path }
	day := strings.ReplaceAll(s.stories[0].Address.Day, "-", "/")
	return []exhibit{
		{"Front: masthead, exit, bar, notices, lead, seconds, river, footer", list("index.html"), 1400},
		{"Story: figures, claims, quotes, tables, film, sound, file, corrections, related", story(0), 2600},
		{"Story of which there is nothing but words", story(plainStory), 900},
		{"Translation whose original has been corrected since", story(staleStory), 900},
		{"Translation of what is not published", story(orphanStory), 900},
		{"Story with pictures as large as the screen", largeRoom + "/" + site.StoryPath(s.tag, s.stories[0].Address), 900},
		{"Topic", list("topic/" + specimenTopic + "/index.html"), 700},
		{"Place", list("place/" + specimenPlace + "/index.html"), 500},
		{"Author", list("author/" + specimenAuthor + "/index.html"), 500},
		{"Topics, places and authors", list("topics/index.html"), 500},
		{"Numbered list, with its pager", list("archive/page/1.html"), 900},
		{"Archive", list("archive/index.html"), 500},
		{"Month", list("archive/" + day[:len("2026/11")] + "/index.html"), 500},
		{"Day", list("archive/" + day + "/index.html"), 600},
		{"Corrections", list("corrections/index.html"), 500},
		{"Safety, and the risk notices in full", list("safety.html"), 900},
		{"Page of the newsroom's own", list(specimenPage + ".html"), 700},
		{"Choice of a language", fullRoom + "/index.html", 500},
		{"Front with nothing on it yet", emptyRoom + "/" + s.tag + "/index.html", 500},
		{"Topics, when there are none", emptyRoom + "/" + s.tag + "/topics/index.html", 400},
		{"Corrections, when there are none", emptyRoom + "/" + s.tag + "/corrections/index.html", 400},
	}
}

// specimenPage is the newsroom's own page in a gallery.
const specimenPage = "about"

// components sends the gallery, or below LANG/SCHEME/ROOM/ a file of its specimen.
func (s *Server) components(w http.ResponseWriter, req *http.Request, path string) error {
	tag, scheme, room, file := req.URL.Query().Get("lang"), req.URL.Query().Get("scheme"), "", ""
	if path != "" {
		at := strings.SplitN(path, "/", 4)
		if len(at) < 4 {
			return fs.ErrNotExist
		}
		tag, scheme, room, file = at[0], at[1], at[2], at[3]
	}
	tag, scheme = cmp.Or(tag, s.room.Config.Languages[0]), cmp.Or(scheme, schemes()[0])
	if !slices.Contains(schemes(), scheme) {
		return fs.ErrNotExist
	}
	c, err := s.room.stand(req.Context(), tag)
	if err != nil {
		return err
	}
	if path != "" {
		return sendSpecimen(w, req, c.rooms[room], scheme, file)
	}
	g := gallery{live: s.live(), Lang: tag, Scheme: scheme, Languages: c.languages, Schemes: schemes(),
		Widths: widths(), Width: widths()[0], Shown: c.exhibits}
	for _, width := range widths() {
		if req.URL.Query().Get("width") == fmt.Sprint(width) {
			g.Width = width
		}
	}
	var b bytes.Buffer
	if err := galleryTemplate.ExecuteTemplate(&b, "gallery", g); err != nil {
		return err
	}
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; base-uri 'none'; form-action 'self'"+
		s.live().policy())
	send(w, req, "text/html", b.Bytes())
	return nil
}

// A stand is what a gallery shows in one language.
type stand struct {
	tag       string
	languages []string // that there may be a stand in
	exhibits  []exhibit
	rooms     map[string]*Room
}

// stand returns the stand of a language, or fs.ErrNotExist. A gallery asks for one language again and again, so the last
// is remembered.
func (r *Room) stand(ctx context.Context, tag string) (*stand, error) {
	r.mu.Lock()
	last := r.last
	r.mu.Unlock()
	if last != nil && last.tag == tag {
		return last, nil
	}
	catalogue, err := lang.Load()
	if err != nil {
		return nil, err
	}
	c := &stand{tag: tag, languages: r.languages(catalogue)}
	if !slices.Contains(c.languages, tag) {
		return nil, fs.ErrNotExist
	}
	if err := c.build(ctx, r, catalogue); err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.last = c
	return c, nil
}

// languages are those that a gallery may be in: the newsroom's, then all that the interface has words for.
func (r *Room) languages(c *lang.Catalogue) []string {
	all := slices.Clone(r.Config.Languages)
	for _, tag := range c.Tags() {
		if !slices.Contains(all, tag) {
			all = append(all, tag)
		}
	}
	return all
}

// build makes the specimen of a stand's language, and rooms that show it as a newsroom looks.
func (c *stand) build(ctx context.Context, r *Room, catalogue *lang.Catalogue) error {
	const lines = 24
	headlines, err := r.Snap.Newest(ctx, store.List{Lang: c.tag}, lines)
	if err != nil {
		return err
	}
	other := "en"
	if c.tag == other {
		other = "fa"
	}
	p := newProse(headlines, catalogue, c.tag)
	sp := newSpecimen(c.tag, other, p)
	c.exhibits = exhibits(sp)
	full := furnish(r.Config, c.tag, other, p)
	large, empty := full, r.Config
	large.Pictures = site.Full
	empty.Languages, empty.ExitURL, empty.Standing, empty.Risks = []string{c.tag}, "", nil, nil
	c.rooms = map[string]*Room{}
	for name, of := range map[string]struct {
		site.Config
		*specimen
	}{
		fullRoom: {full, sp}, largeRoom: {large, sp}, emptyRoom: {empty, &specimen{tag: c.tag, now: sp.now}},
	} {
		st, err := site.New(of.Config)
		if err != nil {
			return err
		}
		c.rooms[name] = &Room{Config: of.Config, Site: st, Snap: of.specimen, Open: of.open, Now: of.now}
	}
	return nil
}

// furnish gives a newsroom in two languages what it lacks of what a page can have: a way out, a page of its own and a risk
// notice.
func furnish(cfg site.Config, tag, other string, p *prose) site.Config {
	cfg.Languages = []string{tag, other}
	cfg.ExitURL = cmp.Or(cfg.ExitURL, "https://weather.example/")
	here := func(of string) bool { return of == tag || of == other }
	cfg.Standing = slices.DeleteFunc(slices.Clone(cfg.Standing), func(p site.StandingPage) bool { return !here(p.Lang) })
	cfg.Risks = slices.DeleteFunc(slices.Clone(cfg.Risks), func(n site.RiskNotice) bool { return !here(n.Lang) })
	if !slices.ContainsFunc(cfg.Standing, func(own site.StandingPage) bool { return own.Lang == tag && own.Slug == specimenPage }) {
		cfg.Standing = append(cfg.Standing, site.StandingPage{Slug: specimenPage, Lang: tag, Title: p.word(),
			Body: []news.Block{paragraph(p), {Kind: news.Heading, Level: 2, Text: words(p.line())}, paragraph(p)}})
	}
	if !slices.ContainsFunc(cfg.Risks, func(n site.RiskNotice) bool { return n.Lang == tag }) {
		cfg.Risks = append(cfg.Risks, site.RiskNotice{Place: "somewhere", Lang: tag, Name: p.word(), Short: p.word(), Long: []news.Block{paragraph(p)}})
	}
	return cfg
}

// darkRule begins the rules of a style sheet for who prefers a dark page.
var darkRule = regexp.MustCompile(`@media ?\(prefers-color-scheme: ?dark\)`)

// sendSpecimen sends a file of a specimen's room; a page in a scheme whatever the browser prefers.
func sendSpecimen(w http.ResponseWriter, req *http.Request, r *Room, scheme, path string) error {
	if r == nil {
		return fs.ErrNotExist
	}
	f, _, err := r.file(req.Context(), path)
	if err != nil {
		return err
	}
	body, err := r.body(req.Context(), f)
	if err != nil {
		return err
	}
	if f.MediaType == "text/html" {
		query := map[string]string{"light": "@media not all", "dark": "@media all"}[scheme]
		body = ownPolicy.ReplaceAll(darkRule.ReplaceAll(body, []byte(query)), nil)
		body = bytes.Replace(body, []byte("<body>"), []byte("<style>:root{color-scheme:"+scheme+"}</style><body>"), 1)
	}
	w.Header().Set("Content-Security-Policy", "default-src 'none'; img-src 'self' data:; media-src 'self'; manifest-src 'self'; "+
		"style-src 'unsafe-inline'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'")
	send(w, req, f.MediaType, body)
	return nil
}

var galleryTemplate = template.Must(template.Must(template.New("gallery").Parse(reload)).Parse(`<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Components · {{.Lang}}</title>
<style>:root{color-scheme:light dark}body{background:Canvas;color:CanvasText;font:15px/1.5 system-ui,sans-serif;margin:1rem}form{display:flex;flex-wrap:wrap;gap:1rem;align-items:end}
main{display:flex;flex-wrap:wrap;gap:2rem;align-items:start}section{max-inline-size:100%}h2{font-size:1rem;max-inline-size:{{.Width}}px}
iframe{border:1px solid #888;max-inline-size:100%;resize:both;overflow:auto}</style>
<header>
<h1>Components</h1>
<form>
<label>Language <select name="lang">{{range .Languages}}<option{{if eq . $.Lang}} selected{{end}}>{{.}}</option>{{end}}</select></label>
<label>Scheme <select name="scheme">{{range .Schemes}}<option{{if eq . $.Scheme}} selected{{end}}>{{.}}</option>{{end}}</select></label>
<label>Width <select name="width">{{range .Widths}}<option{{if eq . $.Width}} selected{{end}}>{{.}}</option>{{end}}</select></label>
<button>Show</button> <a href="{{.Base}}/">Back to the newsroom</a>
</form>
</header>
<main>
{{range .Shown}}<section><h2><a href="{{$.Base}}/_components/{{$.Lang}}/{{$.Scheme}}/{{.Path}}">{{.Name}}</a></h2>
<iframe title="{{.Name}}" loading="lazy" width="{{$.Width}}" height="{{.Height}}" src="{{$.Base}}/_components/{{$.Lang}}/{{$.Scheme}}/{{.Path}}"></iframe></section>
{{end}}</main>
{{template "reload" .}}</html>
`))

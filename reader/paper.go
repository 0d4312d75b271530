package reader

import (
	"bytes"
	"context"
	_ "embed" // for the templates
	"html/template"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/html"

	"coranto/edition"
	"coranto/internal/lang"
)

// paperName is where the paper of a language stands, beside the page whose shell it has. No published path has a segment that
// begins with a dot.
const paperName = "/.paper"

// shellPath returns the page that lends its head, its notices and its foot to what comes from packs. All readers of a
// language ask for it, whatever they read.
func shellPath(lang string) string { return lang + "/safety.html" }

//go:embed paper.html
var paperText string

// paperStyle is the style of stories from packs.
//
//go:embed paper.css
var paperStyle string

var paperTemplates = template.Must(template.New("paper").Parse(paperText))

// papers are those that a server has taken.
type papers struct {
	mu     sync.Mutex // held while one is taken; guards what follows
	of     edition.Hash
	byLang map[string]takenPaper
}

// A takenPaper is a paper and the page that it is shown in, which is empty when it was not to be had.
type takenPaper struct {
	*Paper
	shell []byte
}

// paper returns the paper of a language in the newest edition. Once it has, no reading of it asks for anything.
func (s *Server) paper(ctx context.Context, lang string) (takenPaper, error) {
	s.taken.mu.Lock()
	defer s.taken.mu.Unlock()
	head, ok := s.r.Head()
	if !ok {
		return takenPaper{}, ErrNoEdition
	}
	if s.taken.of != head.ManifestHash || s.taken.byLang == nil {
		s.taken.of, s.taken.byLang = head.ManifestHash, map[string]takenPaper{}
	}
	if p, ok := s.taken.byLang[lang]; ok {
		return p, nil
	}
	p, err := s.r.TakePaper(ctx, lang, s.Since, s.Pictures)
	if err != nil {
		return takenPaper{}, err
	}
	shell, err := s.r.Get(ctx, shellPath(lang))
	if err != nil {
		s.r.opt.Log.Info("paper", "language", lang, "error", err)
	}
	t := takenPaper{p, shell.Body}
	s.taken.byLang[lang] = t
	return t, nil
}

// takePapers brings all papers up to date, and the shells that they are shown in, in the same order whatever is read.
func (s *Server) takePapers(ctx context.Context) {
	for _, tag := range s.Papers {
		if _, err := s.paper(ctx, tag); err != nil && ctx.Err() == nil {
			s.r.opt.Log.Info("paper", "language", tag, "error", err)
		}
	}
}

// inPaper sends what comes from packs, and says whether that was the answer. Where there are papers no page is fetched
// unless the user says so: a mirror that is asked for one page learns that somebody reads it.
func (s *Server) inPaper(w http.ResponseWriter, a admitted) bool {
	tag, rest, _ := strings.Cut(a.path, "/")
	switch {
	case len(s.Papers) == 0 || a.URL.Query().Get("ask") != "":
		return false
	case slices.Contains(s.Papers, tag) && a.path == shellPath(tag):
		return false // it is here, since all readers of the language have it
	case a.path == "":
		s.lead(w, a, s.Papers[0], "")
	case !slices.Contains(s.Papers, tag):
		return s.askFirst(w, a)
	case "/"+rest == paperName:
		s.showPaper(w, a, tag, a.URL.Query().Get("story"))
	case rest == "" || rest == "index.html":
		s.lead(w, a, tag, "")
	default:
		story, isPage := strings.CutSuffix(strings.TrimSuffix(rest, "index.html"), "/")
		if p, err := s.paper(a.Context(), tag); isPage && err == nil {
			if _, ok := p.Find(story); ok {
				s.lead(w, a, tag, story)
				return true
			}
		}
		return s.askFirst(w, a)
	}
	return true
}

// lead leads to a story of a paper, or to its first page.
func (s *Server) lead(w http.ResponseWriter, a admitted, tag, story string) {
	w.Header().Set("Location", paperAddress(a.prefix, tag, story))
	w.WriteHeader(http.StatusSeeOther)
}

func paperAddress(prefix, tag, story string) string {
	if story == "" {
		return address(prefix, tag+paperName)
	}
	return address(prefix, tag+paperName, "story", story)
}

// askFirst tells what asking for a page gives away, with a link that does. Pictures and other files are asked for: the
// user came by a link that says so.
func (s *Server) askFirst(w http.ResponseWriter, a admitted) bool {
	if a.path != "" && !strings.HasSuffix(a.path, "/") && !strings.HasSuffix(a.path, ".html") {
		return false
	}
	t := s.tongue(a)
	s.message(w, a, http.StatusOK, "not_in_paper", link{address(a.prefix, a.path, "ask", "1"), t.W("ask_mirror")})
	return true
}

// showPaper sends a paper's first page or one of its stories, in the shell of the newsroom's own pages.
func (s *Server) showPaper(w http.ResponseWriter, a admitted, tag, story string) {
	p, err := s.paper(a.Context(), tag)
	if err != nil {
		s.r.opt.Log.Info("paper", "language", tag, "error", err)
		s.message(w, a, http.StatusServiceUnavailable, "missing")
		return
	}
	v := paperView{tongue: s.words.tongue(tag), s: s, prefix: a.prefix, paper: p.Paper, Home: paperAddress(a.prefix, tag, "")}
	v.Style = address(a.prefix, paperStylePath)
	title, body := v.front(s.Papers)
	if story != "" {
		found, here := p.Find(story)
		if !here {
			s.lead(w, a, tag, "")
			return
		}
		title, body = found.Headline, v.article(found)
	}
	dressed, ok := inShell(p.shell, title, body)
	if !ok {
		dressed, _ = inShell(v.execute("shell", v), title, body)
	}
	page := Page{Path: tag + paperName, Body: dressed, Edition: p.Edition}
	head := readHead(page.Body)
	if head.takesOver() {
		w.Header().Add("Content-Security-Policy", head.policy+"; frame-src 'self'")
	}
	news := s.laid(a.Context(), tag+"/"+story+"/")
	send(w, a.Request, "text/html", s.dressed(a, page, head, len(news)))
}

// inShell returns a page with another title and another main part; it is not ok when the page has no main part.
func inShell(shell []byte, title string, body []byte) (page []byte, ok bool) {
	var edits []edit
	z := html.NewTokenizer(bytes.NewReader(shell))
	at, open := 0, map[string]span{}
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			return edited(shell, edits), ok
		}
		from := at
		at += len(z.Raw())
		name, _ := z.TagName()
		tag := string(name)
		if tag != "title" && tag != "main" {
			continue
		}
		begin, isOpen := open[tag]
		switch {
		case kind == html.StartTagToken && !isOpen:
			open[tag] = span{from, at}
		case kind == html.EndTagToken && isOpen && tag == "title" && len(edits) == 0:
			edits = append(edits, edit{span{begin.to, from}, []byte(html.EscapeString(title))})
		case kind == html.EndTagToken && isOpen && !ok:
			edits, ok = append(edits, edit{span{begin.from, at}, body}), true
		}
	}
}

// A paperView makes the pages of a paper.
type paperView struct {
	tongue
	s      *Server
	prefix string
	paper  *Paper
	// Home is the address of the paper's first page, Style that of paperStyle.
	Home, Style string
}

func (v paperView) execute(name string, data any) []byte {
	var b bytes.Buffer
	if err := paperTemplates.ExecuteTemplate(&b, name, data); err != nil {
		panic(err) // a template that is part of the program, and plain data
	}
	return b.Bytes()
}

// Name returns a word that pages of the edition have too.
func (v paperView) Name(key string) string {
	word, _ := v.Word(key)
	return word
}

// Tongue returns what a language calls itself.
func (v paperView) Tongue(tag string) string { return v.s.words.catalogue.Language(tag).Name() }

// A clock is a time as a page says it.
type clock struct{ Machine, Human string }

// At puts a time into words.
func (v paperView) At(t time.Time) clock { return clock{t.UTC().Format(time.RFC3339), v.DateTime(t)} }

// A link is one of a paper's.
type link struct{ Address, Name string }

// A paperStory is a line of a paper's first page.
type paperStory struct{ Address, Kicker, Headline, Standfirst string }

// A paperDay is the stories of a day.
type paperDay struct {
	Name    string
	Stories []paperStory
}

// A paperLanguage leads to the paper of another language.
type paperLanguage struct {
	lang.Language
	Address string
}

// front returns the title and the text of a paper's first page.
func (v paperView) front(tags []string) (string, []byte) {
	data := struct {
		paperView
		Days   []paperDay
		Others []paperLanguage
		Self   string
	}{paperView: v, Self: address(v.prefix, ownPath, "lang", v.Tag())}
	for _, a := range v.paper.Articles {
		day := v.Date(a.Published)
		if n := len(data.Days); n == 0 || data.Days[n-1].Name != day {
			data.Days = append(data.Days, paperDay{Name: day})
		}
		d := &data.Days[len(data.Days)-1]
		d.Stories = append(d.Stories, paperStory{paperAddress(v.prefix, v.paper.Language, a.Address), a.Kicker, a.Headline, a.Standfirst})
	}
	for _, tag := range tags {
		if tag != v.paper.Language {
			data.Others = append(data.Others, paperLanguage{v.s.words.catalogue.Language(tag), paperAddress(v.prefix, tag, "")})
		}
	}
	return v.W("paper"), v.execute("paper", data)
}

// article returns the text of a story.
func (v paperView) article(a edition.Article) []byte {
	byID := func(id string) (edition.Article, bool) {
		i := slices.IndexFunc(v.paper.Articles, func(a edition.Article) bool { return a.ID == id })
		if i < 0 {
			return edition.Article{}, false
		}
		return v.paper.Articles[i], true
	}
	w := articleWriter{t: v.tongue, a: a, kept: v.paper.Pictures, file: func(path string) string { return address(v.prefix, path) }, story: func(id string) string {
		if o, ok := byID(id); ok {
			return paperAddress(v.prefix, v.paper.Language, o.Address)
		}
		return ""
	}}
	w.figure(a.Lead)
	lead := w.take()
	w.blocks(a.Blocks)
	data := struct {
		paperView
		edition.Article
		Lead, Body template.HTML
		Claims     []paperClaim
		Related    []paperStory
	}{paperView: v, Article: a, Lead: lead, Body: w.take(), Claims: w.panel()}
	for _, id := range a.Related {
		if o, ok := byID(id); ok {
			data.Related = append(data.Related, paperStory{Address: w.story(id), Headline: o.Headline})
		}
	}
	return v.execute("article", data)
}

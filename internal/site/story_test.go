package site_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"coranto/internal/news"
	"coranto/internal/site"
)

// page renders one story and returns a page of it, parsed, and its bytes.
func page(t *testing.T, cfg site.Config, st news.Story, path string) (*html.Node, []byte) {
	t.Helper()
	snap := specimen()
	snap.stories = append([]news.Story{st}, snap.stories...)
	out, err := newSite(t, cfg).Render(t.Context(), snap, site.Unit{Kind: site.Story, Story: st.ID})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range out.Files {
		if f.Path == path {
			doc, err := html.Parse(bytes.NewReader(f.Body))
			if err != nil {
				t.Fatal(err)
			}
			return doc, f.Body
		}
	}
	t.Fatalf("no %s", path)
	return nil, nil
}

// find returns the text of the elements with a name and an id or class, which may be empty.
func find(doc *html.Node, name, idOrClass string) []string {
	var all []string
	for n := range elements(doc) {
		if n.Data == name && (idOrClass == "" || attr(n, "id") == idOrClass || attr(n, "class") == idOrClass) {
			all = append(all, strings.Join(strings.Fields(textOf(n)), " "))
		}
	}
	return all
}

func TestSpecimenIsValid(t *testing.T) {
	for _, s := range specimen().stories {
		if err := s.Validate(); err != nil {
			t.Errorf("%s: %v", s.ID, err)
		}
	}
}

func TestStoryPage(t *testing.T) {
	border := specimen().stories[0]
	en, _ := page(t, specimenConfig, border, borderEN)
	ru, _ := page(t, specimenConfig, border, "ru/story/2026/11/20/border/index.html")
	fa, _ := page(t, specimenConfig, border, "fa/story/2026/11/20/border/index.html")
	for _, tt := range []struct {
		what, name, idOrClass string
		doc                   *html.Node
		want                  []string
	}{
		{"headline", "h1", "", en, []string{"Guards push migrants back at the closed border"}},
		{"bylines and dateline", "p", "byline", en, []string{"A. Reporter (text), B. Editor · Samara"}},
		{"dates", "p", "dates", en, []string{"Published: 20 November 2026, 14:07 UTCUpdated: 21 November 2026, 09:00 UTC · 1 correction"}},
		{"dates in Persian", "time", "", fa, []string{"۲۹ آبان ۱۴۰۵، ۱۸:۰۰ UTC"}},
		{"an original has no origin", "p", "note", en, nil},
		{"a stale translation", "p", "note", ru, []string{"Язык оригинала: EnglishПосле перевода в оригинал внесли исправления."}},
		{"a translation that is not stale", "p", "note", fa, []string{"ترجمه از: English"}},
		{"the marks of claims, each once for one run of words", "sup", "mark", en, []string{"1", "2"}},
		{"a claim with evidence", "li", "claim-video", en, []string{"1 Mash, Telegram channel · social media · not verified " +
			"Evidence (t.example) · archived copy · retrieved: 19 November 2026SHA-256 " + hexOf("e")}},
		{"a source in Russian", "li", "claim-video", ru, []string{"1 Телеграм-канал Mash · социальные сети · не проверено " +
			"Подтверждения (t.example) · архивная копия · получено: 19 ноября 2026 г.SHA-256 " + hexOf("e")}},
		{"an anonymous source", "li", "claim-unhurt", en, []string{"2 source not named · disputed" + "He fears for his post."}},
		{"a claim that the text does not make", "li", "claim-unused", en, nil},
		{"topics, languages, and those without, in Persian", "ul", "links", fa, []string{"مهاجرت", "English Русский", "Kiswahili"}},
		{"topics, languages, and those without", "ul", "links", ru, []string{"Миграция", "English فارسی", "Kiswahili"}},
		{"table", "th", "", en, []string{"Day", "People"}},
		{"skipped heading", "h2", "", en, []string{"What the video shows", "Corrections", "Who says so", "Topics", "This story in other languages"}},
		{"pull quote", "p", "pull", en, []string{"Forty percent lost their jobs"}},
	} {
		if got := find(tt.doc, tt.name, tt.idOrClass); !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %q, want %q", tt.what, got, tt.want)
		}
	}
}

// TestHostileWords puts markup and bad links wherever words go. None of it may become an element, an attribute or a
// link, even if a store lets it through.
func TestHostileWords(t *testing.T) {
	const evil = `"'><script>alert(1)</script><img src=x onerror=alert(1)>{{.}}</style>`
	spans := func(link string) []news.Span {
		return []news.Span{{Text: evil, Link: link, Claim: "c", Lang: `"><b>`}}
	}
	var body []news.Block
	for _, link := range []string{"javascript:alert(1)", "JAVASCRIPT:alert(1)", "data:text/html,x", "//evil.example/", "https:x", "story:" + evil, "https://good.example/?" + evil} {
		body = append(body, news.Block{Kind: news.Paragraph, Text: spans(link)})
	}
	figure := &news.Figure{Media: hexOf("a"), Alt: evil, Credit: evil, Caption: spans("")}
	body = append(body,
		news.Block{Kind: news.Picture, Figure: figure}, news.Block{Kind: news.Embed, URL: "javascript:alert(1)", Text: spans("")},
		news.Block{Kind: news.Code, Text: spans("")}, news.Block{Kind: "odd", Text: spans("")},
		news.Block{Kind: news.Table, Text: spans(""), Rows: [][][]news.Span{{spans("")}}},
		news.Block{Kind: news.Picture, Figure: &news.Figure{Media: hexOf("b"), Alt: evil}},
	)
	st := news.Story{
		ID: evil, Address: news.Address{Day: "2026-11-20", Slug: "evil"},
		Sources: []news.Source{{ID: "s", Kind: news.Own, Name: map[string]string{"": evil}, Reason: map[string]string{evil: evil}}},
		Claims: []news.Claim{{ID: "c", Source: "s", Check: news.Confirmed, Evidence: []news.Evidence{
			{URL: "javascript:alert(1)", Archived: "data:text/html,x", SHA256: evil}}}},
		Articles: []news.Article{{Lang: "en", Status: news.Published, Published: at(20, 0, 0), Revision: news.Revision{
			Kicker: evil, Headline: evil, Standfirst: evil, Dateline: evil, Bylines: []news.Byline{{Name: evil, Role: evil}},
			Topics: []news.Topic{{Slug: "t", Name: evil}}, Lead: figure, Body: body,
			Corrections: []news.Correction{{Text: evil}}, Origin: &news.Origin{Lang: evil},
		}}},
	}
	cfg := specimenConfig
	cfg.Name, cfg.Tagline = evil, map[string]string{"": evil}
	snap := memory{stories: []news.Story{st}, media: specimenMedia}
	files := renderAll(t, newSite(t, cfg), snap)
	docs := pages(t, files)
	for p, content := range feedContents(t, files, "en") {
		doc, err := html.Parse(strings.NewReader(content))
		if err != nil {
			t.Fatal(err)
		}
		docs[p] = doc
	}
	for p, doc := range docs {
		for n := range elements(doc) {
			if n.Data == "script" && !json.Valid([]byte(textOf(n))) || n.Data == "b" || attr(n, "onerror") != "" || n.Data == "img" && attr(n, "src") == "x" {
				t.Errorf("%s: markup came through: <%s>", p, n.Data)
			}
			for _, bad := range []string{"javascript:", "data:", "//evil", "https:x"} {
				if ref := strings.ToLower(attr(n, "href")); strings.HasPrefix(ref, bad) {
					t.Errorf("%s: a link to %s", p, ref)
				}
			}
		}
	}
	if got := find(docs["en/story/2026/11/20/evil/index.html"], "h1", ""); len(got) != 1 || got[0] != evil {
		t.Errorf("the headline: got %q, want the words as they are", got)
	}
}

// TestLongWords wants words that browsers stand still at to be broken, but not between a letter and its marks, and all
// others to be left alone.
func TestLongWords(t *testing.T) {
	long := strings.Repeat("ب\u0651", 5000)
	body := []news.Block{{Kind: news.Paragraph, Text: []news.Span{{Text: strings.Repeat("word ", 1000)}}},
		{Kind: news.Paragraph, Text: []news.Span{{Text: strings.Repeat("漢", 5000)}}}, {Kind: news.Paragraph, Text: []news.Span{{Text: "a " + long}}}}
	st := news.Story{ID: "long", Address: news.Address{Day: "2026-11-20", Slug: "long"}, Articles: []news.Article{{Lang: "en",
		Status: news.Published, Published: at(20, 0, 0), Revision: news.Revision{Headline: "Long", Body: body}}}}
	files := renderAll(t, newSite(t, specimenConfig), memory{stories: []news.Story{st}})
	page := string(files["en/story/2026/11/20/long/index.html"].Body)
	parts := strings.Split(page, "<wbr>")
	if len(parts) != 10 {
		t.Errorf("broken into %d parts, want 10", len(parts))
	}
	for _, p := range parts[1:] {
		if !strings.HasPrefix(p, "ب") {
			t.Errorf("broken before %.20q", p)
		}
	}
	if !strings.Contains(strings.Join(parts, ""), long) {
		t.Error("the word is not what it was")
	}
}

// TestPageWeight holds what a page costs besides its words, on a site with as many languages as the corpus.
func TestPageWeight(t *testing.T) {
	const limit = 3800
	cfg := specimenConfig
	cfg.Languages = strings.Fields("ar az ba be bg bs ckb en fa fa-AF hr hu hy ka kk ky mk ps ro ru sq sr-Cyrl sr-Latn tg tk tt ug uk ur uz")
	st := plainStory(0)
	st.ID, st.Articles = "weighed", nil
	for _, tag := range cfg.Languages {
		a := plainStory(0).Articles[0]
		a.Lang, a.Revision = tag, news.Revision{Headline: "H", Body: []news.Block{paragraph("W")}}
		st.Articles = append(st.Articles, a)
	}
	_, b := page(t, cfg, st, "en/story/2026/11/01/second/index.html")
	var packed bytes.Buffer
	w, _ := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if _, err := w.Write(b); err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	if packed.Len() > limit {
		t.Errorf("%d bytes, %d compressed: want at most %d", len(b), packed.Len(), limit)
	}
	t.Logf("%d bytes, %d compressed", len(b), packed.Len())
}

// TestWordsInAnotherLanguage makes sure that a page whose language has no words of its own says so of each it borrows.
func TestWordsInAnotherLanguage(t *testing.T) {
	cfg := specimenConfig
	cfg.Languages = []string{"he", "sw"}
	docs := pages(t, renderAll(t, newSite(t, cfg), memory{}))
	for _, p := range []string{"he/index.html", "sw/archive/index.html"} {
		n := 0
		for e := range elements(docs[p]) {
			if attr(e, "lang") == "en" && attr(e, "dir") == "ltr" {
				n++
			}
		}
		if n < 4 {
			t.Errorf("%s: %d words are marked as English", p, n)
		}
	}
}

// TestSource picks the name of a source by the page's language.
func TestSource(t *testing.T) {
	for _, tt := range []struct {
		names      map[string]string
		want, lang string
	}{
		{map[string]string{"en": "E", "ru": "R", "": "X"}, "E", ""},
		{map[string]string{"ru": "R", "": "X"}, "X", ""},
		{map[string]string{"ru": "R", "fa": "F"}, "F", "fa"},
		{map[string]string{"ru": "R", "fa": ""}, "R", "ru"},
	} {
		st := specimen().stories[0]
		st.ID = "sourced"
		st.Sources = []news.Source{{ID: "mash", Kind: news.Social, Name: tt.names}, st.Sources[1]}
		doc, _ := page(t, specimenConfig, st, borderEN)
		got := ""
		for n := range elements(doc) {
			if n.Data == "strong" && n.Parent.Data == "li" && attr(n.Parent, "id") == "claim-video" {
				got = fmt.Sprintf("%s %s", textOf(n), attr(n.FirstChild, "lang"))
			}
		}
		if want := tt.want + " " + tt.lang; got != want {
			t.Errorf("%v: got %q, want %q", tt.names, got, want)
		}
	}
}

// TestGone names the files that go with a story that is no longer public, and with units that have nothing to show.
func TestGone(t *testing.T) {
	s, snap := newSite(t, specimenConfig), specimen()
	out, err := s.Render(t.Context(), snap, site.Unit{Kind: site.Story, Story: "gone", Address: news.Address{Day: "2026-11-02", Slug: "gone"}})
	if err != nil || len(out.Files) != 0 || out.Owned != "story/2026/11/02/gone/" {
		t.Errorf("a story: %+v, %v", out, err)
	}
	list := specimenList("en", "nothing")
	for path, u := range map[string]site.Unit{
		"en/topic/nothing/index.html":      {Kind: site.Topic, List: list},
		"en/archive/topic/nothing/1.html":  {Kind: site.Numbered, List: list, Page: 1},
		"en/archive/page/9.html":           {Kind: site.Numbered, List: specimenList("en", ""), Page: 9},
		"en/archive/2025/01/index.html":    {Kind: site.Month, List: list, Day: "2025-01"},
		"en/archive/2025/01/02/index.html": {Kind: site.Day, List: list, Day: "2025-01-02"},
	} {
		out, err := s.Render(t.Context(), snap, u)
		if err != nil || len(out.Files) != 0 || !slices.Equal(out.Gone, []string{path}) {
			t.Errorf("%s: %+v, %v", path, out, err)
		}
	}
}

// TestTitleIsIsolated checks that a headline with an override that it leaves open can't turn the newsroom's name round.
func TestTitleIsIsolated(t *testing.T) {
	m := memory{stories: []news.Story{plainStory(1)}}
	m.stories[0].Articles[0].Revision.Headline = "A \u202Egpj.b"
	for p, f := range renderAll(t, newSite(t, specimenConfig), m) {
		if strings.Contains(p, "/story/") && strings.HasSuffix(p, ".html") {
			if want := "<title>\u2068A \u202Egpj.b\u202C\u2069 · " + html.EscapeString(specimenConfig.Name); !strings.Contains(string(f.Body), want) {
				t.Errorf("%s has no %+q", p, want)
			}
			return
		}
	}
	t.Error("no story was rendered")
}

// TestScriptStyle checks that a script which needs more room or another way has it, with a policy that lets it.
func TestScriptStyle(t *testing.T) {
	cfg := site.Config{Name: "N", Languages: []string{"en", "ur", "mn-Mong"}}
	files := renderAll(t, newSite(t, cfg), memory{})
	for path, want := range map[string]string{"en/index.html": "", "ur/index.html": "--lead:2.2", "mn-Mong/index.html": "writing-mode:vertical-lr"} {
		body := string(files[path].Body)
		_, rest, _ := strings.Cut(body, "<style>")
		style, _, _ := strings.Cut(rest, "</style>")
		sum := sha256.Sum256([]byte(style))
		if hash := base64.StdEncoding.EncodeToString(sum[:]); !strings.Contains(html.UnescapeString(body), "'sha256-"+hash+"'") {
			t.Errorf("%s: the policy does not let the style", path)
		}
		if want == "" && strings.Contains(style, "writing-mode") || !strings.Contains(style, want) {
			t.Errorf("%s: the style has no %q, or more", path, want)
		}
	}
}

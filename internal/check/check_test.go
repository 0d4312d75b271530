package check_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"coranto/internal/check"
	"coranto/internal/lang"
	"coranto/internal/news"
	"coranto/internal/store"
)

// A memory is a store of a few stories.
type memory struct {
	stories map[string]news.Story
	media   map[string]news.Media
}

func (m memory) Story(_ context.Context, id string) (news.Story, error) {
	if s, ok := m.stories[id]; ok {
		return s, nil
	}
	return news.Story{}, store.ErrNotFound
}

// Find takes a story's ID for the slug of its address.
func (m memory) Find(_ context.Context, slug string) (string, error) {
	if _, ok := m.stories[slug]; ok {
		return slug, nil
	}
	return "", store.ErrNotFound
}

func (m memory) Media(_ context.Context, id string) (news.Media, error) {
	if v, ok := m.media[id]; ok {
		return v, nil
	}
	return news.Media{}, store.ErrNotFound
}

var (
	now  = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	then = now.Add(-time.Hour)
)

// good returns a story without a problem, in two languages.
func good() news.Story {
	return news.Story{
		ID:      "border",
		Sources: []news.Source{{ID: "police", Kind: news.Official, Name: map[string]string{"": "Border Police"}}},
		Claims:  []news.Claim{{ID: "shots", Source: "police", Check: news.Unverified}},
		Articles: []news.Article{
			{Lang: "en", Status: news.Published, Published: then, Number: 1, File: "stories/border/en.md", Revision: news.Revision{
				Headline: "H",
				Lead:     &news.Figure{Media: "wide", Alt: "A road", Caption: plain("The road at noon"), Credit: "Somebody"},
				Body: []news.Block{
					{Kind: news.Heading, Level: 2, Text: plain("First")},
					{Kind: news.Heading, Level: 3, Text: plain("Second")},
					{Kind: news.Paragraph, Text: []news.Span{{Text: "Police said that "}, {Text: "shots were fired", Claim: "shots"}, {Text: "."}}},
					{Kind: news.Paragraph, Text: []news.Span{{Text: "more", Link: "story:other"}}},
				},
			}},
			{Lang: "fa", Status: news.Published, Published: now, Number: 1, File: "stories/border/fa.md",
				Revision: news.Revision{Headline: "H", Origin: &news.Origin{Lang: "en", Number: 1}, Body: []news.Block{
					{Kind: news.Paragraph, Text: plain("به گفتهٔ Human Rights Watch تیراندازی شد")},
				}}},
		},
	}
}

func plain(s string) []news.Span { return []news.Span{{Text: s}} }

func room(s news.Story) memory {
	out := func(status news.Status, at time.Time) news.Story {
		return news.Story{Address: news.Address{Day: "2026-11-21"}, Articles: []news.Article{{Lang: "en", Status: status, Published: at}}}
	}
	picture := func(kind string, width int) news.Media {
		return news.Media{Name: "road.jpg", Renditions: []news.Rendition{{MediaType: kind, Width: width}}}
	}
	return memory{
		map[string]news.Story{s.ID: s, "other": out(news.Published, then), "draft": out(news.Draft, then), "later": out(news.Published, now.Add(time.Hour))},
		map[string]news.Media{"wide": picture("image/jpeg", 1280), "narrow": picture("image/jpeg", 320), "film": picture("video/mp4", 1280),
			"sound": picture("audio/mpeg", 0)},
	}
}

const source = "---\nheadline: H\nbreaking: 2026-11-22T11:30:00Z\nlead:\n  file: road.jpg\n  alt: A road\n---\n\n" +
	"## First\n\nPolice said that [shots were fired](claim:shots).\n\n[more](story:other) [gone](story:gone)\n"

func checker(s news.Story) *check.Checker {
	return &check.Checker{Store: room(s), Languages: []string{"en", "fa", "ru"}, Fatal: []check.Code{check.Alt, check.Source}, Now: now,
		BaseURL: "https://news.example/paper/",
		Has:     func(_ context.Context, path string) (bool, error) { return path == "en/topic/courts/index.html", nil },
		Read: func(file string) ([]byte, error) {
			if file != "stories/border/en.md" {
				return nil, fs.ErrNotExist
			}
			return []byte(source), nil
		}}
}

func TestGood(t *testing.T) {
	c := checker(good())
	var err error
	if c.Catalogue, err = lang.Load(); err != nil {
		t.Fatal(err)
	}
	if got, err := c.Story(t.Context(), "border"); len(got) > 0 || err != nil {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestProblems(t *testing.T) {
	en := func(s *news.Story) *news.Article { return &s.Articles[0] }
	lead := func(s *news.Story) *news.Figure { return en(s).Revision.Lead }
	paragraph := func(s *news.Story, spans ...news.Span) {
		en(s).Revision.Body = append(en(s).Revision.Body, news.Block{Kind: news.Paragraph, Text: spans})
	}
	claim := func(s *news.Story, text string) {
		en(s).Revision.Body[2].Text = []news.Span{{Text: text, Claim: "shots"}}
	}
	linked := func(to string) func(*news.Story) {
		return func(s *news.Story) { paragraph(s, news.Span{Text: "l", Link: to}) }
	}
	const file = "stories/border/en.md"
	for _, c := range []struct {
		name  string
		spoil func(*news.Story)
		want  string // code, place; nothing where it is none
	}{
		{"no alt", func(s *news.Story) { lead(s).Alt = "" }, "alt! " + file + ":5"},
		{"a file name as alt", func(s *news.Story) { lead(s).Alt = "IMG_2031.JPG" }, "alt! " + file + ":5"},
		{"the caption as alt", func(s *news.Story) { lead(s).Alt = "The road at noon" }, "alt! " + file + ":5"},
		{"decorative", func(s *news.Story) { *lead(s) = news.Figure{Media: "wide", Decorative: true} }, ""},
		{"no caption", func(s *news.Story) { lead(s).Caption = nil }, "caption " + file + ":6"},
		{"no credit", func(s *news.Story) { lead(s).Credit = "" }, "credit " + file + ":6"},
		{"narrow", func(s *news.Story) { lead(s).Media = "narrow" }, "width " + file + ":6"},
		{"a missing file", func(s *news.Story) {
			*lead(s) = news.Figure{Missing: "https://old.example/road.jpg", Alt: "A road"}
		}, "missing " + file + ":6"},
		{"a missing file that nobody knows", func(s *news.Story) {
			*lead(s) = news.Figure{Missing: news.Nameless, Decorative: true}
		}, "missing " + file},
		{"a mute film", func(s *news.Story) { lead(s).Media = "film" }, "subtitles " + file + ":6"},
		{"a sound alone", func(s *news.Story) { lead(s).Media = "sound" }, "subtitles " + file + ":6"},
		{"subtitles", func(s *news.Story) { lead(s).Media, lead(s).Subtitles = "film", []news.Track{{Lang: "en"}} }, ""},
		{"no source", func(s *news.Story) { s.Sources, s.Claims, en(s).Revision.Body[2].Text[1].Claim = nil, nil, "" }, "source! " + file},
		{"anonymous without a reason", func(s *news.Story) { s.Sources[0] = news.Source{ID: "police", Kind: news.Anonymous} }, "reason " + file},
		{"anonymous, and the reason empty", func(s *news.Story) {
			s.Sources[0] = news.Source{ID: "police", Kind: news.Anonymous, Reason: map[string]string{"en": ""}}
		}, "reason " + file},
		{"a reason in one language of two", func(s *news.Story) {
			s.Sources[0] = news.Source{ID: "police", Kind: news.Anonymous, Reason: map[string]string{"en": "Fears for her work"}}
		}, "reason " + file},
		{"a reason in any language", func(s *news.Story) {
			s.Sources[0] = news.Source{ID: "police", Kind: news.Anonymous, Reason: map[string]string{"": "Fears for her work"}}
		}, ""},
		{"a confirmed claim without evidence", func(s *news.Story) { s.Claims[0].Check = news.Confirmed }, "evidence " + file + ":11"},
		{"a post without evidence", func(s *news.Story) { s.Sources[0].Kind = news.Social }, "evidence " + file + ":11"},
		{"kept evidence", func(s *news.Story) {
			s.Claims[0].Check, s.Claims[0].Evidence = news.Confirmed, []news.Evidence{{URL: "https://a.example/"}}
		}, ""},
		{"a claim as a fact", func(s *news.Story) { claim(s, "Shots were fired at night.") }, "wording " + file + ":11"},
		{"a claim with its source", func(s *news.Story) { claim(s, "The police: shots were fired.") }, ""},
		{"a claim with a word of doubt", func(s *news.Story) { claim(s, "Shots were reportedly fired.") }, ""},
		{"a claim in a language whose words are unknown", func(s *news.Story) {
			s.Articles[1].Lang = "hy"
			s.Articles[1].Revision.Body[0].Text = []news.Span{{Text: "Կրակոցներ եղան", Claim: "shots"}}
		}, "catalogue stories/border/fa.md"},
		{"a quoted claim", func(s *news.Story) {
			q := news.Block{Kind: news.Quote, Blocks: []news.Block{{Kind: news.Paragraph, Text: []news.Span{{Text: "Shots.", Claim: "shots"}}}}}
			en(s).Revision.Body[2] = q
		}, ""},
		{"breaking for long", func(s *news.Story) { en(s).Breaking = now.Add(-time.Minute) }, "breaking " + file + ":3"},
		{"breaking", func(s *news.Story) { en(s).Breaking = now.Add(time.Minute) }, ""},
		{"a dead link", func(s *news.Story) { paragraph(s, news.Span{Text: "gone", Link: "story:gone"}) }, "link " + file + ":13"},
		{"a link to a draft", func(s *news.Story) { paragraph(s, news.Span{Text: "draft", Link: "story:draft"}) }, "link " + file},
		{"a link to what is embargoed", func(s *news.Story) { paragraph(s, news.Span{Text: "l", Link: "story:later"}) }, "link " + file},
		{"embargoed together", func(s *news.Story) {
			en(s).Published = now.Add(time.Hour)
			paragraph(s, news.Span{Text: "l", Link: "story:later"})
		}, ""},
		{"its own address of a story", linked("https://news.example/paper/en/story/2026/11/21/other/index.html"), ""},
		{"its own address of a story, without the index", linked("http://NEWS.example/paper/en/story/2026/11/21/other/?x#claims"), ""},
		{"its own address of a story in another language", linked("https://news.example/paper/fa/story/2026/11/21/other/index.html"), "link " + file},
		{"its own address of a draft", linked("https://news.example/paper/en/story/2026/11/21/draft/"), "link " + file},
		{"its own address of another day", linked("https://news.example/paper/en/story/2026/11/20/other/"), "link " + file},
		{"its own address of no story", linked("https://news.example/paper/en/story/2026/11/21/gone/"), "link " + file},
		{"its own address of a topic", linked("https://news.example/paper/en/topic/courts"), ""},
		{"its own address of nothing", linked("https://news.example/paper/en/topic/court/"), "link " + file},
		{"an embed of its own address", func(s *news.Story) {
			en(s).Revision.Body = append(en(s).Revision.Body, news.Block{Kind: news.Embed, URL: "https://news.example/paper/film"})
		}, "link " + file},
		{"an address beside its own", linked("https://news.example/papers/x"), ""},
		{"an address of others", linked("https://other.example/paper/en/topic/court/"), ""},
		{"a related story in another language", func(s *news.Story) { s.Articles[1].Revision.Related = []string{"other"} }, "link stories/border/fa.md"},
		{"no origin", func(s *news.Story) { s.Articles[1].Revision.Origin = nil }, "origin stories/border/fa.md"},
		{"an origin that is not there", func(s *news.Story) { s.Articles[1].Revision.Origin.Lang = "ru" }, "origin stories/border/fa.md"},
		{"a skipped level", func(s *news.Story) { en(s).Revision.Body[0].Level = 3 }, "heading " + file + ":9"},
		{"foreign words", func(s *news.Story) { paragraph(s, plain("He said «не знаю ничего» and left")[0]) }, "lang " + file},
		{"foreign words with their language", func(s *news.Story) { paragraph(s, news.Span{Text: "не знаю ничего", Lang: "ru"}) }, ""},
		{"a long word", func(s *news.Story) { paragraph(s, plain(strings.Repeat("long", 20))[0]) }, "word " + file},
		{"a long address", func(s *news.Story) { paragraph(s, plain("https://news.example/" + strings.Repeat("long", 20))[0]) }, ""},
		{"another language", func(s *news.Story) { s.Articles[1].Lang = "ps" }, "catalogue stories/border/fa.md"},
		{"withdrawn", func(s *news.Story) { s.Articles[1].Status, s.Articles[1].Revision.Origin = news.Withdrawn, nil }, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := good()
			c.spoil(&s)
			problems, err := checker(s).Story(t.Context(), "border")
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, p := range problems {
				mark := ""
				if p.Fatal {
					mark = "!"
				}
				got = append(got, string(p.Code)+mark+" "+p.Place())
				if p.Text == "" || p.Hint == "" || p.Story != "border" {
					t.Errorf("%+v says too little", p)
				}
			}
			if strings.Join(got, "\n") != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// Public looks at what readers would see alone.
func TestPublic(t *testing.T) {
	s := good()
	s.Articles[1].Published, s.Articles[1].Revision.Origin = now.Add(time.Minute), nil
	c := checker(s)
	if got, err := c.Public(t.Context(), "border"); len(got) > 0 || err != nil {
		t.Errorf("got %+v, %v", got, err)
	}
	if got, err := c.Story(t.Context(), "border"); len(got) != 1 || err != nil {
		t.Errorf("got %+v, %v", got, err)
	}
	if _, err := c.Story(t.Context(), "nothing"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("got %v", err)
	}
}

func TestPlace(t *testing.T) {
	for _, p := range []check.Problem{
		{File: "a/en.md", Line: 3}, {File: "a/en.md"}, {Story: "a", Lang: "en"}, {Story: "a"},
	} {
		want := map[bool]string{true: "a/en.md", false: "story a"}[p.File != ""]
		if !strings.HasPrefix(p.Place(), want) || p.Line > 0 != strings.HasSuffix(p.Place(), fmt.Sprint(":", p.Line)) {
			t.Errorf("%+v: %s", p, p.Place())
		}
	}
	if all := check.Codes(); len(all) != 17 || !slices.Contains(all, check.DefaultFatal()[0]) {
		t.Errorf("codes: %v", all)
	}
}

// A claim that was not verified must be worded as one in every language whose words for that are known.
func TestWording(t *testing.T) {
	for _, c := range []struct{ lang, fact, report string }{
		{"en", "Shots were fired.", "Shots were reportedly fired."},
		{"de", "Schüsse fielen.", "Schüsse fielen, sagte der Beamte."},
		{"fr", "Des coups ont été tirés.", "Selon un témoin, des coups ont été tirés."},
		{"es", "Hubo disparos.", "Hubo disparos, dijo un vecino."},
		{"ru", "Раздались выстрелы.", "По словам очевидца, раздались выстрелы."},
		{"uk", "Пролунали постріли.", "За словами очевидця, пролунали постріли."},
		{"be", "Прагучалі стрэлы.", "Паводле слоў відавочцы, прагучалі стрэлы."},
		{"bg", "Чуха се изстрели.", "Според очевидец се чуха изстрели."},
		{"mk", "Се слушнаа истрели.", "Според очевидец се слушнаа истрели."},
		{"sr-Cyrl", "Чули су се пуцњи.", "Према очевицу, чули су се пуцњи."},
		{"sr-Latn", "Čuli su se pucnji.", "Prema očevicu, čuli su se pucnji."},
		{"hr", "Čuli su se pucnji.", "Čuli su se pucnji, izjavio je očevidac."},
		{"bs", "Čuli su se pucnji.", "Navodno su se čuli pucnji."},
		{"ro", "S-au auzit focuri.", "Potrivit unui martor, s-au auzit focuri."},
		{"fa", "تیراندازی شد.", "به گفتهٔ یک رهگذر تیراندازی شد."},
		{"fa-AF", "تیراندازی شد.", "یک رهگذر می‌گوید تیراندازی شد."},
		{"tg", "Тирпаронӣ шуд.", "Ба гуфтаи як роҳгузар тирпаронӣ шуд."},
		{"ar", "أُطلقت النار.", "قال أحد المارة إن النار أُطلقت."},
	} {
		for text, want := range map[string]int{c.fact: 1, c.report: 0} {
			s := news.Story{ID: "border", Sources: []news.Source{{ID: "x", Kind: news.Official, Name: map[string]string{"": "X"}}},
				Claims: []news.Claim{{ID: "shots", Source: "x", Check: news.Unverified}},
				Articles: []news.Article{{Lang: c.lang, Status: news.Published, Published: then, Number: 1, Revision: news.Revision{Headline: "H",
					Body: []news.Block{{Kind: news.Paragraph, Text: []news.Span{{Text: text, Claim: "shots"}}}}}}}}
			found, err := (&check.Checker{Store: room(s), Now: now}).Story(t.Context(), "border")
			if err != nil {
				t.Fatal(err)
			}
			got := 0
			for _, p := range found {
				if p.Code == check.Wording {
					got++
				}
			}
			if got != want {
				t.Errorf("%s: %q: got %d problems, want %d", c.lang, text, got, want)
			}
		}
	}
}

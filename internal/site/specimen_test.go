package site_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"coranto/internal/news"
	"coranto/internal/site"
)

// The specimen is a newsroom whose first story has everything that a story can have.

var specimenConfig = site.Config{
	Name:      "Perevodov & Sons",
	Tagline:   map[string]string{"": "News from elsewhere", "fa": "خبر از آن‌سو"},
	Languages: []string{"en", "ru", "fa", "sw"},
}

func newSite(t testing.TB, cfg site.Config) *site.Site {
	t.Helper()
	s, err := site.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func at(day, hour, minute int) time.Time {
	return time.Date(2026, time.November, day, hour, minute, 0, 0, time.UTC)
}

func hexOf(c string) string { return strings.Repeat(c, 64) }

var specimenMedia = map[string]news.Media{
	hexOf("a"): {ID: hexOf("a"), Name: "border.jpg", Renditions: []news.Rendition{
		{Name: "320.jpg", MediaType: "image/jpeg", Width: 320, Height: 213, SHA256: hexOf("1"), Size: 9000},
		{Name: "640.jpg", MediaType: "image/jpeg", Width: 640, Height: 427, SHA256: hexOf("2"), Size: 30000},
		{Name: "1280.jpg", MediaType: "image/jpeg", Width: 1280, Height: 853, SHA256: hexOf("3"), Size: 90000},
		{Name: "640.avif", MediaType: "image/avif", Width: 640, Height: 427, SHA256: hexOf("4"), Size: 10000},
	}},
	hexOf("b"): {ID: hexOf("b"), Name: "march.mp4", Renditions: []news.Rendition{
		{Name: "video.mp4", MediaType: "video/mp4", Width: 1280, Height: 720, SHA256: hexOf("5"), Size: 900000},
	}},
	hexOf("c"): {ID: hexOf("c"), Name: "order.pdf", Renditions: []news.Rendition{
		{Name: "order.pdf", MediaType: "application/pdf", SHA256: hexOf("6"), Size: 5000},
	}},
}

func words(s string) []news.Span { return []news.Span{{Text: s}} }

func paragraph(s string) news.Block { return news.Block{Kind: news.Paragraph, Text: words(s)} }

// specimenText is a body with every kind of block and mark.
func specimenText() []news.Block {
	return []news.Block{
		{Kind: news.Paragraph, Text: []news.Span{
			{Text: "Guards pushed back ", Claim: "video"}, {Text: "dozens", Mark: news.Strong, Claim: "video"},
			{Text: " of people, "}, {Text: "no one was hurt", Claim: "unhurt"}, {Text: ", said "},
			{Text: "самарские власти", Lang: "ru"}, {Text: ". More "}, {Text: "here", Link: "https://agency.example/a?b=1&c=2"},
			{Text: ", in ", Link: ""}, {Text: "an earlier ", Link: "story:second"},
			{Text: "story", Mark: news.Emphasis, Link: "story:second"}, {Text: " and in "},
			{Text: "one that is gone", Link: "story:nowhere"}, {Text: "."},
		}},
		{Kind: news.Heading, Level: 4, Text: words("What the video shows")},
		{Kind: news.Paragraph, Text: []news.Span{
			{Text: "One", Mark: news.Break}, {Text: "two", Mark: news.Superscript}, {Text: "three", Mark: news.Subscript},
			{Text: "four", Mark: news.Struck}, {Text: "five", Mark: news.Monospace | news.Strong},
		}},
		{Kind: news.Quote, Blocks: []news.Block{paragraph("We only want to go home.")}, Text: words("A man in the line")},
		{Kind: news.PullQuote, Text: words("Forty percent lost their jobs")},
		{Kind: news.List, Items: [][]news.Block{
			{paragraph("first"), {Kind: news.List, Ordered: true, Items: [][]news.Block{{paragraph("inner")}}}},
			{paragraph("second"), paragraph("more of the second")},
		}},
		{Kind: news.Table, Header: true, Text: words("Crossings"), Rows: [][][]news.Span{
			{words("Day"), words("People")}, {words("3 August"), words("<60>")},
		}},
		{Kind: news.Picture, Figure: &news.Figure{Media: hexOf("b"), Alt: "A line of people on a road", Credit: "Mash"}},
		{Kind: news.Picture, Figure: &news.Figure{Media: hexOf("c"), Alt: "The order", Caption: words("The order of July 25")}},
		{Kind: news.Embed, URL: "https://video.example/watch?v=1", Text: words("The video on Telegram")},
		{Kind: news.Code, Text: []news.Span{{Text: "if a < b {\n\treturn\n}"}}},
		{Kind: news.Rule},
		paragraph(trickyText),
	}
}

// trickyText has characters that a careless program loses: ZWNJ, ZWJ, bidi marks and isolates, soft hyphen,
// no-break space, a combining sequence, an emoji of several parts, and what HTML must escape.
const trickyText = "می\u200cخواهم و ل\u200dا \u200fabc\u200e \u2067x\u2069 re\u00adport 10\u00a0km é ɛ̃ 👩\u200d👧 <b>&amp; \"q\" 'a' +"

func specimen() memory {
	border := news.Story{
		ID: "border/1", Address: news.Address{Day: "2026-11-20", Slug: "border"},
		Sources: []news.Source{
			{ID: "mash", Kind: news.Social, Name: map[string]string{"": "Mash, Telegram channel", "ru": "Телеграм-канал Mash"}},
			{ID: "guard", Kind: news.Anonymous, Identity: "SECRET-IDENTITY",
				Reason: map[string]string{"en": "He fears for his post."}},
		},
		Claims: []news.Claim{
			{ID: "unhurt", Source: "guard", Check: news.Disputed},
			{ID: "unused", Source: "mash", Check: news.Confirmed},
			{ID: "video", Source: "mash", Check: news.Unverified, Evidence: []news.Evidence{
				{URL: "https://t.example/mash/1", Archived: "https://archive.example/1", SHA256: hexOf("e"), Retrieved: at(19, 8, 0)},
			}},
		},
	}
	rev := news.Revision{
		Kicker: "Central Asia", Headline: "Guards push migrants back at the closed border",
		Standfirst: "Dozens were stuck near Samara when they tried to cross into Kazakhstan.",
		Dateline:   "Samara",
		Bylines:    []news.Byline{{Name: "A. Reporter", Role: "text"}, {Name: "PROTECTED-NAME", Protected: true}, {Name: "B. Editor"}},
		Topics:     []news.Topic{{Slug: "migration", Name: "Migration"}},
		Lead: &news.Figure{Media: hexOf("a"), Alt: "A road at dawn, a barrier across it", Caption: words("The crossing at dawn."),
			Credit: "C. Photographer"},
		Body:        specimenText(),
		Corrections: []news.Correction{{Time: at(21, 9, 0), Text: "An earlier version said hundreds."}},
	}
	ru := rev
	ru.Headline, ru.Kicker, ru.Standfirst = "Пограничники оттеснили мигрантов", "Средняя Азия", "Десятки людей застряли под Самарой."
	ru.Topics = []news.Topic{{Slug: "migration", Name: "Миграция"}}
	ru.Origin, ru.Corrections = &news.Origin{Lang: "en", Number: 1}, nil
	fa := ru
	fa.Headline, fa.Kicker = "مرزبانان مهاجران را پس راندند", "آسیای میانه"
	fa.Standfirst = "ده‌ها نفر نزدیک سامارا گیر افتادند و نتوانستند به قزاقستان بروند."
	fa.Topics = []news.Topic{{Slug: "migration", Name: "مهاجرت"}}
	fa.Body = []news.Block{paragraph("ده‌ها مهاجر از تاجیکستان و ازبکستان که در روسیه مانده بودند، هنگام عبور به قزاقستان بازگردانده شدند."), paragraph(trickyText)}
	fa.Origin = &news.Origin{Lang: "en", Number: 2}
	border.Articles = []news.Article{
		{Lang: "en", Status: news.Published, Published: at(20, 14, 7), Updated: at(21, 9, 0), Number: 2, Revision: rev},
		{Lang: "fa", Status: news.Published, Published: at(20, 18, 0), Number: 1, Revision: fa},
		{Lang: "ru", Status: news.Published, Published: at(20, 16, 30), Number: 1, Revision: ru},
	}
	m := memory{stories: []news.Story{border}, media: specimenMedia}
	for i := range 45 {
		m.stories = append(m.stories, plainStory(i))
	}
	return m
}

// plainStory is a story of one paragraph in English, and every third time in Persian. The first's ID is "second".
func plainStory(i int) news.Story {
	id := fmt.Sprintf("plain-%02d", i)
	if i == 0 {
		id = "second"
	}
	day := at(1+i/3, 6+i%3, 0)
	s := news.Story{ID: id, Address: news.Address{Day: day.Format(time.DateOnly), Slug: id}}
	add := func(lang, headline string) {
		s.Articles = append(s.Articles, news.Article{
			Lang: lang, Status: news.Published, Published: day, Number: 1,
			Revision: news.Revision{Headline: headline, Body: []news.Block{paragraph("The words of " + id + ".")}},
		})
	}
	add("en", fmt.Sprintf("A plain story, the %dth of its kind", i))
	if i%3 == 0 {
		add("fa", fmt.Sprintf("گزارشی ساده، شمارهٔ %d", i))
	}
	return s
}

package ninjs_test

import (
	"testing"
	"time"

	"coranto/internal/news"
	"coranto/internal/ninjs"
)

// at returns a time of November 2026.
func at(day, hour int) time.Time { return time.Date(2026, 11, day, hour, 0, 0, 0, time.UTC) }

func line(text string) []news.Span { return []news.Span{{Text: text}} }

const (
	handedIn = "00000000000000000000000000000000000000000000000000000000000000aa"
	shown    = "1a2b3c4d000000000000000000000000000000000000000000000000000000bb"
)

// border is a story with something in every field.
func border() news.Story {
	fa := news.Article{Lang: "fa", Status: news.Published, Published: at(22, 16), Number: 3, Revision: news.Revision{
		Headline: "مرز بسته شد", Origin: &news.Origin{Lang: "en", Number: 1},
		Body: []news.Block{{Kind: news.Paragraph, Text: []news.Span{{Text: "می‌گوید", Claim: "c1"}}}},
	}}
	en := news.Article{
		Lang: "en", Status: news.Published, Published: at(21, 9), Updated: at(22, 10), Number: 2,
		Revision: news.Revision{
			Kicker: "Border", Headline: "The border is closed", Standfirst: "Since Friday.", Dateline: "Herat",
			Bylines:   []news.Byline{{Name: "A. Writer", Role: "Reporting"}, {Name: "Hidden Name", Protected: true}, {Name: "B."}},
			Topics:    []news.Topic{{Slug: "border", Name: "The border"}},
			SourceURL: "https://cms.example/?p=1",
			Lead:      &news.Figure{Media: handedIn, Alt: "A gate", Caption: line("The gate"), Credit: "C."},
			Corrections: []news.Correction{
				{Time: at(22, 10), Text: "It was Friday."},
			},
			Body: []news.Block{
				{Kind: news.Heading, Level: 2, Text: line("Closed")},
				{Kind: news.Paragraph, Text: []news.Span{
					{Text: "The ", Mark: news.Strong | news.Break}, {Text: "minister", Claim: "c1", Lang: "fa"},
					{Text: "see", Link: "story:public"}, {Text: "hidden", Link: "story:draft"}, {Text: "out", Link: "https://a.example/"},
				}},
				{Kind: news.Quote, Text: line("who"), Blocks: []news.Block{{Kind: news.PullQuote, Text: line("x")}}},
				{Kind: news.List, Ordered: true, Items: [][]news.Block{{{Kind: news.Paragraph, Text: line("1")}}, {}}},
				{Kind: news.Table, Header: true, Text: line("t"), Rows: [][][]news.Span{{line("a"), line("b")}, {nil, line("d")}}},
				{Kind: news.Picture, Figure: &news.Figure{Media: handedIn, Decorative: true}},
				{Kind: news.Embed, URL: "https://video.example/1", Text: line("A video")},
				{Kind: news.Code, Text: line("a\n\tb <>&\"")},
				{Kind: news.Rule},
			},
		},
	}
	return news.Story{
		ID: "daily/border: 1", Address: news.Address{Day: "2026-11-21", Slug: "border"}, Slug: "wish",
		Sources: []news.Source{
			{ID: "a", Kind: news.Anonymous, Reason: map[string]string{"en": "Fear", "fa": "ترس"}, Identity: "Real Name"},
			{ID: "m", Kind: news.Official, Name: map[string]string{"en": "A minister", "fa": "وزیر", "de": "Ein Minister"}},
			{ID: "d", Kind: news.Witness, Name: map[string]string{"": "Of a draft"}},
		},
		Claims: []news.Claim{
			{ID: "c1", Source: "m", Check: news.Attributed, Evidence: []news.Evidence{{URL: "https://e.example/", SHA256: shown, Retrieved: at(20, 1)}}},
			{ID: "c2", Source: "a", Check: news.Disputed}, {ID: "c3", Source: "d", Check: news.Confirmed},
		},
		Articles: []news.Article{en, fa},
	}
}

func refs() ninjs.Refs {
	return ninjs.Refs{
		Media: map[string]news.Media{handedIn: {ID: handedIn, Name: "gate.jpg", Renditions: []news.Rendition{
			{Name: "640.jpg", MediaType: "image/jpeg", Width: 640, Height: 480, SHA256: shown, Size: 12345},
		}}},
		Path: func(m news.Media, r news.Rendition) string {
			return "media/story/2026/11/21/border/gate-1a2b3c4d-640.jpg"
		},
		Linked: func(id string) bool { return id == "public" },
	}
}

var extra = ninjs.Extra{Publisher: "The Lantern", Base: "https://news.example/", HTML: "<p>Words & <b>more</b>"}

// roundTrip encodes a document and decodes it.
func roundTrip(t *testing.T, d ninjs.Document) (ninjs.Document, []byte) {
	t.Helper()
	b, err := ninjs.Encode(d, extra)
	if err != nil {
		t.Fatal(err)
	}
	got, err := ninjs.Decode(b)
	if err != nil {
		t.Fatalf("%v in %s", err, b)
	}
	return got, b
}

func of(t *testing.T, s news.Story, tag string) ninjs.Document {
	t.Helper()
	d, err := ninjs.Of(s, tag, refs())
	if err != nil {
		t.Fatal(err)
	}
	return d
}

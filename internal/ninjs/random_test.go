package ninjs_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"coranto/internal/news"
	"coranto/internal/ninjs"
)

// A generator makes valid stories at random, with all that a story can have.
type generator struct {
	*rand.Rand
	media  []string
	claims []string
}

func (g *generator) one(n int) bool { return g.IntN(n) == 0 }

// some calls add up to n times.
func (g *generator) some(n int, add func(i int)) {
	for i := range g.IntN(n + 1) {
		add(i)
	}
}

// odd are texts that a careless program loses or breaks on.
var odd = []string{"", "a", `"quoted" \ & <b>`, "می\u200cخواهم", "\u2067x\u2069", "\u2028", "é ɛ̃ 👩\u200d👧", "]]>", "{{.}}", "null", " "}

func (g *generator) text() string { return odd[g.IntN(len(odd))] + fmt.Sprint(g.IntN(9)) }

func (g *generator) words() map[string]string {
	words := map[string]string{}
	for _, tag := range []string{"", "en", "fa", "sr-Cyrl", "de"} {
		if g.one(2) {
			words[tag] = g.text()
		}
	}
	if len(words) == 0 {
		words["ru"] = ""
	}
	return words
}

func (g *generator) hash() string { return fmt.Sprintf("%064x", g.Uint64()) }

func (g *generator) newMedia() news.Media {
	m := news.Media{ID: g.hash(), Name: []string{"a.jpg", "b-1.mp4", "c.pdf"}[g.IntN(3)]}
	for i := range 1 + g.IntN(3) {
		m.Renditions = append(m.Renditions, news.Rendition{
			Name: fmt.Sprintf("%d.x", i), MediaType: []string{"image/jpeg", "video/mp4", "audio/ogg", "application/pdf"}[g.IntN(4)],
			Width: g.IntN(3), Height: g.IntN(3), SHA256: g.hash(), Size: 1 + g.Int64N(1<<20),
		})
	}
	if g.one(2) {
		m.Focus = news.Focus{X: 1 + g.IntN(100), Y: 1 + g.IntN(100)}
	}
	if g.one(2) {
		m.Placeholder = "data:image/jpeg;base64," + g.hash()
	}
	return m
}

func (g *generator) story() (news.Story, ninjs.Refs) {
	refs := ninjs.Refs{
		Media:  map[string]news.Media{},
		Path:   func(m news.Media, r news.Rendition) string { return "media/" + r.SHA256 + "-" + r.Name },
		Linked: func(id string) bool { return strings.Contains(id, "5") },
	}
	g.media, g.claims = nil, nil
	for range 4 {
		m := g.newMedia()
		refs.Media[m.ID] = m
		g.media = append(g.media, m.ID)
	}
	s := news.Story{ID: "داستان / " + g.text() + ":x", Slug: "wish", Address: news.Address{Day: "2026-11-22", Slug: "s"}}
	for i, kind := range []news.SourceKind{news.Witness, news.Own, news.Anonymous} {
		source := news.Source{ID: fmt.Sprint("s", 9-i), Kind: kind}
		if kind == news.Anonymous {
			source.Reason, source.Identity = g.words(), "SECRET"
		} else {
			source.Name = g.words()
		}
		s.Sources = append(s.Sources, source)
	}
	g.some(4, func(i int) {
		c := news.Claim{ID: fmt.Sprint("c", 9-i), Source: s.Sources[g.IntN(3)].ID, Check: news.Disputed}
		g.some(2, func(int) {
			c.Evidence = append(c.Evidence, news.Evidence{URL: "https://e.example/?a=1&b=2", SHA256: g.hash(), Retrieved: at(1+g.IntN(20), 0)})
		})
		s.Claims, g.claims = append(s.Claims, c), append(g.claims, c.ID)
	})
	for _, tag := range []string{"en", "fa", "sr-Cyrl"} {
		if tag == "en" || g.one(2) {
			s.Articles = append(s.Articles, g.article(tag))
		}
	}
	return s, refs
}

func (g *generator) article(tag string) news.Article {
	a := news.Article{Lang: tag, Status: news.Published, Published: at(1+g.IntN(20), g.IntN(24)), Number: 1 + g.IntN(9)}
	if g.one(2) {
		a.Updated = at(21, g.IntN(24))
	}
	if g.one(2) {
		a.Breaking = a.Published.Add(time.Duration(1+g.IntN(48)) * time.Hour)
	}
	r := &a.Revision
	r.Standing = a.Breaking.IsZero() && g.one(4)
	r.Headline, r.Kicker, r.Standfirst, r.Dateline = "H"+g.text(), g.text(), g.text(), g.text()
	g.some(3, func(i int) {
		b := news.Byline{Name: "N" + g.text(), Role: g.text(), Protected: g.one(3)}
		if !b.Protected && g.one(2) {
			b.Slug = fmt.Sprint("n", i)
		}
		r.Bylines = append(r.Bylines, b)
	})
	g.some(3, func(i int) { r.Places = append(r.Places, news.Place{Slug: fmt.Sprint("p", i), Name: "P" + g.text()}) })
	g.some(3, func(i int) { r.Related = append(r.Related, fmt.Sprint("r/", i, ": ", g.IntN(9))) })
	g.some(3, func(i int) { r.Topics = append(r.Topics, news.Topic{Slug: fmt.Sprint("t", i), Name: "T" + g.text()}) })
	if g.one(2) {
		r.Lead = g.figure(2)
	}
	g.some(6, func(int) { r.Body = append(r.Body, g.block(3)) })
	g.some(2, func(i int) {
		r.Corrections = append(r.Corrections, news.Correction{Time: at(20+i, 0), Text: "C" + g.text()})
	})
	if tag != "en" && g.one(2) {
		r.Origin = &news.Origin{Lang: "en", Number: g.IntN(3)}
	}
	r.SourceURL = "https://before.example/"
	return a
}

// figure makes a figure with a transcript of a depth.
func (g *generator) figure(depth int) *news.Figure {
	f := &news.Figure{Media: g.media[g.IntN(len(g.media))], Caption: g.spans(), Credit: g.text(), Rights: g.text()}
	if g.one(4) {
		f.Media, f.Missing = "", "https://before.example/SECRET"
	}
	for _, tag := range []string{"en", "fa"} {
		if g.one(3) {
			f.Subtitles = append(f.Subtitles, news.Track{Lang: tag, Media: g.media[g.IntN(len(g.media))]})
		}
	}
	g.some(2, func(int) {
		if b := g.block(min(depth, 1)); b.Kind != news.Picture {
			f.Transcript = append(f.Transcript, b)
		}
	})
	if f.Decorative = g.one(2); !f.Decorative {
		f.Alt = "A" + g.text()
	}
	return f
}

func (g *generator) spans() (spans []news.Span) {
	g.some(3, func(int) {
		s := news.Span{Text: g.text(), Mark: news.Mark(g.IntN(int(news.Break) << 1))}
		s.Link = []string{"", "", "https://a.example/", fmt.Sprint("story:", g.IntN(9))}[g.IntN(4)]
		if len(g.claims) > 0 && g.one(3) {
			s.Claim = g.claims[g.IntN(len(g.claims))]
		}
		s.Lang = []string{"", "", "ru"}[g.IntN(3)]
		spans = append(spans, s)
	})
	return spans
}

func (g *generator) block(depth int) news.Block {
	kinds := []news.BlockKind{news.Paragraph, news.Heading, news.PullQuote, news.Table, news.Picture, news.Embed, news.Code,
		news.Rule, news.Quote, news.List}
	b := news.Block{Kind: kinds[g.IntN(len(kinds))]}
	if depth == 0 {
		b.Kind = news.Paragraph
	}
	inner := func() (bs []news.Block) {
		g.some(2, func(int) { bs = append(bs, g.block(depth-1)) })
		return bs
	}
	switch b.Kind {
	case news.Paragraph, news.PullQuote:
		b.Text = g.spans()
	case news.Heading:
		b.Text, b.Level = g.spans(), 2+g.IntN(3)
	case news.Table:
		b.Text, b.Header = g.spans(), g.one(2)
		g.some(2, func(int) { b.Rows = append(b.Rows, [][]news.Span{g.spans(), g.spans()}) })
	case news.Picture:
		b.Figure = g.figure(depth - 1)
	case news.Embed:
		b.Text, b.URL = g.spans(), "https://v.example/?x=<y>"
	case news.Code:
		b.Text = []news.Span{{Text: "a\n\tb " + g.text()}}
	case news.Quote:
		b.Text, b.Blocks = g.spans(), inner()
	case news.List:
		b.Ordered = g.one(2)
		g.some(3, func(int) { b.Items = append(b.Items, inner()) })
	}
	return b
}

// TestRandomRoundTrip is the promise of the package: what readers may see of a story comes back whole, of each language
// and of all together, and says the same when it is written again.
func TestRandomRoundTrip(t *testing.T) {
	for seed := range uint64(300) {
		g := &generator{Rand: rand.New(rand.NewPCG(seed, 3))}
		s, refs := g.story()
		if err := s.Validate(); err != nil {
			t.Fatalf("the generator is wrong: %v", err)
		}
		var docs []ninjs.Document
		for _, a := range s.Articles {
			want, err := ninjs.Of(s, a.Lang, refs)
			if err != nil {
				t.Fatal(err)
			}
			got, b := roundTrip(t, want)
			if strings.Contains(string(b), "SECRET") {
				t.Fatalf("seed %d, %s: what never leaves the store stands in %s", seed, a.Lang, b)
			}
			if !reflect.DeepEqual(got, want) {
				t.Fatalf("seed %d, %s: got %+v\nwant %+v\nin %s", seed, a.Lang, got, want, b)
			}
			docs = append(docs, got)
		}
		checkJoined(t, s, docs)
	}
}

// TestRandomIsNinjs holds random documents against the schema.
func TestRandomIsNinjs(t *testing.T) {
	validate := validator(t)
	for seed := range uint64(100) {
		g := &generator{Rand: rand.New(rand.NewPCG(seed, 4))}
		s, refs := g.story()
		for _, a := range s.Articles {
			d, err := ninjs.Of(s, a.Lang, refs)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range []ninjs.Extra{extra, {}} {
				b, err := ninjs.Encode(d, e)
				if err == nil {
					err = validate(b)
				}
				if err != nil {
					t.Fatalf("seed %d, %s: %v in %s", seed, a.Lang, err, b)
				}
			}
		}
	}
}

// checkJoined joins documents in any order, and takes the story apart again as a site does.
func checkJoined(t *testing.T, s news.Story, docs []ninjs.Document) {
	t.Helper()
	all, err := ninjs.Join(docs...)
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(docs)
	if other, err := ninjs.Join(docs...); err != nil || !reflect.DeepEqual(other.Story, all.Story) {
		t.Errorf("another order gives another story: %+v, %v", other.Story, err)
	}
	if len(all.Story.Articles) != len(s.Articles) || all.Story.ID != s.ID || all.Story.Address != s.Address {
		t.Errorf("joined: got %+v", all.Story)
	}
	refs := ninjs.Refs{
		Media: map[string]news.Media{}, Linked: func(string) bool { return true },
		Path: func(_ news.Media, r news.Rendition) string { return all.Paths[r.SHA256] },
	}
	for _, m := range all.Media {
		refs.Media[m.ID] = m
	}
	for _, want := range docs {
		got, err := ninjs.Of(all.Story, want.Story.Articles[0].Lang, refs)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("taken apart again: got %+v, %v\nwant %+v", got, err, want)
		}
	}
	if !maps.Equal(all.Paths, pathsOf(docs)) {
		t.Errorf("paths: got %v", all.Paths)
	}
}

func pathsOf(docs []ninjs.Document) map[string]string {
	all := map[string]string{}
	for _, d := range docs {
		maps.Copy(all, d.Paths)
	}
	return all
}

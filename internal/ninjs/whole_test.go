package ninjs_test

import (
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"coranto/internal/news"
	"coranto/internal/ninjs"
)

// TestWholeRoundTrip writes and reads all documents of an export of random stories, with what is never published in them.
func TestWholeRoundTrip(t *testing.T) {
	t.Parallel()
	validate := func([]byte) error { return nil }
	t.Run("schema", func(t *testing.T) { validate = validator(t) })
	for seed := range uint64(100) {
		g := &generator{Rand: rand.New(rand.NewPCG(seed, 5))}
		s, refs := g.story()
		w := ninjs.Whole{Story: s, Articles: map[string]int{}, Stood: map[string]string{"a.example/1": "en"},
			Comments: []news.Comment{{ID: "1", Lang: "en", Text: g.text()}}}
		w.Story.Articles = nil
		for _, a := range s.Articles {
			w.Articles[a.Lang] = a.Number
			a.File = "desk/a.md"
			one := s
			one.Articles = []news.Article{a}
			var media []news.Media
			for id := range a.Revision.Media() {
				media = append(media, refs.Media[id])
			}
			b, err := ninjs.EncodeArticle(one, media, ninjs.Extra{HTML: ninjs.HTML(a.Revision, func(id string) string { return id })})
			if err == nil {
				err = validate(b)
			}
			if err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			got, err := ninjs.DecodeArticle(b, s.ID, a.Lang, a.Number)
			got.Article.File = got.File
			if err != nil || !reflect.DeepEqual(got.Article, a) {
				t.Fatalf("seed %d: got %+v, %v\nwant %+v", seed, got, err, a)
			}
			if _, err := ninjs.DecodeArticle(b, s.ID, a.Lang, a.Number+1); err == nil {
				t.Error("another revision than was asked for: no error")
			}
		}
		b, err := ninjs.EncodeWhole(w, ninjs.Extra{Publisher: "P"})
		if err == nil {
			err = validate(b)
		}
		got, err2 := ninjs.DecodeWhole(b)
		if err != nil || err2 != nil || !reflect.DeepEqual(got, w) {
			t.Fatalf("seed %d: got %+v, %v, %v\nwant %+v", seed, got, err, err2, w)
		}
		for id, m := range refs.Media {
			b, err := ninjs.EncodeMedia(m, ninjs.Extra{})
			if err == nil {
				err = validate(b)
			}
			got, err2 := ninjs.DecodeMedia(b, id)
			if err != nil || err2 != nil || !reflect.DeepEqual(got, m) {
				t.Fatalf("seed %d: got %+v, %v, %v\nwant %+v", seed, got, err, err2, m)
			}
		}
	}
}

// TestWholeRefuses makes one thing wrong at a time.
func TestWholeRefuses(t *testing.T) {
	t.Parallel()
	w := ninjs.Whole{Story: news.Story{ID: "s"}, Articles: map[string]int{"en": 1}}
	b, err := ninjs.EncodeWhole(w, ninjs.Extra{})
	if err != nil {
		t.Fatal(err)
	}
	for old, now := range map[string]string{
		`"urn:coranto:s"`:         `"urn:coranto:other"`,
		ninjs.WholeProfile:        "coranto-everything-2",
		`\"articles\":{\"en\":1}`: `\"articles\":{\"../../x\":1}`,
		`{\"en\":1}`:              `{\"en\":-1}`,
		`:{\"en\"`:                `:{\"en\":1,\"fa\":0,\"ru\"`,
		`{\"story\"`:              `{\"unknown\":1,\"story\"`,
		ninjs.BodyType:            "text/plain",
	} {
		bad := strings.ReplaceAll(string(b), old, now)
		if bad == string(b) {
			t.Fatalf("%q is not in %s", old, b)
		}
		if _, err := ninjs.DecodeWhole([]byte(bad)); err == nil {
			t.Errorf("%q in place of %q: no error", now, old)
		}
	}
}

// TestHTML holds what other programs are shown against what could harm them.
func TestHTML(t *testing.T) {
	t.Parallel()
	evil := `"><script>x</script>`
	r := news.Revision{Lead: &news.Figure{Media: "m", Alt: evil, Credit: evil}, Body: []news.Block{
		{Kind: news.Paragraph, Text: []news.Span{{Text: evil, Mark: news.Strong | news.Break, Link: "https://a.example/?a=1&b=\"", Lang: "fa"}}},
		{Kind: news.Embed, URL: "https://v.example/?" + evil, Text: []news.Span{{Text: evil}}},
		{Kind: news.Picture, Figure: &news.Figure{Missing: "https://gone.example/x.jpg", Alt: evil}},
		{Kind: news.List, Ordered: true, Items: [][]news.Block{{{Kind: news.Heading, Level: 3, Text: []news.Span{{Text: "H", Link: "story:a b"}}}}}},
	}}
	got := ninjs.HTML(r, func(string) string { return "media/m.jpg" })
	if strings.Contains(got, "<script") || strings.Contains(got, "gone.example") {
		t.Errorf("got %s", got)
	}
	for _, want := range []string{`<img src="media/m.jpg" alt="&#34;&gt;&lt;script`, "<ol>\n<li><h3>", `<a href="urn:coranto:a%20b">H</a>`,
		`<span lang="fa"><strong>`, "</strong></span></a><br></p>"} {
		if !strings.Contains(got, want) {
			t.Errorf("got %s\nwant %s", got, want)
		}
	}
}

// FuzzWhole reads what others hand over as an export.
func FuzzWhole(f *testing.F) {
	b, err := ninjs.EncodeWhole(ninjs.Whole{Story: news.Story{ID: "s"}, Articles: map[string]int{"en": 1}}, ninjs.Extra{})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	m := news.Media{ID: strings.Repeat("0", 64), Name: "a.jpg", Renditions: []news.Rendition{{Name: "1.jpg", MediaType: "image/jpeg", SHA256: strings.Repeat("1", 64), Size: 1}}}
	if b, err = ninjs.EncodeMedia(m, ninjs.Extra{}); err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		ninjs.DecodeWhole(b)
		ninjs.DecodeArticle(b, "s", "en", 1)
		if m, err := ninjs.DecodeMedia(b, strings.Repeat("0", 64)); err == nil && m.Validate() != nil {
			t.Errorf("a media that is not valid: %+v", m)
		}
	})
}

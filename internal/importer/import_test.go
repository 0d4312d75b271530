package importer_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"coranto/internal/importer"
	"coranto/internal/importer/importertest"
	"coranto/internal/news"
	"coranto/internal/store"
)

// A list is a source of items in memory.
type list struct {
	items []importer.Item
	moved map[string][2]string
	files map[string][]byte
	kept  map[string]news.Media
	bytes map[string]map[string][]byte
}

func (l *list) Identity() string { return "list" }

func (l *list) Survey(ctx context.Context, s *importer.Survey) error {
	for _, it := range l.items {
		n := max(it.Count, 1)
		if it.Story != nil {
			n = len(it.Story.Articles)
		}
		s.Has[it.Kind] += n
		if len(it.Comments) > 0 {
			s.Has[importer.KindComment] += len(it.Comments)
		}
	}
	for url, to := range l.moved {
		if err := s.Moved(ctx, url, to[0], to[1]); err != nil {
			return err
		}
	}
	return nil
}

func (l *list) Items(_ context.Context, after string) iter.Seq2[importer.Item, error] {
	from := 0
	if after != "" {
		from, _ = strconv.Atoi(after)
	}
	return func(yield func(importer.Item, error) bool) {
		for i := from; i < len(l.items); i++ {
			it := l.items[i]
			it.Mark = strconv.Itoa(i + 1)
			if it.At == (importer.Place{}) {
				it.At = importer.Place{File: "list", Item: it.Mark}
			}
			if !yield(it, nil) {
				return
			}
		}
	}
}

func (l *list) Open(_ context.Context, ref string) (string, []byte, error) {
	if b, ok := l.files[ref]; ok {
		return ref, b, nil
	}
	return "", nil, fs.ErrNotExist
}

func (l *list) Kept(_ context.Context, id string) (news.Media, map[string][]byte, error) {
	if m, ok := l.kept[id]; ok {
		return m, l.bytes[id], nil
	}
	return news.Media{}, nil, fs.ErrNotExist
}

func post(id, lang string, body ...news.Block) importer.Item {
	a := article(lang, "Headline of "+id)
	a.Revision.Body = body
	return importer.Item{Kind: "post", Story: &news.Story{ID: id, Articles: []news.Article{a}}}
}

func words(text, link string) news.Block {
	return news.Block{Kind: news.Paragraph, Text: []news.Span{{Text: text, Link: link}}}
}

func figure(ref string) news.Block {
	return news.Block{Kind: news.Picture, Figure: &news.Figure{Missing: ref, Alt: "what it shows"}}
}

// example is a source that has one of everything.
func example(*testing.T) importer.Source {
	invalid := post("invalid", "en")
	invalid.Story.Articles[0].Revision.Headline = ""
	answered := post("answered", "en", words("See", "https://www.old.example/first/#more"), figure("https://old.example/road.jpg"))
	answered.Notes = []string{"left out a form"}
	answered.Comments = []news.Comment{
		{ID: "1", Lang: "en", Name: "A", Text: "First", Approved: true, Time: time.Unix(5, 0).UTC()},
		{ID: "2", Parent: "1", Lang: "en", Text: "Second"},
	}
	lead := post("lead", "en", news.Block{Kind: news.Embed, URL: "http://old.example/first", Text: []news.Span{{Text: "First"}}})
	lead.Story.Articles[0].Revision.Lead = &news.Figure{Missing: "pictures/own.png", Alt: "own"}
	return &list{
		items: []importer.Item{
			{Kind: "author"}, {Kind: "category", Count: 3},
			post("first", "en", words("Later", "https://old.example/lead?utm_source=x"), words("Elsewhere", "https://other.example/")),
			post("first", "fa", figure("https://old.example/gone.jpg")),
			answered, lead, invalid,
			post("first", "en"), // twice
			{Kind: "post", Err: errors.New("malformed")},
			{Kind: "menu", Left: "menus are not published"},
			{Kind: "attachment", File: "https://old.example/road.jpg"},
			{Kind: "attachment", File: "https://old.example/paper.svg"},
			{Kind: "attachment", File: "https://old.example/gone.jpg"},
		},
		moved: map[string][2]string{
			"https://old.example/first/": {"first", "en"}, "https://old.example/lead/": {"lead", "en"},
			"https://old.example/?p=7": {"answered", "en"},
		},
		files: map[string][]byte{"pictures/own.png": importertest.Picture(1)},
	}
}

func TestSource(t *testing.T) {
	t.Parallel()
	importertest.Run(t, importertest.Kind{Open: example, Languages: []string{"en", "fa"}, Web: map[string][]byte{
		"https://old.example/road.jpg":  importertest.Picture(2), // a PNG by its bytes
		"https://old.example/paper.svg": []byte("<svg xmlns='http://www.w3.org/2000/svg'/>"),
	}})
}

func TestImportReport(t *testing.T) {
	t.Parallel()
	st := importertest.NewStore(t)
	r, err := importer.Import(t.Context(), st, example(t), importer.Options{Languages: []string{"en", "fa"}})
	if err != nil {
		t.Fatal(err)
	}
	if r.Total != 7 || r.New != 4 || r.Refused != 3 || !r.AddsUp() || r.Whole() {
		t.Errorf("got %+v", r)
	}
	for kind, want := range map[string]importer.Tally{
		"author": {Has: 1, Taken: 1}, "category": {Has: 3, Taken: 3}, "menu": {Has: 1, Left: 1}, "comment": {Has: 2, Taken: 2},
		"post": {Has: 7, Taken: 4, New: 4, Refused: 3}, "attachment": {Has: 3, Missing: 3},
	} {
		if got := r.Kinds[kind]; got != want {
			t.Errorf("%s: got %+v, want %+v", kind, got, want)
		}
	}
	if got := fmt.Sprint(r.Problems); !strings.Contains(got, `list, 8: story "first" in en was already in list, 3`) ||
		!strings.Contains(got, "list, 7: has no headline") || !strings.Contains(got, "list, 9: malformed") {
		t.Errorf("problems %s", got)
	}
	first, err := st.Story(t.Context(), "first")
	if err != nil {
		t.Fatal(err)
	}
	if got := first.Articles[0].Revision.Body[0].Text[0].Link; got != "story:lead" {
		t.Errorf("the link leads to %q", got)
	}
	lead, err := st.Story(t.Context(), "lead")
	if err != nil {
		t.Fatal(err)
	}
	if got := lead.Articles[0].Revision.Body[0]; got.Kind != news.Paragraph || got.Text[0].Link != "story:first" {
		t.Errorf("the embed of an own story is %+v", got)
	}
	if f := lead.Articles[0].Revision.Lead; f.Media == "" || f.Missing != "" {
		t.Errorf("the lead is %+v", f)
	}
	if cs, err := st.Comments(t.Context(), "answered"); err != nil || len(cs) != 2 {
		t.Errorf("comments %v, %v", cs, err)
	}
}

// revised returns a story in some states, the last of which is it.
func revised(headlines ...string) importer.Item {
	it := importer.Item{Kind: "post"}
	for _, h := range headlines {
		s := news.Story{ID: "s", Articles: []news.Article{article("en", h)}}
		it.Before = append(it.Before, s)
		it.Story = &s
	}
	it.Before = it.Before[:len(it.Before)-1]
	return it
}

func TestImportRevisions(t *testing.T) {
	t.Parallel()
	st := importertest.NewStore(t)
	for _, step := range []struct {
		states []string
		want   []string // all revisions
		is     string
	}{
		{[]string{"A", "B", "C"}, []string{"A", "B", "C"}, "1 0 0"},
		{[]string{"A", "B", "C"}, []string{"A", "B", "C"}, "0 0 1"},
		{[]string{"A", "C", "D", "C"}, []string{"A", "B", "C"}, "0 0 1"},
		{[]string{"A", "C", "D", "E"}, []string{"A", "B", "C", "D", "E"}, "0 1 0"},
		{[]string{"X", "Y"}, []string{"A", "B", "C", "D", "E", "Y"}, "0 1 0"},
	} {
		r, err := importer.Import(t.Context(), st, &list{items: []importer.Item{revised(step.states...)}}, importer.Options{})
		if err != nil {
			t.Fatal(err)
		}
		revisions, err := st.Revisions(t.Context(), "s", "en")
		var got []string
		for _, r := range revisions {
			got = append(got, r.Headline)
		}
		if is := fmt.Sprint(r.New, r.Changed, r.Unchanged); err != nil || is != step.is || !slices.Equal(got, step.want) {
			t.Errorf("after %v: %s, revisions %v, %v; want %s, %v", step.states, is, got, err, step.is, step.want)
		}
	}
}

func TestImportKill(t *testing.T) {
	t.Parallel()
	st := importertest.NewStore(t)
	kill := post("s", "en")
	kill.Kill = true
	for i, step := range []struct {
		items []importer.Item
		want  importer.Tally
		now   news.Status
	}{
		{[]importer.Item{kill}, importer.Tally{Has: 1, Left: 1}, ""},
		{[]importer.Item{post("s", "en"), kill}, importer.Tally{Has: 2, Taken: 2, New: 1, Changed: 1}, news.Withdrawn},
		{[]importer.Item{kill}, importer.Tally{Has: 1, Taken: 1, Unchanged: 1}, news.Withdrawn},
	} {
		r, err := importer.Import(t.Context(), st, &list{items: step.items}, importer.Options{})
		if err != nil || r.Kinds["post"] != step.want {
			t.Errorf("step %d: got %+v, %v, want %+v", i, r.Kinds["post"], err, step.want)
		}
		s, err := st.Story(t.Context(), "s")
		if step.now == "" && !errors.Is(err, store.ErrNotFound) || step.now != "" && (err != nil || s.Articles[0].Status != step.now) {
			t.Errorf("step %d: the store has %+v, %v", i, s, err)
		}
	}
}

func TestImportWithdrawn(t *testing.T) {
	t.Parallel()
	st := importertest.NewStore(t)
	two := &list{items: []importer.Item{post("a", "en"), post("b", "en")}}
	if _, err := importer.Import(t.Context(), st, two, importer.Options{}); err != nil {
		t.Fatal(err)
	}
	if err := st.Withdraw(t.Context(), "a", false); err != nil {
		t.Fatal(err)
	}
	r, err := importer.Import(t.Context(), st, two, importer.Options{})
	if err != nil || r.Refused != 1 || r.Unchanged != 1 || !strings.Contains(r.Problems[0].Reason, "withdraw --undo") {
		t.Errorf("got %+v, %v", r, err)
	}
}

// A link to a story that the newsroom has withdrawn goes with it, also when the source comes again: its old address stands in
// no other story.
func TestImportLinkToWithdrawn(t *testing.T) {
	t.Parallel()
	st := importertest.NewStore(t)
	src := &list{items: []importer.Item{post("secret", "en"), post("other", "en", words("See", "https://old.example/secret/"))},
		moved: map[string][2]string{"https://old.example/secret/": {"secret", "en"}}}
	for range 2 {
		r, err := importer.Import(t.Context(), st, src, importer.Options{})
		if err != nil || r.Changed != 0 {
			t.Fatalf("got %+v, %v", r, err)
		}
		s, err := st.Story(t.Context(), "other")
		if err != nil || s.Articles[0].Revision.Body[0].Text[0].Link != "story:secret" {
			t.Errorf("got %+v, %v", s.Articles[0].Revision.Body, err)
		}
		if err := st.Withdraw(t.Context(), "secret", false); err != nil {
			t.Fatal(err)
		}
	}
}

// A kept media comes in as it is; an article that shows one which can't be had is refused.
func TestImportKept(t *testing.T) {
	t.Parallel()
	b := importertest.Picture(3)
	m, renditions, err := importer.NewMedia("p.png", b, news.Focus{})
	if err != nil {
		t.Fatal(err)
	}
	shows := func(id, media string) importer.Item {
		it := post(id, "en")
		it.Story.Articles[0].Revision.Lead = &news.Figure{Media: media, Alt: "x"}
		return it
	}
	broken := m
	broken.ID = strings.Repeat("a", 64)
	src := &list{items: []importer.Item{shows("a", m.ID), shows("b", strings.Repeat("f", 64)), shows("c", broken.ID)},
		kept:  map[string]news.Media{m.ID: m, broken.ID: broken},
		bytes: map[string]map[string][]byte{m.ID: renditions, broken.ID: {}}}
	st := importertest.NewStore(t)
	r, err := importer.Import(t.Context(), st, src, importer.Options{})
	if err != nil || r.New != 1 || r.Refused != 2 || !r.AddsUp() {
		t.Errorf("got %+v, %v", r, err)
	}
	if got, err := st.Media(t.Context(), m.ID); err != nil || len(got.Renditions) != len(m.Renditions) {
		t.Errorf("got %+v, %v", got, err)
	}
}

// TestImportVainAlt makes sure that what other systems fill in by themselves keeps no story from being published.
func TestImportVainAlt(t *testing.T) {
	t.Parallel()
	caption := []news.Span{{Text: "A gate "}, {Text: "at night", Mark: news.Emphasis}}
	shown := func(f news.Figure) news.Block { return news.Block{Kind: news.Picture, Figure: &f} }
	it := post("s", "en",
		shown(news.Figure{Missing: "https://old.example/1.jpg", Alt: "a gate at night", Caption: caption}),
		shown(news.Figure{Missing: "https://old.example/2.jpg", Alt: "IMG_0042.JPG"}),
		shown(news.Figure{Missing: "https://old.example/3.jpg", Decorative: true}),
		shown(news.Figure{Missing: "https://old.example/4.jpg", Alt: "Two men at a gate", Caption: caption}))
	st := importertest.NewStore(t)
	r, err := importer.Import(t.Context(), st, struct{ importer.Source }{&list{items: []importer.Item{it}}}, importer.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := st.Story(t.Context(), "s")
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"", "", "", "Two men at a gate"} {
		if f := s.Articles[0].Revision.Body[i].Figure; f.Alt != want || f.Decorative != (want == "") {
			t.Errorf("figure %d: %q, decorative %v", i+1, f.Alt, f.Decorative)
		}
	}
	if got := fmt.Sprint(r.Notes); !strings.Contains(got, "only repeat the caption or the file's name: 2") {
		t.Errorf("notes %s", got)
	}
}

func TestAddress(t *testing.T) {
	t.Parallel()
	for link, want := range map[string]string{
		"http://www.Lantern.example/2014/05/border/#more":      "lantern.example/2014/05/border",
		"https://lantern.example/2014/05/border?utm_a=b":       "lantern.example/2014/05/border",
		"https://lantern.example/?p=12&utm_source=x":           "lantern.example?p=12",
		"https://lantern.example":                              "lantern.example",
		"https://lantern.example:443/a":                        "lantern.example/a",
		"https://lantern.example:8080/a":                       "lantern.example:8080/a",
		"https://lantern.example/%D8%AE%D8%A8%D8%B1/":          "lantern.example/خبر",
		"https://lantern.example/%d8%ae%d8%a8%d8%b1":           "lantern.example/خبر",
		"https://lantern.example/خبر":                          "lantern.example/خبر",
		"https://lantern.example/a%2Fb":                        "lantern.example/a%2Fb",
		"https://lantern.example/%E9":                          "lantern.example/%E9",
		"https://lantern.example/e%CC%81":                      "lantern.example/é",
		"mailto:desk@lantern.example":                          "",
		"/2014/05/border":                                      "",
		"story:border":                                         "",
		"https://lantern.example/" + strings.Repeat("a", 5000): "",
	} {
		if got := importer.Address(link); got != want {
			t.Errorf("Address(%q) is %q, want %q", link, got, want)
		}
	}
}

// An address is one form: that of the URL which it makes is itself.
func FuzzAddress(f *testing.F) {
	for _, link := range []string{"http://www.a.example:80/b/?c=d&utm_x=y#e", "https://a.example/%D8%AE/%2F%25%E9?q=%26", "https://a.example?/", "https://www.www.a.example//"} {
		f.Add(link)
	}
	f.Fuzz(func(t *testing.T, link string) {
		address := importer.Address(link)
		if address == "" {
			return
		}
		if !utf8.ValidString(address) {
			t.Errorf("Address(%q) is %q: no UTF-8", link, address)
		}
		if again := importer.Address("https://" + address); len(address) < 4000 && again != address {
			t.Errorf("Address(%q) is %q, whose own is %q", link, address, again)
		}
	})
}

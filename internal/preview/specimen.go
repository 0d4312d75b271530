package preview

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"io"
	"io/fs"
	"iter"
	"slices"
	"strings"
	"time"
	"unicode"

	"coranto/internal/lang"
	"coranto/internal/news"
	"coranto/internal/store"
)

// A specimen is a newsroom that does not exist, in one language, with one of everything that a page may show. It is a
// site.Snapshot, of so few stories that it finds everything by looking through them.
type specimen struct {
	tag     string
	now     time.Time
	stories []news.Story // newest first; each has an article in tag, and all came out at another time
	media   map[string]news.Media
}

// The topic, the place and the author that the specimen's stories have.
const (
	specimenTopic, otherTopic = "first", "second"
	specimenPlace             = "here"
	specimenAuthor            = "somebody"
)

// specimenStories is how many there are: enough for a second numbered page.
const specimenStories = 2*store.PerPage - 8

// newSpecimen makes the specimen of a language in the words of p. other is the language of its translations.
func newSpecimen(tag, other string, p *prose) *specimen {
	s := &specimen{tag: tag, now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC), media: specimenMedia()}
	for i := range specimenStories {
		s.stories = append(s.stories, s.story(i, p))
	}
	s.fill(other, p)
	return s
}

// story returns a plain story, the i-th from the newest.
func (s *specimen) story(i int, p *prose) news.Story {
	at := s.now.Add(-time.Duration(1+5*i) * time.Hour)
	id := fmt.Sprintf("story-%d", i)
	topic := news.Topic{Slug: specimenTopic, Name: p.word()}
	if i%2 == 1 {
		topic = news.Topic{Slug: otherTopic, Name: p.word()}
	}
	a := news.Article{Lang: s.tag, Status: news.Published, Published: at, Number: 1, Revision: news.Revision{
		Kicker: p.word(), Headline: p.line(), Standfirst: p.sentences(2), Topics: []news.Topic{topic},
		Places:  []news.Place{{Slug: specimenPlace, Name: p.word()}},
		Bylines: []news.Byline{{Name: p.word() + " " + p.word(), Slug: specimenAuthor}},
		Body:    []news.Block{paragraph(p), paragraph(p)},
	}}
	if i%3 == 0 {
		a.Revision.Lead = &news.Figure{Media: pictureID(i % 2), Alt: p.line(), Caption: words(p.line()), Credit: p.word()}
	}
	return news.Story{ID: id, Address: news.Address{Day: at.Format(time.DateOnly), Slug: id}, Articles: []news.Article{a}}
}

// fill gives the newest story everything that a story can have. Of the next, one is a translation that is stale, one a
// translation of what readers can't see, which is breaking news too and whose picture is missing, and one has nothing but a
// headline and words.
func (s *specimen) fill(other string, p *prose) {
	full := &s.stories[0]
	full.Sources, full.Claims = s.voices(p)
	a := &full.Articles[0]
	a.Updated, a.Breaking = a.Published.Add(30*time.Minute), s.now.Add(time.Hour)
	a.Revision.Dateline = p.word()
	a.Revision.Bylines = append(a.Revision.Bylines, news.Byline{Name: p.word() + " " + p.word(), Role: p.word()})
	a.Revision.Related = []string{s.stories[2].ID, s.stories[3].ID}
	a.Revision.Corrections = []news.Correction{{Time: a.Published.Add(15 * time.Minute), Text: p.sentences(1)}, {Time: a.Updated, Text: p.sentences(2)}}
	a.Revision.Body = everyBlock(s.tag, other, full.Claims, p)

	stale := &s.stories[staleStory]
	stale.Articles[0].Revision.Origin = &news.Origin{Lang: other, Number: 1}
	original := stale.Articles[0]
	original.Lang, original.Number, original.Revision.Origin = other, 2, nil
	stale.Articles = append(stale.Articles, original)
	slices.SortFunc(stale.Articles, func(a, b news.Article) int { return strings.Compare(a.Lang, b.Lang) })

	s.stories[orphanStory].Articles[0].Revision.Origin = &news.Origin{Lang: other, Number: 1}
	s.stories[orphanStory].Articles[0].Breaking = s.now.Add(time.Hour)
	s.stories[orphanStory].Articles[0].Revision.Lead = &news.Figure{Missing: news.Nameless, Decorative: true}
	plain := &s.stories[plainStory].Articles[0].Revision
	*plain = news.Revision{Headline: plain.Headline, Body: plain.Body}
}

// The stories of a specimen, after the newest, that have something of their own.
const (
	staleStory  = 1
	orphanStory = 2
	plainStory  = 4
)

// voices returns a source of every kind, and a claim of each: checked in every way, with evidence and without.
func (s *specimen) voices(p *prose) (sources []news.Source, claims []news.Claim) {
	evidence := [][]news.Evidence{
		2: {{URL: "https://agency.example/report", Archived: "https://archive.example/1",
			SHA256: strings.Repeat("0123456789abcdef", 4), Retrieved: s.now.Add(-48 * time.Hour)}, {URL: "https://agency.example/picture"}},
		4: {{SHA256: strings.Repeat("fedcba9876543210", 4)}},
	}
	for i, kind := range []news.SourceKind{news.Witness, news.Official, news.Document, news.Agency, news.Social, news.Own, news.Anonymous} {
		source := news.Source{ID: fmt.Sprint("source-", i), Kind: kind}
		if kind == news.Anonymous {
			source.Reason = map[string]string{s.tag: p.line()}
		} else {
			source.Name = map[string]string{s.tag: p.word() + " " + p.word()}
		}
		checked := []news.Check{news.Confirmed, news.Attributed, news.Disputed, news.Unverified}[i%4]
		claim := news.Claim{ID: fmt.Sprint("claim-", i), Source: source.ID, Check: checked}
		if i < len(evidence) {
			claim.Evidence = evidence[i]
		}
		sources, claims = append(sources, source), append(claims, claim)
	}
	return sources, claims
}

// everyBlock returns a body with every kind of block in every state, and every claim.
func everyBlock(tag, other string, claims []news.Claim, p *prose) []news.Block {
	var said []news.Span
	for _, c := range claims {
		said = append(said, news.Span{Text: p.line(), Claim: c.ID}, news.Span{Text: ". "})
	}
	line := func() []news.Block { return []news.Block{{Kind: news.Paragraph, Text: words(p.line())}} }
	nested := append(line(), news.Block{Kind: news.List, Items: [][]news.Block{line(), line()}})
	return slices.Concat([]news.Block{
		paragraph(p), {Kind: news.Paragraph, Text: said},
		{Kind: news.Heading, Level: 2, Text: words(p.line())},
		{Kind: news.Paragraph, Text: everySpan(other, p)},
		figure(pictureID(1), p),
		{Kind: news.PullQuote, Text: words(p.line())},
		paragraph(p),
		{Kind: news.Quote, Blocks: []news.Block{paragraph(p)}, Text: words(p.word())},
		{Kind: news.Heading, Level: 3, Text: words(p.line())},
		{Kind: news.List, Items: [][]news.Block{nested, line()}},
		{Kind: news.Heading, Level: 4, Text: words(p.line())},
		{Kind: news.List, Ordered: true, Items: [][]news.Block{line(), line()}},
		{Kind: news.Table, Header: true, Text: words(p.line()), Rows: [][][]news.Span{
			{words(p.word()), words(p.word()), words(p.word())}, {words(p.word()), words("12"), words("3.5")}, {words(p.word()), words("1234"), words("0.2")},
		}},
		{Kind: news.Table, Rows: [][][]news.Span{{words(p.word()), words("7")}, {words(p.word()), words("11")}}},
	}, everyMedium(tag, p), []news.Block{
		{Kind: news.Embed, URL: "https://video.example/1", Text: words(p.line())},
		{Kind: news.Code, Text: words("if a < b {\n\treturn\n}")},
		{Kind: news.Quote, Blocks: []news.Block{paragraph(p)}},
		{Kind: news.Rule}, paragraph(p),
	})
}

// everySpan returns a run of text with every mark, links to elsewhere and within, and words of another language.
func everySpan(other string, p *prose) []news.Span {
	lantern := map[string]string{"en": "Lantern", "fa": "فانوس"}[other]
	return []news.Span{
		{Text: p.line() + " "}, {Text: p.line(), Mark: news.Strong}, {Text: ", "}, {Text: p.line(), Mark: news.Emphasis}, {Text: ", "},
		{Text: p.word(), Mark: news.Monospace}, {Text: ", "}, {Text: p.word(), Mark: news.Struck}, {Text: ", H"}, {Text: "2", Mark: news.Subscript},
		{Text: "O, 10"}, {Text: "3", Mark: news.Superscript}, {Text: ",", Mark: news.Break}, {Text: p.line(), Link: "https://agency.example/"},
		{Text: ", "}, {Text: p.line(), Link: "story:story-2"}, {Text: ", "}, {Text: lantern, Lang: other}, {Text: "."},
	}
}

// everyMedium returns a decorative picture, a film with subtitles and its words, a sound with its words, a file that a page
// can't show, and one that is missing.
func everyMedium(tag string, p *prose) []news.Block {
	film, sound, file := figure(filmID, p), figure(soundID, p), figure(paperID, p)
	film.Figure.Subtitles = []news.Track{{Lang: tag, Media: subtitlesID}}
	film.Figure.Transcript = []news.Block{paragraph(p), paragraph(p)}
	sound.Figure.Transcript = []news.Block{paragraph(p)}
	file.Figure.Rights = ""
	gone := figure("", p)
	gone.Figure.Missing = news.Nameless
	return []news.Block{{Kind: news.Picture, Figure: &news.Figure{Media: pictureID(0), Decorative: true}}, film, sound, file, gone}
}

func figure(media string, p *prose) news.Block {
	return news.Block{Kind: news.Picture, Figure: &news.Figure{Media: media, Alt: p.line(), Caption: words(p.line()), Credit: p.word(), Rights: p.word()}}
}

func words(s string) []news.Span { return []news.Span{{Text: s}} }

func paragraph(p *prose) news.Block {
	return news.Block{Kind: news.Paragraph, Text: words(p.sentences(4))}
}

// The media of a specimen: pictures, and other files that don't exist.
const (
	filmID, subtitlesID = "f0", "f1"
	soundID             = "50"
	paperID             = "d0"
)

func pictureID(i int) string { return fmt.Sprintf("a%d", i) }

func specimenMedia() map[string]news.Media {
	media := map[string]news.Media{}
	for i := range 2 {
		id, height := pictureID(i), []int{9, 20}[i] // of 16: wide, and upright
		m := news.Media{ID: id, Name: "picture.jpg", Placeholder: blurred(i)}
		for _, width := range []int{320, 640, 1280} {
			m.Renditions = append(m.Renditions, rendition(id, "", width, width*height/16))
		}
		for _, cut := range [][2]int{{16, 9}, {4, 3}, {1, 1}} {
			m.Renditions = append(m.Renditions, rendition(id, fmt.Sprintf("%dx%d-", cut[0], cut[1]), 640, 640*cut[1]/cut[0]))
		}
		media[id] = m
	}
	for _, other := range []struct {
		id, name string
		news.Rendition
	}{
		{filmID, "film.mp4", news.Rendition{Name: "video.mp4", MediaType: "video/mp4", Width: 1280, Height: 720}},
		{subtitlesID, "film.vtt", news.Rendition{Name: "text.vtt", MediaType: "text/vtt"}},
		{soundID, "sound.mp3", news.Rendition{Name: "sound.mp3", MediaType: "audio/mpeg"}},
		{paperID, "paper.pdf", news.Rendition{Name: "file.pdf", MediaType: "application/pdf"}},
	} {
		other.SHA256, other.Size = strings.Repeat(other.id, 32), 1
		media[other.id] = news.Media{ID: other.id, Name: other.name, Renditions: []news.Rendition{other.Rendition}}
	}
	return media
}

// rendition returns a picture whose digest is no digest but says what to draw: its media's ID, then its size.
func rendition(id, cut string, width, height int) news.Rendition {
	return news.Rendition{Name: fmt.Sprintf("%s%d.jpg", cut, width), MediaType: "image/jpeg", Width: width, Height: height,
		SHA256: fmt.Sprintf("%s%04x%04x%s", id, width, height, strings.Repeat("0", 54)), Size: 9000}
}

// shadeOf returns a colour of a picture, between dark and light: 0 to 120.
func shadeOf(which, light int) color.YCbCr {
	return color.YCbCr{Y: uint8(60 + light), Cb: uint8(110 + 40*which), Cr: uint8(140 - 30*which)}
}

// blurred returns the placeholder of a picture: one dot of its colour.
func blurred(which int) string {
	var b bytes.Buffer
	if err := gif.Encode(&b, image.NewPaletted(image.Rect(0, 0, 1, 1), color.Palette{shadeOf(which, 60)}), nil); err != nil {
		return ""
	}
	return "data:image/gif;base64," + base64.StdEncoding.EncodeToString(b.Bytes())
}

// open draws a rendition: a slope of two colours.
func (s *specimen) open(_ context.Context, digest string) (io.ReadCloser, error) {
	var which, width, height int
	if _, err := fmt.Sscanf(digest, "a%1x%04x%04x", &which, &width, &height); err != nil || width > 2000 || height > 2000 {
		return nil, fs.ErrNotExist
	}
	img := image.NewYCbCr(image.Rect(0, 0, width, height), image.YCbCrSubsampleRatio420)
	for y := range height {
		for x := range width {
			shade := shadeOf(which, 120*(x+y)/(width+height))
			img.Y[img.YOffset(x, y)] = shade.Y
			img.Cb[img.COffset(x, y)], img.Cr[img.COffset(x, y)] = shade.Cb, shade.Cr
		}
	}
	var b bytes.Buffer
	err := jpeg.Encode(&b, img, nil)
	return io.NopCloser(&b), err
}

// article returns a story's article in the specimen's language.
func (s *specimen) article(st news.Story, tag string) (news.Article, bool) {
	i := slices.IndexFunc(st.Articles, func(a news.Article) bool { return a.Lang == tag })
	if i < 0 {
		return news.Article{}, false
	}
	return st.Articles[i], true
}

// list returns the headlines of a list, newest first.
func (s *specimen) list(l store.List) (all []store.Headline) {
	for _, st := range s.stories {
		a, ok := s.article(st, l.Lang)
		r := a.Revision
		topic, place, author := listsOf(r)
		if !ok || l.Topic != "" && topic.Slug != l.Topic || l.Place != "" && place.Slug != l.Place || l.Author != "" && author.Slug != l.Author || r.Standing != l.Standing {
			continue
		}
		all = append(all, store.Headline{Story: st.ID, Address: st.Address, Lang: a.Lang, Kicker: r.Kicker, Headline: r.Headline,
			Standfirst: r.Standfirst, Published: a.Published, Updated: a.Updated})
	}
	return all
}

func (s *specimen) OldPaths(context.Context) iter.Seq2[string, error] {
	return func(func(string, error) bool) {}
}

func (s *specimen) OldAddressesAt(context.Context, string) ([]store.OldAddress, error) {
	return nil, nil
}

func (s *specimen) AsOf() time.Time { return s.now }

func (s *specimen) Story(_ context.Context, id string) (news.Story, error) {
	for _, st := range s.stories {
		if st.ID == id {
			return st, nil
		}
	}
	return news.Story{}, store.ErrNotFound
}

func (s *specimen) Stories(context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for _, st := range s.stories {
			if !yield(st.ID, nil) {
				return
			}
		}
	}
}

func (s *specimen) Newest(_ context.Context, l store.List, n int) ([]store.Headline, error) {
	h := s.list(l)
	return h[:min(n, len(h))], nil
}

func (s *specimen) Page(_ context.Context, l store.List, number int) ([]store.Headline, error) {
	h := s.list(l)
	to := max(0, len(h)-(number-1)*store.PerPage) // pages count from the oldest
	return h[max(0, to-store.PerPage):to], nil
}

func (s *specimen) Pages(_ context.Context, l store.List) (int, error) {
	return (len(s.list(l)) + store.PerPage - 1) / store.PerPage, nil
}

func (s *specimen) Day(_ context.Context, tag, day string) ([]store.Headline, error) {
	return slices.DeleteFunc(s.list(store.List{Lang: tag}), func(h store.Headline) bool { return h.Address.Day != day }), nil
}

func (s *specimen) Days(_ context.Context, tag, prefix string) (days []string, err error) {
	for _, h := range s.list(store.List{Lang: tag}) {
		if strings.HasPrefix(h.Address.Day, prefix) {
			days = append(days, h.Address.Day)
		}
	}
	slices.Sort(days)
	return slices.Compact(days), nil
}

// listsOf returns what the lists are called that a story stands in; empty where it has none.
func listsOf(r news.Revision) (t news.Topic, p news.Place, b news.Byline) {
	if len(r.Topics) > 0 {
		t = r.Topics[0]
	}
	if len(r.Places) > 0 {
		p = r.Places[0]
	}
	if len(r.Bylines) > 0 {
		b = r.Bylines[0]
	}
	return t, p, b
}

func (s *specimen) Topics(_ context.Context, tag string) ([]news.Topic, error) {
	return s.named(tag, func(r news.Revision) news.Topic { t, _, _ := listsOf(r); return t }), nil
}

func (s *specimen) Places(_ context.Context, tag string) (places []news.Place, err error) {
	for _, t := range s.named(tag, func(r news.Revision) news.Topic { _, p, _ := listsOf(r); return news.Topic(p) }) {
		places = append(places, news.Place(t))
	}
	return places, nil
}

func (s *specimen) Authors(_ context.Context, tag string) (authors []news.Byline, err error) {
	author := func(r news.Revision) news.Topic { _, _, b := listsOf(r); return news.Topic{Slug: b.Slug, Name: b.Name} }
	for _, t := range s.named(tag, author) {
		authors = append(authors, news.Byline{Slug: t.Slug, Name: t.Name})
	}
	return authors, nil
}

// named returns what of returns of the articles in a language, each slug once, sorted.
func (s *specimen) named(tag string, of func(news.Revision) news.Topic) (all []news.Topic) {
	for _, st := range s.stories {
		a, _ := s.article(st, tag)
		t := of(a.Revision)
		if t.Slug != "" && !slices.ContainsFunc(all, func(o news.Topic) bool { return o.Slug == t.Slug }) {
			all = append(all, t)
		}
	}
	slices.SortFunc(all, func(a, b news.Topic) int { return cmp.Compare(a.Slug, b.Slug) })
	return all
}

func (s *specimen) Breaking(_ context.Context, tag string) (all []store.Breaking, err error) {
	for _, h := range s.list(store.List{Lang: tag}) {
		st, _ := s.Story(context.Background(), h.Story)
		if a, _ := s.article(st, tag); a.BreakingAt(s.now) {
			all = append(all, store.Breaking{Headline: h, Until: a.Breaking})
		}
	}
	return all, nil
}

func (s *specimen) Corrections(_ context.Context, tag string, n int) (all []store.Correction, err error) {
	for _, h := range s.list(store.List{Lang: tag}) {
		st, _ := s.Story(context.Background(), h.Story)
		a, _ := s.article(st, tag)
		for _, c := range a.Revision.Corrections {
			all = append(all, store.Correction{Headline: h, Time: c.Time, Text: c.Text})
		}
	}
	return all[:min(n, len(all))], nil
}

func (s *specimen) Media(_ context.Context, id string) (news.Media, error) {
	if m, ok := s.media[id]; ok {
		return m, nil
	}
	return news.Media{}, store.ErrNotFound
}

// OpenRendition draws a rendition.
func (s *specimen) OpenRendition(ctx context.Context, digest string) (io.ReadCloser, error) {
	return s.open(ctx, digest)
}

// A specimen has no packs: no page shows them.

func (s *specimen) Packs(context.Context, string) ([]store.Pack, error)          { return nil, nil }
func (s *specimen) Pack(context.Context, string, string) ([]store.Outing, error) { return nil, nil }
func (s *specimen) Seed(context.Context, string) ([]store.Outing, error)         { return nil, nil }

func (s *specimen) ArticleAt(context.Context, string, string, int) (news.Story, error) {
	return news.Story{}, store.ErrNotFound
}

// prose gives out lines in a language, over and over: what the newsroom wrote in it, or else the interface's own words.
type prose struct {
	lines []string
	next  int
}

// newProse takes lines from some headlines; with fewer than a handful, from the words of the interface.
func newProse(headlines []store.Headline, catalogue *lang.Catalogue, tag string) *prose {
	p := &prose{}
	for _, h := range headlines {
		if strings.ContainsFunc(h.Headline, unicode.IsLetter) {
			p.lines = append(p.lines, h.Headline)
		}
	}
	if len(p.lines) >= 5 {
		return p
	}
	l := catalogue.Language(tag)
	for _, key := range catalogue.Keys() {
		if w, _ := l.Word(key); len(w) >= 20 && !strings.ContainsAny(w, "{}%") {
			p.lines = append(p.lines, w)
		}
	}
	return p
}

func (p *prose) line() string {
	p.next++
	return strings.TrimRight(p.lines[p.next%len(p.lines)], ".:!?。؟։።")
}

// word returns a short piece of a line.
func (p *prose) word() string {
	most := 18 // letters
	out := ""
	for _, w := range strings.Fields(p.line()) {
		if len([]rune(out+w)) > most && out != "" {
			break
		}
		out = strings.TrimSpace(out + " " + w)
	}
	if r := []rune(out); len(r) > most { // a script without spaces
		out = string(r[:most/2])
	}
	return strings.Trim(out, ",;—–-")
}

// sentences returns n lines as running text.
func (p *prose) sentences(n int) string {
	all := make([]string, n)
	for i := range all {
		all[i] = p.line() + "."
	}
	return strings.Join(all, " ")
}

package news_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"coranto/internal/news"
)

const (
	someHash  = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
	otherHash = "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752"
)

// full returns a valid story that uses every field and every kind of block.
func full() news.Story {
	at := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	text := []news.Span{{Text: "می\u200cخواهم", Mark: news.Strong | news.Break, Link: "story:دیگر", Claim: "c1", Lang: "en"}}
	figure := &news.Figure{Media: someHash, Alt: "A road", Caption: text, Credit: "Own", Rights: "All kept",
		Subtitles:  []news.Track{{Lang: "en", Media: otherHash}},
		Transcript: []news.Block{{Kind: news.Paragraph, Text: text}}}
	return news.Story{
		ID: "مرز 1", Slug: "the border", Address: news.Address{Day: "2026-11-22", Slug: "border"},
		Sources: []news.Source{
			{ID: "s1", Kind: news.Official, Name: map[string]string{"": "An official", "fa": "یک مقام"}},
			{ID: "s2", Kind: news.Anonymous, Reason: map[string]string{"en": "Fear"}, Identity: "N. N."},
		},
		Claims: []news.Claim{{ID: "c1", Source: "s1", Check: news.Attributed, Evidence: []news.Evidence{
			{URL: "https://example.org/a", Archived: "https://example.net/a", SHA256: someHash, Retrieved: at}}}},
		Articles: []news.Article{
			{Lang: "en", Status: news.Published, Published: at, Updated: at, Breaking: at.Add(news.MaxBreaking), Number: 2, Revision: news.Revision{
				Kicker: "Border", Headline: "A border", Standfirst: "What happened", Dateline: "Samara",
				Bylines:     []news.Byline{{Name: "A. B.", Role: "reporter", Protected: true}, {Name: "C. D.", Slug: "c-d"}},
				Topics:      []news.Topic{{Slug: "migration", Name: "Migration"}},
				Places:      []news.Place{{Slug: "samara", Name: "Samara"}},
				Related:     []string{"مرز 2", "road"},
				Lead:        figure,
				Corrections: []news.Correction{{Time: at, Text: "It was August."}},
				SourceURL:   "https://example.org/en/1",
				Body: []news.Block{
					{Kind: news.Paragraph, Text: text},
					{Kind: news.Heading, Level: 2, Text: text},
					{Kind: news.Quote, Text: text, Blocks: []news.Block{{Kind: news.Paragraph, Text: text}}},
					{Kind: news.PullQuote, Text: text},
					{Kind: news.List, Ordered: true, Items: [][]news.Block{{{Kind: news.Paragraph, Text: text}}}},
					{Kind: news.Table, Header: true, Rows: [][][]news.Span{{text, text}}, Text: text},
					{Kind: news.Picture, Figure: figure},
					{Kind: news.Embed, URL: "https://example.org/video", Text: text},
					{Kind: news.Code, Text: []news.Span{{Text: "a\n\tb"}}},
					{Kind: news.Rule},
				},
			}},
			{Lang: "fa", Status: news.Draft, Revision: news.Revision{Headline: "مرز", Origin: &news.Origin{Lang: "en", Number: 2}}},
		},
	}
}

func TestValidateAcceptsAFullStory(t *testing.T) {
	if err := full().Validate(); err != nil {
		t.Fatal(err)
	}
}

func TestValidateAcceptsTheLanguagesOfTheCorpus(t *testing.T) {
	tags := "ar az ba be bg bs ckb en fa fa-AF hr hu hy ka kk ky mk ps ro ru sq sr-Cyrl sr-Latn tg tk tt ug uk ur uz"
	s := full()
	s.Articles = nil
	for tag := range strings.FieldsSeq(tags) {
		s.Articles = append(s.Articles, news.Article{Lang: tag, Status: news.Draft, Revision: news.Revision{Headline: "x"}})
	}
	if err := s.Validate(); err != nil {
		t.Fatal(err)
	}
}

// nest returns a quote in a quote in a quote …, n deep.
func nest(n int) []news.Block {
	if n == 0 {
		return nil
	}
	return []news.Block{{Kind: news.Quote, Blocks: nest(n - 1)}}
}

func TestValidateNamesTheFault(t *testing.T) {
	const headline = "article en: headline: "
	block := func(b news.Block) func(*news.Story) {
		return func(s *news.Story) { s.Articles[0].Revision.Body = []news.Block{{Kind: news.Rule}, b} }
	}
	span := func(sp news.Span) func(*news.Story) {
		return block(news.Block{Kind: news.Paragraph, Text: []news.Span{sp}})
	}
	english := func(change func(*news.Article)) func(*news.Story) {
		return func(s *news.Story) { change(&s.Articles[0]) }
	}
	revision := func(change func(*news.Revision)) func(*news.Story) {
		return func(s *news.Story) { change(&s.Articles[0].Revision) }
	}
	title := func(h string) func(*news.Story) { return revision(func(r *news.Revision) { r.Headline = h }) }

	for name, test := range map[string]struct {
		change func(*news.Story)
		want   string
	}{
		"no id":                {func(s *news.Story) { s.ID = "" }, `id "" is empty`},
		"id too long":          {func(s *news.Story) { s.ID = strings.Repeat("x", 201) }, "id: 201 bytes, the limit is 200"},
		"id with control":      {func(s *news.Story) { s.ID = "a\x00b" }, "id: character U+0000 is not allowed"},
		"id with space":        {func(s *news.Story) { s.ID = "a " }, "begins or ends with a space"},
		"address day":          {func(s *news.Story) { s.Address.Day = "2026-2-3" }, `address: day "2026-2-3"`},
		"address slug":         {func(s *news.Story) { s.Address.Slug = "Border" }, `address: slug "Border"`},
		"no articles":          {func(s *news.Story) { s.Articles = nil }, "0 articles"},
		"unsorted":             {func(s *news.Story) { s.Articles[0], s.Articles[1] = s.Articles[1], s.Articles[0] }, "article en: articles are one a language"},
		"same language twice":  {func(s *news.Story) { s.Articles[1].Lang = "en" }, "article en: articles are one a language"},
		"no tag":               {english(func(a *news.Article) { a.Lang = "" }), `"" is no language tag`},
		"undetermined":         {english(func(a *news.Article) { a.Lang = "und" }), `"und" is no language tag`},
		"unknown tag":          {english(func(a *news.Article) { a.Lang = "english" }), "is no language tag"},
		"tag in wrong case":    {english(func(a *news.Article) { a.Lang = "EN" }), `that is "en"`},
		"tag that was retired": {func(s *news.Story) { s.Articles[1].Lang = "iw" }, `that is "he"`},
		"status":               {english(func(a *news.Article) { a.Status = "public" }), `article en: status "public" is unknown`},
		"no time":              {english(func(a *news.Article) { a.Published = time.Time{} }), "article en: has no time of publication"},
		"part of a second":     {english(func(a *news.Article) { a.Published = a.Published.Add(1) }), "article en: published: "},
		"not in utc":           {english(func(a *news.Article) { a.Updated = a.Updated.In(time.FixedZone("", 3600)) }), "article en: updated: "},
		"year of five digits":  {english(func(a *news.Article) { a.Published = a.Published.AddDate(9999, 0, 0) }), "article en: published: "},
		"own origin":           {english(func(a *news.Article) { a.Revision.Origin = &news.Origin{Lang: "en"} }), "is its own origin"},
		"origin":               {revision(func(r *news.Revision) { r.Origin = &news.Origin{Lang: "xx-"} }), "article en: origin: "},
		"negative number":      {english(func(a *news.Article) { a.Number = -1 }), "revision number -1 is negative"},
		"no headline":          {title(" "), "article en: has no headline"},
		"headline not utf-8":   {title("a\xff"), headline + "not valid UTF-8"},
		"headline not nfc":     {title("e\u0301"), headline + "not in Unicode normalization form C"},
		"headline with tab":    {title("a\tb"), headline + "character U+0009 is not allowed"},
		"headline with C1":     {title("a\u0093b"), headline + "character U+0093 is not allowed"},
		"headline with U+FFFF": {title("a\uffff"), headline + "character U+FFFF is not allowed"},
		"headline too long":    {title(strings.Repeat("x", 2001)), headline + "2001 bytes"},
		"byline without name":  {revision(func(r *news.Revision) { r.Bylines = []news.Byline{{Role: "x"}} }), "byline 1 has no name"},
		"topic slug":           {revision(func(r *news.Revision) { r.Topics[0].Slug = "../x" }), `topic "../x"`},
		"topic without name":   {revision(func(r *news.Revision) { r.Topics[0].Name = "" }), `topic "migration" has no name`},
		"topic twice":          {revision(func(r *news.Revision) { r.Topics = append(r.Topics, r.Topics[0]) }), "is there twice"},
		"correction order": {revision(func(r *news.Revision) {
			r.Corrections = append(r.Corrections, news.Correction{Time: r.Corrections[0].Time.Add(-time.Second), Text: "x"})
		}), "correction 2 is older"},
		"correction twice": {revision(func(r *news.Revision) { r.Corrections = append(r.Corrections, r.Corrections[0]) }),
			"correction 2 is there twice"},
		"byline slug":           {revision(func(r *news.Revision) { r.Bylines[1].Slug = "C D" }), `byline "C D" is not`},
		"byline twice":          {revision(func(r *news.Revision) { r.Bylines = append(r.Bylines, r.Bylines[1]) }), `byline "c-d" is there twice`},
		"protected with a page": {revision(func(r *news.Revision) { r.Bylines[0].Slug = "a-b" }), "byline 1 is protected, but has a page"},
		"place slug":            {revision(func(r *news.Revision) { r.Places[0].Slug = "" }), `place "" is not`},
		"place without name":    {revision(func(r *news.Revision) { r.Places[0].Name = " " }), `place "samara" has no name`},
		"place twice":           {revision(func(r *news.Revision) { r.Places = append(r.Places, r.Places[0]) }), `place "samara" is there twice`},
		"related to nothing":    {revision(func(r *news.Revision) { r.Related[0] = "" }), `related story "" is empty`},
		"related twice":         {revision(func(r *news.Revision) { r.Related[0] = "road" }), `related story "road" is there twice`},
		"breaking too long": {english(func(a *news.Article) { a.Breaking = a.Breaking.Add(time.Second) }),
			"article en: breaking ends later than 48 hours"},
		"breaking before": {english(func(a *news.Article) { a.Breaking = a.Published }), "breaking ends before the article is published"},
		"breaking page that stands": {english(func(a *news.Article) { a.Revision.Standing = true }),
			"article en: is breaking news, but stands"},
		"breaking draft": {func(s *news.Story) { s.Articles[1].Breaking = s.Articles[0].Breaking },
			"article fa: is breaking, but has no time of publication"},
		"subtitles without tag": {revision(func(r *news.Revision) { r.Lead.Subtitles[0].Lang = "" }), "lead: subtitles: "},
		"subtitles media":       {revision(func(r *news.Revision) { r.Lead.Subtitles[0].Media = "x" }), `lead: subtitles en: media "x"`},
		"subtitles twice": {revision(func(r *news.Revision) { r.Lead.Subtitles = append(r.Lead.Subtitles, r.Lead.Subtitles[0]) }),
			"lead: subtitles en are there twice"},
		"figure in a transcript": {revision(func(r *news.Revision) {
			r.Lead.Transcript = []news.Block{{Kind: news.Quote, Blocks: []news.Block{{Kind: news.Picture, Figure: r.Lead}}}}
		}), "lead: transcript: a figure in it"},
		"transcript too deep": {revision(func(r *news.Revision) { r.Lead.Transcript = nest(16) }), "lead: transcript block 1: "},
		"source url":          {revision(func(r *news.Revision) { r.SourceURL = "ftp://example.org" }), "source_url: url"},
		"lead media":          {revision(func(r *news.Revision) { r.Lead.Media = strings.ToUpper(someHash) }), "lead: media"},
		"lead and missing":    {revision(func(r *news.Revision) { r.Lead.Missing = "road.jpg" }), "lead: a figure has media, or is missing it"},
		"lead with neither":   {revision(func(r *news.Revision) { r.Lead.Media = "" }), `lead: media ""`},
		"lead without alt":    {revision(func(r *news.Revision) { r.Lead.Alt = "" }), "lead: a figure has an alternative text, or is decorative"},
		"source twice":        {func(s *news.Story) { s.Sources[1].ID = "s1" }, `source "s1" is there twice`},
		"source id":           {func(s *news.Story) { s.Sources[1].ID = "S 2" }, `source "S 2": id "S 2"`},
		"source kind":         {func(s *news.Story) { s.Sources[0].Kind = "friend" }, `source "s1": kind "friend" is unknown`},
		"source without name": {func(s *news.Story) { s.Sources[0].Name = nil }, `source "s1": has no name`},
		"anonymous with name": {func(s *news.Story) { s.Sources[1].Name = map[string]string{"": "N. N."} }, "an anonymous source has no name"},
		"named with identity": {func(s *news.Story) { s.Sources[0].Identity = "N. N." }, "only an anonymous source"},
		"source name tag":     {func(s *news.Story) { s.Sources[0].Name["xx-"] = "x" }, `source "s1": name: `},
		"claim twice":         {func(s *news.Story) { s.Claims = append(s.Claims, s.Claims[0]) }, `claim "c1" is there twice`},
		"claim source":        {func(s *news.Story) { s.Claims[0].Source = "s9" }, `claim "c1": source "s9" is not one of the story's`},
		"claim check":         {func(s *news.Story) { s.Claims[0].Check = "sure" }, `check "sure" is unknown`},
		"evidence":            {func(s *news.Story) { s.Claims[0].Evidence[0].SHA256 = "x" }, `claim "c1": evidence 1: `},
		"evidence url":        {func(s *news.Story) { s.Claims[0].Evidence[0].URL = "javascript:alert(1)" }, `claim "c1": evidence 1: url`},
		"span claim":          {span(news.Span{Claim: "c9"}), `article en: body block 2: span 1: claim "c9" is not one of the story's`},
		"span lang":           {span(news.Span{Lang: "FA"}), "body block 2: span 1: language tag"},
		"span mark":           {span(news.Span{Mark: 128}), "mark 0x80 is unknown"},
		"span line break":     {span(news.Span{Text: "a\nb"}), "character U+000A is not allowed"},
		"script link":         {span(news.Span{Link: "javascript:alert(1)"}), "is not of http, https, mailto"},
		"relative link":       {span(news.Span{Link: "/a"}), "is not of http, https, mailto"},
		"link without host":   {span(news.Span{Link: "https:///a"}), "is not absolute"},
		"link to no story":    {span(news.Span{Link: "story:"}), "link to a story without its ID"},
		"unknown kind":        {block(news.Block{Kind: "poem"}), `block 2: kind "poem" is unknown`},
		"foreign field":       {block(news.Block{Kind: news.Rule, Level: 2}), "a rule with a field that is not its own"},
		"heading level":       {block(news.Block{Kind: news.Heading, Level: 1}), "heading of level 1"},
		"code in two spans":   {block(news.Block{Kind: news.Code, Text: make([]news.Span, 2)}), "code in 2 spans"},
		"code with control":   {block(news.Block{Kind: news.Code, Text: []news.Span{{Text: "\x1b"}}}), "code: character U+001B"},
		"figure without one":  {block(news.Block{Kind: news.Picture}), "a figure without its media"},
		"embed":               {block(news.Block{Kind: news.Embed, URL: "data:text/html,x"}), "is not of http, https"},
		"too deep":            {block(nest(17)[0]), "nested over 16 deep"},
		"in a list": {block(news.Block{Kind: news.List, Items: [][]news.Block{{}, {{Kind: "x"}}}}),
			"block 2: item 2: block 1: kind"},
		"in a table": {block(news.Block{Kind: news.Table, Rows: [][][]news.Span{{nil, {{Claim: "x"}}}}}),
			"block 2: row 1, cell 2: span 1: claim"},
		"body too long": {span(news.Span{Text: strings.Repeat("x", 4<<20)}), "the body is over the limit"},
		"body of links": {block(news.Block{Kind: news.Paragraph, Text: slices.Repeat(
			[]news.Span{{Link: "https://a.example/" + strings.Repeat("x", 4000)}}, 1100)}), "the body is over the limit"},
		"body of figures": {func(s *news.Story) {
			r := &s.Articles[0].Revision
			figure := *r.Lead
			figure.Alt = strings.Repeat("x", 20000)
			r.Body = slices.Repeat([]news.Block{{Kind: news.Picture, Figure: &figure}}, 210)
		}, "the body is over the limit"},
		"body of nothing": {block(news.Block{Kind: news.Paragraph, Text: make([]news.Span, 4<<20/16)}), "the body is over the limit"},
	} {
		t.Run(name, func(t *testing.T) {
			s := full()
			test.change(&s)
			err := s.Validate()
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("got %v, want an error with %q", err, test.want)
			}
		})
	}
}

func TestValidateDepth(t *testing.T) {
	s := full()
	s.Articles[0].Revision.Body = nest(16)
	if err := s.Validate(); err != nil {
		t.Fatalf("16 deep: %v", err)
	}
}

func TestMediaValidate(t *testing.T) {
	good := func() news.Media {
		return news.Media{ID: someHash, Name: "border.jpg", Renditions: []news.Rendition{
			{Name: "640.jpg", MediaType: "image/jpeg", Width: 640, Height: 480, SHA256: someHash, Size: 10}}}
	}
	shown := good()
	shown.Focus, shown.Placeholder = news.Focus{X: 1, Y: 100}, "data:image/png;base64,iVBORw0KGgo="
	for _, m := range []news.Media{good(), shown} {
		if err := m.Validate(); err != nil {
			t.Fatal(err)
		}
	}
	for name, change := range map[string]func(*news.Media){
		"id":             func(m *news.Media) { m.ID = "x" },
		"name":           func(m *news.Media) { m.Name = "../x.jpg" },
		"hidden name":    func(m *news.Media) { m.Name = ".jpg" },
		"two dots":       func(m *news.Media) { m.Name = "a..jpg" },
		"no renditions":  func(m *news.Media) { m.Renditions = nil },
		"twice":          func(m *news.Media) { m.Renditions = append(m.Renditions, m.Renditions[0]) },
		"rendition name": func(m *news.Media) { m.Renditions[0].Name = "a/b" },
		"type":           func(m *news.Media) { m.Renditions[0].MediaType = "jpeg" },
		"pixels":         func(m *news.Media) { m.Renditions[0].Width = -1 },
		"hash":           func(m *news.Media) { m.Renditions[0].SHA256 = "" },
		"size":           func(m *news.Media) { m.Renditions[0].Size = 0 },
		"focus":          func(m *news.Media) { m.Focus = news.Focus{X: 101, Y: 1} },
		"half a focus":   func(m *news.Media) { m.Focus = news.Focus{Y: 1} },
		"holder":         func(m *news.Media) { m.Placeholder = "https://example.org/a.png" },
		"holder quote":   func(m *news.Media) { m.Placeholder = `data:image/png;base64,")` },
		"large holder":   func(m *news.Media) { m.Placeholder = "data:image/png;base64," + strings.Repeat("A", 200) },
	} {
		m := good()
		change(&m)
		if err := m.Validate(); err == nil {
			t.Errorf("%s: got no error", name)
		}
	}
}

func TestCommentValidate(t *testing.T) {
	good := news.Comment{ID: "7", Parent: "3", Lang: "fa", Name: "N. N.", Time: time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC), Text: "One\n\ttwo"}
	for _, c := range []news.Comment{good, {ID: "7", Lang: "en", Text: "x"}} {
		if err := c.Validate(); err != nil {
			t.Error(err)
		}
	}
	for name, change := range map[string]func(*news.Comment){
		"no id":         func(c *news.Comment) { c.ID = "" },
		"id of a space": func(c *news.Comment) { c.ID = " 7" },
		"long id":       func(c *news.Comment) { c.ID = strings.Repeat("7", 201) },
		"its own":       func(c *news.Comment) { c.Parent = c.ID },
		"parent":        func(c *news.Comment) { c.Parent = "\x00" },
		"no language":   func(c *news.Comment) { c.Lang = "" },
		"language":      func(c *news.Comment) { c.Lang = "FA" },
		"name":          func(c *news.Comment) { c.Name = "a\nb" },
		"time":          func(c *news.Comment) { c.Time = c.Time.Add(1) },
		"no text":       func(c *news.Comment) { c.Text = " \n" },
		"text":          func(c *news.Comment) { c.Text = "a\x00" },
		"long text":     func(c *news.Comment) { c.Text = strings.Repeat("x", 1<<16+1) },
	} {
		c := good
		change(&c)
		if err := c.Validate(); err == nil {
			t.Errorf("%s: got no error", name)
		}
	}
}

func TestWalk(t *testing.T) {
	r := full().Articles[0].Revision
	figures, spans, media := 0, 0, 0
	for f := range r.Figures() {
		if f.Media != someHash {
			t.Errorf("got media %q", f.Media)
		}
		figures++
	}
	for range r.Spans() {
		spans++
	}
	for id := range r.Media() {
		if id != someHash && id != otherHash {
			t.Errorf("got media %q", id)
		}
		media++
	}
	// The captions and transcripts of the two figures; paragraph, heading, quote and the paragraph in it, pull quote, item, two cells
	// and the caption of the table, embed, code.
	if figures != 2 || media != 4 || spans != 4+11 {
		t.Errorf("got %d figures, %d media and %d spans, want 2, 4 and 15", figures, media, spans)
	}
	for range r.Spans() {
		break
	}
	for range r.Media() {
		break
	}
}

func TestMissingFiles(t *testing.T) {
	for name, valid := range map[string]bool{
		"https://example.org/a%20b.jpg?w=1": true, "http://example.org": true, "images/2026/road.jpg": true, news.Nameless: true, "a..b.jpg": true,
		"/road.jpg": false, "../road.jpg": false, "a/../road.jpg": false, "..": false, ".": false, "a//b": false, `a\b`: false, "a/": false,
		"ftp://example.org/a.jpg": false, "http:/a.jpg": false, "https://": false, "https://example.org/a b": false, "a\x00.jpg": false,
		"https://example.org/" + strings.Repeat("a", 4096): false, strings.Repeat("a", 4097): false, "a\xff": false,
	} {
		s := full()
		s.Articles[0].Revision.Lead.Media, s.Articles[0].Revision.Lead.Missing = "", name
		if err := s.Validate(); (err == nil) != valid {
			t.Errorf("missing %.60q: got %v, want valid %t", name, err, valid)
		}
	}
}

func TestForReadersHidesTheNamesOfMissingFiles(t *testing.T) {
	const name = "https://example.org/marker-4711.jpg"
	gone := func() []news.Block {
		return []news.Block{{Kind: news.Picture, Figure: &news.Figure{Missing: name, Decorative: true}}}
	}
	s := full()
	r := &s.Articles[0].Revision
	r.Lead = gone()[0].Figure
	r.Body = append(gone(), news.Block{Kind: news.Quote, Blocks: gone()}, news.Block{Kind: news.List, Items: [][]news.Block{gone(), gone()}})
	for f := range s.ForReaders().Articles[0].Revision.Figures() {
		if f.Missing != news.Nameless {
			t.Errorf("got missing %q, want %q", f.Missing, news.Nameless)
		}
	}
	figures := 0
	for f := range r.Figures() {
		if figures++; f.Missing != name {
			t.Errorf("figure %d of the story itself: got missing %q", figures, f.Missing)
		}
	}
	if figures != 5 {
		t.Errorf("got %d figures, want 5", figures)
	}
	for id := range r.Media() {
		t.Errorf("got media %q", id)
	}
}

func TestForReadersHidesNamesInWords(t *testing.T) {
	for _, c := range []struct{ missing, alt, want string }{
		{"https://example.org/2014/DSC_0034.JPG?w=1", "dsc_0034.jpg", ""},
		{"https://example.org/2014/DSC_0034.JPG", "DSC_0034", ""},
		{"https://example.org/2014/DSC%200034.JPG", "Picture: DSC 0034.jpg.", ""},
		{"films/siren.mp4", "siren.mp4", ""},
		{"films/siren.mp4", "A siren", "A siren"},
		{"https://example.org/road", "A road", "A road"},
		{news.Nameless, "An unknown man", "An unknown man"},
	} {
		s := full()
		s.Articles[0].Revision.Lead = &news.Figure{Missing: c.missing, Alt: c.alt}
		shown := s.ForReaders()
		if got := shown.Articles[0].Revision.Lead; got.Alt != c.want || got.Decorative != (c.want == "") {
			t.Errorf("%s with the words %q: got %+v", c.missing, c.alt, got)
		}
		if err := shown.Validate(); err != nil {
			t.Error(err)
		}
	}
}

func TestUnlink(t *testing.T) {
	r := full().Articles[0].Revision
	related := r.Related
	r.Unlink("road")
	r.Unlink("دیگر")
	for s := range r.Spans() {
		if s.Link != "" {
			t.Errorf("got a link to %s", s.Link)
		}
	}
	if len(r.Related) != 1 || r.Related[0] != "مرز 2" || related[1] != "road" {
		t.Errorf("got %q related of %q", r.Related, related)
	}
}

func TestBreaking(t *testing.T) {
	a := full().Articles[0]
	for hours, want := range map[int]bool{-1: false, 0: true, 47: true, 48: false} {
		if got := a.BreakingAt(a.Published.Add(time.Duration(hours) * time.Hour)); got != want {
			t.Errorf("after %d hours: got %v, want %v", hours, got, want)
		}
	}
	a.Updated = a.Published.AddDate(0, 1, 0)
	a.Breaking = a.Updated.Add(news.MaxBreaking)
	s := full()
	s.Articles[0] = a
	if err := s.Validate(); err != nil {
		t.Errorf("broke again: %v", err)
	}
	if got := news.BarFrom(a.Breaking).Format(time.RFC3339); got != "2026-12-20T00:00:00Z" {
		t.Errorf("got the bar from %s", got)
	}
}

func FuzzValidate(f *testing.F) {
	f.Add("مرز", "sr-Cyrl", "https://example.org", "a\u200cb", 2)
	f.Add("x", "x-y", "mailto:a@b", "\u202e", 40)
	f.Fuzz(func(t *testing.T, id, tag, link, text string, depth int) {
		s := full()
		s.ID, s.Articles = id, s.Articles[:1]
		s.Articles[0].Lang = tag
		s.Articles[0].Revision.Origin = nil
		body := nest(max(0, depth%32))
		s.Articles[0].Revision.Body = append(body, news.Block{Kind: news.Paragraph, Text: []news.Span{{Text: text, Link: link}}})
		if s.Validate() == nil && (id == "" || tag == "" || strings.ContainsAny(text, "\x00\n")) {
			t.Errorf("accepted id %q, tag %q, text %q", id, tag, text)
		}
	})
}

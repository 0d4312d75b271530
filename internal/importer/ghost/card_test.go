package ghost_test

import (
	"encoding/json"
	"strings"
	"testing"
)

// lexical returns the JSON of a post whose body is made of some nodes of Lexical, given as JSON.
func lexical(t *testing.T, nodes string) string {
	t.Helper()
	body, err := json.Marshal(`{"root":{"type":"root","children":[` + nodes + `]}}`)
	if err != nil {
		t.Fatal(err)
	}
	return `"id":"1","title":"x","status":"draft","lexical":` + string(body)
}

func TestCards(t *testing.T) {
	t.Parallel()
	const site = "https://news.example"
	for name, c := range map[string]struct{ nodes, want, note string }{
		"marks": {`{"type":"paragraph","children":[{"type":"text","text":"a","format":1},{"type":"text","text":" b ","format":2},{"type":"text","text":"c","format":4},
			{"type":"text","text":" d","format":8},{"type":"tab"},{"type":"text","text":"e","format":16},{"type":"text","text":"f","format":32},{"type":"text","text":"g","format":64},
			{"type":"text","text":" <i>h</i>","format":128},{"type":"linebreak"},{"type":"text","text":"i","format":3}]}`,
			"paragraph: *a*/ b /~c~ d `e`_f_^g^ <i>h</i>⏎*/i/*", ""},
		"headings": {`{"type":"heading","tag":"h1","children":[{"type":"text","text":"a"}]},{"type":"extended-heading","tag":"x","children":[{"type":"text","text":"b"}]}`,
			"heading2: a\nheading2: b", ""},
		"lists in lists": {`{"type":"list","listType":"number","children":[{"type":"listitem","children":[{"type":"text","text":"a"}]},
			{"type":"listitem","children":[{"type":"list","listType":"bullet","children":[{"type":"listitem","children":[{"type":"text","text":"b"}]}]}]}]}`,
			"list {paragraph: a; list {paragraph: b}}", ""},
		"aside":    {`{"type":"aside","children":[{"type":"text","text":"a"}]}`, "quote {paragraph: a}", ""},
		"no link":  {`{"type":"paragraph","children":[{"type":"link","url":"javascript:alert(1)","children":[{"type":"text","text":"a"}]}]}`, "paragraph: a", ""},
		"gallery":  {`{"type":"gallery","images":[{"src":"__GHOST_URL__/content/images/a.jpg","alt":"A."},{"src":"__GHOST_URL__/content/images/b.jpg","alt":"B."}],"caption":"Both"}`, "figure " + site + "/content/images/a.jpg alt=\"A.\" caption=\"\"\nfigure " + site + "/content/images/b.jpg alt=\"B.\" caption=\"\"\nparagraph: Both", ""},
		"video":    {`{"type":"video","src":"__GHOST_URL__/content/media/a.mp4","fileName":"a.mp4","caption":"Ice"}`, `figure ` + site + `/content/media/a.mp4 alt="a.mp4" caption="Ice"`, ""},
		"audio":    {`{"type":"audio","src":"__GHOST_URL__/content/media/a.mp3","title":"The mayor"}`, `figure ` + site + `/content/media/a.mp3 alt="The mayor" caption=""`, ""},
		"file":     {`{"type":"file","src":"__GHOST_URL__/content/files/a.pdf","fileName":"a.pdf","fileTitle":"The report","fileCaption":"12 <pages>"}`, "paragraph: [The report](" + site + "/content/files/a.pdf)\nparagraph: 12 <pages>", `the file "a.pdf" was not taken`},
		"embed":    {`{"type":"embed","url":"https://video.example/1","embedType":"video","html":"<iframe src=\"https://video.example/e/1\"></iframe>","metadata":{"title":"A film"},"caption":""}`, "embed https://video.example/1: A film", ""},
		"no url":   {`{"type":"embed","html":"<iframe src=\"https://video.example/e/1\" title=\"A film\"></iframe>"}`, "embed https://video.example/e/1: A film", ""},
		"callout":  {`{"type":"callout","calloutEmoji":"💡","calloutText":"<p>Know <b>this</b></p>"}`, "paragraph: 💡\nparagraph: Know *this*", ""},
		"toggle":   {`{"type":"toggle","heading":"Why?","content":"<p>So.</p>"}`, "heading3: Why?\nparagraph: So.", ""},
		"button":   {`{"type":"button","buttonText":"Read","buttonUrl":"https://example.org/"}`, "paragraph: [Read](https://example.org/)", ""},
		"html":     {`{"type":"html","html":"<p onclick=x()>a</p><script>x()</script><table><tr><td>1</td><td>2</td></tr></table>"}`, "paragraph: a\ntable", ""},
		"markdown": {`{"type":"markdown","markdown":"## a\n\n- b\n\n<script>x()</script>"}`, "heading2: a\nlist {paragraph: b}", ""},
		"code":     {`{"type":"codeblock","code":"if x {\n}","language":"go","caption":"How"}`, "code: if x {\n}\nparagraph: How", ""},
		"rule":     {`{"type":"horizontalrule"}`, "rule", ""},
		"product":  {`{"type":"product","productImageSrc":"__GHOST_URL__/content/images/a.jpg","productTitle":"A book","productDescription":"<p>Good.</p>","productButton":"Buy","productUrl":"https://example.org/"}`, "figure " + site + "/content/images/a.jpg alt=\"\" caption=\"\"\nheading3: A book\nparagraph: Good.\nparagraph: [Buy](https://example.org/)", ""},
		"header":   {`{"type":"header","version":2,"header":"<span>Big</span>","subheader":"small"}`, "heading2: Big\nparagraph: small", ""},
		"cta":      {`{"type":"call-to-action","textValue":"<p>Join</p>","buttonText":"Here","buttonUrl":"https://example.org/"}`, "paragraph: Join\nparagraph: [Here](https://example.org/)", ""},
		"email":    {`{"type":"email","html":"<p>Dear reader</p>"}`, "", "left out a card (email) that only stood in mails"},
		"mail cta": {`{"type":"email-cta","html":"<p>Dear reader</p>"}`, "", "left out a card (email-cta)"},
		"signup":   {`{"type":"signup","header":"Sign up"}`, "", "left out a card (signup)"},
		"members":  {`{"type":"html","html":"<p>secret</p>","visibility":{"web":{"nonMember":false,"memberSegment":"status:free,status:-free"},"email":{"memberSegment":""}}}`, "", "not every reader of the site saw"},
		"mails":    {`{"type":"call-to-action","textValue":"<p>secret</p>","visibility":{"showOnWeb":false,"showOnEmail":true}}`, "", "not every reader of the site saw"},
		"for all":  {`{"type":"html","html":"<p>open</p>","visibility":{"web":{"nonMember":true}}}`, "paragraph: open", ""},
		"open":     {`{"type":"html","html":"<p>a <b>b <i>c</p>"},{"type":"paragraph","children":[{"type":"text","text":"d"}]}`, "paragraph: a *b **/c/*\nparagraph: d", ""},
		"words":    {`{"type":"bookmark","url":"https://example.org/","metadata":{"title":"A"},"caption":"B"}`, "embed https://example.org/: A\nparagraph: B", ""},
		"unknown":  {`{"type":"poem","title":"Night","children":[{"type":"paragraph","children":[{"type":"text","text":"a"}]}]}`, "paragraph: a", `a node of the kind "poem" is not known`},
		"new card": {`{"type":"weather","title":"Today","items":[{"text":"Rain"}],"url":"https://example.org"}`, "paragraph: Today\nparagraph: Rain", `a card of the kind "weather" is not known`},
		"junk":     {`7,null,"x",{"type":5},{"children":7}`, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all := items(t, export(t, lexical(t, c.nodes)), "")
			if len(all) != 1 || all[0].Err != nil {
				t.Fatalf("got %+v", all)
			}
			if got := show(all[0].Story.Articles[0].Revision.Body); got != c.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, c.want)
			}
			if got := strings.Join(all[0].Notes, "\n"); !strings.Contains(got, c.note) {
				t.Errorf("got notes %q, want %q", got, c.note)
			}
			if err := all[0].Story.Validate(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestGated leaves out what Ghost marks in its HTML as for members.
func TestGated(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ html, want string }{
		{`<p>a</p><!--kg-gated-block:begin nonMember:false memberSegment:\"status:free\" --><p>secret</p><!--kg-gated-block:end--><p>b</p>`, "paragraph: a\nparagraph: b"},
		{`<!--kg-gated-block:begin nonMember:true memberSegment:\"\" --><p>a</p><!--kg-gated-block:end--><p>b</p>`, "paragraph: a\nparagraph: b"},
		{`<p>a</p><!--kg-gated-block:begin nonMember:false--><p>secret</p>`, "paragraph: a"},
	} {
		all := items(t, export(t, `"id":"1","title":"x","status":"draft","html":"`+c.html+`"`), "")
		if got := show(all[0].Story.Articles[0].Revision.Body); got != c.want {
			t.Errorf("got:\n%s\nwant:\n%s", got, c.want)
		}
	}
}

// FuzzExport looks for an export that breaks the rules of a source: an item is one of few things, and what it brings is
// valid but for what Import itself refuses.
func FuzzExport(f *testing.F) {
	for _, seed := range []string{
		`{"db":[{"data":{"posts":[{"id":1,"title":"x","status":"published","published_at":0,"html":"<p>a"}],"tags":[{"id":1}]}}]}`,
		`{"posts":[{"id":"1","lexical":"{\"root\":{\"children\":[{\"type\":\"image\",\"src\":\"a\"}]}}"}]}`,
		`{"data":{"posts":[{"id":"1","mobiledoc":"{\"version\":\"0.3.1\",\"cards\":[[\"hr\",{}]],\"sections\":[[10,0]]}"}],"comments":[{"post_id":"1","html":"x"}]}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		s := file(t, b)
		for it, err := range s.Items(t.Context(), "") {
			if err != nil {
				return
			}
			if it.Kind == "" || it.Mark == "" || it.Story != nil && (it.Err != nil || len(it.Story.Articles) != 1) {
				t.Errorf("got %+v", it)
			}
		}
	})
}

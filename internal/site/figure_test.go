package site_test

import (
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"coranto/internal/news"
	"coranto/internal/site"
)

// TestPictures checks both ways of showing a picture: what the page asks for, where a tap leads, and what is published.
func TestPictures(t *testing.T) {
	dir := "media/story/2026/11/20/border/border-"
	for _, c := range []struct {
		pictures  site.Pictures
		html      string
		published []string
	}{
		{site.Light, `<figure><a href="../` + dir + `33333333-1280.jpg"><picture>` +
			`<source type="image/avif" srcset="../` + dir + `44444444-640.avif">` +
			`<img src="../` + dir + `11111111-320.jpg" width="640" height="427" alt="A road at dawn, a barrier across it">` +
			`</picture></a>`,
			[]string{"11111111-320.jpg", "33333333-1280.jpg", "44444444-640.avif"}},
		{site.Full, `<figure><picture><source type="image/avif" srcset="../` + dir + `44444444-640.avif">` +
			`<img src="../` + dir + `22222222-640.jpg" srcset="../` + dir + `11111111-320.jpg 320w, ../` + dir +
			`22222222-640.jpg 640w, ../` + dir + `33333333-1280.jpg 1280w" sizes="(min-width: 42rem) 40rem, 95vw"` +
			` width="640" height="427" alt="A road at dawn, a barrier across it"></picture>`,
			[]string{"11111111-320.jpg", "22222222-640.jpg", "33333333-1280.jpg", "44444444-640.avif", "77777777-16x9-320.jpg"}},
	} {
		cfg := specimenConfig
		cfg.Pictures = c.pictures
		files := renderAll(t, newSite(t, cfg), specimenWithCuts())
		page := strings.ReplaceAll(string(files[borderEN].Body), "../../../../../../", "../")
		if !strings.Contains(page, c.html) {
			_, from, _ := strings.Cut(page, "<figure>")
			figure, _, _ := strings.Cut(from, "</figure>")
			t.Errorf("%s: got %s\nwant %s", c.pictures, figure, c.html)
		}
		var published []string
		for path := range files {
			if name, ok := strings.CutPrefix(path, dir); ok {
				published = append(published, name)
			}
		}
		if slices.Sort(published); !slices.Equal(published, c.published) {
			t.Errorf("%s: published %q, want %q", c.pictures, published, c.published)
		}
	}
}

// specimenWithCuts is the specimen whose picture is also cut.
func specimenWithCuts() memory {
	snap := specimen()
	media := make(map[string]news.Media, len(snap.media))
	for id, m := range snap.media {
		media[id] = m
	}
	m := media[hexOf("a")]
	m.Renditions = append(slices.Clone(m.Renditions), news.Rendition{
		Name: "16x9-320.jpg", MediaType: "image/jpeg", Width: 320, Height: 180, SHA256: hexOf("7"), Size: 8000,
	})
	media[m.ID] = m
	snap.media = media
	return snap
}

// TestPlaceholder shows the placeholder of the picture that a page begins with, by a style that its policy lets, and of
// no other; a page without one may show nothing that stands inside it.
func TestPlaceholder(t *testing.T) {
	const holder = "data:image/gif;base64,R0lGODlhBAADAIMAAA=="
	snap := specimenWithCuts()
	m := snap.media[hexOf("a")]
	m.Placeholder = holder
	snap.media[m.ID] = m
	files := renderAll(t, newSite(t, specimenConfig), snap)
	for path, want := range map[string]int{borderEN: 1, "en/index.html": 1, "en/archive/index.html": 0} {
		body := string(files[path].Body)
		_, rest, _ := strings.Cut(body, "<style>")
		style, _, _ := strings.Cut(rest, "</style>")
		if got := strings.Count(style, `img[src*="-11111111-"]{background:url(`+holder+`)0/100% 100%;text-shadow:`); got != want {
			t.Errorf("%s: %d rules with a placeholder, want %d", path, got, want)
		}
		sum := sha256.Sum256([]byte(style))
		policy := html.UnescapeString(body[:strings.Index(body, "<style>")])
		if !strings.Contains(policy, "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'") {
			t.Errorf("%s: the policy does not let the style", path)
		}
		if got := strings.Contains(policy, "img-src 'self' data:;"); got != (want == 1) {
			t.Errorf("%s: pictures inside the page are let: %v", path, got)
		}
	}
}

// TestMissing has files that an import could not have: pages, feeds and packs say so in words, lists are as without a picture, and
// nothing that is published has the name of one.
func TestMissing(t *testing.T) {
	const name = "https://before.example/marker-4711.jpg"
	gone := func(alt string) *news.Figure {
		return &news.Figure{Missing: name, Alt: alt, Decorative: alt == "", Credit: "Mash",
			Transcript: []news.Block{paragraph("What was heard.")}}
	}
	block := func(alt string) []news.Block { return []news.Block{{Kind: news.Picture, Figure: gone(alt)}} }
	snap := specimen()
	en := &snap.stories[0].Articles[0].Revision
	en.Lead = gone("A road <at> dawn")
	en.Body = slices.Concat(en.Body, block("A gate"), []news.Block{
		{Kind: news.Quote, Blocks: block("")}, {Kind: news.List, Items: [][]news.Block{block("A fence")}},
	})
	files := renderAll(t, newSite(t, specimenConfig), snap)

	const box = `<figure><p class="missing">The newsroom does not have this picture or recording.`
	page := string(files[borderEN].Body)
	for _, want := range []string{
		box + `<br>A road &lt;at&gt; dawn</p><figcaption><bdi>Mash</bdi></figcaption></figure>` + "\n<details><summary>Transcript</summary>",
		box + "<br>A gate</p>", box + "</p>", box + "<br>A fence</p>", ".missing{",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s in %s", want, page)
		}
	}
	for path, content := range feedContents(t, files, "en") {
		if strings.Count(content, "does not have this picture") != 4 {
			t.Errorf("%s: got %s", path, content)
		}
	}
	_, data, _ := strings.Cut(page, "ld+json")
	data, _, _ = strings.Cut(data, "</script>")
	for what, text := range map[string]string{"linked data": data, "the front": string(files["en/index.html"].Body)} {
		if dir := "media/story/2026/11/20/border/border-1"; strings.Contains(text, dir) || strings.Contains(text, "missing") {
			t.Errorf("%s shows a lead that is missing: %s", what, text)
		}
	}
	for _, a := range packIn(t, files, "en", cameOut) {
		if a.ID == "border/1" && (a.Lead == nil || !a.Lead.Missing || a.Lead.Media != 0) {
			t.Errorf("the pack has the lead %+v", a.Lead)
		}
	}
	for path, f := range files {
		if strings.Contains(string(f.Body), "marker-4711") {
			t.Errorf("%s names a file that is missing", path)
		}
	}
}

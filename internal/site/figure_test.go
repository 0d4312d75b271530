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

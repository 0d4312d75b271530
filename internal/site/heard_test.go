package site_test

import (
	"maps"
	"strings"
	"testing"

	"coranto/internal/news"
	"coranto/internal/site"
)

// TestHeard renders a film with what is said in it: subtitles are files of this site that nobody fetches unasked, and the
// transcript stands in the page.
func TestHeard(t *testing.T) {
	snap := specimen()
	snap.media = maps.Clone(snap.media)
	snap.media[hexOf("d")] = news.Media{ID: hexOf("d"), Name: "march-en.vtt", Renditions: []news.Rendition{
		{Name: "subtitles.vtt", MediaType: "text/vtt", SHA256: hexOf("7"), Size: 90}}}
	film := &news.Figure{Media: hexOf("b"), Alt: "A film", Caption: words("A march"), Credit: "N. N.", Rights: "All kept",
		Subtitles:  []news.Track{{Lang: "en", Media: hexOf("d")}},
		Transcript: []news.Block{{Kind: news.Paragraph, Text: []news.Span{{Text: "Go on!", Link: "story:" + snap.stories[0].ID}}}}}
	st := plainStory(7)
	st.Articles[0].Revision.Body = []news.Block{{Kind: news.Picture, Figure: film}, paragraph("After it.")}
	snap.stories = append([]news.Story{st}, snap.stories...)
	out, err := newSite(t, specimenConfig).Render(t.Context(), snap, site.Unit{Kind: site.Story, Story: st.ID})
	if err != nil {
		t.Fatal(err)
	}
	var page string
	published := false
	for _, f := range out.Files {
		if strings.HasSuffix(f.Path, "/index.html") {
			page = string(f.Body)
		}
		published = published || strings.HasSuffix(f.Path, "march-en-77777777-subtitles.vtt")
	}
	if !published {
		t.Error("the subtitles are not published")
	}
	for _, want := range []string{
		`<video controls preload="none" aria-label="A film" width="1280" height="720" src="../`, `-video.mp4"><track srclang="en" src="../`, `-subtitles.vtt">`,
		"}video{inline-size:100%;aspect-ratio:",
		`A march · <bdi>N. N.</bdi> · <bdi>All kept</bdi></figcaption>`,
		"<details><summary>Transcript</summary>\n<p><a href=\"", "Go on!</a></p>\n</details>\n<p>After it.</p>",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s in %s", want, page)
		}
	}
}

package site_test

import (
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"coranto/internal/news"
	"coranto/internal/site"
)

// TestFrontPictures puts pictures on a front: those of the lead and the seconds alone, cut around what matters in them by
// a style that the policy lets.
func TestFrontPictures(t *testing.T) {
	snap := memory{media: maps.Clone(specimenMedia)}
	m := snap.media[hexOf("a")]
	m.Focus = news.Focus{X: 20, Y: 70}
	snap.media[m.ID] = m
	for i := range 9 {
		s := plainStory(i)
		s.Articles[0].Revision.Lead = &news.Figure{Media: m.ID, Alt: "A picture"}
		if i == 8 { // the newest
			s.Articles[0].Revision.Headline = "The lead"
		}
		snap.stories = append(snap.stories, s)
	}
	files := renderAll(t, newSite(t, site.Config{Name: "N", Languages: []string{"en"}}), snap)
	body := string(files["en/index.html"].Body)
	doc := pages(t, map[string]site.File{"en/index.html": files["en/index.html"]})["en/index.html"]
	n := 0
	for e := range elements(doc) {
		if e.Data == "img" {
			n++
			if src := strings.TrimPrefix(attr(e, "src"), "../"); files[src].Rendition == "" {
				t.Errorf("the front shows %s, which no story's page does", src)
			}
		}
	}
	if n != 5 {
		t.Errorf("got %d pictures, want those of the lead and four seconds", n)
	}
	_, rest, _ := strings.Cut(body, "<style>")
	style, _, _ := strings.Cut(rest, "</style>")
	sum := sha256.Sum256([]byte(style))
	if !strings.Contains(html.UnescapeString(body), "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'") {
		t.Error("the policy does not let the style")
	}
	for _, want := range []string{".lead img{object-position:20% 70%}", ".seconds article:nth-child(4) img{object-position:20% 70%}"} {
		if !strings.Contains(style, want) {
			t.Errorf("the style has no %s", want)
		}
	}
}

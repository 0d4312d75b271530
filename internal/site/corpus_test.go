package site_test

import (
	"cmp"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"coranto/internal/news"
	"coranto/internal/site"
)

// corpus reads the corpus as a snapshot, and the tags of its languages; the test is skipped where there is none. Its
// text is cleaned no further than a valid article must be.
func corpus(t *testing.T) (memory, []string) {
	t.Helper()
	dir := cmp.Or(os.Getenv("CORANTO_CORPUS"), "../../../shared/corpus/ntrex-128")
	names, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil || len(names) == 0 {
		t.Skip("the corpus is not here: set CORANTO_CORPUS to its folder")
	}
	clean := func(s string) string {
		return norm.NFC.String(strings.Map(func(r rune) rune {
			if unicode.IsControl(r) && r != '\n' {
				return -1
			}
			return r
		}, s))
	}
	stories, tags := map[string]news.Story{}, []string{}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var feed struct {
			Language string
			Items    []struct {
				Title          string
				Content_text   string
				Date_published time.Time
				Story          struct{ ID string } `json:"_story"`
			}
		}
		if err := json.Unmarshal(b, &feed); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		tags = append(tags, feed.Language)
		for _, item := range feed.Items {
			s := stories[item.Story.ID]
			s.ID = item.Story.ID
			s.Address = news.Address{Day: item.Date_published.Format(time.DateOnly), Slug: strings.ToLower(strings.ReplaceAll(s.ID, ":", "-"))}
			a := news.Article{Lang: feed.Language, Status: news.Published, Published: item.Date_published, Number: 1}
			a.Revision.Headline = clean(item.Title)
			for p := range strings.SplitSeq(clean(item.Content_text), "\n\n") {
				a.Revision.Body = append(a.Revision.Body, paragraph(p))
			}
			s.Articles = append(s.Articles, a)
			stories[s.ID] = s
		}
	}
	var m memory
	for _, s := range stories {
		m.stories = append(m.stories, s)
	}
	return m, tags
}

// TestCorpusSurvives renders real news in thirty languages and looks for every headline and every paragraph, to the byte.
func TestCorpusSurvives(t *testing.T) {
	snap, tags := corpus(t)
	s := newSite(t, site.Config{Name: "N", Languages: tags})
	n, start := 0, time.Now()
	for _, st := range snap.stories {
		out, err := s.Render(t.Context(), snap, site.Unit{Kind: site.Story, Story: st.ID})
		if err != nil {
			t.Fatal(err)
		}
		files := map[string]site.File{}
		for _, f := range out.Files {
			files[f.Path] = f
		}
		docs := pages(t, files)
		for _, a := range st.Articles {
			text := textOf(docs[site.StoryPath(a.Lang, st.Address)])
			if !strings.Contains(text, a.Revision.Headline) {
				t.Errorf("%s %s: the headline is not there", st.ID, a.Lang)
			}
			for i, b := range a.Revision.Body {
				if !strings.Contains(text, b.Text[0].Text) {
					t.Errorf("%s %s: paragraph %d is not there", st.ID, a.Lang, i)
				}
			}
			n++
		}
	}
	t.Logf("%d articles in %v", n, time.Since(start))
}

package importer_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"coranto/internal/importer"
	"coranto/internal/news"
	"coranto/internal/store"
)

// memory is a store that remembers what was put, and fails once it is told to.
type memory struct {
	importer.Store
	puts    int
	stories map[string]news.Story
	err     error
	// withdrawn is the ID or address under which a story was withdrawn.
	withdrawn string
}

func (m *memory) PutMany(_ context.Context, stories []news.Story) ([]store.PutResult, error) {
	if m.err != nil {
		return nil, m.err
	}
	m.puts++
	results := make([]store.PutResult, len(stories))
	for i, s := range stories {
		if err := s.Validate(); err != nil {
			return nil, err
		}
		m.stories[s.ID] = s
		for _, a := range s.Articles {
			results[i].New = append(results[i].New, a.Lang)
		}
	}
	return results, nil
}

func (m *memory) Withdrawn(_ context.Context, names ...string) (string, error) {
	for _, name := range names {
		if name == m.withdrawn {
			return name, nil
		}
	}
	return "", nil
}

func (m *memory) Story(_ context.Context, id string) (news.Story, error) {
	if s, ok := m.stories[id]; ok {
		return s, nil
	}
	return news.Story{}, store.ErrNotFound
}

func article(lang, headline string) news.Article {
	return news.Article{Lang: lang, Status: news.Published, Published: time.Unix(0, 0).UTC(), Revision: news.Revision{Headline: headline}}
}

func at(file string) func(string) importer.Place {
	return func(lang string) importer.Place { return importer.Place{File: file, Item: lang} }
}

func TestWriter(t *testing.T) {
	m := &memory{stories: map[string]news.Story{}}
	w := importer.NewWriter(m)
	ctx := t.Context()
	for _, add := range []struct {
		file  string
		story news.Story
	}{
		{"ru.json", news.Story{ID: "a", Articles: []news.Article{article("ru", "А")}}},
		{"en.json", news.Story{ID: "a", Slug: "a-story", Articles: []news.Article{article("en", "A"), article("x y", "X")}}},
		{"en.json", news.Story{ID: "b", Articles: []news.Article{article("en", "")}}},
		{"again.json", news.Story{ID: "a", Articles: []news.Article{article("ru", "Б")}}},
	} {
		if err := w.Add(ctx, add.story, at(add.file)); err != nil {
			t.Fatal(err)
		}
	}
	w.Refuse(importer.Place{File: "broken.json"}, errors.New("not JSON"))
	w.Note(importer.Place{File: "en.json", Item: "en"}, "left out a form")
	report, err := w.Close(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprintf("%d %d %d %d %d %v %v", report.Total, report.New, report.Changed, report.Unchanged, report.Refused,
		report.Problems, report.Notes)
	want := `6 2 0 0 4 [` +
		`en.json, x y: "x y" is no language tag en.json, en: has no headline ` +
		`again.json, ru: story "a" in ru was already in ru.json, ru broken.json: not JSON] ` +
		`[en.json, en: left out a form]`
	if got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
	if a := m.stories["a"]; len(a.Articles) != 2 || a.Slug != "a-story" || m.puts != 1 {
		t.Errorf("story a: %+v in %d transactions", a, m.puts)
	}
}

func TestWriterWritesInBatches(t *testing.T) {
	m := &memory{stories: map[string]news.Story{}}
	w := importer.NewWriter(m)
	for i := range 1000 {
		if err := w.Add(t.Context(), news.Story{ID: fmt.Sprint(i), Articles: []news.Article{article("en", "A")}}, at("f")); err != nil {
			t.Fatal(err)
		}
	}
	report, err := w.Close(t.Context(), nil)
	if err != nil || report.New != 1000 || m.puts != 3 {
		t.Errorf("%+v in %d transactions: %v", report, m.puts, err)
	}
}

func TestWriterStopsAtTheStoresError(t *testing.T) {
	full := errors.New("disk full")
	m := &memory{stories: map[string]news.Story{}, err: full}
	w := importer.NewWriter(m)
	if err := w.Add(t.Context(), news.Story{ID: "a", Articles: []news.Article{article("en", "A")}}, at("f")); err != nil {
		t.Fatal(err)
	}
	if report, err := w.Close(t.Context(), nil); !errors.Is(err, full) || report.Total != 0 {
		t.Errorf("got %+v, %v", report, err)
	}
}

// TestClaimThatAnOtherLanguageNeeds takes a claim out of a story whose Russian article, which isn't imported again,
// leans on it.
func TestClaimThatAnOtherLanguageNeeds(t *testing.T) {
	sources := []news.Source{{ID: "mash", Kind: news.Social, Name: map[string]string{"": "Mash"}}}
	claims := []news.Claim{{ID: "video", Source: "mash", Check: news.Unverified}}
	russian := article("ru", "А")
	russian.Revision.Body = []news.Block{{Kind: news.Paragraph, Text: []news.Span{{Text: "Видео", Claim: "video"}}}}
	m := &memory{stories: map[string]news.Story{"a": {ID: "a", Sources: sources, Claims: claims, Articles: []news.Article{russian}}}}
	w := importer.NewWriter(m)
	s := news.Story{ID: "a", Sources: sources, Claims: []news.Claim{}, Articles: []news.Article{article("en", "A")}}
	if err := w.Add(t.Context(), s, at("en.md")); err != nil {
		t.Fatal(err)
	}
	report, err := w.Close(t.Context(), nil)
	if err != nil || report.Refused != 1 || m.puts != 0 || !strings.Contains(report.Problems[0].Reason, "article ru") {
		t.Errorf("got %+v, %v", report, err)
	}
}

func TestMedia(t *testing.T) {
	real := func(name string) string {
		b, err := os.ReadFile("../recording/testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	for _, c := range []struct{ name, file, rendition, fault string }{
		{"Выступление.MP4", real("phone.mp4"), "video.mp4", ""},
		{"phone.m4a", real("sound.m4a"), "sound.m4a", ""},
		{"a.webm", real("live.webm"), "video.webm", ""},
		{"a.mp3", real("tone.mp3"), "sound.mp3", ""},
		{"a.ogg", real("opus.ogg"), "sound.ogg", ""},
		{"cut.mp4", real("phone.mp4")[:3000], "", "cut short"},
		{"stream.mp4", real("fragments.mp4"), "", "hint"},
		{"lies.mp4", "\x89PNG\r\n\x1a\n", "", "not what its ending says"},
		{"empty.mp3", "ID3\x04", "", "no sound"},
		{"a.vtt", "WEBVTT\n\n00:00.000 --> 00:01.000\nСалом\n", "subtitles.vtt", ""},
		{"b.vtt", "WEBVTT\n\xFF", "", "not what its ending says"},
		{"a.svg", "<svg/>", "", "only jpg"},
		{"a.jpg", "GPS", "", "not a JPEG"},
		{"a", "x", "", "only jpg"},
	} {
		m, files, err := importer.NewMedia(c.name, []byte(c.file), news.Focus{})
		if c.fault != "" {
			if err == nil || !strings.Contains(err.Error(), c.fault) {
				t.Errorf("%s: got error %v, want %q", c.name, err, c.fault)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if err := m.Validate(); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		r, b := m.Renditions[0], files[c.rendition]
		if r.Name != c.rendition || m.ID != importer.MediaID([]byte(c.file)) || bytes.Contains(b, []byte("Petrichor")) {
			t.Errorf("%s: got %+v, of %d bytes", c.name, m, len(b))
		}
		if err := importer.CheckRendition(r, b); err != nil {
			t.Errorf("%s: our own rendition is refused: %v", c.name, err)
		}
	}
}

// A story that was withdrawn is refused in all its languages, whether its ID or where it stood gives it away.
func TestWriterRefusesWhatWasWithdrawn(t *testing.T) {
	for _, name := range []string{"it's gone", "https://example.org/gone"} {
		m := &memory{stories: map[string]news.Story{}, withdrawn: name}
		w := importer.NewWriter(m)
		gone := news.Story{ID: "it's gone", Articles: []news.Article{article("en", "Gone"), article("fa", "رفت")}}
		gone.Articles[1].Revision.SourceURL = "https://example.org/gone"
		for _, s := range []news.Story{gone, {ID: "fine", Articles: []news.Article{article("en", "Fine")}}} {
			if err := w.Add(t.Context(), s, at("x")); err != nil {
				t.Fatal(err)
			}
		}
		r, err := w.Close(t.Context(), nil)
		if err != nil || r.Refused != 2 || r.New != 1 || m.stories["it's gone"].ID != "" {
			t.Fatalf("got %+v, %v", r, err)
		}
		for _, p := range r.Problems {
			if want := "--undo '" + strings.ReplaceAll(name, "'", `'\''`) + "'"; !strings.HasSuffix(p.Reason, want) {
				t.Errorf("got %q, want it to end with %q", p.Reason, want)
			}
		}
	}
}

// A mute store can't say what was withdrawn.
type mute struct{ *memory }

func (m mute) Withdrawn(context.Context, ...string) (string, error) { return "", m.err }

func TestWriterCantAskWhatWasWithdrawn(t *testing.T) {
	m := mute{&memory{err: errors.New("disk on fire")}}
	s := news.Story{ID: "x", Articles: []news.Article{article("en", "X")}}
	if err := importer.NewWriter(m).Add(t.Context(), s, at("x")); !errors.Is(err, m.err) {
		t.Errorf("got %v, want the store's error", err)
	}
}

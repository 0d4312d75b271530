package markdown_test

import (
	"encoding/json"
	"image/color"
	"strings"
	"testing"

	"coranto/internal/importer"
	"coranto/internal/news"
)

const carriedYAML = `topics: {}
places:
  samara: {en: Samara, ru: Самара}
  orsk: {ru: Орск}
related: [first, second]
media:
  road.png: {rights: All kept, focus: [30, 0]}
  film.mp4: {subtitles: {ru: words.vtt}}
`

// TestCarried imports what an article carries besides its words.
func TestCarried(t *testing.T) {
	st := newsroom(t)
	fsys := files("s/story.yaml", carriedYAML, "s/en.md", `---
headline: H
published: 2020-08-04
breaking: 2020-08-05T12:00:00Z
bylines: [{name: Ann Vale, slug: ann-vale}]
places: [samara]
lead: {file: road.png, alt: A road, rights: Ours}
---
![A film](film.mp4)
`, "s/ru.md", "---\nheadline: H\npublished: 2020-08-04\nrelated: [third]\n---\n![Фильм](film.mp4)\n",
		"s/road.png", drawing(t, color.White), "s/film.mp4", film(t),
		"s/film.en.vtt", "WEBVTT\n\n1", "s/words.vtt", "WEBVTT\n\n2", "s/film.en.txt", "One\r\nline.\r\n\r\nTwo.\n", "s/film.jpg", "x")
	if r := run(t, st, fsys); counts(r) != "2 new, 0 changed, 0 unchanged, 0 refused" || len(r.Notes) != 0 {
		t.Fatalf("%s: %v, %v", counts(r), r.Problems, r.Notes)
	}
	s, err := st.Story(t.Context(), "s")
	if err != nil {
		t.Fatal(err)
	}
	id := func(name string) string { return importer.MediaID(fsys["s/"+name].Data) }
	tracks := `"subtitles":[{"lang":"en","media":"` + id("film.en.vtt") + `"},{"lang":"ru","media":"` + id("words.vtt") + `"}]`
	got, err := json.Marshal(s.Articles)
	if err != nil {
		t.Fatal(err)
	}
	want := `[{"lang":"en","status":"published","published":"2020-08-04T00:00:00Z","breaking":"2020-08-05T12:00:00Z","number":1,` +
		`"revision":{"headline":"H","bylines":[{"name":"Ann Vale","slug":"ann-vale"}],"places":[{"slug":"samara","name":"Samara"}],` +
		`"lead":{"media":"` + id("road.png") + `","alt":"A road","rights":"Ours"},` +
		`"body":[{"kind":"figure","figure":{"media":"` + id("film.mp4") + `","alt":"A film",` + tracks + `,` +
		`"transcript":[{"kind":"paragraph","text":[{"text":"One line."}]},{"kind":"paragraph","text":[{"text":"Two."}]}]}}],` +
		`"related":["first","second"]}},` +
		`{"lang":"ru","status":"published","published":"2020-08-04T00:00:00Z","number":1,` +
		`"revision":{"headline":"H","places":[{"slug":"samara","name":"Самара"},{"slug":"orsk","name":"Орск"}],` +
		`"body":[{"kind":"figure","figure":{"media":"` + id("film.mp4") + `","alt":"Фильм",` + tracks + `}}],"related":["third"]}}]`
	if string(got) != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
	m, err := st.Media(t.Context(), id("road.png"))
	if err != nil || m.Focus != (news.Focus{X: 30, Y: 1}) {
		t.Errorf("got the focus %v, %v", m.Focus, err)
	}

	fsys["s/story.yaml"].Data = []byte(strings.Replace(carriedYAML, "[30, 0]", "[70, 20]", 1))
	if r := run(t, st, fsys); counts(r) != "0 new, 0 changed, 2 unchanged, 0 refused" {
		t.Errorf("another focus: %s", counts(r))
	}
	if m, err = st.Media(t.Context(), id("road.png")); err != nil || m.Focus != (news.Focus{X: 70, Y: 20}) {
		t.Errorf("got the focus %v, %v", m.Focus, err)
	}
}

// TestCarriedRefused names the line of what is wrong, where one is to blame.
func TestCarriedRefused(t *testing.T) {
	film := film(t)
	for name, c := range map[string]struct{ front, yaml, extra, want string }{
		"breaking too long": {front: "breaking: 2020-08-06T00:00:01Z", want: "s/en.md:4, s: breaking ends later than 48 hours after the article was published or updated (hint: "},
		"breaking no time":  {front: "breaking: true", want: `s/en.md:4, s: "true" is no time`},
		"unknown place":     {front: "places: [minsk]", want: `s/en.md, s: place "minsk" is not in story.yaml`},
		"related to itself": {front: "related: [s]", want: "s/en.md:4, s: the story is related to itself"},
		"protected page":    {front: "bylines: [{name: A, slug: a, protected: true}]", want: "byline 1 is protected, but has a page"},
		"focus":             {yaml: "media:\n  film.mp4: {focus: [1]}", want: "s/story.yaml:2: a focus is two numbers from 0 to 100"},
		"focus outside":     {yaml: "media:\n  film.mp4: {focus: [1, 101]}", want: "s/story.yaml:2: a focus is two numbers"},
		"subtitles missing": {yaml: "media:\n  film.mp4: {subtitles: {en: x.vtt}}", want: `s/en.md:6, s: subtitles of "film.mp4": "x.vtt" is not there`},
		"subtitles no vtt":  {yaml: "media:\n  film.mp4: {subtitles: {en: en.md}}", want: `"en.md" is no .vtt file`},
		"no language":       {extra: "film.final-cut.vtt", want: `"film.final-cut.vtt" has no language in its name (hint: film.en.vtt)`},
		"other bytes":       {extra: "film.en.vtt", want: `"film.en.vtt" is not what its ending says`},
	} {
		t.Run(name, func(t *testing.T) {
			front := c.front
			if front == "" {
				front = "kicker: K"
			}
			fsys := files("s/en.md", "---\nheadline: H\npublished: 2020-08-04\n"+front+"\n---\n![A film](film.mp4)\n",
				"s/film.mp4", film, "s/story.yaml", c.yaml)
			if c.extra != "" {
				fsys["s/"+c.extra] = files("x", "no subtitles")["x"]
			}
			r := run(t, newsroom(t), fsys)
			if len(r.Problems) != 1 || !strings.Contains(r.Problems[0].String(), c.want) {
				t.Errorf("got %v, want %q", r.Problems, c.want)
			}
		})
	}
}

package site

import (
	"bytes"
	"encoding/json"
)

// The parts of a JSON Feed (https://jsonfeed.org/version/1.1). An item names its story, as an import reads it
// (_story.id), so that a feed can be carried from one newsroom to another with its translations still tied.
type (
	jsonFeed struct {
		Version     string       `json:"version"`
		Title       string       `json:"title"`
		Description string       `json:"description,omitempty"`
		HomePage    string       `json:"home_page_url"`
		Feed        string       `json:"feed_url"`
		Language    string       `json:"language"`
		Authors     []jsonAuthor `json:"authors"`
		Items       []jsonItem   `json:"items"`
	}
	jsonItem struct {
		ID        string       `json:"id"`
		URL       string       `json:"url"`
		Title     string       `json:"title"`
		Summary   string       `json:"summary,omitempty"`
		Content   string       `json:"content_html"`
		Published string       `json:"date_published"`
		Modified  string       `json:"date_modified"`
		Authors   []jsonAuthor `json:"authors,omitempty"`
		Tags      []string     `json:"tags,omitempty"`
		Language  string       `json:"language"`
		Story     jsonStory    `json:"_story"`
	}
	jsonAuthor struct {
		Name string `json:"name"`
	}
	jsonStory struct {
		ID string `json:"id"`
		// TranslatedFrom is the language of the original; empty for an original.
		TranslatedFrom string `json:"translated_from,omitempty"`
	}
)

func encodeJSONFeed(f feed, path string) ([]byte, error) {
	j := jsonFeed{
		Version: "https://jsonfeed.org/version/1.1", Title: f.Title, Description: f.Tagline,
		HomePage: f.ref(f.Home), Feed: f.ref(path), Language: f.Lang(),
		Authors: []jsonAuthor{{f.Name()}}, Items: []jsonItem{},
	}
	for _, e := range f.Entries {
		x := jsonItem{
			ID: e.ID, URL: e.Link, Title: e.Title, Summary: e.Summary, Content: e.Content,
			Published: atomTime(e.Published), Modified: atomTime(e.Updated),
			Tags: e.Topics, Language: f.Lang(), Story: jsonStory{e.Story, e.Origin},
		}
		for _, name := range e.Authors {
			x.Authors = append(x.Authors, jsonAuthor{name})
		}
		j.Items = append(j.Items, x)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(j)
	return b.Bytes(), err
}

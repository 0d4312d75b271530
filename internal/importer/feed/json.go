package feed

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// parseJSON reads a JSON Feed (https://www.jsonfeed.org/version/1.1/). Fields that we don't know are passed over. An
// item of the wrong shape is at fault by itself.
func parseJSON(b []byte) (*feed, error) {
	var in struct {
		Version     string            `json:"version"`
		HomePageURL string            `json:"home_page_url"`
		Language    string            `json:"language"`
		Items       []json.RawMessage `json:"items"`
	}
	if err := json.Unmarshal(b, &in); err != nil {
		return nil, fmt.Errorf("not a JSON Feed: %w", withLine(b, err))
	}
	if !strings.Contains(in.Version, "jsonfeed.org/version/") {
		return nil, fmt.Errorf("not a JSON Feed: version is %.60q", in.Version)
	}
	f := &feed{lang: in.Language, home: in.HomePageURL}
	for i, raw := range in.Items {
		f.items = append(f.items, parseItem(raw, i))
	}
	return f, nil
}

// withLine adds the line to an error of JSON's syntax.
func withLine(b []byte, err error) error {
	if e := (*json.SyntaxError)(nil); errors.As(err, &e) {
		return fmt.Errorf("line %d: %w", 1+bytes.Count(b[:min(int(e.Offset), len(b))], []byte("\n")), err)
	}
	return err
}

// A word is a JSON string, or a number as it is written: many make IDs of numbers.
type word string

// UnmarshalJSON implements json.Unmarshaler.
func (w *word) UnmarshalJSON(b []byte) error {
	var n json.Number
	if b[0] != '"' {
		err := json.Unmarshal(b, &n)
		*w = word(n)
		return err
	}
	return json.Unmarshal(b, (*string)(w))
}

type jsonAuthor struct {
	Name string `json:"name"`
}

// A jsonItem is an item of JSON Feed 1.1, with the author of 1.0 and our own extension.
type jsonItem struct {
	ID          word         `json:"id"`
	URL         string       `json:"url"`
	Language    string       `json:"language"`
	Title       string       `json:"title"`
	Summary     string       `json:"summary"`
	HTML        string       `json:"content_html"`
	Text        string       `json:"content_text"`
	Image       string       `json:"image"`
	Published   string       `json:"date_published"`
	Modified    string       `json:"date_modified"`
	Tags        []string     `json:"tags"`
	Author      jsonAuthor   `json:"author"`
	Authors     []jsonAuthor `json:"authors"`
	Attachments []struct {
		URL string `json:"url"`
	} `json:"attachments"`
	Story struct {
		ID word `json:"id"`
	} `json:"_story"`
}

// parseItem reads the i-th item, counted from 0.
func parseItem(raw []byte, i int) item {
	it := item{name: fmt.Sprintf("item %d", i+1)}
	var in jsonItem
	if err := json.Unmarshal(raw, &in); err != nil || raw[0] != '{' {
		if in.ID != "" {
			it.name = string(in.ID)
		}
		it.err = fmt.Errorf("not an item of a JSON Feed: %w", err)
		if err == nil {
			it.err = errors.New("not an item of a JSON Feed")
		}
		return it
	}
	if in.ID != "" {
		it.name = string(in.ID)
	}
	if !utf8.Valid(raw) {
		it.notes = append(it.notes, "bytes that are no UTF-8 became U+FFFD")
	}
	it.story, it.id, it.url, it.lang = string(in.Story.ID), string(in.ID), in.URL, in.Language
	it.title, it.summary = text{text: in.Title}, text{text: in.Summary}
	if it.body = (text{in.HTML, true}); strings.TrimSpace(in.HTML) == "" {
		it.body = text{in.Text, false}
	}
	it.tags = in.Tags
	for _, a := range append(in.Authors, in.Author) {
		it.authors = append(it.authors, a.Name)
	}
	it.dates(in.Published, in.Modified)
	it.leaveOut("image", in.Image)
	for _, a := range in.Attachments {
		it.leaveOut("attachment", a.URL)
	}
	return it
}

// dates reads the item's dates, as RFC 3339 writes them.
func (it *item) dates(published, modified string) {
	for _, d := range []struct {
		text string
		to   *time.Time
	}{{published, &it.published}, {modified, &it.updated}} {
		t, err := time.Parse(time.RFC3339, strings.TrimSpace(d.text))
		if err == nil {
			*d.to = t
		} else if d.text != "" {
			it.date = d.text
			it.notes = append(it.notes, fmt.Sprintf("date %.60q is not written as 2026-11-22T10:00:00Z", d.text))
		}
	}
}

// leaveOut notes a file that the item names and that stays where it is.
func (it *item) leaveOut(what, address string) {
	if address != "" {
		it.notes = append(it.notes, fmt.Sprintf("%s not taken: %.300s", what, address))
	}
}

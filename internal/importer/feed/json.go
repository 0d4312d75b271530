package feed

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"coranto/internal/importer/foreign"
)

// parseJSON reads a JSON Feed (https://www.jsonfeed.org/version/1.1/). Fields that we don't know are passed over. An
// item of the wrong shape is at fault by itself.
func parseJSON(b []byte, dates foreign.Dates) (*feed, error) {
	f := &feed{}
	var in jsonFeed
	if err := json.Unmarshal(b, &in); err != nil {
		line, err := place(b, err)
		whole := wholeItems(b)
		if in = (jsonFeed{}); whole == nil || json.Unmarshal(whole, &in) != nil {
			return nil, fmt.Errorf("not a JSON Feed: line %d: %w", line, err)
		}
		f.broken = []brokenItem{{line, err}}
	}
	if !strings.Contains(in.Version, "jsonfeed.org/version/") {
		return nil, fmt.Errorf("not a JSON Feed: version is %.60q", in.Version)
	}
	f.lang, f.home, f.next = in.Language, in.HomePageURL, in.NextURL
	for i, raw := range in.Items {
		it := parseItem(raw, i, dates)
		if len(it.authors) == 0 { // the feed's are then the item's
			it.authors = names(in.Authors, in.Author)
		}
		f.items = append(f.items, it)
	}
	return f, nil
}

// A jsonFeed is the object that a JSON Feed is.
type jsonFeed struct {
	Version     string            `json:"version"`
	HomePageURL string            `json:"home_page_url"`
	NextURL     string            `json:"next_url"`
	Language    string            `json:"language"`
	Author      jsonAuthor        `json:"author"`
	Authors     []jsonAuthor      `json:"authors"`
	Items       []json.RawMessage `json:"items"`
}

// wholeItems returns a feed that breaks off, or is no JSON from somewhere on, up to the last whole item before; nil
// where there is none.
func wholeItems(b []byte) []byte {
	d := json.NewDecoder(bytes.NewReader(b))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil
	}
	var raw json.RawMessage
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil
		}
		if key != "items" {
			if d.Decode(&raw) != nil {
				return nil
			}
			continue
		}
		if t, err := d.Token(); err != nil || t != json.Delim('[') {
			return nil
		}
		end := 0
		for d.More() && d.Decode(&raw) == nil {
			end = int(d.InputOffset())
		}
		if end == 0 {
			return nil
		}
		return append(slices.Clone(b[:end]), "]}"...)
	}
	return nil
}

// place returns the line that an error of package json is about, 1 where it doesn't say, and the error.
func place(b []byte, err error) (int, error) {
	at := int64(0)
	if e := (*json.SyntaxError)(nil); errors.As(err, &e) {
		at = e.Offset
	} else if e := (*json.UnmarshalTypeError)(nil); errors.As(err, &e) {
		at = e.Offset
	}
	return 1 + bytes.Count(b[:min(int(at), len(b))], []byte("\n")), err
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
	Banner      string       `json:"banner_image"`
	Published   string       `json:"date_published"`
	Modified    string       `json:"date_modified"`
	Tags        []string     `json:"tags"`
	Author      jsonAuthor   `json:"author"`
	Authors     []jsonAuthor `json:"authors"`
	Attachments []struct {
		URL   string `json:"url"`
		Type  string `json:"mime_type"`
		Title string `json:"title"`
		Size  word   `json:"size_in_bytes"`
	} `json:"attachments"`
	Story struct {
		ID word `json:"id"`
	} `json:"_story"`
}

// parseItem reads the i-th item, counted from 0.
func parseItem(raw []byte, i int, dates foreign.Dates) item {
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
	it.story, it.id, it.url, it.lang = string(in.Story.ID), string(in.ID), in.URL, in.Language
	it.title, it.summary = text{text: in.Title}, text{text: in.Summary}
	if it.body = (text{in.HTML, true}); strings.TrimSpace(in.HTML) == "" {
		it.body = text{in.Text, false}
	}
	it.tags = in.Tags
	it.authors = names(in.Authors, in.Author)
	it.whole = strings.TrimSpace(it.body.text) != ""
	it.dates(in.Published, in.Modified, dates)
	it.add(file{url: cmp.Or(in.Image, in.Banner), kind: picture})
	for _, a := range in.Attachments {
		size, _ := strconv.Atoi(string(a.Size)) // many say nothing, or no number
		it.add(file{url: a.URL, kind: kindOf(a.Type, "", a.URL), caption: a.Title, size: size})
	}
	return it
}

// names returns the names among authors, of which one may stand alone.
func names(authors []jsonAuthor, one jsonAuthor) []string {
	var out []string
	for _, a := range append(authors, one) {
		if a.Name != "" {
			out = append(out, a.Name)
		}
	}
	return out
}

// dates reads the item's dates.
func (it *item) dates(published, modified string, dates foreign.Dates) {
	var errs [2]error
	it.published, errs[0] = it.date(published, dates)
	it.updated, errs[1] = it.date(modified, dates)
	it.dateFault = cmp.Or(errs[0], errs[1])
	for _, err := range errs {
		if err != nil {
			it.note(err.Error())
		}
	}
}

package ghost

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// An id is what names a row: a string, or a number as before Ghost 1.0.
type id string

// UnmarshalJSON implements json.Unmarshaler.
func (i *id) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		return nil
	}
	s := string(b)
	if b[0] == '"' {
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
	} else if _, err := strconv.ParseInt(s, 10, 64); err != nil {
		return fmt.Errorf("%.60s is no id", s)
	}
	if len(s) > 100 {
		return fmt.Errorf("%.60q… is no id", s)
	}
	*i = id(s)
	return nil
}

// A flag is true, or a number that is not 0, as databases without truth values have it.
type flag bool

// UnmarshalJSON implements json.Unmarshaler.
func (f *flag) UnmarshalJSON(b []byte) error {
	switch string(b) {
	case "null", "false", "0":
		*f = false
	case "true", "1":
		*f = true
	default:
		return fmt.Errorf("%.60s is neither true nor false", b)
	}
	return nil
}

// A stamp is a time: 2026-11-22T10:00:00.000Z, the same with a space as SQLite has it, or milliseconds since 1970. Ghost
// keeps its times in UTC.
type stamp struct{ time.Time }

// UnmarshalJSON implements json.Unmarshaler.
func (t *stamp) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		return nil
	}
	if ms, err := strconv.ParseInt(string(b), 10, 64); err == nil {
		return t.set(time.UnixMilli(ms))
	}
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return fmt.Errorf("%.60s is no time", b)
	}
	if s == "" {
		return nil
	}
	for _, layout := range []string{time.RFC3339, time.DateTime, "2006-01-02T15:04:05Z0700"} {
		if at, err := time.Parse(layout, s); err == nil {
			return t.set(at)
		}
	}
	return fmt.Errorf("%.60q is no time", s)
}

// set keeps a time of our calendar.
func (t *stamp) set(at time.Time) error {
	if y := at.Year(); y < 1600 || y > 2400 {
		return fmt.Errorf("the year %d is far away", y)
	}
	t.Time = at.UTC().Truncate(time.Second)
	return nil
}

// A head is what the first pass reads of a post.
type head struct {
	ID     id     `json:"id"`
	UUID   string `json:"uuid"`
	Slug   string `json:"slug"`
	Type   string `json:"type"`
	Page   flag   `json:"page"` // before Ghost 3.0
	Status string `json:"status"`
	Locale string `json:"locale"`
	// URL is where the API says that the post stands; exports don't.
	URL string `json:"url"`
	// Tags and Authors stand in the post itself where the API answered.
	Tags    []tag  `json:"tags"`
	Authors []user `json:"authors"`
	// AuthorID is of before Ghost 1.22.
	AuthorID    id     `json:"author_id"`
	Featured    flag   `json:"featured"`
	Visibility  string `json:"visibility"`
	PublishedAt stamp  `json:"published_at"`
}

// kind says what Ghost calls it.
func (h head) kind() string {
	if h.Page || h.Type == "page" {
		return "page"
	}
	return "post"
}

// story returns the ID that the post has as a story.
func (h head) story() string {
	if len(h.UUID) == 36 {
		return "ghost-" + h.UUID
	}
	return "ghost-" + string(h.ID)
}

// A post is a row of posts, with what stands in posts_meta since Ghost 3.0 and stood in posts before.
type post struct {
	head
	meta
	Title         string `json:"title"`
	Lexical       string `json:"lexical"`
	Mobiledoc     string `json:"mobiledoc"`
	HTML          string `json:"html"`
	Plaintext     string `json:"plaintext"`
	Image         string `json:"image"` // before Ghost 1.0
	FeatureImage  string `json:"feature_image"`
	CreatedAt     stamp  `json:"created_at"`
	CustomExcerpt string `json:"custom_excerpt"`
	CodeHead      string `json:"codeinjection_head"`
	CodeFoot      string `json:"codeinjection_foot"`
	CanonicalURL  string `json:"canonical_url"`
}

// A meta is a row of posts_meta.
type meta struct {
	PostID    id     `json:"post_id"`
	Alt       string `json:"feature_image_alt"`
	Caption   string `json:"feature_image_caption"`
	EmailOnly flag   `json:"email_only"`
}

// A tag is a row of tags.
type tag struct {
	ID         id     `json:"id"`
	Name       string `json:"name"`
	Slug       string `json:"slug"`
	Visibility string `json:"visibility"`
}

// internal says whether readers never saw the tag: its name begins with "#".
func (t tag) internal() bool { return t.Visibility == "internal" || strings.HasPrefix(t.Name, "#") }

// A user is a row of users. Addresses of mail stand there too, and are not read.
type user struct {
	ID   id     `json:"id"`
	Name string `json:"name"`
	Slug string `json:"slug"`
}

// A relation is a row of posts_tags or posts_authors.
type relation struct {
	Post   id  `json:"post_id"`
	Tag    id  `json:"tag_id"`
	Author id  `json:"author_id"`
	Order  int `json:"sort_order"`
}

// A comment is a row of comments. Who wrote it is a member, and members are not read.
type comment struct {
	ID      id     `json:"id"`
	Post    id     `json:"post_id"`
	Parent  id     `json:"parent_id"`
	Reply   id     `json:"in_reply_to_id"`
	Status  string `json:"status"`
	HTML    string `json:"html"`
	Created stamp  `json:"created_at"`
}

// decode reads a row. An error says what is wrong with it, in words for an editor.
func decode(r row, out any) error {
	if r.json == nil {
		return fmt.Errorf("%d bytes are over the limit of %d", r.size, maxRow)
	}
	err := json.Unmarshal(r.json, out)
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("its JSON is broken after %d bytes: %w", syntax.Offset, err)
	case errors.As(err, &kind):
		if kind.Field == "" {
			return fmt.Errorf("it is no row of a table, but %s", kind.Value)
		}
		return fmt.Errorf("its %s is of the wrong kind: %s", kind.Field, kind.Value)
	}
	return err
}

package edition

import (
	"bytes"
	"encoding/json"
	"time"
)

// An Article is an article as it stands in a pack (SPEC.md, "Packs"): all that its page says, as data. Times are in UTC
// and whole seconds.
type Article struct {
	// ID is the story's, Address where it stands in all its languages: story/2026/11/22/border.
	ID      string `json:"id"`
	Address string `json:"address"`
	// Number is that of the revision, from 1: of two of one article the higher is the newer.
	Number      int          `json:"number"`
	Published   time.Time    `json:"published"`
	Updated     time.Time    `json:"updated,omitzero"`
	Kicker      string       `json:"kicker,omitempty"`
	Headline    string       `json:"headline"`
	Standfirst  string       `json:"standfirst,omitempty"`
	Dateline    string       `json:"dateline,omitempty"`
	Bylines     []Byline     `json:"bylines,omitempty"`
	Topics      []Tag        `json:"topics,omitempty"`
	Places      []Tag        `json:"places,omitempty"`
	Origin      *Origin      `json:"origin,omitempty"`
	Related     []string     `json:"related,omitempty"`
	Lead        *Figure      `json:"lead,omitempty"`
	Blocks      []Block      `json:"blocks,omitempty"`
	Corrections []Correction `json:"corrections,omitempty"`
	Breaking    time.Time    `json:"breaking,omitzero"`
	Sources     []Voice      `json:"sources,omitempty"`
	Claims      []Claim      `json:"claims,omitempty"`
	Media       []Media      `json:"media,omitempty"`
}

// A Byline says who made an article: their name, what they did, and the slug of their page.
type Byline struct {
	Name string `json:"name"`
	Role string `json:"role,omitempty"`
	Slug string `json:"slug,omitempty"`
}

// A Tag is a topic or a place: the slug of its page, and its name in the article's language.
type Tag struct {
	Slug string `json:"slug"`
	Name string `json:"name"`
}

// An Origin names the revision that a translation was made from.
type Origin struct {
	Lang   string `json:"lang"`
	Number int    `json:"number"`
}

// A Correction says what was wrong and is right now.
type Correction struct {
	Time time.Time `json:"time"`
	Text string    `json:"text"`
}

// A Voice is who says something. Name and Reason, why there is no name, are by language tag, "" for any other language.
type Voice struct {
	ID     string            `json:"id"`
	Kind   string            `json:"kind"`
	Name   map[string]string `json:"name,omitempty"`
	Reason map[string]string `json:"reason,omitempty"`
}

// A Claim is what the text says on a Voice's word, and how it was checked: confirmed, attributed, disputed or unverified.
type Claim struct {
	ID       string `json:"id"`
	Source   string `json:"source"`
	Check    string `json:"check"`
	Evidence []Kept `json:"evidence,omitempty"`
}

// Kept is what a newsroom keeps to stand by a claim.
type Kept struct {
	URL       string    `json:"url,omitempty"`
	Archived  string    `json:"archived,omitempty"`
	SHA256    string    `json:"sha256,omitempty"`
	Retrieved time.Time `json:"retrieved,omitzero"`
}

// Media is a picture, a video, a sound or a subtitle file that an article's figures name by its ID.
type Media struct {
	ID          int         `json:"id"`
	Name        string      `json:"name"`
	Placeholder string      `json:"placeholder,omitempty"`
	Renditions  []Rendition `json:"renditions,omitempty"`
}

// A Rendition is a file of the edition that shows a Media. Width and Height are in pixels, Size in bytes.
type Rendition struct {
	Path   string `json:"path"`
	Type   string `json:"type"`
	Width  int    `json:"width,omitempty"`
	Height int    `json:"height,omitempty"`
	Size   int64  `json:"size"`
}

// A Figure shows a Media with its words. The media is missing where the newsroom could not have its file.
type Figure struct {
	Media      int     `json:"media,omitempty"`
	Missing    bool    `json:"missing,omitempty"`
	Alt        string  `json:"alt,omitempty"`
	Decorative bool    `json:"decorative,omitempty"`
	Caption    Text    `json:"caption,omitempty"`
	Credit     string  `json:"credit,omitempty"`
	Rights     string  `json:"rights,omitempty"`
	Subtitles  []Track `json:"subtitles,omitempty"`
	Transcript []Block `json:"transcript,omitempty"`
}

// A Track is the subtitles of a video or a sound in one language.
type Track struct {
	Lang  string `json:"lang"`
	Media int    `json:"media"`
}

// A Block is a part of an article's text; which fields count depends on its kind (SPEC.md, "Documents"). One that is a
// paragraph of plain text is a string in JSON.
type Block struct {
	Kind    string    `json:"kind"`
	Text    Text      `json:"text,omitempty"`
	Level   int       `json:"level,omitempty"`
	Ordered bool      `json:"ordered,omitempty"`
	Items   [][]Block `json:"items,omitempty"`
	Blocks  []Block   `json:"blocks,omitempty"`
	Header  bool      `json:"header,omitempty"`
	Rows    [][]Text  `json:"rows,omitempty"`
	Figure  *Figure   `json:"figure,omitempty"`
	URL     string    `json:"url,omitempty"`
}

const paragraph = "paragraph"

// MarshalJSON encodes the block in its one form.
func (b Block) MarshalJSON() ([]byte, error) {
	if s, ok := b.Text.plain(); ok && b.isParagraph() {
		return marshal(s)
	}
	type bare Block
	return marshal(bare(b))
}

// isParagraph says whether a block is a paragraph and has no field besides its text.
func (b Block) isParagraph() bool {
	return b.Kind == paragraph && b.Level == 0 && !b.Ordered && b.Items == nil && b.Blocks == nil && !b.Header && b.Rows == nil &&
		b.Figure == nil && b.URL == ""
}

// UnmarshalJSON reads a block.
func (b *Block) UnmarshalJSON(in []byte) error {
	if isString(in) {
		*b = Block{Kind: paragraph}
		return b.Text.UnmarshalJSON(in)
	}
	type bare Block
	return strict(in, (*bare)(b))
}

// A Text is a run of spans. One span of nothing but text is a string in JSON.
type Text []Span

// A Span is a run of text with the same marks. Mark adds up bits (SPEC.md, "Documents"); Claim is the ID of a claim.
type Span struct {
	Text  string `json:"text"`
	Mark  int    `json:"mark,omitempty"`
	Link  string `json:"link,omitempty"`
	Claim string `json:"claim,omitempty"`
	Lang  string `json:"lang,omitempty"`
}

// plain returns a text that is one span of nothing but text.
func (t Text) plain() (string, bool) {
	if len(t) != 1 || t[0].Text == "" || t[0] != (Span{Text: t[0].Text}) {
		return "", false
	}
	return t[0].Text, true
}

// MarshalJSON encodes the text in its one form.
func (t Text) MarshalJSON() ([]byte, error) {
	if s, ok := t.plain(); ok || len(t) == 0 {
		return marshal(s)
	}
	return marshal([]Span(t))
}

// UnmarshalJSON reads a text.
func (t *Text) UnmarshalJSON(in []byte) error {
	if !isString(in) {
		return strict(in, (*[]Span)(t))
	}
	var s string
	if err := json.Unmarshal(in, &s); err != nil {
		return err
	}
	if *t = nil; s != "" {
		*t = Text{{Text: s}}
	}
	return nil
}

func isString(in []byte) bool { return len(in) > 0 && in[0] == '"' }

// strict reads JSON and refuses members that it does not know.
func strict(in []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(in))
	d.DisallowUnknownFields()
	return d.Decode(v)
}

// marshal returns JSON in which <, > and & stand as they are.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

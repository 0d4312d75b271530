package news

// BlockKind says what a block of text is.
type BlockKind string

// The kinds of blocks, and the fields of Block that each uses.
const (
	Paragraph BlockKind = "paragraph" // Text
	Heading   BlockKind = "heading"   // Text, Level 2 to 4
	Quote     BlockKind = "quote"     // Blocks, Text as the attribution
	PullQuote BlockKind = "pullquote" // Text
	List      BlockKind = "list"      // Ordered, Items
	Table     BlockKind = "table"     // Rows; Header says whether the first row is one; Text as the caption
	Picture   BlockKind = "figure"    // Figure: a picture, a video or a sound
	Embed     BlockKind = "embed"     // URL, Text as what it is: shown as a link, never loaded
	Code      BlockKind = "code"      // Text, one span, line breaks kept
	Rule      BlockKind = "rule"      // nothing
)

// A Block is one part of an article's body. Which fields count depends on its kind.
type Block struct {
	Kind    BlockKind  `json:"kind"`
	Text    []Span     `json:"text,omitempty"`
	Level   int        `json:"level,omitempty"`
	Ordered bool       `json:"ordered,omitempty"`
	Items   [][]Block  `json:"items,omitempty"`
	Blocks  []Block    `json:"blocks,omitempty"`
	Header  bool       `json:"header,omitempty"`
	Rows    [][][]Span `json:"rows,omitempty"`
	Figure  *Figure    `json:"figure,omitempty"`
	URL     string     `json:"url,omitempty"`
}

// A Span is a run of text with the same marks.
type Span struct {
	Text string `json:"text"`
	Mark Mark   `json:"mark,omitempty"`
	// Link is an absolute http, https or mailto URL, or "story:ID" for a story of this newsroom.
	Link string `json:"link,omitempty"`
	// Claim is the ID of the story's claim that these words make.
	Claim string `json:"claim,omitempty"`
	// Lang is set where the words are in another language than the article: a BCP 47 tag.
	Lang string `json:"lang,omitempty"`
}

// Mark is how a span is set apart; the bits add up.
type Mark uint8

// The marks of a span.
const (
	Strong Mark = 1 << iota
	Emphasis
	Monospace
	Struck
	Superscript
	Subscript
	Break // a line break stands after the span
)

// A Figure is a picture, a video or a sound with its words.
type Figure struct {
	// Media is the ID of the Media that it shows; empty where Missing is set.
	Media string `json:"media,omitempty"`
	// Missing names a file that could not be had when the article was imported, as its source does: an http or https
	// URL, or a path within the source, slash-separated, relative and without "..". Readers are told that it is missing,
	// and never its name: they get Nameless.
	Missing string `json:"missing,omitempty"`
	// Alt tells those who can't see it what it shows. Empty is right only when Decorative.
	Alt        string `json:"alt,omitempty"`
	Decorative bool   `json:"decorative,omitempty"`
	Caption    []Span `json:"caption,omitempty"`
	// Credit says who made it, Rights who owns it and what others may do with it.
	Credit string `json:"credit,omitempty"`
	Rights string `json:"rights,omitempty"`
	// Subtitles are those of a video or a sound, one a language.
	Subtitles []Track `json:"subtitles,omitempty"`
	// Transcript is what is said and heard in a video or a sound, for those who can't hear or load it: text without
	// figures.
	Transcript []Block `json:"transcript,omitempty"`
}

// Nameless is the Missing of a figure whose file's name nobody is told: that of readers, and of a story that came back from
// what readers have. There is nothing to fetch by it.
const Nameless = "unknown"

// A Track is the subtitles of a video or a sound in one language: a WebVTT file.
type Track struct {
	// Lang is a canonical BCP 47 tag.
	Lang string `json:"lang"`
	// Media is the ID of the Media that holds the file as its only rendition.
	Media string `json:"media"`
}

// Media is one photo, video, sound or subtitle file of a story, whatever the language of the words around it.
type Media struct {
	// ID is the lower-case hex SHA-256 of the file as it was handed in.
	ID string `json:"id"`
	// Name is the file's name for people: a to z, 0 to 9, "-" and its ending, as border.jpg.
	Name       string      `json:"name"`
	Renditions []Rendition `json:"renditions"`
	// Focus is the point of a picture that every cut of it shows; its zero, that nobody has said what matters in it.
	Focus Focus `json:"focus,omitzero"`
	// Placeholder is a data URL of at most 200 bytes that stands in for a picture until it has come; empty for none.
	Placeholder string `json:"placeholder,omitempty"`
}

// A Focus is a point of a picture, in percent of its width from the left and of its height from the top: 1 to 100.
type Focus struct {
	X int `json:"x"`
	Y int `json:"y"`
}

// A Rendition is one size or format of a Media: what is published, never the file as it was handed in.
type Rendition struct {
	// Name is unique within its Media: 640.jpg, 16x9-640.avif, video.mp4. That of a cut begins with its ratio.
	Name      string `json:"name"`
	MediaType string `json:"media_type"`
	// Width and Height are in pixels; zero for sound and text.
	Width  int `json:"width,omitempty"`
	Height int `json:"height,omitempty"`
	// SHA256 is the lower-case hex digest of the rendition's bytes, Size their number.
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"`
}

package wordpress

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// The limits of blocks. What nests deeper stands in the block around it.
const (
	maxBlocks   = 64
	maxBlockEnd = 1 << 20 // bytes of a comment that opens a block
)

// A block is one of the block editor's: markup between comments, <!-- wp:NAME {SETTINGS} --> and <!-- /wp:NAME -->.
type block struct {
	// name is without "core/", which is WordPress's own namespace.
	name string
	set  settings
	// parts are HTML and the blocks in it, in turn.
	parts []segment
	// bad says that the settings could not be read.
	bad bool
}

// A segment is a block, or where that is nil, HTML between blocks.
type segment struct {
	html  string
	block *block
}

// settings are those that say something about the content. All others are of its looks.
type settings struct {
	ID      id     `json:"id"`
	MediaID id     `json:"mediaId"`
	Ref     id     `json:"ref"`
	IDs     ids    `json:"ids"`
	URL     string `json:"url"`
	Href    string `json:"href"`
	Alt     string `json:"alt"`
	Slug    string `json:"slug"`
	Service string `json:"service"`
	// Background is what kind of file a cover shows: image or video.
	Background string `json:"backgroundType"`
}

// An id is a number that may stand in quotes; 0 for anything else.
type id int64

// UnmarshalJSON reads an id, and never fails.
func (i *id) UnmarshalJSON(b []byte) error {
	n, err := strconv.ParseInt(strings.Trim(string(b), `"`), 10, 64)
	if err == nil && n > 0 {
		*i = id(n)
	}
	return nil
}

// ids are a list of them, or a text with commas.
type ids []int64

// UnmarshalJSON reads ids, and never fails.
func (l *ids) UnmarshalJSON(b []byte) error {
	*l = numbers(string(b))
	return nil
}

// numbers returns all whole numbers over 0 in a text, at most a thousand.
func numbers(s string) (ns []int64) {
	for field := range strings.FieldsFuncSeq(s, func(c rune) bool { return c < '0' || c > '9' }) {
		if n, err := strconv.ParseInt(field, 10, 64); err == nil && n > 0 && len(ns) < 1000 {
			ns = append(ns, n)
		}
	}
	return ns
}

// hasBlocks says whether a post was written in the block editor.
func hasBlocks(text string) bool { return strings.Contains(text, "<!-- wp:") }

// parseBlocks reads the blocks of a post. It never fails: a block without an end ends with the one around it, an end
// without a block is passed over, and comments that are no block's stay.
func parseBlocks(text string) []segment {
	root := &block{}
	open := []*block{root}
	add := func(p segment) {
		last := open[len(open)-1]
		last.parts = append(last.parts, p)
	}
	for {
		i := strings.Index(text, "<!--")
		if i < 0 {
			add(segment{html: text})
			return root.parts
		}
		end := strings.Index(text[i+len("<!--"):], "-->")
		if end < 0 {
			add(segment{html: text})
			return root.parts
		}
		end += len("<!--")
		d, ok := readDelimiter(text[i+len("<!--") : i+end])
		if !ok {
			add(segment{html: text[:i+end+len("-->")]})
			text = text[i+end+len("-->"):]
			continue
		}
		add(segment{html: text[:i]})
		text = text[i+end+len("-->"):]
		switch {
		case d.closes:
			if n := slices.IndexFunc(open[1:], func(b *block) bool { return b.name == d.block.name }); n >= 0 {
				open = open[:lastNamed(open, d.block.name)]
			}
		default:
			add(segment{block: d.block})
			if !d.empty && len(open) < maxBlocks {
				open = append(open, d.block)
			}
		}
	}
}

// lastNamed returns the place of the last block of a name, which there is.
func lastNamed(open []*block, name string) int {
	i := len(open) - 1
	for open[i].name != name {
		i--
	}
	return i
}

// A delimiter is a comment that begins or ends a block.
type delimiter struct {
	block         *block
	closes, empty bool
}

// readDelimiter reads what stands in a comment.
func readDelimiter(comment string) (delimiter, bool) {
	if len(comment) > maxBlockEnd || comment == "" || !isBlank(comment[0]) {
		return delimiter{}, false
	}
	s, closes := strings.CutPrefix(strings.TrimSpace(comment), "/")
	s, ok := strings.CutPrefix(s, "wp:")
	if !ok {
		return delimiter{}, false
	}
	s, empty := strings.CutSuffix(s, "/")
	end := strings.IndexFunc(s, func(c rune) bool { return !isNameRune(c) })
	if end < 0 {
		end = len(s)
	}
	d := delimiter{block: &block{name: strings.TrimPrefix(s[:end], "core/")}, closes: closes, empty: empty}
	rest := strings.TrimSpace(s[end:])
	if d.block.name == "" || rest != "" && rest[0] != '{' {
		return delimiter{}, false
	}
	if rest != "" && !closes {
		d.block.bad = !json.Valid([]byte(rest))
		_ = json.Unmarshal([]byte(rest), &d.block.set) // what is of another type stays empty
	}
	return d, true
}

func isNameRune(c rune) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_' || c == '/'
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

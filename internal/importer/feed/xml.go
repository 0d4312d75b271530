package feed

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"github.com/mmcdole/gofeed"
	"github.com/mmcdole/gofeed/atom"
	"golang.org/x/net/html/charset"
)

// Both are read only.
var (
	encodingPattern = regexp.MustCompile(`^<\?xml[^>]*encoding\s*=\s*["']([^"']*)`)
	markupPattern   = regexp.MustCompile(`</?[a-zA-Z][^<]*>|&#?[a-zA-Z0-9]+;`)
)

// maxNested is how deep a feed's elements may nest. The parser below calls itself for each level.
const maxNested = 200

// parseXML reads RSS (0.9 to 2.0, RDF) or Atom (0.3, 1.0).
func parseXML(b []byte) (*feed, error) {
	b, notes := tidyXML(b)
	langs, err := scan(b)
	if err != nil {
		return nil, fmt.Errorf("not RSS or Atom: %w", err)
	}
	parser := gofeed.NewParser()
	parser.KeepOriginalFeed = true
	in, err := parser.Parse(bytes.NewReader(b))
	if err != nil {
		return nil, fmt.Errorf("not RSS or Atom: %w", err)
	}
	f := &feed{lang: in.Language, home: in.Link, notes: notes}
	original, _ := in.OriginalFeed().(*atom.Feed)
	for i, x := range in.Items {
		it := xmlItem(x, i)
		if it.lang == "" && len(langs) == len(in.Items) {
			it.lang = langs[i]
		}
		if original != nil && strings.TrimSpace(x.Content) != "" {
			it.body.html = isMarkup(it.body.text, original.Entries[i].Content.Type)
		}
		f.items = append(f.items, it)
	}
	return f, nil
}

// tidyXML drops what no XML parser takes: control characters, and bytes that are not of the encoding where that is UTF-8.
func tidyXML(b []byte) ([]byte, []string) {
	var notes []string
	kept := make([]byte, 0, len(b))
	for _, c := range b { // a byte under 32 is a control character in every encoding that feeds have
		if c >= ' ' || c == '\t' || c == '\n' || c == '\r' {
			kept = append(kept, c)
		}
	}
	if n := len(b) - len(kept); n > 0 {
		notes = append(notes, fmt.Sprintf("dropped %d control characters", n))
	}
	declared := encodingPattern.FindSubmatch(kept)
	if declared == nil || strings.EqualFold(string(declared[1]), "utf-8") {
		if valid := bytes.ToValidUTF8(kept, []byte("\uFFFD")); !bytes.Equal(valid, kept) {
			return valid, append(notes, "bytes that are no UTF-8 became U+FFFD")
		}
	}
	return kept, notes
}

// scan reads the XML through once. It returns the language (xml:lang) of each item or entry in order, which the parser
// doesn't tell, and refuses what is nested too deep for it.
func scan(b []byte) (langs []string, err error) {
	d := xml.NewDecoder(bytes.NewReader(b))
	d.Strict, d.CharsetReader = false, charset.NewReaderLabel
	for depth := 0; ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return langs, nil
		}
		if err != nil {
			return nil, err
		}
		switch t := token.(type) {
		case xml.StartElement:
			if depth++; depth > maxNested {
				return nil, fmt.Errorf("elements nested over %d deep", maxNested)
			}
			if t.Name.Local == "item" || t.Name.Local == "entry" {
				langs = append(langs, xmlLang(t))
			}
		case xml.EndElement:
			depth--
		}
	}
}

func xmlLang(e xml.StartElement) string {
	for _, a := range e.Attr {
		if a.Name.Local == "lang" {
			return a.Value
		}
	}
	return ""
}

// xmlItem reads the i-th item, counted from 0.
func xmlItem(x *gofeed.Item, i int) item {
	it := item{name: fmt.Sprintf("item %d", i+1), id: x.GUID, url: x.Link, tags: x.Categories, date: x.Published}
	for _, name := range []string{x.GUID, x.Link} {
		if name != "" {
			it.name = name
			break
		}
	}
	it.title = text{x.Title, true}
	it.body, it.summary = markup(x.Content), markup(x.Description)
	if strings.TrimSpace(x.Content) == "" {
		it.body, it.summary = it.summary, text{}
	}
	if dc := x.DublinCoreExt; dc != nil && len(dc.Language) > 0 {
		it.lang = dc.Language[0]
	}
	for _, a := range x.Authors {
		it.authors = append(it.authors, a.Name)
	}
	for _, e := range x.Enclosures {
		it.leaveOut("attachment", e.URL)
	}
	it.published, it.updated = value(x.PublishedParsed), value(x.UpdatedParsed)
	return it
}

// markup takes a text for HTML where it looks like it: RSS doesn't say which it is.
func markup(s string) text { return text{s, isMarkup(s, "")} }

// isMarkup says whether a text of a declared type is HTML.
func isMarkup(s, declared string) bool {
	switch declared = strings.ToLower(declared); {
	case strings.Contains(declared, "html"):
		return true
	case strings.HasPrefix(declared, "text"):
		return false
	}
	return markupPattern.MatchString(s)
}

func value(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

package ghost

import (
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"slices"
	"strings"
)

// A mobiledoc is a body in the format 0.3 of Mobiledoc: its sections name their marks, atoms and cards by number.
type mobiledoc struct {
	Version  string              `json:"version"`
	Markups  [][]json.RawMessage `json:"markups"`
	Atoms    [][]json.RawMessage `json:"atoms"`
	Cards    [][]json.RawMessage `json:"cards"`
	Sections [][]json.RawMessage `json:"sections"`
}

// The kinds of sections of Mobiledoc, and of what stands in a line.
const (
	sectionMarkup = 1
	sectionImage  = 2
	sectionList   = 3
	sectionCard   = 10

	markerText = 0
	markerAtom = 1
)

// errMobiledoc says that a body is not as the format has it.
var errMobiledoc = errors.New("its Mobiledoc is not as the format has it")

// mobiledoc makes HTML of a body in Mobiledoc's JSON.
func (w *writing) mobiledoc(src string) (string, error) {
	var doc mobiledoc
	if err := json.Unmarshal([]byte(src), &doc); err != nil {
		return "", fmt.Errorf("its Mobiledoc can't be read: %w", err)
	}
	if !strings.HasPrefix(doc.Version, "0.3") {
		return "", fmt.Errorf("its Mobiledoc is of the version %.20q, which is not known", doc.Version)
	}
	var b strings.Builder
	for i, s := range doc.Sections {
		if err := w.section(&b, doc, s); err != nil {
			return "", fmt.Errorf("section %d: %w", i+1, err)
		}
	}
	return b.String(), nil
}

// section writes one section.
func (w *writing) section(b *strings.Builder, doc mobiledoc, s []json.RawMessage) error {
	kind, name, at := 0, "", 0
	if err := fields(s, &kind); err != nil {
		return err
	}
	switch kind {
	case sectionMarkup:
		var markers [][]json.RawMessage
		if err := fields(s, &kind, &name, &markers); err != nil {
			return err
		}
		return doc.line(b, sectionElement(name), markers)
	case sectionImage:
		if err := fields(s, &kind, &name); err != nil {
			return err
		}
		b.WriteString(figure(picture(name, "", ""), ""))
		return nil
	case sectionList:
		return doc.list(b, s)
	case sectionCard:
		if err := fields(s, &kind, &at); err != nil {
			return err
		}
		return w.numbered(b, doc, at)
	}
	w.clean.Note("a section of the kind %d is not known, and was left out", kind)
	return nil
}

// sectionElement returns the element of a section of running text.
func sectionElement(tag string) string {
	switch tag {
	case "h1", "h2", "h3", "h4", "h5", "h6", "blockquote":
		return tag
	case "aside", "pull-quote":
		return "blockquote"
	}
	return "p"
}

// list writes a section that is a list.
func (doc mobiledoc) list(b *strings.Builder, s []json.RawMessage) error {
	var (
		kind  int
		tag   string
		items [][][]json.RawMessage
	)
	if err := fields(s, &kind, &tag, &items); err != nil {
		return err
	}
	if tag != "ol" {
		tag = "ul"
	}
	b.WriteString("<" + tag + ">")
	for _, markers := range items {
		if err := doc.line(b, "li", markers); err != nil {
			return err
		}
	}
	b.WriteString("</" + tag + ">")
	return nil
}

// numbered writes the card of a number.
func (w *writing) numbered(b *strings.Builder, doc mobiledoc, at int) error {
	if at < 0 || at >= len(doc.Cards) {
		return errMobiledoc
	}
	var (
		name    string
		payload node
	)
	if err := fields(doc.Cards[at], &name, &payload); err != nil {
		return err
	}
	b.WriteString(w.card(name, payload))
	return nil
}

// line writes the markers of a line: pieces of text, each of which opens some marks and closes some. Marks that the line
// leaves open end with it.
func (doc mobiledoc) line(b *strings.Builder, element string, markers [][]json.RawMessage) error {
	b.WriteString("<" + element + ">")
	var open []string
	for _, m := range markers {
		var (
			kind, closes int
			opens        []int
			value        any
		)
		if err := fields(m, &kind, &opens, &closes, &value); err != nil {
			return err
		}
		for _, at := range opens {
			tag, attrs, err := doc.markup(at)
			if err != nil {
				return err
			}
			b.WriteString("<" + tag + attrs + ">")
			open = append(open, tag)
		}
		text, err := doc.value(kind, value)
		if err != nil {
			return err
		}
		b.WriteString(text)
		if closes < 0 || closes > len(open) {
			return errMobiledoc
		}
		for range closes {
			b.WriteString("</" + open[len(open)-1] + ">")
			open = open[:len(open)-1]
		}
	}
	for _, tag := range slices.Backward(open) {
		b.WriteString("</" + tag + ">")
	}
	b.WriteString("</" + element + ">")
	return nil
}

// value makes HTML of what a marker holds: a text, or the number of an atom.
func (doc mobiledoc) value(kind int, value any) (string, error) {
	if text, ok := value.(string); ok && kind == markerText {
		return html.EscapeString(text), nil
	}
	at, ok := value.(float64)
	if !ok || kind != markerAtom || at < 0 || int(at) >= len(doc.Atoms) {
		return "", errMobiledoc
	}
	name, text := "", ""
	if err := fields(doc.Atoms[int(at)], &name, &text); err != nil {
		return "", err
	}
	if name == "soft-return" {
		return "<br>", nil
	}
	return html.EscapeString(text), nil
}

// markup returns the element of a mark, and the only attribute that counts.
func (doc mobiledoc) markup(at int) (tag, attrs string, err error) {
	if at < 0 || at >= len(doc.Markups) || len(doc.Markups[at]) == 0 {
		return "", "", errMobiledoc
	}
	if err := fields(doc.Markups[at], &tag); err != nil {
		return "", "", err
	}
	tag = strings.ToLower(tag)
	if !slices.Contains([]string{"a", "b", "strong", "i", "em", "s", "strike", "del", "sub", "sup", "code", "u", "mark", "span"}, tag) {
		tag = "span"
	}
	if tag == "a" && len(doc.Markups[at]) > 1 {
		var pairs []string
		if err := json.Unmarshal(doc.Markups[at][1], &pairs); err != nil {
			return "", "", errMobiledoc
		}
		for i := 0; i+1 < len(pairs); i += 2 {
			if pairs[i] == "href" {
				attrs = ` href="` + html.EscapeString(pairs[i+1]) + `"`
			}
		}
	}
	return tag, attrs, nil
}

// fields reads the first elements of a list into the pointers given.
func fields(list []json.RawMessage, into ...any) error {
	if len(list) < len(into) {
		return errMobiledoc
	}
	for i, v := range into {
		if err := json.Unmarshal(list[i], v); err != nil {
			return errMobiledoc
		}
	}
	return nil
}

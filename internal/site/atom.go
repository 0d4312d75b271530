package site

import (
	"encoding/xml"
	"time"
)

// The elements of an Atom feed (RFC 4287), as far as they are used here.
type (
	atomFeed struct {
		XMLName  xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
		Lang     string      `xml:"xml:lang,attr"`
		ID       string      `xml:"id"`
		Title    string      `xml:"title"`
		Subtitle string      `xml:"subtitle,omitempty"`
		Updated  string      `xml:"updated"`
		Author   atomPerson  `xml:"author"`
		Links    []atomLink  `xml:"link"`
		Entries  []atomEntry `xml:"entry"`
	}
	atomEntry struct {
		ID         string         `xml:"id"`
		Title      string         `xml:"title"`
		Published  string         `xml:"published"`
		Updated    string         `xml:"updated"`
		Authors    []atomPerson   `xml:"author"`
		Links      []atomLink     `xml:"link"`
		Categories []atomCategory `xml:"category"`
		Summary    string         `xml:"summary,omitempty"`
		Content    atomText       `xml:"content"`
	}
	atomPerson struct {
		Name string `xml:"name"`
	}
	atomLink struct {
		Rel  string `xml:"rel,attr"`
		Type string `xml:"type,attr,omitempty"`
		Href string `xml:"href,attr"`
	}
	atomCategory struct {
		Term string `xml:"term,attr"`
	}
	atomText struct {
		Type string `xml:"type,attr"`
		Text string `xml:",chardata"`
	}
)

func encodeAtom(f feed, path string) ([]byte, error) {
	a := atomFeed{
		Lang: f.Lang(), ID: f.ID, Title: f.Title, Subtitle: f.Tagline, Updated: atomTime(f.Updated),
		Author: atomPerson{f.Name()},
		Links: []atomLink{
			{"self", "application/atom+xml", f.ref(path)},
			{"alternate", "text/html", f.ref(f.Home)},
		},
	}
	for _, e := range f.Entries {
		x := atomEntry{
			ID: e.ID, Title: e.Title, Published: atomTime(e.Published), Updated: atomTime(e.Updated),
			Links:   []atomLink{{"alternate", "text/html", e.Link}},
			Summary: e.Summary, Content: atomText{"html", e.Content},
		}
		for _, name := range e.Authors {
			x.Authors = append(x.Authors, atomPerson{name})
		}
		for _, name := range e.Topics {
			x.Categories = append(x.Categories, atomCategory{name})
		}
		a.Entries = append(a.Entries, x)
	}
	return encodeXML(a)
}

func atomTime(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func encodeXML(v any) ([]byte, error) {
	b, err := xml.Marshal(v)
	if err != nil {
		return nil, err
	}
	return append(append([]byte(xml.Header), b...), '\n'), nil
}

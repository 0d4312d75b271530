package site

import (
	"encoding/xml"
	"time"
)

// The elements of an RSS 2.0 feed with the content and Dublin Core modules and what Atom says better, as far as they are
// used here. The prefixes stand in the names, since readers of RSS look for them.
type (
	rssFeed struct {
		XMLName   xml.Name   `xml:"rss"`
		Version   string     `xml:"version,attr"`
		ContentNS string     `xml:"xmlns:content,attr"`
		DublinNS  string     `xml:"xmlns:dc,attr"`
		AtomNS    string     `xml:"xmlns:atom,attr"`
		Channel   rssChannel `xml:"channel"`
	}
	rssChannel struct {
		Title       string    `xml:"title"`
		Link        string    `xml:"link"`
		Self        *rssSelf  `xml:"atom:link"`
		Description string    `xml:"description"`
		Language    string    `xml:"language"`
		Built       string    `xml:"lastBuildDate"`
		Items       []rssItem `xml:"item"`
	}
	rssItem struct {
		GUID        rssGUID  `xml:"guid"`
		Title       string   `xml:"title"`
		Link        string   `xml:"link"`
		Published   string   `xml:"pubDate"`
		Updated     string   `xml:"atom:updated,omitempty"`
		Creators    []string `xml:"dc:creator"`
		Categories  []string `xml:"category"`
		Description string   `xml:"description,omitempty"`
		Content     string   `xml:"content:encoded"`
	}
	// rssSelf is where the feed stands.
	rssSelf struct {
		Rel  string `xml:"rel,attr"`
		Type string `xml:"type,attr"`
		Href string `xml:"href,attr"`
	}
	rssGUID struct {
		Permalink bool   `xml:"isPermaLink,attr"`
		ID        string `xml:",chardata"`
	}
)

func encodeRSS(f feed, path string) ([]byte, error) {
	r := rssFeed{
		Version:   "2.0",
		ContentNS: "http://purl.org/rss/1.0/modules/content/",
		DublinNS:  "http://purl.org/dc/elements/1.1/",
		AtomNS:    "http://www.w3.org/2005/Atom",
		Channel: rssChannel{
			Title: f.Title, Link: f.ref(f.Home), Description: f.Tagline, Language: f.Lang(),
			Built: rssTime(f.Updated),
		},
	}
	if r.Channel.Description == "" {
		r.Channel.Description = f.Name() // RSS must have one.
	}
	if f.site.cfg.BaseURL != "" { // A feed that names itself must do so by a whole address.
		r.Channel.Self = &rssSelf{"self", "application/rss+xml", f.ref(path)}
	}
	for _, e := range f.Entries {
		x := rssItem{
			GUID: rssGUID{ID: e.ID}, Title: e.Title, Link: e.Link, Published: rssTime(e.Published),
			Creators: e.Authors, Categories: e.Topics, Description: e.Summary, Content: e.Content,
		}
		if e.Updated.After(e.Published) { // RSS itself has no word for it.
			x.Updated = atomTime(e.Updated)
		}
		r.Channel.Items = append(r.Channel.Items, x)
	}
	return encodeXML(r)
}

func rssTime(t time.Time) string { return t.UTC().Format("Mon, 02 Jan 2006 15:04:05 +0000") }

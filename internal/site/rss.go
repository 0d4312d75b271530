package site

import (
	"encoding/xml"
	"time"
)

// The elements of an RSS 2.0 feed with the content and Dublin Core modules, as far as they are used here. The prefixes
// stand in the names, since readers of RSS look for them.
type (
	rssFeed struct {
		XMLName   xml.Name   `xml:"rss"`
		Version   string     `xml:"version,attr"`
		ContentNS string     `xml:"xmlns:content,attr"`
		DublinNS  string     `xml:"xmlns:dc,attr"`
		Channel   rssChannel `xml:"channel"`
	}
	rssChannel struct {
		Title       string    `xml:"title"`
		Link        string    `xml:"link"`
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
		Creators    []string `xml:"dc:creator"`
		Categories  []string `xml:"category"`
		Description string   `xml:"description,omitempty"`
		Content     string   `xml:"content:encoded"`
	}
	rssGUID struct {
		Permalink bool   `xml:"isPermaLink,attr"`
		ID        string `xml:",chardata"`
	}
)

func encodeRSS(f feed, _ string) ([]byte, error) {
	r := rssFeed{
		Version:   "2.0",
		ContentNS: "http://purl.org/rss/1.0/modules/content/",
		DublinNS:  "http://purl.org/dc/elements/1.1/",
		Channel: rssChannel{
			Title: f.Name(), Link: f.ref(frontPath(f.Lang())), Description: f.Tagline, Language: f.Lang(),
			Built: rssTime(f.Updated),
		},
	}
	if r.Channel.Description == "" {
		r.Channel.Description = f.Name() // RSS must have one.
	}
	for _, e := range f.Entries {
		r.Channel.Items = append(r.Channel.Items, rssItem{
			GUID: rssGUID{ID: e.ID}, Title: e.Title, Link: e.Link, Published: rssTime(e.Published),
			Creators: e.Authors, Categories: e.Topics, Description: e.Summary, Content: e.Content,
		})
	}
	return encodeXML(r)
}

func rssTime(t time.Time) string { return t.UTC().Format("Mon, 02 Jan 2006 15:04:05 +0000") }

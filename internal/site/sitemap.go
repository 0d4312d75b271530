package site

import (
	"context"
	"encoding/xml"
	"slices"
	"strings"
	"time"

	"coranto/internal/lang"
	"coranto/internal/store"
)

// Sitemaps (https://www.sitemaps.org/protocol.html) need whole addresses, so a site has them only when it is known where
// it stands (Config.BaseURL). Each language has an index, one sitemap for each month that has stories, one of the
// pages that stand, and one of the news of the last two days. The translations of a story name each other on their own pages; in a sitemap, each of
// thirty languages would repeat all thirty. The index gives no dates, which would take reading the whole archive.

// maxSitemapURLs is the protocol's limit, maxNewsURLs that of news sitemaps.
const (
	maxSitemapURLs = 50000
	maxNewsURLs    = 1000
)

// newsAge is how long a story stands in a news sitemap.
const newsAge = 48 * time.Hour

// All sitemaps of a language stand in its folder: one may name only what is in its own folder or under it.

func sitemapIndexPath(tag string) string { return tag + "/sitemap.xml" }

func newsSitemapPath(tag string) string { return tag + "/sitemap-news.xml" }

// mapOfPages stands for the pages that stand where others have a month.
const mapOfPages = "pages"

// sitemapPath returns the sitemap of a month, as 2026-11, or of the pages that stand.
func sitemapPath(tag, month string) string { return tag + "/sitemap-" + month + ".xml" }

const (
	sitemapNS     = "http://www.sitemaps.org/schemas/sitemap/0.9"
	newsSitemapNS = "http://www.google.com/schemas/sitemap-news/0.9"
)

type (
	sitemapIndex struct {
		XMLName  xml.Name     `xml:"sitemapindex"`
		NS       string       `xml:"xmlns,attr"`
		Sitemaps []sitemapLoc `xml:"sitemap"`
	}
	sitemapLoc struct {
		Loc string `xml:"loc"`
	}
	sitemapURLs struct {
		XMLName xml.Name     `xml:"urlset"`
		NS      string       `xml:"xmlns,attr"`
		NewsNS  string       `xml:"xmlns:news,attr,omitempty"`
		URLs    []sitemapURL `xml:"url"`
	}
	sitemapURL struct {
		Loc     string       `xml:"loc"`
		LastMod string       `xml:"lastmod,omitempty"`
		News    *sitemapNews `xml:"news:news"`
	}
	sitemapNews struct {
		Name      string `xml:"news:publication>news:name"`
		Language  string `xml:"news:publication>news:language"`
		Published string `xml:"news:publication_date"`
		Title     string `xml:"news:title"`
	}
)

// sitemapIndex renders the index of a language's sitemaps.
func (s *Site) sitemapIndex(ctx context.Context, snap Snapshot, l lang.Language) (Output, error) {
	days, err := snap.Days(ctx, l.Tag(), "")
	if err != nil {
		return Output{}, err
	}
	index := sitemapIndex{NS: sitemapNS, Sitemaps: []sitemapLoc{{s.cfg.BaseURL + newsSitemapPath(l.Tag())}}}
	for i, day := range days {
		if month := monthOf(day); i == 0 || month != monthOf(days[i-1]) {
			index.Sitemaps = append(index.Sitemaps, sitemapLoc{s.cfg.BaseURL + sitemapPath(l.Tag(), month)})
		}
	}
	pages, err := PagesThatStand(ctx, snap, l.Tag())
	if err != nil {
		return Output{}, err
	}
	if len(pages) > 0 {
		index.Sitemaps = append(index.Sitemaps, sitemapLoc{s.cfg.BaseURL + sitemapPath(l.Tag(), mapOfPages)})
	}
	return xmlFile(sitemapIndexPath(l.Tag()), index)
}

func monthOf(day string) string { return day[:len("2006-01")] }

// sitemapOfPages renders the sitemap of the pages that stand, or says that there are none.
func (s *Site) sitemapOfPages(ctx context.Context, snap Snapshot, l lang.Language) (Output, error) {
	pages, err := PagesThatStand(ctx, snap, l.Tag())
	if err != nil {
		return Output{}, err
	}
	if len(pages) == 0 {
		return gone(sitemapPath(l.Tag(), mapOfPages))
	}
	urls := sitemapURLs{NS: sitemapNS}
	for _, h := range pages[:min(len(pages), maxSitemapURLs)] {
		urls.URLs = append(urls.URLs, s.sitemapURL(h))
	}
	return xmlFile(sitemapPath(l.Tag(), mapOfPages), urls)
}

// sitemap renders the sitemap of a month, or says that it has no stories. Of a month with more than a sitemap may hold,
// as that of an archive which all came in under one date, it names the newest.
func (s *Site) sitemap(ctx context.Context, snap Snapshot, l lang.Language, month string) (Output, error) {
	days, err := snap.Days(ctx, l.Tag(), month)
	if err != nil {
		return Output{}, err
	}
	if len(days) == 0 {
		return gone(sitemapPath(l.Tag(), month))
	}
	urls := sitemapURLs{NS: sitemapNS}
	for _, day := range slices.Backward(days) {
		headlines, err := snap.Day(ctx, l.Tag(), day)
		if err != nil {
			return Output{}, err
		}
		for _, h := range headlines[:min(len(headlines), maxSitemapURLs-len(urls.URLs))] {
			urls.URLs = append(urls.URLs, s.sitemapURL(h))
		}
	}
	return xmlFile(sitemapPath(l.Tag(), month), urls)
}

func (s *Site) sitemapURL(h store.Headline) sitemapURL {
	changed := h.Published
	if h.Updated.After(changed) {
		changed = h.Updated
	}
	return sitemapURL{Loc: s.cfg.BaseURL + StoryPath(h.Lang, h.Address), LastMod: atomTime(changed)}
}

// newsSitemap renders the sitemap of the last two days before the snapshot's time. The front stands in it too, since a
// sitemap may not be empty.
func (s *Site) newsSitemap(ctx context.Context, snap Snapshot, l lang.Language) (Output, error) {
	urls := sitemapURLs{NS: sitemapNS, NewsNS: newsSitemapNS,
		URLs: []sitemapURL{{Loc: s.cfg.BaseURL + frontPath(l.Tag())}}}
	from := snap.AsOf().Add(-newsAge)
	for back := range int(newsAge/(24*time.Hour)) + 1 {
		day := snap.AsOf().UTC().AddDate(0, 0, -back).Format(time.DateOnly)
		headlines, err := snap.Day(ctx, l.Tag(), day)
		if err != nil {
			return Output{}, err
		}
		for _, h := range headlines {
			if h.Published.Before(from) || len(urls.URLs) > maxNewsURLs {
				break
			}
			u := s.sitemapURL(h)
			u.News = &sitemapNews{s.cfg.Name, newsLanguage(l.Tag()), atomTime(h.Published), h.Headline}
			urls.URLs = append(urls.URLs, u)
		}
	}
	return xmlFile(newsSitemapPath(l.Tag()), urls)
}

// newsLanguage returns a language as news sitemaps write it: by its ISO 639 code alone, but for the two of Chinese.
func newsLanguage(tag string) string {
	switch {
	case base(tag) != "zh":
		return base(tag)
	case strings.Contains(tag, "-Hant") || strings.HasSuffix(tag, "-TW") || strings.HasSuffix(tag, "-HK"):
		return "zh-tw"
	}
	return "zh-cn"
}

func xmlFile(path string, v any) (Output, error) {
	body, err := encodeXML(v)
	return one(File{Path: path, MediaType: "application/xml", Body: body}, err)
}

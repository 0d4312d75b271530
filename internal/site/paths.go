package site

import (
	"fmt"
	"strings"

	"coranto/internal/news"
	"coranto/internal/ninjs"
	"coranto/internal/store"
)

// choicePath is the page on which a reader chooses a language.
const choicePath = "index.html"

func frontPath(tag string) string { return tag + "/index.html" }

// FeedPaths returns where a language's feeds stand: Atom, RSS and JSON Feed.
func FeedPaths(tag string) (atom, rss, json string) {
	return tag + "/feed.atom", tag + "/feed.rss", tag + "/feed.json"
}

// StoryPath returns where a story's page in a language stands: fa/story/2026/11/22/border/index.html.
func StoryPath(tag string, a news.Address) string {
	return tag + "/" + storyDir(a) + "index.html"
}

// DocumentPath returns where an article stands as ninjs: fa/story/2026/11/22/border/ninjs.json.
func DocumentPath(tag string, a news.Address) string {
	return tag + "/" + storyDir(a) + ninjs.FileName
}

// storyDir returns the part of a story's paths that its languages share: story/2026/11/22/border/. It is also the
// prefix of the tree keys (edition.Key) of all its files, and of nobody else's.
func storyDir(a news.Address) string {
	return "story/" + slashed(a.Day) + "/" + a.Slug + "/"
}

// mediaPath returns where a rendition stands. The name carries its own hash and not that of the file that was handed
// in, which whoever has that file could look for.
func mediaPath(a news.Address, m news.Media, r news.Rendition) string {
	stem, _, _ := strings.Cut(m.Name, ".")
	return "media/" + storyDir(a) + stem + "-" + r.SHA256[:8] + "-" + r.Name
}

func topicPath(tag, topic string) string { return tag + "/topic/" + topic + "/index.html" }

func placePath(tag, place string) string { return tag + "/place/" + place + "/index.html" }

func authorPath(tag, author string) string { return tag + "/author/" + author + "/index.html" }

func archivePath(tag string) string { return tag + "/archive/index.html" }

// dayPath returns the archive page of a day (2026-11-22) or of a month (2026-11).
func dayPath(tag, day string) string { return tag + "/archive/" + slashed(day) + "/index.html" }

// numberedPath returns a numbered page of a list.
func numberedPath(l store.List, number int) string {
	folder := "page"
	switch {
	case l.Topic != "":
		folder = "topic/" + l.Topic
	case l.Place != "":
		folder = "place/" + l.Place
	case l.Author != "":
		folder = "author/" + l.Author
	}
	return fmt.Sprintf("%s/archive/%s/%d.html", l.Lang, folder, number)
}

// newestPath returns the page with the newest of a list: a front.
func newestPath(l store.List) string {
	switch {
	case l.Topic != "":
		return topicPath(l.Lang, l.Topic)
	case l.Place != "":
		return placePath(l.Lang, l.Place)
	case l.Author != "":
		return authorPath(l.Lang, l.Author)
	}
	return frontPath(l.Lang)
}

func slashed(day string) string { return strings.ReplaceAll(day, "-", "/") }

// relative returns the reference that leads from one file to another, so that the site may stand in any folder.
func relative(from, to string) string {
	common := 0
	for i := 0; i < len(from) && i < len(to) && from[i] == to[i]; i++ {
		if from[i] == '/' {
			common = i + 1
		}
	}
	return strings.Repeat("../", strings.Count(from[common:], "/")) + to[common:]
}

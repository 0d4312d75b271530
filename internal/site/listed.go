package site

import (
	"regexp"
	"strconv"
	"strings"

	"coranto/internal/news"
	"coranto/internal/store"
)

// storyHref finds the links of a list to the pages of stories in its own language.
var storyHref = regexp.MustCompile(`<h[23]><a href="(?:\.\./)+story/(\d{4})/(\d{2})/(\d{2})/([a-z0-9-]+)/index\.html">`)

// Listed reads a numbered page back: of which list it is, which page, and the addresses of the stories that stand on it.
// It is not ok for any other path. A newsroom that lost its store learns from its pages which places it had given.
func Listed(path string, page []byte) (l store.List, number int, stories []news.Address, ok bool) {
	if l, number, ok = parseNumbered(path); !ok {
		return l, number, nil, false
	}
	for _, m := range storyHref.FindAllSubmatch(page, store.PerPage) {
		day := string(m[1]) + "-" + string(m[2]) + "-" + string(m[3])
		stories = append(stories, news.Address{Day: day, Slug: string(m[4])})
	}
	return l, number, stories, true
}

// parseNumbered undoes numberedPath.
func parseNumbered(path string) (l store.List, number int, ok bool) {
	parts := strings.Split(path, "/")
	switch {
	case len(parts) == 4 && parts[1] == "archive" && parts[2] == "page":
		l = store.List{Lang: parts[0]}
	case len(parts) == 5 && parts[1] == "archive" && parts[2] == "topic":
		l = store.List{Lang: parts[0], Topic: parts[3]}
	case len(parts) == 5 && parts[1] == "archive" && parts[2] == "place":
		l = store.List{Lang: parts[0], Place: parts[3]}
	case len(parts) == 5 && parts[1] == "archive" && parts[2] == "author":
		l = store.List{Lang: parts[0], Author: parts[3]}
	default:
		return l, 0, false
	}
	number, err := strconv.Atoi(strings.TrimSuffix(parts[len(parts)-1], ".html"))
	return l, number, err == nil && numberedPath(l, number) == path
}

package store

import (
	"strings"

	"coranto/edition"
)

// An OldAddress is where a public article stood on the web before it was imported (Moved), with the article's headline as
// it is now.
type OldAddress struct {
	At string
	Headline
}

// OldPath returns the path in an edition at which an old address would be found, if the edition took the place of the site
// that it was on: lantern.example/2014/05/border is 2014/05/border/index.html, lantern.example/about.html is about.html.
// It is "" where there can't be such a path: of an address with a query or with letters that no path has (SPEC.md, section
// 5), of a front, and of folders that other paths are keyed by. No path that it returns is a folder of another.
func OldPath(address string) string {
	_, path, ok := strings.Cut(address, "/")
	if !ok || path == "" {
		return ""
	}
	segments := strings.Split(path, "/")
	last := len(segments) - 1
	for _, s := range segments[:last] {
		if isPage(s) {
			return ""
		}
	}
	if !isPage(segments[last]) {
		path += "/index.html"
	}
	if path == "index.html" || edition.CheckPath(path) != nil || edition.Key(path) != path {
		return ""
	}
	return path
}

// isPage says whether a segment of a path is a page by its ending.
func isPage(segment string) bool {
	segment = strings.ToLower(segment)
	return strings.HasSuffix(segment, ".html") || strings.HasSuffix(segment, ".htm")
}

package store_test

import (
	"strings"
	"testing"

	"coranto/edition"
	"coranto/internal/store"
)

func TestOldPath(t *testing.T) {
	for address, want := range map[string]string{
		"lantern.example/2014/05/border":              "2014/05/border/index.html",
		"lantern.example/about.html":                  "about.html",
		"lantern.example/a/About.HTM":                 "a/About.HTM",
		"lantern.example/a/index.html":                "a/index.html",
		"lantern.example:8080/a":                      "a/index.html",
		"lantern.example/index.php/2014/border":       "index.php/2014/border/index.html",
		"lantern.example/release-2.0":                 "release-2.0/index.html",
		"lantern.example":                             "",
		"lantern.example/":                            "",
		"lantern.example/index.html":                  "",
		"lantern.example?p=12":                        "",
		"lantern.example/a?p=12":                      "",
		"lantern.example/2014/مرز":                    "",
		"lantern.example/a%2Fb":                       "",
		"lantern.example/a//b":                        "",
		"lantern.example/../b":                        "",
		"lantern.example/.well-known/x":               "",
		"lantern.example/latest":                      "",
		"lantern.example/log/x":                       "",
		"lantern.example/a.html/b":                    "", // a.html is a page, and can't be a folder too
		"lantern.example/a.html.gz":                   "",
		"lantern.example/news/story/2014/a":           "", // keyed as a story's
		"lantern.example/en/archive/a":                "",
		"lantern.example/" + strings.Repeat("a", 600): "",
	} {
		got := store.OldPath(address)
		if got != want {
			t.Errorf("%s: got %q, want %q", address, got, want)
		}
		if got != "" && edition.CheckPath(got) != nil {
			t.Errorf("%s: %q is no path", address, got)
		}
	}
}

package edition_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"coranto/edition"
)

func TestKeysKeepTogether(t *testing.T) {
	paths := []string{"index.html", "masthead.json"}
	for _, l := range []string{"en", "fa", "media", "ru"} {
		paths = append(paths, l+"/index.html", l+"/feed.atom", l+"/archive/2026/11/22/index.html", l+"/topic/border/index.html")
		for i := range 5 {
			paths = append(paths, fmt.Sprintf("%s/story/2026/11/22/s%d/index.html", l, i))
		}
	}
	slices.SortFunc(paths, func(a, b string) int { return strings.Compare(edition.Key(a), edition.Key(b)) })
	for _, together := range []func(path string) bool{
		func(p string) bool { return strings.Contains(p, "/story/2026/11/22/s3/") }, // the translations of a story
		func(p string) bool { return strings.Contains(p, "/story/") },               // all stories
		func(p string) bool { return strings.Contains(p, "/archive/2026/11/22/") },  // a day's lists
		func(p string) bool { // what changes with every edition in a language
			return strings.HasPrefix(p, "fa/") && !strings.Contains(p, "/story/") && !strings.Contains(p, "/archive/")
		},
	} {
		first := slices.IndexFunc(paths, together)
		n := 0
		for _, p := range paths {
			if together(p) {
				n++
			}
		}
		for i, p := range paths {
			if together(p) != (i >= first && i < first+n) {
				t.Errorf("%q stands apart from %q", p, paths[first])
			}
		}
	}
}

// No two paths have one key, and the key of a path is as long as the path.
func TestKeysDiffer(t *testing.T) {
	seen := map[string]string{}
	words := []string{"en", "story", "archive", "a"}
	for _, a := range words {
		for _, b := range words {
			for _, c := range words {
				for _, p := range []string{a, a + "/" + b, a + "/" + b + "/" + c, a + "/" + b + "/" + c + "/" + a} {
					key := edition.Key(p)
					if other, ok := seen[key]; ok && other != p {
						t.Errorf("%q and %q have the key %q", p, other, key)
					}
					if len(key) != len(p) {
						t.Errorf("%q has the key %q of another length", p, key)
					}
					seen[key] = p
				}
			}
		}
	}
}

func TestObjectPath(t *testing.T) {
	h := edition.Sum([]byte("an object"))
	p := edition.ObjectPath(h)
	if want := "o/" + h.String()[:2] + "/" + h.String(); p != want {
		t.Errorf("got %q, want %q", p, want)
	}
	if got, ok := edition.ParseObjectPath(p); !ok || got != h {
		t.Errorf("got %s, %v, want %s", got, ok, h)
	}
}

func TestParseHash(t *testing.T) {
	good := edition.Sum(nil).String()
	if h, err := edition.ParseHash(good); err != nil || h != edition.Sum(nil) || h.IsZero() {
		t.Errorf("got %s, %v", h, err)
	}
	for _, s := range []string{"", good[1:], good + "0", strings.ToUpper(good), good[:63] + "g", " " + good[1:], good[:63] + "\n"} {
		if h, err := edition.ParseHash(s); err == nil || !h.IsZero() {
			t.Errorf("%q: got %s, %v, want nothing and an error", s, h, err)
		}
	}
}

func ExampleKey() {
	fmt.Printf("%q\n", edition.Key("fa/index.html"))
	fmt.Printf("%q\n", edition.Key("fa/story/2026/11/22/border/index.html"))
	// Output:
	// "fa/index.html"
	// "story/2026/11/22/border/index.html\x00fa"
}

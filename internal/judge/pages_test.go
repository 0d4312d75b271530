package judge_test

import (
	"bytes"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// A document is a page as a program reads it.
type document struct {
	path string
	root *html.Node
	ids  map[string]bool
}

// parse reads the pages of a newsroom by path.
func (r room) parse(t *testing.T) map[string]document {
	t.Helper()
	docs := map[string]document{}
	for _, p := range r.pages {
		root, err := html.Parse(bytes.NewReader(r.read(t, p)))
		if err != nil {
			t.Fatalf("%s: %v", p, err)
		}
		d := document{path: p, root: root, ids: map[string]bool{}}
		for n := range root.Descendants() {
			if id := attribute(n, "id"); id != "" {
				d.ids[id] = true
			}
		}
		docs[p] = d
	}
	return docs
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// resolve returns the path of what a reference leads to within the site, its fragment, and whether it stays within.
func (d document) resolve(ref string) (to, fragment string, inside bool) {
	base := url.URL{Scheme: "https", Host: "lantern.example", Path: "/" + d.path}
	u, err := base.Parse(ref)
	if err != nil || !strings.HasPrefix(u.String(), baseURL) {
		return ref, "", false
	}
	to = strings.TrimPrefix(u.Path, "/")
	if to == "" || strings.HasSuffix(to, "/") {
		to += "index.html"
	}
	return to, u.Fragment, true
}

// asked returns what an element makes a browser ask for by itself.
func asked(n *html.Node) (refs []string) {
	switch n.DataAtom {
	case atom.Img, atom.Source, atom.Video, atom.Audio, atom.Track, atom.Iframe, atom.Embed, atom.Script, atom.Input:
		refs = append(refs, attribute(n, "src"), attribute(n, "poster"))
		for candidate := range strings.SplitSeq(attribute(n, "srcset"), ",") {
			ref, _, _ := strings.Cut(strings.TrimSpace(candidate), " ")
			refs = append(refs, ref)
		}
	case atom.Object:
		refs = append(refs, attribute(n, "data"))
	case atom.Link:
		switch attribute(n, "rel") {
		case "alternate", "canonical", "prev", "next", "author", "license":
		default:
			refs = append(refs, attribute(n, "href"))
		}
	}
	return refs
}

// TestAlone holds every page to itself: no script runs in it, no style or frame is loaded, whatever it shows comes from
// the same mirror and is there, and links to other sites tell them nothing.
func TestAlone(t *testing.T) {
	for _, r := range rooms(t) {
		pictures := 0
		for _, d := range r.parse(t) {
			for n := range d.root.Descendants() {
				if n.Type != html.ElementNode {
					continue
				}
				d.checkElement(t, n)
				for _, ref := range asked(n) {
					if ref == "" || strings.HasPrefix(ref, "data:image/") {
						continue
					}
					pictures++
					if to, _, inside := d.resolve(ref); !inside || !r.has(to) {
						t.Errorf("%s: <%s> asks for %q, which the mirror does not have", d.path, n.Data, ref)
					}
				}
			}
		}
		t.Logf("%d pages ask for %d things", len(r.pages), pictures)
	}
}

func (d document) checkElement(t *testing.T, n *html.Node) {
	t.Helper()
	switch n.DataAtom {
	case atom.Script:
		if attribute(n, "type") != "application/ld+json" || attribute(n, "src") != "" {
			t.Errorf("%s has a script", d.path)
		}
	case atom.Iframe, atom.Embed, atom.Object, atom.Form, atom.Input, atom.Button:
		t.Errorf("%s has a <%s>", d.path, n.Data)
	case atom.Link:
		if strings.Contains(attribute(n, "rel"), "stylesheet") || strings.HasPrefix(attribute(n, "rel"), "pre") && attribute(n, "rel") != "prev" {
			t.Errorf("%s: <link rel=%q> is a request that reading does not need", d.path, attribute(n, "rel"))
		}
	case atom.Style:
		if n.FirstChild != nil && (strings.Contains(n.FirstChild.Data, "@import") || strings.Contains(strings.ReplaceAll(n.FirstChild.Data, "url(data:", ""), "url(")) {
			t.Errorf("%s: its style asks for something", d.path)
		}
	}
	for _, a := range n.Attr {
		if strings.HasPrefix(a.Key, "on") || strings.HasPrefix(strings.ToLower(strings.TrimSpace(a.Val)), "javascript:") {
			t.Errorf("%s: <%s %s=%q> is a script", d.path, n.Data, a.Key, a.Val)
		}
		if a.Key == "ping" || a.Key == "style" {
			t.Errorf("%s: <%s> has the attribute %s", d.path, n.Data, a.Key)
		}
	}
}

func (r room) has(name string) bool {
	info, err := os.Stat(filepath.Join(r.public, filepath.FromSlash(name)))
	return err == nil && info.Mode().IsRegular()
}

// TestLinks follows every link within the site, to the part of the page that it names.
func TestLinks(t *testing.T) {
	for _, r := range rooms(t) {
		docs, n := r.parse(t), 0
		for _, d := range docs {
			for e := range d.root.Descendants() {
				ref := attribute(e, "href")
				if ref == "" {
					continue
				}
				to, fragment, inside := d.resolve(ref)
				if !inside {
					if u, err := url.Parse(ref); err != nil || u.Scheme == "" {
						t.Errorf("%s: %q leads out of the site", d.path, ref)
					}
					continue
				}
				n++
				if !r.has(to) {
					t.Errorf("%s: %q leads nowhere", d.path, ref)
				} else if fragment != "" && path.Ext(to) == ".html" && !docs[to].ids[fragment] {
					t.Errorf("%s: %q leads to no part of that page", d.path, ref)
				}
			}
		}
		t.Logf("%d links on %d pages", n, len(docs))
	}
}

// TestTranslations holds hreflang to its rule: whatever page a page names as itself in another language is in that
// language, and names it back; and each names itself.
func TestTranslations(t *testing.T) {
	for _, r := range rooms(t) {
		named, n := map[string]map[string]string{}, 0
		docs := r.parse(t)
		for p, d := range docs {
			named[p] = map[string]string{}
			for e := range d.root.Descendants() {
				if tag := attribute(e, "hreflang"); e.DataAtom == atom.Link && tag != "" {
					to, _, inside := d.resolve(attribute(e, "href"))
					if named[p][tag] != "" || !inside {
						t.Errorf("%s names %s twice, or elsewhere: %s", p, tag, to)
					}
					named[p][tag] = to
				}
			}
		}
		for p, by := range named {
			own := ""
			for e := range docs[p].root.Descendants() {
				if e.DataAtom == atom.Html {
					own = attribute(e, "lang")
				}
			}
			if len(by) > 0 && language(p) != "" && by[own] != p {
				t.Errorf("%s is in %q and does not name itself: %q", p, own, by[own])
			}
			for tag, to := range by {
				if n++; tag != "x-default" && (language(to) != tag || named[to][own] != p && language(p) != "") {
					t.Errorf("%s names %s in %s, which does not name it back", p, to, tag)
				}
			}
		}
		t.Logf("%d translations named", n)
	}
}

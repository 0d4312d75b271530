package wordpress_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"coranto/internal/importer"
	"coranto/internal/importer/importertest"
	"coranto/internal/importer/web"
	"coranto/internal/importer/wordpress"
	"coranto/internal/news"
)

type object = map[string]any

// A blog answers as WordPress's REST API does.
type blog struct {
	url    string
	routes map[string][]object
	// broken are posts at which PHP dies; once are routes that fail the first time, and how.
	broken map[string]bool
	mu     sync.Mutex // guards once, asked
	once   map[string]string
	asked  []string
	// hidden are routes that are forbidden; plain says that only ?rest_route= works.
	hidden []string
	plain  bool
	// silent says that the front page doesn't tell its language: the feed does.
	silent bool
}

// newBlog returns a site with two posts that translate each other, one behind a password, one that breaks PHP, a draft,
// a page, an event, and more posts.
func newBlog(t *testing.T, more int) *blog {
	b := &blog{once: make(map[string]string), broken: map[string]bool{"13": true}}
	s := httptest.NewServer(b)
	t.Cleanup(s.Close)
	b.url = s.URL
	text := func(s string) object { return object{"rendered": s} }
	post := func(id int, title, body string, more object) object {
		p := object{"id": id, "date": "2024-05-11T12:00:00", "date_gmt": "2024-05-11T08:30:00", "slug": fmt.Sprintf("post-%d", id), "status": "publish",
			"type": "post", "link": fmt.Sprintf("%s/2024/post-%d/", b.url, id), "guid": text(fmt.Sprintf("%s/?p=%d", b.url, id)), "title": text(title),
			"content": object{"rendered": body, "protected": false}, "excerpt": object{"rendered": "<p>" + body + " [&hellip;]</p>"}, "author": 1, "featured_media": 0, "sticky": false,
			"categories": []int{4, 1}, "tags": []int{5}, "meta": []int{}}
		maps.Copy(p, more)
		return p
	}
	b.routes = map[string][]object{
		"wp/v2/users":      {{"id": 1, "name": "N. Saidi"}},
		"wp/v2/categories": {{"id": 1, "name": "Uncategorized", "slug": "uncategorized"}, {"id": 4, "name": "Politics &amp; law", "slug": "politics"}},
		"wp/v2/tags":       {{"id": 5, "name": "Border", "slug": "border"}},
		"wp/v2/posts": {
			post(11, "The <em>border</em>", `<p>Closed. <a href="`+b.url+`/2024/post-12/">More</a></p><figure class="wp-block-image"><img src="https://files.example/road-300x200.png" alt="" class="wp-image-21"/><figcaption>The road</figcaption></figure>`,
				object{"lang": "en", "translations": object{"en": 11, "fa": 12}, "featured_media": 22}),
			post(12, "مرز", "<p>بسته شد.</p>", object{"excerpt": text("<p>Written</p>"), "lang": "fa", "translations": object{"en": 11, "fa": 12}}),
			post(13, "Breaks", "<p>x</p>", nil),
			post(14, "Secret", "", object{"content": object{"rendered": "", "protected": true}}),
			post(15, "Draft", "<p>not yet</p>", object{"status": "draft", "date_gmt": nil, "title": object{"raw": "", "rendered": "Private: "}, "content": object{"raw": "Not\n\n[gallery ids=\"21\"]", "rendered": "<p>not yet</p>"}}),
		},
		"wp/v2/pages":        {post(30, "About", "<p>Us.</p>", object{"type": "page", "categories": nil, "tags": nil})},
		"wp/v2/tribe_events": {post(31, "An evening", "<p>Of news.</p>", object{"type": "tribe_events"})},
		"wp/v2/media": {
			{"id": 21, "source_url": "https://files.example/road.png", "alt_text": "A road", "title": text("road"), "caption": text("<p>The road</p>"), "post": 11},
			{"id": 22, "source_url": "https://files.example/gone.png", "alt_text": "", "title": text("gone"), "caption": text(""), "post": 11},
		},
		"wp/v2/comments": {
			{"id": 51, "post": 11, "parent": 0, "author_name": "A reader", "date_gmt": "2024-05-12T10:00:00", "content": text("<p>True</p>"), "status": "approved", "type": "comment"},
			{"id": 52, "post": 11, "parent": 51, "author_name": "Another", "date_gmt": "2024-05-12T11:00:00", "content": text("<p></p>"), "status": "approved", "type": "comment"},
			{"id": 53, "post": 13, "author_name": "C", "content": text("x"), "status": "approved", "type": "comment"},
			{"id": 54, "post": 21, "author_name": "D", "content": text("x"), "status": "approved", "type": "comment"},
		},
	}
	for id := 100; id < 100+more; id++ {
		b.routes["wp/v2/posts"] = append(b.routes["wp/v2/posts"], post(id, fmt.Sprintf("Post %d", id), "<p>Words</p>", nil))
	}
	return b
}

func (b *blog) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	route := strings.Trim(strings.TrimPrefix(r.URL.Path, "/wp-json"), "/")
	if b.plain {
		route = strings.Trim(q.Get("rest_route"), "/")
	}
	b.mu.Lock()
	b.asked = append(b.asked, r.Header.Get("Authorization")+" "+route)
	how := b.once[route]
	delete(b.once, route)
	b.mu.Unlock()
	switch {
	case q.Get("feed") == "rss2":
		fmt.Fprint(w, `<rss><channel><language>en-US</language></channel></rss>`)
		return
	case r.URL.Path == "/" && !q.Has("rest_route") && b.silent:
		return
	case r.URL.Path == "/" && !q.Has("rest_route"):
		if !b.plain {
			w.Header().Set("Link", "<"+b.url+`/wp-json/>; rel="https://api.w.org/"`)
		}
		fmt.Fprint(w, `<!doctype html><html dir="ltr" lang="en-US"><title>Blog</title>`)
		return
	case b.plain != q.Has("rest_route"), slices.Contains(b.hidden, route):
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, `{"code":"rest_no_route"}`)
		return
	case how == "500":
		w.WriteHeader(http.StatusInternalServerError)
		return
	case how == "429":
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusTooManyRequests)
		return
	case how == "cut":
		w.Header().Set("Content-Length", "1000")
		fmt.Fprint(w, `[{"id":1`)
		return
	case how == "html":
		fmt.Fprint(w, "<html>A plug-in is being updated</html>")
		return
	case how == "warning":
		fmt.Fprint(w, "<br />\n<b>Warning</b>: Undefined index in plug.php\n")
	}
	b.answer(w, route, q)
}

// answer writes what stands at a route.
func (b *blog) answer(w http.ResponseWriter, route string, q map[string][]string) {
	get := func(k string) string { return strings.Join(q[k], ",") }
	var v any
	switch route {
	case "":
		v = object{"name": "Blog", "home": b.url, "url": b.url, "namespaces": []string{"wp/v2", "pll/v1"}, "timezone_string": "Asia/Tehran"}
	case "pll/v1/languages":
		v = []object{{"slug": "en", "locale": "en_US"}, {"slug": "fa", "locale": "fa_IR"}}
	case "wp/v2/types":
		v = object{"post": object{"rest_base": "posts", "rest_namespace": "wp/v2"}, "page": object{"rest_base": "pages"}, "attachment": object{"rest_base": "media"},
			"tribe_events": object{"rest_base": "tribe_events"}, "feedback": object{"rest_base": "feedback"}, "wp_template": object{"rest_base": "templates"}}
	case "wp/v2/taxonomies":
		v = object{"category": object{"rest_base": "categories"}, "post_tag": object{"rest_base": "tags"}}
	default:
		all, ok := b.routes[route]
		if !ok {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		rows := []object{}
		for _, o := range all {
			id := fmt.Sprint(o["id"])
			if o["status"] == "draft" && !strings.Contains(get("status"), "draft") || get("include") != "" && !slices.Contains(strings.Split(get("include"), ","), id) {
				continue
			}
			if b.broken[id] && get("include") != "" {
				w.WriteHeader(http.StatusInternalServerError)
				fmt.Fprint(w, "<p>There has been a critical error on this website.</p>")
				return
			}
			rows = append(rows, o)
		}
		page, _ := strconv.Atoi(get("page"))
		per, _ := strconv.Atoi(get("per_page"))
		w.Header().Set("X-WP-Total", strconv.Itoa(len(rows)))
		from := min(max(page-1, 0)*per, len(rows))
		v = rows[from:min(from+per, len(rows))]
	}
	json.NewEncoder(w).Encode(v)
}

func (b *blog) open(t *testing.T, login wordpress.Login) (*wordpress.Site, error) {
	client := web.NewClient(web.Options{Named: []string{b.url}, Sleep: func(context.Context, time.Duration) error { return nil }})
	s, err := wordpress.OpenSite(t.Context(), client, b.url, login, wordpress.ExportOptions{Languages: []string{"en", "fa"}, Scratch: t.TempDir()})
	t.Cleanup(func() {
		client.Close()
		if s != nil {
			s.Close()
		}
	})
	return s, err
}

func TestSite(t *testing.T) {
	b := newBlog(t, 2)
	importertest.Run(t, importertest.Kind{
		Languages: []string{"en", "fa"},
		Open: func(t *testing.T) importer.Source {
			s, err := b.open(t, wordpress.Login{})
			if err != nil {
				t.Fatal(err)
			}
			return s
		},
		Web: map[string][]byte{"https://files.example/road.png": importertest.Picture(1)},
	})
}

// siteItems returns what a site yields, by kind and ID.
func siteItems(t *testing.T, s *wordpress.Site) (map[string]importer.Item, map[string]int) {
	t.Helper()
	var sv importer.Survey
	if err := s.Survey(t.Context(), &sv); err != nil {
		t.Fatal(err)
	}
	all := map[string]importer.Item{}
	for item, err := range s.Items(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		all[item.Kind+" "+item.At.Item] = item
	}
	return all, sv.Has
}

func TestSiteItems(t *testing.T) {
	b := newBlog(t, 120)
	b.once = map[string]string{"wp/v2/posts": "500", "wp/v2/media": "cut", "wp/v2/pages": "html", "wp/v2/comments": "429", "wp/v2/tags": "warning"}
	s, err := b.open(t, wordpress.Login{})
	if err != nil {
		t.Fatal(err)
	}
	all, has := siteItems(t, s)
	want := map[string]int{"site": 1, "author": 1, "category": 2, "tag": 1, "post": 124, "page": 1, "tribe_events": 1, "attachment": 2, "comment": 4}
	if !maps.Equal(has, want) {
		t.Errorf("has %v, want %v", has, want)
	}
	en, fa := all["post 11"].Story, all["post 12"].Story
	if en == nil || fa == nil || en.ID != fa.ID || !strings.HasSuffix(en.ID, ":11") || fa.Articles[0].Lang != "fa" {
		t.Fatalf("got %+v and %+v", en, fa)
	}
	a := en.Articles[0]
	figure := a.Revision.Body[1].Figure
	if a.Revision.Headline != "The border" || a.Status != news.Published || a.Published.Format(time.RFC3339) != "2024-05-11T08:30:00Z" ||
		len(a.Revision.Bylines) != 1 || a.Revision.Bylines[0].Name != "N. Saidi" || len(a.Revision.Topics) != 2 || a.Revision.Topics[0].Name != "Politics & law" ||
		figure == nil || figure.Missing != "https://files.example/road.png" || figure.Alt != "A road" || a.Revision.Lead == nil || a.Revision.Standfirst != "" {
		t.Errorf("got %+v", a)
	}
	if got := fa.Articles[0].Revision.Standfirst; got != "Written" {
		t.Errorf("got the standfirst %q", got)
	}
	if c := all["post 11"].Comments; len(c) != 1 || c[0].Text != "True" || !c[0].Approved {
		t.Errorf("got comments %+v", c)
	}
	if all["post 13"].Err == nil || !strings.Contains(all["post 14"].Left, "--auth-file") || all["page 30"].Story == nil || !all["page 30"].Story.Articles[0].Revision.Standing {
		t.Errorf("got %+v, %+v, %+v", all["post 13"], all["post 14"], all["page 30"])
	}
	if strings.Contains(strings.Join(b.asked, " "), "feedback") {
		t.Error("what people sent in confidence was asked for")
	}
}

func TestSiteLogin(t *testing.T) {
	b := newBlog(t, 2)
	s, err := b.open(t, wordpress.Login{User: "desk", Password: "abcd efgh"})
	if err != nil {
		t.Fatal(err)
	}
	all, _ := siteItems(t, s)
	draft := all["post 15"].Story
	if draft == nil || draft.Articles[0].Status != news.Draft || len(draft.Articles[0].Revision.Body) != 2 || draft.Articles[0].Revision.Body[1].Figure == nil {
		t.Errorf("got %+v", all["post 15"])
	}
	if draft != nil && draft.Articles[0].Revision.Headline != "Not" {
		t.Errorf("the headline is %q, not of the text's words", draft.Articles[0].Revision.Headline)
	}
	client := web.NewClient(web.Options{})
	defer client.Close()
	if _, err := wordpress.OpenSite(t.Context(), client, "http://site.example/", wordpress.Login{User: "desk", Password: "x"}, wordpress.ExportOptions{}); err == nil {
		t.Error("a password is sent without https")
	}
}

func TestSiteHides(t *testing.T) {
	b := newBlog(t, 2)
	b.plain, b.silent, b.hidden = true, true, []string{"wp/v2/users", "wp/v2/comments", "pll/v1/languages"}
	for _, p := range b.routes["wp/v2/posts"] {
		p["_embedded"] = object{"author": []object{{"id": 1, "name": "N. Saidi"}}}
	}
	s, err := b.open(t, wordpress.Login{})
	if err != nil {
		t.Fatal(err)
	}
	all, has := siteItems(t, s)
	if has["comment"] != 0 || has["author"] != 0 || all["post 11"].Story.Articles[0].Revision.Bylines[0].Name != "N. Saidi" {
		t.Errorf("got %v, %+v", has, all["post 11"].Story)
	}
	if notes := strings.Join(all["site "].Notes, "\n"); !strings.Contains(notes, "comments") || !strings.Contains(notes, "users") {
		t.Errorf("got notes %s", notes)
	}
}

func TestNoSite(t *testing.T) {
	b := newBlog(t, 2)
	b.hidden = []string{""}
	_, err := b.open(t, wordpress.Login{})
	if none := (*wordpress.NoAPIError)(nil); !errors.As(err, &none) {
		t.Errorf("got %v", err)
	}
}

// TestSiteGoesOn stops an import's reading after any of its first items, and goes on.
func TestSiteGoesOn(t *testing.T) {
	b := newBlog(t, 2)
	s, err := b.open(t, wordpress.Login{})
	if err != nil {
		t.Fatal(err)
	}
	var marks, names []string
	for item, err := range s.Items(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		marks, names = append(marks, item.Mark), append(names, item.Kind+item.At.String())
	}
	for i := 0; i < len(marks); i += 2 {
		var rest []string
		for item, err := range s.Items(t.Context(), marks[i]) {
			if err != nil {
				t.Fatal(err)
			}
			if rest = append(rest, item.Kind+item.At.String()); len(rest) == 3 {
				break
			}
		}
		if want := names[i+1 : min(i+4, len(names))]; !slices.Equal(rest, want) {
			t.Errorf("after %q: got %q, want %q", marks[i], rest, want)
		}
	}
}

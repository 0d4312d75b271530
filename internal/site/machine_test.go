package site_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"coranto/internal/lang"
	"coranto/internal/news"
	"coranto/internal/site"
)

// These tests hold what is made for machines to the rules that their makers give: those of sitemaps.org and Google's
// news sitemaps, RFC 4287, the RSS 2.0 specification, JSON Feed 1.1, schema.org as search engines read it, and the
// Open Graph protocol.

const base = "https://news.example/a/"

// A fault is reported under the path of the file that has it.
type fault func(format string, args ...any)

func faultIn(t *testing.T, path string) fault {
	return func(format string, args ...any) {
		t.Helper()
		t.Errorf("%s: %s", path, fmt.Sprintf(format, args...))
	}
}

// validate runs every validator over the files of a site, and returns how many files each has seen.
func validate(t *testing.T, files map[string]site.File) map[string]int {
	t.Helper()
	seen := map[string]int{}
	for _, p := range slices.Sorted(maps.Keys(files)) {
		f := files[p]
		bad := faultIn(t, p)
		kind := path.Ext(p)
		switch {
		case kind == ".atom":
			checkAtom(f.Body, bad)
		case kind == ".rss":
			checkRSS(f.Body, bad)
		case path.Base(p) == "feed.json":
			kind = "feed.json"
			checkJSONFeed(f.Body, bad)
		case path.Base(p) == "sitemap.xml":
			kind = "sitemap index"
			checkSitemapIndex(p, f.Body, files, bad)
		case kind == ".xml":
			checkSitemap(p, f.Body, files, bad)
		case kind == ".webmanifest":
			checkManifest(f.Body, bad)
		case kind == ".html":
			doc, err := html.Parse(bytes.NewReader(f.Body))
			if err != nil {
				t.Fatal(err)
			}
			if checkHead(doc, strings.Contains(p, "/story/"), bad) {
				kind = "linked data"
			}
		default:
			continue
		}
		seen[kind]++
	}
	return seen
}

// node is an XML element of any name.
type node struct {
	XMLName xml.Name
	Attrs   []xml.Attr `xml:",any,attr"`
	Text    string     `xml:",chardata"`
	Kids    []node     `xml:",any"`
}

func (n node) all(name string) (kids []node) {
	for _, k := range n.Kids {
		if k.XMLName.Local == name {
			kids = append(kids, k)
		}
	}
	return kids
}

func (n node) text(name string) string {
	if kids := n.all(name); len(kids) > 0 {
		return kids[0].Text
	}
	return ""
}

func (n node) attr(name string) string {
	for _, a := range n.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// counts says how often an element may stand: at least and at most; -1 is any number.
type counts map[string][2]int

// check holds an element to its children, which must all be of its namespaces.
func (n node) check(bad fault, what string, allowed counts, namespaces ...string) {
	got := map[string]int{}
	for _, k := range n.Kids {
		got[k.XMLName.Local]++
		if !slices.Contains(namespaces, k.XMLName.Space) {
			bad("%s: <%s> is of %q", what, k.XMLName.Local, k.XMLName.Space)
		}
		if _, ok := allowed[k.XMLName.Local]; !ok {
			bad("%s: <%s> does not belong there", what, k.XMLName.Local)
		}
	}
	for name, c := range allowed {
		if got[name] < c[0] || c[1] >= 0 && got[name] > c[1] {
			bad("%s: %d <%s>", what, got[name], name)
		}
	}
}

func parseXML(b []byte, bad fault) node {
	var n node
	d := xml.NewDecoder(bytes.NewReader(b))
	if err := d.Decode(&n); err != nil {
		bad("%v", err)
	}
	if _, err := d.Token(); err != nil && err != io.EOF {
		if _, err = d.Token(); err != io.EOF {
			bad("more than one root: %v", err)
		}
	}
	return n
}

func checkTime(s string, bad fault) time.Time {
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		bad("%v", err)
	}
	return at
}

// checkAddress wants a whole address on the site.
func checkAddress(s string, bad fault) {
	if u, err := url.Parse(s); err != nil || !u.IsAbs() || !strings.HasPrefix(s, base) {
		bad("%q is no address of the site", s)
	}
}

// checkAtom holds a feed to RFC 4287, sections 4.1.1 and 4.1.2.
func checkAtom(b []byte, bad fault) {
	const ns = "http://www.w3.org/2005/Atom"
	feed := parseXML(b, bad)
	if feed.XMLName != (xml.Name{Space: ns, Local: "feed"}) || feed.attr("lang") == "" {
		bad("root %v, language %q", feed.XMLName, feed.attr("lang"))
	}
	feed.check(bad, "feed", counts{"id": {1, 1}, "title": {1, 1}, "subtitle": {0, 1}, "updated": {1, 1}, "author": {1, -1},
		"link": {2, -1}, "entry": {0, -1}}, ns)
	newest, ids := time.Unix(0, 0), map[string]bool{feed.text("id"): true}
	for _, e := range feed.all("entry") {
		id := e.text("id")
		e.check(bad, id, counts{"id": {1, 1}, "title": {1, 1}, "published": {0, 1}, "updated": {1, 1}, "author": {0, -1},
			"link": {1, -1}, "category": {0, -1}, "summary": {0, 1}, "content": {1, 1}}, ns)
		if u, err := url.Parse(id); err != nil || !u.IsAbs() || ids[id] {
			bad("ID %q: %v, or there twice", id, err)
		}
		ids[id] = true
		at := checkTime(e.text("updated"), bad)
		if at.Before(checkTime(e.text("published"), bad)) {
			bad("%s: updated before it was published", id)
		}
		if at.After(newest) {
			newest = at
		}
		if e.all("content")[0].attr("type") != "html" || e.all("content")[0].Text == "" {
			bad("%s: no content", id)
		}
	}
	if got := checkTime(feed.text("updated"), bad); !got.Equal(newest) {
		bad("updated %v, its newest entry %v", got, newest)
	}
	rels := map[string]int{}
	for n := range feed.walk() {
		if n.XMLName.Local == "link" {
			checkAddress(n.attr("href"), bad)
			rels[n.attr("rel")]++
		}
		if n.XMLName.Local == "author" && strings.TrimSpace(n.text("name")) == "" {
			bad("an author without a name")
		}
	}
	if rels["self"] != 1 {
		bad("%d links to itself", rels["self"])
	}
}

// walk yields an element and all in it.
func (n node) walk() func(yield func(node) bool) {
	var visit func(n node, yield func(node) bool) bool
	visit = func(n node, yield func(node) bool) bool {
		if !yield(n) {
			return false
		}
		return !slices.ContainsFunc(n.Kids, func(k node) bool { return !visit(k, yield) })
	}
	return func(yield func(node) bool) { visit(n, yield) }
}

// checkRSS holds a feed to the RSS 2.0 specification and to what the W3C's feed validator asks for besides.
func checkRSS(b []byte, bad fault) {
	const (
		atom    = "http://www.w3.org/2005/Atom"
		content = "http://purl.org/rss/1.0/modules/content/"
		dublin  = "http://purl.org/dc/elements/1.1/"
	)
	rss := parseXML(b, bad)
	if rss.XMLName != (xml.Name{Local: "rss"}) || rss.attr("version") != "2.0" || len(rss.all("channel")) != 1 {
		bad("root %v", rss.XMLName)
		return
	}
	ch := rss.all("channel")[0]
	ch.check(bad, "channel", counts{"title": {1, 1}, "link": {2, 2}, "description": {1, 1}, "language": {1, 1},
		"lastBuildDate": {1, 1}, "item": {0, -1}}, "", atom)
	links := ch.all("link")
	if self := links[1]; self.XMLName.Space != atom || self.attr("rel") != "self" {
		bad("it does not name itself: %+v", self)
	}
	checkAddress(links[0].Text, bad)
	ids := map[string]bool{}
	for _, item := range ch.all("item") {
		id := item.text("guid")
		item.check(bad, id, counts{"guid": {1, 1}, "title": {1, 1}, "link": {1, 1}, "pubDate": {1, 1}, "updated": {0, 1},
			"creator": {0, -1}, "category": {0, -1}, "description": {0, 1}, "encoded": {1, 1}}, "", atom, content, dublin)
		if ids[id] || item.all("guid")[0].attr("isPermaLink") != "false" {
			bad("ID %q is there twice, or stands for an address", id)
		}
		ids[id] = true
		checkAddress(item.text("link"), bad)
		published, err := time.Parse(time.RFC1123Z, item.text("pubDate"))
		if err != nil {
			bad("%v", err)
		}
		if u := item.text("updated"); u != "" && !checkTime(u, bad).After(published) {
			bad("%s: updated %s, published %s", id, u, published)
		}
	}
	if _, err := time.Parse(time.RFC1123Z, ch.text("lastBuildDate")); err != nil {
		bad("%v", err)
	}
}

// checkJSONFeed holds a feed to https://www.jsonfeed.org/version/1.1/.
func checkJSONFeed(b []byte, bad fault) {
	var feed struct {
		Version       string
		Title         string
		Home_page_url string
		Feed_url      string
		Language      string
		Authors       []struct{ Name string }
		Items         []struct {
			ID, URL, Title, Content_html  string
			Date_published, Date_modified string
			Language                      string
		}
	}
	if err := json.Unmarshal(b, &feed); err != nil {
		bad("%v", err)
	}
	if feed.Version != "https://jsonfeed.org/version/1.1" || feed.Title == "" || feed.Items == nil || feed.Language == "" ||
		len(feed.Authors) == 0 || feed.Authors[0].Name == "" {
		bad("something is missing: %+v", feed)
	}
	checkAddress(feed.Home_page_url, bad)
	checkAddress(feed.Feed_url, bad)
	ids := map[string]bool{}
	for _, it := range feed.Items {
		if it.ID == "" || ids[it.ID] || it.Content_html == "" || it.Title == "" || it.Language == "" {
			bad("item %q: something is missing, or it is there twice", it.ID)
		}
		ids[it.ID] = true
		checkAddress(it.URL, bad)
		if checkTime(it.Date_modified, bad).Before(checkTime(it.Date_published, bad)) {
			bad("%s: modified before it was published", it.ID)
		}
	}
}

const sitemapNS = "http://www.sitemaps.org/schemas/sitemap/0.9"

// checkSitemapIndex holds an index to siteindex.xsd, and to what it leads to.
func checkSitemapIndex(p string, b []byte, files map[string]site.File, bad fault) {
	index := parseXML(b, bad)
	if index.XMLName != (xml.Name{Space: sitemapNS, Local: "sitemapindex"}) {
		bad("root %v", index.XMLName)
	}
	index.check(bad, "index", counts{"sitemap": {1, 50000}}, sitemapNS)
	for _, s := range index.all("sitemap") {
		s.check(bad, "sitemap", counts{"loc": {1, 1}, "lastmod": {0, 1}}, sitemapNS)
		checkLocation(p, s.text("loc"), files, bad)
	}
}

// checkSitemap holds a sitemap to sitemap.xsd and, as far as it has news in it, to sitemap-news.xsd.
func checkSitemap(p string, b []byte, files map[string]site.File, bad fault) {
	const newsNS = "http://www.google.com/schemas/sitemap-news/0.9"
	set := parseXML(b, bad)
	if set.XMLName != (xml.Name{Space: sitemapNS, Local: "urlset"}) || len(b) > 50<<20 {
		bad("root %v, %d bytes", set.XMLName, len(b))
	}
	set.check(bad, "set", counts{"url": {1, 50000}}, sitemapNS)
	locs, news := map[string]bool{}, 0
	for _, u := range set.all("url") {
		loc := u.text("loc")
		u.check(bad, loc, counts{"loc": {1, 1}, "lastmod": {0, 1}, "news": {0, 1}}, sitemapNS, newsNS)
		if locs[loc] {
			bad("%s is there twice", loc)
		}
		locs[loc] = true
		checkLocation(p, loc, files, bad)
		if m := u.text("lastmod"); m != "" {
			checkTime(m, bad)
		}
		for _, n := range u.all("news") {
			news++
			n.check(bad, loc, counts{"publication": {1, 1}, "publication_date": {1, 1}, "title": {1, 1}}, newsNS)
			pub := n.all("publication")[0]
			pub.check(bad, loc, counts{"name": {1, 1}, "language": {1, 1}}, newsNS)
			if !regexp.MustCompile(`^(zh-cn|zh-tw|[a-z]{2,3})$`).MatchString(pub.text("language")) {
				bad("%s: language %q", loc, pub.text("language"))
			}
			checkTime(n.text("publication_date"), bad)
		}
	}
	if news > 1000 {
		bad("%d news", news)
	}
}

// checkLocation wants an address of a file of the site that stands in the sitemap's folder or under it.
func checkLocation(p, loc string, files map[string]site.File, bad fault) {
	to, ok := strings.CutPrefix(loc, base)
	if _, there := files[to]; !ok || !there || len(loc) >= 2048 || !strings.HasPrefix(to, path.Dir(p)+"/") {
		bad("%q is not for it to name", loc)
	}
}

// checkManifest holds a web manifest to https://www.w3.org/TR/appmanifest/.
func checkManifest(b []byte, bad fault) {
	var m struct {
		Name, Lang, Dir, Start_url, Scope, Display string
		Icons                                      []struct{ Src, Sizes, Type string }
	}
	d := json.NewDecoder(bytes.NewReader(b))
	if err := d.Decode(&m); err != nil {
		bad("%v", err)
	}
	if m.Name == "" || m.Start_url != "index.html" || m.Display != "browser" || len(m.Icons) != 1 ||
		m.Dir != lang.Dir(m.Lang) || m.Icons[0].Src != "../icon.svg" {
		bad("%+v", m)
	}
}

// checkHead holds a page's Open Graph data to https://ogp.me and its linked data to what search engines ask of a
// NewsArticle and a BreadcrumbList. It says whether there is linked data; every story has.
func checkHead(doc *html.Node, story bool, bad fault) bool {
	graph, data := map[string][]string{}, ""
	for n := range elements(doc) {
		switch {
		case n.Data == "meta" && attr(n, "property") != "":
			graph[attr(n, "property")] = append(graph[attr(n, "property")], attr(n, "content"))
		case n.Data == "script":
			data = textOf(n)
		case n.Data == "link" && attr(n, "rel") == "canonical", n.Data == "link" && attr(n, "hreflang") != "":
			checkAddress(attr(n, "href"), bad)
		}
	}
	if !story {
		return false
	}
	for _, name := range []string{"og:type", "og:title", "og:url", "og:site_name"} {
		if len(graph[name]) != 1 || graph[name][0] == "" {
			bad("%s: %q", name, graph[name])
		}
	}
	for _, l := range graph["og:locale"] {
		if !regexp.MustCompile(`^[a-z]{2,3}_[A-Z]{2}$`).MatchString(l) {
			bad("og:locale %q", l)
		}
	}
	checkLinkedData(data, attr(find1(doc, "html"), "lang"), bad)
	return true
}

func find1(doc *html.Node, name string) *html.Node {
	for n := range elements(doc) {
		if n.Data == name {
			return n
		}
	}
	return nil
}

type linkedThing struct {
	Type string `json:"@type"`
	ID   string `json:"@id"`
	Name string
	URL  string
}

type linkedData struct {
	Context string `json:"@context"`
	Graph   []struct {
		linkedThing
		Headline, InLanguage, DatePublished, DateModified string
		Author                                            []linkedThing
		Publisher                                         linkedThing
		Image                                             []linkedImage
		Correction                                        []struct{ Text, DatePublished string }
		Citation                                          []struct{ URL, ArchivedAt string }
		TranslationOfWork                                 *linkedThing
		ItemListElement                                   []struct {
			Position   int
			Name, Item string
		}
	} `json:"@graph"`
}

type linkedImage struct {
	Type                                 string `json:"@type"`
	ContentURL                           string
	CreditText, CopyrightNotice, License string
}

func checkLinkedData(data, tag string, bad fault) {
	var d linkedData
	if err := json.Unmarshal([]byte(data), &d); err != nil || d.Context != "https://schema.org" || len(d.Graph) != 2 {
		bad("linked data: %v\n%s", err, data)
		return
	}
	a, trail := d.Graph[0], d.Graph[1]
	if a.Type != "NewsArticle" || a.Headline == "" || a.InLanguage != tag || a.ID == "" || a.Publisher.Name == "" ||
		a.Publisher.Type != "NewsMediaOrganization" || len(a.Author) == 0 {
		bad("linked data: something is missing: %s", data)
	}
	checkAddress(a.URL, bad)
	for _, by := range a.Author {
		if by.Name == "" || by.Type != "Person" && by.Type != a.Publisher.Type {
			bad("author %+v", by)
		}
	}
	for _, i := range a.Image {
		checkAddress(i.ContentURL, bad)
		if i.Type != "ImageObject" {
			bad("image %+v", i)
		}
	}
	if checkTime(a.DateModified, bad).Before(checkTime(a.DatePublished, bad)) {
		bad("modified before it was published")
	}
	if a.TranslationOfWork != nil {
		checkAddress(a.TranslationOfWork.URL, bad)
	}
	if trail.Type != "BreadcrumbList" || len(trail.ItemListElement) < 2 {
		bad("trail: %s", data)
	}
	for i, step := range trail.ItemListElement {
		if step.Position != i+1 || step.Name == "" {
			bad("step %d of the trail: %+v", i+1, step)
		}
		checkAddress(step.Item, bad)
	}
}

func machineConfig() site.Config {
	cfg := specimenConfig
	cfg.BaseURL = base
	return cfg
}

// TestMachineSpecimen runs every validator over the story that has everything.
func TestMachineSpecimen(t *testing.T) {
	t.Parallel()
	seen := validate(t, renderAll(t, newSite(t, machineConfig()), specimen()))
	for _, kind := range []string{".atom", ".rss", "feed.json", "sitemap index", ".xml", ".webmanifest", "linked data"} {
		if seen[kind] == 0 {
			t.Errorf("no %s was there", kind)
		}
	}
	if seen[".rss"] != seen[".atom"] || seen[".rss"] != len(specimenConfig.Languages)+3 { // the topic has feeds in three languages
		t.Errorf("feeds: %v", seen)
	}
}

// TestLinkedData reads what the story that has everything tells search engines.
func TestLinkedData(t *testing.T) {
	t.Parallel()
	files := renderAll(t, newSite(t, machineConfig()), specimen())
	read := func(p string) (d linkedData) {
		doc, err := html.Parse(bytes.NewReader(files[p].Body))
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(textOf(find1(doc, "script"))), &d); err != nil {
			t.Fatal(err)
		}
		return d
	}
	a := read(borderEN).Graph[0]
	if len(a.Author) != 2 || a.Author[0].Name != "A. Reporter" || a.Author[1].Name != "B. Editor" {
		t.Errorf("authors %+v", a.Author)
	}
	if a.ID != "urn:coranto:border%2F1:en" || a.DateModified != "2026-11-21T09:00:00Z" || a.TranslationOfWork != nil {
		t.Errorf("got %+v", a)
	}
	if len(a.Correction) != 1 || a.Correction[0].Text != "An earlier version said hundreds." {
		t.Errorf("corrections %+v", a.Correction)
	}
	if len(a.Citation) != 1 || a.Citation[0].URL != "https://t.example/mash/1" || a.Citation[0].ArchivedAt != "https://archive.example/1" {
		t.Errorf("citations %+v", a.Citation)
	}
	if len(a.Image) != 1 || !strings.HasSuffix(a.Image[0].ContentURL, "-1280.jpg") || a.Image[0].CreditText != "C. Photographer" {
		t.Errorf("images %+v", a.Image)
	}
	if of := read("ru/story/2026/11/20/border/index.html").Graph[0].TranslationOfWork; of == nil || of.ID != a.ID || of.URL != a.URL {
		t.Errorf("the Russian one is a translation of %+v", of)
	}
}

// TestImages takes the three ratios that a picture was cut to, the largest of each, and says whose it is.
func TestImages(t *testing.T) {
	t.Parallel()
	snap := specimen()
	cuts := []news.Rendition{
		{Name: "16x9-640.jpg", MediaType: "image/jpeg", Width: 640, Height: 360, SHA256: hexOf("1"), Size: 1},
		{Name: "16x9-888.jpg", MediaType: "image/jpeg", Width: 888, Height: 500, SHA256: hexOf("2"), Size: 1},
		{Name: "16x9-1280.avif", MediaType: "image/avif", Width: 1280, Height: 720, SHA256: hexOf("3"), Size: 1},
		{Name: "1x1-640.jpg", MediaType: "image/jpeg", Width: 640, Height: 640, SHA256: hexOf("4"), Size: 1},
		{Name: "4x3-640.jpg", MediaType: "image/jpeg", Width: 640, Height: 480, SHA256: hexOf("5"), Size: 1},
		{Name: "1600.jpg", MediaType: "image/jpeg", Width: 1600, Height: 1067, SHA256: hexOf("6"), Size: 1},
	}
	snap.media = maps.Clone(snap.media)
	snap.media[hexOf("a")] = news.Media{ID: hexOf("a"), Name: "border.jpg", Renditions: cuts}
	cfg := machineConfig()
	cfg.Pictures = site.Full // light pictures have no cuts
	snap.stories = slices.Clone(snap.stories)
	st := &snap.stories[0]
	st.Articles = slices.Clone(st.Articles)
	for i := range st.Articles {
		lead := *st.Articles[i].Revision.Lead
		lead.Rights = "CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/)"
		st.Articles[i].Revision.Lead = &lead
	}
	image := func(url string) string {
		return `{"@type":"ImageObject","contentUrl":"` + url + `","creditText":"C. Photographer","copyrightNotice":"` +
			`CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/)","license":"https://creativecommons.org/licenses/by/4.0/"}`
	}
	body := string(renderAll(t, newSite(t, cfg), snap)[borderEN].Body)
	const dir = base + "media/story/2026/11/20/border/border-"
	want := `"image":[` + image(dir+"22222222-16x9-888.jpg") + "," + image(dir+"55555555-4x3-640.jpg") + "," +
		image(dir+"44444444-1x1-640.jpg") + "]"
	if !strings.Contains(body, want) {
		t.Errorf("no %s", want)
	}
	if og := `<meta property="og:image" content="` + dir + `22222222-16x9-888.jpg">`; !strings.Contains(body, og) {
		t.Errorf("no %s", og)
	}
}

// TestNewsSitemap holds the news sitemap to the last two days before the snapshot's time: at(22, 12, 0).
func TestNewsSitemap(t *testing.T) {
	t.Parallel()
	snap := specimen()
	for i, published := range []time.Time{at(20, 11, 59), at(20, 12, 0), at(22, 12, 0)} {
		s := plainStory(1)
		s.ID = fmt.Sprint("aged-", i)
		s.Address = news.Address{Day: published.Format(time.DateOnly), Slug: s.ID}
		s.Articles[0].Published = published
		snap.stories = append(snap.stories, s)
	}
	set := parseXML(renderAll(t, newSite(t, machineConfig()), snap)["en/sitemap-news.xml"].Body, faultIn(t, "news"))
	var got []string
	for _, u := range set.all("url") {
		got = append(got, strings.TrimPrefix(u.text("loc"), base+"en/"))
	}
	want := []string{"index.html", "story/2026/11/22/aged-2/index.html", "story/2026/11/20/border/index.html", "story/2026/11/20/aged-1/index.html"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestWithoutBaseURL makes sure that nothing claims a whole address where none is known.
func TestWithoutBaseURL(t *testing.T) {
	t.Parallel()
	files := renderAll(t, newSite(t, specimenConfig), specimen())
	for p, f := range files {
		if path.Ext(p) == ".xml" {
			t.Errorf("%s is there", p)
		}
		for _, whole := range []string{"canonical", "og:url", "og:image", "Sitemap:"} {
			if f.Body != nil && bytes.Contains(f.Body, []byte(whole)) {
				t.Errorf("%s has %s", p, whole)
			}
		}
	}
}

// TestRootFiles reads robots.txt, trust.txt and the icon.
func TestRootFiles(t *testing.T) {
	t.Parallel()
	cfg := machineConfig()
	cfg.Name = "«Хроніка» & Co"
	cfg.Trust = []site.TrustLine{{"member", "https://press.example/"}, {"contact", "mailto:desk@news.example"}, {"datatrainingallowed", "no"}}
	files := renderAll(t, newSite(t, cfg), specimen())
	wantRobots := "# Everything here may be read, kept and carried.\nUser-agent: *\nAllow: /\n\n" +
		"Sitemap: " + base + "en/sitemap.xml\nSitemap: " + base + "ru/sitemap.xml\nSitemap: " + base + "fa/sitemap.xml\nSitemap: " + base + "sw/sitemap.xml\n"
	if got := string(files["robots.txt"].Body); got != wantRobots {
		t.Errorf("robots.txt: got\n%s", got)
	}
	wantTrust := "# https://journallist.net/\nmember=https://press.example/\ncontact=mailto:desk@news.example\ndatatrainingallowed=no\n"
	if got := string(files["trust.txt"].Body); got != wantTrust {
		t.Errorf("trust.txt: got\n%s", got)
	}
	icon := parseXML(files["icon.svg"].Body, faultIn(t, "icon.svg"))
	if got := icon.text("text"); got != "Х" {
		t.Errorf("icon: %q", got)
	}
}

// TestTrustIsChecked refuses what trust.txt can't say.
func TestTrustIsChecked(t *testing.T) {
	t.Parallel()
	for _, bad := range []site.TrustLine{
		{"friend", "https://news.example/"}, {"member", ""}, {"member", "news.example"}, {"member", "mailto:a@news.example"},
		{"member", "https://news.example/\ncontrol=https://evil.example/"}, {"contact", "mailto:"}, {"datatrainingallowed", "maybe"},
		{"social", "javascript:alert(1)"}, {"social", "https://news.example/ x"},
	} {
		cfg := machineConfig()
		cfg.Trust = []site.TrustLine{bad}
		if _, err := site.New(cfg); err == nil {
			t.Errorf("%v was taken", bad)
		}
	}
}

// TestCorpusForMachines runs every validator over real news in all the languages that there are, and makes sure that
// all translations name each other.
func TestCorpusForMachines(t *testing.T) {
	t.Parallel()
	snap, tags := corpus(t)
	if testing.Short() {
		snap.stories = snap.stories[:10]
	}
	files := renderAll(t, newSite(t, site.Config{Name: "N", Languages: tags, BaseURL: base}), snap)
	seen := validate(t, files)
	t.Logf("%v", seen)
	articles := 0
	for _, s := range snap.stories {
		articles += len(s.Articles)
	}
	if seen["linked data"] != articles || seen[".atom"] != len(tags) || seen["sitemap index"] != len(tags) {
		t.Errorf("%d articles in %d languages, but saw %v", articles, len(tags), seen)
	}
	alternate := regexp.MustCompile(`<link rel="alternate" hreflang="([^"]+)" href="([^"]+)">`)
	for _, s := range snap.stories {
		var first [][]byte
		for _, a := range s.Articles {
			got := alternate.FindAll(files[site.StoryPath(a.Lang, s.Address)].Body, -1)
			if first == nil {
				first = got
			}
			if len(got) != len(s.Articles)+1 || !slices.EqualFunc(got, first, bytes.Equal) {
				t.Errorf("%s in %s: %d alternates, or others than the first has", s.ID, a.Lang, len(got))
			}
		}
	}
}

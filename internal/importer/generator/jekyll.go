package generator

import (
	"path"
	"slices"
	"strings"

	"coranto/internal/importer"
)

// A jekyll is a folder of Jekyll.
type jekyll struct {
	*Source
	config matter
	// base is the path below which the site stood, with a slash at its beginning, or empty.
	base string
	// main is the language of the site, languages those that a plug-in made it in.
	main      string
	languages []string
	// byName finds posts as post_url names them.
	byName map[string]*page
}

// newJekyll reads the configuration of a site.
func newJekyll(s *Source) (maker, error) {
	j := &jekyll{Source: s, config: matter{}, byName: make(map[string]*page)}
	for _, name := range []string{"_config.yml", "_config.yaml", "_config.toml"} {
		if !s.there[name] {
			continue
		}
		var err error
		if j.config, err = s.configFile(name); err != nil {
			return nil, err
		}
		break
	}
	address := j.config.text("url")
	if host, err := s.files.Read("CNAME", 1000); address == "" && err == nil { // as GitHub Pages has it
		address = "https://" + strings.TrimSpace(string(host))
	}
	if base := strings.Trim(j.config.text("baseurl"), "/"); base != "" {
		j.base = "/" + base
	}
	if address != "" {
		address = strings.TrimRight(address, "/") + j.base
	}
	j.main = j.config.text("default_lang", "lang", "locale", "language")
	j.languages = j.config.list("languages")
	return j, s.settleSite(address, j.config.text("timezone"))
}

// pages implements maker.
func (j *jekyll) pages() (out []*page) {
	source := clean(j.config.text("source"), "")
	for _, f := range j.files.List() {
		within := f.Name
		if source != "" {
			var ok bool
			if within, ok = strings.CutPrefix(f.Name, source+"/"); !ok {
				continue
			}
		}
		p := &page{file: f.Name, kind: "page"}
		switch strings.ToLower(path.Ext(within)) {
		case ".md", ".markdown", ".mkd", ".mkdn", ".mkdown", ".html", ".htm":
		case ".textile", ".adoc", ".rst", ".org":
			p.left = "text of this kind is not read: Markdown and HTML are"
		default:
			continue
		}
		if !j.named(p, within) || j.excluded(within) {
			continue
		}
		out = append(out, p)
	}
	return out
}

// excluded says whether the configuration leaves a file out.
func (j *jekyll) excluded(within string) bool {
	return slices.ContainsFunc(j.config.list("exclude"), func(pattern string) bool {
		pattern = strings.Trim(pattern, "/")
		ok, err := path.Match(pattern, within)
		return err == nil && ok || strings.HasPrefix(within, pattern+"/")
	})
}

// named fills in what a page's path says, and returns false where Jekyll makes no page of the file.
func (j *jekyll) named(p *page, within string) bool {
	dirs := strings.Split(path.Dir(within), "/")
	stem := strings.TrimSuffix(path.Base(within), path.Ext(within))
	p.slug = stem
	p.key = strings.TrimSuffix(within, path.Ext(within))
	for _, d := range dirs {
		if p.lang == "" && j.isLanguage(d) {
			p.lang = d
		}
	}
	special := slices.IndexFunc(dirs, func(d string) bool { return strings.HasPrefix(d, "_") })
	switch {
	case strings.HasPrefix(within, ".") || strings.Contains(within, "/."):
		return false
	case special < 0:
		switch { // what says something to who works on the site
		case slices.Contains([]string{"readme", "license", "contributing", "404", "changelog"}, strings.ToLower(stem)):
			return false
		case slices.ContainsFunc(dirs, func(d string) bool { return d == "vendor" || d == "node_modules" }):
			return false
		}
		return true
	case dirs[special] == "_drafts":
		p.kind, p.draft = "post", true
	case dirs[special] == "_posts":
		p.kind = "post"
		if len(stem) < 12 || !isDay(stem[:10]) || stem[10] != '-' {
			p.left = "the name of a post's file begins with its day, as 2014-05-01-title.md"
		} else {
			p.dated, p.slug = stem[:10], stem[11:]
		}
		j.byName[path.Join(path.Join(dirs[special+1:]...), stem)], j.byName[stem] = p, p
	case j.collection(dirs[special]) != nil:
		p.kind = "post"
	default: // _layouts, _includes, _data
		return false
	}
	return true
}

// collection returns what the configuration says of the collection whose folder has a name; nil where it is none.
func (j *jekyll) collection(folder string) matter {
	name := strings.TrimPrefix(folder, "_")
	if slices.Contains(j.config.list("collections"), name) {
		return matter{}
	}
	if c := j.config.matter("collections"); c[strings.ToLower(name)] != nil {
		if m := c.matter(strings.ToLower(name)); m != nil {
			return m
		}
		return matter{}
	}
	return nil
}

// isLanguage says whether a folder is named by a language of the site, or of the newsroom.
func (j *jekyll) isLanguage(dir string) bool {
	if len(j.languages) > 0 {
		return slices.Contains(j.languages, dir)
	}
	t, err := importer.AllowedLanguage(dir, j.opt.Languages)
	return err == nil && strings.EqualFold(t, dir)
}

// settle implements maker.
func (j *jekyll) settle(p *page) error {
	j.defaults(p)
	m := p.matter
	p.draft = p.draft || m.isNot("published") || m.is("draft")
	if p.kind == "post" && p.dated == "" && m.text("date") == "" && !p.draft {
		p.kind = "page"
	}
	if p.kind == "page" && (m.text("layout") == "home" || m.text("layout") == "redirected" || m.text("redirect_to") != "" || m.value("pagination") != nil) {
		p.left = "it lists others, or leads elsewhere"
		return nil
	}
	for _, name := range []string{"ref", "translation_id", "page_id", "translation_key", "t_id"} {
		if key := m.text(name); key != "" {
			p.key = "translation/" + key
			break
		}
	}
	if link := m.text("permalink"); len(j.languages) > 0 && strings.HasPrefix(link, "/") && !strings.HasPrefix(p.key, "translation/") {
		p.key = "translation" + strings.TrimRight(link, "/") // pages of one address are translations, by jekyll-polyglot's way
	}
	if strings.HasPrefix(p.key, "_i18n/") || p.lang != "" && !strings.HasPrefix(p.key, "translation") {
		p.key = without(p.key, p.lang)
	}
	if err := j.language(p, m.text("lang", "locale", "language"), p.lang, j.main); err != nil {
		return err
	}
	for _, from := range append(m.list("redirect_from"), m.list("aliases")...) {
		if strings.HasPrefix(from, "/") {
			p.aliases = append(p.aliases, join(j.site+"/", from))
		}
	}
	j.settleAddress(p)
	return nil
}

// without returns a path without the folder of a language, so that translations in folders have one name.
func without(key, lang string) string {
	parts := strings.Split(strings.TrimPrefix(key, "_i18n/"), "/")
	return strings.Join(slices.DeleteFunc(parts, func(d string) bool { return d == lang }), "/")
}

// defaults fills in what the configuration says of pages like one: later ones win, and the page itself above all.
func (j *jekyll) defaults(p *page) {
	if p.matter == nil {
		p.matter = matter{}
	}
	all := matter{}
	for _, d := range j.config.matters("defaults") {
		scope, kind := strings.Trim(d.text("scope.path"), "/"), d.text("scope.type")
		inPosts := strings.Contains("/"+p.file, "/_posts/") || strings.Contains("/"+p.file, "/_drafts/")
		fits := kind == "" || kind == "posts" && inPosts || kind == "pages" && p.kind == "page" ||
			strings.HasPrefix(p.file, "_"+kind+"/")
		if fits && (scope == "" || p.file == scope || strings.HasPrefix(p.file, scope+"/")) {
			for k, v := range d.matter("values") {
				all[k] = v
			}
		}
	}
	for k, v := range all {
		if p.matter[k] == nil {
			p.matter[k] = v
		}
	}
}

// settleAddress says where a page stood.
func (j *jekyll) settleAddress(p *page) {
	root := j.site + "/"
	if len(j.languages) > 0 && p.lang != j.main && p.lang != "" {
		root += p.lang + "/"
	}
	within := strings.TrimSuffix(p.file, path.Ext(p.file))
	pattern := p.matter.text("permalink")
	if pattern == "" {
		pattern = j.pattern(p)
	}
	switch pattern {
	case "date":
		pattern = "/:categories/:year/:month/:day/:title.html"
	case "pretty":
		pattern = "/:categories/:year/:month/:day/:title/"
	case "ordinal":
		pattern = "/:categories/:year/:y_day/:title.html"
	case "none":
		pattern = "/:categories/:title.html"
	}
	if p.kind == "page" && (p.matter.text("permalink") == "" || strings.Contains(pattern, ":categories")) {
		p.address = join(root, j.standing(within))
		return
	}
	path, ok := fill(pattern, func(token string) (string, bool) { return j.token(p, token, within) })
	if !ok {
		p.address = ""
		return
	}
	p.address = join(root, strings.ReplaceAll(path, "//", "/"))
}

// pattern returns the pattern of the addresses of pages like one.
func (j *jekyll) pattern(p *page) string {
	top, _, _ := strings.Cut(p.file, "/")
	if c := j.collection(top); c != nil && top != "_posts" {
		return firstText(c.text("permalink"), "/:collection/:path.html")
	}
	return firstText(j.config.text("permalink"), "date")
}

// standing returns where a page that is no post stood.
func (j *jekyll) standing(within string) string {
	dir, name := path.Split(within)
	switch pretty := j.config.text("permalink"); {
	case name == "index":
		return dir
	case pretty == "pretty" || strings.HasSuffix(pretty, "/"):
		return within + "/"
	}
	return within + ".html"
}

// token returns what a word of a pattern of Jekyll's stands for.
func (j *jekyll) token(p *page, token, within string) (string, bool) {
	switch token {
	case "title", "slug", "name":
		if token != "name" && p.matter.text("slug") != "" {
			return p.matter.text("slug"), true
		}
		return p.slug, true
	case "categories":
		return strings.Join(j.categories(p, within), "/"), true
	case "collection":
		top, _, _ := strings.Cut(within, "/")
		return strings.TrimPrefix(top, "_"), true
	case "path":
		_, rest, _ := strings.Cut(within, "/")
		return rest, true
	case "output_ext":
		return ".html", true
	case "lang":
		return p.lang, true
	}
	return j.day(p, token)
}

// categories returns a post's categories: the folders around _posts, and those that it names.
func (j *jekyll) categories(p *page, within string) (out []string) {
	before, _, _ := strings.Cut("/"+within, "/_posts/")
	if before != "/"+within {
		out = strings.FieldsFunc(before, func(c rune) bool { return c == '/' })
	}
	named := p.matter.list("categories")
	if text, ok := p.matter.value("categories").(string); ok {
		named = strings.Fields(text)
	}
	for _, c := range append(named, p.matter.list("category")...) {
		out = append(out, urlize(c))
	}
	return out
}

// taxonomies implements maker.
func (j *jekyll) taxonomies() []string {
	return []string{"categories", "category", "tags", "tag", "series"}
}

// places implements maker: Jekyll copies all that is no text.
func (j *jekyll) places(within string) []string {
	out := []string{within}
	if source := clean(j.config.text("source"), ""); source != "" {
		out = append(out, path.Join(source, within))
	}
	if first, rest, ok := strings.Cut(within, "/"); ok && j.isLanguage(first) {
		out = append(out, rest)
	}
	if first, rest, ok := strings.Cut(within, "/"); ok && j.collection("_"+first) != nil {
		out = append(out, path.Join("_"+first, rest))
	}
	return out
}

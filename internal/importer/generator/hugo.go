package generator

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"coranto/internal/importer"
)

// A hugo is a folder of Hugo.
type hugo struct {
	*Source
	config matter
	// main is the language of articles whose path names none; languages are the site's, with the folder of each that has
	// one.
	main      string
	languages map[string]string
	content   string
	// byPath finds pages by what ref and relref call them.
	byPath map[string][]*page
	// cascades are what the page of a section says for all below it, by the section's path.
	cascades map[string]matter
}

// newHugo reads the configuration of a site.
func newHugo(s *Source) (maker, error) {
	h := &hugo{Source: s, languages: make(map[string]string), byPath: make(map[string][]*page),
		cascades: make(map[string]matter)}
	var err error
	if h.config, err = s.configuration("hugo", "config"); err != nil {
		return nil, err
	}
	if err := s.settleSite(h.config.text("baseurl"), h.config.text("timezone")); err != nil {
		return nil, err
	}
	h.content = clean(h.config.text("contentdir"), "content")
	h.main = strings.ToLower(h.config.text("defaultcontentlanguage"))
	if h.main == "" {
		h.main = strings.ToLower(h.config.text("locale", "languagecode"))
	}
	all := h.config.matter("languages")
	for tag := range all {
		h.languages[tag] = clean(all.text(tag+".contentdir"), "")
	}
	return h, nil
}

// configuration reads a site's configuration, of one file in its root or of several below config/_default, each of which
// but the first stands for the key that is its name.
func (s *Source) configuration(names ...string) (matter, error) {
	all := matter{}
	for _, f := range s.files.List() {
		dir, base := path.Dir(f.Name), path.Base(f.Name)
		key := strings.TrimSuffix(base, path.Ext(base))
		root := slices.Contains(names, key)
		if !(dir == "." && root || dir == "config/_default") {
			continue
		}
		m, err := s.configFile(f.Name)
		if err != nil {
			return nil, err
		}
		if key, tag, _ := strings.Cut(key, "."); !root && m != nil && tag == "" {
			m = matter{strings.ToLower(key): m}
		} else if !root {
			continue // menus.fa.toml
		}
		for k, v := range m {
			if all[k] == nil {
				all[k] = v
			}
		}
	}
	return all, nil
}

// configFile reads one file of configuration; nil where its ending says that it is none.
func (s *Source) configFile(name string) (matter, error) {
	parse := parseYAML
	switch path.Ext(name) {
	case ".toml":
		parse = parseTOML
	case ".json":
		parse = parseJSON
	case ".yaml", ".yml":
	default:
		return nil, nil
	}
	b, err := s.files.Read(name, maxMatter)
	if err != nil {
		return nil, err
	}
	m, err := parse(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return m, nil
}

// clean returns a path of the folder; otherwise where there is none.
func clean(dir, otherwise string) string {
	if dir = strings.Trim(path.Clean("/"+dir), "/"); dir == "" {
		return otherwise
	}
	return dir
}

// pages implements maker.
func (h *hugo) pages() (out []*page) {
	for _, f := range h.files.List() {
		tag, within, ok := h.below(f.Name)
		ending := strings.ToLower(path.Ext(within))
		if !ok || strings.HasPrefix(path.Base(within), ".") {
			continue
		}
		p := &page{file: f.Name, kind: "post", lang: tag}
		switch ending {
		case ".md", ".markdown", ".mdown", ".html", ".htm":
		case ".adoc", ".asciidoc", ".ad", ".rst", ".org", ".pandoc", ".pdc":
			p.left = "text of this kind is not read: Markdown and HTML are"
		default:
			continue
		}
		h.named(p, strings.TrimSuffix(within, path.Ext(within)))
		if p.kind == "section" && p.left == "" {
			h.cascade(p)
		}
		out = append(out, p)
	}
	return out
}

// cascade reads what the page of a section says for all below it. Of what it says for some of them alone, only what keeps
// pages from readers is taken, and for all: rather a draft too many than one too few.
func (h *hugo) cascade(p *page) {
	b, err := h.files.Read(p.file, MaxText)
	if err != nil {
		return // meet says it
	}
	m, _, _, err := split(b)
	if err != nil {
		return
	}
	all := h.cascades[p.key]
	if all == nil {
		all = matter{}
		h.cascades[p.key] = all
	}
	for _, c := range append(m.matters("cascade"), m.matter("cascade")) {
		some := c["_target"] != nil || c["target"] != nil
		for k, v := range c {
			if hides := k == "draft" || k == "build" || k == "_build" || k == "headless"; all[k] == nil && (hides || !some) {
				all[k] = v
			}
		}
	}
}

// inherit fills in what the sections around a page say, the nearest first.
func (h *hugo) inherit(p *page) {
	for dir := p.key; ; dir = path.Dir(dir) {
		for k, v := range h.cascades[dir] {
			if p.matter[k] == nil {
				p.matter[k] = v
			}
		}
		if dir == "." || dir == "/" {
			return
		}
	}
}

// below returns a file's path below the folder of its language, and that language where the folder is its own.
func (h *hugo) below(name string) (tag, within string, ok bool) {
	longest := ""
	for t, dir := range h.languages {
		if dir != "" && strings.HasPrefix(name, dir+"/") && len(dir) > len(longest) {
			tag, longest = t, dir
		}
	}
	if longest != "" {
		return tag, name[len(longest)+1:], true
	}
	within, ok = strings.CutPrefix(name, h.content+"/")
	return "", within, ok
}

// named fills in what a page's path says, its ending taken off: post.fa is a translation of post, and an index stands for
// its folder, whose files are its own.
func (h *hugo) named(p *page, stem string) {
	if before, tag, ok := cutLast(stem, "."); ok && h.isLanguage(tag) {
		stem = before
		p.lang = strings.ToLower(tag)
	}
	p.key = stem
	switch base := path.Base(stem); base {
	case "index":
		p.key, p.bundle = path.Dir(stem), path.Dir(p.file)
	case "_index":
		p.key, p.bundle, p.kind = path.Dir(stem), path.Dir(p.file), "section"
	}
	p.slug = path.Base(p.key)
	if len(p.slug) > 11 && isDay(p.slug[:10]) {
		p.dated = p.slug[:10]
	}
	for _, name := range []string{p.key, path.Base(p.key)} {
		h.byPath[strings.ToLower(name)] = append(h.byPath[strings.ToLower(name)], p)
	}
}

// isLanguage says whether the end of a file's name is a language: one of the site's, or where it names none, of the newsroom's.
func (h *hugo) isLanguage(tag string) bool {
	if _, ok := h.languages[strings.ToLower(tag)]; ok || len(h.languages) > 0 {
		return ok
	}
	t, err := importer.AllowedLanguage(tag, h.opt.Languages)
	return err == nil && strings.EqualFold(t, tag)
}

// settle implements maker.
func (h *hugo) settle(p *page) error {
	h.inherit(p)
	m := p.matter
	if build := m.matter("build"); m.is("headless") || build.text("render") == "never" || build.isNot("render") ||
		m.matter("_build").text("render") == "never" || m.matter("_build").isNot("render") {
		p.left = "it is no page by itself, but part of others (headless)"
		return nil
	}
	if p.kind == "section" {
		b, err := h.files.Read(p.file, MaxText)
		if err != nil {
			return err
		}
		if _, text, _, _ := split(b); strings.TrimSpace(text) == "" {
			p.left = "it only lists the articles of its section"
			return nil
		}
		p.kind = "page"
	}
	if m.text("date", "publishdate", "pubdate", "published") == "" && p.dated == "" && !m.is("draft") || m.text("type") == "page" {
		p.kind = "page"
	}
	p.draft = m.is("draft")
	if key := m.text("translationkey"); key != "" {
		p.key = "translation/" + key
	}
	tag := p.lang
	if p.lang == "" {
		tag = h.main
	}
	if err := h.language(p, h.config.text("languages."+tag+".locale", "languages."+tag+".languagecode"), tag); err != nil {
		return err
	}
	h.settleAddress(p, tag)
	return nil
}

// taxonomies implements maker.
func (h *hugo) taxonomies() []string {
	out := []string{"categories", "tags", "topics", "series"}
	for _, single := range slices.Sorted(maps.Keys(h.config.matter("taxonomies"))) {
		if key := strings.ToLower(h.config.text("taxonomies." + single)); key != "" && !slices.Contains(out, key) && !strings.HasPrefix(key, "author") {
			out = append(out, key)
		}
	}
	return out
}

// places implements maker: what lies in static and in assets stands at the root of the site, what lies in content beside
// its article.
func (h *hugo) places(within string) []string {
	dirs := append(h.config.list("staticdir"), "static", "assets", h.content)
	for _, tag := range slices.Sorted(maps.Keys(h.languages)) {
		if dir := h.languages[tag]; dir != "" {
			dirs = append(dirs, dir)
		}
	}
	var out []string
	for _, dir := range dirs {
		out = append(out, path.Join(clean(dir, "static"), within))
	}
	if _, rest, ok := strings.Cut(within, "/"); ok && h.isLanguage(within[:len(within)-len(rest)-1]) {
		out = append(out, path.Join("static", rest), path.Join(h.content, rest))
	}
	return out
}

// cutLast cuts a text around the last separator.
func cutLast(s, sep string) (before, after string, ok bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// isDay says whether a text is a day as 2014-05-01.
func isDay(s string) bool {
	return len(s) == 10 && s[4] == '-' && s[7] == '-' && strings.Trim(s[:4]+s[5:7]+s[8:], "0123456789") == ""
}

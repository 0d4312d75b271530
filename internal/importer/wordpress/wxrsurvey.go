package wordpress

import (
	"context"
	"hash/fnv"
	"net/url"
	"path"
	"strconv"
	"strings"

	"coranto/internal/importer"
)

// gleaned is what the survey makes of a piece: a post, or what is none.
type gleaned struct {
	kind string // of what can't be read
	post *post
	left bool // it is left out
	head head
	err  error
}

// glean reads a piece for the survey.
func (x *Export) glean(_ spot, p piece, ns namespaces) gleaned {
	switch {
	case p.err != nil:
		return gleaned{kind: brokenKind(p.name), err: p.err}
	case p.name == "file":
		return gleaned{kind: p.name}
	case p.name != "item":
		h := readHead(p, ns)
		return gleaned{kind: h.kind, head: h, err: h.err}
	}
	post, err := readPost(p.text, ns)
	if err != nil {
		return gleaned{kind: brokenKind(p.name), err: err}
	}
	left := post.leftOut() != ""
	if post.kind != "wp_block" && post.kind != "attachment" {
		post.content = ""
	}
	return gleaned{post: post, left: left}
}

// brokenKind returns what the report counts a piece by that can't be read.
func brokenKind(name string) string {
	if kind := headKind(name); kind != "" {
		return kind
	}
	if name == "file" {
		return name
	}
	return "item"
}

// note remembers what a piece says, and counts it.
func (x *Export) note(at spot, g gleaned, has map[string]int) error {
	s := x.site
	if g.kind != "file" || g.err == nil {
		s.export = true
	}
	switch {
	case g.err != nil && g.kind == "":
		return nil
	case g.err != nil || g.kind == "file":
		has[g.kind]++
		return nil
	case g.post == nil:
		if err := s.note(g.head); err != nil {
			return err
		}
		if g.head.kind != "" && s.meet(g.head, at) {
			has[g.head.kind]++
		}
		return nil
	}
	p := g.post
	kind := s.kind(p.kind)
	s.kinds[kind] = true
	has[kind]++
	if n := len(p.comments); n > 0 {
		has[importer.KindComment] += n
	}
	s.clock(p.date, p.dateGMT)
	return x.remember(at, p, g.left)
}

// remember puts an item into the index.
func (x *Export) remember(at spot, p *post, left bool) error {
	e := entry{id: p.id, at: at.position()}
	switch {
	case p.kind == "attachment":
		e.kind = attachmentEntry
		x.index.uploads = append(x.index.uploads, upload{p.parent, int64(p.order), p.id})
		return x.index.keep(e, p.attachment())
	case p.kind == "wp_block":
		e.kind = blockEntry
		return x.index.keep(e, p.content)
	case p.kind == "guest-author":
		x.site.guests[p.slug] = p.guest()
		x.site.guests["cap-"+strings.TrimPrefix(p.slug, "cap-")] = p.guest()
	case !left:
		lang, err := x.language(p)
		if err != nil {
			break
		}
		e.kind, e.lang = articleEntry, x.site.tag(lang)
		group := p.group()
		if group != "" {
			h := fnv.New64a()
			h.Write([]byte(group))
			e.group = h.Sum64() | 1
		}
		e.first = p.value(fieldGroup) != "" && p.value(fieldSource) == ""
		if !p.public() {
			break
		}
		return x.index.keep(e, wayTo{x.addresses(p)})
	}
	x.index.add(e)
	return nil
}

// wayTo is where a post stood on the web.
type wayTo struct {
	Addresses []string `json:"addresses"`
}

// moved tells where the articles of the export stood, once it is known which story each belongs to. The page about a media
// file leads to the post that it was uploaded to.
func (x *Export) moved(ctx context.Context, tell func(ctx context.Context, url, story, lang string) error) error {
	for _, e := range x.index.entries {
		to, addresses, err := x.ways(e)
		if err != nil {
			return err
		}
		for _, address := range addresses {
			if err := tell(ctx, address, x.storyID(to.id), x.site.tags[to.lang]); err != nil {
				return err
			}
		}
	}
	return nil
}

// ways returns the addresses of an entry, and the entry of the article that they lead to; none for what leads to none.
func (x *Export) ways(e entry) (to entry, addresses []string, err error) {
	switch {
	case e.kind == articleEntry && e.words >= 0:
		var way wayTo
		err = x.index.words.read(e.words, &way)
		return e, way.Addresses, err
	case e.kind == attachmentEntry:
		var a attachment
		if err = x.index.words.read(e.words, &a); err != nil || a.Parent == 0 {
			return e, nil, err
		}
		to, ok := x.index.find(a.Parent)
		page := importer.Link(a.Page, x.site.home)
		if ok && to.kind == articleEntry && to.words >= 0 && strings.HasPrefix(page, "http") && page != importer.Link(a.URL, x.site.home) {
			return to, []string{page}, nil
		}
	}
	return e, nil, nil
}

// group returns what the translations of a post have in common, by the plug-in that ties them; "" for none.
func (p *post) group() string {
	for _, t := range p.terms {
		if t.domain == "post_translations" { // Polylang
			return "polylang " + t.slug
		}
	}
	if g := p.value(fieldGroup); g != "" {
		return "wpml " + g
	}
	return ""
}

// addresses returns the URLs that led to a post: its permalink, those of its slugs and days before, and the short ones.
func (x *Export) addresses(p *post) []string {
	var all []string
	add := func(address string) {
		if link := importer.Link(address, x.site.home); strings.HasPrefix(link, "http") {
			all = append(all, link)
		}
	}
	add(p.link)
	if u, err := url.Parse(p.guid); err == nil && x.site.home != nil && strings.EqualFold(u.Host, x.site.home.Host) {
		add(p.guid)
	}
	if x.site.home != nil {
		base := strings.TrimRight(x.site.home.String(), "/") + "/?"
		key := "p"
		if p.kind == "page" {
			key = "page_id"
		}
		add(base + key + "=" + strconv.FormatInt(p.id, 10))
	}
	for _, m := range p.meta {
		switch m.key {
		case fieldOldSlug:
			add(withSlug(p.link, m.value))
		case fieldOldDate:
			add(withDay(p.link, p.date, m.value))
		}
	}
	if blog, page := p.value(fieldBlog), p.value(fieldBlogger); blog != "" && page != "" {
		add("http://" + blog + page)
	}
	return all
}

// withSlug returns a permalink with another slug as its last part; "" where it has none.
func withSlug(link, slug string) string {
	u, err := url.Parse(link)
	if err != nil || slug == "" || len(u.Path) < 2 {
		return ""
	}
	end := ""
	if strings.HasSuffix(u.Path, "/") {
		end = "/"
	}
	return u.Scheme + "://" + u.Host + path.Join(path.Dir(strings.TrimSuffix(u.EscapedPath(), "/")), "/"+slug) + end
}

// withDay returns a permalink that has the day of a post, with another day, 2014-05-11; "" where it has none.
func withDay(link, date, day string) string {
	if len(date) < 10 || len(day) != 10 {
		return ""
	}
	was := "/" + strings.ReplaceAll(date[:10], "-", "/") + "/"
	if !strings.Contains(link, was) {
		return ""
	}
	return strings.Replace(link, was, "/"+strings.ReplaceAll(day, "-", "/")+"/", 1)
}

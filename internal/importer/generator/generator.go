// Package generator reads the folders that two generators make static sites of: Hugo and Jekyll.
//
// An article is a file of Markdown or HTML with front matter; its translations lie beside it or in a folder of their language.
// The site's configuration says where all stood on the web. What a generator would have carried out, shortcodes and Liquid,
// is done where it is plain what was meant, and otherwise stays as text, with a note. Nothing is run.
//
//	src, err := generator.New(files, generator.Hugo, generator.Options{Languages: []string{"en", "fa"}, Now: now})
//	report, err := importer.Import(ctx, st, src, …)
package generator

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"

	"coranto/internal/importer"
	"coranto/internal/importer/foreign"
)

// Hugo and Jekyll are the layouts of folders.
const (
	Hugo   = "hugo"
	Jekyll = "jekyll"
)

// MaxText is the size of an article's file in bytes.
const MaxText = 8 << 20

// Options are what an import depends on besides the folder.
type Options struct {
	// Languages are the newsroom's languages, canonical tags; an article in another one is refused.
	Languages []string
	// Language is taken for articles of which nothing says the language; empty takes the newsroom's only one.
	Language string
	// Site is the address where the site stood; nil takes what the site's configuration says.
	Site *url.URL
	// Zone is the time zone of dates that name none, where the configuration does not say it; nil is UTC, with a note.
	Zone *time.Location
	// Folder is the path that the newsroom knows the folder by, with slashes: the articles' files are named below it
	// (news.Article.File). Where it is empty, nobody is told of them.
	Folder string
	// Now tells which articles have expired.
	Now time.Time
}

// Detect returns the layout of a folder, or "" where it is neither.
func Detect(files *foreign.Files) string {
	for _, f := range files.List() {
		switch f.Name {
		case "_config.yml", "_config.yaml", "_config.toml":
			return Jekyll
		case "hugo.toml", "hugo.yaml", "hugo.yml", "hugo.json", "config.toml", "config.yaml", "config.yml", "config.json",
			"config/_default/hugo.toml", "config/_default/hugo.yaml", "config/_default/config.toml", "config/_default/config.yaml":
			return Hugo
		}
	}
	return ""
}

// A Source is a folder.
type Source struct {
	files  *foreign.Files
	opt    Options
	layout string
	// site is the address of the site, without a slash at its end.
	site string
	// dates reads dates in the site's time zone.
	dates foreign.Dates
	maker maker
	read  bool
	// pages are the articles in the order of their files, others the files that are none.
	pages  []*page
	others []importer.Item
	has    map[string]int
	// first is when the oldest article came out, slugs the last part of a story's address by its key.
	first time.Time
	slugs map[string]string
	// byFile finds pages by their files, in folders lists the names of the files by folder, and there says which are.
	byFile  map[string]*page
	folders map[string][]string
	there   map[string]bool
}

// A maker is what differs between the layouts: how one of the generators makes a site of a folder.
type maker interface {
	// pages returns the files that are pages, with what their paths say. It reads no front matter.
	pages() []*page
	// settle fills in what a page's front matter says: its address, its key, its language.
	settle(p *page) error
	// expand carries out what stands in a page's text for the generator, and returns Markdown or HTML.
	expand(p *page, w *writer, text string) string
	// taxonomies returns the keys of front matter whose values are topics.
	taxonomies() []string
	// places returns where the file of a path on the site may lie in the folder.
	places(within string) []string
}

// New returns the source of a folder in one of the layouts. It reads the site's configuration.
func New(files *foreign.Files, layout string, opt Options) (*Source, error) {
	s := &Source{files: files, opt: opt, layout: layout, has: make(map[string]int), slugs: make(map[string]string),
		byFile: make(map[string]*page)}
	if s.opt.Language == "" && len(opt.Languages) == 1 {
		s.opt.Language = opt.Languages[0]
	}
	s.folders, s.there = make(map[string][]string), make(map[string]bool)
	for _, f := range files.List() {
		s.there[f.Name] = true
		s.folders[path.Dir(f.Name)] = append(s.folders[path.Dir(f.Name)], f.Name)
	}
	var err error
	switch layout {
	case Hugo:
		s.maker, err = newHugo(s)
	case Jekyll:
		s.maker, err = newJekyll(s)
	default:
		err = fmt.Errorf("there is no layout %q: there are hugo and jekyll", layout)
	}
	if err == nil && s.site == "" {
		err = errors.New("the configuration does not say where the site stood (hint: --site https://news.example)")
	}
	return s, err
}

// settleSite takes the site's address from the options or else from the configuration, and its time zone from the
// configuration or else from the options.
func (s *Source) settleSite(configured, zone string) error {
	address := configured
	if s.opt.Site != nil {
		address = s.opt.Site.String()
	}
	if strings.HasPrefix(address, "//") {
		address = "https:" + address
	}
	if u, err := url.Parse(address); err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https") {
		u.User, u.RawQuery, u.Fragment = nil, "", ""
		s.site = strings.TrimRight(u.String(), "/")
	}
	if s.dates.Zone = s.opt.Zone; zone == "" {
		return nil
	}
	at, err := time.LoadLocation(zone)
	if err != nil {
		return fmt.Errorf("the site's time zone %q is not known", zone)
	}
	s.dates.Zone = at
	return nil
}

// Identity implements importer.Source.
func (s *Source) Identity() string { return s.layout + " " + s.site + " " + s.files.Identity() }

// Survey implements importer.Source.
func (s *Source) Survey(ctx context.Context, sv *importer.Survey) error {
	if err := s.index(ctx); err != nil {
		return err
	}
	if sv.Has == nil {
		sv.Has = make(map[string]int)
	}
	for kind, n := range s.has {
		sv.Has[kind] += n
	}
	for _, p := range s.pages {
		if p.err != nil || p.draft {
			continue
		}
		for _, address := range append([]string{p.address}, p.aliases...) {
			if importer.Address(address) == "" {
				continue
			}
			if err := sv.Moved(ctx, address, s.storyID(p), p.lang); err != nil {
				return err
			}
		}
	}
	return nil
}

// index reads the front matter of all pages. It does so once.
func (s *Source) index(ctx context.Context) error {
	if s.read {
		return nil
	}
	for _, p := range s.maker.pages() {
		if err := ctx.Err(); err != nil {
			return err
		}
		if s.meet(p); p.left == copied && s.layout == Jekyll && p.kind == "page" {
			continue // one of the site's files, as a picture is
		}
		if p.left != "" {
			s.add(importer.Item{At: importer.Place{File: p.file}, Kind: p.kind, Left: p.left})
			continue
		}
		s.has[p.kind]++
		s.pages = append(s.pages, p)
		if slug := importer.Slug(p.address); slug != "" && (s.slugs[p.key] == "" || p.lang == s.opt.Language) {
			s.slugs[p.key] = slug
		}
	}
	for _, r := range s.files.Refused() {
		s.add(importer.Item{At: importer.Place{File: r.Name}, Kind: "file", Err: errors.New(r.Reason)})
	}
	s.read = true
	return nil
}

// copied says why a file without front matter is left out.
const copied = "it has no front matter, so that the generator copies it as it is"

// meet reads a page's front matter.
func (s *Source) meet(p *page) {
	if s.byFile[p.file] = p; p.left != "" {
		return
	}
	b, err := s.files.Read(p.file, MaxText)
	if err == nil {
		p.matter, _, p.first, err = split(b)
	}
	if errors.Is(err, errNone) {
		p.left = copied
		return
	}
	if err == nil {
		err = s.maker.settle(p)
	}
	if p.err = err; err == nil {
		p.err = s.settleDates(p)
	}
	if p.err == nil && !p.published.IsZero() && !p.draft && (s.first.IsZero() || p.published.Before(s.first)) {
		s.first = p.published
	}
}

// add keeps an item that is no story.
func (s *Source) add(it importer.Item) {
	s.has[it.Kind] += max(it.Count, 1)
	s.others = append(s.others, it)
}

// storyID names a page's story by its place on the site: lantern.example/posts/river-bridge.
func (s *Source) storyID(p *page) string {
	_, host, _ := strings.Cut(s.site, "://")
	id := importer.NewCleaner("").Line(host + "/" + p.key)
	if len(id) > 200 {
		return "sha256-" + importer.MediaID([]byte(id))
	}
	return id
}

// Items implements importer.Source: first the files that are no articles, then the articles in the order of their
// files. A mark is the number of items before.
func (s *Source) Items(ctx context.Context, after string) iter.Seq2[importer.Item, error] {
	return func(yield func(importer.Item, error) bool) {
		skip, err := strconv.Atoi(cmp.Or(after, "0"))
		if err == nil {
			err = s.index(ctx)
		} else {
			err = fmt.Errorf("%q is no mark of this import", after)
		}
		if err != nil {
			yield(importer.Item{}, err)
			return
		}
		n := 0
		hand := func(it importer.Item) bool {
			n++
			it.Mark = strconv.Itoa(n)
			return n <= skip || yield(it, ctx.Err())
		}
		for _, it := range s.others {
			if !hand(it) {
				return
			}
		}
		for _, p := range s.pages {
			if n < skip {
				n++
				continue
			}
			if !hand(s.item(p)) {
				return
			}
		}
	}
}

// Open implements importer.Opener: figures name the files of the folder by their paths.
func (s *Source) Open(_ context.Context, ref string) (name string, file []byte, err error) {
	if !fs.ValidPath(ref) {
		return "", nil, fs.ErrNotExist
	}
	file, err = s.files.Read(ref, importer.MaxMedia)
	return path.Base(ref), file, err
}

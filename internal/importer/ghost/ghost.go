// Package ghost reads what Ghost exports: the JSON of all its versions, and its content folder.
//
// A post is a story with one article, a page one that stands. Who may not read a post in Ghost is not shown it here
// either: posts for members, and those that went out by mail alone, come in as drafts. Members, settings, keys and addresses
// of mail are never read. Old posts are in Mobiledoc or HTML, newer ones in Lexical; all of them become HTML first, as
// Ghost makes it, and then blocks.
//
//	src, err := ghost.New(root.FS(), "export.json", ghost.Options{Languages: []string{"fa"}, Site: site, Content: content})
//	report, err := importer.Import(ctx, st, src, …)
package ghost

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"coranto/internal/importer"
)

// Options are what an import depends on besides the export.
type Options struct {
	// Languages are the newsroom's languages, canonical tags; an article in another one is refused.
	Languages []string
	// Language is taken for posts that name none; empty takes the newsroom's only one, and refuses them where it has more.
	Language string
	// Site is the address where the site stood, of http or https. The export does not say it.
	Site *url.URL
	// Content is Ghost's content folder, or one around it; nil where there is none.
	Content fs.FS
}

// A Source is an export. It is safe for one goroutine.
type Source struct {
	fsys fs.FS
	name string
	opt  Options
	// site is the address of the site without a slash at its end.
	site     string
	identity string
	index    *index
}

// New returns the source of an export: a file of a folder, or of a zip file. An empty name is the only JSON in the folder
// that may be one. It reads nothing of the export yet.
func New(fsys fs.FS, name string, opt Options) (*Source, error) {
	if opt.Site == nil || opt.Site.Host == "" || opt.Site.Scheme != "http" && opt.Site.Scheme != "https" {
		return nil, errors.New("an export of Ghost does not say where its site stood (hint: --site https://news.example)")
	}
	if opt.Language == "" && len(opt.Languages) == 1 {
		opt.Language = opt.Languages[0]
	}
	if name == "" {
		var err error
		if name, err = find(fsys); err != nil {
			return nil, err
		}
	}
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return nil, err
	}
	site := *opt.Site
	site.User, site.RawQuery, site.Fragment = nil, "", ""
	s := &Source{fsys: fsys, name: name, opt: opt, site: strings.TrimRight(site.String(), "/")}
	s.identity = fmt.Sprintf("ghost %s %s %d %d", s.site, name, info.Size(), info.ModTime().Unix())
	return s, nil
}

// find returns the JSON file that may be an export.
func find(fsys fs.FS) (string, error) {
	var found []string
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (name != "." && strings.HasPrefix(d.Name(), ".") || strings.Count(name, "/") > 2):
			return fs.SkipDir
		case d.IsDir() && slices.Contains([]string{"images", "media", "files", "themes", "node_modules"}, d.Name()):
			return fs.SkipDir
		case d.Type().IsRegular() && strings.HasSuffix(name, ".json") && !strings.HasPrefix(d.Name(), "redirects"):
			found = append(found, name)
		}
		return nil
	})
	switch {
	case err != nil:
		return "", err
	case len(found) == 0:
		return "", errors.New("there is no JSON file (hint: Ghost writes it under Settings, Import/Export)")
	case len(found) > 1:
		return "", fmt.Errorf("which of %s is the export? (hint: name the file)", strings.Join(found[:min(len(found), 5)], ", "))
	}
	return found[0], nil
}

// Identity implements importer.Source.
func (s *Source) Identity() string { return s.identity }

// scan goes through the export once more.
func (s *Source) scan(ctx context.Context, keep func(string) bool, each func(row) error) error {
	f, err := s.fsys.Open(s.name)
	if err != nil {
		return err
	}
	defer f.Close()
	return scan(&stoppable{ctx, f}, keep, each)
}

// A stoppable reads until its context ends.
type stoppable struct {
	ctx context.Context
	r   io.Reader
}

func (s *stoppable) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.r.Read(p)
}

// Survey implements importer.Source.
func (s *Source) Survey(ctx context.Context, sv *importer.Survey) error {
	x, err := s.read(ctx)
	if err != nil {
		return err
	}
	if sv.Has == nil {
		sv.Has = make(map[string]int)
	}
	for kind, n := range x.has {
		sv.Has[kind] += n
	}
	for _, at := range x.moved {
		if err := sv.Moved(ctx, at.url, at.story, at.lang); err != nil {
			return err
		}
	}
	return nil
}

// Items implements importer.Source: first all that is no post, then the posts in the order of the export. A mark is the
// number of items before.
func (s *Source) Items(ctx context.Context, after string) iter.Seq2[importer.Item, error] {
	return func(yield func(importer.Item, error) bool) {
		skip, err := strconv.Atoi(cmp.Or(after, "0"))
		if err != nil {
			yield(importer.Item{}, fmt.Errorf("%q is no mark of this import", after))
			return
		}
		x, err := s.read(ctx)
		if err != nil {
			yield(importer.Item{}, err)
			return
		}
		n := 0
		hand := func(it importer.Item) bool {
			n++
			it.Mark = strconv.Itoa(n)
			return n <= skip || yield(it, nil)
		}
		for _, it := range x.others {
			if !hand(it) {
				return
			}
		}
		seen := 0
		err = s.scan(ctx, func(table string) bool { return isPosts(table) && n >= skip }, func(r row) error {
			if !isPosts(r.table) {
				return nil
			}
			var it importer.Item
			if n >= skip {
				it = s.item(x, r, seen)
			}
			if seen++; !hand(it) {
				return errStopped
			}
			return nil
		})
		if err != nil && !errors.Is(err, errStopped) {
			yield(importer.Item{}, err)
		}
	}
}

// errStopped ends a scan that nobody listens to any more.
var errStopped = errors.New("stopped")

// isPosts says whether a table holds posts: the API calls those that stand pages.
func isPosts(table string) bool { return table == "posts" || table == "pages" }

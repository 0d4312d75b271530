// Package ghost reads what Ghost exports: the JSON of all its versions, and its content folder.
//
// A post is a story with one article, a page one that stands. Who may not read a post in Ghost is not shown it here
// either: posts for members, and those that went out by mail alone, come in as drafts. Members, settings, keys and addresses
// of mail are never read. Old posts are in Mobiledoc or HTML, newer ones in Lexical; all of them become HTML first, as
// Ghost makes it, and then blocks.
//
//	src, err := ghost.New(files, ghost.Options{Languages: []string{"fa"}, Site: site})
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
	"path"
	"strconv"
	"strings"
	"time"

	"coranto/internal/importer"
	"coranto/internal/importer/foreign"
)

// Options are what an import depends on besides the export.
type Options struct {
	// Languages are the newsroom's languages, canonical tags; an article in another one is refused.
	Languages []string
	// Language is taken for posts that name none; empty takes the newsroom's only one, and refuses them where it has more.
	Language string
	// Site is the address where the site stood, of http or https. The export does not say it.
	Site *url.URL
	// Zone is the site's time zone, which some addresses hang on; nil is UTC.
	Zone *time.Location
	// Content is Ghost's content folder, or one around it; nil where there is none but what lies beside the export.
	Content Content
}

// Content is a content folder. It may have more files than an archive: Ghost keeps each picture in several sizes.
type Content interface {
	// Read returns one of the files, of at most limit bytes, or an error that is fs.ErrNotExist.
	Read(name string, limit int64) ([]byte, error)
}

// Folder returns the content in a folder, which it does not list.
func Folder(fsys fs.FS) Content { return folder{fsys} }

type folder struct{ fs.FS }

// Read implements Content.
func (f folder) Read(name string, limit int64) ([]byte, error) {
	return importer.ReadFile(f.FS, name, limit)
}

// A Source is an export. Its files may be opened by several goroutines; all else is for one.
type Source struct {
	files *foreign.Files
	name  string
	opt   Options
	// site is the address of the site without a slash at its end.
	site   string
	routes []route
	index  *index
}

// New returns the source of an export: the only JSON among some files that may be one. It reads nothing of it yet.
func New(files *foreign.Files, opt Options) (*Source, error) {
	if opt.Site == nil || opt.Site.Host == "" || opt.Site.Scheme != "http" && opt.Site.Scheme != "https" {
		return nil, errors.New("an export of Ghost does not say where its site stood (hint: --site https://news.example)")
	}
	if opt.Language == "" && len(opt.Languages) == 1 {
		opt.Language = opt.Languages[0]
	}
	name, err := find(files)
	if err != nil {
		return nil, err
	}
	site := *opt.Site
	site.User, site.RawQuery, site.Fragment = nil, "", ""
	return &Source{files: files, name: name, opt: opt, site: strings.TrimRight(site.String(), "/")}, nil
}

// find returns the file that may be an export.
func find(files *foreign.Files) (string, error) {
	var found []string
	for _, f := range files.List() {
		base := path.Base(f.Name)
		if content := strings.Contains("/"+f.Name, "/content/"); len(files.List()) == 1 ||
			strings.HasSuffix(base, ".json") && !strings.HasPrefix(base, "redirects") && !content && strings.Count(f.Name, "/") < 3 {
			found = append(found, f.Name)
		}
	}
	switch {
	case len(found) == 0:
		return "", errors.New("there is no JSON file (hint: Ghost writes it under Settings, Import/Export)")
	case len(found) > 1:
		return "", fmt.Errorf("which of %s is the export? (hint: name the file)", strings.Join(found[:min(len(found), 5)], ", "))
	}
	return found[0], nil
}

// Identity implements importer.Source.
func (s *Source) Identity() string { return "ghost " + s.site + " " + s.files.Identity() }

// scan goes through the export once more.
func (s *Source) scan(ctx context.Context, keep func(string) bool, each func(row) error) error {
	f, err := s.files.Open(s.name)
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

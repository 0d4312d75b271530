package ghost

import (
	"context"
	"errors"
	"io/fs"
	"net/url"
	"path"
	"strings"

	"coranto/internal/importer"
)

// Open implements importer.Opener: it returns a file of the content folder by its address on the site.
func (s *Source) Open(_ context.Context, ref string) (name string, file []byte, err error) {
	within, ok := s.within(ref)
	if !ok {
		return "", nil, fs.ErrNotExist
	}
	b, p, err := s.content(within, importer.MaxMedia)
	return path.Base(p), b, err
}

// content returns a file of the content folder by its path there, and its path among the files where it was found: where
// the newsroom says that the folder is, or beside the export.
func (s *Source) content(within string, max int64) (file []byte, name string, err error) {
	type place struct {
		files Content
		dir   string
	}
	places := []place{{s.opt.Content, ""}, {s.opt.Content, "content"}, {s.files, path.Dir(s.name)}, {s.files, path.Join(path.Dir(s.name), "content")}}
	for _, p := range places {
		if p.files == nil {
			continue
		}
		name = path.Join(p.dir, within)
		if file, err = p.files.Read(name, max); !errors.Is(err, fs.ErrNotExist) {
			return file, name, err
		}
	}
	return nil, "", fs.ErrNotExist
}

// within returns the path in the content folder that an address of the site leads to: images/2026/05/border.jpg.
func (s *Source) within(ref string) (string, bool) {
	u, err := url.Parse(ref)
	site, err2 := url.Parse(s.site)
	if err != nil || err2 != nil || !strings.EqualFold(u.Hostname(), site.Hostname()) {
		return "", false
	}
	p, ok := strings.CutPrefix(u.Path, site.Path+"/content/")
	return p, ok && fs.ValidPath(p)
}

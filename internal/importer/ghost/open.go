package ghost

import (
	"context"
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
	err = fs.ErrNotExist
	for _, folder := range s.folders() {
		for _, p := range []string{within, path.Join("content", within)} {
			b, e := importer.ReadFile(folder, p, importer.MaxMedia)
			if e == nil {
				return path.Base(p), b, nil
			}
			if !isMissing(e) {
				err = e
			}
		}
	}
	return "", nil, err
}

// folders returns where the content may lie: where the newsroom says, or beside the export.
func (s *Source) folders() []fs.FS {
	var out []fs.FS
	if s.opt.Content != nil {
		out = append(out, s.opt.Content)
	}
	if beside, err := fs.Sub(s.fsys, path.Dir(s.name)); err == nil {
		out = append(out, beside)
	}
	return out
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

package export

import (
	"errors"
	"io/fs"
	"path"
	"strings"

	"coranto/internal/durable"
	"coranto/internal/news"
	"coranto/internal/ninjs"
)

// public writes what readers see of a story: the documents that stand beside its pages, and the renditions that they name.
func (x *exporting) public(st news.Story) (bool, error) {
	if st.Address == (news.Address{}) {
		return false, nil
	}
	var shown []news.Article
	for _, a := range st.Articles {
		if a.Public(x.opt.Now) {
			shown = append(shown, a)
		}
	}
	st.Articles = shown
	for _, a := range shown {
		if err := x.document(st, a.Lang); err != nil {
			return false, err
		}
	}
	return len(shown) > 0, nil
}

func (x *exporting) document(st news.Story, lang string) error {
	refs := ninjs.Refs{Media: map[string]news.Media{}, Path: publicPath}
	var linkErr error
	refs.Linked = func(id string) bool {
		public, err := x.isPublic(id)
		linkErr = errors.Join(linkErr, err)
		return public
	}
	for _, a := range st.Articles {
		if a.Lang != lang {
			continue
		}
		for id := range a.Revision.Media() {
			m, err := x.st.Media(x.ctx, id)
			if err != nil {
				return errHeld{err}
			}
			refs.Media[id] = m
		}
	}
	d, err := ninjs.Of(st, lang, refs)
	if err = errors.Join(err, linkErr); err != nil {
		return errHeld{err}
	}
	for _, m := range d.Media {
		for _, r := range m.Renditions {
			if err := x.rendition(publicPath(m, r), r); err != nil {
				return err
			}
			x.kept[path.Dir(publicPath(m, r))] = true
		}
	}
	first := func(id string) string {
		for _, m := range d.Media {
			if m.ID == id {
				return strings.Repeat("../", 6) + publicPath(m, m.Renditions[0])
			}
		}
		return ""
	}
	b, err := ninjs.Encode(d, ninjs.Extra{Publisher: x.opt.Publisher, HTML: ninjs.HTML(d.Story.Articles[0].Revision, first)})
	if err != nil {
		return errHeld{err}
	}
	x.report.Articles++
	x.report.Revisions++
	folder := path.Join(lang, d.Address())
	x.kept[folder] = true
	return x.write(path.Join(folder, ninjs.FileName), b)
}

// isPublic says whether readers see something of a story.
func (x *exporting) isPublic(id string) (bool, error) {
	st, err := x.st.Story(x.ctx, id)
	if err != nil || st.Address == (news.Address{}) {
		return false, nil // a link to nothing is plain text
	}
	for _, a := range st.Articles {
		if a.Public(x.opt.Now) {
			return true, nil
		}
	}
	return false, nil
}

// publicPath is where a rendition stands in a public export.
func publicPath(m news.Media, r news.Rendition) string {
	id := ninjs.MediaID(m)
	return path.Join("media", id[:2], id, r.Name)
}

// only removes the files of a folder that have none of some names.
func (x *exporting) only(folder string, names map[string]bool) error {
	entries, err := fs.ReadDir(x.root.FS(), folder)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !names[e.Name()] {
			if err := x.root.RemoveAll(path.Join(folder, e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// sweep removes the folders of stories and media that are no more, and what crashes left.
func (x *exporting) sweep() error {
	if _, err := durable.Sweep(x.root, "."); err != nil {
		return err
	}
	return fs.WalkDir(x.root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case x.ctx.Err() != nil:
			return x.ctx.Err()
		case d.IsDir() && x.kept[name]:
			return fs.SkipDir
		case d.IsDir() || !strings.Contains(name, "/"):
			return nil
		}
		return x.root.Remove(name)
	})
}

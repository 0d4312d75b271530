package ninjs

import (
	"errors"
	"fmt"
	"path"
	"slices"

	"coranto/internal/importer"
	"coranto/internal/news"
	"coranto/internal/ninjs"
	"coranto/internal/store"
)

// media puts the media of a story into the store, and returns by ID why some can't be had. An error is the store's.
func (r *run) media(g group, d ninjs.Document) (bad map[string]error, err error) {
	bad = map[string]error{}
	for _, m := range d.Media {
		had, err := r.st.Media(r.ctx, m.ID)
		if err == nil && had.Focus == m.Focus && had.Placeholder == m.Placeholder && has(had, m) {
			continue
		}
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
		files, err := r.renditions(g, d, m)
		if err != nil {
			bad[m.ID] = fmt.Errorf("media %s: %w", m.Name, err)
			continue
		}
		if err := r.st.PutMedia(r.ctx, m, files); err != nil {
			return nil, err
		}
	}
	return bad, nil
}

// has says whether a media has all that another shows. A newsroom keeps more renditions of a picture than it publishes.
func has(had, shown news.Media) bool {
	return !slices.ContainsFunc(shown.Renditions, func(r news.Rendition) bool { return !slices.Contains(had.Renditions, r) })
}

// renditions reads the files of a media, by the names of the renditions.
func (r *run) renditions(g group, d ninjs.Document, m news.Media) (map[string][]byte, error) {
	files := make(map[string][]byte)
	for _, rendition := range m.Renditions {
		b, err := r.file(path.Join(g.root, d.Paths[rendition.SHA256]), importer.MaxMedia)
		if err != nil {
			return nil, err
		}
		if err := importer.CheckRendition(rendition, b); err != nil {
			return nil, err
		}
		files[rendition.Name] = b
	}
	return files, nil
}

package reader

import (
	"context"
	"errors"

	"coranto/edition"
)

// takePictures brings the pictures of a period here, as the objects that they are in the edition, so that showing one asks
// for nothing. It returns the paths of those that are here. What a mirror sees is the same whoever looks at them: the
// file of pictures, and the proof of each.
func (r *Reader) takePictures(ctx context.Context, lang, period string) ([]string, error) {
	head, ok := r.Head()
	if !ok {
		return nil, ErrNoEdition
	}
	path := edition.PicturesPath(lang, period)
	file, err := r.Get(ctx, path)
	if err != nil {
		return nil, err
	}
	pictures, err := edition.ParsePictures(file.Body)
	if err != nil {
		return nil, err
	}
	v := &visit{r: r, from: map[string]int{}}
	var paths []string
	for _, p := range pictures {
		e, found, err := v.tree(head).Lookup(ctx, p.Path)
		if err != nil {
			return paths, err
		}
		if !found || e.Gzip || len(e.Objects) != 1 || e.Objects[0] != edition.Sum(p.Body) {
			return paths, &edition.InvalidError{What: path, Err: errors.New(p.Path + " is another picture in the edition")}
		}
		if err := r.opt.Keep.Put(edition.ObjectPath(e.Objects[0]), p.Body); err != nil {
			return paths, err
		}
		paths = append(paths, p.Path)
	}
	return paths, nil
}

// Package ninjs brings in what others hand over as ninjs (IPTC, News in JSON). It has two ways in.
//
// A Source is what an agency puts into a folder, in any version from 1.4 to 3.1, or an export of everything (package export):
//
//	src := ninjs.New([]ninjs.Root{{FS: os.DirFS("drop")}}, ninjs.Options{Languages: languages, Language: "en"})
//	report, err := importer.Import(ctx, st, src, opt)
//
// Import reads the documents that stand beside the pages of a newsroom (SPEC.md, section 21), from a folder with a copy of its
// plain pages, as every mirror has. Translations come after their originals, tied to the revisions that the store gave those.
//
//	public/fa/story/2026/11/22/border/ninjs.json        an article
//	public/media/story/2026/11/22/border/gate-….jpg     a rendition that it names
//
//	report, err := ninjs.Import(ctx, st, os.DirFS("public"), ninjs.Options{Languages: []string{"en", "fa"}})
//
// Plain pages prove nothing: whoever imports them believes who handed them over. Nothing is fetched here. A newsroom's own
// stories that are lost come back whole from its mirrors, proved, by coranto recover. An import is repeated without harm: what
// is the same changes nothing.
package ninjs

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"coranto/internal/importer"
	"coranto/internal/news"
	"coranto/internal/ninjs"
)

// Options are what an import depends on besides the folder.
type Options struct {
	// Languages are the newsroom's languages, canonical tags; an article in another one is refused.
	Languages []string
	// Progress is told of each story; it may be nil.
	Progress importer.Progress
	// Language is that of documents which name none, a BCP 47 tag; "" refuses them.
	Language string
	// Loose takes documents that have members which ninjs does not have, without these, and other habits of Superdesk.
	// Without it they are refused.
	Loose bool
}

// batchSize is the number of articles that are held before they are written.
const batchSize = 400

// Import reads the documents under a folder and writes their stories to the store. What is wrong with a document, or with
// a file that it names, stands in the report; an error is the store's, the folder's or the context's, and the report then
// tells what was written before. Symbolic links are not followed.
func Import(ctx context.Context, st importer.Store, fsys fs.FS, opt Options) (importer.Report, error) {
	r := &run{ctx: ctx, st: st, fsys: fsys, opt: opt, w: importer.NewWriter(st)}
	groups, err := r.find()
	held := 0
	for i, g := range groups {
		if err != nil {
			break
		}
		opt.Progress.Tell(i, len(groups), g.address)
		if err = ctx.Err(); err == nil {
			err = r.read(g)
		}
		if held += len(g.files); err == nil && held >= batchSize {
			held, err = 0, r.write()
		}
	}
	if err == nil {
		err = r.write()
	}
	opt.Progress.Tell(len(groups), len(groups), "")
	return r.w.Close(ctx, err)
}

// A run is one import.
type run struct {
	ctx  context.Context
	st   importer.Store
	fsys fs.FS
	opt  Options
	w    *importer.Writer
	// waiting are the stories that were read and not yet written.
	waiting []waiting
}

// A group are the documents of one story.
type group struct {
	// root is the folder that paths of the edition are relative to.
	root string
	// address is the story's folder in each language's: story/2026/11/22/border.
	address string
	files   []string
}

// find returns the documents under the folder by story, in the order of their paths.
func (r *run) find() ([]group, error) {
	var groups []group
	index := map[[2]string]int{}
	err := fs.WalkDir(r.fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil && name == ".":
			return err
		case err != nil:
			r.w.Refuse(importer.Place{File: name}, err)
			return fs.SkipDir
		case d.IsDir() && name != "." && strings.HasPrefix(d.Name(), "."):
			return fs.SkipDir
		case d.IsDir() || d.Name() != ninjs.FileName:
			return r.ctx.Err()
		}
		root, address, ok := place(name)
		if !ok {
			r.w.Refuse(importer.Place{File: name}, errors.New("stands in no story's folder, as en/story/2026/11/22/border"))
			return nil
		}
		i, known := index[[2]string{root, address}]
		if !known {
			i, groups = len(groups), append(groups, group{root: root, address: address})
			index[[2]string{root, address}] = i
		}
		groups[i].files = append(groups[i].files, name)
		return nil
	})
	return groups, err
}

// IsMirror says whether a folder has documents as they stand beside the pages of a newsroom, which Import reads. A Source
// reads all others.
func IsMirror(fsys fs.FS) bool {
	found := false
	fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() != ninjs.FileName {
			return nil // what can't be read is told by the import itself
		}
		if _, _, found = place(name); found {
			return fs.SkipAll
		}
		return nil
	})
	return found
}

// place takes the path of a document apart: ROOT/LANG/story/2026/11/22/border/ninjs.json.
func place(name string) (root, address string, ok bool) {
	parts := strings.Split(path.Dir(name), "/")
	n := len(parts) - 5
	if n < 1 || parts[n] != "story" {
		return "", "", false
	}
	return path.Join(append([]string{"."}, parts[:n-1]...)...), path.Join(parts[n:]...), true
}

// read reads the documents of a story, and its media, and lets it wait for write. An error ends the import.
func (r *run) read(g group) error {
	var docs []ninjs.Document
	files := map[string]string{}
	for _, name := range g.files {
		d, err := r.document(g, name)
		if err != nil {
			r.w.Refuse(importer.Place{File: name}, err)
			continue
		}
		docs = append(docs, d)
		files[d.Story.Articles[0].Lang] = name
	}
	if len(docs) == 0 {
		return nil
	}
	refuse := func(reason error) {
		for _, d := range docs {
			r.w.Refuse(importer.Place{File: files[d.Story.Articles[0].Lang]}, reason)
		}
	}
	d, err := ninjs.Join(docs...)
	if err != nil {
		refuse(err)
		return nil
	}
	reason, err := r.unwanted(d.Story)
	if err != nil {
		return err
	}
	if reason != nil {
		refuse(reason)
		return nil
	}
	bad, err := r.media(g, d)
	if err != nil {
		return err
	}
	r.wait(d.Story, files, bad)
	return nil
}

// document reads one document, which must stand where it says that it does.
func (r *run) document(g group, name string) (ninjs.Document, error) {
	b, err := r.file(name, ninjs.MaxSize)
	if err != nil {
		return ninjs.Document{}, err
	}
	d, err := ninjs.Decode(b)
	if err != nil {
		return d, err
	}
	lang := d.Story.Articles[0].Lang
	if want := path.Join(g.root, lang, d.Address(), ninjs.FileName); want != name {
		return d, fmt.Errorf("belongs at %s", want)
	}
	if !slices.Contains(r.opt.Languages, lang) {
		return d, fmt.Errorf("is in %s, which is not a language of the newsroom", lang)
	}
	return d, nil
}

// file returns the bytes of a regular file, and refuses more than a number of them.
func (r *run) file(name string, limit int64) ([]byte, error) { return regular(r.fsys, name, limit) }

// figures says whether an article shows one of some media, and why that can't be had.
func figures(a news.Article, bad map[string]error) error {
	for id := range a.Revision.Media() {
		if err := bad[id]; err != nil {
			return err
		}
	}
	return nil
}

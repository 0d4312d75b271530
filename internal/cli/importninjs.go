package cli

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"

	"coranto/internal/importer"
	"coranto/internal/importer/ninjs"
	"coranto/internal/importer/web"
)

const ninjsHint = "give a folder of documents, or files"

// openNinjs opens what agencies hand over, or an export of everything: folders and files, each with a root of its own.
func openNinjs(_ context.Context, in *importing) (importer.Source, error) {
	var roots []ninjs.Root
	for i, name := range in.sources {
		root, files, err := in.openPlace(name)
		if err != nil {
			return nil, withHint(folderError(name, err), ninjsHint)
		}
		in.onClose(root.Close)
		r := ninjs.Root{FS: root.FS(), Files: files}
		if len(in.sources) > 1 {
			r.Name = strconv.Itoa(i + 1)
		}
		roots = append(roots, r)
	}
	return ninjs.New(roots, ninjs.Options{Languages: in.config.Languages, Language: in.language}), nil
}

// openPlace opens a folder, or the folder of a file and the file's name in it.
func (in *importing) openPlace(name string) (root *os.Root, files []string, err error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, nil, err
	}
	if !info.IsDir() {
		name, files = filepath.Dir(name), []string{filepath.Base(name)}
	}
	root, err = os.OpenRoot(name)
	return root, files, err
}

// isMirror says whether the only folder is the copy of a mirror.
func isMirror(in *importing) bool {
	if len(in.sources) != 1 {
		return false
	}
	root, files, err := in.openPlace(in.sources[0])
	if err != nil {
		return false // openNinjs says it
	}
	defer root.Close()
	return files == nil && ninjs.IsMirror(root.FS())
}

// importMirror takes a newsroom's stories over from a copy of its mirror, or from a public export.
func importMirror(ctx context.Context, in *importing) (importer.Report, error) {
	if in.language != "" {
		return importer.Report{}, usagef("the documents of a mirror name their language: it has no --language")
	}
	root, err := openOnly("ninjs", in.sources, ninjsHint)
	if err != nil {
		return importer.Report{}, err
	}
	r, err := ninjs.Import(ctx, in.into, root.FS(), ninjs.Options{Languages: in.config.Languages, Progress: in.tell})
	return r, errors.Join(err, root.Close())
}

// importNinjs imports a folder as coranto run does: by what it is.
func importNinjs(ctx context.Context, n *newsroom, _ importer.Store, folders []string, tell importer.Progress) (importer.Report, error) {
	in := &importing{newsroom: n, sources: folders, into: n.store, web: web.NewClient(web.Options{}), tell: tell}
	in.onClose(func() error { in.web.Close(); return nil })
	if isMirror(in) {
		r, err := importMirror(ctx, in)
		return r, errors.Join(err, in.close())
	}
	src, err := openNinjs(ctx, in)
	if err != nil {
		return importer.Report{}, errors.Join(err, in.close())
	}
	r, err := importer.Import(ctx, in.into, src, importer.Options{Languages: n.config.Languages, Web: in.web, Progress: tell})
	return r, errors.Join(err, in.close())
}

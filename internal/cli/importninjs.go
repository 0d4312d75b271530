package cli

import (
	"context"
	"errors"
	"fmt"
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
	return ninjs.New(roots, ninjs.Options{Languages: in.config.Languages, Language: in.language, Loose: in.loose}), nil
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

// importNinjs does one of coranto run's imports of a folder. A drop in which nothing changed since it came in whole is not
// read again.
func (r *pressRoom) importNinjs(ctx context.Context, c importConfig) (report importer.Report, err error) {
	err = r.locked(ctx, func(n *newsroom) (err error) {
		in := &importing{newsroom: n, sources: []string{n.path(c.Path)}, into: n.store, web: web.NewClient(web.Options{})}
		in.language, in.loose = c.Language, c.Loose
		in.onClose(func() error { in.web.Close(); return nil })
		defer func() { err = errors.Join(err, in.close()) }()
		if isMirror(in) {
			report, err = importMirror(ctx, in)
			return err
		}
		src, err := openNinjs(ctx, in)
		if err != nil {
			return err
		}
		as := fmt.Sprint(src.Identity(), c.Language, c.Loose)
		if r.cameWhole(c.Name, as) {
			return nil
		}
		within, cancel := context.WithTimeout(ctx, mediaWait)
		defer cancel()
		report, err = importer.Import(ctx, n.store, src, importer.Options{Languages: n.config.Languages, Web: hurried{in.web, within}})
		if err == nil && len(report.Missing) == 0 {
			r.came(c.Name, as)
		}
		return err
	})
	return report, err
}

// cameWhole says whether a drop came in whole as it is now.
func (r *pressRoom) cameWhole(name, identity string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.drops[name] == identity
}

// came notes that a drop came in whole.
func (r *pressRoom) came(name, identity string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.drops[name] = identity
}

package cli

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"coranto/internal/importer"
	"coranto/internal/importer/foreign"
	"coranto/internal/importer/ghost"
)

// openGhost opens an export of Ghost, with the content folder that is named or lies beside it.
func openGhost(_ context.Context, in *importing) (importer.Source, error) {
	site, err := in.siteURL()
	if err != nil {
		return nil, err
	}
	if site == nil {
		return nil, withHint(&usageError{errors.New("an export of Ghost does not say where its site stood")}, "say it, as --site https://news.example")
	}
	export, err := in.openFiles("the export", in.sources)
	if err != nil {
		return nil, err
	}
	opt := ghost.Options{Languages: in.config.Languages, Language: in.language, Site: site, Zone: in.zone}
	if name := in.contentFolder(); name != "" {
		if opt.Content, err = in.openContent(name); err != nil {
			return nil, err
		}
	}
	return ghost.New(export, opt)
}

// openContent opens a content folder, or an archive of it.
func (in *importing) openContent(name string) (ghost.Content, error) {
	if info, err := os.Stat(name); err != nil || !info.IsDir() {
		return in.openFiles("the content", []string{name})
	}
	root, err := os.OpenRoot(name)
	if err != nil {
		return nil, err
	}
	in.onClose(root.Close)
	return ghost.Folder(root.FS()), nil
}

// contentFolder returns the folder that --content names, or the one of that name beside an export that is a file.
func (in *importing) contentFolder() string {
	if in.content != "" {
		return in.content
	}
	info, err := os.Stat(in.sources[0])
	if err != nil || info.IsDir() {
		return ""
	}
	beside := filepath.Join(filepath.Dir(in.sources[0]), "content")
	if info, err := os.Stat(beside); err != nil || !info.IsDir() {
		return ""
	}
	return beside
}

// openFiles opens the only folder, archive or file of some, until the import is over.
func (in *importing) openFiles(what string, names []string) (*foreign.Files, error) {
	if len(names) != 1 {
		return nil, usagef("%s is one folder, archive or file", what)
	}
	files, err := foreign.Open(names[0])
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", what, err)
	}
	in.onClose(files.Close)
	return files, nil
}

// siteURL returns the address that --site gives; nil for none.
func (in *importing) siteURL() (*url.URL, error) {
	if in.importOptions.site == "" {
		return nil, nil
	}
	u, err := url.Parse(in.importOptions.site)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, withHint(&usageError{fmt.Errorf("--site %q is no address of a site", in.importOptions.site)}, "write it as https://news.example")
	}
	return u, nil
}

package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"coranto/internal/durable"
	"coranto/internal/site"
)

// themeDir holds what the newsroom lays over our looks: theme.css and templates by our names. It may be missing.
const themeDir = "theme"

// readTheme reads a newsroom's theme: nil where it has none. It takes no name that a theme doesn't have, so that a slip in
// one does not go unseen.
func readTheme(fsys fs.FS) (site.Theme, error) {
	entries, err := fs.ReadDir(fsys, themeDir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	theme := make(site.Theme)
	for _, e := range entries {
		name := path.Join(themeDir, e.Name())
		switch {
		case strings.HasPrefix(e.Name(), "."):
			continue // an editor's, or the system's
		case !e.Type().IsRegular() || !slices.Contains(site.ThemeFiles(), e.Name()):
			return nil, withHint(fmt.Errorf("%s is no part of a theme", name), "a theme may have the files "+strings.Join(site.ThemeFiles(), ", "))
		}
		b, err := durable.ReadFile(fsys, name, site.MaxTheme)
		if err != nil {
			return nil, err
		}
		theme[e.Name()] = string(b)
	}
	return theme, nil
}

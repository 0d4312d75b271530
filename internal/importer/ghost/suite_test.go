package ghost_test

import (
	"testing"

	"coranto/internal/importer"
	"coranto/internal/importer/importertest"
)

func TestSuite(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"v5.json", "v3.json", "003.json"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			importertest.Run(t, importertest.Kind{
				Languages: []string{"en", "fa"},
				Open:      func(t *testing.T) importer.Source { return source(t, name) },
				Web:       map[string][]byte{"https://news.example/content/images/2016/02/mill.jpg": importertest.Picture(1)},
			})
		})
	}
}

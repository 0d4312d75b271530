package coranto_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// arrows are the layers of the house, from the roof down. A package imports only what stands in lines below its own;
// packages of one line don't import each other.
const arrows = `
cmd/coranto · cmd/tuf-client
internal/cli
internal/lab · internal/store/sqlite · internal/press
internal/publish · internal/preview · internal/cosign · internal/mirror
internal/site · internal/check · internal/importer/markdown · internal/importer/feed · internal/importer/ninjs · internal/export · internal/importer/wordpress · internal/importer/ghost · internal/importer/generator · internal/editionlog · internal/witness · internal/keys · internal/target/fs · reader
internal/importer · internal/ninjs
internal/target · internal/store · internal/sample
edition · internal/news · internal/picture · internal/recording
internal/importer/web · internal/importer/foreign · internal/importer/wordpress/wxrgen · internal/lang · internal/durable · internal/term · internal/notekey · internal/serving · internal/tuf · internal/ppmd · internal/recode · internal/redirects · vectors
`

// never names what a package may not import at all, of our own or of others.
var never = map[string][]string{
	"edition":          {"net", "net/http", "os", "os/exec", "database/sql", "log", "log/slog"},
	"reader":           {"database/sql", "os/exec", "modernc.org/sqlite", "coranto/internal/news", "coranto/internal/store"},
	"internal/news":    {"net/http", "os", "database/sql"},
	"internal/site":    {"net/http", "os", "database/sql", "time/tzdata"},
	"internal/publish": {"net/http", "database/sql"},
	"internal/mirror":  {"coranto/internal/store", "coranto/internal/keys"},
}

// TestArrows holds the arrows between packages. Test suites (…test) and tests themselves are not part of the house.
func TestArrows(t *testing.T) {
	layer := map[string]int{}
	for i, line := range strings.Split(strings.TrimSpace(arrows), "\n") {
		for p := range strings.SplitSeq(line, " · ") {
			layer[p] = i
		}
	}
	for pkg, imports := range packages(t) {
		from, known := layer[pkg]
		if !known {
			t.Errorf("package %s has no place among the arrows of deps_test.go", pkg)
			continue
		}
		for _, imported := range imports {
			if slices.Contains(never[pkg], imported) {
				t.Errorf("%s must never import %s", pkg, imported)
			}
			to, ours := strings.CutPrefix(imported, "coranto/")
			if !ours {
				continue
			}
			if below, known := layer[to]; !known || below <= from {
				t.Errorf("%s imports %s, which is not below it", pkg, to)
			}
		}
	}
}

// packages returns the imports of each package of the module, tests left out.
func packages(t *testing.T) map[string][]string {
	t.Helper()
	pkgs := map[string][]string{}
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := d.Name()
		if d.IsDir() && name != "." && (strings.HasPrefix(base, ".") || base == "testdata" || strings.HasSuffix(base, "test")) {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(base, ".go") || strings.HasSuffix(base, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil || f.Name.Name == "main" && !strings.HasPrefix(filepath.ToSlash(name), "cmd/") {
			return err // a generator, run by hand
		}
		dir := path.Dir(filepath.ToSlash(name))
		for _, s := range f.Imports {
			p, err := strconv.Unquote(s.Path.Value)
			if err != nil {
				return err
			}
			pkgs[dir] = append(pkgs[dir], p)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(pkgs) < 10 {
		t.Fatalf("found only %d packages", len(pkgs))
	}
	return pkgs
}

package wordpress_test

import (
	"os"
	"path/filepath"
	"testing"

	"coranto/internal/importer"
	"coranto/internal/importer/wordpress"
	"coranto/internal/importer/wordpress/wxrgen"
	"coranto/internal/store/sqlite"
)

// generated writes an export of a size and returns its name and what it has.
func generated(t testing.TB, size int64) (string, map[string]int) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "site.xml")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	has, err := wxrgen.Write(f, wxrgen.Options{Seed: 1, Size: size})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return name, has
}

// BenchmarkExport tells how fast an export comes in, media left aside: all of it, and the parts that it is made of.
func BenchmarkExport(b *testing.B) {
	const size = 16 << 20
	name, has := generated(b, size)
	languages := []string{"en", "ru", "uk", "fa", "ar"}
	open := func() *wordpress.Export {
		x, err := wordpress.OpenExport([]string{name}, wordpress.ExportOptions{Languages: languages, Scratch: b.TempDir()})
		if err != nil {
			b.Fatal(err)
		}
		return x
	}
	for _, c := range []struct {
		name string
		read func(b *testing.B, x *wordpress.Export) error
	}{
		{"survey", func(b *testing.B, x *wordpress.Export) error { return x.Survey(b.Context(), &importer.Survey{}) }},
		{"items", func(b *testing.B, x *wordpress.Export) error {
			for _, err := range x.Items(b.Context(), "") {
				if err != nil {
					return err
				}
			}
			return nil
		}},
		{"import", func(b *testing.B, x *wordpress.Export) error {
			st, err := sqlite.Create(b.Context(), b.TempDir())
			if err != nil {
				return err
			}
			defer st.Close()
			_, err = importer.Import(b.Context(), st, x, importer.Options{Languages: languages})
			return err
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(size)
			for b.Loop() {
				x := open()
				if err := c.read(b, x); err != nil {
					b.Fatal(err)
				}
				x.Close()
			}
			b.ReportMetric(float64(has["post"]*b.N)/b.Elapsed().Seconds(), "posts/s")
		})
	}
}

package foreign_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coranto/internal/importer/foreign"
)

// write writes a file, and returns its name.
func write(t *testing.T, name string, b []byte) string {
	t.Helper()
	name = filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// gzipped packs bytes.
func gzipped(t *testing.T, b []byte) []byte {
	t.Helper()
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return packed.Bytes()
}

// zipped packs files of the headers, each with its name as its content.
func zipped(t *testing.T, headers ...zip.FileHeader) []byte {
	t.Helper()
	var packed bytes.Buffer
	z := zip.NewWriter(&packed)
	for _, h := range headers {
		w, err := z.CreateHeader(&h)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(h.Name, "/") {
			fmt.Fprint(w, h.Name)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return packed.Bytes()
}

// open opens an export until the test ends.
func open(t *testing.T, name string) *foreign.Files {
	t.Helper()
	f, err := foreign.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// tell writes down an export's files, and what was refused.
func tell(t *testing.T, f *foreign.Files) string {
	t.Helper()
	var b strings.Builder
	for _, file := range f.List() {
		content, err := f.Read(file.Name, 100)
		fmt.Fprintf(&b, "%s %d %s %v\n", file.Name, file.Size, content, err)
	}
	for _, r := range f.Refused() {
		fmt.Fprintf(&b, "refused %q: %s\n", r.Name, r.Reason)
	}
	return b.String()
}

func TestOpen(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for name, content := range map[string]string{"b/10.txt": "ten", "b/9.txt": "nine", "a.txt": "a"} {
		if err := errors.Join(os.MkdirAll(filepath.Dir(filepath.Join(folder, name)), 0o700), os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("/etc/passwd", filepath.Join(folder, "link")); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ name, want string }{
		"plain":  {write(t, "site.xml", []byte("<rss>")), "site.xml 5 <rss> <nil>\n"},
		"empty":  {write(t, "site.xml", nil), "site.xml 0  <nil>\n"},
		"gzip":   {write(t, "site.xml.gz", gzipped(t, []byte("<rss>"))), "site.xml -1 <rss> <nil>\n"},
		"folder": {folder, "a.txt 1 a <nil>\nb/9.txt 4 nine <nil>\nb/10.txt 3 ten <nil>\nrefused \"link\": a link, and no file\n"},
		"zip": {write(t, "site.zip", zipped(t, zip.FileHeader{Name: "x/"}, zip.FileHeader{Name: "x/site.10.xml"}, zip.FileHeader{Name: "x/site.9.xml", Method: zip.Deflate})),
			"x/site.9.xml 12 x/site.9.xml <nil>\nx/site.10.xml 13 x/site.10.xml <nil>\n"},
	} {
		t.Run(name, func(t *testing.T) {
			f := open(t, c.name)
			if got := tell(t, f); got != c.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, c.want)
			}
			if _, err := f.Open("../site.xml"); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("a file that is not there: %v", err)
			}
			if again := open(t, c.name); again.Identity() != f.Identity() || len(f.Identity()) != 64 {
				t.Errorf("identities %q and %q", f.Identity(), again.Identity())
			}
		})
	}
}

// TestNames refuses names that lead elsewhere, and takes the others.
// TestHidden makes sure that what a system puts beside a source is no part of it.
func TestHidden(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for _, name := range []string{".git/HEAD", ".DS_Store", "posts/._one.md", "posts/one.md"} {
		if err := os.MkdirAll(filepath.Join(folder, filepath.Dir(name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	packed := write(t, "site.zip", zipped(t, zip.FileHeader{Name: "__MACOSX/posts/._one.md"}, zip.FileHeader{Name: ".DS_Store"}, zip.FileHeader{Name: "posts/one.md"}))
	for _, source := range []string{folder, packed} {
		f := open(t, source)
		if l := f.List(); len(l) != 1 || l[0].Name != "posts/one.md" || len(f.Refused()) > 0 {
			t.Errorf("%s: %v, refused %v", source, l, f.Refused())
		}
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	link := zip.FileHeader{Name: "link"}
	link.SetMode(fs.ModeSymlink | 0o777)
	f := open(t, write(t, "site.zip", zipped(t,
		zip.FileHeader{Name: "../up"}, zip.FileHeader{Name: "/etc/passwd"}, zip.FileHeader{Name: `a\..\..\b`}, zip.FileHeader{Name: "C:/autoexec.bat"},
		zip.FileHeader{Name: "a/../b"}, zip.FileHeader{Name: "nul\x00"}, zip.FileHeader{Name: "\xFF", NonUTF8: true}, link,
		zip.FileHeader{Name: "twice"}, zip.FileHeader{Name: "twice"}, zip.FileHeader{Name: "фото.jpg"}, zip.FileHeader{Name: "locked", Flags: 1},
	)))
	want := "twice 5 twice <nil>\nфото.jpg 12 фото.jpg <nil>\n"
	for _, name := range []string{`../up`, `/etc/passwd`, `a\\..\\..\\b`, `C:/autoexec.bat`, `a/../b`} {
		want += `refused "` + name + "\": its name leads out of the archive\n"
	}
	want += `refused "nul\x00": its name has control characters` + "\n" + `refused "�": its name is no UTF-8` + "\n" +
		`refused "link": a link, and no file` + "\n" + `refused "twice": there is another of the same name` + "\n" +
		`refused "locked": it is locked with a password` + "\n"
	if got := tell(t, f); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// TestBombs reads files that grow out of all proportion, or are damaged.
func TestBombs(t *testing.T) {
	t.Parallel()
	whole := zipped(t, zip.FileHeader{Name: "one", Method: zip.Deflate})
	flipped := bytes.Replace(whole, []byte("one"), []byte("two"), 1) // only in the local header, which nobody believes
	for name, c := range map[string]struct {
		b    []byte
		want string
	}{
		"a zip bomb":          {zipBomb(t), "grows to over 200 times"},
		"a gzip bomb":         {bytes.Repeat(gzipped(t, make([]byte, 1<<20)), 80), "grows to over 200 times"},
		"a gzip cut short":    {gzipped(t, []byte("words"))[:15], "unexpected EOF"},
		"a name in two forms": {flipped, "<nil>"},
		"a zip cut short":     {whole[:len(whole)-10], "not a valid zip file"},
		"overlapping files":   {overlapping(t), "made to do harm"},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := foreign.Open(write(t, "export", c.b))
			if err == nil {
				var r io.ReadCloser
				if r, err = f.Open(f.List()[0].Name); err == nil {
					_, err = io.Copy(io.Discard, r)
				}
			}
			if !strings.Contains(fmt.Sprint(err), c.want) {
				t.Errorf("got %v, want an error that has %q", err, c.want)
			}
		})
	}
}

// zipBomb returns an archive with a file of 80 MiB of zeros: a packed MiB, again and again.
func zipBomb(t *testing.T) []byte {
	t.Helper()
	var piece, packed bytes.Buffer
	f, err := flate.NewWriter(&piece, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write(make([]byte, 1<<20)); err != nil {
		t.Fatal(err)
	}
	if err := f.Flush(); err != nil { // to a whole byte, so that pieces follow each other
		t.Fatal(err)
	}
	b := append(bytes.Repeat(piece.Bytes(), 80), 1, 0, 0, 0xFF, 0xFF)
	z := zip.NewWriter(&packed)
	w, err := z.CreateRaw(&zip.FileHeader{Name: "bomb", Method: zip.Deflate, CompressedSize64: uint64(len(b)), UncompressedSize64: 80 << 20})
	if err == nil {
		_, err = w.Write(b)
	}
	if err = errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	return packed.Bytes()
}

// overlapping returns an archive with a hundred entries that are all the same bytes.
func overlapping(t *testing.T) []byte {
	t.Helper()
	var packed bytes.Buffer
	z := zip.NewWriter(&packed)
	w, err := z.CreateHeader(&zip.FileHeader{Name: "kernel.000"})
	if err == nil {
		_, err = w.Write(make([]byte, 1<<10))
	}
	if err = errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	b := packed.Bytes()
	start, end := bytes.Index(b, []byte("PK\x01\x02")), bytes.Index(b, []byte("PK\x05\x06"))
	out := bytes.Clone(b[:start])
	for i := range 100 {
		out = append(out, bytes.Replace(b[start:end], []byte("kernel.000"), fmt.Appendf(nil, "kernel.%03d", i), 1)...)
	}
	tail, size := b[end:], 100*(end-start)
	tail[8], tail[10], tail[12], tail[13] = 100, 100, byte(size), byte(size>>8)
	return append(out, tail...)
}

func TestRead(t *testing.T) {
	t.Parallel()
	f := open(t, write(t, "site.json.gz", gzipped(t, []byte("12345"))))
	if b, err := f.Read("site.json", 5); string(b) != "12345" || err != nil {
		t.Errorf("got %q, %v", b, err)
	}
	if _, err := f.Read("site.json", 4); err == nil || !strings.Contains(err.Error(), "over the limit of 4 bytes") {
		t.Errorf("too large: %v", err)
	}
}

func FuzzOpen(f *testing.F) {
	var packed bytes.Buffer
	z := zip.NewWriter(&packed)
	for _, name := range []string{"a/b.xml", "../c"} {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate})
		if err != nil {
			f.Fatal(err)
		}
		fmt.Fprint(w, name)
	}
	if err := z.Close(); err != nil {
		f.Fatal(err)
	}
	f.Add(packed.Bytes())
	f.Add([]byte("\x1F\x8B\x08\x00"))
	f.Add([]byte("<rss>"))
	f.Fuzz(func(t *testing.T, b []byte) {
		files, err := foreign.Open(write(t, "export", b))
		if err != nil {
			return
		}
		defer files.Close()
		for _, file := range files.List() {
			if !fs.ValidPath(file.Name) || strings.ContainsAny(file.Name, "\\\x00") {
				t.Errorf("a file is called %q", file.Name)
			}
			if got, err := files.Read(file.Name, 1<<16); err == nil && len(got) > 1<<16 {
				t.Errorf("%q: %d bytes", file.Name, len(got))
			}
		}
	})
}

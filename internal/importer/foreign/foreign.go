// Package foreign reads what other software wrote: exports that are packed, text of any character set, dates of any form.
//
// All of it may be damaged, and some of it made to do harm. Files have limits before they are unpacked, their names lead
// nowhere outside of where they are, and text comes out as UTF-8 with a word of what had to be mended. Nothing here touches
// the network, and the package knows no news.
//
//	files, err := foreign.Open("export.zip")
//	…
//	defer files.Close()
//	for _, f := range files.List() {
//		r, err := files.Open(f.Name)
//		…
//		text, err := foreign.NewText(r) // UTF-8, as a stream
//		…
//	}
package foreign

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"
)

// MaxFiles is how many files a folder or an archive may have.
const MaxFiles = 200_000

// A File is one of some files, by its path.
type File struct {
	// Name is a path as package io/fs has them.
	Name string
	// Size is its size in bytes as the archive says, which may lie; -1 where nothing says.
	Size int64
}

// A Refused is a file that is not opened, and why.
type Refused struct {
	Name, Reason string
}

// Files are the files of an export: of a folder, of a zip archive, or a single one, which may be packed with gzip. An
// archive within an archive stays a file.
type Files struct {
	list     []File
	refused  []Refused
	identity string
	open     func(name string) (io.ReadCloser, error)
	close    func() error
}

// Open opens an export by the name of its folder or file.
func Open(name string) (*Files, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return openFolder(name)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%q is neither a file nor a folder", name)
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	f, err := openFile(name, file, info)
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("open %q: %w", name, err)
	}
	f.identity = identity([]string{fmt.Sprintf("%s %d %d", filepath.Base(name), info.Size(), info.ModTime().UnixNano())})
	return f, nil
}

// identity returns what tells one version of some files from the next, of a line for each.
func identity(lines []string) string {
	sum := sha256.Sum256([]byte(strings.Join(lines, "\n")))
	return hex.EncodeToString(sum[:])
}

// openFile opens an export that is a file, by its first bytes.
func openFile(name string, file *os.File, info fs.FileInfo) (*Files, error) {
	var magic [4]byte
	n, err := file.ReadAt(magic[:], 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	base := filepath.Base(name)
	switch begins := string(magic[:n]); {
	case strings.HasPrefix(begins, "PK\x03\x04"), strings.HasPrefix(begins, "PK\x05\x06"):
		return openZip(file, info.Size())
	case strings.HasPrefix(begins, "\x1F\x8B"):
		return &Files{list: []File{{strings.TrimSuffix(base, ".gz"), -1}}, close: file.Close, open: func(string) (io.ReadCloser, error) {
			return unpacked(io.NewSectionReader(file, 0, info.Size()))
		}}, nil
	}
	return &Files{list: []File{{base, info.Size()}}, close: file.Close, open: func(string) (io.ReadCloser, error) {
		return os.Open(name)
	}}, nil
}

// List returns the files in the order of their names, numbers in them by their value: part 10 comes after part 9.
func (f *Files) List() []File { return f.list }

// Refused returns the files that are not in the list although they are there.
func (f *Files) Refused() []Refused { return f.refused }

// Identity is the same as long as the files are, by their names, sizes and times.
func (f *Files) Identity() string { return f.identity }

// Close closes all files.
func (f *Files) Close() error { return f.close() }

// Open opens one of the files as a stream, unpacked; that of a plain file is an *os.File. It is an error, while it is read,
// when a file grows as only one does that was made to fill a disk.
func (f *Files) Open(name string) (io.ReadCloser, error) {
	if !f.has(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return f.open(name)
}

func (f *Files) has(name string) bool {
	_, found := slices.BinarySearchFunc(f.list, name, func(a File, b string) int { return natural(a.Name, b) })
	return found
}

// Read returns one of the files whole, of at most limit bytes.
func (f *Files) Read(name string, limit int64) ([]byte, error) {
	r, err := f.Open(name)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(b)) > limit {
		err = fmt.Errorf("%q is over the limit of %d bytes", name, limit)
	}
	return b, err
}

// openFolder lists a folder's files. Links are not followed: they may lead out of it. Hidden folders are not looked into.
func openFolder(name string) (*Files, error) {
	root, err := os.OpenRoot(name)
	if err != nil {
		return nil, err
	}
	f := &Files{close: root.Close, open: func(name string) (io.ReadCloser, error) { return root.Open(filepath.FromSlash(name)) }}
	var lines []string
	err = fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && hidden(name) {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if err != nil || d.IsDir() {
			return err
		}
		if !d.Type().IsRegular() {
			f.refuse(name, errors.New("a link, and no file"))
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		lines = append(lines, fmt.Sprintf("%q %d %d", name, info.Size(), info.ModTime().UnixNano()))
		return f.add(File{name, info.Size()})
	})
	if err != nil {
		root.Close()
		return nil, err
	}
	f.sort()
	f.identity = identity(lines)
	return f, nil
}

var errMany = fmt.Errorf("over %d files", MaxFiles)

// hidden says whether a file is of the system and not of the source: .git, .DS_Store, and what a Mac puts into archives.
func hidden(name string) bool {
	for part := range strings.SplitSeq(name, "/") {
		if part != "." && strings.HasPrefix(part, ".") || part == "__MACOSX" {
			return true
		}
	}
	return false
}

func (f *Files) add(file File) error {
	if len(f.list)+len(f.refused) >= MaxFiles {
		return errMany
	}
	f.list = append(f.list, file)
	return nil
}

func (f *Files) refuse(name string, reason error) {
	f.refused = append(f.refused, Refused{strings.ToValidUTF8(name, string(utf8.RuneError)), reason.Error()})
}

func (f *Files) sort() {
	slices.SortFunc(f.list, func(a, b File) int { return natural(a.Name, b.Name) })
}

// natural compares names, and numbers in them by their value.
func natural(a, b string) int {
	for i, j := 0, 0; i < len(a) && j < len(b); i, j = i+1, j+1 {
		m, n := digits(a[i:]), digits(b[j:])
		if m > 0 && n > 0 {
			x, y := strings.TrimLeft(a[i:i+m], "0"), strings.TrimLeft(b[j:j+n], "0")
			if c := cmp.Or(cmp.Compare(len(x), len(y)), strings.Compare(x, y)); c != 0 {
				return c
			}
			i, j = i+m-1, j+n-1
		} else if a[i] != b[j] {
			return cmp.Compare(a[i], b[j])
		}
	}
	return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
}

// digits counts the digits that s begins with.
func digits(s string) int { return len(s) - len(strings.TrimLeft(s, "0123456789")) }

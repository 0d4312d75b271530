package ninjs

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// A Root is a folder of a drop. Name is put before the paths in it, where there are several; Files, unless it is nil, are
// the files that count.
type Root struct {
	Name  string
	FS    fs.FS
	Files []string
}

// A drop is where agencies put documents: folders of .json, .ninjs, .ndjson and .jsonl files, nested as they like, each with
// one document, a list of them, or one a line.
type drop struct {
	roots []Root
	files []file
	// most is the size of a document in bytes.
	most int
}

// A file is one of a drop's. name is with its root's.
type file struct {
	root       int
	path, name string
}

// A record is where a document stands in a drop.
type record struct {
	file, number int // number counts the file's documents from 1; 0 when there is one alone
	at, size     int64
}

// find lists the files of the drop, in the order of their names, and returns what names the drop as it is now.
func (d *drop) find(ctx context.Context) (identity string, err error) {
	d.files = nil
	h := sha256.New()
	for i, root := range d.roots {
		err := fs.WalkDir(root.FS, ".", func(name string, e fs.DirEntry, err error) error {
			switch {
			case err != nil && name != ".": // it is refused when it is read
				d.files = append(d.files, file{i, name, path.Join(root.Name, name)})
				return fs.SkipDir
			case err != nil:
				return err
			case ctx.Err() != nil:
				return ctx.Err()
			case e.IsDir() && name != "." && strings.HasPrefix(e.Name(), "."):
				return fs.SkipDir
			case !e.Type().IsRegular() || !root.wants(name):
				return nil
			}
			info, err := e.Info()
			if err != nil {
				return err
			}
			f := file{i, name, path.Join(root.Name, name)}
			d.files = append(d.files, f)
			fmt.Fprintf(h, "%q %d %d\n", f.name, info.Size(), info.ModTime().UnixNano())
			return nil
		})
		if err != nil {
			return "", err
		}
	}
	return "ninjs " + hex.EncodeToString(h.Sum(nil)), nil
}

// wants says whether a file of the root is one of documents.
func (r Root) wants(name string) bool {
	if r.Files != nil {
		return slices.Contains(r.Files, name)
	}
	return slices.Contains([]string{".json", ".ninjs", ".ndjson", ".jsonl"}, strings.ToLower(path.Ext(name)))
}

// each calls visit for every document of a file. What is wrong with one, or with the rest of the file, is told with the
// place that it stands in; an error of visit ends it.
func (d *drop) each(i int, visit func(r record, b []byte, wrong error) error) error {
	f := d.files[i]
	opened, err := d.roots[f.root].FS.Open(f.path)
	if err != nil {
		return visit(record{file: i}, nil, err)
	}
	defer opened.Close()
	in := bufio.NewReaderSize(opened, 64<<10)
	if mark, err := in.Peek(3); err == nil && string(mark) == "\xEF\xBB\xBF" {
		in.Discard(3)
		return d.documents(in, i, 3, visit)
	}
	return d.documents(in, i, 0, visit)
}

// documents reads a file from a position: a list, one document a line, or one.
func (d *drop) documents(in *bufio.Reader, file int, at int64, visit func(record, []byte, error) error) error {
	first, err := in.Peek(1)
	for err == nil && strings.Contains(" \t\r\n", string(first)) {
		in.Discard(1)
		at++
		first, err = in.Peek(1)
	}
	switch {
	case err == io.EOF:
		return visit(record{file: file}, nil, errors.New("the file is empty"))
	case err != nil:
		return visit(record{file: file}, nil, err)
	case first[0] == '[':
		return d.elements(in, file, at, visit)
	}
	return d.lines(in, file, at, visit)
}

// tooLarge is the error of a document over the limit.
func (d *drop) tooLarge() error { return fmt.Errorf("a document of more than %d bytes", d.most) }

// elements reads the documents of a list, one after the other.
func (d *drop) elements(in io.Reader, file int, start int64, visit func(record, []byte, error) error) error {
	budget := &budgetReader{in: in, left: d.most, over: d.tooLarge()}
	dec := json.NewDecoder(budget)
	if _, err := dec.Token(); err != nil {
		return visit(record{file: file}, nil, err)
	}
	n := 0
	for {
		// What the decoder holds already is part of the next document's share.
		budget.left = d.most
		if !dec.More() {
			break
		}
		n++
		var b json.RawMessage
		err := dec.Decode(&b)
		r := record{file: file, number: n, at: start + dec.InputOffset() - int64(len(b)), size: int64(len(b))}
		if err != nil {
			return visit(r, nil, fmt.Errorf("the rest of the list can't be read: %w", err))
		}
		var wrong error
		if len(b) > d.most { // a part of it was read before
			wrong = d.tooLarge()
		}
		if err := visit(r, b, wrong); err != nil {
			return err
		}
	}
	if _, err := dec.Token(); err != nil {
		return visit(record{file: file, number: n + 1}, nil, fmt.Errorf("the list has no end: %w", err))
	}
	return nil
}

// A budgetReader refuses to read more than what is left.
type budgetReader struct {
	in   io.Reader
	left int
	over error
}

func (r *budgetReader) Read(p []byte) (int, error) {
	if r.left <= 0 {
		return 0, r.over
	}
	n, err := r.in.Read(p[:min(len(p), r.left)])
	r.left -= n
	return n, err
}

// lines reads a document on each line, when the first line is one; otherwise the file is one document.
func (d *drop) lines(in *bufio.Reader, file int, at int64, visit func(record, []byte, error) error) error {
	first, err := d.line(in)
	if err != nil {
		return visit(record{file: file}, nil, err)
	}
	if !json.Valid(first) {
		rest, err := io.ReadAll(io.LimitReader(in, int64(d.most-len(first)+1)))
		if err == nil && len(first)+len(rest) > d.most {
			err = d.tooLarge()
		}
		whole := append(first, rest...)
		return visit(record{file: file, at: at, size: int64(len(whole))}, whole, err)
	}
	_, err = in.Peek(1)
	alone := err != nil
	for n := 1; ; n++ {
		r := record{file: file, number: n, at: at, size: int64(len(first))}
		if alone {
			r.number = 0
		}
		if len(bytes.TrimSpace(first)) > 0 {
			if err := visit(r, first, nil); err != nil {
				return err
			}
		}
		at += int64(len(first))
		if first, err = d.line(in); err == io.EOF {
			return nil
		} else if err != nil {
			return visit(record{file: file, number: n + 1}, nil, err)
		}
	}
}

// line reads a line with its end. The last one may have none; io.EOF says that there is none at all.
func (d *drop) line(in *bufio.Reader) (all []byte, err error) {
	for {
		part, err := in.ReadSlice('\n')
		if all = append(all, part...); len(all) > d.most {
			return nil, d.tooLarge()
		}
		switch {
		case err == bufio.ErrBufferFull:
		case err == io.EOF && len(all) > 0:
			return all, nil
		default:
			return all, err
		}
	}
}

// read returns the bytes of a document that each has told of.
func (d *drop) read(r record) ([]byte, error) {
	f := d.files[r.file]
	opened, err := d.roots[f.root].FS.Open(f.path)
	if err != nil {
		return nil, err
	}
	defer opened.Close()
	b := make([]byte, r.size)
	if at, ok := opened.(io.ReaderAt); ok {
		if n, err := at.ReadAt(b, r.at); n < len(b) {
			return nil, err
		}
		return b, nil
	}
	if _, err := io.CopyN(io.Discard, opened, r.at); err != nil {
		return nil, err
	}
	_, err = io.ReadFull(opened, b)
	return b, err
}

// open returns a file of the drop by its name, at most some bytes.
func (d *drop) open(name string, most int64) ([]byte, error) {
	root, rest, err := d.where(name)
	if err != nil {
		return nil, err
	}
	return regular(root, rest, most)
}

// has says whether the drop has a file of a name.
func (d *drop) has(name string) bool {
	root, rest, err := d.where(name)
	if err == nil {
		_, err = fs.Stat(root, rest)
	}
	return err == nil
}

// where returns the folder that a name of the drop leads into, and the path in it.
func (d *drop) where(name string) (fs.FS, string, error) {
	for _, root := range d.roots {
		rest, ok := name, true
		if root.Name != "" {
			rest, ok = strings.CutPrefix(name, root.Name+"/")
		}
		if ok && fs.ValidPath(rest) {
			return root.FS, rest, nil
		}
	}
	return nil, "", fmt.Errorf("%s: %w", name, fs.ErrNotExist)
}

// regular returns the bytes of a regular file, and refuses more than a number of them.
func regular(fsys fs.FS, name string, most int64) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > most {
		return nil, fmt.Errorf("%s: not a regular file of at most %d bytes", name, most)
	}
	return io.ReadAll(io.LimitReader(f, most))
}

package wordpress

import (
	"bufio"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
)

// An index is what a survey remembers of an export for the reading of its posts. It holds some ten bytes of each post and
// each media file in memory, and their words in a scratch file: exports of large sites have 100,000s of files.
type index struct {
	// entries are sorted by ID once the index is sealed; before, they stand in chunks, which never move.
	entries []entry
	chunks  [][]entry
	uploads []upload
	words   scratch
	// again holds the positions of items whose ID another item had before.
	again map[int64]bool
}

// An entry is an item of an export, by its ID.
type entry struct {
	id int64
	// at is where it stands (spot.position), words where its words stand in the scratch file, -1 for none, story the post
	// whose story it belongs to, 0 for its own.
	at, words, story int64
	// lang is the place of its language in Export.tags; group the translations that it is one of, 0 for none.
	lang  int32
	kind  entryKind
	first bool // the original of its group, as a plug-in says
	group uint64
}

// An entryKind says what an entry is.
type entryKind uint8

const (
	otherEntry entryKind = iota
	articleEntry
	attachmentEntry
	blockEntry
)

// An upload says to which post a media file was uploaded, and its place in a gallery.
type upload struct {
	parent, order, id int64
}

func newIndex(dir string) *index {
	return &index{words: scratch{dir: dir}, again: make(map[int64]bool)}
}

// add remembers an item without words.
func (x *index) add(e entry) {
	e.words = -1
	x.append(e)
}

// append adds an entry. One slice that grows would need more than twice its memory each time that it does.
func (x *index) append(e entry) {
	const most = 16 << 10
	if n := len(x.chunks); n == 0 || len(x.chunks[n-1]) == most {
		x.chunks = append(x.chunks, make([]entry, 0, most))
	}
	last := &x.chunks[len(x.chunks)-1]
	*last = append(*last, e)
}

// keep remembers an item with its words.
func (x *index) keep(e entry, words any) (err error) {
	if e.words, err = x.words.add(words); err == nil {
		x.append(e)
	}
	return err
}

// seal makes the index ready to be asked. Of several items with one ID the first counts.
func (x *index) seal() error {
	x.entries, x.chunks = slices.Concat(x.chunks...), nil
	slices.SortFunc(x.entries, func(a, b entry) int { return cmp.Or(cmp.Compare(a.id, b.id), cmp.Compare(a.at, b.at)) })
	last := int64(-1)
	x.entries = slices.DeleteFunc(x.entries, func(e entry) bool {
		again := e.id == last
		if last = e.id; again {
			x.again[e.at] = true
		}
		return again
	})
	slices.SortFunc(x.uploads, func(a, b upload) int {
		return cmp.Or(cmp.Compare(a.parent, b.parent), cmp.Compare(a.order, b.order), cmp.Compare(a.id, b.id))
	})
	x.tie()
	return x.words.flush()
}

// tie makes one story of the translations of each group: that of the post that a plug-in calls their original, or else of
// the first by ID. A second post of one language stays a story of its own.
func (x *index) tie() {
	var grouped []*entry
	for i := range x.entries {
		if e := &x.entries[i]; e.kind == articleEntry && e.group != 0 {
			grouped = append(grouped, e)
		}
	}
	slices.SortStableFunc(grouped, func(a, b *entry) int {
		if a.first != b.first && a.group == b.group {
			if a.first {
				return -1
			}
			return 1
		}
		return cmp.Compare(a.group, b.group)
	})
	var original *entry
	langs := make(map[int32]bool)
	for _, e := range grouped {
		if original == nil || e.group != original.group {
			original = e
			clear(langs)
		}
		if !langs[e.lang] {
			e.story = original.id
		}
		langs[e.lang] = true
	}
}

// find returns the entry of an item by its ID.
func (x *index) find(id int64) (entry, bool) {
	i, ok := slices.BinarySearchFunc(x.entries, id, func(e entry, id int64) int { return cmp.Compare(e.id, id) })
	if !ok {
		return entry{}, false
	}
	return x.entries[i], true
}

// attachment returns a media file by its ID, as a library does.
func (x *index) attachment(id int64) (a attachment, ok bool) {
	e, ok := x.find(id)
	if !ok || e.kind != attachmentEntry {
		return a, false
	}
	return a, x.words.read(e.words, &a) == nil
}

// attached returns the media files that were uploaded to a post, as a library does.
func (x *index) attached(post int64) (ids []int64) {
	i, _ := slices.BinarySearchFunc(x.uploads, post, func(u upload, id int64) int { return cmp.Compare(u.parent, id) })
	for ; i < len(x.uploads) && x.uploads[i].parent == post; i++ {
		ids = append(ids, x.uploads[i].id)
	}
	return ids
}

// block returns the content of a reusable block, as a library does.
func (x *index) block(id int64) (content string, ok bool) {
	e, ok := x.find(id)
	if !ok || e.kind != blockEntry {
		return "", false
	}
	return content, x.words.read(e.words, &content) == nil
}

// A scratch is a file for the time of an import that holds values as JSON, each after its length. Where the system lets
// it, the file has no name, so that a killed import leaves nothing behind.
type scratch struct {
	dir  string
	name string // what Close has to remove
	file *os.File
	w    *bufio.Writer
	size int64
}

// add writes a value and returns where it stands.
func (s *scratch) add(v any) (int64, error) {
	if s.file == nil {
		f, err := os.CreateTemp(s.dir, "coranto-import-*")
		if err != nil {
			return 0, fmt.Errorf("keep the words of pictures: %w", err)
		}
		s.file, s.w = f, bufio.NewWriterSize(f, 64<<10)
		if os.Remove(f.Name()) != nil {
			s.name = f.Name()
		}
	}
	b, err := json.Marshal(v)
	if err != nil {
		return 0, err
	}
	at := s.size
	b = append(binary.BigEndian.AppendUint32(nil, uint32(len(b))), b...)
	s.size += int64(len(b))
	_, err = s.w.Write(b)
	return at, err
}

func (s *scratch) flush() error {
	if s.w == nil {
		return nil
	}
	return s.w.Flush()
}

// read reads the value that stands at a place. It may be called from several goroutines.
func (s *scratch) read(at int64, v any) error {
	var size [4]byte
	if _, err := s.file.ReadAt(size[:], at); err != nil {
		return err
	}
	b := make([]byte, binary.BigEndian.Uint32(size[:]))
	if _, err := s.file.ReadAt(b, at+4); err != nil {
		return err
	}
	return json.Unmarshal(b, v)
}

// Close removes the file.
func (s *scratch) Close() error {
	if s.file == nil {
		return nil
	}
	err := s.file.Close()
	if s.name != "" {
		err = errors.Join(err, os.Remove(s.name))
	}
	*s = scratch{dir: s.dir}
	return err
}

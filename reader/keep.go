package reader

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"coranto/edition"
	"coranto/internal/durable"
)

// A Keep holds what a reader needs to go on offline and to notice a mirror that goes back in time. Its methods may be
// called from several goroutines. What it holds is verified again on its way out, so it may lose or damage anything;
// it must not make the same name stand for two newsrooms.
//
// Names are slash-separated. Those below "o/" are objects (edition.ObjectPath), which a Keep may let go of at any
// time; the others are a few small files of state, which it holds until they are removed.
type Keep interface {
	// Get returns what stands at a name, or fs.ErrNotExist.
	Get(name string) ([]byte, error)
	// Put puts b at a name, whole or not at all. It does not hold on to b.
	Put(name string, b []byte) error
	// Remove removes a name; one that isn't there is no error.
	Remove(name string) error
	// DropObjects removes every object: a newsroom took something back.
	DropObjects() error
}

// DefaultKeepLimit is the size in bytes of the objects that a Keep holds unless told otherwise.
const DefaultKeepLimit = 256 << 20

// maxKept is the size of the largest file that is taken back out of a Keep.
const maxKept = 4 << 20

func isObject(name string) bool { return strings.HasPrefix(name, "o/") }

// MemoryKeep keeps everything in memory and leaves no trace.
type MemoryKeep struct {
	limit int64

	mu    sync.Mutex // guards what follows
	files map[string][]byte
	order []string // objects, oldest first
	size  int64    // of the objects
}

// Memory returns a Keep in memory for objects of up to limit bytes in all.
func Memory(limit int64) *MemoryKeep {
	return &MemoryKeep{limit: limit, files: map[string][]byte{}}
}

// Get returns what stands at a name.
func (k *MemoryKeep) Get(name string) ([]byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if b, ok := k.files[name]; ok {
		return slices.Clone(b), nil
	}
	return nil, fs.ErrNotExist
}

// Put puts b at a name; the oldest objects give way.
func (k *MemoryKeep) Put(name string, b []byte) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if isObject(name) {
		k.drop(name)
		k.order = append(k.order, name)
		k.size += int64(len(b))
	}
	k.files[name] = slices.Clone(b)
	for k.size > k.limit {
		k.drop(k.order[0])
	}
	return nil
}

// Remove removes a name.
func (k *MemoryKeep) Remove(name string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.drop(name)
	return nil
}

// drop removes a name; k.mu is held.
func (k *MemoryKeep) drop(name string) {
	b, ok := k.files[name]
	if ok && isObject(name) {
		k.size -= int64(len(b))
		i := slices.Index(k.order, name)
		k.order = slices.Delete(k.order, i, i+1)
	}
	delete(k.files, name)
}

// DropObjects removes every object.
func (k *MemoryKeep) DropObjects() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, name := range k.order {
		delete(k.files, name)
	}
	k.order, k.size = nil, 0
	return nil
}

// DirKeep keeps files in a folder. Times of files are those of fetching: reading a page again leaves no trace.
type DirKeep struct {
	root  *os.Root
	limit int64

	mu   sync.Mutex // guards size and eviction
	size int64      // of the objects; -1 until they are counted
}

// Dir returns a Keep in a folder for objects of up to limit bytes in all. The folder should be the user's alone.
func Dir(root *os.Root, limit int64) *DirKeep {
	return &DirKeep{root: root, limit: limit, size: -1}
}

// Get returns what stands at a name.
func (k *DirKeep) Get(name string) ([]byte, error) {
	f, err := k.root.Open(filepath.FromSlash(name))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readCapped(f, -1, maxKept)
}

// Put puts b at a name; the oldest objects give way. State is on the disk when Put returns.
func (k *DirKeep) Put(name string, b []byte) error {
	if !isObject(name) {
		return durable.WritePrivate(k.root, name, b)
	}
	if err := durable.WriteNew(k.root, name, b); err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.size >= 0 {
		k.size += int64(len(b))
		if k.size <= k.limit {
			return nil
		}
	}
	return k.evict()
}

// Remove removes a name.
func (k *DirKeep) Remove(name string) error {
	if err := k.root.Remove(filepath.FromSlash(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// DropObjects removes every object.
func (k *DirKeep) DropObjects() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.size = 0
	return k.root.RemoveAll("o")
}

// evict counts the objects and removes the oldest until a tenth of the limit is free, unless they are within it.
// k.mu is held.
func (k *DirKeep) evict() error {
	objects, err := k.objects()
	if err != nil {
		return err
	}
	k.size = 0
	for _, o := range objects {
		k.size += o.Size()
	}
	if k.size <= k.limit {
		return nil
	}
	slices.SortFunc(objects, func(a, b kept) int { return cmp.Or(a.ModTime().Compare(b.ModTime()), cmp.Compare(a.name, b.name)) })
	for _, o := range objects {
		if k.size <= k.limit-k.limit/10 {
			break
		}
		if err := k.Remove(o.name); err != nil {
			return err
		}
		k.size -= o.Size()
	}
	return nil
}

type kept struct {
	fs.FileInfo
	name string
}

func (k *DirKeep) objects() (list []kept, err error) {
	err = fs.WalkDir(k.root.FS(), "o", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return ignoreAbsent(err)
		}
		info, err := d.Info()
		if err == nil {
			list = append(list, kept{info, name})
		}
		return ignoreAbsent(err)
	})
	return list, err
}

func ignoreAbsent(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// keptObject returns an object that a Keep holds and that is still what its name says.
func keptObject(k Keep, h edition.Hash) ([]byte, bool) {
	name := edition.ObjectPath(h)
	b, err := k.Get(name)
	if err != nil {
		return nil, false
	}
	if edition.Sum(b) != h {
		_ = k.Remove(name) // damaged: fetched again
		return nil, false
	}
	return b, true
}

package reader

import (
	"cmp"
	"container/list"
	"errors"
	"io/fs"
	"os"
	"path"
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
	// Clear removes everything that the Keep has put anywhere, and nothing else.
	Clear() error
	// Usage says how much is held, and where.
	Usage() (Usage, error)
}

// A Usage is what a Keep takes.
type Usage struct {
	// Objects is the number of objects and Bytes what they take, stored as they are; Limit is what they may take.
	Objects      int
	Bytes, Limit int64
	// Place is the folder on this device; empty for memory.
	Place string
	// Encrypted: nothing in that folder can be read without a passphrase.
	Encrypted bool
}

// DefaultKeepLimit is the size in bytes of the objects that a Keep holds unless told otherwise.
const DefaultKeepLimit = 256 << 20

// maxKept is the size of the largest file that is taken back out of a Keep.
const maxKept = 4 << 20

// objectsDir is the folder of objects, whose names begin with it.
const objectsDir = "o"

func isObject(name string) bool { return strings.HasPrefix(name, objectsDir+"/") }

// MemoryKeep keeps everything in memory and leaves no trace.
type MemoryKeep struct {
	limit int64

	mu    sync.Mutex // guards what follows
	files map[string][]byte
	order *list.List               // names of objects, the longest unused first
	place map[string]*list.Element // where they stand in it
	size  int64                    // of the objects
}

// Memory returns a Keep in memory for objects of up to limit bytes in all.
func Memory(limit int64) *MemoryKeep {
	k := &MemoryKeep{limit: limit}
	k.reset()
	return k
}

// reset empties it; k.mu is held.
func (k *MemoryKeep) reset() {
	k.files, k.order, k.place, k.size = map[string][]byte{}, list.New(), map[string]*list.Element{}, 0
}

// Get returns what stands at a name.
func (k *MemoryKeep) Get(name string) ([]byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	b, ok := k.files[name]
	if !ok {
		return nil, fs.ErrNotExist
	}
	if at, ok := k.place[name]; ok {
		k.order.MoveToBack(at)
	}
	return slices.Clone(b), nil
}

// Put puts b at a name; the objects that were not used for longest give way. One that is over the limit is not kept.
func (k *MemoryKeep) Put(name string, b []byte) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if isObject(name) {
		k.drop(name)
		size := int64(len(b))
		if size > k.limit {
			return nil
		}
		for k.size+size > k.limit {
			k.drop(k.order.Front().Value.(string))
		}
		k.place[name] = k.order.PushBack(name)
		k.size += size
	}
	k.files[name] = slices.Clone(b)
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
	if at, ok := k.place[name]; ok {
		k.size -= int64(len(k.files[name]))
		k.order.Remove(at)
		delete(k.place, name)
	}
	delete(k.files, name)
}

// DropObjects removes every object.
func (k *MemoryKeep) DropObjects() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	for name := range k.place {
		k.drop(name)
	}
	return nil
}

// Clear removes everything.
func (k *MemoryKeep) Clear() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.reset()
	return nil
}

// Usage says how much is held.
func (k *MemoryKeep) Usage() (Usage, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return Usage{Objects: len(k.place), Bytes: k.size, Limit: k.limit}, nil
}

// DirKeep keeps files in a folder. Times of files are those of fetching: reading a page again leaves no trace.
type DirKeep struct {
	root  *os.Root
	limit int64

	mu   sync.Mutex       // guards what follows, and the objects against a second writer
	size int64            // of the objects; -1 until they are counted
	used map[string]int64 // when an object was last used by this program, as a count of uses
	uses int64
}

// Dir returns a Keep in a folder for objects of up to limit bytes in all. What is put there is for the user alone to
// read. Of two programs that keep things in one folder each counts its own.
func Dir(root *os.Root, limit int64) *DirKeep {
	return &DirKeep{root: root, limit: limit, size: -1, used: map[string]int64{}}
}

// Get returns what stands at a name.
func (k *DirKeep) Get(name string) ([]byte, error) { return k.get(name, maxKept) }

func (k *DirKeep) get(name string, max int64) ([]byte, error) {
	f, err := k.root.Open(filepath.FromSlash(name))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := readCapped(f, -1, max)
	if err == nil && isObject(name) {
		k.mu.Lock()
		defer k.mu.Unlock()
		k.use(name)
	}
	return b, err
}

// use notes that an object was used; k.mu is held. It is noted in memory alone: on the disk it would tell what was read
// again, and when.
func (k *DirKeep) use(name string) {
	k.uses++
	k.used[name] = k.uses
}

// Put puts b at a name. Objects give way before: those that were fetched longest ago and not used since the program
// began, then those that were not used for longest. One that is over the limit is not kept. State is on the disk when
// Put returns.
func (k *DirKeep) Put(name string, b []byte) error {
	if !isObject(name) {
		if err := k.private(path.Dir(name)); err != nil {
			return err
		}
		return durable.WritePrivate(k.root, name, b)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	size := int64(len(b))
	if size > k.limit {
		return nil
	}
	if fi, err := k.root.Lstat(filepath.FromSlash(name)); err == nil {
		if fi.Size() == size {
			k.use(name)
			return nil
		}
		k.size = -1 // damaged: counted anew
	}
	if err := k.makeRoom(size); err != nil {
		return err
	}
	if err := k.private(objectsDir); err != nil {
		return err
	}
	if err := durable.WriteNew(k.root, name, b); err != nil {
		return err
	}
	k.size += size
	k.use(name)
	return nil
}

// private makes a folder that nobody else can look into, whatever the one around it lets them.
func (k *DirKeep) private(dir string) error {
	return k.root.MkdirAll(filepath.FromSlash(dir), 0o700)
}

// Remove removes a name.
func (k *DirKeep) Remove(name string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if isObject(name) {
		k.size = -1
	}
	return k.remove(name)
}

func (k *DirKeep) remove(name string) error {
	delete(k.used, name)
	return ignoreAbsent(k.root.Remove(filepath.FromSlash(name)))
}

// DropObjects removes every object.
func (k *DirKeep) DropObjects() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.size = -1
	clear(k.used)
	return k.root.RemoveAll(objectsDir)
}

// Clear removes the objects and the state of every newsroom. Other files in the folder are somebody else's and stay.
func (k *DirKeep) Clear() error {
	err := k.DropObjects()
	names, listErr := k.states()
	err = errors.Join(err, listErr)
	for _, name := range names {
		err = errors.Join(err, k.root.RemoveAll(name))
	}
	return err
}

// states returns the folders that hold newsrooms' state.
func (k *DirKeep) states() (names []string, err error) {
	entries, err := fs.ReadDir(k.root.FS(), ".")
	for _, d := range entries {
		if d.IsDir() && isStateDir(d.Name()) {
			names = append(names, d.Name())
		}
	}
	return names, err
}

// isStateDir says whether a name is one that newState makes: the beginning of a trust's ID.
func isStateDir(name string) bool {
	return len(name) == stateDirLength && strings.Trim(name, "0123456789abcdef") == ""
}

// Usage counts what is in the folder.
func (k *DirKeep) Usage() (Usage, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	objects, err := k.count()
	return Usage{Objects: len(objects), Bytes: k.size, Limit: k.limit, Place: k.root.Name()}, err
}

// makeRoom removes objects until size bytes more are within the limit, and then a tenth of it beyond, so that not every
// Put has to. k.mu is held.
func (k *DirKeep) makeRoom(size int64) error {
	if k.size >= 0 && k.size+size <= k.limit {
		return nil
	}
	objects, err := k.count()
	if err != nil || k.size+size <= k.limit {
		return err
	}
	slices.SortFunc(objects, func(a, b kept) int {
		return cmp.Or(cmp.Compare(k.used[a.name], k.used[b.name]), a.ModTime().Compare(b.ModTime()), cmp.Compare(a.name, b.name))
	})
	for _, o := range objects {
		if k.size+size <= k.limit-k.limit/10 {
			break
		}
		if err := k.remove(o.name); err != nil {
			return err
		}
		k.size -= o.Size()
	}
	return nil
}

// A kept is an object in the folder. What a crash left half-written is one too, and goes as they do.
type kept struct {
	fs.FileInfo
	name string
}

// count lists the objects and adds up their sizes; k.mu is held.
func (k *DirKeep) count() (objects []kept, err error) {
	k.size = 0
	err = fs.WalkDir(k.root.FS(), objectsDir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return ignoreAbsent(err)
		}
		info, err := d.Info()
		if err == nil {
			objects = append(objects, kept{info, name})
			k.size += info.Size()
		}
		return ignoreAbsent(err)
	})
	return objects, err
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

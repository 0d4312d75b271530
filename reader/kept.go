package reader

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"coranto/edition"
)

// A keepSwitch is the Keep of an open reader: one that the user can turn to memory, or clear, while it is in use.
type keepSwitch struct {
	mu     sync.RWMutex // held for reading while the Keeps are used; guards what follows
	below  Keep
	memory *MemoryKeep // what is put while nothing may be saved; nil while it may
}

// Get looks into memory first, where newer things are.
func (k *keepSwitch) Get(name string) ([]byte, error) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	if k.memory != nil {
		if b, err := k.memory.Get(name); err == nil {
			return b, nil
		}
	}
	return k.below.Get(name)
}

func (k *keepSwitch) Put(name string, b []byte) error {
	k.mu.RLock()
	defer k.mu.RUnlock()
	if k.memory != nil {
		return k.memory.Put(name, b)
	}
	return k.below.Put(name, b)
}

// both does to memory and to the Keep below what takes something away: that is done whatever may be saved.
func (k *keepSwitch) both(do func(Keep) error) error {
	k.mu.RLock()
	defer k.mu.RUnlock()
	var err error
	if k.memory != nil {
		err = do(k.memory)
	}
	return errors.Join(err, do(k.below))
}

func (k *keepSwitch) Remove(name string) error {
	return k.both(func(k Keep) error { return k.Remove(name) })
}

func (k *keepSwitch) DropObjects() error { return k.both(Keep.DropObjects) }

// Clear clears the Keep and lets go of it: what is put from now on is put in memory, even when clearing failed.
func (k *keepSwitch) Clear() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	limit := k.limit()
	err := k.below.Clear()
	k.below, k.memory = Memory(limit), nil
	return err
}

func (k *keepSwitch) Usage() (Usage, error) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return k.below.Usage()
}

// limit is what the Keep below may take, for memory in its stead.
func (k *keepSwitch) limit() int64 {
	if u, err := k.below.Usage(); err == nil {
		return u.Limit
	}
	return DefaultKeepLimit
}

// saving says whether what is put goes to the Keep below.
func (k *keepSwitch) saving() bool {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return k.memory == nil
}

// save turns the switch. When it is turned on again the state that came in the meantime is saved, and pages are not:
// they were read while they were not to be.
func (k *keepSwitch) save(on bool) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if on == (k.memory == nil) {
		return nil
	}
	if !on {
		k.memory = Memory(k.limit())
		return nil
	}
	var err error
	for name, b := range k.memory.files {
		if !isObject(name) {
			err = errors.Join(err, k.below.Put(name, b))
		}
	}
	k.memory = nil
	return err
}

// Usage says how much is kept on this device, and where.
func (r *Reader) Usage() (Usage, error) { return r.keep.Usage() }

// Saving says whether what is read from now on is kept where Usage says.
func (r *Reader) Saving() bool { return r.keep.saving() }

// Save says whether what is read from now on is kept where Usage says, or in memory alone. What is kept already stays,
// and is read from.
func (r *Reader) Save(on bool) error { return r.keep.save(on) }

// RemoveAll removes everything that is kept. The reader goes on from memory, with the edition and the trust that it has;
// the next one to be opened meets the newsroom for the first time. On flash memory what was removed may still be found
// by who looks for it.
func (r *Reader) RemoveAll() error {
	r.mu.Lock()
	r.place, r.placeKept = "", false
	r.mu.Unlock()
	return r.keep.Clear()
}

// maxAdded is the number of mirrors that a user may add.
const maxAdded = 32

// AddMirror adds a mirror by its address, for the next Refresh and, where things are kept, for good.
func (r *Reader) AddMirror(address string) error {
	if err := edition.CheckMirrorURL(address); err != nil {
		return err
	}
	s, err := HTTP(r.opt.Client, address)
	if err != nil {
		return err
	}
	s.Limits = r.opt.Limits
	if err := r.rememberMirror(address); err != nil {
		return err
	}
	if r.add(s) {
		r.mu.Lock()
		r.opened = append(r.opened, s)
		r.mu.Unlock()
	}
	return nil
}

func (r *Reader) rememberMirror(address string) error {
	r.state.mu.Lock()
	defer r.state.mu.Unlock()
	added := r.state.lines(stateAdded)
	if slices.Contains(added, address) {
		return nil
	}
	if len(added) >= maxAdded {
		return fmt.Errorf("%d mirrors were added already", maxAdded)
	}
	r.state.putLines(stateAdded, append(added, address))
	return nil
}

// AddedMirrors are the names of the mirrors that the user added, with their addresses.
func (r *Reader) AddedMirrors() map[string]string {
	r.state.mu.Lock()
	defer r.state.mu.Unlock()
	names := map[string]string{}
	for _, address := range r.state.lines(stateAdded) {
		if s, err := HTTP(r.opt.Client, address); err == nil {
			names[s.Name()] = address
		}
	}
	return names
}

// ForgetMirror takes back AddMirror. A mirror that the newsroom names itself comes back with the next edition.
func (r *Reader) ForgetMirror(address string) error {
	s, err := HTTP(r.opt.Client, address)
	if err != nil {
		return err
	}
	r.state.mu.Lock()
	added := r.state.lines(stateAdded)
	known := slices.Contains(added, address)
	if known {
		r.state.putLines(stateAdded, slices.DeleteFunc(added, func(a string) bool { return a == address }))
	}
	r.state.mu.Unlock()
	if !known {
		return fmt.Errorf("mirror %q was not added", address)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.mirrors = slices.DeleteFunc(r.mirrors, func(m *mirror) bool { return m.source.Name() == s.Name() })
	return nil
}

// EvidenceNames are the names of the proofs against the newsroom's log key that are kept: forks, and heads that were
// signed by a thief.
func (r *Reader) EvidenceNames() []string {
	r.state.mu.Lock()
	defer r.state.mu.Unlock()
	return r.state.lines(stateEvidence)
}

// Evidence returns a proof by its name, and whether it is kept.
func (r *Reader) Evidence(name string) ([]byte, bool) {
	if !slices.Contains(r.EvidenceNames(), name) {
		return nil, false
	}
	return r.state.get(name)
}

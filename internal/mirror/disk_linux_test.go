package mirror_test

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	targetfs "coranto/internal/target/fs"
)

// On a disk that is really full, with more room each time until there is enough, the mirror goes on carrying the old
// edition, or the new one where that was just swapped in; and nothing is lost when there is room again.
func TestPullOnAFullDisk(t *testing.T) {
	disk := t.TempDir()
	if err := syscall.Mount("none", disk, "tmpfs", 0, "size=24m"); err != nil {
		t.Skipf("this test needs to mount a small disk: %v", err)
	}
	t.Cleanup(func() { syscall.Unmount(disk, 0) })
	r := first(t, 5)
	k := r.keeper(r.good())
	k.standOn(filepath.Join(disk, "mirror"))
	k.pulls(1)
	r.put(2, "corrected")
	r.put(7, noise(200<<10))
	r.publish()
	filler, failed := filepath.Join(disk, "filler"), 0
	for room := int64(0); ; room += 64 << 10 {
		fill(t, disk, filler, room)
		res, err := k.pull()
		k.holds(1, 2)
		if err == nil {
			k.verify(2)
			break
		}
		if !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("with room for %d bytes: %+v, %v", room, res, err)
		}
		failed++
		must(t, os.Remove(filler))
	}
	t.Logf("it failed %d times", failed)
	if failed < 2 {
		t.Error("the disk was never full")
	}
}

// standOn moves a keeper that holds nothing to another folder.
func (k *keeper) standOn(dir string) {
	t := k.r.t
	must(t, os.MkdirAll(filepath.Join(dir, ".coranto"), 0o700))
	state, err := os.OpenRoot(filepath.Join(dir, ".coranto"))
	must(t, err)
	t.Cleanup(func() { state.Close() })
	to, err := targetfs.Open("mirror", dir)
	must(t, err)
	t.Cleanup(func() { to.Close() })
	k.dir, k.state, k.to = dir, state, to
	k.opt.State, k.opt.To = state, to
}

// fill fills a disk up but for some room.
func fill(t *testing.T, disk, name string, room int64) {
	t.Helper()
	var st syscall.Statfs_t
	must(t, syscall.Statfs(disk, &st))
	f, err := os.Create(name)
	must(t, err)
	defer f.Close()
	block := make([]byte, 64<<10)
	for left := int64(st.Bavail)*st.Bsize - room; left > 0; left -= int64(len(block)) {
		if _, err := f.Write(block[:min(left, int64(len(block)))]); errors.Is(err, syscall.ENOSPC) {
			return
		} else {
			must(t, err)
		}
	}
}

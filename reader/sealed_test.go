package reader_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coranto/edition"
	"coranto/reader"
)

const sealedMB = 64 << 20

func TestSealedKeepOpens(t *testing.T) {
	dir := t.TempDir()
	object, b := objectOf('a', 9000)
	must(t, sealed(t, dir, sealedMB).Put(object, b))
	must(t, sealed(t, dir, sealedMB).Put("0123456789abcdef/latest", []byte("state")))
	again := sealed(t, dir, sealedMB)
	if got, err := again.Get(object); err != nil || !bytes.Equal(got, b) {
		t.Errorf("got %d bytes, %v", len(got), err)
	}
	if got, err := again.Get("0123456789abcdef/latest"); err != nil || string(got) != "state" {
		t.Errorf("got %q, %v", got, err)
	}
	if u, err := again.Usage(); err != nil || !u.Encrypted || u.Place != dir || u.Objects != 1 {
		t.Errorf("got %+v, %v", u, err)
	}
}

// A wrong passphrase opens nothing and changes nothing.
func TestSealedKeepWrongPassphrase(t *testing.T) {
	dir := t.TempDir()
	must(t, sealed(t, dir, sealedMB).Put("0123456789abcdef/latest", []byte("state")))
	root, err := os.OpenRoot(dir)
	must(t, err)
	defer root.Close()
	before := contents(t, dir)
	for _, wrong := range []string{"", passphrase + " ", strings.ToUpper(passphrase)} {
		if _, _, err := reader.Sealed(root, sealedMB, wrong, 4); !errors.Is(err, reader.ErrPassphrase) {
			t.Errorf("%q: got %v, want ErrPassphrase", wrong, err)
		}
	}
	if got := contents(t, dir); got != before {
		t.Error("the folder was changed")
	}
	empty, err := os.OpenRoot(t.TempDir())
	must(t, err)
	defer empty.Close()
	if _, _, err := reader.Sealed(empty, sealedMB, "short", 4); err == nil || tree(t, empty.Name()) != "" {
		t.Errorf("a short one for a new keep: got %v and files %q", err, tree(t, empty.Name()))
	}
}

// Nothing on the disk tells what is kept: no name, no hash, no word, no size but a power of two.
func TestSealedKeepHides(t *testing.T) {
	dir := t.TempDir()
	p := newPress(t, 1)
	r := p.open(reader.Options{Keep: sealed(t, dir, sealedMB)}, p.publish(front()).source("mirror.example"))
	refresh(t, r)
	page := get(t, r, "fa/", "front")
	all := contents(t, dir)
	for _, word := range []string{
		"mirror.example", "front", "trust", "latest", p.masthead().ID().String()[:16], page.Entry.Objects[0].String()[:12],
		string(page.Entry.Objects[0][:8]), "coranto keep", "AGE-SECRET",
	} {
		if strings.Contains(all, word) {
			t.Errorf("%q can be read", word)
		}
	}
	sizes := map[int64]bool{}
	for name := range strings.FieldsSeq(tree(t, dir)) {
		fi, err := os.Stat(filepath.Join(dir, name))
		must(t, err)
		if fi.Mode().Perm()&0o077 != 0 && !strings.HasPrefix(name, "o/") {
			t.Errorf("%s: mode %v", name, fi.Mode())
		}
		if name != reader.SealedKeyPath {
			sizes[fi.Size()] = true
		}
	}
	if len(sizes) > 2 {
		t.Errorf("got files of %d sizes, want those of 4 and 8 KiB: %v", len(sizes), sizes)
	}

	// Offline, from what is kept alone.
	again := p.open(reader.Options{Keep: sealed(t, dir, sealedMB)}, files{}.source("dead"))
	if got := get(t, again, "fa/", "front"); got.Mirror != "" || again.Verdict().Edition != 1 {
		t.Errorf("got it from %q, edition %d", got.Mirror, again.Verdict().Edition)
	}
}

// A file that is damaged, or put in another's place, is no file; the reader fetches it again.
func TestSealedKeepDamaged(t *testing.T) {
	dir := t.TempDir()
	k := sealed(t, dir, sealedMB)
	a, bytesOfA := objectOf('a', 100)
	b, bytesOfB := objectOf('b', 100)
	must(t, k.Put(a, bytesOfA))
	first := tree(t, filepath.Join(dir, "o"))
	must(t, k.Put(b, bytesOfB))
	second := strings.TrimSpace(strings.Replace(tree(t, filepath.Join(dir, "o")), first, "", 1))
	sealedA, err := os.ReadFile(filepath.Join(dir, "o", first))
	must(t, err)
	must(t, os.WriteFile(filepath.Join(dir, "o", second), sealedA, 0o600))
	if got, err := k.Get(b); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("another's file in its place: got %.10q, %v", got, err)
	}
	sealedA[len(sealedA)-1] ^= 1
	must(t, os.WriteFile(filepath.Join(dir, "o", first), sealedA, 0o600))
	if got, err := k.Get(a); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a flipped bit: got %.10q, %v", got, err)
	}
	must(t, k.Put(a, bytesOfA))
	if got, err := k.Get(a); err != nil || !bytes.Equal(got, bytesOfA) {
		t.Errorf("put again: got %.10q, %v", got, err)
	}
	for _, damage := range []string{"", "age-encryption.org/v1\n", strings.Repeat("x", 5000)} {
		must(t, os.WriteFile(filepath.Join(dir, reader.SealedKeyPath), []byte(damage), 0o600))
		root, err := os.OpenRoot(dir)
		must(t, err)
		if _, _, err := reader.Sealed(root, sealedMB, passphrase, 4); err == nil || errors.Is(err, reader.ErrPassphrase) {
			t.Errorf("keys %.10q: got %v, want an error of the file", damage, err)
		}
		root.Close()
	}
}

// What was kept in the clear moves over whole, and is gone where it was; stopped half-way it goes on.
func TestMoveInto(t *testing.T) {
	from, dir := t.TempDir(), t.TempDir()
	root, err := os.OpenRoot(from)
	must(t, err)
	defer root.Close()
	p := newPress(t, 1)
	plain := reader.Dir(root, sealedMB)
	if empty, err := plain.Empty(); err != nil || !empty {
		t.Errorf("an empty folder: got %v, %v", empty, err)
	}
	r := p.open(reader.Options{Keep: plain}, p.publish(front()).source("a"))
	refresh(t, r)
	get(t, r, "fa/", "front")
	if empty, err := plain.Empty(); err != nil || empty {
		t.Errorf("a folder that keeps something: got %v, %v", empty, err)
	}
	must(t, os.WriteFile(filepath.Join(from, "o", ".tmp-half"), []byte("x"), 0o600))
	to := sealed(t, dir, sealedMB)
	must(t, to.Put(p.masthead().ID().String()[:16]+"/trust", []byte("from a move that was stopped")))
	must(t, plain.MoveInto(to))
	if got := tree(t, from); got != "" {
		t.Errorf("left: %s", got)
	}
	again := p.open(reader.Options{Keep: to}, files{}.source("dead"))
	get(t, again, "fa/", "front")
}

// Clear takes the keys first.
func TestSealedKeepClear(t *testing.T) {
	dir := t.TempDir()
	k := sealed(t, dir, sealedMB)
	object, b := objectOf('a', 10)
	must(t, k.Put(object, b))
	must(t, k.Put("0123456789abcdef/trust", b))
	must(t, k.Clear())
	if got := tree(t, dir); got != "" {
		t.Errorf("left: %s", got)
	}

	// Stopped when the keys were gone: the rest goes when the keep is made anew.
	k = sealed(t, dir, sealedMB)
	must(t, k.Put(object, b))
	must(t, k.Put("0123456789abcdef/trust", b))
	must(t, os.Remove(filepath.Join(dir, reader.SealedKeyPath)))
	sealed(t, dir, sealedMB)
	if got := tree(t, dir); got != reader.SealedKeyPath {
		t.Errorf("left: %s", got)
	}
}

// contents returns the names and bytes of all files in a folder, one after another.
func contents(t testing.TB, dir string) string {
	t.Helper()
	var b strings.Builder
	for name := range strings.FieldsSeq(tree(t, dir)) {
		text, err := os.ReadFile(filepath.Join(dir, name))
		must(t, err)
		b.WriteString(name + "\n" + string(text) + "\n")
	}
	return b.String()
}

// FuzzSealedKeep: whatever the file of keys holds, opening it ends in a keep that works or in an error.
func FuzzSealedKeep(f *testing.F) {
	dir := f.TempDir()
	sealed(f, dir, sealedMB)
	good, err := os.ReadFile(filepath.Join(dir, reader.SealedKeyPath))
	must(f, err)
	f.Add(good, good)
	f.Add([]byte("age-encryption.org/v1\n-> scrypt AAAA 20\n"), []byte{})
	f.Fuzz(func(t *testing.T, keys, file []byte) {
		if bytes.Contains(keys, []byte("-> scrypt")) && !bytes.Contains(keys, []byte(" 4\n")) {
			return // a cost of scrypt that takes its time
		}
		dir := t.TempDir()
		must(t, os.WriteFile(filepath.Join(dir, reader.SealedKeyPath), keys, 0o600))
		root, err := os.OpenRoot(dir)
		must(t, err)
		defer root.Close()
		k, made, err := reader.Sealed(root, sealedMB, passphrase, 4)
		if err != nil {
			return
		}
		name := edition.ObjectPath(edition.Sum(file))
		must(t, k.Put(name, file))
		if got, err := k.Get(name); made || err != nil || !bytes.Equal(got, file) {
			t.Errorf("made %v, got %d bytes, %v", made, len(got), err)
		}
	})
}

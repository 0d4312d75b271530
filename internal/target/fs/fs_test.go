package fs_test

import (
	"os"
	"path/filepath"
	"testing"

	"coranto/internal/target"
	"coranto/internal/target/fs"
	"coranto/internal/target/targettest"
)

func open(t *testing.T, dir string) *fs.Target {
	t.Helper()
	tg, err := fs.Open("test", dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tg.Close() })
	return tg
}

func TestSuite(t *testing.T) {
	targettest.Run(t, func(t *testing.T) target.Target { return open(t, filepath.Join(t.TempDir(), "public")) })
}

func TestSymbolicLinksAreNotFollowed(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(outside, "secret"), []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	tg := open(t, dir)
	for name, to := range map[string]string{"latest": filepath.Join(outside, "secret"), "o": outside} {
		if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
			t.Skip("this file system has no symbolic links: ", err)
		}
	}
	for _, name := range []string{"latest", "o/secret"} {
		if b, err := tg.Get(t.Context(), name, 100); err == nil {
			t.Errorf("get %q read %q through a symbolic link", name, b)
		}
	}
	if err := tg.Put(t.Context(), "o/new", nil); err == nil {
		t.Error("put wrote through a symbolic link that leads out")
	}
}

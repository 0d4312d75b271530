package cli_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"filippo.io/age/armor"
	"github.com/rogpeppe/go-internal/testscript"

	"coranto/internal/cli"
	"coranto/internal/mirror"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"coranto": func() { os.Exit(cli.Main(os.Args[1:], os.Stdout, os.Stderr, cli.Work(10))) },
	})
}

// TestScripts runs the commands as a user types them.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(env *testscript.Env) error {
			env.Setenv("XDG_CACHE_HOME", env.WorkDir+"/cache")
			env.Setenv("HOME", env.WorkDir)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"serve": serve},
	})
}

// A passphrase costs what it should where nobody says otherwise, as the scripts do.
func TestWork(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	room, words, carried := filepath.Join(dir, "room"), filepath.Join(dir, "words.txt"), filepath.Join(dir, "carried")
	writeFile(t, words, "brass lamp at noon\n")
	must(t, "init", room, "--name", "Lantern", "--languages", "en")
	must(t, "-C", room, "keys", "root", "split", "--threshold", "1", "--holders", "Ann", "--to", carried, "--passphrases", words)
	f, err := os.Open(filepath.Join(carried, "root-ann.age"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	head := make([]byte, 80)
	if _, err := io.ReadFull(armor.NewReader(f), head); err != nil {
		t.Fatal(err)
	}
	if _, line, _ := strings.Cut(string(head), "\n"); !regexp.MustCompile(`^-> scrypt \S+ 18\n`).MatchString(line) {
		t.Errorf("the key's file begins %q, want scrypt at 2^18", head)
	}
}

// serve NAME DIR serves a folder, which may come and go, on a local address until the script ends, and sets the variable
// NAME to its URL: a mirror that can be asked, where a folder is only a set of files.
func serve(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: serve NAME DIR")
	}
	dir := ts.MkAbs(args[1])
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		root, err := os.OpenRoot(dir)
		if err != nil {
			http.NotFound(w, r)
			return
		}
		defer root.Close()
		mirror.Handler(root).ServeHTTP(w, r)
	}))
	ts.Defer(s.Close)
	ts.Setenv(args[0], s.URL+"/")
}

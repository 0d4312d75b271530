package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A newsroom whose co-signing key is on another machine: nothing comes out without it, and what is beyond the limits
// waits for a person.
func TestReleaseCosigner(t *testing.T) {
	s := tinyRoom(t)
	must(t, "-C", s.dir, "publish", "-q")
	public, dir := filepath.Join(s.dir, "public"), filepath.Join(filepath.Dir(s.dir), "release")
	masthead := filepath.Join(filepath.Dir(s.dir), "masthead.json")
	b, err := os.ReadFile(filepath.Join(public, "masthead.json"))
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, masthead, string(b))
	vkey := strings.TrimSpace(must(t, "cosign", "init", dir, "--masthead", masthead, "--from", public))
	if got := refused(t, 2, "cosign", "serve", dir); !strings.Contains(got, "no terminal to ask on") {
		t.Errorf("without a terminal: %s", got)
	}
	address, stop := server(t, "cosign", "serve", dir, "--unattended")
	must(t, "-C", s.dir, "keys", "cosigner", vkey, address)
	if _, err := os.Stat(filepath.Join(s.dir, "keys/cosigner.key")); err == nil {
		t.Error("the key is still on the publishing machine")
	}
	s.story(t, s.dir, "first")
	if got := refused(t, 1, "-C", s.dir, "publish", "-q"); !strings.Contains(got, "this is the first edition of its log: a person must look at it") {
		t.Errorf("the first: %s", got)
	}
	stop()
	if got := refused(t, 1, "-C", s.dir, "publish", "-q"); !strings.Contains(got, "edition 2 is sealed, and not out: the release co-signer has not signed it") {
		t.Errorf("without an answer: %s", got)
	}
	if got := must(t, "keys", "list", "-C", s.dir); !strings.Contains(got, "kept elsewhere") {
		t.Errorf("keys list: %s", got)
	}
	must(t, "-C", s.dir, "keys", "rehearse")

	if got := refused(t, 2, "-C", s.dir, "keys", "cosigner", "here"); !strings.Contains(got, "no terminal to ask on") {
		t.Errorf("back without asking: %s", got)
	}
	address, _ = server(t, "cosign", "serve", dir, "--unattended", "--allow-first")
	must(t, "-C", s.dir, "keys", "cosigner", vkey, address)
	must(t, "-C", s.dir, "publish", "-q")
	s.story(t, s.dir, "second")
	must(t, "-C", s.dir, "publish", "-q")
	must(t, "verify", public, "--masthead", masthead)
	must(t, "-C", s.dir, "fsck")

	must(t, "-C", s.dir, "keys", "cosigner", "here", "--yes")
	must(t, "-C", s.dir, "publish", "-q")
	must(t, "verify", public, "--masthead", masthead)
}

package cli_test

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"coranto/vectors"
)

// server starts a command that answers on an address of its own, which it says, and returns the address.
func server(t *testing.T, args ...string) (address string, stop func()) {
	t.Helper()
	cmd := exec.Command("coranto", append(args, "--listen", "127.0.0.1:0")...)
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stderr)
	ended := make(chan struct{})
	stop = func() {
		cmd.Process.Signal(os.Interrupt)
		<-ended
		cmd.Wait()
	}
	address = next(t, lines, `answering on (http://\S+/)`)
	go func() {
		defer close(ended)
		for lines.Scan() {
		}
	}()
	t.Cleanup(stop)
	return address, stop
}

// refused runs a command that has to fail with a code, and returns what it said.
func refused(t *testing.T, code int, args ...string) string {
	t.Helper()
	got, stdout, stderr := command(args...)
	if got != code {
		t.Fatalf("coranto %s: exit %d, want %d: %s%s", strings.Join(args, " "), got, code, stdout, stderr)
	}
	return stdout + stderr
}

// story imports a story into a newsroom.
func (s *specimen) story(t *testing.T, dir, id string) {
	t.Helper()
	feed := filepath.Join(filepath.Dir(s.dir), id+".json")
	writeFile(t, feed, `{"version":"https://jsonfeed.org/version/1.1","title":"One","language":"en","items":[{"id":"`+id+
		`","title":"A lake called `+id+`","content_text":"It lies.","date_published":"2026-11-22T13:00:00Z"}]}`)
	must(t, "-C", dir, "import", "feed", feed, "-q")
}

// A newsroom with two witnesses: nothing comes out without them, a copy of it can publish nothing else, and the proof of
// the attempt stands where both see it.
func TestWitnessedNewsroom(t *testing.T) {
	s := tinyRoom(t)
	base := filepath.Dir(s.dir)
	must(t, "-C", s.dir, "publish", "-q")
	masthead := filepath.Join(base, "masthead.json")
	b, err := os.ReadFile(filepath.Join(s.dir, "public/masthead.json"))
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, masthead, string(b))
	public := filepath.Join(s.dir, "public")
	stop := map[string]func(){}
	for _, name := range []string{"w1", "w2"} {
		dir := filepath.Join(base, name)
		vkey := strings.TrimSpace(must(t, "witness", "init", dir, "--name", "partner.example/"+name))
		must(t, "witness", "follow", dir, masthead, "--from", public)
		var address string
		address, stop[name] = server(t, "witness", "serve", dir)
		must(t, "-C", s.dir, "keys", "witness", "add", name, vkey, address)
	}
	must(t, "-C", s.dir, "keys", "witness", "quorum", "2")
	s.story(t, s.dir, "first")
	must(t, "-C", s.dir, "publish", "-q")
	if got := must(t, "verify", public, "--masthead", masthead); !strings.Contains(got, "witnessed by 2") {
		t.Errorf("verify says %s", got)
	}

	if got := must(t, "-C", s.dir, "status"); !strings.Contains(got, `witness "w1" answers: it holds a head of size 2`) {
		t.Errorf("status says %s", got)
	}

	twin := s.copy(t) // somebody has all keys, or restored a backup
	s.story(t, s.dir, "second")
	must(t, "-C", s.dir, "publish", "-q")
	s.story(t, twin, "other")
	if got := refused(t, 1, "-C", twin, "publish", "-q"); !strings.Contains(got, `holds edition`) {
		t.Errorf("a twin: %s", got)
	}

	if got := refused(t, 1, "-C", twin, "status"); !strings.Contains(got, `"w1" is STRANGE`) {
		t.Errorf("status of the twin says %s", got)
	}

	stop["w2"]()
	if got := refused(t, 1, "-C", s.dir, "status"); !strings.Contains(got, `witness "w2" does NOT ANSWER`) || !strings.Contains(got, "QUORUM: 1 witnesses answer, and 2 must") {
		t.Errorf("status without w2 says %s", got)
	}
	s.story(t, s.dir, "third")
	if got := refused(t, 1, "-C", s.dir, "publish", "-q"); !strings.Contains(got, "w1: co-signed") || !strings.Contains(got, `w2: witness "w2" does not answer`) {
		t.Errorf("without w2: %s", got)
	}
	if got := must(t, "verify", public, "--masthead", masthead); !strings.Contains(got, "edition 3") {
		t.Errorf("the edition before does not stand: %s", got)
	}
	must(t, "-C", s.dir, "keys", "witness", "quorum", "1", "--yes")
	must(t, "-C", s.dir, "publish", "-q")
	if got := must(t, "verify", public, "--masthead", masthead); !strings.Contains(got, "edition 4") || !strings.Contains(got, "witnessed by 1") {
		t.Errorf("verify says %s", got)
	}
}

// Evidence says what it proves, alone and with a masthead, and which file proves nothing.
func TestEvidenceInWords(t *testing.T) {
	f, err := vectors.Load[vectors.Raw, vectors.EvidenceValue]("evidence.json")
	if err != nil {
		t.Fatal(err)
	}
	s := tinyRoom(t)
	must(t, "-C", s.dir, "publish", "-q")
	public := filepath.Join(s.dir, "public")
	for _, c := range f.Cases {
		file := filepath.Join(filepath.Dir(s.dir), "evidence.txt")
		writeFile(t, file, string(c.In.Bytes.Join()))
		if c.Refused != "" {
			if got := refused(t, 4, "evidence", file); !strings.Contains(got, "evidence.txt: proves nothing: ") {
				t.Errorf("%s: %s", c.Name, got)
			}
			continue
		}
		if got := must(t, "evidence", file); !strings.Contains(got, "the log the-lantern.coranto/00000000 has forked.") ||
			!strings.Contains(got, "give its masthead") {
			t.Errorf("%s: %s", c.Name, got)
		}
		got := must(t, "evidence", file, "--masthead", filepath.Join(public, "masthead.json"), "--from", public, "--json")
		if !strings.Contains(got, `"proved":true,"log":"the-lantern.coranto/00000000","newsrooms":"no"`) {
			t.Errorf("%s: %s", c.Name, got)
		}
	}
}

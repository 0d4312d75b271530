package main

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestMain lets the test binary be the client: with TUF_CLIENT set it is the program, and no test runs.
func TestMain(m *testing.M) {
	if os.Getenv("TUF_CLIENT") != "" {
		main()
	}
	os.Exit(m.Run())
}

// A user runs the client in folders of its own.
type user struct {
	t                 *testing.T
	repo              *repository
	metadata, targets string
	now               time.Time
	program           bool // run the program, and not its function
}

func newUser(t *testing.T, r *repository) *user {
	return &user{t: t, repo: r, metadata: t.TempDir(), targets: t.TempDir(), now: time.Now()}
}

// run runs one command and says whether it succeeded.
func (u *user) run(args ...string) bool {
	u.t.Helper()
	var stderr strings.Builder
	args = append([]string{"--metadata-dir", u.metadata}, args...)
	if u.program {
		cmd := exec.CommandContext(u.t.Context(), os.Args[0], args...)
		cmd.Env, cmd.Stderr = append(os.Environ(), "TUF_CLIENT=1"), &stderr
		err := cmd.Run()
		u.t.Log(stderr.String())
		var exit *exec.ExitError
		if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 1) {
			u.t.Fatalf("%q: %v, want exit code 0 or 1", args, err)
		}
		return err == nil
	}
	code := run(u.t.Context(), args, u.now, &stderr)
	u.t.Log(strings.TrimSpace(stderr.String()))
	return code == 0
}

// init begins with a root.
func (u *user) init(root []byte) bool {
	u.t.Helper()
	file := filepath.Join(u.t.TempDir(), "initial_root.json")
	must(u.t, os.WriteFile(file, root, 0o600))
	return u.run("init", file)
}

func (u *user) refresh() bool {
	u.t.Helper()
	return u.run("--metadata-url", u.repo.url+"/metadata/", "refresh")
}

func (u *user) download(target string) bool {
	u.t.Helper()
	return u.run("--metadata-url", u.repo.url+"/metadata", "--target-name", target, "--target-dir", u.targets,
		"--target-base-url", u.repo.url+"/targets/", "download")
}

// want fails the test where a command should have succeeded, or should not have.
func (u *user) want(ok, got bool) {
	u.t.Helper()
	if got != ok {
		u.t.Fatalf("the client succeeded: %v, want %v", got, ok)
	}
}

// version returns the version of a role that the client trusts, 0 for none.
func (u *user) version(role string) int {
	u.t.Helper()
	b, err := os.ReadFile(filepath.Join(u.metadata, role+".json"))
	if errors.Is(err, fs.ErrNotExist) {
		return 0
	}
	must(u.t, err)
	var file struct{ Signed struct{ Version int } }
	must(u.t, json.Unmarshal(b, &file))
	return file.Signed.Version
}

// trusts fails the test unless the client trusts just these roles.
func (u *user) trusts(want ...trusted) {
	u.t.Helper()
	entries, err := os.ReadDir(u.metadata)
	must(u.t, err)
	var got []trusted
	for _, e := range entries {
		if role, ok := strings.CutSuffix(e.Name(), ".json"); ok {
			got = append(got, trusted{role, u.version(role)})
		}
	}
	slices.SortFunc(got, compareTrusted)
	slices.SortFunc(want, compareTrusted)
	if !slices.Equal(got, want) {
		u.t.Errorf("the client trusts %v, want %v", got, want)
	}
}

// holds fails the test unless the client's metadata of a role is byte for byte what was published.
func (u *user) holds(role string, want []byte) {
	u.t.Helper()
	got, err := os.ReadFile(filepath.Join(u.metadata, role+".json"))
	if err != nil || string(got) != string(want) {
		u.t.Errorf("%s: got %.200q, %v, want %.200q", role, got, err, want)
	}
}

// has fails the test unless just these contents were downloaded.
func (u *user) has(want ...string) {
	u.t.Helper()
	entries, err := os.ReadDir(u.targets)
	must(u.t, err)
	var got []string
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(u.targets, e.Name()))
		must(u.t, err)
		got = append(got, string(b))
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		u.t.Errorf("downloaded %q, want %q", got, want)
	}
}

// conform runs cases, each with a repository of its own and a client that has begun with its first root.
func conform(t *testing.T, cases map[string]func(t *testing.T, r *repository, u *user)) {
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRepository(t)
			u := newUser(t, r)
			u.want(true, u.init(r.first))
			test(t, r, u)
		})
	}
}

// The program itself, as the suite drives it: its flags, its exit codes and its clock.
func TestProgram(t *testing.T) {
	r := newRepository(t)
	u := newUser(t, r)
	u.program = true
	r.addArtifact("targets", "a/b.txt", "content")
	r.publish("targets", "snapshot", "timestamp")
	u.want(true, u.init(r.first))
	u.want(true, u.refresh())
	u.want(true, u.download("a/b.txt"))
	u.has("content")
	r.signed["timestamp"]["version"] = 0
	r.publish("timestamp") // version 1 again
	u.want(false, u.refresh())
	u.trusts(trusted{"root", 1}, trusted{"timestamp", 2}, trusted{"snapshot", 2}, trusted{"targets", 2})
	r.signed["timestamp"]["version"] = 2
	r.publish("timestamp")
	u.want(true, u.refresh())
	t.Setenv("FAKETIME", "+2678400") // 31 days
	u.want(false, u.refresh())
	for _, args := range [][]string{{}, {"refresh"}, {"unknown"}, {"--unknown"}, {"init"}, {"download"}} {
		u.want(false, u.run(args...))
	}
}

// roleFiles returns the names of the files of roles that a client holds.
func roleFiles(t *testing.T, u *user) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(u.metadata, "*.json"))
	must(t, err)
	return names
}

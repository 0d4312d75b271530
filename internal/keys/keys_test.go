package keys_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	cosign "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"

	"coranto/edition"
	"coranto/internal/keys"
)

var start = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// seeded returns randomness that is the same each time.
func seeded(seed byte) io.Reader { return rand.NewChaCha8([32]byte{seed}) }

func folder(t *testing.T) *os.Root {
	t.Helper()
	dir, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { dir.Close() })
	return dir
}

func create(t *testing.T, name string) (*keys.Keys, *os.Root) {
	t.Helper()
	dir := folder(t)
	k, err := keys.Create(dir, name, seeded(1), start)
	if err != nil {
		t.Fatal(err)
	}
	return k, dir
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// mirror is what readers are served.
type mirror map[string][]byte

func (m mirror) fetch(_ context.Context, path string, max int64) ([]byte, error) {
	b, ok := m[path]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return b, nil
}

func (m mirror) add(files map[string][]byte) {
	for path, b := range files {
		m[path] = b
	}
}

// reader returns a reader's trust that began with the newsroom's masthead of now.
func reader(t *testing.T, k *keys.Keys) *edition.Trust {
	t.Helper()
	return must[*edition.Trust](t)(edition.NewTrust(k.Masthead("The Lantern", []string{"en"}, nil).Root))
}

func TestCreateIsTheSameOfTheSameRandomness(t *testing.T) {
	a, _ := create(t, "The Lantern")
	b, _ := create(t, "The Lantern")
	fa, fb := must[map[string][]byte](t)(a.Files()), must[map[string][]byte](t)(b.Files())
	if len(fa) != 5 {
		t.Errorf("got %d files of trust, want root, targets, snapshot, timestamp and policy", len(fa))
	}
	for path := range fa {
		if !bytes.Equal(fa[path], fb[path]) {
			t.Errorf("%s differs", path)
		}
	}
}

func TestSecretsAreTheOwnersAlone(t *testing.T) {
	_, dir := create(t, "The Lantern")
	var got []string
	err := fs.WalkDir(dir.FS(), "keys", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, want 0600", path, info.Mode())
		}
		got = append(got, path)
		return err
	})
	want := []string{"keys/cosigner.key", "keys/log.key", "keys/root.pem", "keys/snapshot.pem", "keys/targets.pem", "keys/timestamp.pem"}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
}

func TestCreateRefusesToReplaceKeys(t *testing.T) {
	_, dir := create(t, "The Lantern")
	before := must[[]byte](t)(dir.ReadFile("keys/log.key"))
	if _, err := keys.Create(dir, "Another", seeded(2), start); !errors.Is(err, fs.ErrExist) {
		t.Errorf("got %v, want fs.ErrExist", err)
	}
	if after := must[[]byte](t)(dir.ReadFile("keys/log.key")); !bytes.Equal(before, after) {
		t.Error("a key was replaced")
	}
}

func TestCreateFailsWithoutRandomness(t *testing.T) {
	dir := folder(t)
	if _, err := keys.Create(dir, "The Lantern", strings.NewReader("short"), start); err == nil {
		t.Error("keys were made of five bytes")
	}
	if _, err := dir.Stat("keys"); err == nil {
		t.Error("keys were written all the same")
	}
}

func TestOrigin(t *testing.T) {
	for name, want := range map[string]string{
		"The Lantern":               "the-lantern.coranto/",
		"  Новая газета 24! ":       "24.coranto/",
		"روزنامه":                   "newsroom.coranto/",
		"a+b c":                     "a-b-c.coranto/",
		strings.Repeat("long ", 40): "long-long-long-long-long-long-long-long.coranto/",
	} {
		k, _ := create(t, name)
		got := k.LogSigner().Name()
		if rest, ok := strings.CutPrefix(got, want); !ok || len(rest) != 8 {
			t.Errorf("%q: got %q, want %q and eight digits", name, got, want)
		}
		if k.Policy().Origin() != got {
			t.Errorf("%q: the policy names log %q, the key is %q", name, k.Policy().Origin(), got)
		}
	}
}

func TestOpenIsWhatWasCreated(t *testing.T) {
	k, dir := create(t, "The Lantern")
	again := must[*keys.Keys](t)(keys.Open(dir))
	if string(again.Policy().Marshal()) != string(k.Policy().Marshal()) {
		t.Error("another policy")
	}
	text := []byte("log\n1\nx\n")
	a, b := must[[]byte](t)(k.LogSigner().Sign(text)), must[[]byte](t)(again.LogSigner().Sign(text))
	if !bytes.Equal(a, b) {
		t.Error("another log key")
	}
	if !again.Expires().Equal(start.Add(keys.TimestampLife)) {
		t.Errorf("expires %v", again.Expires())
	}
}

func TestOpenRefusesDamage(t *testing.T) {
	for _, file := range []string{"keys/log.key", "keys/cosigner.key", "keys/root.pem", "keys/timestamp.pem",
		"trust/1.root.json", "trust/1.snapshot.json", "trust/1.targets.json", "trust/timestamp.json"} {
		_, dir := create(t, "The Lantern")
		b := must[[]byte](t)(dir.ReadFile(file))
		b[len(b)/2] ^= 4
		if err := dir.WriteFile(file, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := keys.Open(dir); err == nil {
			t.Errorf("%s: opened with a bit flipped", file)
		}
	}
}

// The library's verifier must accept what our signer makes, and read the time that was passed in.
func TestCosignerAgreesWithTheLibrary(t *testing.T) {
	k, _ := create(t, "The Lantern")
	c := edition.Checkpoint{Origin: k.LogSigner().Name(), Size: 7}
	signed := must[[]byte](t)(note.Sign(&note.Note{Text: string(c.Text())}, k.Cosigner(start)))
	v := must[note.Verifier](t)(cosign.NewVerifierForCosignatureV1(k.Policy().Cosigner))
	n := must[*note.Note](t)(note.Open(signed, note.VerifierList(v)))
	if got := must[time.Time](t)(cosign.CoSigV1Timestamp(n.Sigs[0])); !got.Equal(start) {
		t.Errorf("got the time %v, want %v", got, start)
	}
	if _, err := k.Cosigner(time.Time{}).Sign(c.Text()); err == nil {
		t.Error("signed at no time")
	}
}

func TestRenewMakesATimestampAlone(t *testing.T) {
	k, dir := create(t, "The Lantern")
	files := must[map[string][]byte](t)(k.Renew(start.Add(time.Hour)))
	if len(files) != 1 || files[edition.TimestampPath] == nil {
		t.Errorf("got %d files, want the timestamp alone", len(files))
	}
	onDisk := must[[]byte](t)(dir.ReadFile(edition.TimestampPath))
	if !bytes.Equal(onDisk, files[edition.TimestampPath]) {
		t.Error("the timestamp on the disk is another")
	}
}

// A newsroom that publishes every third week for ten years, and the reader who follows it from the first day's masthead, one
// who comes once a year, and one who comes at the end.
func TestTenYears(t *testing.T) {
	k, dir := create(t, "The Lantern")
	served := mirror(must[map[string][]byte](t)(k.Files()))
	often, yearly, late := reader(t, k), reader(t, k), reader(t, k)
	for week := 3; week <= 520; week += 3 {
		now := start.Add(time.Duration(week) * 7 * 24 * time.Hour)
		if week%90 == 0 {
			k = must[*keys.Keys](t)(keys.Open(dir))
		}
		served.add(must[map[string][]byte](t)(k.Renew(now)))
		if k.Expires().Before(now.Add(keys.TimestampLife)) {
			t.Fatalf("week %d: something expires at %v, before the timestamp", week, k.Expires())
		}
		if err := often.Refresh(t.Context(), served.fetch); err != nil {
			t.Fatalf("week %d: %v", week, err)
		}
		if often.Stale(now) {
			t.Fatalf("week %d: stale", week)
		}
		if week%51 == 0 {
			if err := yearly.Refresh(t.Context(), served.fetch); err != nil {
				t.Fatalf("week %d: %v", week, err)
			}
		}
	}
	if err := late.Refresh(t.Context(), served.fetch); err != nil {
		t.Fatal(err)
	}
	all := must[map[string][]byte](t)(k.Files())
	if all["trust/5.root.json"] == nil || all["trust/7.root.json"] != nil {
		t.Error("want a new root about every two years")
	}
	if len(late.Files()) != 5 || string(late.Files()[edition.TimestampPath]) != string(often.Files()[edition.TimestampPath]) {
		t.Error("the late reader stands elsewhere")
	}
}

func TestRootKeyElsewhere(t *testing.T) {
	_, dir := create(t, "The Lantern")
	if err := dir.Remove("keys/root.pem"); err != nil {
		t.Fatal(err)
	}
	k := must[*keys.Keys](t)(keys.Open(dir))
	files := must[map[string][]byte](t)(k.Renew(start.Add(3 * 365 * 24 * time.Hour)))
	if files[edition.RootPath(2)] != nil || files[edition.TargetsPath(2)] == nil {
		t.Error("want new targets and no new root")
	}
}

func TestSetPolicy(t *testing.T) {
	k, _ := create(t, "The Lantern")
	served, r := mirror(must[map[string][]byte](t)(k.Files())), reader(t, k)
	p := k.Policy()
	p.EditionFloor, p.MaxAge = 5, time.Hour
	served.add(must[map[string][]byte](t)(k.SetPolicy(p, start.Add(time.Hour))))
	if err := r.Refresh(t.Context(), served.fetch); err != nil {
		t.Fatal(err)
	}
	if got := r.Policy(); got.EditionFloor != 5 || got.MaxAge != time.Hour {
		t.Errorf("got %+v", got)
	}
	p.MaxAge = 0
	if _, err := k.SetPolicy(p, start.Add(2*time.Hour)); err == nil {
		t.Error("a policy that no reader would take was signed")
	}
}

func TestMasthead(t *testing.T) {
	k, _ := create(t, "The Lantern")
	m := k.Masthead("The Lantern", []string{"en", "fa"}, []string{"https://mirror.example/lantern/"})
	again := must[edition.Masthead](t)(edition.ParseMasthead(must[[]byte](t)(m.Marshal())))
	if again.ID() != m.ID() || again.Name != m.Name || !slices.Equal(again.Languages, m.Languages) {
		t.Errorf("got %+v, want %+v", again, m)
	}
}

// A write that fails leaves the trust that was in force, and the next one succeeds over what was left behind.
func TestFailedWrite(t *testing.T) {
	for _, broken := range []string{"trust/timestamp.json", "trust/2.snapshot.json", "trust/2.targets.json"} {
		k, dir := create(t, "The Lantern")
		held, _ := dir.ReadFile(broken)
		_ = dir.Remove(broken)
		// A folder that is not empty can't be replaced by a file.
		if err := dir.MkdirAll(broken+"/in the way", 0o755); err != nil {
			t.Fatal(err)
		}
		before, expires := k.Policy(), k.Expires()
		p := before
		p.EpochFloor = 1
		if _, err := k.SetPolicy(p, start.Add(time.Hour)); err == nil {
			t.Fatalf("%s: no error", broken)
		}
		if k.Policy().EpochFloor != 0 || !k.Expires().Equal(expires) {
			t.Errorf("%s: the new policy is in force", broken)
		}
		if err := dir.RemoveAll(broken); err != nil {
			t.Fatal(err)
		}
		if held != nil {
			if err := dir.WriteFile(broken, held, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		again := must[*keys.Keys](t)(keys.Open(dir))
		if again.Policy().EpochFloor != 0 {
			t.Errorf("%s: the new policy is in force after a failure", broken)
		}
		must[map[string][]byte](t)(again.SetPolicy(p, start.Add(2*time.Hour)))
		if again.Policy().EpochFloor != 1 {
			t.Errorf("%s: the second attempt had no effect", broken)
		}
	}
}

package notekey_test

import (
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"github.com/transparency-dev/formats/note"
	sumdb "golang.org/x/mod/sumdb/note"

	"coranto/internal/notekey"
)

func TestCosignerIsTheLibrarys(t *testing.T) {
	c, err := notekey.New("witness.example/w1", rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c, err = notekey.ParseCosigner(string(c.Secret()))
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 22, 16, 0, 0, 0, time.UTC)
	b, err := sumdb.Sign(&sumdb.Note{Text: "log.example\n1\nx\n"}, c.At(at))
	if err != nil {
		t.Fatal(err)
	}
	v, err := note.NewVerifierForCosignatureV1(c.VerifierKey())
	if err != nil {
		t.Fatal(err)
	}
	n, err := sumdb.Open(b, sumdb.VerifierList(v))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := note.CoSigV1Timestamp(n.Sigs[0]); err != nil || !got.Equal(at) {
		t.Errorf("got time %v, %v, want %v", got, err, at)
	}
	if _, err := c.Sign([]byte("x\n")); err == nil {
		t.Error("signed without a time")
	}
}

func TestParseRefuses(t *testing.T) {
	c, err := notekey.New("w", rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	good := strings.TrimSpace(string(c.Secret()))
	if _, _, err := notekey.Parse(good, notekey.Cosignature); err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]string{
		"nothing": "", "another name": strings.Replace(good, "+w+", "+v+", 1), "cut": good[:len(good)-4],
		"public": c.VerifierKey(), "bad base64": good[:len(good)-1] + "!",
	} {
		if _, _, err := notekey.Parse(s, notekey.Cosignature); err == nil {
			t.Errorf("%s: read as a key", name)
		}
	}
	if _, _, err := notekey.Parse(good, notekey.Ed25519); err == nil {
		t.Error("a cosigner's key was read as a log's")
	}
}

package edition_test

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"coranto/edition"
)

func aManifest() edition.Manifest {
	return edition.Manifest{
		Edition: 2, Time: time.Date(2026, 11, 22, 16, 0, 0, 0, time.UTC), Root: edition.Sum([]byte("tree")), Files: 8812,
		Bytes: 20301177, Stories: 123, Articles: 3690, Epoch: 1, Nonce: [16]byte{0, 0x11, 0x22}, Languages: []string{"en", "sr-Cyrl"},
		Mirrors: []string{"https://news.example/", "http://[2001:db8::1]:8080/lantern/"},
	}
}

func TestManifestText(t *testing.T) {
	m := aManifest()
	want := `coranto manifest 1
edition 2
time 2026-11-22T16:00:00Z
root ` + m.Root.String() + `
files 8812
bytes 20301177
stories 123
articles 3690
epoch 1
nonce 00112200000000000000000000000000
language en
language sr-Cyrl
mirror https://news.example/
mirror http://[2001:db8::1]:8080/lantern/
`
	if got := string(m.Marshal()); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	got, err := edition.ParseManifest([]byte(want))
	if err != nil || !reflect.DeepEqual(got, m) {
		t.Errorf("got %+v, %v, want %+v", got, err, m)
	}
	if edition.ManifestHash([]byte(want)) != edition.Sum([]byte(want)) {
		t.Error("the record is not the hash of the bytes")
	}
}

// The time is written in UTC and whole seconds, wherever the newsroom's clock stands.
func TestManifestTime(t *testing.T) {
	m := aManifest()
	m.Time = m.Time.Add(time.Second - 1).In(time.FixedZone("Samara", 4*3600))
	if !bytes.Equal(m.Marshal(), aManifest().Marshal()) {
		t.Errorf("got %s", m.Marshal())
	}
}

// Whichever bit of a manifest is flipped, it is refused or says something else: two texts never say the same.
func TestManifestEveryBit(t *testing.T) {
	good := aManifest().Marshal()
	for i := range good {
		for bit := range 8 {
			b := bytes.Clone(good)
			b[i] ^= 1 << bit
			m, err := edition.ParseManifest(b)
			var inv *edition.InvalidError
			if err != nil && !errors.As(err, &inv) {
				t.Fatalf("byte %d: %v is no InvalidError", i, err)
			}
			if err == nil && (reflect.DeepEqual(m, aManifest()) || !bytes.Equal(m.Marshal(), b)) {
				t.Errorf("byte %d, bit %d: %q says the same", i, bit, b)
			}
		}
	}
	for i := range good {
		whole := i > 0 && good[i-1] == '\n' && bytes.Contains(good[:i], []byte("language en\n")) // lists may be shorter
		if _, err := edition.ParseManifest(good[:i]); (err == nil) != whole {
			t.Errorf("the first %d bytes: %v", i, err)
		}
	}
}

func TestCheckMirrorURL(t *testing.T) {
	for _, u := range []string{
		"http://a", "https://news.example", "https://news.example:8443/a/b/", "http://127.0.0.1:8080", "http://[::1]/",
		"https://xn--80ak6aa92e.example/%D1%8F/", "http://" + strings.Repeat("a", 56) + ".onion/", "https://a/" + strings.Repeat("x", 246),
	} {
		if err := edition.CheckMirrorURL(u); err != nil {
			t.Errorf("%q: %v", u, err)
		}
	}
	for _, u := range []string{
		"", "news.example", "/a", "//news.example/", "ftp://news.example/", "file:///etc/passwd", "data:text/html,x", "https:news.example",
		"https://", "https:///a", "http://:80/", "https://me@news.example/", "https://me:x@news.example/", "https://news.example/?", "https://a/#",
		"https://a/ b", "https://a/\x00", "https://a/\n", "https://a/ж", "https://ж/", "https://a/%zz", "https://a:b/", "https://[::1/",
		"https://a/" + strings.Repeat("x", 247),
	} {
		if err := edition.CheckMirrorURL(u); err == nil {
			t.Errorf("%q: accepted", u)
		}
	}
}

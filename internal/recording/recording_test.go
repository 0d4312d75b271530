package recording_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coranto/internal/recording"
)

// typeOf returns the media type of a file of testdata.
func typeOf(t testing.TB, name string) string {
	t.Helper()
	switch filepath.Ext(name) {
	case ".mp3":
		return "audio/mpeg"
	case ".ogg":
		return "audio/ogg"
	case ".m4a":
		return "audio/mp4"
	case ".mp4":
		return "video/mp4"
	case ".webm":
		return "video/webm"
	}
	t.Fatalf("%s: a file of no known type", name)
	return ""
}

// recordings returns the files of testdata by name: testdata/make.sh made them with ffmpeg.
func recordings(t testing.TB) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	names, err := filepath.Glob("testdata/*.[mow][pg4e][34agb]*")
	if err != nil || len(names) < 10 {
		t.Fatalf("only the recordings %q: %v", names, err)
	}
	for _, name := range names {
		if files[filepath.Base(name)], err = os.ReadFile(name); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// refused are the recordings of testdata that are not published, with a word of the reason.
var refused = map[string]string{"fragments.mp4": "fragments", "words.webm": "neither picture nor sound"}

// traces are what the recordings say of who made them, where and when; and of the programs, which make a recording
// known again.
var traces = []string{"Petrichor", "petrichor", "52.2296", "2026", "Lavf", "Lavc", "artist", "ARTIST", "comment=", "TAG", "ID3", "udta", "Handler"}

// TestStrip checks that nothing which tells of anybody is left of real recordings, that all of their sound and pictures
// is, and that a clean one stays as it is.
func TestStrip(t *testing.T) {
	for name, file := range recordings(t) {
		before := bytes.Clone(file)
		clean, err := recording.Strip(typeOf(t, name), file)
		if want := refused[name]; want != "" {
			if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "(hint: ") {
				t.Errorf("%s: error %v, want one with %q and a hint", name, err, want)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !bytes.Equal(file, before) {
			t.Errorf("%s: the file that was handed in has changed", name)
		}
		if !bytes.Contains(file, []byte("Petrichor")) {
			t.Errorf("%s tells nothing: the test tests nothing", name)
		}
		for _, trace := range traces {
			if bytes.Contains(clean, []byte(trace)) && !inSound(name, trace) {
				t.Errorf("%s still has %q", name, trace)
			}
		}
		again, err := recording.Strip(typeOf(t, name), clean)
		if err != nil || !bytes.Equal(again, clean) {
			t.Errorf("%s: a clean one is changed again, %v", name, err)
		}
		if ext := filepath.Ext(name); (ext == ".webm" || ext == ".mp4" || ext == ".m4a") && len(clean) != len(file) {
			t.Errorf("%s: %d bytes of %d", name, len(clean), len(file))
		}
	}
}

// inSound says that a trace stands in the sound or the pictures themselves, as encoders sign them.
func inSound(name, trace string) bool {
	return strings.HasPrefix(trace, "Lav") && filepath.Ext(name) != ".ogg"
}

// TestDamaged cuts each recording short at many places, and flips each of its first bytes: there is no panic, and what
// comes out is clean.
func TestDamaged(t *testing.T) {
	for name, file := range recordings(t) {
		kind := typeOf(t, name)
		for n := 0; n < len(file); n += 1 + n/16 {
			check(t, kind, file[:n])
			damaged := bytes.Clone(file)
			damaged[n] ^= 0xFF
			check(t, kind, damaged)
		}
	}
	for _, kind := range []string{"audio/mpeg", "audio/ogg", "audio/mp4", "video/mp4", "video/webm"} {
		if _, err := recording.Strip(kind, nil); err == nil {
			t.Errorf("%s: nothing is taken", kind)
		}
	}
	if _, err := recording.Strip("video/mp4", []byte("words, and more words")); !errors.Is(err, recording.ErrDamaged) {
		t.Errorf("words: got %v, want ErrDamaged", err)
	}
	if _, err := recording.Strip("text/html", nil); err == nil {
		t.Error("a page is taken")
	}
}

// check strips a file, and what comes of that again.
func check(t *testing.T, kind string, file []byte) {
	t.Helper()
	clean, err := recording.Strip(kind, file)
	if err != nil {
		return
	}
	if again, err := recording.Strip(kind, clean); err != nil || !bytes.Equal(again, clean) {
		t.Fatalf("%s: a clean one of %d bytes is changed again, %v", kind, len(clean), err)
	}
}

// FuzzStrip looks for files that make Strip panic, go on for ever, or not know what it made.
func FuzzStrip(f *testing.F) {
	for name, file := range recordings(f) {
		f.Add(typeOf(f, name), file)
	}
	f.Fuzz(func(t *testing.T, kind string, file []byte) { check(t, kind, file) })
}

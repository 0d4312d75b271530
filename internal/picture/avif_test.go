package picture_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"slices"
	"strings"
	"testing"

	"coranto/internal/picture"
)

// TestEncoder holds the encoder to the one that its README names.
func TestEncoder(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("libavif/encode.wasm.gz")
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile("libavif/README.md")
	if err != nil {
		t.Fatal(err)
	}
	if sum := sha256.Sum256(b); !bytes.Contains(readme, []byte(hex.EncodeToString(sum[:]))) {
		t.Errorf("the encoder is %x, which README.md does not name", sum)
	}
}

// TestCheckAVIF tries files that are other than a picture alone.
func TestCheckAVIF(t *testing.T) {
	t.Parallel()
	p := render(t, encodeJPEG(t, busy(640, 480)))
	good := only(p, "", "image/avif")[0].Bytes
	if w, h, err := picture.CheckAVIF(good); w != 640 || h != 480 || err != nil {
		t.Fatalf("a good one: got %d×%d, %v", w, h, err)
	}
	replace := func(old, by string) []byte { return bytes.Replace(good, []byte(old), []byte(by), 1) }
	for _, c := range []struct {
		what string
		file []byte
		want string
	}{
		{"nothing", nil, "damaged"},
		{"half", good[:len(good)/2], "damaged"},
		{"another kind", replace("ftypavif", "ftypheic"), "damaged"},
		{"Exif", replace("av01", "Exif"), "metadata"},
		{"XMP", replace("av01", "mime"), "metadata"},
		{"a profile", replace("nclx", "prof"), "profile"},
		{"a box of its own", append(slices.Clone(good), "\x00\x00\x00\x09uuidx"...), "uuid"},
		{"words after it", append(slices.Clone(good), "words"...), "damaged"},
		{"no size", replace("\x00\x00\x02\x80\x00\x00\x01\xe0", "\x00\x00\x00\x00\x00\x00\x01\xe0"), "0×480"},
	} {
		if _, _, err := picture.CheckAVIF(c.file); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want an error with %q", c.what, err, c.want)
		}
	}
}

// FuzzCheckAVIF looks for files that make the check panic or go on for ever.
func FuzzCheckAVIF(f *testing.F) {
	for _, r := range only(render(f, encodeJPEG(f, busy(320, 200))), "", "image/avif") {
		f.Add(r.Bytes)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if w, h, err := picture.CheckAVIF(b); err == nil && (w <= 0 || h <= 0) {
			t.Errorf("%d×%d is taken", w, h)
		}
	})
}

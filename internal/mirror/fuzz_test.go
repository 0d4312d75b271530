package mirror_test

import (
	"io"
	"strings"
	"testing"

	"coranto/internal/mirror"
)

// Whatever is asked for, nothing comes out that is beside the mirror or hidden in it.
func FuzzPath(f *testing.F) {
	for _, p := range []string{"/", "/fa", "/../secret", "/leak.txt", "/.tmp-1", "/.git/config", "/fa/..//../secret", "//secret", "/%2e%2e/secret", "/latest\x00"} {
		f.Add(p)
	}
	h := mirror.Handler(folder(f))
	f.Fuzz(func(t *testing.T, p string) {
		resp := ask(h, "GET", p)
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		for _, hidden := range []string{"secret", "half", "hidden"} {
			if string(body) == hidden {
				t.Errorf("%q: got %q", p, body)
			}
		}
		if resp.StatusCode == 301 && strings.Contains(resp.Header.Get("Location"), "//") {
			t.Errorf("%q: sent to %q", p, resp.Header.Get("Location"))
		}
	})
}

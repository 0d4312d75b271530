package cli

import (
	"os"
	"slices"
	"strings"
	"testing"
)

func TestSystemBrowser(t *testing.T) {
	for _, test := range []struct {
		system, screen string
		want           []string
		file           bool
	}{
		{"linux", "DISPLAY", []string{"xdg-open"}, false},
		{"linux", "WAYLAND_DISPLAY", []string{"xdg-open"}, false},
		{"linux", "", nil, false}, // xdg-open would take a browser that runs in the terminal
		{"freebsd", "DISPLAY", []string{"xdg-open"}, true},
		{"darwin", "", []string{"open"}, true},
		{"windows", "", []string{"rundll32", "url.dll,FileProtocolHandler"}, false},
	} {
		got := systemBrowser(test.system, func(name string) string {
			if name == test.screen {
				return ":0"
			}
			return ""
		})
		if !slices.Equal(got, test.want) || needsFile(test.system) != test.file {
			t.Errorf("%s %s: got %q, a file %v", test.system, test.screen, got, needsFile(test.system))
		}
	}
}

// The file that leads to an invitation is for its owner alone, and gone afterwards.
func TestWriteInvitation(t *testing.T) {
	name, done, err := writeInvitation("http://127.0.0.1:1/x/")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(name)
	if err != nil || !strings.Contains(string(text), `content="0; url=http://127.0.0.1:1/x/"`) {
		t.Errorf("got %q, %v", text, err)
	}
	dir := name[:strings.LastIndexByte(name, os.PathSeparator)]
	for _, n := range []string{name, dir} {
		if fi, err := os.Stat(n); err != nil || fi.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: got %v, %v", n, fi.Mode(), err)
		}
	}
	done()
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("%s is still there", dir)
	}
}

package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestRedirect says where a redirect may lead. It stands inside the package, because a test has no certificate that others
// trust, and a redirect from https needs one.
func TestRedirect(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ from, location, to, err string }{
		{"https://a.example/x", "https://b.example/y", "https://b.example/y", ""},
		{"https://a.example/x", "/y#z", "https://a.example/y", ""},
		{"http://a.example/x", "https://a.example/x", "https://a.example/x", ""},
		{"http://a.example/x", "http://me:secret@b.example/", "http://b.example/", ""},
		{"https://a.example/x", "http://a.example/x", "", "from https to http"},
		{"https://a.example/x", "file:///etc/passwd", "", "from https to file"},
		{"http://a.example/x", "gopher://a.example/", "", `not "gopher"`},
		{"http://a.example/x", "http:///", "", "names no host"},
		{"http://a.example/x", "http://[::1", "", "to nowhere"},
	} {
		from, err := url.Parse(c.from)
		if err != nil {
			t.Fatal(err)
		}
		to, err := redirect(from, &http.Response{StatusCode: http.StatusFound, Header: http.Header{"Location": {c.location}}})
		switch {
		case c.err != "":
			if err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("%s to %s: got %v, %v; want an error that has %q", c.from, c.location, to, err, c.err)
			}
		case err != nil || to.String() != c.to:
			t.Errorf("%s to %s: got %v, %v; want %s", c.from, c.location, to, err, c.to)
		}
	}
}

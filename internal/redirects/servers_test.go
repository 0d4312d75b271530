package redirects_test

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"coranto/internal/servertest"
)

// A server is a real one, configured as Write says.
type server struct {
	format, program string
	config          string // with the address, what Write wrote, and a folder for itself
	args            []string
	// left are the addresses that the format has no way to write.
	left []string
}

var servers = []server{
	{format: "nginx", program: "nginx", args: []string{"-c", "$CONFIG", "-p", "$DIR", "-e", "$DIR/start.log"}, config: `
daemon off;
pid %[3]s/pid;
worker_processes 1;
error_log %[3]s/error.log;
events { }
http {
    access_log off;
    client_body_temp_path %[3]s/body;
    proxy_temp_path %[3]s/proxy;
    fastcgi_temp_path %[3]s/fastcgi;
    uwsgi_temp_path %[3]s/uwsgi;
    scgi_temp_path %[3]s/scgi;
%[2]s
    server {
        listen %[1]s;
        if ($coranto_moved) { return 301 $coranto_moved; }
        return 404;
    }
}`},
	{format: "apache", program: "apache2", args: []string{"-X", "-f", "$CONFIG"}, config: `
ServerName localhost
ServerRoot %[3]s
PidFile %[3]s/pid
ErrorLog %[3]s/error.log
Listen %[1]s
DefaultRuntimeDir %[3]s
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule rewrite_module /usr/lib/apache2/modules/mod_rewrite.so
User nobody
Group nogroup
DocumentRoot %[3]s/root
%[2]s
RewriteRule ^ - [R=404,L]`},
	{format: "caddy", program: "caddy", args: []string{"run", "--config", "$CONFIG", "--adapter", "caddyfile"}, config: `
{
	admin off
	auto_https off
}
http://%[1]s {
%[2]s
	respond 404
}`, left: []string{
		"lantern.example/$1 $host %{HTTP_HOST} ${HOME} %1", `lantern.example/"; return 302 evil.example; "`,
		`lantern.example/back\slash\" x`, "lantern.example/{$HOME} {path}", "lantern.example/} respond evil {",
	}},
}

// start runs the server until the test ends, and returns its address.
func (s server) start(t *testing.T, text string) string {
	t.Helper()
	url, _ := servertest.Start(t, s.program, s.args, func(address, dir string) []byte {
		must(t, os.Mkdir(filepath.Join(dir, "root"), 0o755))
		return fmt.Appendf(nil, s.config, address, text, dir)
	})
	return url
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestServers asks real web servers for old addresses, as browsers write them, and for others close by.
func TestServers(t *testing.T) {
	for _, s := range servers {
		t.Run(s.format, func(t *testing.T) {
			t.Parallel()
			text, n := write(t, s.format, moved)
			if n.Written != len(moved)-len(s.left) || n.Left != len(s.left) {
				t.Errorf("got %+v, want %d left out", n, len(s.left))
			}
			at := s.start(t, text)
			for _, r := range moved {
				want := r.To
				if slices.Contains(s.left, r.From) {
					want = ""
				}
				asked := asked(r.From)
				wantMoved(t, at+asked, want)
				path, query, _ := strings.Cut(asked, "?")
				if path != "/" && !strings.HasSuffix(path, ".html") && !strings.HasSuffix(path, ".php") {
					wantMoved(t, at+strings.TrimSuffix(path+"/?"+query, "?"), want)
				}
				if query == "" {
					wantMoved(t, at+path+"?utm_source=x", want)
				}
			}
			for _, path := range []string{"/", "/?p=1", "/?p=1234", "/2014/05", "/2014/05/borde", "/2014/05/border-22", "/aboutXhtml", "/x/about.html", "/2014/05?p=12"} {
				wantMoved(t, at+path, "")
			}
		})
	}
}

// asked returns what a browser asks for an old address.
func asked(from string) string {
	address, query, found := strings.Cut(from, "?")
	_, path, _ := strings.Cut(address, "/")
	if plain, err := url.PathUnescape(path); err == nil {
		path = plain
	}
	u := url.URL{Path: "/" + path}
	if found {
		u.RawQuery = strings.ReplaceAll(url.PathEscape(query), "+", "%2B")
	}
	return u.String()
}

func wantMoved(t *testing.T, asked, want string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "GET", asked, nil)
	must(t, err)
	resp, err := http.DefaultTransport.RoundTrip(req)
	must(t, err)
	defer resp.Body.Close()
	status := http.StatusMovedPermanently
	if want == "" {
		status = http.StatusNotFound
	}
	if got := resp.Header.Get("Location"); resp.StatusCode != status || got != want {
		t.Errorf("%s: %s to %q, want %d to %q", asked, resp.Status, got, status, want)
	}
}

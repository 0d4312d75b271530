package mirror_test

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coranto/internal/mirror"
	"coranto/internal/servertest"
	"coranto/reader"
)

// A host is a real web server with the configuration that Headers writes for it, set between what it needs besides.
type host struct {
	kind    string
	program string
	config  string // with the address, the mirror's folder, what Headers wrote, and a folder for itself
	args    []string
	quiet   bool // what Headers writes keeps it from logging who asks
}

var hosts = []host{
	{kind: "nginx", program: "nginx", quiet: true, args: []string{"-c", "$CONFIG", "-p", "$DIR", "-e", "$DIR/start.log"}, config: `
daemon off;
pid %[4]s/pid;
worker_processes 1;
error_log %[4]s/error.log;
events { }
http {
    access_log %[4]s/access.log;
    client_body_temp_path %[4]s/body;
    proxy_temp_path %[4]s/proxy;
    fastcgi_temp_path %[4]s/fastcgi;
    uwsgi_temp_path %[4]s/uwsgi;
    scgi_temp_path %[4]s/scgi;
    server {
        listen %[1]s;
        root %[2]s;
%[3]s
    }
}`},
	{kind: "apache", program: "apache2", args: []string{"-X", "-f", "$CONFIG"}, config: `
ServerName localhost
ServerRoot %[4]s
PidFile %[4]s/pid
ErrorLog %[4]s/error.log
Listen %[1]s
DefaultRuntimeDir %[4]s
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule alias_module /usr/lib/apache2/modules/mod_alias.so
LoadModule autoindex_module /usr/lib/apache2/modules/mod_autoindex.so
LoadModule dir_module /usr/lib/apache2/modules/mod_dir.so
LoadModule headers_module /usr/lib/apache2/modules/mod_headers.so
LoadModule mime_module /usr/lib/apache2/modules/mod_mime.so
LoadModule rewrite_module /usr/lib/apache2/modules/mod_rewrite.so
TypesConfig %[4]s/types
User nobody
Group nogroup
DocumentRoot %[2]s
<Directory %[2]s>
    Require all granted
%[3]s
</Directory>`},
	{kind: "caddy", program: "caddy", quiet: true, args: []string{"run", "--config", "$CONFIG", "--adapter", "caddyfile"}, config: `
{
	admin off
	auto_https off
}
http://%[1]s {
	root * %[2]s
%[3]s
}`},
}

// start runs the host on a folder until the test ends, and returns its address and the folder that it writes to.
func (h host) start(t *testing.T, root string) (url, dir string) {
	t.Helper()
	text, err := mirror.Headers(h.kind)
	must(t, err)
	return servertest.Start(t, h.program, h.args, func(address, dir string) []byte {
		must(t, os.WriteFile(filepath.Join(dir, "types"), []byte("application/gzip gz\ntext/html html\n"), 0o644))
		return fmt.Appendf(nil, h.config, address, root, text, dir)
	})
}

// The headers that a host must give as Handler does.
var alike = []string{
	"Access-Control-Allow-Origin", "Access-Control-Expose-Headers", "Cache-Control", "Content-Type", "Content-Encoding",
	"X-Content-Type-Options", "Referrer-Policy", "Vary",
}

// Real web servers, with the configuration that is printed for them, serve a mirror as mirror serve does: readers prove
// it whole, browsers are told the same of each file, nothing hidden comes out, and nobody who asks is written down.
func TestHosts(t *testing.T) {
	r := first(t, 3)
	r.put(50, noise(900<<10))
	r.publish()
	k := r.keeper(r.good())
	k.pulls(2)
	must(t, os.Chmod(k.dir, 0o755))
	ours := httptest.NewServer(serveDir(t, k.dir))
	t.Cleanup(ours.Close)
	for _, h := range hosts {
		t.Run(h.kind, func(t *testing.T) {
			t.Parallel()
			url, dir := h.start(t, k.dir)
			src, err := reader.HTTP(nil, url)
			must(t, err)
			defer src.Close()
			a, err := reader.Verify(t.Context(), src, r.masthead(), reader.VerifyOptions{Now: k.opt.Now})
			if err != nil || !a.Authentic || !a.Whole || len(a.Problems) > 0 {
				t.Errorf("as readers find it: %+v, %v", a, err)
			}
			for _, path := range oneOfEach(t, k.dir) {
				sameAnswer(t, ours.URL+path, url+path, nil)
				sameAnswer(t, ours.URL+path, url+path, http.Header{"Range": {"bytes=3-9"}})
				sameAnswer(t, ours.URL+path, url+path, http.Header{"Accept-Encoding": {"gzip"}})
			}
			for _, path := range []string{"/.coranto/mirror", "/.coranto/", "/en/.hidden", "/o/", "/nothing", "/log/tile/"} {
				if resp, _ := get(t, url+path, nil); resp.StatusCode != 404 && resp.StatusCode != 403 {
					t.Errorf("%s: %s", path, resp.Status)
				}
			}
			if h.quiet {
				writesNobodyDown(t, dir)
			}
		})
	}
}

// oneOfEach returns the path of one file of each kind, as browsers and readers ask for them.
func oneOfEach(t *testing.T, dir string) (paths []string) {
	t.Helper()
	seen := map[string]bool{}
	must(t, filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || strings.HasPrefix(d.Name(), ".") && d.IsDir() {
			return cmp.Or(err, fs.SkipDir)
		}
		path := strings.TrimPrefix(filepath.ToSlash(name), filepath.ToSlash(dir))
		kind := filepath.Ext(path)
		for _, top := range []string{"/o/", "/log/tile/", "/trust/", "/latest", "/log/checkpoint", "/trust/timestamp.json"} {
			if strings.HasPrefix(path, top) {
				kind = top
			}
		}
		if strings.HasSuffix(path, "/feed.json") {
			kind = "feed"
		}
		if !d.IsDir() && !seen[kind] {
			seen[kind] = true
			paths = append(paths, path)
		}
		return nil
	}))
	if len(paths) < 10 {
		t.Fatalf("only %q", paths)
	}
	return append(paths, "/", "/en/")
}

func get(t *testing.T, url string, header http.Header) (*http.Response, []byte) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "GET", url, nil)
	must(t, err)
	if header == nil {
		header = http.Header{"Accept-Encoding": {"identity"}}
	}
	req.Header = header
	resp, err := http.DefaultTransport.RoundTrip(req)
	must(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	must(t, err)
	return resp, body
}

func sameAnswer(t *testing.T, ours, theirs string, header http.Header) {
	t.Helper()
	want, wantBody := get(t, ours, header)
	got, body := get(t, theirs, header)
	if got.StatusCode != want.StatusCode || !bytes.Equal(body, wantBody) {
		t.Errorf("%s %v: %s with %d bytes, want %s with %d", theirs, header, got.Status, len(body), want.Status, len(wantBody))
	}
	for _, name := range alike {
		if name == "Vary" && (strings.Contains(ours, "/trust/") || strings.HasSuffix(ours, "/robots.txt")) {
			continue // it has no twin, robots.txt for being so short, and nobody needs to know
		}
		if !strings.EqualFold(got.Header.Get(name), want.Header.Get(name)) {
			t.Errorf("%s %v: %s is %q, want %q", theirs, header, name, got.Header.Get(name), want.Header.Get(name))
		}
	}
}

// writesNobodyDown wants no file that a server wrote to hold an address of who asked, or what for.
func writesNobodyDown(t *testing.T, dir string) {
	t.Helper()
	must(t, filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == "config" {
			return err
		}
		b, err := os.ReadFile(name)
		for _, word := range []string{"GET ", "/nothing", "client"} {
			if bytes.Contains(b, []byte(word)) {
				t.Errorf("%s has %q: %.300s", name, word, b)
			}
		}
		return err
	}))
}

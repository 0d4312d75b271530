// Package redirects writes what a web server needs in order to lead from the old addresses of articles to where they stand
// now. It is for the server of a newsroom's old site; an edition that takes its place has files there instead.
//
// Servers compare decoded paths, byte by byte, with and without a slash at the end. Nothing that stands in an address is
// ever read as a part of the configuration.
//
//	n, err := redirects.Write(os.Stdout, "nginx", all)
package redirects

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// A Redirect leads from an old address to a URL.
type Redirect struct {
	// From is the address in the one form that package importer gives it: lantern.example/2014/05/border.
	From string
	// To is an absolute URL or an absolute path, in ASCII.
	To string
}

// All yields redirects in the order in which they are to be written, the same each time that it is called.
type All func() iter.Seq2[Redirect, error]

// formats are what Write can write.
var formats = map[string]func(*writer) error{
	"nginx": nginx, "apache": apache, "caddy": caddy, "netlify": netlify, "csv": table, "json": list,
}

// Formats returns the names of the formats that Write knows: netlify stands for all that read a file _redirects.
func Formats() []string { return slices.Sorted(maps.Keys(formats)) }

// Count says what Write did.
type Count struct {
	// Written are the redirects that were written, Left those that the format can't say.
	Written, Left int
}

// Write writes redirects in a format. But for csv and json, which write whole URLs, they must be of one host. It holds none
// of them in memory, and goes through them several times.
func Write(w io.Writer, format string, all All) (Count, error) {
	write, ok := formats[format]
	if !ok {
		return Count{}, fmt.Errorf("no format %q: want one of %s", format, strings.Join(Formats(), ", "))
	}
	b := &writer{Writer: bufio.NewWriter(w), all: all}
	if err := write(b); err != nil {
		return Count{}, err
	}
	return Count{b.written, b.read - b.written}, b.Flush()
}

// A writer is what the formats are written to. Its errors come with Flush.
type writer struct {
	*bufio.Writer
	all All
	// read are the redirects that the last going through them met, written those that were written in all.
	read, written int
}

// redirects yields the redirects, and counts them.
func (w *writer) redirects() iter.Seq2[Redirect, error] {
	return func(yield func(Redirect, error) bool) {
		w.read = 0
		for r, err := range w.all() {
			w.read++
			if !yield(r, err) {
				return
			}
		}
	}
}

func (w *writer) line(format string, args ...any) { fmt.Fprintf(w, format+"\n", args...) }

// An entry is a redirect as servers see it.
type entry struct {
	// path is decoded, with a slash at its beginning and none at its end but for that one; query is as it is sent.
	path, query string
	// from is the address.
	from string
	// page says that the path is of a file, which stands without a slash alone.
	page bool
	to   string
}

// paths are those under which a server is asked for an entry.
func (e entry) paths() []string {
	if e.page || e.path == "/" {
		return []string{e.path}
	}
	return []string{e.path, e.path + "/"}
}

// keys are the paths with the query that the server is asked for.
func (e entry) keys() []string {
	keys := e.paths()
	for i := range keys {
		if e.query != "" {
			keys[i] += "?" + e.query
		}
	}
	return keys
}

// maxKey is the length in bytes of a path with its query that all servers read.
const maxKey = 2000

// parse takes a redirect apart. It is not ok where no request can be told from others by it.
func parse(r Redirect) (e entry, ok bool) {
	_, rest, _ := strings.Cut(r.From, "/")
	if host, query, asked := strings.Cut(r.From, "?"); asked && !strings.Contains(host, "/") {
		rest = "?" + query // of a front: lantern.example?p=12
	}
	path, query, _ := strings.Cut(rest, "?")
	plain, err := url.PathUnescape(path)
	if err != nil {
		plain = path
	}
	e = entry{from: r.From, path: "/" + strings.Trim(plain, "/"), query: sent(query), to: escaped(r.To)}
	lower := strings.ToLower(e.path)
	e.page = strings.HasSuffix(lower, ".html") || strings.HasSuffix(lower, ".htm") || strings.HasSuffix(lower, ".php")
	blank := strings.ContainsFunc(e.path, func(c rune) bool { return c < ' ' || c == 0x7f })
	return e, !blank && len(e.path)+len(e.query) <= maxKey && (e.path != "/" || e.query != "") && !e.loops(r)
}

// loops says whether the redirect leads to itself.
func (e entry) loops(r Redirect) bool {
	to := strings.TrimPrefix(strings.TrimPrefix(r.To, "https://"), "http://")
	if strings.HasPrefix(to, "/") {
		host, _, _ := strings.Cut(r.From, "/")
		to = host + to
	}
	return r.From == to || r.From == strings.TrimSuffix(to, "/index.html")
}

// sent returns a query as browsers send it.
func sent(query string) string {
	var b strings.Builder
	for i := range len(query) {
		c := query[i]
		if c > ' ' && c < 0x7f && !strings.ContainsRune("\"'<>`#\\{}|^", rune(c)) {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// escaped returns a URL without a character that a configuration could take for more than itself.
func escaped(to string) string {
	var b strings.Builder
	for i := range len(to) {
		c := to[i]
		if c > ' ' && c < 0x7f && !strings.ContainsRune("\"'<>`\\{}|^$*;", rune(c)) {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// each calls f with the entries that servers can tell from others.
func (w *writer) each(f func(entry)) error {
	for r, err := range w.redirects() {
		if err != nil {
			return err
		}
		if e, ok := parse(r); ok {
			f(e)
		}
	}
	return nil
}

// table writes a line of CSV for each redirect, after a line of headings.
func table(w *writer) error {
	c := csv.NewWriter(w)
	if err := c.Write([]string{"from", "to"}); err != nil {
		return err
	}
	for r, err := range w.redirects() {
		if err != nil {
			return err
		}
		if err := c.Write([]string{whole(r.From), r.To}); err != nil {
			return err
		}
		w.written++
	}
	c.Flush()
	return c.Error()
}

// list writes an array of objects, one a line.
func list(w *writer) error {
	w.WriteString("[")
	for r, err := range w.redirects() {
		if err != nil {
			return err
		}
		b, err := json.Marshal(struct {
			From string `json:"from"`
			To   string `json:"to"`
		}{whole(r.From), r.To})
		if err != nil {
			return err
		}
		if w.written > 0 {
			w.WriteString(",")
		}
		w.line("\n  %s", b)
		w.written++
	}
	w.line("]")
	return nil
}

// whole returns an old address as a URL that can be asked for.
func whole(from string) string {
	address, query, asked := strings.Cut(from, "?")
	host, path, _ := strings.Cut(address, "/")
	plain, err := url.PathUnescape(path)
	if err != nil {
		plain = path
	}
	u := url.URL{Scheme: "https", Host: host, Path: "/" + plain, RawQuery: sent(query), ForceQuery: asked && query == ""}
	return u.String()
}

// Package mirror serves an edition's files to whoever asks: readers that verify them, and people with nothing but a
// browser. It needs no key and learns nothing: it writes no access log, and what it serves proves itself.
//
// A mirror is a folder as publish writes it. It never lists a folder, never follows a link out of it, and never shows
// a name that begins with a dot.
//
//	root, err := os.OpenRoot("public")
//	err = mirror.Serve(ctx, listener, mirror.Handler(root))
package mirror

import (
	"context"
	"io"
	"io/fs"
	"log"
	"net"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"coranto/edition"
	"coranto/internal/serving"
)

// Handler serves the mirror in a folder.
func Handler(root *os.Root) http.Handler { return handler{root} }

type handler struct{ root *os.Root }

// ServeHTTP answers GET, HEAD and OPTIONS.
func (h handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Access-Control-Allow-Origin", "*")
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		h.get(w, r)
	case http.MethodOptions:
		header.Set("Access-Control-Allow-Methods", "GET, HEAD")
		header.Set("Access-Control-Allow-Headers", "Range, If-Range, If-None-Match")
		header.Set("Access-Control-Max-Age", "86400")
		w.WriteHeader(http.StatusNoContent)
	default:
		header.Set("Allow", "GET, HEAD, OPTIONS")
		w.WriteHeader(http.StatusMethodNotAllowed)
	}
}

func (h handler) get(w http.ResponseWriter, r *http.Request) {
	name, ok := fileName(r.URL.Path)
	if !ok {
		notFound(w)
		return
	}
	f, info, packed := h.open(name, wantsGzip(r) && hasTwin(name))
	if f == nil {
		notFound(w)
		return
	}
	defer f.Close()
	header := w.Header()
	if info.IsDir() {
		header.Set("Location", path.Base(name)+"/") // relative, so that it holds below any prefix
		w.WriteHeader(http.StatusMovedPermanently)
		return
	}
	tag := etag(name, info)
	if packed {
		tag += "-gz"
		header.Set("Content-Encoding", "gzip")
		header.Set("Content-Length", strconv.FormatInt(info.Size(), 10)) // ServeContent leaves it to us then
	}
	if hasTwin(name) {
		header.Set("Vary", "Accept-Encoding")
	}
	header.Set("Etag", `"`+tag+`"`)
	header.Set("Content-Type", contentType(name))
	header.Set("Cache-Control", cacheControl(name))
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Access-Control-Expose-Headers", "Content-Range, Content-Length, ETag")
	http.ServeContent(w, r, "", info.ModTime(), f)
}

// open opens a file or folder, or nothing. Where a twin is wanted and there is one, it opens that.
func (h handler) open(name string, twin bool) (f *os.File, info fs.FileInfo, packed bool) {
	if twin {
		if f, info, _ := h.open(name+edition.TwinSuffix, false); f != nil && info.Mode().IsRegular() {
			return f, info, true
		} else if f != nil {
			f.Close()
		}
	}
	f, err := h.root.Open(filepath.FromSlash(name))
	if err != nil {
		return nil, nil, false
	}
	info, err = f.Stat()
	if err != nil || !info.Mode().IsRegular() && !info.IsDir() {
		f.Close()
		return nil, nil, false
	}
	return f, info, false
}

// notFound is the answer to everything that is not there or not to be shown: nobody can tell the two apart.
func notFound(w http.ResponseWriter) {
	w.Header().Set("Cache-Control", "no-store") // a cache would hide a file that comes later
	http.Error(w, "not found", http.StatusNotFound)
}

// fileName returns the file that a request's path asks for, and whether it may be asked for: segments of the bytes
// that the format uses, none empty, none beginning with a dot.
func fileName(p string) (string, bool) {
	name, ok := strings.CutPrefix(p, "/")
	if !ok {
		return "", false
	}
	if name == "" || strings.HasSuffix(name, "/") {
		name += "index.html"
	}
	for s := range strings.SplitSeq(name, "/") {
		if s == "" || s[0] == '.' || strings.IndexFunc(s, notPathByte) >= 0 {
			return "", false
		}
	}
	return name, true
}

func notPathByte(c rune) bool {
	return !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.ContainsRune("._~-", c))
}

// etag returns the name of a file's bytes: an object's hash, or what the file system knows.
func etag(name string, info fs.FileInfo) string {
	if h, ok := edition.ParseObjectPath(name); ok {
		return h.String()
	}
	return strconv.FormatInt(info.ModTime().UnixNano(), 36) + "-" + strconv.FormatInt(info.Size(), 36)
}

// wantsGzip says whether a twin may be sent: the client takes gzip, and asks for the whole.
func wantsGzip(r *http.Request) bool {
	if r.Header.Get("Range") != "" {
		return false
	}
	for coding := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, weight, _ := strings.Cut(coding, ";")
		if strings.EqualFold(strings.TrimSpace(name), "gzip") {
			rest, zero := strings.CutPrefix(strings.ReplaceAll(weight, " ", ""), "q=0")
			return !zero || strings.Trim(rest, ".0") != ""
		}
	}
	return false
}

// Serve answers on a listener until the context ends, then lets what is being sent finish for a few seconds. It keeps
// no log: not even of errors, which would name readers' addresses.
func Serve(ctx context.Context, l net.Listener, h http.Handler) error {
	server := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      10 * time.Minute,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          log.New(io.Discard, "", 0),
	}
	return serving.Until(ctx, l, server)
}

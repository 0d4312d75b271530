package press

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"html/template"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"
)

//go:embed page.html
var pageText string

//go:embed page.css
var pageStyle string

// Handler answers with a newsroom's health: /health as JSON, with status 200, or 503 while an urgent alarm lasts, and /
// for people. It takes GET and HEAD, under an IP address or localhost only: so no website can read it through a
// journalist's browser by a name that it has pointed here.
func Handler(health func() *Health) http.Handler {
	page := template.Must(template.New("page").Funcs(template.FuncMap{
		"moment": moment, "words": Expiry.Words, "until": func(from, to time.Time) string { return span(to.Sub(from)) },
		"megabytes": func(n int64) int64 { return n >> 20 }, "style": func() template.CSS { return template.CSS(pageStyle) },
	}).Parse(pageText))
	mux := http.NewServeMux()
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) {
		h := health()
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status(h))
		json.NewEncoder(w).Encode(h)
	})
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		h := health()
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(status(h))
		page.Execute(w, h)
	})
	return guarded(mux)
}

// status returns the HTTP status of a health.
func status(h *Health) int {
	if h == nil || !h.OK {
		return http.StatusServiceUnavailable
	}
	return http.StatusOK
}

// guarded refuses what no person and no supervisor asks for.
func guarded(next http.Handler) http.Handler {
	sum := sha256.Sum256([]byte(pageStyle))
	policy := "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; style-src 'sha256-" +
		base64.StdEncoding.EncodeToString(sum[:]) + "'"
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Content-Security-Policy", policy)
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("Cache-Control", "no-store")
		header.Set("Cross-Origin-Resource-Policy", "same-origin")
		site := r.Header.Get("Sec-Fetch-Site")
		if !plainHost(r.Host) || site != "" && site != "none" && site != "same-origin" {
			http.Error(w, "not here", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// plainHost says whether a Host header names an address or localhost, and no name that somebody else could point here.
func plainHost(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	_, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil || host == "localhost"
}

package importer_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"coranto/internal/importer"
	"coranto/internal/importer/importertest"
	"coranto/internal/importer/web"
	"coranto/internal/news"
)

// What a file is its bytes say, not its name; what a server may not give is missing, with the reason, and the rest is in.
func TestImportFetches(t *testing.T) {
	t.Parallel()
	asked := make(chan string, 100)
	inside := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- "inside"
		w.Write(importertest.Picture(1))
	}))
	defer inside.Close()
	answers := map[string]func(http.ResponseWriter){
		"/photo.php":   func(w http.ResponseWriter) { w.Write(importertest.Picture(2)) },
		"/image":       func(w http.ResponseWriter) { w.Write(importertest.Picture(3)) },
		"/really.webp": func(w http.ResponseWriter) { w.Write(importertest.Picture(2)) }, // the same picture as photo.php
		"/script.jpg":  func(w http.ResponseWriter) { w.Write([]byte("#!/bin/sh\necho\n")) },
		"/page.jpg":    func(w http.ResponseWriter) { w.Write([]byte("<!doctype html><title>Log in</title>")) },
		"/vector.svg": func(w http.ResponseWriter) {
			w.Write([]byte("<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"))
		},
		"/inside.png": func(w http.ResponseWriter) { w.Header().Set("Location", inside.URL); w.WriteHeader(http.StatusFound) },
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- r.URL.Path
		if answer, ok := answers[r.URL.Path]; ok {
			answer(w)
			return
		}
		http.NotFound(w, r)
	}))
	defer server.Close()
	var blocks []news.Block
	for _, ref := range []string{"/photo.php", "/image?id=3", "/really.webp", "/script.jpg", "/page.jpg", "/vector.svg", "/inside.png", "/gone.png"} {
		blocks = append(blocks, figure(server.URL+ref))
	}
	client := web.NewClient(web.Options{Named: []string{server.URL}, Sleep: func(context.Context, time.Duration) error { return nil }})
	defer client.Close()
	st := importertest.NewStore(t)
	src := &list{items: []importer.Item{post("a", "en", blocks...)}}
	for i := range 200 { // in other batches
		src.items = append(src.items, post(fmt.Sprint("b", i), "en", figure(server.URL+"/gone.png"), figure(server.URL+"/photo.php")))
	}
	r, err := importer.Import(t.Context(), st, src, importer.Options{Web: client})
	if err != nil || r.New != 201 || r.Whole() {
		t.Fatalf("got %+v, %v", r, err)
	}
	s, err := st.Story(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	figures := s.Articles[0].Revision.Body
	for i, b := range figures {
		if here := b.Figure.Media != ""; here != (i < 3) || here == (b.Figure.Missing != "") {
			t.Errorf("figure %d: got %+v", i, b.Figure)
		}
	}
	if figures[0].Figure.Media != figures[2].Figure.Media || figures[0].Figure.Media == figures[1].Figure.Media {
		t.Error("the same picture has two media, or two have one")
	}
	if len(r.Missing) != 205 {
		t.Errorf("%d are missing", len(r.Missing))
	}
	for i, want := range []string{"not a JPEG", "web page", "only jpg", "not a public address", "404"} {
		if got := r.Missing[i].Reason; !strings.Contains(got, want) {
			t.Errorf("the reason for %s is %q, want %q in it", r.Missing[i].Media, got, want)
		}
	}
	times := make(map[string]int)
	close(asked)
	for name := range asked {
		times[name]++
	}
	if times["inside"] > 0 || times["/gone.png"] != 1 || times["/photo.php"] != 1 {
		t.Errorf("asked for %v: a redirect may not lead into the private network, and one file is asked for once", times)
	}
}

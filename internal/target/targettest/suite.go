// Package targettest is the suite that every target passes.
package targettest

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"coranto/internal/target"
)

// Run runs the suite against targets that open makes, each empty.
func Run(t *testing.T, open func(t *testing.T) target.Target) {
	for name, test := range map[string]func(*testing.T, target.Target){
		"put and get": putAndGet, "replace": replace, "link": link, "list": list, "delete": remove,
		"limits": limits, "many at once": manyAtOnce, "flush": flush,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

func put(t *testing.T, tg target.Target, name, body string) {
	t.Helper()
	if err := tg.Put(t.Context(), name, []byte(body)); err != nil {
		t.Fatalf("put %q: %v", name, err)
	}
}

func wantBody(t *testing.T, tg target.Target, name, want string) {
	t.Helper()
	got, err := tg.Get(t.Context(), name, 1<<20)
	if err != nil || string(got) != want {
		t.Errorf("get %q: got %q, %v, want %q", name, got, err, want)
	}
}

func wantGone(t *testing.T, tg target.Target, name string) {
	t.Helper()
	if _, err := tg.Get(t.Context(), name, 1<<20); !errors.Is(err, target.ErrNotExist) {
		t.Errorf("get %q: got %v, want ErrNotExist", name, err)
	}
}

func putAndGet(t *testing.T, tg target.Target) {
	wantGone(t, tg, "latest")
	wantGone(t, tg, "a/b/c")
	put(t, tg, "latest", "one")
	put(t, tg, "o/ab/abcd", "")
	put(t, tg, "fa/story/2026/11/22/x/index.html", "سلام")
	wantBody(t, tg, "latest", "one")
	wantBody(t, tg, "o/ab/abcd", "")
	wantBody(t, tg, "fa/story/2026/11/22/x/index.html", "سلام")
}

func replace(t *testing.T, tg target.Target) {
	put(t, tg, "latest", "a longer body at first")
	put(t, tg, "latest", "two")
	wantBody(t, tg, "latest", "two")
}

func link(t *testing.T, tg target.Target) {
	put(t, tg, "o/1", "one")
	put(t, tg, "o/2", "two")
	for range 2 {
		for _, from := range []string{"o/1", "o/2"} {
			if err := tg.Link(t.Context(), "en/index.html", from); err != nil {
				t.Fatal(err)
			}
		}
	}
	wantBody(t, tg, "en/index.html", "two")
	put(t, tg, "en/index.html", "three")
	wantBody(t, tg, "o/2", "two")
	if err := tg.Link(t.Context(), "x", "o/none"); err == nil {
		t.Error("a link to nothing was made")
	}
	wantGone(t, tg, "x")
}

func list(t *testing.T, tg target.Target) {
	want := []string{"latest", "log/checkpoint", "o/ab/1", "o/ab/2", "o/cd/1"}
	for _, n := range want {
		put(t, tg, n, n)
	}
	for prefix, want := range map[string][]string{"": want, "o/": want[2:], "o/ab/": want[2:4], "none/": nil} {
		var got []string
		for n, err := range tg.List(t.Context(), prefix) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, n)
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("list %q: got %q, want %q", prefix, got, want)
		}
	}
}

func remove(t *testing.T, tg target.Target) {
	put(t, tg, "a/b/c", "1")
	put(t, tg, "a/d", "2")
	for _, n := range []string{"a/b/c", "a/b/c", "never/was"} {
		if err := tg.Delete(t.Context(), n); err != nil {
			t.Errorf("delete %q: %v", n, err)
		}
	}
	wantGone(t, tg, "a/b/c")
	wantBody(t, tg, "a/d", "2")
}

func limits(t *testing.T, tg target.Target) {
	put(t, tg, "big", "0123456789")
	if _, err := tg.Get(t.Context(), "big", 9); err == nil {
		t.Error("got ten bytes under a limit of nine")
	}
	if b, err := tg.Get(t.Context(), "big", 10); err != nil || len(b) != 10 {
		t.Errorf("got %q, %v under a limit of ten", b, err)
	}
	for _, n := range []string{"../out", "/etc/x", ""} {
		if err := tg.Put(t.Context(), n, nil); err == nil {
			t.Errorf("put %q was accepted", n)
		}
	}
}

// manyAtOnce has writers replace one name while a reader looks: it never sees a mixture.
func manyAtOnce(t *testing.T, tg target.Target) {
	body := func(i int) []byte { return bytes.Repeat([]byte{byte('a' + i)}, 100_000) }
	if err := tg.Put(t.Context(), "latest", body(0)); err != nil {
		t.Fatal(err)
	}
	var writers sync.WaitGroup
	for i := range 4 {
		writers.Go(func() {
			for range 20 {
				if err := tg.Put(t.Context(), "latest", body(i)); err != nil {
					t.Error(err)
				}
				if err := tg.Put(t.Context(), fmt.Sprintf("o/%d", i), body(i)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range 100 {
		b, err := tg.Get(t.Context(), "latest", 1<<20)
		if err != nil || len(b) != 100_000 || !bytes.Equal(b, body(int(b[0]-'a'))) {
			t.Fatalf("a mixture of %d bytes, %v", len(b), err)
		}
	}
	writers.Wait()
}

func flush(t *testing.T, tg target.Target) {
	put(t, tg, "latest", "x")
	if err := tg.Flush(t.Context()); err != nil {
		t.Error(err)
	}
}

package serving_test

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"coranto/internal/serving"
)

// A request is let in when it was made for the address, below the secret path, by an own page or by hand.
func TestPrivate(t *testing.T) {
	t.Parallel()
	secret, err := serving.Secret(strings.NewReader("sixteen letters."))
	if err != nil || secret != "7369787465656e206c6574746572732e" {
		t.Fatalf("secret %q, %v", secret, err)
	}
	address := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080}
	for _, c := range []struct {
		name, url, from string
		ok              bool
	}{
		{"by hand", "http://127.0.0.1:8080/" + secret + "/a/b", "none", true},
		{"a link of its own", "http://127.0.0.1:8080/" + secret + "/a/b", "same-origin", true},
		{"no browser", "http://127.0.0.1:8080/" + secret + "/a/b", "", true},
		{"another website", "http://127.0.0.1:8080/" + secret + "/a/b", "cross-site", false},
		{"another port of this machine", "http://127.0.0.1:8080/" + secret + "/a/b", "same-site", false},
		{"a name that points here", "http://news.example:8080/" + secret + "/a/b", "same-origin", false},
		{"another port", "http://127.0.0.1:8081/" + secret + "/a/b", "", false},
		{"no secret", "http://127.0.0.1:8080/a/b", "", false},
		{"a part of it", "http://127.0.0.1:8080/" + secret[:31] + "/a/b", "", false},
		{"more than it", "http://127.0.0.1:8080/" + secret + "0/a/b", "", false},
	} {
		req := httptest.NewRequest(http.MethodGet, c.url, nil)
		if c.from != "" {
			req.Header.Set("Sec-Fetch-Site", c.from)
		}
		path, below := serving.Below(req, "/"+secret)
		if ok := below && serving.Here(req, address) && serving.FromOwn(req); ok != c.ok || ok && path != "a/b" {
			t.Errorf("%s: let in %v with %q, want %v", c.name, ok, path, c.ok)
		}
	}
}

// Less randomness than a secret needs makes none.
func TestSecretNeedsRandomness(t *testing.T) {
	t.Parallel()
	if s, err := serving.Secret(bytes.NewReader(make([]byte, 15))); err == nil || s != "" {
		t.Errorf("got %q, %v", s, err)
	}
}

// Whose server it is gets an answer.
func TestPrivateServes(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	handler := http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if !serving.Here(req, l.Addr()) {
			w.WriteHeader(http.StatusNotFound)
		}
	})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- serving.Until(ctx, l, serving.Private(ctx, handler, slog.New(slog.DiscardHandler))) }()
	resp, err := http.Get("http://" + l.Addr().String() + "/")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("its own user gets %s", resp.Status)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

package feed

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

// The limits of a source.
const (
	// MaxSize is the size of a feed in bytes.
	MaxSize = 64 << 20
	// Timeout is how long fetching a feed may take.
	Timeout = 2 * time.Minute
	// maxRedirects is how often a server may send us on.
	maxRedirects = 5
)

func isURL(source string) bool {
	return strings.HasPrefix(source, "http://") || strings.HasPrefix(source, "https://")
}

// read returns a source's bytes, whatever type its server says they are of.
func read(ctx context.Context, source string, client *http.Client) ([]byte, error) {
	if isURL(source) {
		return fetch(ctx, source, client)
	}
	info, err := os.Stat(source)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("not a regular file")
	}
	file, err := os.Open(source)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return readAll(file)
}

// readAll reads up to MaxSize bytes, and refuses more.
func readAll(r io.Reader) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, MaxSize+1))
	if err == nil && len(b) > MaxSize {
		err = fmt.Errorf("over the limit of %d bytes", MaxSize)
	}
	return b, err
}

func fetch(ctx context.Context, source string, client *http.Client) ([]byte, error) {
	b, _, err := fetchIfChanged(ctx, source, client, version{})
	return b, err
}

// readIfChanged is read, but returns nil when a server says that the source is what it was.
func readIfChanged(ctx context.Context, source string, client *http.Client, old version) ([]byte, version, error) {
	if isURL(source) {
		return fetchIfChanged(ctx, source, client, old)
	}
	b, err := read(ctx, source, client)
	return b, version{}, err
}

func fetchIfChanged(ctx context.Context, source string, client *http.Client, old version) ([]byte, version, error) {
	if client == nil {
		return nil, old, errors.New("URLs are not fetched here")
	}
	ctx, cancel := context.WithTimeout(ctx, Timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, source, nil)
	if err != nil {
		return nil, old, err
	}
	request.Header.Set("User-Agent", "coranto")
	request.Header.Set("Accept", "application/feed+json, application/atom+xml, application/rss+xml, application/json, application/xml, */*;q=0.5")
	if old.etag != "" {
		request.Header.Set("If-None-Match", old.etag)
	}
	if old.modified != "" {
		request.Header.Set("If-Modified-Since", old.modified)
	}
	careful := *client
	careful.CheckRedirect = checkRedirect
	response, err := careful.Do(request)
	if err != nil {
		return nil, old, err
	}
	defer response.Body.Close()
	switch {
	case response.StatusCode == http.StatusNotModified && old != version{}:
		return nil, old, nil
	case response.StatusCode != http.StatusOK:
		return nil, old, fmt.Errorf("fetch %q: the server answers %s", source, response.Status)
	}
	b, err := readAll(response.Body)
	return b, version{etag: response.Header.Get("ETag"), modified: response.Header.Get("Last-Modified")}, err
}

// checkRedirect follows a few redirects, and never from https to anything else.
func checkRedirect(to *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects {
		return fmt.Errorf("over %d redirects", maxRedirects)
	}
	if from := via[len(via)-1].URL.Scheme; to.URL.Scheme != from && to.URL.Scheme != "https" {
		return fmt.Errorf("redirect from %s to %s", from, to.URL.Scheme)
	}
	return nil
}

package feed

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	"coranto/internal/importer/web"
)

// MaxSize is the size of a feed in bytes, with all its pages.
const MaxSize = 64 << 20

func isURL(source string) bool {
	return strings.HasPrefix(source, "http://") || strings.HasPrefix(source, "https://")
}

// read returns a source's bytes, whatever type its server says they are of.
func read(ctx context.Context, source string, client *web.Client) ([]byte, error) {
	if isURL(source) {
		b, _, err := fetchIfChanged(ctx, source, client, version{})
		return b, err
	}
	info, err := os.Stat(source)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("there is no file %q (hint: an address begins with https://)", source)
	}
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

// readIfChanged is read, but returns nil when a server says that the source is what it was.
func readIfChanged(ctx context.Context, source string, client *web.Client, old version) ([]byte, version, error) {
	if isURL(source) {
		return fetchIfChanged(ctx, source, client, old)
	}
	b, err := read(ctx, source, client)
	return b, version{}, err
}

func fetchIfChanged(ctx context.Context, source string, client *web.Client, old version) ([]byte, version, error) {
	if client == nil {
		return nil, old, errors.New("URLs are not fetched here")
	}
	header := http.Header{"Accept": {"application/feed+json, application/atom+xml, application/rss+xml, application/json, application/xml, */*;q=0.5"}}
	if old.etag != "" {
		header.Set("If-None-Match", old.etag)
	}
	if old.modified != "" {
		header.Set("If-Modified-Since", old.modified)
	}
	answer, err := client.Do(ctx, web.Request{URL: source, Header: header, Limit: MaxSize})
	if err != nil || answer.Status == http.StatusNotModified {
		return nil, old, err
	}
	return answer.Body, version{etag: answer.Header.Get("ETag"), modified: answer.Header.Get("Last-Modified")}, nil
}

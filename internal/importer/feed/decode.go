package feed

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"coranto/internal/importer/foreign"
)

// decode unpacks a feed that may be packed with gzip, and makes it UTF-8 without a declaration.
func decode(b []byte) (tidy []byte, notes []string, err error) {
	if bytes.HasPrefix(b, []byte("\x1F\x8B")) {
		z, err := gzip.NewReader(bytes.NewReader(b))
		if err != nil {
			return nil, nil, err
		}
		if b, err = readAll(z); err != nil {
			return nil, nil, fmt.Errorf("unpack: %w", err)
		}
	}
	t, err := foreign.NewText(bytes.NewReader(b))
	if err != nil {
		return nil, nil, err
	}
	tidy, err = io.ReadAll(t)
	return tidy, t.Notes(), err
}

// page says whether a file is an HTML page, and which feed it names, as an error.
func page(b []byte) error {
	head := strings.ToLower(string(b[:min(len(b), 512)]))
	if !strings.HasPrefix(head, "<!doctype html") && !strings.HasPrefix(head, "<html") {
		return nil
	}
	z := html.NewTokenizer(bytes.NewReader(b))
	for t := z.Next(); t != html.ErrorToken; t = z.Next() {
		e := z.Token()
		if e.DataAtom != atom.Link {
			continue
		}
		at := map[string]string{}
		for _, a := range e.Attr {
			at[a.Key] = a.Val
		}
		switch at["type"] {
		case "application/rss+xml", "application/atom+xml", "application/feed+json":
			return fmt.Errorf("a web page and no feed (hint: the page says that its feed is %.300q)", at["href"])
		}
	}
	return fmt.Errorf("a web page and no feed (hint: look for the site's RSS, Atom or JSON Feed)")
}

// exportRoot is the first tag of an export of WordPress, with its namespaces. It is read only.
var exportRoot = regexp.MustCompile(`<rss\s[^>]*wordpress\.org/export/`)

// export says whether a file is an export of WordPress, as an error. It looks like RSS, and what nobody was to read, as
// drafts and posts behind a password, looks like any other item.
func export(b []byte) error {
	if exportRoot.Match(b[:min(len(b), 64<<10)]) {
		return errors.New("an export of WordPress and no feed (hint: coranto import wordpress FILE)")
	}
	return nil
}

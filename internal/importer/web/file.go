package web

import (
	"bytes"
	"context"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"unicode/utf8"
)

// Fetch fetches a media file and returns what it is called: the last part of its address, with the ending of what it is by
// its first bytes. A web page in the place of a file, as servers send for what is gone, is an error.
func (c *Client) Fetch(ctx context.Context, address string) (name string, file []byte, err error) {
	a, err := c.Get(ctx, address, c.opt.MaxFile)
	if err != nil {
		return "", nil, err
	}
	if page(a.Body) {
		return "", nil, fmt.Errorf("fetch %.300q: the server sends a web page where a file should be", address)
	}
	u, err := url.Parse(address)
	if err != nil {
		u = a.URL
	}
	return FileName(path.Base(u.Path), a.Body), a.Body, nil
}

// page says whether a file is HTML.
func page(b []byte) bool {
	t, _, _ := mime.ParseMediaType(http.DetectContentType(b))
	return t == "text/html"
}

// FileName returns a file's name with the ending that is right for its first bytes: many a picture is called .jpg and is
// WebP, or has no ending at all. A file of a kind that we don't know keeps its name.
func FileName(name string, file []byte) string {
	endings := sniff(file)
	ending := path.Ext(name)
	if len(endings) == 0 || slices.Contains(endings, strings.ToLower(ending)) {
		return name
	}
	if len(ending) <= 5 {
		name = strings.TrimSuffix(name, ending)
	}
	if name == "" || name == "/" {
		name = "file"
	}
	return name + endings[0]
}

// sniff returns the endings that fit a file's first bytes, the usual one first.
func sniff(b []byte) []string {
	if len(b) > 12 && string(b[4:8]) == "ftyp" {
		switch brand := string(b[8:12]); {
		case strings.HasPrefix(brand, "M4A"), strings.HasPrefix(brand, "M4B"):
			return []string{".m4a", ".mp4"}
		case brand == "avif" || brand == "avis":
			return []string{".avif"}
		case strings.HasPrefix(brand, "hei"), brand == "mif1":
			return []string{".heic"}
		}
		return []string{".mp4", ".m4a"}
	}
	switch t, _, _ := mime.ParseMediaType(http.DetectContentType(b)); t {
	case "image/jpeg":
		return []string{".jpg", ".jpeg"}
	case "image/png":
		return []string{".png"}
	case "image/gif":
		return []string{".gif"}
	case "image/webp":
		return []string{".webp"}
	case "video/webm":
		return []string{".webm"}
	case "audio/mpeg":
		return []string{".mp3"}
	case "application/ogg":
		return []string{".ogg"}
	case "application/pdf":
		return []string{".pdf"}
	}
	if bytes.HasPrefix(bytes.TrimPrefix(b, []byte("\uFEFF")), []byte("WEBVTT")) && utf8.Valid(b) {
		return []string{".vtt"}
	}
	if len(b) > 2 && b[0] == 0xFF && b[1]&0xE6 == 0xE2 { // a frame of MPEG audio, layer III
		return []string{".mp3"}
	}
	return nil
}

package main

import (
	"strings"

	"coranto/vectors"
)

// keyOf returns the key of a path (SPEC.md, "Paths and keys").
func keyOf(path string) string {
	p := strings.SplitN(path, "/", 3)
	if len(p) == 3 && (p[1] == "story" || p[1] == "archive") {
		return p[1] + "/" + p[2] + "\x00" + p[0]
	}
	return path
}

// badPaths are refused, each with the path that differs in the fault alone.
var badPaths = []struct{ name, code, twin, path string }{
	{"empty", "bad-length", "one byte", ""},
	{"513 bytes", "bad-length", "512 bytes", strings.Repeat("x", 513)},
	{"empty segment", "bad-segment", "page", "en//index.html"},
	{"slash at the front", "bad-segment", "page", "/en/index.html"},
	{"slash at the end", "bad-segment", "page", "en/index.html/"},
	{"dot", "bad-segment", "page", "en/./index.html"},
	{"dots", "bad-segment", "page", "en/../index.html"},
	{"hidden", "bad-segment", "page", ".en/index.html"},
	{"hidden inside", "bad-segment", "page", "en/.index.html"},
	{"space", "bad-byte", "page", "en/index .html"},
	{"percent", "bad-byte", "page", "en/index%2ehtml"},
	{"backslash", "bad-byte", "page", `en\index.html`},
	{"colon", "bad-byte", "page", "en:index.html"},
	{"question mark", "bad-byte", "page", "en/index.html?"},
	{"zero byte", "bad-byte", "page", "en/index.html\x00"},
	{"newline", "bad-byte", "page", "en/index.html\n"},
	{"delete", "bad-byte", "page", "en/index.html\x7f"},
	{"letter that is not ASCII", "bad-byte", "page", "en/indéx.html"},
	{"objects' folder", "kept-name", "like the objects' folder", "o/index.html"},
	{"objects' folder alone", "kept-name", "like the objects' folder alone", "o"},
	{"log's folder", "kept-name", "like the log's folder", "log/index.html"},
	{"trust's folder", "kept-name", "like the trust's folder", "trust/index.html"},
	{"latest", "kept-name", "like latest", "latest"},
	{"below latest", "kept-name", "like latest", "latest/index.html"},
	{"twin", "kept-name", "like a twin", "en/index.html.gz"},
	{"below a twin", "kept-name", "below what is like a twin", "en/a.gz/b"},
	{"twin of a story's page", "kept-name", "story", "fa/story/2026/11/22/border/index.html.gz"},
}

var goodPaths = []struct{ name, path string }{
	{"one byte", "x"},
	{"512 bytes", strings.Repeat("x", 512)},
	{"page", "en/index.html"},
	{"all bytes that a segment may have", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~-"},
	{"dots inside", "en/a..b./c."},
	{"like the objects' folder", "oo/index.html"},
	{"like the objects' folder alone", "O"},
	{"like the log's folder", "logs/index.html"},
	{"like the trust's folder", "en/trust/index.html"},
	{"like latest", "latest.html"},
	{"like a twin", "en/index.html.gzip"},
	{"below what is like a twin", "en/a.gzip/b"},
	{"gz and no dot", "en/gz"},
	{"story", "fa/story/2026/11/22/border/index.html"},
	{"story's picture", "media/story/2026/11/22/border/lead-1a2b3c4d-640.jpg"},
	{"archive", "fa/archive/page/12.html"},
	{"shortest path whose key is moved", "a/story/b"},
	{"story as the last segment", "fa/story"},
	{"archive as the last segment", "fa/archive"},
	{"story as the first segment", "story/2026/x"},
	{"story as the third segment", "fa/topic/story/x"},
	{"a word that begins with story", "fa/storybook/x/y"},
	{"story in capitals", "fa/STORY/x/y"},
	{"story of story", "story/story/story"},
}

func paths() *sheet[vectors.Raw, vectors.Raw] {
	s := newSheet[vectors.Raw, vectors.Raw]("Paths of files, and the keys that they have in the tree.")
	s.rule = "Paths and keys"
	for _, p := range goodPaths {
		s.ok(p.name, raw(text(p.path)), raw(text(keyOf(p.path))))
	}
	for _, p := range badPaths {
		s.no(p.name, p.code, p.twin, raw(text(p.path)))
	}
	s.no("not UTF-8", "bad-byte", "page", raw(hexed([]byte("en/\xff"))))
	return s
}

func keys() *sheet[vectors.Raw, vectors.Raw] {
	s := newSheet[vectors.Raw, vectors.Raw]("Keys of the tree, and the paths that they are of.")
	s.rule = "Paths and keys"
	for _, p := range goodPaths {
		s.ok(p.name, raw(text(keyOf(p.path))), raw(text(p.path)))
	}
	for _, p := range badPaths {
		if !strings.Contains(p.path, "\x00") {
			s.no(p.name, p.code, p.twin, raw(text(keyOf(p.path))))
		}
	}
	for _, k := range []struct{ name, code, twin, key string }{
		{"story's path in place of its key", "not-a-key", "story", "fa/story/2026/11/22/border/index.html"},
		{"archive's path in place of its key", "not-a-key", "archive", "fa/archive/page/12.html"},
		{"moved and not to be", "not-a-key", "page", "index.html\x00en"},
		{"moved and of two segments", "not-a-key", "story as the last segment", "story\x00fa"},
		{"zero byte at the end", "bad-segment", "story", "story/2026/11/22/border/index.html\x00"},
		{"two zero bytes", "bad-byte", "story", "story/2026/11/22/border/index.html\x00fa\x00en"},
		{"two segments moved", "not-a-key", "story", "story/2026/11/22/border/index.html\x00fa/en"},
		{"zero byte alone", "bad-segment", "one byte", "\x00"},
	} {
		s.no(k.name, k.code, k.twin, raw(text(k.key)))
	}
	return s
}

func objectPaths() *sheet[vectors.Raw, vectors.ObjectPathValue] {
	s := newSheet[vectors.Raw, vectors.ObjectPathValue]("Where objects stand on a mirror.")
	s.rule = "Layout of a mirror"
	h := sum([]byte("an object")).String()
	good := "o/" + h[:2] + "/" + h
	s.ok("object", raw(text(good)), vectors.ObjectPathValue{Hash: h})
	for _, p := range []struct{ name, path string }{
		{"in capitals", "o/" + h[:2] + "/" + strings.ToUpper(h)},
		{"in another's folder", "o/" + h[2:4] + "/" + h},
		{"without a folder", "o/" + h},
		{"cut short", good[:len(good)-1]},
		{"too long", good + "0"},
		{"no hex", good[:len(good)-1] + "g"},
		{"in another place", "p" + good[1:]},
		{"in no place", good[2:]},
	} {
		s.no(p.name, "not-an-object", "object", raw(text(p.path)))
	}
	return s
}

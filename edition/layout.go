package edition

import (
	"fmt"
	"strings"
)

// Where things stand on a mirror (SPEC.md, "Layout"). Paths are slash-separated and relative, as io/fs names them.
const (
	LatestPath     = "latest"
	CheckpointPath = "log/checkpoint"
	TimestampPath  = "trust/timestamp.json"
	MastheadPath   = "masthead.json"
	// TwinSuffix is added to a plain page's path for its gzip twin, for web servers that look for one.
	TwinSuffix = ".gz"
)

// ObjectPath returns where an object stands: o/ab/abcd….
func ObjectPath(h Hash) string {
	s := h.String()
	return "o/" + s[:2] + "/" + s
}

// ParseObjectPath returns the hash in an object's path, and whether it is one.
func ParseObjectPath(p string) (Hash, bool) {
	if len(p) != 5+64 || p[:2] != "o/" {
		return Hash{}, false
	}
	h, err := ParseHash(p[5:])
	return h, err == nil && ObjectPath(h) == p
}

// CheckPath says what is wrong with the path of a published file: a path is 1 to MaxPath bytes, of segments of
// a-z A-Z 0-9 . _ ~ - that don't begin with a dot, and keeps clear of the names that the format uses itself.
func CheckPath(p string) error {
	if p == "" || len(p) > MaxPath {
		return fmt.Errorf("path %.60q: a path has 1 to %d bytes", p, MaxPath)
	}
	top, _, _ := strings.Cut(p, "/")
	switch top {
	case "o", "log", "trust", LatestPath:
		return fmt.Errorf("path %q: %q is a name of the format's own", p, top)
	}
	for s := range strings.SplitSeq(p, "/") {
		if s == "" || s[0] == '.' {
			return fmt.Errorf("path %q: a segment is empty or begins with a dot", p)
		}
		if strings.HasSuffix(s, TwinSuffix) {
			return fmt.Errorf("path %q: %s is kept for twins", p, TwinSuffix)
		}
		for i := range len(s) {
			if !pathByte(s[i]) {
				return fmt.Errorf("path %q: byte %q is not allowed", p, s[i])
			}
		}
	}
	return nil
}

func pathByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
		c == '.' || c == '_' || c == '~' || c == '-'
}

// A path whose second segment is one of these is keyed with its first segment moved last, so that the translations
// of a story, and a day's lists in all languages, are neighbours in the tree.
func movedLast(second string) bool { return second == "story" || second == "archive" }

// Key returns the tree key of a path: the path itself, or, when its second segment is "story" or "archive", what
// follows the first segment, a zero byte, and the first segment.
//
//	fa/index.html                    → fa/index.html
//	fa/story/2026/11/22/x/index.html → story/2026/11/22/x/index.html \x00 fa
func Key(path string) string {
	if first, rest, ok := strings.Cut(path, "/"); ok {
		if second, _, ok := strings.Cut(rest, "/"); ok && movedLast(second) {
			return rest + "\x00" + first
		}
	}
	return path
}

// ParseKey returns the path of a key, or an error when the key is not the key of a valid path.
func ParseKey(key string) (path string, err error) {
	path = key
	if rest, first, ok := strings.Cut(key, "\x00"); ok {
		path = first + "/" + rest
	}
	if err := CheckPath(path); err != nil {
		return "", err
	}
	if Key(path) != key {
		return "", fmt.Errorf("key %q is not the key of %q", key, path)
	}
	return path, nil
}

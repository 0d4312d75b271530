package importer

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// TopicSlug makes a slug of a topic's name, for a source that has none: its letters without their marks, if they are then
// all Latin, otherwise "t-" and the beginning of a hash, for a slug must not change when a transliteration does.
func TopicSlug(name string) string {
	if name == "" {
		return ""
	}
	var b strings.Builder
	for _, c := range strings.ToLower(norm.NFKD.String(name)) {
		switch {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9':
			b.WriteRune(c)
		case unicode.Is(unicode.Mn, c) && c < 0x370: // an accent on a Latin letter
		case unicode.IsLetter(c) || unicode.IsDigit(c) || unicode.IsMark(c):
			return hashedSlug(name)
		case !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	slug := strings.Trim(b.String(), "-")
	if slug == "" || len(slug) > 80 {
		return hashedSlug(name)
	}
	return slug
}

func hashedSlug(name string) string {
	sum := sha256.Sum256([]byte(strings.ToLower(name)))
	return "t-" + hex.EncodeToString(sum[:4])
}

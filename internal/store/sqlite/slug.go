package sqlite

import (
	"context"
	"encoding/hex"
	"fmt"
	"strings"

	"coranto/edition"
)

// maxSlug is the length of a slug (news.Address).
const maxSlug = 80

// slugs returns the slugs that a story may have, the one to prefer first: what its source wished for, or else its ID,
// written in ASCII, then the same told apart by more and more of the ID's SHA-256.
func slugs(wish, id string) []string {
	sum := edition.Sum([]byte(id))
	digits := hex.EncodeToString(sum[:])
	base := slug(wish)
	if base == "" {
		base = slug(id)
	}
	if base == "" {
		base = "story-" + digits[:12]
	}
	choice := []string{base}
	for _, n := range []int{6, 12, 24, 64} {
		room := min(len(base), maxSlug-1-n)
		choice = append(choice, strings.TrimRight(base[:room], "-")+"-"+digits[:n])
	}
	return choice
}

// slug writes a text as a to z, 0 to 9, and "-" for each run of other characters between them.
func slug(text string) string {
	var b strings.Builder
	gap := false
	for _, c := range text {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if !('a' <= c && c <= 'z' || '0' <= c && c <= '9') {
			gap = b.Len() > 0
			continue
		}
		if gap {
			b.WriteByte('-')
			gap = false
		}
		b.WriteRune(c)
	}
	s := b.String()
	return strings.TrimRight(s[:min(len(s), maxSlug)], "-")
}

// freeSlug returns the first of a story's slugs that no other story has.
func freeSlug(ctx context.Context, s *session, wish, id string) (string, error) {
	for _, slug := range slugs(wish, id) {
		taken, err := one(ctx, s, value[bool], "SELECT EXISTS (SELECT 1 FROM story WHERE slug = ?)", slug)
		if err != nil {
			return "", err
		}
		if !taken {
			return slug, nil
		}
	}
	return "", fmt.Errorf("story %q: all its slugs are taken", id)
}

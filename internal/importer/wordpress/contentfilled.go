package wordpress

import (
	"slices"
	"strings"

	"coranto/internal/importer"
)

// withoutFilled takes out of what the site rendered the elements that it filled in: they are of the page, not of its text.
// Behind the first of them that has no end all stays, so that a text of beginnings is read once.
func withoutFilled(clean *importer.Cleaner, text string) string {
	var out strings.Builder
	for ended := true; ; {
		i := strings.IndexByte(text, '<')
		if i < 0 {
			out.WriteString(text)
			return out.String()
		}
		out.WriteString(text[:i])
		text = text[i:]
		n := tagLength(text)
		if what := filled(text[:n]); what != "" && ended {
			end := elementEnd(text)
			if ended = end > 0; ended {
				clean.Note("left out the block %q: the site filled it in", what)
				text = text[end:]
				continue
			}
		}
		out.WriteString(text[:n])
		text = text[n:]
	}
}

// filled returns what the site filled an element with, by the tag that begins it; "" where it is the text's own.
func filled(tag string) string {
	_, class, ok := strings.Cut(tag, ` class="`)
	if name, closes := tagName(tag); !ok || closes || name == "" {
		return ""
	}
	class, _, _ = strings.Cut(class, `"`)
	for c := range strings.FieldsSeq(class) {
		if c == "sharedaddy" || c == "jp-relatedposts" {
			return c
		}
		if name, ok := strings.CutPrefix(c, "wp-block-"); ok && slices.Contains(filledBlocks(), name) {
			return name
		}
	}
	return ""
}

// elementEnd returns the length of the element that a text begins with; 0 where it has no end.
func elementEnd(text string) int {
	name, _ := tagName(text[:tagLength(text)])
	depth := 0
	for i := 0; i < len(text); {
		n := strings.IndexByte(text[i:], '<')
		if n < 0 {
			return 0
		}
		i += n
		n = tagLength(text[i:])
		switch other, closes := tagName(text[i : i+n]); {
		case other != name:
		case closes:
			depth--
		default:
			depth++
		}
		if i += n; depth == 0 {
			return i
		}
	}
	return 0
}

package wordpress

import (
	"html"
	"slices"
	"strings"
)

// maxTag is the length in bytes of a shortcode's opening, maxOpen how deep shortcodes may stand in each other.
const maxTag, maxOpen = 32 << 10, 8

// A shortcode is a word in brackets that WordPress replaces when a text is shown: [gallery ids="1,2"].
type shortcode struct {
	name string
	// set are the attributes with a name, in lower case, bare those without.
	set  map[string]string
	bare []string
	// inside is what stands between [name] and [/name]; encloses says that there is an end.
	inside   string
	encloses bool
	// closing says that it is an end by itself: [/name].
	closing bool
}

// value returns the first attribute of some names that is set.
func (s shortcode) value(names ...string) string {
	for _, n := range names {
		if v := s.set[n]; v != "" {
			return v
		}
	}
	return ""
}

// expand replaces the shortcodes of a text by what make says; where that is not ok, the brackets stay as text. What
// stands within tags of HTML and in program text is left alone, and so is [[name]]. enclosing says which names may have an
// end.
func expand(text string, enclosing func(name string) bool, make func(shortcode) (made string, ok bool)) string {
	if !strings.Contains(text, "[") {
		return text
	}
	var out strings.Builder
	ends := endings{}
	for i := 0; i < len(text); {
		n := strings.IndexAny(text[i:], "<[")
		if n < 0 {
			out.WriteString(text[i:])
			break
		}
		out.WriteString(text[i : i+n])
		if i += n; text[i] == '<' {
			n = verbatim(text[i:])
			out.WriteString(text[i : i+n])
			i += n
			continue
		}
		if n = escaped(text[i:]); n > 0 {
			out.WriteString(text[i : i+n])
			i += n
			continue
		}
		code, n := readShortcode(text[i:])
		if n == 0 {
			out.WriteByte('[')
			i++
			continue
		}
		whole := n
		if !code.closing && enclosing(code.name) {
			if end := ends.next(text, code.name, i+n); end >= 0 {
				code.inside, code.encloses = text[i+n:end], true
				whole = end + len("[/]") + len(code.name) - i
			}
		}
		made, ok := make(code)
		if !ok {
			made, whole = text[i:i+n], n
		}
		out.WriteString(made)
		i += whole
	}
	return out.String()
}

// verbatim returns the length of the tag that a text begins with, of program text whole.
func verbatim(text string) int {
	n := tagLength(text)
	name, closes := tagName(text[:n])
	if closes || !slices.Contains([]string{"pre", "code", "script", "style", "textarea"}, name) {
		return n
	}
	if end := strings.Index(text[n:], "</"+name); end >= 0 {
		return n + end
	}
	return len(text)
}

// endings remembers where the next end of each shortcode stands, so that a text of openings without ends is read once.
type endings map[string]int

// next returns where the end of a shortcode stands that was opened before from, or -1: it must come before another is opened.
func (e endings) next(text, name string, from int) int {
	end, known := e[name]
	if !known || end >= 0 && end < from {
		if end = strings.Index(text[from:], "[/"+name+"]"); end >= 0 {
			end += from
		}
		e[name] = end
	}
	if end < 0 || strings.Contains(text[from:end], "["+name+" ") || strings.Contains(text[from:end], "["+name+"]") {
		return -1
	}
	return end
}

// unescape makes [name] of [[name]], once nothing is expanded any more.
func unescape(text string) string {
	var out strings.Builder
	for {
		i := strings.Index(text, "[[")
		if i < 0 {
			out.WriteString(text)
			return out.String()
		}
		out.WriteString(text[:i])
		if n := escaped(text[i:]); n > 0 {
			out.WriteString(text[i+1 : i+n-1])
			text = text[i+n:]
			continue
		}
		out.WriteByte('[')
		text = text[i+1:]
	}
}

// escaped returns the length of a shortcode in two pairs of brackets, which stands for itself; 0 where there is none.
func escaped(text string) int {
	if !strings.HasPrefix(text, "[[") {
		return 0
	}
	if _, n := readShortcode(text[1:]); n > 0 && strings.HasPrefix(text[1+n:], "]") {
		return n + 2
	}
	return 0
}

// readShortcode reads the opening or the end of a shortcode that a text begins with, and returns its length; 0 for none.
func readShortcode(text string) (shortcode, int) {
	end := strings.IndexAny(text[1:min(len(text), maxTag)], "[]") + 1
	if end == 0 || text[end] == '[' {
		return shortcode{}, 0
	}
	inside, closing := strings.CutPrefix(text[1:end], "/")
	n := strings.IndexFunc(inside, func(c rune) bool { return !isNameRune(c) || c == '/' })
	if n < 0 {
		n = len(inside)
	}
	code := shortcode{name: strings.ToLower(inside[:n]), closing: closing}
	rest := inside[n:]
	if code.name == "" || strings.Trim(code.name, "0123456789-_") == "" || rest != "" && !strings.ContainsRune(" \t\n\r=/\u00A0", firstRune(rest)) {
		return shortcode{}, 0
	}
	code.set, code.bare = readAttributes(strings.TrimSuffix(rest, "/"))
	return code, end + 1
}

func firstRune(s string) rune {
	for _, c := range s {
		return c
	}
	return 0
}

// readAttributes reads the attributes of a shortcode: name="value", with any quotes or none, and values by themselves.
func readAttributes(s string) (set map[string]string, bare []string) {
	if s == "" {
		return nil, nil
	}
	s = strings.NewReplacer("\u00A0", " ", "“", `"`, "”", `"`, "″", `"`, "‘", "'", "’", "'", "&#8220;", `"`, "&#8221;", `"`, "&quot;", `"`,
		"&#8243;", `"`, "\n", " ", "\r", " ", "\t", " ").Replace(s)
	set = map[string]string{}
	s = strings.TrimLeft(s, " =")
	for s != "" {
		var name, value string
		if i := strings.IndexFunc(s, func(c rune) bool { return !isNameRune(c) || c == '/' }); i > 0 && s[i] == '=' {
			name, s = strings.ToLower(s[:i]), strings.TrimLeft(s[i+1:], " ")
		}
		value, s = readValue(s)
		if value = html.UnescapeString(value); name != "" {
			set[name] = value
		} else if value != "" {
			bare = append(bare, value)
		}
		s = strings.TrimLeft(s, " ")
	}
	return set, bare
}

// readValue reads a value, in quotes or up to the next space, and returns what follows.
func readValue(s string) (value, rest string) {
	if s != "" && (s[0] == '"' || s[0] == '\'') {
		if end := strings.IndexByte(s[1:], s[0]); end >= 0 {
			return s[1 : 1+end], s[end+2:]
		}
		s = s[1:]
	}
	value, rest, _ = strings.Cut(s, " ")
	return value, rest
}

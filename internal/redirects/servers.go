package redirects

import (
	"fmt"
	"math/bits"
	"regexp"
	"strings"
	"unicode/utf8"
)

// nginx writes maps, which stand in its http block, by the path and by the path with the query.
func nginx(w *writer) error {
	keys := nginxKeys{odd: map[string]bool{}}
	if err := w.each(keys.note); err != nil {
		return err
	}
	w.line("# Old addresses. Include this file in the http block of nginx, and in the old site's server block say:")
	w.line("#     if ($coranto_moved) { return 301 $coranto_moved; }")
	w.line("map_hash_bucket_size %d;", max(128, 1<<bits.Len(uint(keys.longest+32))))
	w.line("map_hash_max_size %d;", max(2048, 1<<bits.Len(uint(4*keys.n))))
	for _, asked := range []bool{false, true} {
		from, to := "$uri", "$coranto_by_path"
		if asked {
			from, to = "\"$uri?$args\"", "$coranto_by_query"
		}
		w.line("map %s %s {\n    default \"\";", from, to)
		err := w.each(func(e entry) {
			if (e.query != "") != asked || !keys.take(e) {
				return
			}
			w.written++
			for _, key := range e.keys() {
				w.line("    %s \"%s\";", quoted(key), e.to)
			}
		})
		if err != nil {
			return err
		}
		w.line("}")
	}
	w.line("map $coranto_by_query $coranto_moved {\n    default $coranto_by_query;\n    \"\" $coranto_by_path;\n}")
	return nil
}

// nginxKeys are the keys of nginx's maps, which know no letter case and may not be there twice. Of two that are one, the
// first counts.
type nginxKeys struct {
	n, longest int
	// odd are those that may be another's too, and whether one of them was taken.
	odd map[string]bool
}

func (k *nginxKeys) note(e entry) {
	k.n++
	key := e.keys()[0]
	k.longest = max(k.longest, len(key)+1)
	if lower := lowered(key); lower != key || strings.Contains(e.from, "%") {
		k.odd[lower] = false
	}
}

func (k *nginxKeys) take(e entry) bool {
	key := lowered(e.keys()[0])
	taken, odd := k.odd[key]
	if odd {
		k.odd[key] = true
	}
	return !taken
}

// lowered returns a text with its ASCII letters in lower case.
func lowered(s string) string {
	return strings.Map(func(c rune) rune {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		return c
	}, s)
}

// quoted returns a text between quotation marks, as nginx reads it.
func quoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// apache writes rules of mod_rewrite, for the virtual host of the old site or a file .htaccess at its root.
func apache(w *writer) error {
	w.line("# Old addresses, for the virtual host of the old site or the .htaccess at its root, above other rules.")
	w.line("RewriteEngine On")
	return w.each(func(e entry) {
		w.written++
		if e.query != "" {
			w.line("RewriteCond %%{QUERY_STRING} \"^%s$\"", pattern(e.query))
		}
		path := "^/?" + pattern(strings.TrimPrefix(e.path, "/"))
		if !e.page && e.path != "/" {
			path += "/?"
		}
		w.line("RewriteRule \"%s$\" \"%s\" [R=301,L,NE,QSD]", path, strings.ReplaceAll(e.to, "%", `\%`))
	})
}

// pattern returns what matches a text, within quotation marks of Apache: a backslash or a quotation mark stands there by its
// number, since both mean something to who reads the marks.
func pattern(s string) string {
	return strings.NewReplacer(`\\`, `\x5C`, `"`, `\x22`).Replace(regexp.QuoteMeta(s))
}

// caddy writes maps for the block of the old site. A Caddyfile has no way to write braces, backslashes and quotation marks
// that would be safe everywhere, so that addresses with these, or in another encoding than UTF-8, are left out.
func caddy(w *writer) error {
	w.line("# Old addresses, for the block of the old site in a Caddyfile.")
	for _, asked := range []bool{false, true} {
		from, to := "{path}", "coranto_by_path"
		if asked {
			from, to = "{path}?{query}", "coranto_by_query"
		}
		w.line("map %s {%s} {", from, to)
		err := w.each(func(e entry) {
			if (e.query != "") != asked || strings.ContainsAny(e.path, "{}\\\"`") || !utf8.ValidString(e.path) {
				return
			}
			w.written++
			for _, key := range e.keys() {
				w.line("\t\"%s\" \"%s\"", key, e.to)
			}
		})
		if err != nil {
			return err
		}
		w.line("\tdefault \"\"\n}")
		w.line("@%s expression `{%[1]s} != \"\"`\nredir @%[1]s {%[1]s} 301", to)
	}
	return nil
}

// netlify writes a file _redirects.
func netlify(w *writer) error {
	return w.each(func(e entry) {
		w.written++
		query := ""
		if e.query != "" {
			query = " " + strings.ReplaceAll(e.query, "&", " ")
		}
		for _, path := range e.paths() {
			w.line("%s%s %s 301!", netlifyPath(path), query, e.to)
		}
	})
}

// netlifyPath returns a path with everything percent-encoded that is not plain, as the marks of placeholders.
func netlifyPath(path string) string {
	var b strings.Builder
	for i := range len(path) {
		c := path[i]
		if c == '/' || c == '-' || c == '_' || c == '.' || c == '~' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

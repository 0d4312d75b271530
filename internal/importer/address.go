package importer

import (
	"net/url"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Address returns the one form in which the address of an article on the web is looked up, and "" for what is none: of a
// URL of http or https its host in lower case without a "www.", its path without a slash at the end and its query
// without what only counts visits, percent-decoded where that is UTF-8. http://www.Lantern.example/2014/05/border/#more is
// lantern.example/2014/05/border.
func Address(link string) string {
	u, err := url.Parse(strings.Trim(link, " \t\r\n"))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || len(link) > maxURL || !plainText(link) {
		return ""
	}
	host := strings.Trim(strings.ToLower(u.Hostname()), ".")
	for strings.HasPrefix(host, "www.") {
		host = strings.TrimLeft(strings.TrimPrefix(host, "www."), ".")
	}
	if host == "" || strings.ContainsFunc(host, func(c rune) bool { return c <= ' ' || strings.ContainsRune("%/?#@[]\\", c) }) {
		return ""
	}
	if port := u.Port(); port != "" && port != "80" && port != "443" {
		host += ":" + port
	}
	address := host + strings.TrimRight(plainPath(u), "/")
	if q := plainQuery(u.RawQuery); q != "" {
		address += "?" + q
	}
	return norm.NFC.String(address)
}

// plainPath returns the path with its percents decoded; as it is written where that is no UTF-8, or would be another path.
func plainPath(u *url.URL) string {
	if strings.Contains(u.EscapedPath(), "%2") || !plainText(u.Path) {
		return u.EscapedPath()
	}
	return u.Path
}

// plainQuery returns a query without the parameters that only say where a visitor came from.
func plainQuery(query string) string {
	var kept []string
	for part := range strings.SplitSeq(query, "&") {
		name, _, _ := strings.Cut(part, "=")
		if part == "" || strings.HasPrefix(name, "utm_") || name == "fbclid" || name == "gclid" {
			continue
		}
		if plain, err := url.QueryUnescape(part); err == nil && plainText(plain) && !strings.ContainsAny(plain, " &=%+#") {
			part = plain
		}
		kept = append(kept, part)
	}
	return strings.Join(kept, "&")
}

// plainText says whether a text is UTF-8 without control characters.
func plainText(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(c rune) bool { return c < ' ' || c == 0x7F })
}

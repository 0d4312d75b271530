package importer

import (
	"net/url"
	"path"
	"slices"
	"strings"

	"golang.org/x/net/idna"
)

// maxURL is the length of a URL that is worth keeping.
const maxURL = 4096

// Link returns a reference as the absolute URL that an article may link to, or "" when it is none: of http, https or
// mailto, resolved against base (which may be nil), without a password, its host in ASCII. A mere fragment is none.
func Link(ref string, base *url.URL) string {
	ref = strings.TrimSpace(ref)
	u, err := url.Parse(ref)
	if err != nil || ref == "" || ref[0] == '#' {
		return ""
	}
	if base != nil {
		u = base.ResolveReference(u)
	}
	if u.Scheme == "mailto" && u.Opaque != "" {
		return short(u.String())
	}
	if !slices.Contains([]string{"http", "https"}, u.Scheme) || u.Hostname() == "" {
		return ""
	}
	host, err := idna.Lookup.ToASCII(u.Hostname())
	if err != nil && !plainHost(u.Host) {
		return ""
	}
	if err == nil && host != u.Hostname() {
		u.Host = strings.Replace(u.Host, u.Hostname(), host, 1)
	}
	u.User = nil
	return short(u.String())
}

// plainHost says whether a host is of ASCII that needs no rewriting; idna refuses some that exist, as a_b.example.
func plainHost(host string) bool {
	return !strings.ContainsFunc(host, func(c rune) bool { return c <= ' ' || c >= 0x7F })
}

// short returns a URL, or "" where it is too long or has a character that no URL has.
func short(u string) string {
	if clean, dropped := CleanText(u); len(u) > maxURL || clean != u || dropped != nil || strings.ContainsAny(u, " \t\n") {
		return ""
	}
	return u
}

// webLink is Link for what a browser shows: no mailto.
func webLink(ref string, base *url.URL) string {
	if u := Link(ref, base); !strings.HasPrefix(u, "mailto:") {
		return u
	}
	return ""
}

// linkName returns words for a URL that came without any: the file's name, or the host.
func linkName(link string) string {
	u, err := url.Parse(link)
	if err != nil {
		return link
	}
	if name := path.Base(u.Path); strings.Contains(name, ".") && name != "." {
		return u.Host + " " + name
	}
	return u.Host
}

// Slug returns the last part of a URL's path where it would do as the last part of an address, and "" where not: it
// must have a letter, since a number tells people nothing, and no query after it that tells one story from another.
func Slug(link string) string {
	u, err := url.Parse(link)
	if err != nil {
		return ""
	}
	for key := range u.Query() {
		if !strings.HasPrefix(key, "utm_") {
			return ""
		}
	}
	p := strings.TrimRight(u.Path, "/")
	if base := path.Base(p); strings.HasPrefix(base, "index.") {
		p = path.Dir(p)
	}
	s := strings.ToLower(path.Base(p))
	s = strings.ReplaceAll(strings.TrimSuffix(s, path.Ext(s)), "_", "-")
	if len(s) > 80 || !strings.ContainsAny(s, "abcdefghijklmnopqrstuvwxyz") || strings.Trim(s, "-") != s || strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		return ""
	}
	return s
}

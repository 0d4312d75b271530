package mirror

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"coranto/edition"
)

// Kinds are the hosts whose configuration Headers can write.
var kinds = map[string]func() string{"netlify": netlify, "apache": apache, "nginx": nginx, "caddy": caddy}

// Kinds returns the names of the hosts that Headers knows: netlify stands for all that read a file _headers.
func Kinds() []string { return slices.Sorted(maps.Keys(kinds)) }

// Headers returns the configuration with which a static host serves a mirror as Handler does: who may ask, what type
// each file has and how long it may be cached. It is for the host's own configuration: inside of the mirror it would be
// a file that the newsroom has not signed, which verify names.
func Headers(kind string) (string, error) {
	write, ok := kinds[kind]
	if !ok {
		return "", fmt.Errorf("no kind of host %q: want one of %s", kind, strings.Join(Kinds(), ", "))
	}
	return write(), nil
}

// A rule is the caching of the files below a prefix, or of one file. The later rule wins.
type rule struct{ prefix, cache string }

func rules() []rule {
	return []rule{
		{"o/", cacheControl("o/")},
		{"trust/", cacheControl("trust/1.root.json")},
		{"log/tile/", cacheControl("log/tile/0/000.p/1")}, // partial tiles are not told apart by a prefix
		{edition.TimestampPath, cacheControl(edition.TimestampPath)},
		{edition.CheckpointPath, cacheControl(edition.CheckpointPath)},
		{edition.LatestPath, cacheControl(edition.LatestPath)},
	}
}

func (r rule) below() bool { return strings.HasSuffix(r.prefix, "/") }

// The headers that every file gets.
const (
	anyOrigin  = "Access-Control-Allow-Origin"
	exposed    = "Access-Control-Expose-Headers"
	exposes    = "Content-Range, Content-Length, ETag"
	sniff      = "X-Content-Type-Options"
	referrer   = "Referrer-Policy"
	noSniff    = "nosniff"
	noReferrer = "no-referrer"
)

// typed are the endings whose type hosts often get wrong, with it.
func typed() []string {
	return slices.SortedFunc(maps.Keys(contentTypes), func(a, b string) int { return cmp.Compare(a, b) })
}

// netlify writes a file _headers, which Netlify, Cloudflare Pages and others read. It can't take a header back that an
// earlier rule gave, so that the rule for all files gives no caching.
func netlify() string {
	var b strings.Builder
	fmt.Fprintf(&b, "/*\n  %s: *\n  %s: %s\n  %s: %s\n  %s: %s\n", anyOrigin, exposed, exposes, sniff, noSniff, referrer, noReferrer)
	for _, r := range rules() {
		switch {
		case r.prefix == "trust/": // a rule for all of it would join with the timestamp's
		case r.below():
			fmt.Fprintf(&b, "/%s*\n  Cache-Control: %s\n", r.prefix, r.cache)
		default:
			fmt.Fprintf(&b, "/%s\n  Cache-Control: %s\n", r.prefix, r.cache)
		}
	}
	fmt.Fprintf(&b, "/*/feed.json\n  Content-Type: %s\n/*/feed.atom\n  Content-Type: %s\n/*/feed.rss\n  Content-Type: %s\n",
		contentType("en/feed.json"), contentType("en/feed.atom"), contentType("en/feed.rss"))
	return b.String()
}

// apache writes what may stand in a <Directory> of Apache, or in a .htaccess file above the mirror. Where Apache logs can
// be said in neither.
func apache() string {
	var b strings.Builder
	b.WriteString("# Logs are switched on and off elsewhere: no CustomLog, and ErrorLog /dev/null, in the virtual host.\n")
	b.WriteString("Options -Indexes\nDirectoryIndex index.html\nRedirectMatch 404 \"/\\.\"\n")
	for _, ext := range typed() {
		if ext != edition.TwinSuffix {
			fmt.Fprintf(&b, "AddType \"%s\" %s\n", contentTypes[ext], ext)
		}
	}
	fmt.Fprintf(&b, "<FilesMatch \"^feed\\.json(\\.gz)?$\">\n  ForceType %s\n</FilesMatch>\n", contentType("en/feed.json"))
	fmt.Fprintf(&b, "Header always set %s \"*\"\nHeader always set %s \"%s\"\nHeader always set %s \"%s\"\nHeader always set %s \"%s\"\n",
		anyOrigin, exposed, exposes, sniff, noSniff, referrer, noReferrer)
	fmt.Fprintf(&b, "Header set Cache-Control \"%s\"\n", minute)
	for _, r := range rules() {
		end, octets := "$", ""
		if r.below() {
			end = ""
		}
		if own(r.prefix) {
			octets = "  ForceType application/octet-stream\n"
		}
		fmt.Fprintf(&b, "<If \"%%{REQUEST_URI} =~ m#/%s%s#\">\n%s  Header set Cache-Control \"%s\"\n</If>\n", quoted(r.prefix), end, octets, r.cache)
	}
	ends := strings.ReplaceAll(strings.Trim(strings.ReplaceAll(packable, " .", "|"), "| "), " ", "")
	b.WriteString("# Twins: what was compressed goes out for the page itself, to who takes it; and under its own name as what it is.\n")
	fmt.Fprintf(&b, "RemoveType .gz\nRemoveEncoding .gz\n<FilesMatch \"\\.(%s)$\">\n  Header append Vary Accept-Encoding\n</FilesMatch>\n", ends)
	b.WriteString("<If \"%{THE_REQUEST} =~ m#\\.gz[ ?]#\">\n  ForceType application/gzip\n</If>\n" +
		"<ElseIf \"%{REQUEST_URI} =~ m#\\.gz$#\">\n  Header set Content-Encoding gzip\n  Header append Vary Accept-Encoding\n</ElseIf>\n")
	fmt.Fprintf(&b, "<IfModule mod_rewrite.c>\nRewriteEngine On\nRewriteCond %%{HTTP:Accept-Encoding} gzip\nRewriteCond %%{HTTP:Range} ^$\n"+
		"RewriteCond %%{REQUEST_FILENAME}.gz -f\nRewriteRule \\.(%s)$ %%{REQUEST_URI}.gz [L]\n</IfModule>\n", ends)
	return b.String()
}

func quoted(s string) string { return strings.ReplaceAll(s, ".", `\.`) }

// nginx writes what may stand in a server block of nginx whose root is the mirror.
func nginx() string {
	var b strings.Builder
	all := fmt.Sprintf("    add_header %s \"*\" always;\n    add_header %s \"%s\" always;\n    add_header %s \"%s\" always;\n    add_header %s \"%s\" always;\n",
		anyOrigin, exposed, exposes, sniff, noSniff, referrer, noReferrer)
	b.WriteString("access_log off;\nerror_log /dev/null;\nautoindex off;\ngzip_static on;\ngzip_vary on;\n" +
		"charset utf-8;\ncharset_types text/css text/javascript text/plain text/vtt;\nlocation ~ /\\. {\n    return 404;\n}\n")
	b.WriteString("types {\n")
	for _, ext := range typed() {
		kind, _, _ := strings.Cut(contentTypes[ext], ";")
		fmt.Fprintf(&b, "    %s %s;\n", kind, strings.TrimPrefix(ext, "."))
	}
	fmt.Fprintf(&b, "}\nlocation / {\n%s    add_header Cache-Control \"%s\";\n}\n", all, minute)
	fmt.Fprintf(&b, "location ~ /feed\\.json$ {\n    types { }\n    default_type %s;\n%s    add_header Cache-Control \"%s\";\n}\n",
		contentType("en/feed.json"), all, minute)
	for _, r := range rules() {
		how := "= /"
		if r.below() {
			how = "^~ /"
		}
		octets := ""
		if own(r.prefix) {
			octets = "    types { }\n    default_type application/octet-stream;\n    gzip_static off;\n"
		}
		fmt.Fprintf(&b, "location %s%s {\n%s%s    add_header Cache-Control \"%s\";\n}\n", how, r.prefix, octets, all, r.cache)
	}
	return b.String()
}

// caddy writes what may stand in a site's block of Caddy beside root; in its route the later header wins.
func caddy() string {
	var b strings.Builder
	fmt.Fprintf(&b, "route {\n\t@hidden path_regexp /\\.\n\trespond @hidden 404\n")
	fmt.Fprintf(&b, "\theader {\n\t\t%s *\n\t\t%s \"%s\"\n\t\t%s %s\n\t\t%s %s\n\t\tCache-Control \"%s\"\n\t}\n",
		anyOrigin, exposed, exposes, sniff, noSniff, referrer, noReferrer, minute)
	for _, ext := range typed() {
		fmt.Fprintf(&b, "\t@%s path *%s\n\theader @%[1]s Content-Type \"%[3]s\"\n", ext[1:], ext, contentTypes[ext])
	}
	fmt.Fprintf(&b, "\t@packed path */ *%s\n\theader @packed Vary Accept-Encoding\n", strings.ReplaceAll(strings.TrimSpace(packable), " ", " *"))
	fmt.Fprintf(&b, "\t@feed path */feed.json\n\theader @feed Content-Type \"%s\"\n", contentType("en/feed.json"))
	for _, r := range rules() {
		below := ""
		if r.below() {
			below = "*"
		}
		fmt.Fprintf(&b, "\theader /%s%s Cache-Control \"%s\"\n", r.prefix, below, r.cache)
		if own(r.prefix) {
			fmt.Fprintf(&b, "\theader /%s%s Content-Type application/octet-stream\n", r.prefix, below)
		}
	}
	b.WriteString("\tfile_server {\n\t\tprecompressed gzip\n\t}\n}\n")
	return b.String()
}

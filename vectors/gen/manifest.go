package main

import (
	"fmt"
	"strings"

	"coranto/vectors"
)

// manifestOf writes a manifest (SPEC.md, "Manifest").
func manifestOf(v vectors.ManifestValue) string {
	var b strings.Builder
	b.WriteString("coranto manifest 1\n")
	fmt.Fprintf(&b, "edition %d\ntime %s\nroot %s\nfiles %d\nbytes %d\n", v.Edition, v.Time, v.Root, v.Files, v.Bytes)
	fmt.Fprintf(&b, "stories %d\narticles %d\nepoch %d\nnonce %s\n", v.Stories, v.Articles, v.Epoch, v.Nonce)
	for _, l := range v.Languages {
		fmt.Fprintf(&b, "language %s\n", l)
	}
	for _, m := range v.Mirrors {
		fmt.Fprintf(&b, "mirror %s\n", m)
	}
	return b.String()
}

// plainManifest returns a manifest of an edition.
func plainManifest(edition uint64) vectors.ManifestValue {
	return vectors.ManifestValue{
		Edition: edition, Time: "2026-11-22T16:00:00Z", Root: sum(fmt.Append(nil, "tree ", edition)).String(),
		Files: 8812, Bytes: 20301177, Stories: 123, Articles: 3690, Nonce: "00112233445566778899aabbccddeeff",
		Languages: []string{"en", "fa"}, Mirrors: []string{"https://news.example/"},
	}
}

// replace returns s with the first old replaced, which must be there.
func replace(s, old, new string) string {
	if !strings.Contains(s, old) {
		panic(fmt.Sprintf("%q is not in %q", old, s))
	}
	return strings.Replace(s, old, new, 1)
}

// swaps are faults that are made by putting one text in the place of another.
type swaps []struct{ name, code, twin, old, new string }

// mirrorFaults are faults of the list of mirrors whose one line is the first string; sep ends a line.
func mirrorFaults(twin, url, sep string) swaps {
	return swaps{
		{"mirror with its scheme in capitals", "bad-mirror", twin, url, "HTTPS://news.example/"},
		{"mirror with its host in capitals", "bad-mirror", twin, url, "https://News.example/"},
		{"mirror with an escape in its host", "bad-mirror", twin, url, "https://news%2eexample/"},
		{"mirror with a port above 65535", "bad-mirror", twin, url, "https://news.example:65536/"},
		{"mirror with port 0", "bad-mirror", twin, url, "https://news.example:0/"},
		{"mirror with a leading zero in its port", "bad-mirror", twin, url, "https://news.example:080/"},
		{"mirror with an empty port", "bad-mirror", twin, url, "https://news.example:/"},
		{"mirror with a zone", "bad-mirror", twin, url, "https://[fe80::1%25en0]/"},
		{"mirror with half an escape in its path", "bad-mirror", twin, url, "https://news.example/%4"},
		{"mirror with an escape that is none", "bad-mirror", twin, url, "https://news.example/%zz"},
		{"mirror with a brace", "bad-mirror", twin, url, "https://news.example/{a}"},
		{"mirror of another scheme", "bad-mirror", twin, url, "ftp://news.example/"},
		{"mirror that is a script", "bad-mirror", twin, url, "javascript:alert(1)"},
		{"mirror without a scheme", "bad-mirror", twin, url, "//news.example/"},
		{"mirror without a host", "bad-mirror", twin, url, "https:///news"},
		{"mirror with a port and no host", "bad-mirror", twin, url, "https://:443/news"},
		{"mirror with a user", "bad-mirror", twin, url, "https://me@news.example/"},
		{"mirror with a query", "bad-mirror", twin, url, "https://news.example/?a=b"},
		{"mirror with an empty query", "bad-mirror", twin, url, "https://news.example/?"},
		{"mirror with a fragment", "bad-mirror", twin, url, "https://news.example/#a"},
		{"mirror that is not ASCII", "bad-mirror", twin, url, "https://news.example/новости/"},
		{"mirror with a space", "bad-mirror", twin, url, "https://news.example/a b/"},
		{"mirror of 257 characters", "bad-mirror", "mirror of 256 characters", url, longMirror(257)},
		{"doubled mirror", "doubled", twin, url, url + sep + url},
	}
}

func longMirror(n int) string {
	const base = "https://news.example/"
	return base + strings.Repeat("x", n-len(base))
}

// tagFaults are faults of the list of languages, of which the first string stands in it.
func tagFaults(twin, tag string) swaps {
	return swaps{
		{"language of one letter", "bad-language", twin, tag, "e"},
		{"language of 36 characters", "bad-language", "language of 35 characters", tag, "abcdefgh-abcdefgh-abcdefgh-abcdefg-i"},
		{"language with a part of nine", "bad-language", "language of 35 characters", tag, "en-abcdefghi"},
		{"language with an underscore", "bad-language", twin, tag, "en_US"},
		{"language that begins with a hyphen", "bad-language", twin, tag, "-en"},
		{"language that ends in a hyphen", "bad-language", twin, tag, "en-"},
		{"language with two hyphens", "bad-language", twin, tag, "en--US"},
		{"language that is not ASCII", "bad-language", twin, tag, "рус"},
	}
}

var longTag = "abcdefgh-abcdefgh-abcdefgh-abcdefgh"

func numbered(n int, format string) (out []string) {
	for i := range n {
		out = append(out, fmt.Sprintf(format, i))
	}
	return out
}

func manifests() *sheet[vectors.Raw, vectors.ManifestValue] {
	s := newSheet[vectors.Raw, vectors.ManifestValue]("Manifests: what an edition is.")
	s.rule = "Manifest"
	ok := func(name string, change func(v *vectors.ManifestValue)) string {
		v := plainManifest(2)
		change(&v)
		b := manifestOf(v)
		v.Record = sum([]byte(b)).String()
		s.ok(name, raw(text(b)), v)
		return b
	}
	good := ok("plain", func(*vectors.ManifestValue) {})
	ok("first edition, of nothing", func(v *vectors.ManifestValue) {
		v.Edition, v.Files, v.Bytes, v.Stories, v.Articles = 1, 0, 0, 0, 0
	})
	ok("largest numbers", func(v *vectors.ManifestValue) {
		const max = 1<<63 - 1
		v.Edition, v.Files, v.Bytes, v.Stories, v.Articles, v.Epoch = max, max, max, max, max, max
	})
	ok("no mirror", func(v *vectors.ManifestValue) { v.Mirrors = []string{} })
	ok("64 mirrors", func(v *vectors.ManifestValue) { v.Mirrors = numbered(64, "https://m%d.example/") })
	ok("256 languages", func(v *vectors.ManifestValue) { v.Languages = numbered(256, "l%d") })
	ok("language of 35 characters", func(v *vectors.ManifestValue) { v.Languages[0] = longTag })
	ok("languages in capitals", func(v *vectors.ManifestValue) { v.Languages = []string{"sr-Cyrl", "zh-Hant-TW", "x1"} })
	ok("mirror of 256 characters", func(v *vectors.ManifestValue) { v.Mirrors[0] = longMirror(256) })
	ok("mirrors of all kinds", func(v *vectors.ManifestValue) {
		v.Mirrors = []string{"http://127.0.0.1:8080/", "https://[2001:db8::1]/x/", "https://news.example", "http://abc.onion:65535/a/%D1%8f"}
	})
	ok("first second of 1970", func(v *vectors.ManifestValue) { v.Time = "1970-01-01T00:00:00Z" })
	ok("a leap day", func(v *vectors.ManifestValue) { v.Time = "2028-02-29T23:59:59Z" })

	all := swaps{
		{"another header", "bad-header", "plain", "manifest 1", "manifest 2"},
		{"carriage return", "bad-header", "plain", "manifest 1\n", "manifest 1\r\n"},
		{"edition 0", "bad-number", "first edition, of nothing", "edition 2", "edition 0"},
		{"number with a leading zero", "not-canonical", "plain", "files 8812", "files 08812"},
		{"number with a plus", "bad-number", "plain", "files 8812", "files +8812"},
		{"negative number", "bad-number", "plain", "files 8812", "files -1"},
		{"number of 2^63", "bad-number", "largest numbers", "files 8812", "files 9223372036854775808"},
		{"number in hex", "bad-number", "plain", "files 8812", "files 0x1"},
		{"number with a space after it", "bad-number", "plain", "files 8812", "files 8812 "},
		{"two spaces", "bad-number", "plain", "files 8812", "files  8812"},
		{"no number", "bad-number", "plain", "files 8812", "files"},
		{"epoch that is negative", "bad-number", "plain", "epoch 0", "epoch -1"},
		{"time in another zone", "not-canonical", "plain", "16:00:00Z", "16:00:00+00:00"},
		{"time with a fraction", "not-canonical", "plain", "16:00:00Z", "16:00:00.5Z"},
		{"time with a small letter", "bad-time", "plain", "T16:00:00Z", "t16:00:00z"},
		{"time with a space", "bad-time", "plain", "22T16", "22 16"},
		{"time of no day", "bad-time", "a leap day", "2026-11-22", "2026-02-29"},
		{"time of no hour", "bad-time", "plain", "16:00:00", "24:00:00"},
		{"time before 1970", "bad-time", "first second of 1970", "2026-11-22T16:00:00", "1969-12-31T23:59:59"},
		{"root in capitals", "bad-hash", "plain", "root " + plainManifest(2).Root, "root " + strings.ToUpper(plainManifest(2).Root)},
		{"root cut short", "bad-hash", "plain", "root " + plainManifest(2).Root, "root " + plainManifest(2).Root[1:]},
		{"nonce cut short", "bad-nonce", "plain", "nonce 0011", "nonce 11"},
		{"nonce too long", "not-canonical", "plain", "nonce 0011", "nonce 000011"},
		{"nonce in capitals", "not-canonical", "plain", "eeff", "EEFF"},
		{"no language", "no-language", "plain", "language en\nlanguage fa\n", ""},
		{"doubled language", "doubled", "plain", "language fa", "language en"},
		{"languages after mirrors", "trailing-bytes", "plain", "language fa\nmirror https://news.example/\n", "mirror https://news.example/\nlanguage fa\n"},
		{"lines in another order", "wrong-order", "plain", "files 8812\nbytes 20301177\n", "bytes 20301177\nfiles 8812\n"},
		{"a line missing", "wrong-order", "plain", "epoch 0\n", ""},
		{"doubled line", "wrong-order", "plain", "epoch 0\n", "epoch 0\nepoch 0\n"},
		{"unknown line", "wrong-order", "plain", "epoch 0\n", "epoch 0\ncolour red\n"},
		{"empty line", "wrong-order", "plain", "epoch 0\n", "epoch 0\n\n"},
		{"no newline at the end", "not-ended", "plain", "news.example/\n", "news.example/"},
		{"unknown line at the end", "trailing-bytes", "plain", "news.example/\n", "news.example/\ncolour red\n"},
		{"empty line at the end", "trailing-bytes", "plain", "news.example/\n", "news.example/\n\n"},
	}
	all = append(all, mirrorFaults("plain", "https://news.example/", "\nmirror ")...)
	for _, f := range append(all, tagFaults("plain", "en\n")...) {
		if f.old == "en\n" {
			f.new += "\n"
		}
		s.no(f.name, f.code, f.twin, raw(text(replace(good, f.old, f.new))))
	}
	many := plainManifest(2)
	many.Mirrors = numbered(65, "https://m%d.example/")
	s.no("65 mirrors", "bad-count", "64 mirrors", raw(text(manifestOf(many))))
	many = plainManifest(2)
	many.Languages = numbered(257, "l%d")
	s.no("257 languages", "bad-count", "256 languages", raw(text(manifestOf(many))))
	s.no("over 16 KiB", "too-large", "plain", raw(join(text(good), repeat("\n", 16384-len(good)+1))))
	s.no("nothing", "bad-header", "plain", raw(text("")))
	s.no("header alone", "not-ended", "plain", raw(text("coranto manifest 1\n")))
	return s
}

func mastheads() *sheet[vectors.Raw, vectors.MastheadValue] {
	s := newSheet[vectors.Raw, vectors.MastheadValue]("Mastheads: what a newsroom hands out. Unlike all else, one may be spaced as people like.")
	s.rule = "Masthead"
	const root = `{"signatures":[],"signed":{}}`
	v := vectors.MastheadValue{Name: "The Lantern", Languages: []string{"en", "fa"}, Mirrors: []string{"https://news.example/"}, ID: sum([]byte(root)).String()}
	good := "{\n  \"coranto\": \"masthead/1\",\n  \"name\": \"The Lantern\",\n  \"languages\": [\n    \"en\",\n    \"fa\"\n  ],\n" +
		"  \"mirrors\": [\n    \"https://news.example/\"\n  ],\n  \"root\": \"{\\\"signatures\\\":[],\\\"signed\\\":{}}\"\n}\n"
	ok := func(name, old, new string, change func(v *vectors.MastheadValue)) {
		v := v
		v.Languages, v.Mirrors = []string{"en", "fa"}, []string{"https://news.example/"}
		change(&v)
		s.ok(name, raw(text(replace(good, old, new))), v)
	}
	same := func(*vectors.MastheadValue) {}
	ok("plain", "", "", same)
	ok("on one line", "\n  \"name\": ", "\"name\":", same)
	ok("fields in another order", "  \"coranto\": \"masthead/1\",\n  \"name\": \"The Lantern\",\n", "  \"name\": \"The Lantern\",\n  \"coranto\": \"masthead/1\",\n", same)
	ok("no newline at the end", "}\n", "}\n", same)
	ok("no mirror", "\n    \"https://news.example/\"\n  ", "", func(v *vectors.MastheadValue) { v.Mirrors = []string{} })
	ok("mirror of 256 characters", "https://news.example/", longMirror(256), func(v *vectors.MastheadValue) { v.Mirrors[0] = longMirror(256) })
	ok("language of 35 characters", `"en"`, `"`+longTag+`"`, func(v *vectors.MastheadValue) { v.Languages[0] = longTag })
	ok("256 languages", "\"en\",\n    \"fa\"", quoted(numbered(256, "l%d")), func(v *vectors.MastheadValue) { v.Languages = numbered(256, "l%d") })
	ok("64 mirrors", `"https://news.example/"`, quoted(numbered(64, "https://m%d.example/")), func(v *vectors.MastheadValue) { v.Mirrors = numbered(64, "https://m%d.example/") })
	const joined = "روزنامهٔ می‌خواهیم"
	ok("name with a joiner", "The Lantern", joined, func(v *vectors.MastheadValue) { v.Name = joined })
	ok("name with an escape", "The Lantern", `\u041d\u043e\u0432\u043e\u0441\u0442\u0438`, func(v *vectors.MastheadValue) { v.Name = "Новости" })
	ok("name of 200 bytes", "The Lantern", strings.Repeat("x", 200), func(v *vectors.MastheadValue) { v.Name = strings.Repeat("x", 200) })

	all := swaps{
		{"another format", "bad-header", "plain", "masthead/1", "masthead/2"},
		{"unknown field", "unknown-field", "plain", "{\n", "{\"colour\": \"red\",\n"},
		{"doubled field", "unknown-field", "plain", "{\n", "{\"name\": \"The Lantern\",\n"},
		{"field in capitals", "unknown-field", "plain", `"name"`, `"Name"`},
		{"field with a long s", "unknown-field", "plain", `"languages"`, `"languageſ"`},
		{"field missing", "missing-field", "plain", "  \"name\": \"The Lantern\",\n", ""},
		{"mirrors that are null", "bad-type", "no mirror", "[\n    \"https://news.example/\"\n  ]", "null"},
		{"name that is null", "bad-name", "plain", `"The Lantern"`, "null"},
		{"name that is a number", "bad-type", "plain", `"The Lantern"`, "7"},
		{"name that is empty", "bad-name", "plain", "The Lantern", ""},
		{"name of 201 bytes", "bad-name", "name of 200 bytes", "The Lantern", strings.Repeat("x", 201)},
		{"name of two lines", "bad-name", "plain", "The Lantern", `The\nLantern`},
		{"name with a control", "bad-name", "plain", "The Lantern", `The\u0007Lantern`},
		{"name with half a pair", "bad-name", "name with an escape", "The Lantern", `The\ud800Lantern`},
		{"name with a line separator", "bad-name", "plain", "The Lantern", `The\u2028Lantern`},
		{"name with a space before it", "bad-name", "plain", "The Lantern", " The Lantern"},
		{"languages that are a string", "bad-type", "plain", "[\n    \"en\",\n    \"fa\"\n  ]", `"en"`},
		{"no language", "bad-count", "plain", "\n    \"en\",\n    \"fa\"\n  ", ""},
		{"257 languages", "bad-count", "256 languages", "\"en\",\n    \"fa\"", quoted(numbered(257, "l%d"))},
		{"65 mirrors", "bad-count", "64 mirrors", `"https://news.example/"`, quoted(numbered(65, "https://m%d.example/"))},
		{"doubled language", "doubled", "plain", `"fa"`, `"en"`},
		{"root that is an object", "bad-type", "plain", `"{\"signatures\":[],\"signed\":{}}"`, `{"signatures":[],"signed":{}}`},
		{"root that is empty", "bad-root", "plain", `"{\"signatures\":[],\"signed\":{}}"`, `""`},
		{"cut short", "bad-json", "plain", "}\n", "\n"},
		{"two objects", "trailing-bytes", "plain", "}\n", "}\n{}\n"},
		{"a list", "bad-json", "plain", "{\n", "[{\n"},
		{"comma at the end", "bad-json", "plain", "}}\"\n}", "}}\",\n}"},
	}
	all = append(all, mirrorFaults("plain", "https://news.example/", "\",\n    \"")...)
	for _, f := range append(all, tagFaults("plain", `"en"`)...) {
		if f.old == `"en"` {
			f.new = `"` + f.new + `"`
		}
		s.no(f.name, f.code, f.twin, raw(text(replace(good, f.old, f.new))))
	}
	s.no("nothing", "bad-json", "plain", raw(text("")))
	s.no("null", "bad-json", "plain", raw(text("null")))
	s.no("name that is not UTF-8", "not-utf-8", "plain", raw(hexed([]byte(replace(good, "The", "Th\xe9")))))
	s.no("over 256 KiB", "too-large", "plain", raw(join(text(good), repeat(" ", 262144))))
	before, after, _ := strings.Cut(good, `{\"signatures\":[],\"signed\":{}}`)
	s.no("root over 128 KiB", "bad-root", "plain", raw(join(text(before), repeat("x", 131073), text(after))))
	return s
}

func quoted(list []string) string { return `"` + strings.Join(list, `","`) + `"` }

func freshness() *sheet[vectors.Freshness, vectors.FreshnessValue] {
	s := newSheet[vectors.Freshness, vectors.FreshnessValue]("What a reader says of a head's age.")
	s.rule = "Freshness"
	const start = "2026-11-22T12:00:00Z" // when the head was signed, and given by a mirror
	for _, c := range []struct {
		name, now, expires, fresh string
		age                       int64
	}{
		{"at once", "2026-11-22T12:00:00Z", "2026-12-22T12:00:00Z", "FRESH", 0},
		{"on the last second", "2026-11-24T12:00:00Z", "2026-12-22T12:00:00Z", "FRESH", 172800},
		{"a second later", "2026-11-24T12:00:01Z", "2026-12-22T12:00:00Z", "AGED", 172801},
		{"a year later", "2027-11-22T12:00:00Z", "2028-12-22T12:00:00Z", "AGED", 31536000},
		{"a clock that is slow by ten minutes", "2026-11-22T11:50:00Z", "2026-12-22T12:00:00Z", "FRESH", 0},
		{"a clock that is slow by more", "2026-11-22T11:49:59Z", "2026-12-22T12:00:00Z", "CLOCK WRONG", 0},
		{"a clock of 1970", "1970-01-01T00:00:00Z", "2026-12-22T12:00:00Z", "CLOCK WRONG", 0},
		{"trust on its last second", "2026-11-22T13:00:00Z", "2026-11-22T13:00:00Z", "FRESH", 3600},
		{"trust a second later", "2026-11-22T13:00:01Z", "2026-11-22T13:00:00Z", "STALE TRUST", 3601},
		{"stale trust and aged", "2026-12-22T12:00:00Z", "2026-11-23T12:00:00Z", "STALE TRUST", 2592000},
		{"stale trust and a wrong clock", "2026-11-22T11:00:00Z", "2026-11-22T10:00:00Z", "CLOCK WRONG", 0},
	} {
		s.ok(c.name, vectors.Freshness{Now: c.now, AsOf: start, MaxAge: 172800, TrustExpires: c.expires, Live: start},
			vectors.FreshnessValue{Fresh: c.fresh, Age: c.age})
	}
	const expires = "2026-12-22T12:00:00Z"
	for _, c := range []struct {
		name, now, live, notBefore, fresh string
		age                               int64
	}{
		{"out of files alone", "2026-11-22T13:00:00Z", "", "", "AGE UNKNOWN", 3600},
		{"out of files alone, aged", "2026-11-25T12:00:00Z", "", "", "AGED", 259200},
		{"out of files alone, stale trust", "2026-12-22T12:00:01Z", "", "", "STALE TRUST", 2592001},
		{"out of files alone, a wrong clock", "2026-11-22T11:00:00Z", "", "", "CLOCK WRONG", 0},
		{"out of files, and an older one from a mirror", "2026-11-22T13:00:00Z", "2026-11-21T12:00:00Z", "", "FRESH", 3600},
		{"out of files, and one that has aged from a mirror", "2026-11-22T13:00:00Z", "2026-11-20T12:59:59Z", "", "AGE UNKNOWN", 3600},
		{"before a time that has passed", "2026-11-22T13:00:00Z", start, "2026-11-22T13:10:01Z", "CLOCK WRONG", 0},
		{"a little before a time that has passed", "2026-11-22T13:00:00Z", start, "2026-11-22T13:10:00Z", "FRESH", 3600},
		{"out of files alone, after a time that has passed", "2026-11-22T13:00:00Z", "", "2026-11-22T12:30:00Z", "AGE UNKNOWN", 3600},
	} {
		s.ok(c.name, vectors.Freshness{Now: c.now, AsOf: start, MaxAge: 172800, TrustExpires: expires, Live: c.live, NotBefore: c.notBefore},
			vectors.FreshnessValue{Fresh: c.fresh, Age: c.age})
	}
	return s
}

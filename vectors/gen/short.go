package main

import (
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"strings"

	"coranto/vectors"
)

// shorts makes short forms of mastheads, with what is compared of them.
func shorts() *sheet[vectors.Raw, vectors.ShortValue] {
	s := newSheet[vectors.Raw, vectors.ShortValue]("Short forms of mastheads: a line for a QR code or a message, and what two people compare of it.")
	s.rule = "Masthead"
	const plainMirror, plainName = "https://mirror.example/lantern/", "The%20Lantern"
	root := [32]byte([]byte("12345678901234567890123456789012"))
	hash := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(root[:])
	good := "coranto:1:1:" + hash + ":" + plainMirror + "#" + plainName
	value := vectors.ShortValue{Version: 1, Root: hexOf(root[:]), Mirror: plainMirror, Name: "The Lantern"}
	value.Words, value.Digits = compared(root)
	ok := func(name, old, new string, change func(v *vectors.ShortValue)) {
		v := value
		change(&v)
		s.ok(name, raw(text(replace(good, old, new))), v)
	}
	ok("plain", "", "", func(*vectors.ShortValue) {})
	ok("version 2^53", ":1:1:", ":1:9007199254740992:", func(v *vectors.ShortValue) { v.Version = 1 << 53 })
	ok("mirror with a port", plainMirror, "http://127.0.0.1:8080", func(v *vectors.ShortValue) { v.Mirror = "http://127.0.0.1:8080" })
	ok("mirror with an address", plainMirror, "http://[2001:db8::1]:8080/a:b", func(v *vectors.ShortValue) { v.Mirror = "http://[2001:db8::1]:8080/a:b" })
	ok("mirror of 256 characters", plainMirror, longMirror(256), func(v *vectors.ShortValue) { v.Mirror = longMirror(256) })
	ok("name in another script", plainName, "%D9%81", func(v *vectors.ShortValue) { v.Name = "ف" })
	ok("name of unreserved characters", plainName, "a-Z.9_~", func(v *vectors.ShortValue) { v.Name = "a-Z.9_~" })
	ok("name with a number sign", plainName, "%23%25%2B", func(v *vectors.ShortValue) { v.Name = "#%+" })
	ok("name of 200 bytes", plainName, strings.Repeat("%D9%81", 100), func(v *vectors.ShortValue) { v.Name = strings.Repeat("ف", 100) })
	zeros := strings.Repeat("A", 52)
	ok("hash of zeros", hash, zeros, func(v *vectors.ShortValue) {
		v.Root = strings.Repeat("0", 64)
		v.Words, v.Digits = compared([32]byte{})
	})
	all := swaps{
		{"another version of the form", "bad-header", "plain", "coranto:1:", "coranto:2:"},
		{"scheme in capitals", "bad-header", "plain", "coranto:", "Coranto:"},
		{"space before it", "bad-header", "plain", "coranto:", " coranto:"},
		{"version 0", "bad-version", "plain", ":1:1:", ":1:0:"},
		{"version above 2^53", "bad-version", "version 2^53", ":1:1:", ":1:9007199254740993:"},
		{"version with a sign", "not-canonical", "plain", ":1:1:", ":1:+1:"},
		{"version with a leading zero", "not-canonical", "plain", ":1:1:", ":1:01:"},
		{"version that is no number", "bad-version", "plain", ":1:1:", ":1:one:"},
		{"no hash", "bad-hash", "plain", hash, ""},
		{"hash that is too short", "bad-hash", "plain", hash, hash[:51]},
		{"hash that is padded", "bad-hash", "plain", hash, hash + "===="},
		{"hash in small letters", "bad-hash", "plain", hash, strings.ToLower(hash)},
		{"hash with a zero in it", "bad-hash", "hash of zeros", hash, "0" + zeros[1:]},
		{"hash with stray bits", "not-canonical", "hash of zeros", hash, zeros[:51] + "B"},
		{"no mirror", "bad-mirror", "plain", plainMirror, ""},
		{"no name", "cut-short", "plain", "#" + plainName, ""},
		{"name that is empty", "bad-name", "plain", plainName, ""},
		{"name of 201 bytes", "bad-name", "name of 200 bytes", plainName, strings.Repeat("%D9%81", 100) + "x"},
		{"name that is not UTF-8", "bad-name", "name in another script", plainName, "%D9"},
		{"name of two lines", "bad-name", "plain", plainName, "The%0ALantern"},
		{"name with a space before it", "bad-name", "plain", plainName, "%20Lantern"},
		{"name with an escape in small letters", "not-canonical", "name in another script", plainName, "%d9%81"},
		{"name with an escape that isn't needed", "not-canonical", "plain", plainName, "%54he%20Lantern"},
		{"name with a plus for a space", "not-canonical", "plain", plainName, "The+Lantern"},
		{"name that is not escaped", "not-canonical", "name in another script", plainName, "ف"},
		{"name with half an escape", "bad-name", "plain", plainName, "The%2"},
		{"newline at the end", "bad-name", "plain", plainName, plainName + "\n"},
		{"another number sign", "not-canonical", "name with a number sign", plainName, "#%25%2B"},
	}
	for _, f := range mirrorFaults("plain", plainMirror, "") {
		if f.name != "doubled mirror" && f.name != "mirror with a fragment" { // what is after it would be the name
			all = append(all, f)
		}
	}
	for _, f := range all {
		s.no(f.name, f.code, f.twin, raw(text(replace(good, f.old, f.new))))
	}
	s.no("nothing", "bad-header", "plain", raw(text("")))
	s.no("scheme alone", "cut-short", "plain", raw(text("coranto:1:")))
	s.no("over 1,024 bytes", "too-large", "plain", raw(join(text(good), repeat("x", 1024))))
	return s
}

// compared returns the lines of the words, counted from 0, and the digits by which a root is compared.
func compared(root [32]byte) (words []int, digits string) {
	k, err := pbkdf2.Key(sha256.New, string(root[:]), []byte("coranto/compare/1"), 1<<16, 25)
	must(err)
	for i := range 8 {
		n := 0
		for bit := 9 * i; bit < 9*i+9; bit++ {
			n = n<<1 | int(k[bit/8]>>(7-bit%8)&1)
		}
		words = append(words, n)
	}
	groups := make([]string, 4)
	for i := range groups {
		groups[i] = fmt.Sprintf("%06d", binary.BigEndian.Uint32(k[9+4*i:])%1_000_000)
	}
	return words, strings.Join(groups, " ")
}

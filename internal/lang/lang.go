// Package lang knows what a page must know of a language: its tag, which way it runs, what it calls itself, how it
// writes a date and says a number, and the words of the interface in it.
//
// It knows nothing of news. The words stand in words/, one TOML file a language, for people to correct; dates come
// from CLDR 48 where the file doesn't say better.
//
//	cat, err := lang.Load()
//	fa := cat.Language("fa")
//	fa.Dir()                  // "rtl"
//	fa.Date(published)        // "۱۴ اسفند ۱۴۰۴"
//	word, in := fa.Word("archive")  // "بایگانی", "fa"
package lang

import (
	"fmt"
	"strings"

	"golang.org/x/text/language"
)

// maxTag is the length of a tag in bytes (RFC 5646, section 4.4.1).
const maxTag = 35

// Canonical returns the canonical form of a BCP 47 tag: en-us and en_US become en-US, iw he. A script that the language
// would imply is kept, so that sr-Cyrl stays what it is. A tag that names no language, as und-Arab, is an error.
func Canonical(tag string) (string, error) {
	t, err := language.Parse(strings.TrimSpace(tag))
	if err != nil {
		return "", fmt.Errorf("%.60q is no language tag", tag)
	}
	if s := t.String(); s == "und" || strings.HasPrefix(s, "und-") {
		return "", fmt.Errorf("%.60q is no language tag: it names no language", tag)
	} else if len(s) > maxTag {
		return "", fmt.Errorf("%.60q is no language tag: it has over %d characters", tag, maxTag)
	}
	return t.String(), nil
}

// Same says whether two tags mean the same by what CLDR takes for granted: en-US is en, zh-CN zh-Hans, sr-Cyrl sr.
// pt-PT is not pt, which is Brazil's, nor is en-GB en.
func Same(a, b string) bool {
	s, err := language.Parse(a)
	t, errB := language.Parse(b)
	return err == nil && errB == nil && (s == t || likely(s) == likely(t))
}

// likely returns a tag with all that goes without saying.
func likely(t language.Tag) string {
	base, _ := t.Base()
	region, _ := t.Region()
	rest := ""
	for _, v := range t.Variants() {
		rest += "-" + v.String()
	}
	for _, x := range t.Extensions() {
		rest += "-" + x.String()
	}
	if base.String() == "und" || strings.HasPrefix(t.String(), "x-") {
		return t.String()
	}
	return base.String() + "-" + script(t) + "-" + region.String() + rest
}

// Dir returns the direction of a language's script, "ltr" or "rtl", as HTML's dir has it. A tag that is not valid is ltr.
func Dir(tag string) string {
	t, err := language.Parse(tag)
	if err != nil {
		return "ltr"
	}
	return scriptDir(script(t))
}

// script returns the ISO 15924 code of a tag's script, Zzzz where nobody knows it. It adds to x/text's table the
// languages that this doesn't have.
func script(t language.Tag) string {
	s, confidence := t.Script()
	if base, _ := t.Base(); confidence != language.Exact {
		switch base.String() {
		case "prs", "azb", "hac", "pbt", "pst", "uzs", "aiq", "bgp", "phr", "acm", "acq", "ayl", "mey":
			return "Arab"
		case "jrb", "jpr":
			return "Hebr"
		case "aii":
			return "Syrc"
		case "mis": // any language: x/text takes it for a lost one
			return "Zzzz"
		}
	}
	return s.String()
}

// scriptDir returns the direction of an ISO 15924 script (Unicode's Bidi_Class of its letters).
func scriptDir(script string) string {
	switch script {
	case "Arab", "Aran", "Hebr", "Thaa", "Syrc", "Syre", "Syrj", "Syrn", "Nkoo", "Adlm", "Rohg", "Mand", "Mend", "Samr", "Yezi",
		"Armi", "Avst", "Chrs", "Cprt", "Elym", "Gara", "Hatr", "Hung", "Khar", "Lydi", "Mani", "Merc", "Mero", "Narb", "Nbat",
		"Orkh", "Ougr", "Palm", "Phli", "Phlp", "Phnx", "Prti", "Sarb", "Sogd", "Sogo":
		return "rtl"
	}
	return "ltr"
}

// Parents returns a tag and the ever wider ones that may stand in for it: fa-AF, fa. They share its script: CLDR's
// parent of sr-Latn is not sr, which is Cyrillic.
func Parents(tag string) []string {
	all := []string{tag}
	t, err := language.Parse(tag)
	if err != nil {
		return all
	}
	if base, _ := t.Base(); base.String() == "prs" {
		return append(all, "fa-AF", "fa")
	}
	for p := t.Parent(); p != language.Und; p = p.Parent() {
		all = append(all, p.String())
	}
	// The file may name the script (sr-Cyrl) where the tag leaves it out (sr), and the other way round (ru-Cyrl).
	base, _ := t.Base()
	for _, wider := range []string{base.String() + "-" + script(t), base.String()} {
		if w, err := language.Parse(wider); err == nil && script(w) == script(t) {
			all = append(all, wider)
		}
	}
	return all
}

// Pick returns the text for a language from texts by tag, and the tag that it stands under: the language's own, a wider
// one's, that of "" for any language, or else the first there is by tag. Empty texts don't count; text is empty when
// there is no other.
func Pick(texts map[string]string, tag string) (text, of string) {
	for _, t := range append(Parents(tag), "") {
		if texts[t] != "" {
			return texts[t], t
		}
	}
	for t, candidate := range texts {
		if candidate != "" && (text == "" || t < of) {
			text, of = candidate, t
		}
	}
	return text, of
}

// Package lang knows what a page must know of a language: its tag, which way it runs, what it calls itself, how it
// writes a date, and the words of the interface in it.
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

	"golang.org/x/text/language"
)

// Canonical returns the canonical form of a BCP 47 tag: en-us becomes en-US, iw he. A script that the language would
// imply is kept, so that sr-Cyrl stays what it is.
func Canonical(tag string) (string, error) {
	t, err := language.Parse(tag)
	if err != nil {
		return "", fmt.Errorf("language %q: %w", tag, err)
	}
	if t == language.Und {
		return "", fmt.Errorf("language %q: no language is named", tag)
	}
	return t.String(), nil
}

// Dir returns the direction of a language's script, "ltr" or "rtl", as HTML's dir has it. A tag that is not valid is ltr.
func Dir(tag string) string {
	t, err := language.Parse(tag)
	if err != nil {
		return "ltr"
	}
	if base, _ := t.Base(); base.String() == "prs" {
		return "rtl" // Dari's own tag: CLDR knows it as fa-AF only.
	}
	script, _ := t.Script()
	return scriptDir(script.String())
}

// scriptDir returns the direction of an ISO 15924 script (Unicode's Bidi_Class of its letters).
func scriptDir(script string) string {
	switch script {
	case "Arab", "Aran", "Hebr", "Thaa", "Syrc", "Nkoo", "Adlm", "Rohg", "Mand", "Samr":
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
	script, _ := t.Script()
	for p := t.Parent(); p != language.Und; p = p.Parent() {
		all = append(all, p.String())
	}
	// The file may name the script (sr-Cyrl) where the tag leaves it out (sr), and the other way round (ru-Cyrl).
	base, _ := t.Base()
	for _, wider := range []string{base.String() + "-" + script.String(), base.String()} {
		w, err := language.Parse(wider)
		if err != nil {
			continue
		}
		if s, _ := w.Script(); s == script {
			all = append(all, wider)
		}
	}
	return all
}

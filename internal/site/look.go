package site

import (
	"crypto/sha256"
	"encoding/base64"
	"html/template"
	"regexp"
	"strings"

	"coranto/internal/lang"
)

// A sheet is a style sheet beyond what all pages share. A page carries the one that it needs, since every byte of it
// stands before the first word.
type sheet string

const (
	prose   sheet = "story.css" // running text: a story, or the newsroom's own words
	listing sheet = "list.css"  // fronts, lists and archives
)

// A look is a style sheet, and the policy that lets it and nothing else shape the page.
type look struct {
	style  template.CSS
	policy string
}

// placeholderURL begins a placeholder in a style sheet.
const placeholderURL = "url(data:"

// with returns the look with some more rules. Only where a placeholder is among them may pictures stand inside the page.
func (l look) with(rules string) look {
	if rules == "" {
		return l
	}
	style := string(l.style) + rules
	policy := contentPolicy(style)
	if strings.Contains(rules, placeholderURL) {
		policy = strings.Replace(policy, "img-src 'self'", "img-src 'self' data:", 1)
	}
	return look{template.CSS(style), policy}
}

// A lookKey says which pages look alike: those of a language that have the same sheet.
type lookKey struct {
	tag   string
	sheet sheet
}

// looks puts together what the pages of each language look like. A theme has the last word.
func looks(langs []lang.Language, theme string) (map[lookKey]look, error) {
	all := make(map[lookKey]look)
	shared, err := assets.ReadFile("style.css")
	if err != nil {
		return nil, err
	}
	for _, of := range []sheet{prose, listing} {
		css, err := assets.ReadFile(string(of))
		if err != nil {
			return nil, err
		}
		for _, l := range langs {
			style := squeeze(string(shared)+string(css)+scriptStyle(l.Tag())) + theme
			all[lookKey{l.Tag(), of}] = look{template.CSS(style), contentPolicy(style)}
		}
	}
	return all, nil
}

// naskh and nastaliq are the faces that phones and computers have for the two ways of writing the Arabic script.
const (
	naskh    = "Vazirmatn, Noto Naskh Arabic, Geeza Pro, Tahoma, sans-serif"
	nastaliq = "Noto Nastaliq Urdu, Jameel Noori Nastaleeq, Urdu Typesetting, serif"
)

// scriptStyle returns what the style sheets say more for a language whose script needs it: faces, room for letters that
// stand on each other or on a slope, larger letters where these are small, and columns from the left for Mongolian.
// Every other language is set in the system's own face, which covers it.
func scriptStyle(tag string) string {
	if strings.Contains(tag, "-Mong") {
		return ":root { writing-mode: vertical-lr } body { padding: 1rem 3rem 1rem 0 } h1, h2, h3, h4 { margin: 0 .4em 0 1.6em } " +
			"p, ul, ol, figure, blockquote, pre, table { margin: 0 1em 0 0 }"
	}
	switch base(tag) {
	case "ur", "ks":
		return ":root { --text: " + nastaliq + "; --head: var(--text); --lead: 2.2; --tight: 2.1 } h1 { font-weight: 400 }"
	case "bo", "dz", "my", "km", "lo", "th":
		return ":root { --head: var(--text); --lead: 1.85; --tight: 1.5 }"
	case "zh", "ja", "ko":
		return ":root { --head: var(--text); --lead: 1.75; --tight: 1.35 } body { line-break: strict } em { font-style: normal; text-emphasis: filled } "
	case "am", "ti", "hi", "mr", "ne", "bn", "pa", "gu", "ta", "te", "ml", "kn", "si":
		return ":root { --head: var(--text); --lead: 1.75; --tight: 1.4 }"
	case "kk", "ky", "tt", "ba", "tg", "mn", "sah", "cv", "az", "uz": // Georgia lacks some of their letters.
		return ":root { --head: Noto Serif, Times New Roman, serif }"
	case "hy", "ka":
		return ":root { --head: var(--text); --lead: 1.65; --tight: 1.3 }"
	}
	if lang.Dir(tag) == "rtl" {
		return ":root { --text: " + naskh + "; --head: var(--text); --lead: 1.85; --tight: 1.5 } em { font-style: normal; font-weight: 600 }"
	}
	return ""
}

// contentPolicy returns the Content Security Policy of all pages: nothing but the site's own pictures, sounds and manifest,
// and the one style that is in the page.
func contentPolicy(style string) string {
	sum := sha256.Sum256([]byte(style))
	return "default-src 'none'; img-src 'self'; media-src 'self'; manifest-src 'self'; style-src 'self' 'sha256-" +
		base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'"
}

var (
	cssComment = regexp.MustCompile(`(?s)/\*.*?\*/`)
	cssBlank   = regexp.MustCompile(`\s+`)
	cssAround  = regexp.MustCompile(` ?([{};,>]) ?`)
)

// squeeze takes comments and needless blanks out of a style sheet that has no strings in it.
func squeeze(css string) string {
	css = cssComment.ReplaceAllString(css, "")
	css = cssBlank.ReplaceAllString(css, " ")
	css = cssAround.ReplaceAllString(css, "$1")
	return strings.TrimSpace(strings.ReplaceAll(css, ": ", ":"))
}

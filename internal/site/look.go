package site

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"regexp"
	"slices"
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

// A look is how the pages of a language that have the same sheet look.
type look struct {
	base  string // rules that all of them have, the script's last
	parts []part
	theme string // has the last word
	whole bool   // says that pages keep all parts
}

// A part is rules that a page carries where it has what they are for: a piece of its HTML, which no text of a story can
// bring about since its < and " are escaped. In a style sheet it begins with a comment, as /* if <table */.
type part struct {
	has, rules string
}

// style returns the rules of the look whose parts are wanted, and some more.
func (l look) style(wanted func(part) bool, more string) string {
	var b strings.Builder
	b.WriteString(l.base)
	for _, p := range l.parts {
		if wanted(p) {
			b.WriteString(p.rules)
		}
	}
	return b.String() + more + l.theme
}

// all returns the rules of the look with every part.
func (l look) all(more string) string {
	return l.style(func(part) bool { return true }, more)
}

// fit takes out of a page with all rules of its look those that it has no use for, and gives it its policy, which it
// returns. A page from a theme's templates keeps all rules: who knows what they use ours for.
func (l look) fit(page []byte, more string) (fitted []byte, policy string) {
	style := l.all(more)
	head, rest, _ := bytes.Cut(page, []byte(`"`+policyMark+`"`))
	before, after, ok := bytes.Cut(rest, []byte("<style>"+style+"</style>"))
	if ok && !l.whole {
		style = l.style(func(p part) bool { return bytes.Contains(after, []byte(p.has)) }, more)
	}
	policy = contentPolicy(style, page)
	if ok {
		rest = slices.Concat(before, []byte("<style>"+style+"</style>"), after)
	}
	return slices.Concat(head, []byte(`"`+policy+`"`), rest), policy
}

// policyMark is what templates have in the place of the policy, which is known when all of the page is. No text can
// bring it about: its " are escaped.
const policyMark = "{policy}"

// A lookKey says which pages look alike: those of a language that have the same sheet.
type lookKey struct {
	tag   string
	sheet sheet
}

// looks puts together what the pages of each language look like. A theme has the last word.
func looks(langs []lang.Language, theme Theme) (map[lookKey]look, error) {
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
		ours, parts := parted(string(shared))
		more, others := parted(string(css))
		for _, l := range langs {
			all[lookKey{l.Tag(), of}] = look{
				base:  ours + more + squeeze(scriptStyle(l.Tag())),
				parts: slices.Concat(parts, others, numerals(l)),
				theme: theme[ThemeCSS],
				whole: theme.hasTemplates(),
			}
		}
	}
	return all, nil
}

// partStart finds where a part of a style sheet begins.
var partStart = regexp.MustCompile(`/\* if (.+?) \*/`)

// parted returns the rules of a style sheet that every page has, and its parts.
func parted(css string) (base string, parts []part) {
	starts := partStart.FindAllStringSubmatchIndex(css, -1)
	if len(starts) == 0 {
		return squeeze(css), nil
	}
	for i, at := range starts {
		end := len(css)
		if i+1 < len(starts) {
			end = starts[i+1][0]
		}
		parts = append(parts, part{css[at[2]:at[3]], squeeze(css[at[1]:end])})
	}
	return squeeze(css[:starts[0][0]]), parts
}

// The faces that phones and computers have for scripts: naskh and nastaliq are the two ways of writing the Arabic one.
const (
	system   = "system-ui, sans-serif"
	latin    = "Georgia, Noto Serif, serif"
	naskh    = "Vazirmatn, Noto Naskh Arabic, Tahoma, sans-serif"
	nastaliq = "Noto Nastaliq Urdu, Jameel Noori Nastaleeq, Urdu Typesetting, serif"
	same     = "var(--text)"
)

// scriptStyle returns what the style sheets say for a language by its script: faces, room for letters that stand on each
// other or on a slope, and columns from the left for Mongolian. Where it names no face for the text, the system's own
// covers the language.
func scriptStyle(tag string) string {
	if strings.Contains(tag, "-Mong") {
		return faces(system, same, 1.6, 1.2) + ":root { writing-mode: vertical-lr } body { padding: 1rem 3rem 1rem 0 } " +
			"h1, h2, h3, h4 { margin: 0 .4em 0 1.6em } p, ul, ol, figure, blockquote, pre, table { margin: 0 1em 0 0 }"
	}
	switch base(tag) {
	case "ur", "ks":
		return faces(nastaliq, same, 2.2, 2.1) + "h1 { font-weight: 400 }"
	case "bo", "dz", "my", "km", "lo", "th":
		return faces(system, same, 1.85, 1.5)
	case "zh", "ja", "ko":
		return faces(system, same, 1.75, 1.35) + "body { line-break: strict } em { font-style: normal; text-emphasis: filled } "
	case "am", "ti", "hi", "mr", "ne", "bn", "pa", "gu", "ta", "te", "ml", "kn", "si":
		return faces(system, same, 1.75, 1.4)
	case "kk", "ky", "tt", "ba", "tg", "mn", "sah", "cv", "az", "uz": // Georgia lacks some of their letters.
		return faces(system, "Noto Serif, Times New Roman, serif", 1.6, 1.2)
	case "hy", "ka":
		return faces(system, same, 1.65, 1.3)
	}
	if lang.Dir(tag) == "rtl" {
		return faces(naskh, same, 1.85, 1.5) + "em { font-style: normal; font-weight: 600 }"
	}
	return faces(system, latin, 1.6, 1.2)
}

// faces returns the variables for the faces of text and headings, and for how far apart their lines stand.
func faces(text, head string, lead, tight float64) string {
	return fmt.Sprintf(":root { --text: %s; --head: %s; --lead: %g; --tight: %g } ", text, head, lead, tight)
}

// counters are the names that CSS has for ways of counting, by their zero.
var counters = map[string]string{
	"٠": "arabic-indic", "۰": "persian", "०": "devanagari", "০": "bengali", "੦": "gurmukhi", "૦": "gujarati", "୦": "oriya",
	"౦": "telugu", "೦": "kannada", "൦": "malayalam", "๐": "thai", "໐": "lao", "༠": "tibetan", "၀": "myanmar", "០": "khmer",
}

// numerals returns the rule that numbers a story's lists in the digits of a language, where those aren't 0 to 9.
func numerals(l lang.Language) []part {
	name, ok := counters[l.Number(0)]
	if !ok {
		return nil
	}
	return []part{{"<ol>", ".body ol{list-style-type:" + name + "}"}}
}

// placeholderURL begins a placeholder in a style sheet.
const placeholderURL = "url(data:"

// contentPolicy returns the Content Security Policy of a page with a style: nothing but that, the site's own pictures, and
// its sounds, films and manifest where the page has them. Only where a placeholder is in the style may pictures stand
// inside the page.
func contentPolicy(style string, page []byte) string {
	sum := sha256.Sum256([]byte(style))
	policy := "default-src 'none'; img-src 'self'; "
	if strings.Contains(style, placeholderURL) {
		policy = "default-src 'none'; img-src 'self' data:; "
	}
	if bytes.Contains(page, []byte("<video")) || bytes.Contains(page, []byte("<audio")) {
		policy += "media-src 'self'; "
	}
	if bytes.Contains(page, []byte(`rel="manifest"`)) {
		policy += "manifest-src 'self'; "
	}
	return policy + "style-src 'self' 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'"
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

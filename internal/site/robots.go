package site

import (
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"coranto/internal/lang"
)

// What the site says of itself to machines, whatever its stories: robots.txt, trust.txt, an icon, and for each language a
// web manifest.
const (
	robotsPath   = "robots.txt"
	trustPath    = "trust.txt"
	iconPath     = "icon.svg"
	iconType     = "image/svg+xml"
	manifestType = "application/manifest+json"
)

func manifestPath(tag string) string { return tag + "/manifest.webmanifest" }

// A TrustLine is a line of trust.txt: what ties the newsroom to others, or says how to reach it.
type TrustLine struct {
	// Attribute is one of TrustAttributes.
	Attribute string
	// Value is an absolute URL, http or https, of a contact also mailto or tel; of datatrainingallowed yes or no.
	Value string
}

// TrustAttributes are what trust.txt may say, in the order in which it is said
// (https://journallist.net/reference-document-for-trust-txt-specifications).
func TrustAttributes() []string {
	return []string{"member", "belongto", "control", "controlledby", "social", "vendor", "customer", "disclosure",
		"contact", "datatrainingallowed"}
}

// CheckTrust returns the first fault of the lines of trust.txt, or nil.
func CheckTrust(lines []TrustLine) error {
	for _, t := range lines {
		if err := t.check(); err != nil {
			return err
		}
	}
	return nil
}

func (t TrustLine) check() error {
	if !slices.Contains(TrustAttributes(), t.Attribute) {
		return fmt.Errorf("trust.txt: there is no %q: want one of %s", t.Attribute, strings.Join(TrustAttributes(), ", "))
	}
	if t.Attribute == "datatrainingallowed" {
		if t.Value != "yes" && t.Value != "no" {
			return fmt.Errorf("trust.txt: datatrainingallowed %q: want yes or no", t.Value)
		}
		return nil
	}
	u, err := url.Parse(t.Value)
	blank := func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }
	switch {
	case err != nil || strings.ContainsFunc(t.Value, blank):
	case (u.Scheme == "https" || u.Scheme == "http") && u.Host != "":
		return nil
	case t.Attribute == "contact" && (u.Scheme == "mailto" || u.Scheme == "tel") && u.Opaque != "":
		return nil
	}
	return fmt.Errorf("trust.txt: %s %q: want a whole address, as https://news.example/", t.Attribute, t.Value)
}

// machine renders what the site says of itself. None of it hangs on the snapshot.
func (s *Site) machine() (Output, error) {
	out := Output{Files: []File{
		{Path: robotsPath, MediaType: "text/plain", Body: []byte(s.robots())},
		{Path: iconPath, MediaType: iconType, Body: []byte(icon(s.cfg.Name))},
	}}
	if len(s.cfg.Trust) > 0 {
		out.Files = append(out.Files, File{Path: trustPath, MediaType: "text/plain", Body: []byte(s.trust())})
	}
	for _, l := range s.langs {
		f, err := s.manifest(l)
		if err != nil {
			return Output{}, err
		}
		out.Files = append(out.Files, f)
	}
	return out, nil
}

// robots lets everybody read everything (RFC 9309): who copies and keeps the site helps it. It names the sitemaps.
func (s *Site) robots() string {
	var b strings.Builder
	b.WriteString("# Everything here may be read, kept and carried.\nUser-agent: *\nAllow: /\n")
	if s.cfg.BaseURL != "" {
		b.WriteByte('\n')
		for _, l := range s.langs {
			fmt.Fprintf(&b, "Sitemap: %s%s\n", s.cfg.BaseURL, sitemapIndexPath(l.Tag()))
		}
	}
	return b.String()
}

// trust says in the words of trust.txt whom the newsroom belongs to and how to reach it.
func (s *Site) trust() string {
	var b strings.Builder
	b.WriteString("# https://journallist.net/\n")
	for _, t := range s.cfg.Trust {
		fmt.Fprintf(&b, "%s=%s\n", t.Attribute, t.Value)
	}
	return b.String()
}

// icon draws the newsroom's initial, white on the dark of ink, in a letter of the reader's own device.
func icon(name string) string {
	return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" rx="12" fill="#222"/>` +
		`<text x="32" y="46" font-family="Georgia,'Noto Serif',serif" font-size="42" font-weight="700" text-anchor="middle" fill="#fff">` +
		html.EscapeString(initial(name)) + "</text></svg>\n"
}

// initial returns the first letter or digit of a name, a capital where its script has them, with the marks upon it; a
// dot for a name without any.
func initial(name string) string {
	runes := []rune(name)
	i := slices.IndexFunc(runes, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
	if i < 0 {
		return "•"
	}
	end := i + 1
	for end < len(runes) && unicode.IsMark(runes[end]) {
		end++
	}
	return strings.ToUpper(string(runes[i:end]))
}

type (
	webManifest struct {
		Name        string         `json:"name"`
		Description string         `json:"description,omitempty"`
		Lang        string         `json:"lang"`
		Dir         string         `json:"dir"`
		StartURL    string         `json:"start_url"`
		Scope       string         `json:"scope"`
		Display     string         `json:"display"`
		Icons       []manifestIcon `json:"icons"`
	}
	manifestIcon struct {
		Src   string `json:"src"`
		Sizes string `json:"sizes"`
		Type  string `json:"type"`
	}
)

// manifest tells a browser how a language's front stands among other sites on a device. It stays in the browser, with
// its address in sight: a reader must see which mirror this is, and no browser should offer to put the newsroom's name
// on a phone that may be searched.
func (s *Site) manifest(l lang.Language) (File, error) {
	p := s.newPage(l, manifestPath(l.Tag()), s.cfg.Name)
	m := webManifest{
		Name: s.cfg.Name, Lang: l.Tag(), Dir: l.Dir(), StartURL: p.Front(), Scope: "./", Display: "browser",
		Icons: []manifestIcon{{p.to(iconPath), "any", iconType}},
	}
	if t := p.Tagline(); t != nil {
		m.Description = t.Text
	}
	body, err := json.Marshal(m)
	return File{Path: p.path, MediaType: manifestType, Body: append(body, '\n')}, err
}

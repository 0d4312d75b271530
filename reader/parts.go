package reader

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// A span is where something stands in a page, from its first byte up to the one after its last.
type span struct{ from, to int }

// parts are what a reader finds in the body of a page (SPEC.md, "What readers find in pages"). Whatever is not of the
// form said there is not found, and stays in the page as it is.
type parts struct {
	bars    []span // the page's own bars of breaking news
	notices []notice
	// choose is where the notices end, within their element.
	choose int
	exit   string // where the page's link to leave quickly leads; empty without one
}

// A notice is the short risk notice of one place.
type notice struct {
	span
	Place string
	// Name is what the place is called, Text what the notice says after it. Lang and Dir are set where they are not in
	// the page's language.
	Name, Text, Lang, Dir string
}

// readParts reads a page from the beginning of its body on.
func readParts(page []byte, body int) parts {
	p := parting{z: html.NewTokenizer(bytes.NewReader(page[body:])), at: body}
	for p.next() {
		switch {
		case p.kind == html.StartTagToken && p.tag.Data == "aside":
			p.enter()
		case p.kind == html.EndTagToken && p.tag.Data == "aside":
			p.leave()
		case p.kind == html.StartTagToken && p.tag.Data == "a" && attribute(p.tag, "class") == "exit":
			if to := attribute(p.tag, "href"); strings.HasPrefix(to, "https://") && p.exit == "" {
				p.exit = to
			}
		case p.inside == "risk":
			p.inRisk()
		}
	}
	return p.parts
}

// A parting is a page on its way to parts.
type parting struct {
	parts
	z    *html.Tokenizer
	kind html.TokenType
	tag  html.Token
	span // of the token
	at   int

	inside string // the class of the aside that the token is in: "breaking", "risk", or ""
	begin  int    // where that begins
	depth  int    // asides within it, and itself
	read   []notice
	now    *notice // in whose paragraph the token is
	named  bool    // its link has ended
}

// next reads a token; it returns false at the end.
func (p *parting) next() bool {
	p.kind = p.z.Next()
	p.span = span{p.at, p.at + len(p.z.Raw())}
	p.at = p.to
	if p.kind == html.ErrorToken {
		return false
	}
	p.tag = p.z.Token()
	return true
}

func (p *parting) enter() {
	class := attribute(p.tag, "class")
	switch {
	case p.inside != "":
		p.depth++
	case class == "breaking" || class == "risk":
		p.inside, p.begin, p.depth, p.read, p.now = class, p.from, 1, nil, nil
	}
}

func (p *parting) leave() {
	if p.inside == "" {
		return
	}
	if p.depth--; p.depth > 0 {
		return
	}
	if p.inside == "breaking" {
		p.bars = append(p.bars, span{p.begin, p.to})
	} else if p.notices == nil {
		p.notices, p.choose = p.read, p.from
	}
	p.inside = ""
}

// inRisk reads a token within the element of risk notices: paragraphs, each with a link to #risk-PLACE and a text.
func (p *parting) inRisk() {
	switch {
	case p.kind == html.StartTagToken && p.tag.Data == "p":
		p.named = false
		p.now = &notice{span: span{p.from, 0}, Lang: attribute(p.tag, "lang"), Dir: attribute(p.tag, "dir")}
	case p.now == nil:
	case p.kind == html.StartTagToken && p.tag.Data == "a":
		_, fragment, _ := strings.Cut(attribute(p.tag, "href"), "#")
		if place, ok := strings.CutPrefix(fragment, "risk-"); ok && isPlace(place) {
			p.now.Place = place
		}
	case p.kind == html.EndTagToken && p.tag.Data == "a":
		p.named = true
	case p.kind == html.TextToken && p.named:
		p.now.Text += p.tag.Data
	case p.kind == html.TextToken:
		p.now.Name += p.tag.Data
	case p.kind == html.EndTagToken && p.tag.Data == "p":
		if p.now.to = p.to; p.now.Place != "" {
			p.now.Text = strings.TrimSpace(strings.TrimPrefix(p.now.Text, ":"))
			p.read = append(p.read, *p.now)
		}
		p.now = nil
	}
}

// isPlace says whether s can name a place that has a risk notice.
func isPlace(s string) bool {
	return len(s) >= 1 && len(s) <= 40 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

// An edit puts bytes in the place of what stands in a page.
type edit struct {
	span
	with []byte
}

// edited returns a page with some edits, of which no two overlap.
func edited(page []byte, edits []edit) []byte {
	slices.SortStableFunc(edits, func(a, b edit) int { return cmp.Compare(a.from, b.from) })
	var out bytes.Buffer
	at := 0
	for _, e := range edits {
		out.Write(page[at:e.from])
		out.Write(e.with)
		at = e.to
	}
	out.Write(page[at:])
	return out.Bytes()
}

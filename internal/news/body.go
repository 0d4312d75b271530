package news

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// field is a set of Block's fields.
type field uint8

const (
	hasText field = 1 << iota
	hasLevel
	hasOrdered
	hasItems
	hasBlocks
	hasRows // Header among them
	hasFigure
	hasURL
)

// fieldsOf returns the fields that a kind of block uses, as the constants of BlockKind say, and whether it is one.
func fieldsOf(k BlockKind) (field, bool) {
	switch k {
	case Paragraph, PullQuote, Code:
		return hasText, true
	case Heading:
		return hasText | hasLevel, true
	case Quote:
		return hasText | hasBlocks, true
	case List:
		return hasOrdered | hasItems, true
	case Table:
		return hasText | hasRows, true
	case Picture:
		return hasFigure, true
	case Embed:
		return hasText | hasURL, true
	case Rule:
		return 0, true
	}
	return 0, false
}

// set returns the fields of a block that are not zero.
func (b Block) set() (f field) {
	for _, one := range []struct {
		is  bool
		bit field
	}{
		{b.Text != nil, hasText}, {b.Level != 0, hasLevel}, {b.Ordered, hasOrdered}, {b.Items != nil, hasItems},
		{b.Blocks != nil, hasBlocks}, {b.Header || b.Rows != nil, hasRows}, {b.Figure != nil, hasFigure}, {b.URL != "", hasURL},
	} {
		if one.is {
			f |= one.bit
		}
	}
	return f
}

// bodyCheck walks an article's lead and body.
type bodyCheck struct {
	claims map[string]bool
	// left is what remains of maxBody.
	left int
}

func checkBody(r Revision, claims map[string]bool) error {
	c := &bodyCheck{claims: claims, left: maxBody}
	if r.Lead != nil {
		if err := c.figure(*r.Lead, 1); err != nil {
			return fmt.Errorf("lead: %w", err)
		}
	}
	if err := c.blocks(r.Body, 1); err != nil {
		return fmt.Errorf("body %w", err)
	}
	return nil
}

// spend counts a part of the body and its text, links among it.
func (c *bodyCheck) spend(texts ...string) error {
	c.left -= partCost
	for _, t := range texts {
		c.left -= len(t)
	}
	if c.left < 0 {
		return fmt.Errorf("the body is over the limit of %d bytes", maxBody)
	}
	return nil
}

func (c *bodyCheck) blocks(bs []Block, depth int) error {
	for i, b := range bs {
		if err := c.block(b, depth); err != nil {
			return fmt.Errorf("block %d: %w", i+1, err)
		}
	}
	return nil
}

func (c *bodyCheck) block(b Block, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("nested over %d deep", maxDepth)
	}
	used, ok := fieldsOf(b.Kind)
	if !ok {
		return fmt.Errorf("kind %q is unknown", b.Kind)
	}
	if b.set()&^used != 0 {
		return fmt.Errorf("a %s with a field that is not its own", b.Kind)
	}
	if err := c.spend(b.URL); err != nil {
		return err
	}
	switch b.Kind {
	case Heading:
		if b.Level < 2 || b.Level > 4 {
			return fmt.Errorf("heading of level %d, want 2 to 4", b.Level)
		}
	case Code:
		return c.code(b)
	case Picture:
		if b.Figure == nil {
			return errors.New("a figure without its media")
		}
		return c.figure(*b.Figure, depth)
	case Embed:
		if err := checkURL(b.URL, "http", "https"); err != nil {
			return err
		}
	}
	if err := c.spans(b.Text); err != nil {
		return err
	}
	return c.nested(b, depth)
}

// nested checks the blocks and spans inside a quote, a list or a table.
func (c *bodyCheck) nested(b Block, depth int) error {
	if err := c.blocks(b.Blocks, depth+1); err != nil {
		return err
	}
	for i, item := range b.Items {
		if err := errors.Join(c.spend(), c.blocks(item, depth+1)); err != nil {
			return fmt.Errorf("item %d: %w", i+1, err)
		}
	}
	for i, row := range b.Rows {
		for j, cell := range row {
			if err := errors.Join(c.spend(), c.spans(cell)); err != nil {
				return fmt.Errorf("row %d, cell %d: %w", i+1, j+1, err)
			}
		}
		if err := c.spend(); err != nil {
			return err
		}
	}
	return nil
}

// code checks program text: one span, in which line breaks and tabs stand.
func (c *bodyCheck) code(b Block) error {
	if len(b.Text) != 1 {
		return fmt.Errorf("code in %d spans, want 1", len(b.Text))
	}
	if err := checkText("code", b.Text[0].Text, maxBody, "\n\t"); err != nil {
		return err
	}
	plain := b.Text[0]
	plain.Text = ""
	return errors.Join(c.spend(b.Text[0].Text), c.span(plain))
}

func (c *bodyCheck) spans(spans []Span) error {
	for i, s := range spans {
		if err := c.span(s); err != nil {
			return fmt.Errorf("span %d: %w", i+1, err)
		}
	}
	return nil
}

func (c *bodyCheck) span(s Span) error {
	if err := c.spend(s.Text, s.Link); err != nil {
		return err
	}
	if err := checkLine("text", s.Text, maxBody); err != nil {
		return err
	}
	if s.Mark >= Break<<1 {
		return fmt.Errorf("mark %#x is unknown", uint8(s.Mark))
	}
	if s.Claim != "" && !c.claims[s.Claim] {
		return fmt.Errorf("claim %q is not one of the story's", s.Claim)
	}
	if s.Lang != "" {
		if err := checkLang(s.Lang); err != nil {
			return err
		}
	}
	return checkLink(s.Link)
}

// checkLink says whether a span's link is empty, leads to a story or is a URL of a kind that is safe to follow.
func checkLink(link string) error {
	if id, ok := strings.CutPrefix(link, "story:"); ok {
		if id == "" {
			return errors.New("link to a story without its ID")
		}
		return checkLine("link", id, maxID)
	}
	if link == "" {
		return nil
	}
	return checkURL(link, "http", "https", "mailto")
}

// figure checks a figure that stands at a depth of the body. What nests in it counts from there.
func (c *bodyCheck) figure(f Figure, depth int) error {
	if err := f.checkFile(); err != nil {
		return err
	}
	if (f.Alt == "") != f.Decorative {
		return errors.New("a figure has an alternative text, or is decorative")
	}
	if err := errors.Join(checkLine("alt", f.Alt, maxPassage), checkLine("credit", f.Credit, maxLine),
		checkLine("rights", f.Rights, maxLine)); err != nil {
		return err
	}
	if err := c.spend(f.Missing, f.Alt, f.Credit, f.Rights); err != nil {
		return err
	}
	if err := c.spans(f.Caption); err != nil {
		return fmt.Errorf("caption: %w", err)
	}
	if err := c.subtitles(f); err != nil {
		return err
	}
	if !walk(f.Transcript, func(b Block) bool { return b.Figure == nil }) {
		return errors.New("transcript: a figure in it")
	}
	if err := c.blocks(f.Transcript, depth+1); err != nil {
		return fmt.Errorf("transcript %w", err)
	}
	return nil
}

// checkFile says whether a figure names its media or the file that is missing, and not both.
func (f Figure) checkFile() error {
	if f.Missing == "" || f.Media != "" {
		if !isSHA256(f.Media) {
			return fmt.Errorf("media %q is no SHA-256 in lower-case hex", f.Media)
		}
		if f.Missing != "" {
			return errors.New("a figure has media, or is missing it")
		}
		return nil
	}
	if strings.HasPrefix(f.Missing, "http:") || strings.HasPrefix(f.Missing, "https:") {
		return checkURL(f.Missing, "http", "https")
	}
	if !fs.ValidPath(f.Missing) || f.Missing == "." || strings.Contains(f.Missing, `\`) {
		return fmt.Errorf("missing %q is no http or https URL, and no path within the source", f.Missing)
	}
	return checkLine("missing", f.Missing, maxURL)
}

// subtitles checks the tracks of a figure: one a language.
func (c *bodyCheck) subtitles(f Figure) error {
	if len(f.Subtitles) > maxListed {
		return fmt.Errorf("subtitles: more than %d", maxListed)
	}
	for i, t := range f.Subtitles {
		if err := errors.Join(c.spend(t.Media), checkLang(t.Lang)); err != nil {
			return fmt.Errorf("subtitles: %w", err)
		}
		if !isSHA256(t.Media) {
			return fmt.Errorf("subtitles %s: media %q is no SHA-256 in lower-case hex", t.Lang, t.Media)
		}
		if slices.ContainsFunc(f.Subtitles[:i], func(u Track) bool { return u.Lang == t.Lang }) {
			return fmt.Errorf("subtitles %s are there twice", t.Lang)
		}
	}
	return nil
}

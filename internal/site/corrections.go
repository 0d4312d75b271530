package site

import (
	"context"
	"fmt"
	"html/template"

	"coranto/internal/lang"
)

// MaxCorrections is the number of corrections on a language's page of them: the newest. Older ones stand on their
// stories for ever.
const MaxCorrections = 100

func correctionsPath(tag string) string { return tag + "/corrections/index.html" }

// correctionsPage is what the template corrections shows.
type correctionsPage struct {
	page
	Heading     localized
	Corrections []correctionItem
}

// correctionItem is a correction with the story that it stands on.
type correctionItem struct {
	correction
	Href, Headline string
}

// corrections renders a language's newest corrections. The page stands even when there are none yet.
func (s *Site) corrections(ctx context.Context, snap Snapshot, l lang.Language) (Output, error) {
	all, err := snap.Corrections(ctx, l.Tag(), MaxCorrections)
	if err != nil {
		return Output{}, err
	}
	word, _ := l.Word("corrections")
	p := correctionsPage{page: s.newListing(l, correctionsPath(l.Tag()), word)}
	p.Heading = p.word("corrections")
	p.Alternates = p.alternates(s.langs, correctionsPath)
	for _, c := range all {
		p.Corrections = append(p.Corrections, correctionItem{
			correction{p.day(c.Time), lang.Balanced(c.Text)}, p.to(StoryPath(c.Lang, c.Address)), lang.Balanced(c.Headline.Headline),
		})
	}
	return one(s.file("corrections", p.path, p))
}

// Count says how many there are of something (lang.Language.Count), marked with its language where that is not the
// page's.
func (p page) Count(key string, n int) (template.HTML, error) {
	text, tag := p.lang.Count(key, n)
	if text == "" {
		return "", fmt.Errorf("the interface has no count %q", key)
	}
	escaped := template.HTMLEscapeString(text)
	if base(tag) != base(p.lang.Tag()) {
		escaped = fmt.Sprintf(`<span lang="%s" dir="%s">%s</span>`, tag, lang.Dir(tag), escaped)
	}
	return template.HTML(escaped), nil
}

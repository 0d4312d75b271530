package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"coranto/edition"
	"coranto/internal/site"
	"coranto/reader"
)

// readPack writes the text of a pack, proved, to stdout: LANG/PERIOD, as fa/2026-11-22.
func (e *env) readPack(ctx context.Context, r *reader.Reader, name string) error {
	lang, period, ok := strings.Cut(name, "/")
	if _, _, err := edition.ParsePeriod(period); !ok || err != nil {
		return withHint(usagef("%q names no pack", name), "give a language and a period, as fa/2026-11-22; --get LANG/packs.idx lists them")
	}
	text, err := r.PackText(ctx, lang, period)
	if err != nil {
		return explainRead(err, reader.Report{})
	}
	v := r.Verdict()
	e.say("edition %d · authentic · whole · %s", v.Edition, freshness(v))
	_, err = e.stdout.Write(text)
	return err
}

// papers returns the languages whose packs are to be read, which the edition must have.
func papers(r *reader.Reader, list string) ([]string, error) {
	if list == "" {
		return nil, nil
	}
	tags, err := site.CheckLanguages(strings.Split(list, ","))
	if err != nil {
		return nil, &usageError{err}
	}
	head, _ := r.Head()
	for _, t := range tags {
		if !slices.Contains(head.Manifest.Languages, t) {
			return nil, withHint(fmt.Errorf("the newsroom has nothing in %q", t), "it has "+strings.Join(head.Manifest.Languages, ", "))
		}
	}
	return tags, nil
}

// sayPapers brings the papers up to date and says what they hold.
func (e *env) sayPapers(ctx context.Context, s *reader.Server, r *reader.Reader) {
	for _, tag := range s.Papers {
		p, err := r.TakePaper(ctx, tag, s.Since, s.Pictures)
		if err != nil {
			e.say("%s: %v", tag, err)
			continue
		}
		note := ""
		if p.Missing > 0 {
			note = fmt.Sprintf(", %s not to be had now", plural(p.Missing, "pack", "packs"))
		}
		if s.Pictures {
			note = ", " + plural(len(p.Pictures), "picture", "pictures") + note
		}
		e.say("%s: %s in %s%s", tag, plural(len(p.Articles), "story", "stories"), plural(len(p.Packs), "pack", "packs"), note)
	}
}

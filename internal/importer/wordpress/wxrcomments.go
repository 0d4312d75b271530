package wordpress

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"coranto/internal/importer"
	"coranto/internal/news"
)

// comments hands a post those of its comments that are kept, and makes items of the others: they are left out by
// themselves, or with the post.
func (x *Export) comments(post *importer.Item, p *post) []importer.Item {
	var items []importer.Item
	out := func(n int, left string, err error) {
		i := slices.IndexFunc(items, func(it importer.Item) bool { return it.Left == left })
		if i < 0 {
			i = len(items)
			items = append(items, importer.Item{At: post.At, Kind: importer.KindComment, Left: left, Err: err})
		}
		items[i].Count += n
	}
	switch {
	case len(p.comments) == 0:
		return nil
	case post.Err != nil:
		out(len(p.comments), "", errors.New("what it stands under was refused"))
		return items
	case post.Story == nil:
		out(len(p.comments), "what it stands under does not come in as a story", nil)
		return items
	}
	lang := post.Story.Articles[0].Lang
	clean := importer.NewCleaner(lang)
	seen := make(map[string]bool)
	for _, c := range p.comments {
		kept, why := x.comment(c, lang, clean)
		if why == "" && seen[kept.ID] {
			why = "another one has its ID"
		}
		if why != "" {
			out(1, why, nil)
			continue
		}
		seen[kept.ID] = true
		post.Comments = append(post.Comments, kept)
	}
	return items
}

// comment makes a comment of one of an export, or says why it is left out.
func (x *Export) comment(c comment, lang string, clean *importer.Cleaner) (news.Comment, string) {
	switch {
	case c.kind == "pingback" || c.kind == "trackback":
		return news.Comment{}, "a " + c.kind + ", which another site's software wrote"
	case c.kind != "" && c.kind != "comment":
		return news.Comment{}, fmt.Sprintf("no comment of a reader, but a %q", c.kind)
	case c.approved == "spam" || c.approved == "trash" || c.approved == "post-trashed":
		return news.Comment{}, "it was marked as spam or thrown away"
	}
	text := strings.TrimSpace(clean.Text(importer.PlainHTML(c.text)))
	out := news.Comment{ID: strconv.FormatInt(c.id, 10), Lang: lang, Name: clean.Line(importer.PlainHTML(c.name)), Text: text,
		Approved: c.approved == "1"}
	if c.parent != 0 && c.parent != c.id {
		out.Parent = strconv.FormatInt(c.parent, 10)
	}
	if isMail(out.Name) {
		out.Name = ""
	}
	out.Time, _ = x.site.when(c.dateGMT, c.date, "")
	if text == "" {
		return out, "it has no text"
	}
	if err := out.Validate(); err != nil {
		return out, err.Error()
	}
	return out, ""
}

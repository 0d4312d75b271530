package site

import (
	"slices"

	"coranto/internal/lang"
	"coranto/internal/news"
	"coranto/internal/store"
)

// A text from elsewhere may hold marks of direction that it leaves open, or that end what it never began. What a page
// shows of it is balanced (lang.Balanced), so that it turns round nothing but itself. The text of the blocks is
// balanced where it is written, a line at a time (writer.spans).

// balanced returns what a page shows of a revision beside its blocks.
func balanced(rev news.Revision) news.Revision {
	rev.Kicker, rev.Headline = lang.Balanced(rev.Kicker), lang.Balanced(rev.Headline)
	rev.Standfirst, rev.Dateline = lang.Balanced(rev.Standfirst), lang.Balanced(rev.Dateline)
	rev.Bylines = slices.Clone(rev.Bylines) // The snapshot's are not ours to change.
	for i, b := range rev.Bylines {
		rev.Bylines[i].Name, rev.Bylines[i].Role = lang.Balanced(b.Name), lang.Balanced(b.Role)
	}
	rev.Topics = slices.Clone(rev.Topics)
	for i, t := range rev.Topics {
		rev.Topics[i].Name = lang.Balanced(t.Name)
	}
	rev.Places = slices.Clone(rev.Places)
	for i, at := range rev.Places {
		rev.Places[i].Name = lang.Balanced(at.Name)
	}
	rev.Corrections = slices.Clone(rev.Corrections)
	for i, c := range rev.Corrections {
		rev.Corrections[i].Text = lang.Balanced(c.Text)
	}
	return rev
}

// balancedHeadline returns what a list shows of an article.
func balancedHeadline(h store.Headline) store.Headline {
	h.Kicker, h.Headline, h.Standfirst = lang.Balanced(h.Kicker), lang.Balanced(h.Headline), lang.Balanced(h.Standfirst)
	return h
}

package news

import (
	"iter"
	"slices"
)

// Figures yields the lead and every figure of the body, in the order of reading.
func (r Revision) Figures() iter.Seq[Figure] {
	return func(yield func(Figure) bool) {
		if r.Lead != nil && !yield(*r.Lead) {
			return
		}
		walk(r.Body, func(b Block) bool { return b.Figure == nil || yield(*b.Figure) })
	}
}

// Spans yields every span of the lead's caption and of the body, in the order of reading: text, cells and captions.
func (r Revision) Spans() iter.Seq[Span] {
	return func(yield func(Span) bool) {
		all := func(spans []Span) bool {
			for _, s := range spans {
				if !yield(s) {
					return false
				}
			}
			return true
		}
		if r.Lead != nil && !all(r.Lead.Caption) {
			return
		}
		walk(r.Body, func(b Block) bool {
			if b.Figure != nil && !all(b.Figure.Caption) || !all(b.Text) {
				return false
			}
			for _, row := range b.Rows {
				for _, cell := range row {
					if !all(cell) {
						return false
					}
				}
			}
			return true
		})
	}
}

// walk calls visit for each block and what is nested in it, until visit returns false.
func walk(bs []Block, visit func(Block) bool) bool {
	for _, b := range bs {
		if !visit(b) || !walk(b.Blocks, visit) {
			return false
		}
		for _, item := range b.Items {
			if !walk(item, visit) {
				return false
			}
		}
	}
	return true
}

// Names returns the names under which a story may come in from its source: its ID, and the SourceURLs of its articles.
func (s Story) Names() []string {
	names := []string{s.ID}
	for _, a := range s.Articles {
		if u := a.Revision.SourceURL; u != "" && !slices.Contains(names, u) {
			names = append(names, u)
		}
	}
	return names
}

// Unlink makes plain text of every link to one place, in the revision itself.
func (r Revision) Unlink(link string) {
	unlink := func(spans []Span) {
		for i := range spans {
			if spans[i].Link == link {
				spans[i].Link = ""
			}
		}
	}
	if r.Lead != nil {
		unlink(r.Lead.Caption)
	}
	walk(r.Body, func(b Block) bool {
		if b.Figure != nil {
			unlink(b.Figure.Caption)
		}
		unlink(b.Text)
		for _, row := range b.Rows {
			for _, cell := range row {
				unlink(cell)
			}
		}
		return true
	})
}

package news

import (
	"iter"
	"slices"
)

// Media yields the IDs of all media that the revision shows, in the order of reading and with repeats: those of its
// figures, and their subtitles. Of a figure whose file is missing there are its subtitles alone.
func (r Revision) Media() iter.Seq[string] {
	return func(yield func(string) bool) {
		for f := range r.Figures() {
			if f.Media != "" && !yield(f.Media) {
				return
			}
			for _, t := range f.Subtitles {
				if !yield(t.Media) {
					return
				}
			}
		}
	}
}

// Figures yields the lead and every figure of the body, in the order of reading.
func (r Revision) Figures() iter.Seq[Figure] {
	return func(yield func(Figure) bool) {
		if r.Lead != nil && !yield(*r.Lead) {
			return
		}
		walk(r.Body, func(b Block) bool { return b.Figure == nil || yield(*b.Figure) })
	}
}

// Spans yields every span of the lead and of the body, in the order of reading: text, cells, captions, transcripts.
func (r Revision) Spans() iter.Seq[Span] {
	return func(yield func(Span) bool) {
		r.runs(func(spans []Span) bool {
			for _, s := range spans {
				if !yield(s) {
					return false
				}
			}
			return true
		})
	}
}

// runs visits each run of spans of the lead and of the body, in the order of reading, until visit returns false.
func (r Revision) runs(visit func([]Span) bool) {
	if r.Lead == nil || runsOf([]Block{{Figure: r.Lead}}, visit) {
		runsOf(r.Body, visit)
	}
}

func runsOf(bs []Block, visit func([]Span) bool) bool {
	return walk(bs, func(b Block) bool {
		if f := b.Figure; f != nil && (!visit(f.Caption) || !runsOf(f.Transcript, visit)) {
			return false
		}
		if !visit(b.Text) {
			return false
		}
		for _, row := range b.Rows {
			for _, cell := range row {
				if !visit(cell) {
					return false
				}
			}
		}
		return true
	})
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

// Unlink makes plain text of every link to a story, in the revision itself, and no longer calls it related.
func (r *Revision) Unlink(id string) {
	r.runs(func(spans []Span) bool {
		for i := range spans {
			if spans[i].Link == "story:"+id {
				spans[i].Link = ""
			}
		}
		return true
	})
	r.Related = slices.DeleteFunc(slices.Clone(r.Related), func(other string) bool { return other == id })
	if len(r.Related) == 0 {
		r.Related = nil
	}
}

// DropClaims makes plain text of the words that make a claim which is not among some, in the revision itself.
func (r *Revision) DropClaims(some map[string]bool) {
	r.runs(func(spans []Span) bool {
		for i := range spans {
			if !some[spans[i].Claim] {
				spans[i].Claim = ""
			}
		}
		return true
	})
}

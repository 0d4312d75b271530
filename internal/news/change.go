package news

// EachFigure hands over the lead and every figure of the body, in the order of reading, to be changed in place.
func (r *Revision) EachFigure(change func(*Figure)) {
	if r.Lead != nil {
		change(r.Lead)
	}
	eachBlock(r.Body, func(b *Block) {
		if b.Figure != nil {
			change(b.Figure)
		}
	})
}

// Relink puts what to returns in place of each link of the revision, and of the URL of each embed. An embed that becomes
// a link to a story ("story:ID") becomes a paragraph, for a story of this newsroom is not shown as something foreign.
func (r *Revision) Relink(to func(link string) string) {
	r.runs(func(spans []Span) bool {
		for i := range spans {
			if spans[i].Link != "" {
				spans[i].Link = to(spans[i].Link)
			}
		}
		return true
	})
	embed := func(b *Block) {
		if b.Kind == Embed {
			b.relinkEmbed(to(b.URL))
		}
	}
	eachBlock(r.Body, embed)
	r.EachFigure(func(f *Figure) { eachBlock(f.Transcript, embed) })
}

func (b *Block) relinkEmbed(to string) {
	if !linksStory(to) {
		b.URL = to
		return
	}
	text := b.Text
	if len(text) == 0 {
		text = []Span{{Text: b.URL}}
	}
	for i := range text {
		text[i].Link = to
	}
	*b = Block{Kind: Paragraph, Text: text}
}

// linksStory says whether a link leads to a story of this newsroom.
func linksStory(link string) bool {
	return len(link) > len("story:") && link[:len("story:")] == "story:"
}

// eachBlock hands over each block and what is nested in it, to be changed in place.
func eachBlock(bs []Block, change func(*Block)) {
	for i := range bs {
		change(&bs[i])
		eachBlock(bs[i].Blocks, change)
		for _, item := range bs[i].Items {
			eachBlock(item, change)
		}
	}
}

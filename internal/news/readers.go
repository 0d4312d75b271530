package news

import (
	"net/url"
	"path"
	"slices"
	"strings"
)

// ForReaders returns the story without what must never leave the store: protected bylines, the identities of anonymous
// sources, and the names of missing files. It shares no changed slice with s.
func (s Story) ForReaders() Story {
	s.Sources = slices.Clone(s.Sources)
	for i := range s.Sources {
		s.Sources[i].Identity = ""
	}
	s.Articles = slices.Clone(s.Articles)
	for i := range s.Articles {
		s.Articles[i].File = ""
		r := &s.Articles[i].Revision
		r.Bylines = named(r.Bylines)
		if r.missesFiles() {
			r.Lead, r.Body = nameless(r.Lead), namelessBlocks(r.Body)
		}
	}
	return s
}

// named returns the bylines that are not protected, nil when there is none.
func named(bylines []Byline) []Byline {
	var open []Byline
	for _, b := range bylines {
		if !b.Protected {
			open = append(open, b)
		}
	}
	return open
}

// missesFiles says whether a figure of the revision has no media.
func (r Revision) missesFiles() bool {
	for f := range r.Figures() {
		if f.Missing != "" {
			return true
		}
	}
	return false
}

// nameless returns a figure that does not name its missing file, nor by words that stand in for better ones.
func nameless(f *Figure) *Figure {
	if f == nil || f.Missing == "" || f.Missing == Nameless {
		return f
	}
	g := *f
	if names(f.Alt, f.Missing) {
		g.Alt, g.Decorative = "", true
	}
	g.Missing = Nameless
	return &g
}

// names says whether a text has the name of a file in it, or is that without its ending.
func names(text, file string) bool {
	if u, err := url.Parse(file); err == nil && u.Host != "" {
		file = u.Path
	}
	text, file = strings.ToLower(strings.TrimSpace(text)), strings.ToLower(path.Base(file))
	end := path.Ext(file)
	return end != "" && strings.Contains(text, file) || text == strings.TrimSuffix(file, end)
}

// IsFileName says whether a text is the name of a picture's or recording's file and nothing else.
func IsFileName(text string) bool {
	switch strings.ToLower(path.Ext(text)) {
	case ".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif", ".heic", ".mp4", ".webm", ".mp3", ".m4a", ".ogg":
		return !strings.Contains(text, " ")
	}
	return false
}

// AltRepeats says whether the alternative text says no more than the caption, which everybody has.
func (f Figure) AltRepeats() bool {
	var caption strings.Builder
	for _, s := range f.Caption {
		caption.WriteString(s.Text)
	}
	c := strings.TrimSpace(caption.String())
	return c != "" && strings.EqualFold(strings.TrimSpace(f.Alt), c)
}

// namelessBlocks returns copies of blocks whose figures do not name their missing files. Transcripts have no figures.
func namelessBlocks(bs []Block) []Block {
	bs = slices.Clone(bs)
	for i := range bs {
		b := &bs[i]
		b.Figure, b.Blocks = nameless(b.Figure), namelessBlocks(b.Blocks)
		b.Items = slices.Clone(b.Items)
		for j := range b.Items {
			b.Items[j] = namelessBlocks(b.Items[j])
		}
	}
	return bs
}

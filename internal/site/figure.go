package site

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"coranto/internal/lang"
	"coranto/internal/news"
)

// A figure's picture is as wide as the column of text (style.css), or as the screen.
const sizes = "(min-width: 42rem) 40rem, 95vw"

// column is the width in pixels that a picture without srcset should at least have.
const column = 640

// figure writes a picture, a video, a sound, or a link to any other file.
func (w *writer) figure(f *news.Figure) {
	m, ok := w.refs.media[f.Media]
	if !ok || len(m.Renditions) == 0 {
		return
	}
	w.raw("<figure>")
	kind, _, _ := strings.Cut(m.Renditions[0].MediaType, "/")
	switch kind {
	case "image":
		w.picture(f, m)
	case "video", "audio":
		w.player(kind, f, m)
	default:
		w.download(f, m)
	}
	w.caption(f)
	w.raw("</figure>\n")
	w.transcript(f)
}

// transcript writes what is said in a video or a sound, for those who can't hear or load it.
func (w *writer) transcript(f *news.Figure) {
	if len(f.Transcript) == 0 {
		return
	}
	w.raw("<details><summary>")
	w.word("transcript")
	w.raw("</summary>\n")
	w.blocks(f.Transcript)
	w.raw("</details>\n")
}

// caption writes a figure's words, who made it and whose it is. No word stands before the credit: what the figure is, a photo or a
// drawing, is for the caption to say.
func (w *writer) caption(f *news.Figure) {
	if len(f.Caption) == 0 && f.Credit == "" && f.Rights == "" {
		return
	}
	w.raw("<figcaption>")
	w.spans(f.Caption)
	first := len(f.Caption) == 0
	for _, whose := range []string{f.Credit, f.Rights} {
		if whose == "" {
			continue
		}
		if !first {
			w.raw(" · ")
		}
		w.raw("<bdi>")
		w.text(lang.Balanced(whose))
		w.raw("</bdi>")
		first = false
	}
	w.raw("</figcaption>")
}

// picture writes an image with all its renditions; the browser takes the smallest that does. Of several formats the
// last stands in the img itself, for browsers that know no other.
func (w *writer) picture(f *news.Figure, m news.Media) {
	formats := byFormat(m.Renditions)
	last := formats[len(formats)-1]
	if len(formats) > 1 {
		w.raw("<picture>")
		for _, rs := range formats[:len(formats)-1] {
			w.raw("<source")
			w.attr("type", rs[0].MediaType)
			w.attr("srcset", w.srcset(m, rs))
			w.attr("sizes", sizes)
			w.raw(">")
		}
	}
	main := last[len(last)-1]
	if i := slices.IndexFunc(last, func(r news.Rendition) bool { return r.Width >= column }); i >= 0 {
		main = last[i]
	}
	w.raw("<img")
	w.attr("src", w.href(mediaPath(w.addr, m, main)))
	if len(last) > 1 {
		w.attr("srcset", w.srcset(m, last))
		w.attr("sizes", sizes)
	}
	w.dimensions(main)
	w.attr("alt", f.Alt)
	w.raw(` decoding="async">`)
	if len(formats) > 1 {
		w.raw("</picture>")
	}
}

// byFormat groups renditions by media type, each group by width. The format that every browser knows comes last.
func byFormat(rs []news.Rendition) [][]news.Rendition {
	rs = slices.Clone(rs)
	slices.SortStableFunc(rs, func(a, b news.Rendition) int {
		return cmp.Or(cmp.Compare(known(a.MediaType), known(b.MediaType)), cmp.Compare(a.MediaType, b.MediaType), cmp.Compare(a.Width, b.Width))
	})
	var formats [][]news.Rendition
	for i, r := range rs {
		if i == 0 || r.MediaType != rs[i-1].MediaType {
			formats = append(formats, nil)
		}
		last := &formats[len(formats)-1]
		*last = append(*last, r)
	}
	return formats
}

// known ranks a format of pictures by how many browsers know it.
func known(mediaType string) int {
	switch mediaType {
	case "image/jpeg", "image/png", "image/gif":
		return 1
	}
	return 0
}

func (w *writer) srcset(m news.Media, rs []news.Rendition) string {
	set := make([]string, len(rs))
	for i, r := range rs {
		set[i] = fmt.Sprintf("%s %dw", w.href(mediaPath(w.addr, m, r)), r.Width)
	}
	return strings.Join(set, ", ")
}

func (w *writer) dimensions(r news.Rendition) {
	if r.Width > 0 && r.Height > 0 {
		w.raw(` width="%d" height="%d"`, r.Width, r.Height)
	}
}

// player writes a video or a sound. Nothing of it is fetched before the reader plays it: who looks at the line would
// see that it was watched.
func (w *writer) player(name string, f *news.Figure, m news.Media) {
	w.raw(`<%s controls preload="none"`, name)
	if f.Alt != "" {
		w.attr("aria-label", f.Alt)
	}
	w.dimensions(m.Renditions[0])
	w.raw(">")
	for _, r := range m.Renditions {
		w.raw("<source")
		w.attr("src", w.href(mediaPath(w.addr, m, r)))
		w.attr("type", r.MediaType)
		w.raw(">")
	}
	w.tracks(f)
	w.download(f, m)
	w.raw("</%s>", name)
}

// tracks writes the subtitles of a video or a sound. The browser names their languages, and fetches the one that is chosen.
func (w *writer) tracks(f *news.Figure) {
	for _, t := range f.Subtitles {
		m, ok := w.refs.media[t.Media]
		if !ok || len(m.Renditions) == 0 {
			continue
		}
		w.raw(`<track kind="subtitles"`)
		w.attr("srclang", t.Lang)
		w.attr("src", w.href(mediaPath(w.addr, m, m.Renditions[0])))
		w.raw(">")
	}
}

// download writes a link to a file that the page can't show.
func (w *writer) download(f *news.Figure, m news.Media) {
	w.raw("<a")
	w.attr("href", w.href(mediaPath(w.addr, m, m.Renditions[0])))
	w.raw(">")
	w.word("download")
	if f.Alt != "" {
		w.raw(": ")
		w.text(f.Alt)
	}
	w.raw("</a>")
}

// word writes a word of the interface. The catalogue has all words, or New fails.
func (w *writer) word(key string) {
	word, err := w.page.W(key)
	if err != nil {
		panic(err)
	}
	w.b.WriteString(string(word))
}

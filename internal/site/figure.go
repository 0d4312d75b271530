package site

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"coranto/internal/lang"
	"coranto/internal/news"
	"coranto/internal/picture"
)

// A figure's picture is as wide as the column of text (style.css), or as the screen.
const sizes = "(min-width: 42rem) 40rem, 95vw"

// column is the width in pixels that a picture without srcset should at least have.
const column = 640

// figure writes a picture, a video, a sound, or a link to any other file. Where that is missing it says so.
func (w *writer) figure(f *news.Figure) {
	if f.Missing != "" {
		w.missing(f)
		return
	}
	m, ok := w.refs.media[f.Media]
	if !ok || len(m.Renditions) == 0 {
		return
	}
	first := w.b.Len() == 0 // near the top of the page, where a reader sees it at once
	w.raw("<figure>")
	kind, _, _ := strings.Cut(m.Renditions[0].MediaType, "/")
	switch kind {
	case "image":
		w.picture(f, m, first)
	case "video", "audio":
		w.player(kind, f, m)
	default:
		w.download(f, m)
	}
	w.close(f)
}

// close writes a figure's caption and its end, and then its transcript.
func (w *writer) close(f *news.Figure) {
	w.caption(f)
	w.raw("</figure>\n")
	w.transcript(f)
}

// missing writes a box where a file should be that the newsroom could not have, and what it shows as far as words say it.
func (w *writer) missing(f *news.Figure) {
	w.raw(`<figure><p class="missing">`)
	w.word("missing_figure")
	if f.Alt != "" {
		w.raw("<br>")
		w.text(lang.Balanced(f.Alt))
	}
	w.raw("</p>")
	w.close(f)
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

// published returns the renditions of a media that pages show or lead to; nothing else of it leaves the store. A full
// picture has its cuts too, for search engines and other people's previews: the largest of each, in a format that all know.
func (s *Site) published(all []news.Rendition) []news.Rendition {
	out := wholeOf(all)
	switch {
	case len(out) == 0 || !isImage(out[0]):
		return out
	case s.cfg.Pictures == Full:
		for i, r := range all {
			larger := func(o news.Rendition) bool { return o.Cut() == r.Cut() && known(o.MediaType) == 1 && o.Width > r.Width }
			if r.Cut() != "" && known(r.MediaType) == 1 && !slices.ContainsFunc(all, larger) {
				out = append(out, all[i])
			}
		}
		return out
	}
	whole := out
	out = lights(whole)
	if to := larger(whole); !slices.Contains(out, to) {
		out = append(out, to)
	}
	return out
}

// wholeOf returns the renditions that show all of a picture.
func wholeOf(all []news.Rendition) []news.Rendition {
	return slices.DeleteFunc(slices.Clone(all), func(r news.Rendition) bool { return r.Cut() != "" })
}

func isImage(r news.Rendition) bool { return strings.HasPrefix(r.MediaType, "image/") }

// lights returns the light rendition of each format.
func lights(rs []news.Rendition) (out []news.Rendition) {
	for _, format := range byFormat(rs) {
		out = append(out, light(format))
	}
	return out
}

// light returns the widest of some renditions, sorted by width, that is light; where none is, the lightest.
func light(rs []news.Rendition) news.Rendition {
	for _, r := range slices.Backward(rs) {
		if r.Size <= picture.MaxLight {
			return r
		}
	}
	return slices.MinFunc(rs, func(a, b news.Rendition) int { return cmp.Compare(a.Size, b.Size) })
}

// larger returns the rendition that a tap on a light picture leads to: the widest up to wide, in the format that every
// browser knows.
func larger(rs []news.Rendition) news.Rendition {
	formats := byFormat(rs)
	last := formats[len(formats)-1]
	for _, r := range slices.Backward(last) {
		if r.Width <= wide {
			return r
		}
	}
	return last[0]
}

// wide is the width in pixels of the picture that a tap leads to: sharp on a phone, and a tenth of a megabyte.
const wide = 1280

// picture writes an image in the newsroom's way of showing them; a light one leads to a larger one.
func (w *writer) picture(f *news.Figure, m news.Media, first bool) {
	whole := wholeOf(m.Renditions)
	to := larger(whole)
	if w.page.site.cfg.Pictures == Full || slices.Contains(lights(whole), to) {
		w.shown(f, m, first)
		return
	}
	w.raw("<a")
	w.attr("href", w.href(mediaPath(w.addr, m, to)))
	w.raw(">")
	w.shown(f, m, first)
	w.raw("</a>")
}

// shown writes an image as it stands in a page, its formats best first. The last stands in the img itself, for browsers
// that know no other.
func (w *writer) shown(f *news.Figure, m news.Media, first bool) {
	rs := wholeOf(m.Renditions)
	if w.page.site.cfg.Pictures == Light {
		rs = lights(rs)
	}
	w.pictureOf(f, m, rs, first)
}

// pictureOf writes an image of some renditions. One that is not the first of a text is fetched when the reader comes near
// it.
func (w *writer) pictureOf(f *news.Figure, m news.Media, shown []news.Rendition, first bool) {
	formats := byFormat(shown)
	last := formats[len(formats)-1]
	if len(formats) > 1 {
		w.raw("<picture>")
		for _, rs := range formats[:len(formats)-1] {
			w.raw("<source")
			w.attr("type", rs[0].MediaType)
			w.srcset(m, rs)
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
		w.srcset(m, last)
	}
	w.dimensions(slices.MaxFunc(shown, func(a, b news.Rendition) int { return cmp.Compare(min(a.Width, column), min(b.Width, column)) }))
	w.attr("alt", f.Alt)
	if first {
		w.rules += placeholder(m, main)
	} else {
		w.raw(` loading="lazy"`)
	}
	w.raw(">")
	if len(formats) > 1 {
		w.raw("</picture>")
	}
}

// placeholder returns the rule that shows a picture's placeholder where the picture will be. The image is known by the hash
// in its address, so that a theme's templates need not know of it. Its words, which stand there if it never comes, stay legible.
func placeholder(m news.Media, shown news.Rendition) string {
	if m.Placeholder == "" {
		return ""
	}
	const rule = `img[src*="-%s-"]{background:%s)0/100%% 100%%;text-shadow:0 0 4px var(--paper)}`
	return fmt.Sprintf(rule, shown.SHA256[:8], placeholderURL+strings.TrimPrefix(m.Placeholder, "data:"))
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

// srcset writes which renditions of a format there are. Of a single one no width is to be chosen by.
func (w *writer) srcset(m news.Media, rs []news.Rendition) {
	if len(rs) == 1 {
		w.attr("srcset", w.href(mediaPath(w.addr, m, rs[0])))
		return
	}
	set := make([]string, len(rs))
	for i, r := range rs {
		set[i] = fmt.Sprintf("%s %dw", w.href(mediaPath(w.addr, m, r)), r.Width)
	}
	w.attr("srcset", strings.Join(set, ", "))
	w.attr("sizes", sizes)
}

func (w *writer) dimensions(r news.Rendition) {
	if r.Width > 0 && r.Height > 0 {
		w.raw(` width="%d" height="%d"`, r.Width, r.Height)
	}
}

// player writes a video or a sound. A video's frame has a shape of its own (story.css), whatever the film's is, so that nothing
// moves when it comes. Nothing of it is fetched before the reader plays it: who looks at the line would
// see that it was watched.
func (w *writer) player(name string, f *news.Figure, m news.Media) {
	w.raw(`<%s controls preload="none"`, name)
	if f.Alt != "" {
		w.attr("aria-label", f.Alt)
	}
	w.dimensions(m.Renditions[0])
	if len(m.Renditions) == 1 {
		w.attr("src", w.href(mediaPath(w.addr, m, m.Renditions[0])))
		w.raw(">")
	} else {
		w.raw(">")
		w.formats(m)
	}
	w.tracks(f)
	w.download(f, m)
	w.raw("</%s>", name)
}

// formats writes where a video or a sound stands in several formats, for the browser to choose from.
func (w *writer) formats(m news.Media) {
	for _, r := range m.Renditions {
		w.raw("<source")
		w.attr("src", w.href(mediaPath(w.addr, m, r)))
		w.attr("type", r.MediaType)
		w.raw(">")
	}
}

// tracks writes the subtitles of a video or a sound: that is what a track is where it says nothing else. The browser names their languages, and fetches the one that is chosen.
func (w *writer) tracks(f *news.Figure) {
	for _, t := range f.Subtitles {
		m, ok := w.refs.media[t.Media]
		if !ok || len(m.Renditions) == 0 {
			continue
		}
		w.raw("<track")
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

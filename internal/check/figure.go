package check

import (
	"errors"
	"path"
	"strings"

	"coranto/internal/news"
	"coranto/internal/store"
)

// minWidth is the width in pixels below which a picture is blurred on most phones.
const minWidth = 640

// figure says what a figure lacks.
func (l *look) figure(at place, f news.Figure) error {
	if f.Missing != "" {
		l.gone(at.of(sourceNames(f.Missing, f)...), f)
		return nil
	}
	m, err := l.Store.Media(l.ctx, f.Media)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	name := m.Name
	if name == "" {
		name = "a figure"
	}
	at = at.of(sourceNames(m.Name, f)...)
	l.altOf(at, name, f)
	if len(f.Caption) == 0 && !f.Decorative {
		l.add(at, Caption, `![what it shows](`+m.Name+` "caption"), or caption: below lead:`, "%s has no caption", name)
	}
	if f.Credit == "" && !f.Decorative {
		l.add(at, Credit, "credit: below the file in story.yaml, or below lead:", "%s does not say who made it", name)
	}
	kind, widest := shape(m)
	switch {
	case kind == "video" && len(f.Subtitles) == 0 && len(f.Transcript) == 0:
		l.add(at, Subtitles, "give it subtitles or a transcript", "%s can't be followed without its sound", name)
	case kind == "audio" && len(f.Subtitles) == 0 && len(f.Transcript) == 0:
		l.add(at, Subtitles, "give it a transcript", "%s can't be followed by who can't hear it", name)
	case kind == "image" && widest > 0 && widest < minWidth:
		l.add(at, Width, "take the file from the camera, not from a page", "%s is %d pixels wide, less than %d", name, widest, minWidth)
	}
	return nil
}

// gone says which file readers are told is missing. What else the figure lacks is to be seen when it is there.
func (l *look) gone(at place, f news.Figure) {
	const hint = "import the source again: it is asked for anew"
	if f.Missing == news.Nameless {
		l.add(at, Missing, "put the file in its place, or take the figure out", "a picture or recording is missing, and nobody knows its name")
		return
	}
	l.add(at, Missing, hint, "%s is missing: readers are told that the newsroom does not have it", f.Missing)
}

// altOf says whether the words for who can't see the figure are missing, or are none.
func (l *look) altOf(at place, name string, f news.Figure) {
	const hint = "say what it shows, or that it is decorative: true"
	alt := strings.TrimSpace(f.Alt)
	switch {
	case f.Decorative:
	case alt == "":
		l.add(at, Alt, hint, "%s has no words for who can't see it", name)
	case news.IsFileName(alt):
		l.add(at, Alt, hint, "%s has only the file name %q for who can't see it", name, alt)
	case f.AltRepeats():
		l.add(at, Alt, hint, "%s says the same to who can't see it as its caption, which they hear anyway", name)
	}
}

// sourceNames returns the words by which a figure is found in its source. Names for readers differ from the file's in
// case and signs, so the figure's own words come first.
func sourceNames(name string, f news.Figure) []string {
	words := []string{f.Alt}
	if len(f.Caption) > 0 {
		words = append(words, f.Caption[0].Text)
	}
	return append(words, name, strings.TrimSuffix(name, path.Ext(name)))
}

// shape returns what a media is, image, video or audio, and the width of its widest rendition.
func shape(m news.Media) (kind string, widest int) {
	for _, r := range m.Renditions {
		of, _, _ := strings.Cut(r.MediaType, "/")
		if kind == "" || of == "video" { // a video may have a picture beside it
			kind = of
		}
		widest = max(widest, r.Width)
	}
	return kind, widest
}

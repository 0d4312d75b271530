package ninjs

import (
	"cmp"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"

	"coranto/internal/importer"
	"coranto/internal/news"
)

// maxWide is the width in pixels over which a file is no better than a smaller one.
const maxWide = 6000

// best returns the file of a picture, video or sound to publish: of those of its kind the widest that is not too large. It
// is not ok when there is none.
func best(files []rendition, kind string) (r rendition, ok bool) {
	for _, f := range files {
		if f.href == "" || !ofKind(f.kind, kind) {
			continue
		}
		if !ok || f.rank() > r.rank() {
			r, ok = f, true
		}
	}
	return r, ok
}

// ofKind says whether a file may be that of an item of a type: a picture, graphic, video or audio.
func ofKind(file, item string) bool {
	top, _, _ := strings.Cut(file, "/")
	switch item {
	case "picture", "graphic":
		return top == "image" || file == ""
	case "video", "audio":
		return top == item || file == ""
	}
	return slices.Contains([]string{"image", "video", "audio"}, top)
}

// rank orders files: a format that is published before one that may be before one that is not, then small enough before
// too large, then by width and by what the name says.
func (r rendition) rank() float64 {
	score := 0.0
	switch r.kind {
	case "image/jpeg", "image/jpg", "image/png", "image/gif", "image/webp", "video/mp4", "video/webm", "audio/mpeg", "audio/mp3",
		"audio/mp4", "audio/ogg":
		score += 1e9
	case "":
		score += 5e8
	}
	if r.weight <= importer.MaxMedia {
		score += 1e8
	} else {
		score -= r.weight / 1e6
	}
	if r.width <= maxWide {
		score += r.width
	}
	if r.width == 0 {
		for i, word := range []string{"thumb", "preview", "view", "base", "main", "high", "full", "original"} {
			if strings.Contains(r.name, word) {
				score += float64(i)
			}
		}
	}
	return score
}

// figure returns the figure that an item of the drop is, a picture, video or sound, or why it is none.
func (a *article) figure(it item, dir string) (*news.Figure, string) {
	file, ok := best(it.renditions(), it.text("type"))
	if !ok {
		return nil, "names no file that is published here"
	}
	f := news.Figure{Missing: a.missing(file.href, dir)}
	if f.Missing == "" {
		return nil, fmt.Sprintf("its file %.100q can't be fetched", file.href)
	}
	f.Credit = a.words(cmp.Or(of(it.descriptions(), "credit"), it.by(), names(it.infoSources())))
	f.Rights = a.rights(it)
	caption := a.words(cmp.Or(of(it.descriptions(), "caption", "description", "main"), anyBut(it.descriptions(), "credit", "alt")))
	line := a.clean.Inline()
	line.Text(caption, news.Span{})
	f.Caption = line.Flush()
	f.Alt = short(a.words(cmp.Or(of(it.descriptions(), "alt"), of(it.headlines(), "main", ""), it.text("title"))), 1000)
	if strings.EqualFold(f.Alt, caption) {
		f.Alt = "" // who can't see the picture hears its caption anyway
	}
	if f.Decorative = f.Alt == ""; f.Decorative {
		a.clean.Note("%s has no words for who can't see it, and is shown as decorative", cmp.Or(it.uri(), file.href))
	}
	return &f, ""
}

// rights says who owns a picture and what may be done with it, as far as its item does.
func (a *article) rights(it item) string {
	owner := a.words(cmp.Or(it.copyright(), it.holder()))
	if owner != "" && it.copyright() == "" && !strings.Contains(owner, "©") {
		owner = "© " + owner
	}
	linked := it.member("rightsinfo", "rightsInfo").text("linkedrights", "linkedRights")
	var all []string
	for _, s := range []string{owner, a.words(it.usage()), linked} {
		if s != "" {
			all = append(all, s)
		}
	}
	return short(strings.Join(all, " · "), 1900)
}

// missing returns a file's address as a figure names it: a URL, or the path in the drop; "" when it is neither.
func (a *article) missing(href, dir string) string {
	u, err := url.Parse(strings.TrimSpace(href))
	switch {
	case err != nil:
		return ""
	case u.Scheme == "http" || u.Scheme == "https":
		return u.String()
	case u.Scheme != "" || u.Host != "" || strings.HasPrefix(u.Path, "/"):
		return ""
	}
	if name := path.Join(dir, u.Path); validPath(u.Path) && !strings.ContainsAny(name, "\\\x00\n") {
		return name
	}
	return ""
}

// figures puts the pictures, videos and sounds that belong to an item into the article: the first picture above the text,
// the others behind it, but for those that the text shows already.
func (a *article) figures(it item, dir string) {
	shown := map[string]bool{}
	for f := range a.revision.Figures() {
		shown[f.Missing] = true
	}
	for _, as := range leadFirst(it.associations()) {
		kind := as.text("type")
		if len(as.renditions()) == 0 {
			as.item, kind = a.resolved(as)
		}
		switch kind {
		case "text", "composite", "":
			a.related(as)
			continue
		case "event", "planning", "component":
			a.clean.Note("left out %s: it is of the type %s", as.label(), kind)
			continue
		}
		f, reason := a.figure(as.item, dir)
		switch {
		case f == nil:
			a.clean.Note("left out %s: it %s", as.label(), reason)
		case shown[f.Missing] || shows(shown, as.renditions()):
		case a.revision.Lead == nil && kind != "audio":
			a.revision.Lead = f
			shown[f.Missing] = true
		default:
			a.revision.Body = append(a.revision.Body, news.Block{Kind: news.Picture, Figure: f})
			shown[f.Missing] = true
		}
	}
}

// label says which of an item's associations it is, for people.
func (as association) label() string {
	return fmt.Sprintf("the association %.100q", cmp.Or(as.name, as.uri()))
}

// shows says whether one of some files stands in an article already.
func shows(shown map[string]bool, files []rendition) bool {
	return slices.ContainsFunc(files, func(r rendition) bool { return shown[r.href] })
}

// leadFirst returns associations with the one that is called the main one first.
func leadFirst(all []association) []association {
	main := func(as association) bool {
		name := strings.ToLower(as.name + " " + as.rel)
		return slices.ContainsFunc([]string{"main", "lead", "feature", "hero", "primary", "top"}, func(word string) bool {
			return strings.Contains(name, word)
		})
	}
	slices.SortStableFunc(all, func(a, b association) int {
		switch {
		case main(a) == main(b):
			return 0
		case main(a):
			return -1
		}
		return 1
	})
	return all
}

// resolved returns the item of the drop that an association names by its URI alone, and its type.
func (a *article) resolved(as association) (item, string) {
	it, err := a.source.byURI(as.uri())
	if err != nil || it.object == nil {
		return as.item, as.text("type")
	}
	return it, it.kind()
}

// related notes a text that belongs to an item as a story to read next.
func (a *article) related(as association) {
	id := storyID(as.uri())
	if id != a.id && !slices.Contains(a.revision.Related, id) && len(a.revision.Related) < maxRelated {
		a.revision.Related = append(a.revision.Related, id)
	}
}

// maxRelated is the number of stories to read next that are kept.
const maxRelated = 20

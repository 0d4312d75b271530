package ninjs

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// An item is a document of any version that follows its rules. Its methods read it by the names of all of them: what was
// headline in 1.x is a member of headlines since 2.0, and 3.x writes firstCreated for firstcreated.
type item struct{ *object }

// text returns the first of some members that is a text which says something.
func (it item) text(names ...string) string {
	for _, name := range names {
		if s, _ := it.get(name).(string); strings.TrimSpace(s) != "" {
			return s
		}
	}
	return ""
}

// time returns the first of some members that is a time; the zero time when none is.
func (it item) time(names ...string) time.Time {
	t, _ := parseTime(it.text(names...))
	return t
}

// member returns the first of some members that is an object; the zero item when none is.
func (it item) member(names ...string) item {
	for _, name := range names {
		if o, ok := it.get(name).(*object); ok {
			return item{o}
		}
	}
	return item{}
}

// list returns the first of some members that is a list, as far as it is of objects.
func (it item) list(names ...string) (items []item) {
	for _, name := range names {
		all, ok := it.get(name).([]any)
		if !ok {
			continue
		}
		for _, v := range all {
			if o, ok := v.(*object); ok {
				items = append(items, item{o})
			}
		}
		return items
	}
	return nil
}

func (it item) uri() string     { return it.text("uri") }
func (it item) version() string { return it.text("version") }

// kind returns the type of an item, "text" when it says none and has the shape of one.
func (it item) kind() string { return cmp.Or(it.text("type"), "text") }

func (it item) status() string        { return cmp.Or(it.text("pubstatus", "pubStatus"), "usable") }
func (it item) first() time.Time      { return it.time("firstcreated", "firstCreated") }
func (it item) changed() time.Time    { return it.time("versioncreated", "versionCreated") }
func (it item) embargoed() time.Time  { return it.time("embargoed", "embargoedUntil") }
func (it item) expires() time.Time    { return it.time("expires") }
func (it item) editorsNote() string   { return it.text("ednote", "edNote") }
func (it item) usage() string         { return it.text("usageterms", "usageTerms") }
func (it item) copyright() string     { return it.text("copyrightnotice", "copyrightNotice") }
func (it item) holder() string        { return it.text("copyrightholder", "copyrightHolder") }
func (it item) by() string            { return it.text("byline", "by") }
func (it item) subjects() []item      { return it.list("subject", "subjects") }
func (it item) places() []item        { return it.list("place", "places") }
func (it item) people() []item        { return it.list("person", "people") }
func (it item) organisations() []item { return it.list("organisation", "organisations") }
func (it item) infoSources() []item   { return it.list("infosource", "infosources", "infoSources") }

// name returns what a concept is called, or by what it is known.
func (it item) name() string { return it.text("name", "literal", "code") }

// A passage is one of the texts that an item has of a kind.
type passage struct{ role, kind, value string }

// passages returns the texts of an item: of the list of 2.x and 3.x, the single member of 1.x and those that begin as it
// does. Those that show nothing are not among them.
func (it item) passages(list, single, begins string) (all []passage) {
	add := func(p passage) {
		if strings.TrimSpace(p.value) != "" {
			all = append(all, p)
		}
	}
	if single != "" {
		add(passage{"main", "", it.text(single)})
	}
	for _, w := range it.list(list) {
		add(passage{w.text("role"), strings.ToLower(w.text("contenttype", "contentType")), w.text("value")})
	}
	for _, name := range it.names {
		if role, ok := strings.CutPrefix(name, begins); ok {
			add(passage{role, kindOfRole(role), it.text(name)})
		}
	}
	return all
}

// kindOfRole guesses the content type of a text from the end of its name in 1.x: body_xhtml, description_text.
func kindOfRole(role string) string {
	role = strings.ToLower(role)
	switch {
	case strings.Contains(role, "html"):
		return "text/html"
	case strings.Contains(role, "nitf") || strings.Contains(role, "xml"):
		return "application/xml"
	case strings.Contains(role, "text") || strings.Contains(role, "plain"):
		return "text/plain"
	}
	return ""
}

func (it item) headlines() []passage    { return it.passages("headlines", "headline", "headline_") }
func (it item) descriptions() []passage { return it.passages("descriptions", "", "description_") }
func (it item) bodies() []passage       { return it.passages("bodies", "", "body_") }

// of returns the first text whose role has one of some words in it, in the order of the words.
func of(all []passage, words ...string) string {
	for _, word := range words {
		for _, p := range all {
			if strings.Contains(strings.ToLower(p.role), word) {
				return p.value
			}
		}
	}
	return ""
}

// An association is an item that belongs to another.
type association struct {
	item
	name, rel string
}

// associations returns what belongs to an item, in the order of the document.
func (it item) associations() (all []association) {
	if named, ok := it.get("associations").(*object); ok {
		for _, name := range named.names {
			if o, ok := named.values[name].(*object); ok {
				all = append(all, association{item{o}, name, ""})
			}
		}
		return all
	}
	for _, a := range it.list("associations") {
		all = append(all, association{a, a.text("name"), a.text("rel")})
	}
	return all
}

// A rendition is a file of an item.
type rendition struct {
	name, href, kind      string
	width, height, weight float64
}

// renditions returns the files of an item, in the order of the document.
func (it item) renditions() (all []rendition) {
	add := func(name string, r item) {
		all = append(all, rendition{
			name: strings.ToLower(name), href: r.text("href"), kind: fileKind(r),
			width: r.number("width"), height: r.number("height"), weight: r.number("sizeinbytes", "sizeInBytes"),
		})
	}
	if named, ok := it.get("renditions").(*object); ok {
		for _, name := range named.names {
			if o, ok := named.values[name].(*object); ok {
				add(name, item{o})
			}
		}
		return all
	}
	for _, r := range it.list("renditions") {
		add(r.text("name"), r)
	}
	return all
}

func (it item) number(names ...string) float64 {
	for _, name := range names {
		if n, ok := it.get(name).(json.Number); ok {
			f, _ := n.Float64()
			return f
		}
	}
	return 0
}

// fileKind returns what a rendition says it is: image, video or audio, then "/" and the format in one word. It goes by
// the type, then by the ending of the file's name, then by the format's words.
func fileKind(r item) string {
	if kind := strings.ToLower(r.text("mimetype", "contenttype", "contentType")); strings.Contains(kind, "/") {
		kind, _, _ = strings.Cut(kind, ";")
		return strings.TrimSpace(kind)
	}
	href, _, _ := strings.Cut(strings.ToLower(r.text("href")), "?")
	words := strings.FieldsFunc(strings.ToLower(r.text("format")), func(c rune) bool { return c < 'a' || c > 'z' })
	for _, known := range [][2]string{{"jpg", "image/jpeg"}, {"jpeg", "image/jpeg"}, {"png", "image/png"}, {"gif", "image/gif"},
		{"webp", "image/webp"}, {"mp4", "video/mp4"}, {"webm", "video/webm"}, {"mp3", "audio/mpeg"}, {"m4a", "audio/mp4"},
		{"ogg", "audio/ogg"}, {"tif", "image/tiff"}, {"tiff", "image/tiff"}, {"svg", "image/svg+xml"}, {"pdf", "application/pdf"}} {
		if strings.HasSuffix(href, "."+known[0]) || slices.Contains(words, known[0]) {
			return known[1]
		}
	}
	return ""
}

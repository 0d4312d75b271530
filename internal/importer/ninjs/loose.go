package ninjs

import (
	"regexp"
	"slices"
	"strings"
)

// shortZone is the end of a time whose offset has no colon, as Superdesk writes it: 2026-11-22T16:00:00+0000.
// It is read only.
var shortZone = regexp.MustCompile(`^(\d{4}-\d\d-\d\dT[\d:.]+[+-]\d\d)(\d\d)$`)

// loosen makes a document follow the rules as far as that loses nothing of what is read. It returns the paths of members
// that ninjs does not have, which it takes out. Superdesk, which most ninjs comes from, names items by "guid", where ninjs
// has "uri", writes the offsets of times without a colon, and null for what there is not.
func (r *rules) loosen(doc *object) []string {
	l := &loosening{rules: r}
	l.value("item", doc, "")
	slices.Sort(l.strange)
	return slices.Compact(l.strange)
}

// A loosening is one document being loosened.
type loosening struct {
	*rules
	strange []string
}

// value loosens a value of a type, and returns what to put in its place.
func (l *loosening) value(what string, v any, place string) any {
	if each, ok := strings.CutPrefix(what, "[]"); ok {
		list, _ := v.([]any)
		for i := range list {
			list[i] = l.value(each, list[i], place)
		}
		return v
	}
	if s, ok := v.(string); ok && shortZone.MatchString(s) {
		return shortZone.ReplaceAllString(s, "$1:$2")
	}
	o, ok := v.(*object)
	each, named := strings.CutPrefix(what, "{}")
	s := l.types[what]
	if !ok || s == nil && !named {
		return v
	}
	if guid, _ := o.get("guid").(string); (what == "item" || what == "association") && o.get("uri") == nil && guid != "" {
		o.put("uri", guid)
		o.drop("guid")
	}
	for _, name := range slices.Clone(o.names) {
		inner := place + "/" + name
		m, known := member{what: each}, named
		if s != nil {
			m, known = s.member(name)
		}
		switch v := o.values[name]; {
		case v == nil:
			o.drop(name)
		case known:
			o.values[name] = l.value(m.what, v, inner)
		case s == nil || !s.open:
			l.strange = append(l.strange, inner)
			o.drop(name)
		}
	}
	return o
}

// put sets a member.
func (o *object) put(name string, v any) {
	if _, there := o.values[name]; !there {
		o.names = append(o.names, name)
	}
	o.values[name] = v
}

// drop takes a member out.
func (o *object) drop(name string) {
	o.names = slices.DeleteFunc(o.names, func(n string) bool { return n == name })
	delete(o.values, name)
}

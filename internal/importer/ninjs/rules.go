package ninjs

import (
	"encoding/json"
	"fmt"
	"math/big"
	"net"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A rules says what one version of ninjs allows.
type rules struct {
	version string
	types   map[string]*shape
}

// A shape is what one type of a table allows.
type shape struct {
	members map[string]member
	begins  []member // names that only begin so
	// oneOf are sets of names: of at least one set exactly one is there.
	oneOf [][]string
	open  bool
}

// A member is a name and what stands under it.
type member struct {
	name, what string
	must       bool
}

// allRules returns the rules of all versions that are read, the newest first.
func allRules() []*rules {
	var all []*rules
	for _, t := range []struct {
		table    string
		versions []string
	}{{table3, []string{"3.1", "3.0"}}, {table2, []string{"2.2", "2.1"}}, {table1, []string{"1.6", "1.5", "1.4"}}} {
		for _, version := range t.versions {
			all = append(all, readTable(t.table, version))
		}
	}
	return all
}

// readTable reads a table as far as a version has it.
func readTable(table, version string) *rules {
	r := &rules{version: version, types: map[string]*shape{}}
	for line := range strings.SplitSeq(strings.ReplaceAll(strings.TrimSpace(table), "\n ", " "), "\n") {
		words := strings.Fields(line)
		s := &shape{members: map[string]member{}}
		r.types[words[0]] = s
		r.read(s, words[1:], version)
	}
	return r
}

// read reads the members of a line.
func (r *rules) read(s *shape, words []string, version string) {
	for i := 0; i < len(words); i++ {
		switch name, what, _ := strings.Cut(words[i], ":"); {
		case name == "open":
			s.open = true
		case name == "like":
			i++
			for _, m := range r.types[words[i]].members {
				s.members[m.name] = m
			}
		case name == "oneof" || name == "or":
			s.oneOf = append(s.oneOf, words[i+1:i+3])
			i += 2
		default:
			what, since, _ := strings.Cut(what, "@")
			if since > version {
				continue
			}
			m := member{strings.TrimSuffix(name, "*"), strings.TrimSuffix(what, "!"), strings.HasSuffix(what, "!")}
			if m.name != name {
				s.begins = append(s.begins, m)
			} else {
				s.members[name] = m
			}
		}
	}
}

// member returns what may stand under a name.
func (s *shape) member(name string) (member, bool) {
	if m, ok := s.members[name]; ok {
		return m, true
	}
	for _, m := range s.begins {
		if rest, ok := strings.CutPrefix(name, m.name); ok && rest != "" && isWord(rest[0]) {
			return m, true
		}
	}
	return member{}, false
}

func isWord(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// A fault is what is wrong with a document, and where: /associations/2/uri.
type fault struct{ place, reason string }

func (f *fault) Error() string {
	if f.place == "" {
		return f.reason
	}
	return f.place + ": " + f.reason
}

// choose returns the rules that a document means to follow: those that know the most of its names. Of several
// the ones that the document names count, then the newest.
func choose(all []*rules, doc *object) *rules {
	var best *rules
	least := 0
	named := version(doc)
	for _, r := range all {
		n := r.strangers("item", doc)
		if best == nil || n < least || n == least && r.version == named && best.version != named {
			best, least = r, n
		}
	}
	return best
}

// version returns the version that a document says it follows, "" when it says none.
func version(doc *object) string {
	for _, name := range []string{"standard", "$standard"} {
		if s, ok := doc.get(name).(*object); ok {
			v, _ := s.get("version").(string)
			return v
		}
	}
	return ""
}

// strangers counts the names in a value that its type does not know. A list where none belongs, or an object, is all strange.
func (r *rules) strangers(what string, v any) (n int) {
	if each, ok := strings.CutPrefix(what, "[]"); ok {
		values, ok := v.([]any)
		if !ok {
			return members(v)
		}
		for _, v := range values {
			n += r.strangers(each, v)
		}
		return n
	}
	each, named := strings.CutPrefix(what, "{}")
	s := r.types[what]
	if s == nil && !named {
		return 0
	}
	o, ok := v.(*object)
	if !ok {
		return members(v)
	}
	for _, name := range o.names {
		if named {
			n += r.strangers(each, o.values[name])
		} else if m, ok := s.member(name); ok {
			n += r.strangers(m.what, o.values[name])
		} else if !s.open {
			n += members(o.values[name])
		}
	}
	return n
}

// members counts a value and all names within it.
func members(v any) int {
	n := 1
	switch v := v.(type) {
	case *object:
		for _, w := range v.values {
			n += members(w)
		}
	case []any:
		for _, w := range v {
			n += members(w) - 1
		}
	}
	return n
}

// check returns the first fault of a value of a type, in the order of the document, or nil.
func (r *rules) check(what string, v any, place string) *fault {
	if each, ok := strings.CutPrefix(what, "[]"); ok {
		return r.checkList(each, v, place)
	}
	if each, ok := strings.CutPrefix(what, "{}"); ok {
		return r.checkNamed(each, v, place)
	}
	if s := r.types[what]; s != nil {
		return r.checkShape(s, v, place)
	}
	if reason := checkWord(what, v); reason != "" {
		return &fault{place, reason}
	}
	return nil
}

func (r *rules) checkList(each string, v any, place string) *fault {
	list, ok := v.([]any)
	if !ok {
		return &fault{place, "is " + kindOf(v) + ", want a list"}
	}
	for i, v := range list {
		if f := r.check(each, v, fmt.Sprint(place, "/", i)); f != nil {
			return f
		}
	}
	return nil
}

// checkNamed checks an object whose names are the document's own.
func (r *rules) checkNamed(each string, v any, place string) *fault {
	o, ok := v.(*object)
	if !ok {
		return &fault{place, "is " + kindOf(v) + ", want an object"}
	}
	for _, name := range o.names {
		if name == "" || !isWord(name[0]) {
			return &fault{place, fmt.Sprintf("the name %q does not begin with a letter, a digit or _", name)}
		}
		if f := r.check(each, o.values[name], place+"/"+name); f != nil {
			return f
		}
	}
	return nil
}

func (r *rules) checkShape(s *shape, v any, place string) *fault {
	o, ok := v.(*object)
	if !ok {
		return &fault{place, "is " + kindOf(v) + ", want an object"}
	}
	for _, name := range o.names {
		m, known := s.member(name)
		if !known {
			if s.open {
				continue
			}
			return &fault{place + "/" + name, "ninjs " + r.version + " has no such property here (hint: --loose takes documents without what is not ninjs)"}
		}
		if f := r.check(m.what, o.values[name], place+"/"+name); f != nil {
			return f
		}
	}
	for _, name := range sortedMust(s) {
		if _, ok := o.values[name]; !ok {
			return &fault{place + "/" + name, "is missing"}
		}
	}
	return s.checkOneOf(o, place)
}

// sortedMust returns the names that must be there.
func sortedMust(s *shape) (names []string) {
	for name, m := range s.members {
		if m.must {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func (s *shape) checkOneOf(o *object, place string) *fault {
	var all []string
	for _, names := range s.oneOf {
		n := 0
		for _, name := range names {
			if _, ok := o.values[name]; ok {
				n++
			}
		}
		if n == 1 {
			return nil
		}
		all = append(all, strings.Join(names, " and "))
	}
	if all == nil {
		return nil
	}
	return &fault{place, "wants exactly one of " + strings.Join(all, ", or one of ")}
}

// kindOf says what a value is, for people.
func kindOf(v any) string {
	switch v.(type) {
	case *object:
		return "an object"
	case []any:
		return "a list"
	case string:
		return "a text"
	case json.Number:
		return "a number"
	case bool:
		return "true or false"
	}
	return "null"
}

// checkWord checks a value without members, and returns what is wrong.
func checkWord(what string, v any) string {
	switch what {
	case "object":
		if _, ok := v.(*object); !ok {
			return "is " + kindOf(v) + ", want an object"
		}
		return ""
	case "geojson":
		return checkGeo(v)
	case "never":
		return "has no value that the schema allows"
	case "number", "integer":
		return checkNumber(what, v)
	}
	if low, high, ok := strings.Cut(what, ".."); ok {
		return checkRange(low, high, v)
	}
	s, ok := v.(string)
	if !ok {
		return "is " + kindOf(v) + ", want a text"
	}
	return checkText(what, s)
}

func checkNumber(what string, v any) string {
	n, ok := v.(json.Number)
	if !ok {
		return "is " + kindOf(v) + ", want a number"
	}
	if what == "integer" && !isInteger(n) {
		return fmt.Sprintf("is %s, want a whole number", n)
	}
	return ""
}

// isInteger says whether a number is whole, however it is written. One of many digits or a large exponent is none.
func isInteger(n json.Number) bool {
	if _, exponent, ok := strings.Cut(strings.ToLower(n.String()), "e"); len(n) > 64 || ok && len(exponent) > 3 {
		return false
	}
	r, ok := new(big.Rat).SetString(n.String())
	return ok && r.IsInt()
}

func checkRange(low, high string, v any) string {
	n, ok := v.(json.Number)
	if ok && isInteger(n) {
		f, err := n.Float64()
		l, _ := strconv.ParseFloat(low, 64)
		h, _ := strconv.ParseFloat(high, 64)
		if err == nil && f >= l && f <= h {
			return ""
		}
	}
	return fmt.Sprintf("is %s, want a whole number from %s to %s", shown(v), low, high)
}

// shown returns a value as a message shows it.
func shown(v any) string {
	if n, ok := v.(json.Number); ok {
		return fmt.Sprintf("%.20s", n.String())
	}
	return kindOf(v)
}

// truncated is the pattern of a date that may lack its end, as the schema has it.
var truncated = regexp.MustCompile(`^(-?(?:[1-9][0-9]*)?[0-9]{4})(-(1[0-2]|0[1-9])(-(3[01]|0[1-9]|[12][0-9])` +
	`(T(2[0-3]|[01][0-9]):([0-5][0-9]):([0-5][0-9])(\.[0-9]+)?(Z|[+-](?:2[0-3]|[01][0-9]):[0-5][0-9])?)?)?)?$`)

// checkText checks a text of a kind.
func checkText(what, s string) string {
	switch what {
	case "string":
		return ""
	case "uri":
		if _, err := parseURI(s); err != nil {
			return fmt.Sprintf("%.80q is not an absolute URI", s)
		}
	case "ref":
		return checkRef(s)
	case "time":
		if _, err := parseTime(s); err != nil {
			return fmt.Sprintf("%.40q is not a time as 2026-11-22T16:00:00Z", s)
		}
	case "date":
		if !truncated.MatchString(s) {
			return fmt.Sprintf("%.40q is not a date as 2026-11-22, 2026-11 or 2026", s)
		}
	default:
		if !slices.Contains(strings.Split(what, "|"), s) {
			return fmt.Sprintf("is %.40q, want %s", s, strings.ReplaceAll(what, "|", ", "))
		}
	}
	return ""
}

// parseURI reads an absolute URI.
func parseURI(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	if err == nil && !u.IsAbs() {
		err = fmt.Errorf("%q is relative", s)
	}
	if err == nil && strings.Contains(u.Hostname(), ":") && net.ParseIP(u.Hostname()) == nil {
		err = fmt.Errorf("%q has a host that is none", s)
	}
	return u, err
}

// checkRef checks where a rendition stands: an absolute URI, or, which the schemas don't foresee and agencies do, a file
// beside the document.
func checkRef(s string) string {
	if _, err := parseURI(s); err == nil {
		return ""
	}
	u, err := url.Parse(s)
	switch {
	case err != nil || s == "" || u.Host != "" || u.Scheme != "":
		return fmt.Sprintf("%.80q is neither a URL nor a file's name", s)
	case strings.HasPrefix(u.Path, "/") || strings.Contains(u.Path, `\`) || !validPath(u.Path):
		return fmt.Sprintf("%.80q leads out of the folder", s)
	}
	return ""
}

// validPath says whether a relative path stays below its folder.
func validPath(p string) bool {
	clean := path.Clean(p)
	return clean != "." && clean != ".." && !strings.HasPrefix(clean, "../") && !strings.HasPrefix(clean, "/")
}

// parseTime reads a time as RFC 3339 has it: with lower-case letters and a leap second too.
func parseTime(s string) (time.Time, error) {
	s = strings.ToUpper(s)
	if len(s) > 18 && s[17:19] == "60" {
		s = s[:17] + "59" + s[19:]
	}
	t, err := time.Parse(time.RFC3339, s)
	if err == nil && strings.Contains(s, ",") { // Go's own
		err = fmt.Errorf("%q has a comma", s)
	}
	return t.UTC().Truncate(time.Second), err
}

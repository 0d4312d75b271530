package markdown

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"coranto/internal/news"
)

// MaxYAML is the size of a story.yaml, and of the front matter of an article, in bytes.
const MaxYAML = 256 << 10

// decode reads one YAML document strictly: an unknown field, a doubled one or one of the wrong shape is a fault.
// An empty document leaves out as it is.
func decode(b []byte, out any) error {
	if len(b) > MaxYAML {
		return faultf(1, "%d bytes of YAML are over the limit of %d", len(b), MaxYAML)
	}
	d := yaml.NewDecoder(bytes.NewReader(b))
	d.KnownFields(true)
	if err := d.Decode(out); err != nil && !errors.Is(err, io.EOF) {
		return yamlFault(err)
	}
	var more yaml.Node
	if err := d.Decode(&more); err == nil {
		return faultf(more.Line, "a second document (hint: take out the line ---)")
	} else if !errors.Is(err, io.EOF) {
		return yamlFault(err)
	}
	return nil
}

// How package yaml words its errors: its own types mean nothing to an editor. Both are read only.
var (
	yamlLine  = regexp.MustCompile(`line (\d+): ([^\n]*)`)
	yamlTypes = regexp.MustCompile(` (not found in type|into) \S+$`)
)

// yamlFault returns the first fault that an error of package yaml names.
func yamlFault(err error) error {
	if f := (*fault)(nil); errors.As(err, &f) {
		return f
	}
	m := yamlLine.FindStringSubmatch(err.Error())
	if m == nil {
		return &fault{0, err}
	}
	line, _ := strconv.Atoi(m[1]) // digits
	what := yamlTypes.ReplaceAllString(m[2], "")
	if name, ok := strings.CutPrefix(what, "field "); ok && what != m[2] {
		what = fmt.Sprintf("unknown field %q", name)
	}
	switch {
	case strings.Contains(what, "mapping values are not allowed"):
		what += " (hint: words with a colon in them stand in quotation marks)"
	case strings.Contains(what, "cannot start any token"):
		what += " (hint: spaces, not tabs, and quotation marks around words that begin with a sign)"
	}
	return faultf(line, "%s", what)
}

// A moment is a time as editors write it: 2026-11-22T10:00:00Z, or 2026-11-22 for its beginning in UTC.
type moment struct {
	time.Time
	// line is where it stands.
	line int
}

// UnmarshalYAML implements yaml.Unmarshaler.
func (m *moment) UnmarshalYAML(n *yaml.Node) error {
	for _, layout := range []string{time.RFC3339, "2006-01-02 15:04:05Z07:00", time.DateOnly} {
		if t, err := time.Parse(layout, n.Value); err == nil && n.Kind == yaml.ScalarNode {
			m.Time, m.line = t.UTC().Truncate(time.Second), n.Line
			return nil
		}
	}
	return faultf(n.Line, "%.60q is no time (hint: write 2026-11-22T10:00:00Z or 2026-11-22)", n.Value)
}

// A byline is a name, or a name with a role, and the slug of the page of all that they made.
type byline struct {
	Name, Role, Slug string
	Protected        bool
}

// UnmarshalYAML implements yaml.Unmarshaler. Package yaml forgets to be strict below such a method.
func (b *byline) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		b.Name = n.Value
		return nil
	}
	for i := 0; n.Kind == yaml.MappingNode && i < len(n.Content); i += 2 {
		switch key := n.Content[i]; key.Value {
		case "name", "role", "slug", "protected":
		default:
			return faultf(key.Line, "unknown field %q", key.Value)
		}
	}
	type plain byline
	return n.Decode((*plain)(b))
}

// A focus is the point of a picture that matters, in percent from the left and from the top: [30, 60].
type focus news.Focus

// UnmarshalYAML implements yaml.Unmarshaler.
func (f *focus) UnmarshalYAML(n *yaml.Node) error {
	var at []int
	if err := n.Decode(&at); err != nil || len(at) != 2 || min(at[0], at[1]) < 0 || max(at[0], at[1]) > 100 {
		return faultf(n.Line, "a focus is two numbers from 0 to 100 (hint: focus: [30, 60] is 30%% from the left and 60%% from the top)")
	}
	f.X, f.Y = max(at[0], 1), max(at[1], 1)
	return nil
}

// keysOf returns the keys of a mapping inside a document's own mapping, in the order of the file.
func keysOf(b []byte, field string) []string {
	var doc yaml.Node
	if err := yaml.Unmarshal(b, &doc); err != nil || len(doc.Content) == 0 {
		return nil
	}
	var keys []string
	top := doc.Content[0].Content
	for i := 0; i+1 < len(top); i += 2 {
		if top[i].Value == field {
			for j := 0; j < len(top[i+1].Content); j += 2 {
				keys = append(keys, top[i+1].Content[j].Value)
			}
		}
	}
	return keys
}

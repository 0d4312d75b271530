package generator

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
	"go.yaml.in/yaml/v3"
)

// The limits of front matter and of configuration.
const (
	// maxMatter is the size in bytes.
	maxMatter = 256 << 10
	// maxValues is the number of values, so that a few aliases of YAML don't stand for millions.
	maxValues = 20_000
	// maxDepth is how deep they nest.
	maxDepth = 30
)

// A matter is front matter or configuration: its keys in lower case, its values strings, bool, lists ([]any) and matters.
// Numbers and dates are strings as they were written: what they mean is for who asks.
type matter map[string]any

// text returns the first of some values that is a string with something in it. A key with a point leads into a matter.
func (m matter) text(keys ...string) string {
	for _, key := range keys {
		if s, ok := m.value(key).(string); ok && strings.TrimSpace(s) != "" {
			return strings.TrimSpace(s)
		}
	}
	return ""
}

// is says whether a value is true.
func (m matter) is(key string) bool {
	v := m.value(key)
	return v == true || v == "true"
}

// isNot says whether a value is there and false.
func (m matter) isNot(key string) bool {
	v := m.value(key)
	return v == false || v == "false"
}

// value returns a value, or nil.
func (m matter) value(key string) any {
	first, rest, deeper := strings.Cut(key, ".")
	if deeper {
		return m.matter(first).value(rest)
	}
	return m[key]
}

// matter returns the matter below a key; nil where there is none.
func (m matter) matter(key string) matter {
	sub, _ := m.value(key).(matter)
	return sub
}

// list returns the strings of a list. A string is a list of one.
func (m matter) list(key string) (out []string) {
	switch v := m.value(key).(type) {
	case string:
		if strings.TrimSpace(v) != "" {
			out = append(out, strings.TrimSpace(v))
		}
	case []any:
		for _, e := range v {
			if s, ok := e.(string); ok && strings.TrimSpace(s) != "" {
				out = append(out, strings.TrimSpace(s))
			}
		}
	}
	return out
}

// matters returns the matters of a list.
func (m matter) matters(key string) (out []matter) {
	list, _ := m.value(key).([]any)
	for _, e := range list {
		if sub, ok := e.(matter); ok {
			out = append(out, sub)
		}
	}
	return out
}

// errNone says that a file has no front matter.
var errNone = errors.New("it has no front matter")

// split parts a file into its front matter and its text: YAML between lines ---, TOML between lines +++, or JSON that begins
// the file. lines is the number of lines before the text.
func split(b []byte) (m matter, text string, lines int, err error) {
	b = bytes.TrimPrefix(b, []byte("\uFEFF"))
	src := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string(b))
	switch {
	case strings.HasPrefix(src, "{"):
		return splitJSON(src)
	case strings.HasPrefix(src, "---"):
		return splitFence(src, "---", parseYAML)
	case strings.HasPrefix(src, "+++"):
		return splitFence(src, "+++", parseTOML)
	}
	return nil, src, 0, errNone
}

func splitFence(src, fence string, parse func([]byte) (matter, error)) (matter, string, int, error) {
	first, rest, _ := strings.Cut(src, "\n")
	if strings.TrimRight(first, " \t") != fence {
		return nil, src, 0, errNone
	}
	at := 0
	for line := range strings.Lines(rest) {
		if l := strings.TrimRight(line, " \t\n"); l == fence || fence == "---" && l == "..." {
			m, err := parse([]byte(rest[:at]))
			return m, rest[at+len(line):], 2 + strings.Count(rest[:at], "\n"), atLine(err)
		}
		at += len(line)
	}
	return nil, src, 0, fmt.Errorf("its front matter has no end: a line %s", fence)
}

// A fault is what is wrong at a line of a file, counted from 1.
type fault struct {
	line int
	error
}

// numbered finds the line that an error of package yaml names. It is read only.
var numbered = regexp.MustCompile(`^yaml: line (\d+): `)

// atLine names the line of an error of front matter, which begins on the second line of its file.
func atLine(err error) error {
	if err == nil {
		return nil
	}
	if parse := (toml.ParseError{}); errors.As(err, &parse) {
		return &fault{parse.Position.Line + 1, errors.New(parse.Message)}
	}
	if m := numbered.FindStringSubmatch(err.Error()); m != nil {
		line, _ := strconv.Atoi(m[1]) // digits
		return &fault{line + 1, errors.New(strings.TrimPrefix(err.Error(), m[0]))}
	}
	return err
}

func splitJSON(src string) (matter, string, int, error) {
	d := json.NewDecoder(strings.NewReader(src))
	var v map[string]json.RawMessage
	if err := d.Decode(&v); err != nil {
		return nil, src, 0, fmt.Errorf("its front matter can't be read: %w", err)
	}
	end := int(d.InputOffset())
	m, err := parseJSON([]byte(src[:end]))
	return m, strings.TrimPrefix(src[end:], "\n"), 1 + strings.Count(src[:end], "\n"), err
}

func fits(b []byte) error {
	if len(b) > maxMatter {
		return fmt.Errorf("%d bytes of front matter are over the limit of %d", len(b), maxMatter)
	}
	return nil
}

// parseYAML reads YAML, whose dates it leaves as they are written: package yaml would take those without a zone for UTC.
func parseYAML(b []byte) (matter, error) {
	if err := fits(b); err != nil {
		return nil, err
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(b, &doc); err != nil {
		return nil, err
	}
	c := &converter{left: maxValues}
	return c.top(c.yaml(&doc, 0))
}

// parseTOML reads TOML.
func parseTOML(b []byte) (matter, error) {
	if err := fits(b); err != nil {
		return nil, err
	}
	var v map[string]any
	if err := toml.Unmarshal(b, &v); err != nil {
		return nil, err
	}
	c := &converter{left: maxValues}
	return c.top(c.value(v, 0))
}

// parseJSON reads JSON.
func parseJSON(b []byte) (matter, error) {
	if err := fits(b); err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var v map[string]any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	c := &converter{left: maxValues}
	return c.top(c.value(v, 0))
}

// A converter makes the values of a matter of those of a parser.
type converter struct {
	left int
	over bool
}

var errOver = fmt.Errorf("over %d values, or nested over %d deep", maxValues, maxDepth)

// top returns what stands at the top, which is a matter, or nothing.
func (c *converter) top(v any) (matter, error) {
	if c.over {
		return nil, errOver
	}
	switch v := v.(type) {
	case nil:
		return matter{}, nil
	case matter:
		return v, nil
	}
	return nil, errors.New("it holds no keys with values")
}

// spend counts a value, and says whether there is room for it.
func (c *converter) spend(depth int) bool {
	c.left--
	c.over = c.over || c.left < 0 || depth > maxDepth
	return !c.over
}

func (c *converter) yaml(n *yaml.Node, depth int) any {
	if !c.spend(depth) {
		return nil
	}
	switch n.Kind {
	case yaml.DocumentNode:
		return c.yaml(n.Content[0], depth+1)
	case yaml.AliasNode:
		return c.yaml(n.Alias, depth+1)
	case yaml.SequenceNode:
		var list []any
		for _, e := range n.Content {
			list = append(list, c.yaml(e, depth+1))
		}
		return list
	case yaml.MappingNode:
		m := matter{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			v := c.yaml(n.Content[i+1], depth+1)
			if merged, ok := v.(matter); ok && n.Content[i].Tag == "!!merge" {
				for k, v := range merged {
					if _, own := m[k]; !own {
						m[k] = v
					}
				}
				continue
			}
			m[strings.ToLower(n.Content[i].Value)] = v
		}
		return m
	case yaml.ScalarNode:
		switch n.ShortTag() {
		case "!!null":
			return nil
		case "!!bool":
			return strings.EqualFold(n.Value, "true") || strings.EqualFold(n.Value, "yes") || strings.EqualFold(n.Value, "on")
		}
		return n.Value
	}
	return nil
}

func (c *converter) value(v any, depth int) any {
	if !c.spend(depth) {
		return nil
	}
	switch v := v.(type) {
	case map[string]any:
		m := matter{}
		for key, e := range v {
			m[strings.ToLower(key)] = c.value(e, depth+1)
		}
		return m
	case []any:
		list := make([]any, len(v))
		for i, e := range v {
			list[i] = c.value(e, depth+1)
		}
		return list
	case []map[string]any:
		list := make([]any, len(v))
		for i, e := range v {
			list[i] = c.value(e, depth+1)
		}
		return list
	case time.Time:
		return tomlTime(v)
	case json.Number:
		return v.String()
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return v
}

// tomlTime writes a time of TOML as it stood there: package toml marks those without a zone by the name of their location.
func tomlTime(t time.Time) string {
	switch t.Location().String() {
	case "datetime-local":
		return t.Format("2006-01-02T15:04:05")
	case "date-local":
		return t.Format(time.DateOnly)
	case "time-local":
		return t.Format(time.TimeOnly)
	}
	return t.Format(time.RFC3339)
}

package ninjs

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// The limits of a document besides its size (ninjs.MaxSize). They hold before anything is kept of it.
const (
	maxDepth  = 64
	maxValues = 1 << 20
)

// An object is a JSON object whose members keep their order.
type object struct {
	names  []string
	values map[string]any
	// strange are the paths of members that were taken out of a document, because ninjs does not have them.
	strange []string
}

// get returns a member, nil when it is not there.
func (o *object) get(name string) any {
	if o == nil {
		return nil
	}
	return o.values[name]
}

// parse reads one JSON value: *object, []any, string, json.Number, bool or nil. A member that stands twice, nesting over
// maxDepth and more than maxValues values are errors, which say where.
func parse(b []byte) (any, error) {
	if !utf8.Valid(b) {
		return nil, errors.New("not valid UTF-8")
	}
	p := &parser{dec: json.NewDecoder(bytes.NewReader(b)), left: maxValues}
	p.dec.UseNumber()
	v, err := p.value(0)
	if err != nil {
		return nil, p.wrong(err)
	}
	if _, err := p.dec.Token(); err != io.EOF {
		return nil, fmt.Errorf("something stands after the document, at byte %d", p.dec.InputOffset())
	}
	return v, nil
}

// A parser reads a document by its tokens.
type parser struct {
	dec  *json.Decoder
	left int
	path []string
}

// wrong says where in a document an error is.
func (p *parser) wrong(err error) error {
	if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
		err = errors.New("the document is cut short")
	}
	if len(p.path) == 0 && p.left == maxValues { // not even its first value
		return fmt.Errorf("it is no JSON: %w", err)
	}
	if len(p.path) == 0 {
		return fmt.Errorf("byte %d: %w", p.dec.InputOffset(), err)
	}
	return fmt.Errorf("/%s: %w", strings.Join(p.path, "/"), err)
}

func (p *parser) value(depth int) (any, error) {
	t, err := p.dec.Token()
	if err != nil {
		return nil, err
	}
	if p.left--; p.left < 0 {
		return nil, fmt.Errorf("more than %d values", maxValues)
	}
	d, ok := t.(json.Delim)
	if !ok {
		return t, nil
	}
	if depth == maxDepth {
		return nil, fmt.Errorf("nested over %d deep", maxDepth)
	}
	if d == '[' {
		return p.list(depth)
	}
	return p.object(depth)
}

func (p *parser) list(depth int) (any, error) {
	list := []any{}
	for p.dec.More() {
		p.path = append(p.path, fmt.Sprint(len(list)))
		v, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		p.path = p.path[:len(p.path)-1]
		list = append(list, v)
	}
	_, err := p.dec.Token()
	return list, err
}

func (p *parser) object(depth int) (any, error) {
	o := &object{values: map[string]any{}}
	for p.dec.More() {
		t, err := p.dec.Token()
		if err != nil {
			return nil, err
		}
		name, ok := t.(string)
		if !ok {
			return nil, errors.New("a member without a name")
		}
		p.path = append(p.path, name)
		if _, twice := o.values[name]; twice {
			return nil, errors.New("stands twice")
		}
		v, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		p.path = p.path[:len(p.path)-1]
		o.names, o.values[name] = append(o.names, name), v
	}
	_, err := p.dec.Token()
	return o, err
}

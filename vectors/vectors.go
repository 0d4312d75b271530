// Package vectors holds the test vectors of the edition format: for each rule of SPEC.md that can be broken, bytes that
// break it, and beside them bytes that don't. They are JSON files, for readers written in any language; README.md
// says their shape. This package is the shape in Go, and knows nothing of package edition.
//
//	f, err := vectors.Load[vectors.Entry, vectors.EntryValue]("entry.json")
//	for _, c := range f.Cases {
//		got, err := parse(c.In.Bytes.Join()) // must equal *c.Want, or be refused when c.Refused is set
//	}
//
// The files are written by vectors/gen, which follows SPEC.md on its own, from the standard library alone.
package vectors

import (
	"bytes"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
)

//go:generate go run ./gen

//go:embed *.json trust/*.json
var files embed.FS

// FS returns the files as they stand in this folder.
func FS() fs.FS { return files }

// A File is one file of vectors: the cases of one parser or rule.
type File[In, Want any] struct {
	// About says in a sentence what the cases are of.
	About string `json:"about"`
	// Policies are texts of policies that cases name.
	Policies map[string]Bytes `json:"policies,omitempty"`
	// Mirrors are the files of mirrors, by their paths, that cases name.
	Mirrors map[string]map[string]Bytes `json:"mirrors,omitempty"`
	Cases   []Case[In, Want]            `json:"cases"`
}

// A Case is an input and what must come of it: Want, or a refusal.
type Case[In, Want any] struct {
	// Name is the case's own in its file.
	Name string `json:"name"`
	// Rule is the title of the section of SPEC.md that the case is of.
	Rule string `json:"rule"`
	In   In     `json:"in"`
	// Want is what the input is; nil when it is refused.
	Want *Want `json:"want,omitempty"`
	// Refused is the reason for which the input is refused, a code of README.md; "" when it is not.
	Refused string `json:"refused,omitempty"`
	// At is the path of the file at fault, where the input is of several.
	At string `json:"at,omitempty"`
	// Twin is the name of the case that differs in the fault alone, and is not refused.
	Twin string `json:"twin,omitempty"`
}

// Load reads a file by its name, as "entry.json". It refuses fields that the Go shape doesn't have.
func Load[In, Want any](name string) (File[In, Want], error) {
	var f File[In, Want]
	b, err := files.ReadFile(name)
	if err != nil {
		return f, err
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&f); err != nil {
		return f, fmt.Errorf("vectors %q: %w", name, err)
	}
	return f, nil
}

// Bytes are bytes as the files write them: a string for text in UTF-8, an object for a Part of another kind, or a list
// of these, which are joined.
type Bytes []Part

// A Part is a run of bytes; one of its kinds is set.
type Part struct {
	// Text stands for its UTF-8. It is written as a string, not as an object.
	Text string `json:"-"`
	// Hex stands for the bytes of which it is the lower-case hex.
	Hex string `json:"hex,omitempty"`
	// Repeat stands for the text, Times times.
	Repeat string `json:"repeat,omitempty"`
	Times  int    `json:"times,omitempty"`
	// Pattern stands for so many bytes, of which the i-th, from 0, is i modulo 251.
	Pattern int `json:"pattern,omitempty"`
}

// Join returns the bytes. It panics on hex that is not hex: the files are the project's own.
func (b Bytes) Join() []byte {
	out := []byte{}
	for _, p := range b {
		out = append(out, p.Text...)
		out = append(out, bytes.Repeat([]byte(p.Repeat), p.Times)...)
		for i := range p.Pattern {
			out = append(out, byte(i%251))
		}
		raw, err := hex.DecodeString(p.Hex)
		if err != nil {
			panic(err)
		}
		out = append(out, raw...)
	}
	return out
}

// MarshalJSON writes the shortest of the three forms.
func (b Bytes) MarshalJSON() ([]byte, error) {
	switch len(b) {
	case 0:
		return []byte(`""`), nil
	case 1:
		return b[0].MarshalJSON()
	}
	return json.Marshal([]Part(b))
}

// UnmarshalJSON reads each of the three forms.
func (b *Bytes) UnmarshalJSON(j []byte) error {
	*b = nil
	if len(j) > 0 && j[0] == '[' {
		return json.Unmarshal(j, (*[]Part)(b))
	}
	var p Part
	err := p.UnmarshalJSON(j)
	*b = Bytes{p}
	return err
}

// MarshalJSON writes text as a string and the rest as an object.
func (p Part) MarshalJSON() ([]byte, error) {
	type object Part
	if p == (Part{Text: p.Text}) {
		return json.Marshal(p.Text)
	}
	return json.Marshal(object(p))
}

// UnmarshalJSON reads what MarshalJSON writes.
func (p *Part) UnmarshalJSON(j []byte) error {
	type object Part
	*p = Part{}
	if len(j) > 0 && j[0] == '"' {
		return json.Unmarshal(j, &p.Text)
	}
	dec := json.NewDecoder(bytes.NewReader(j))
	dec.DisallowUnknownFields()
	return dec.Decode((*object)(p))
}

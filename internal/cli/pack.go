package cli

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"coranto/edition"
	"coranto/internal/durable"
	"coranto/internal/term"
)

var packCommand = command{
	name:  "pack",
	usage: "VERB …",
	short: "looks into packs",
	long: `
A pack is the text of all articles of a language that came out in an hour, a day or a month, in one small file.`,
	apart: true,
	verbs: []command{packInspectCommand},
}

var packInspectCommand = command{
	name:  "inspect",
	usage: "FILE [--seed FILE] [--json]",
	short: "says what is in a file of packs",
	long: `
FILE is a pack (2026-11-22.pack), a pack's text (2026-11-22.jsonl), a language's index (packs.idx) or seed (packs.seed), or a
file of pictures. All stand on any mirror, under LANG/ and LANG/archive/pack/.

A pack that is primed needs the seed beside it, --seed packs.seed, before its stories can be read; without it you see how
it is coded.

A file that is looked into proves nothing: coranto read --get-pack proves a pack before it writes it.`,
	apart: true,
	setup: func(e *env, fs *flag.FlagSet) func(context.Context, []string) error {
		var seed string
		fs.StringVar(&seed, "seed", "", "the language's seed, a `FILE` as packs.seed")
		fs.BoolVar(&e.json, "json", false, "print what is in it as JSON")
		return func(_ context.Context, args []string) error {
			if len(args) != 1 {
				return usagef("pack inspect needs one file")
			}
			return e.inspect(args[0], seed)
		}
	},
}

func (e *env) inspect(name, seedName string) error {
	b, err := readWhole(name)
	if err != nil {
		return err
	}
	switch {
	case bytes.HasPrefix(b, []byte("coranto packs ")):
		return e.inspectIndex(b)
	case bytes.HasPrefix(b, []byte("coranto pictures ")):
		return e.inspectPictures(b)
	case bytes.HasPrefix(b, []byte("{")):
		return e.inspectText(b)
	}
	return e.inspectCoded(name, b, seedName)
}

func (e *env) inspectIndex(b []byte) error {
	x, err := edition.ParsePackIndex(b)
	if err != nil {
		return &codeError{exitUnverified, err}
	}
	if e.json {
		return e.printJSON(indexOf(x))
	}
	fmt.Fprintf(e.stdout, "%s: %s\n", x.Language, plural(len(x.Packs), "pack", "packs"))
	if x.Seed != nil {
		fmt.Fprintf(e.stdout, "seed: %d bytes, %s\n", x.Seed.Size, x.Seed.Hash)
	}
	for _, p := range x.Packs {
		fmt.Fprintf(e.stdout, "%-13s %6d articles %10d bytes, coded in %9d, pictures %9d\n", p.Period, p.Articles, p.Size, p.Coded, p.Pictures)
	}
	return nil
}

// indexJSON is what pack inspect --json prints of an index, and packJSON of each pack in it.
type (
	indexJSON struct {
		Language string     `json:"language"`
		Seed     *packJSON  `json:"seed,omitempty"`
		Packs    []packJSON `json:"packs"`
	}
	packJSON struct {
		Period   string `json:"period,omitempty"`
		Articles int    `json:"articles,omitempty"`
		Size     int64  `json:"size"`
		SHA256   string `json:"sha256"`
		Coded    int64  `json:"coded,omitempty"`
		Pictures int64  `json:"pictures,omitempty"`
	}
)

func indexOf(x edition.PackIndex) indexJSON {
	out := indexJSON{Language: x.Language, Packs: []packJSON{}}
	if x.Seed != nil {
		out.Seed = &packJSON{Size: x.Seed.Size, SHA256: x.Seed.Hash.String()}
	}
	for _, p := range x.Packs {
		out.Packs = append(out.Packs, packJSON{p.Period, p.Articles, p.Size, p.Hash.String(), p.Coded, p.Pictures})
	}
	return out
}

func (e *env) inspectPictures(b []byte) error {
	all, err := edition.ParsePictures(b)
	if err != nil {
		return &codeError{exitUnverified, err}
	}
	type picture struct {
		Path string `json:"path"`
		Size int    `json:"size"`
	}
	var list []picture
	for _, p := range all {
		list = append(list, picture{p.Path, len(p.Body)})
		if !e.json {
			fmt.Fprintf(e.stdout, "%6d %s\n", len(p.Body), p.Path)
		}
	}
	if e.json {
		return e.printJSON(list)
	}
	return nil
}

// textJSON is what pack inspect --json prints of a pack.
type textJSON struct {
	Language string            `json:"language"`
	Period   string            `json:"period"`
	Articles []edition.Article `json:"articles"`
}

func (e *env) inspectText(b []byte) error {
	t, err := edition.ParsePackText(b)
	if err != nil {
		return &codeError{exitUnverified, err}
	}
	if e.json {
		return e.printJSON(textJSON{t.Language, t.Period, t.Articles})
	}
	fmt.Fprintf(e.stdout, "%s %s: %s in %d bytes, %s\n", t.Language, t.Period, plural(len(t.Articles), "article", "articles"), len(b), edition.Sum(b))
	for _, a := range t.Articles {
		fmt.Fprintf(e.stdout, "%s  %s\n    %s, revision %d\n", a.Published.UTC().Format(time.DateTime), term.Clean(a.Headline), a.Address, a.Number)
	}
	return nil
}

// inspectCoded says how a file is coded, and what is in it where that can be decoded.
func (e *env) inspectCoded(name string, b []byte, seedName string) error {
	c, err := edition.ParseCoding(b)
	if err != nil {
		return withHint(&codeError{exitUnverified, err}, "coranto pack inspect reads .pack, .jsonl, .pictures, packs.idx and packs.seed")
	}
	if !e.json {
		fmt.Fprintf(e.stdout, "PPMd, order %d, arena %d bytes%s\n%d bytes of text, recoded in %d, coded in %d, padded to %d\n",
			c.Order, c.Arena, map[bool]string{true: ", primed"}[c.Primed], c.Size, c.Recoded, c.Stream, len(b))
	}
	var seed *edition.Seed
	if c.Primed && seedName == "" {
		return e.inspected(c, "it is primed: --seed packs.seed, from beside it, lets you read it")
	}
	if c.Primed {
		if seed, err = readSeed(seedName); err != nil {
			return err
		}
	}
	text, err := edition.DecodePack(b, seed, c.Size)
	if err != nil {
		return withHint(&codeError{exitUnverified, err}, "was it coded with this seed?")
	}
	if !bytes.HasPrefix(text, []byte(`{"pack":`)) {
		return e.inspected(c, "it is a seed: text that other packs are primed with, "+edition.Sum(text).String())
	}
	return e.inspectText(text)
}

// codingJSON is what pack inspect --json prints of a file whose stories are not shown.
type codingJSON struct {
	Order   int    `json:"order"`
	Arena   int    `json:"arena"`
	Primed  bool   `json:"primed"`
	Size    int64  `json:"size"`
	Recoded int64  `json:"recoded"`
	Stream  int64  `json:"stream"`
	Table   string `json:"table,omitempty"`
}

// inspected ends with what can be said of a file whose stories are not shown.
func (e *env) inspected(c edition.Coding, note string) error {
	if e.json {
		return e.printJSON(codingJSON(c))
	}
	e.say("%s", note)
	return nil
}

// readWhole reads a file of an edition.
func readWhole(name string) ([]byte, error) {
	return durable.ReadFile(os.DirFS(filepath.Dir(name)), filepath.Base(name), edition.MaxFile)
}

func readSeed(name string) (*edition.Seed, error) {
	b, err := readWhole(name)
	if err != nil {
		return nil, err
	}
	c, err := edition.ParseCoding(b)
	if err != nil {
		return nil, &codeError{exitUnverified, fmt.Errorf("%s: %w", name, err)}
	}
	return edition.DecodeSeed(b, c.Size)
}

package lang

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
	"github.com/bep/golocales"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

//go:embed words/*.toml
var wordFiles embed.FS

// Fallback is the language whose words stand in where a language has none of its own.
const Fallback = "en"

// A Catalogue holds the words of all languages. It is read-only once loaded.
type Catalogue struct {
	files map[string]file
}

// A file is what words/TAG.toml says.
type file struct {
	// Name is what the language calls itself.
	Name string `toml:"name"`
	// Digits are the ten digits from zero, where they aren't 0 to 9.
	Digits string `toml:"digits"`
	// Date and MonthYear are patterns of {d}, {month} and {y}, where CLDR's don't do.
	Date      string `toml:"date"`
	MonthYear string `toml:"month_year"`
	// Months are the names of the months as they stand alone, where CLDR's stand in a date only (Russian's genitive).
	Months []string `toml:"months"`
	// Solar are the months of the Solar Hijri calendar; set, dates are written in it.
	Solar []string `toml:"solar"`
	// Words are the words of the interface.
	Words map[string]string `toml:"words"`
}

// Load reads the catalogue that is built in. It returns an error when a file of it is not complete.
func Load() (*Catalogue, error) { return load(wordFiles) }

func load(fsys fs.FS) (*Catalogue, error) {
	names, err := fs.Glob(fsys, "words/*.toml")
	if err != nil {
		return nil, err
	}
	c := &Catalogue{files: make(map[string]file, len(names))}
	for _, name := range names {
		f, err := readFile(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		c.files[strings.TrimSuffix(path.Base(name), ".toml")] = f
	}
	reference, ok := c.files[Fallback]
	if !ok {
		return nil, fmt.Errorf("words/%s.toml is missing", Fallback)
	}
	for tag, f := range c.files {
		if err := f.complete(reference); err != nil {
			return nil, fmt.Errorf("words/%s.toml: %w", tag, err)
		}
	}
	return c, nil
}

func readFile(fsys fs.FS, name string) (f file, err error) {
	b, err := fs.ReadFile(fsys, name)
	if err != nil {
		return file{}, err
	}
	meta, err := toml.Decode(string(b), &f)
	if err != nil {
		return file{}, err
	}
	if extra := meta.Undecoded(); len(extra) > 0 {
		return file{}, fmt.Errorf("unknown key %q", extra[0].String())
	}
	return f, nil
}

// complete says what a file lacks, or has too much, beside the reference.
func (f file) complete(reference file) error {
	if f.Name == "" {
		return errors.New("the language has no name")
	}
	if n := len([]rune(f.Digits)); n != 0 && n != 10 {
		return fmt.Errorf("%d digits, want 10", n)
	}
	if n, m := len(f.Months), len(f.Solar); n != 0 && n != 12 || m != 0 && m != 12 {
		return fmt.Errorf("%d months and %d solar months, want 12 or none", n, m)
	}
	for key := range reference.Words {
		if strings.TrimSpace(f.Words[key]) == "" {
			return fmt.Errorf("the word %q is missing", key)
		}
	}
	for key := range f.Words {
		if _, ok := reference.Words[key]; !ok {
			return fmt.Errorf("the word %q is not one of the interface", key)
		}
	}
	return nil
}

// Tags returns the tags of the languages that the catalogue has words in, sorted.
func (c *Catalogue) Tags() []string {
	tags := make([]string, 0, len(c.files))
	for tag := range c.files {
		tags = append(tags, tag)
	}
	slices.Sort(tags)
	return tags
}

// A Language is all that a page needs to know of one language. It is cheap to copy, and safe for several goroutines.
type Language struct {
	tag, dir string
	words    map[string]string
	wordsTag string
	file     file
	cldr     golocales.Translator
}

// Language returns what is known of a language, whose tag is taken as it is. Its words, name and dates come from the
// tag's own file, then from its parents' (fa for fa-IR); its words at last from Fallback's.
func (c *Catalogue) Language(tag string) Language {
	l := Language{tag: tag, dir: Dir(tag), words: c.files[Fallback].Words, wordsTag: Fallback}
	chain := Parents(tag)
	for _, p := range chain {
		if f, ok := c.files[p]; ok {
			l.file, l.words, l.wordsTag = f, f.Words, p
			if p != tag && ownName(tag) != "" {
				l.file.Name = ownName(tag)
			}
			break
		}
	}
	if l.file.Name == "" {
		l.file.Name = ownName(tag)
	}
	for _, p := range chain {
		if l.cldr = golocales.New(p); l.cldr != nil {
			break
		}
	}
	return l
}

// ownName returns what a language calls itself by x/text's CLDR, or "".
func ownName(tag string) string {
	t, err := language.Parse(tag)
	if err != nil {
		return ""
	}
	return display.Self.Name(t)
}

// Tag returns the tag that the language was asked for by.
func (l Language) Tag() string { return l.tag }

// Dir returns "ltr" or "rtl".
func (l Language) Dir() string { return l.dir }

// Name returns what the language calls itself: Русский. One that nobody knows is called by its tag.
func (l Language) Name() string {
	if l.file.Name == "" {
		return l.tag
	}
	return l.file.Name
}

// Word returns a word of the interface and the tag of the language that it is in: the language's own, a parent's, or
// Fallback. A key that the interface does not have is a programmer's error and gives "".
func (l Language) Word(key string) (word, tag string) {
	return l.words[key], l.wordsTag
}

// Fingerprint returns a hash of all that the catalogue would say of some languages: it differs when a word, a name or
// the form of a date does, be it in a file here or in the library behind it.
func (c *Catalogue) Fingerprint(tags []string) string {
	h := sha256.New()
	for _, tag := range tags {
		l := c.Language(tag)
		fmt.Fprintf(h, "%q %q %q\n", tag, l.dir, l.Name())
		for m := range 12 {
			t := time.Date(2026, time.Month(m+1), 2*m+1, 9, 5, 0, 0, time.UTC)
			fmt.Fprintf(h, "%q %q %q\n", l.Date(t), l.DateTime(t), l.Month(t))
		}
		for _, key := range c.Keys() {
			fmt.Fprintf(h, "%q %q\n", key, l.words[key])
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Keys returns the keys of the interface's words, sorted.
func (c *Catalogue) Keys() []string {
	keys := make([]string, 0, len(c.files[Fallback].Words))
	for key := range c.files[Fallback].Words {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

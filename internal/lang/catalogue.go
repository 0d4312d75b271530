package lang

import (
	"cmp"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/BurntSushi/toml"
	"github.com/bep/golocales"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

//go:embed words/*.toml others.toml
var wordFiles embed.FS

// othersFile holds what is known of languages that have no words yet.
const othersFile = "others.toml"

// Fallback is the language whose words stand in where neither a language nor any beside it has words of its own.
const Fallback = "en"

// A Catalogue holds the words of all languages. It is read-only once loaded.
type Catalogue struct {
	// files are those of words/, by tag; others the entries of othersFile, which have no words.
	files, others map[string]file
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
	// Counts say how many there are of something, by key and then by CLDR's category of the number, which stands for {n}.
	Counts map[string]map[string]string `toml:"counts"`
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
	if err := readFile(fsys, othersFile, &c.others); err != nil {
		return nil, fmt.Errorf("%s: %w", othersFile, err)
	}
	for _, name := range names {
		var f file
		if err := readFile(fsys, name, &f); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		c.files[strings.TrimSuffix(path.Base(name), ".toml")] = f
	}
	for tag, f := range c.others {
		if err := f.sound(); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", othersFile, tag, err)
		}
		if _, ok := c.files[tag]; ok || f.Words != nil {
			return nil, fmt.Errorf("%s: %s: a language with words stands in words/ alone", othersFile, tag)
		}
	}
	reference, ok := c.files[Fallback]
	if !ok {
		return nil, fmt.Errorf("words/%s.toml is missing", Fallback)
	}
	for tag, f := range c.files {
		if err := f.complete(reference); err != nil {
			return nil, fmt.Errorf("words/%s.toml: %w", tag, err)
		}
		if err := f.counts(tag, reference); err != nil {
			return nil, fmt.Errorf("words/%s.toml: %w", tag, err)
		}
	}
	return c, nil
}

// readFile decodes a TOML file strictly.
func readFile(fsys fs.FS, name string, out any) error {
	b, err := fs.ReadFile(fsys, name)
	if err != nil {
		return err
	}
	meta, err := toml.Decode(string(b), out)
	if err != nil {
		return err
	}
	if extra := meta.Undecoded(); len(extra) > 0 {
		return fmt.Errorf("unknown key %q", extra[0].String())
	}
	return nil
}

// sound says what is wrong with a file, its words aside.
func (f file) sound() error {
	if f.Name == "" {
		return errors.New("the language has no name")
	}
	if n := len([]rune(f.Digits)); n != 0 && n != 10 {
		return fmt.Errorf("%d digits, want 10", n)
	}
	if n, m := len(f.Months), len(f.Solar); n != 0 && n != 12 || m != 0 && m != 12 {
		return fmt.Errorf("%d months and %d solar months, want 12 or none", n, m)
	}
	return nil
}

// complete says what a file lacks, or has too much, beside the reference.
func (f file) complete(reference file) error {
	if err := f.sound(); err != nil {
		return err
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

// counts says what the counts of a file lack, or have too much, beside the reference and the language's rules.
func (f file) counts(tag string, reference file) error {
	for key := range reference.Counts {
		if wrong := countsWrong(tag, f.Counts[key]); wrong != "" {
			return fmt.Errorf("counts.%s: %s", key, wrong)
		}
	}
	for key := range f.Counts {
		if _, ok := reference.Counts[key]; !ok {
			return fmt.Errorf("counts.%s is not one of the interface", key)
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
	counts   map[string]map[string]string
	wordsTag string
	lender   *Language // whose words stand in where there are none, or nil
	file     file
	cldr     golocales.Translator
}

// Language returns what is known of a language, whose tag is taken as it is. Its words, name and dates come from the
// tag's own file, then from its parents' (fa for fa-IR); its words at last from Fallback's.
func (c *Catalogue) Language(tag string) Language { return c.language(tag, Fallback) }

// language is Language with the words of another language at last.
func (c *Catalogue) language(tag, fallback string) Language {
	l := Language{tag: tag, dir: Dir(tag)}
	chain := Parents(tag)
	for _, p := range chain {
		if f, ok := c.files[p]; ok {
			l.file, l.words, l.counts, l.wordsTag = f, f.Words, f.Counts, p
			break
		}
		l.file = l.file.or(c.others[p])
	}
	if l.words == nil {
		lender := c.Language(fallback)
		l.lender, l.words, l.counts, l.wordsTag = &lender, lender.words, lender.counts, lender.wordsTag
	}
	l.file.Name = c.name(tag, chain)
	for _, p := range chain {
		if l.cldr = golocales.New(p); l.cldr != nil {
			break
		}
	}
	return l
}

// or returns f with the dates of a wider language's where it says nothing of them itself.
func (f file) or(wider file) file {
	f.Digits, f.Date, f.MonthYear = cmp.Or(f.Digits, wider.Digits), cmp.Or(f.Date, wider.Date), cmp.Or(f.MonthYear, wider.MonthYear)
	if f.Months == nil {
		f.Months = wider.Months
	}
	return f
}

// Languages returns what is known of the languages of one newsroom. The words of the first that has some stand in for
// those that have none: its readers know that language better than Fallback. Two that call themselves the same, as zh and
// zh-CN, have their tags put after the name: a list of links would not tell them apart.
func (c *Catalogue) Languages(tags []string) []Language {
	names := make(map[string]int)
	all := make([]Language, len(tags))
	fallback := c.firstWithWords(tags)
	for i, tag := range tags {
		all[i] = c.language(tag, fallback)
		names[all[i].Name()]++
	}
	for i, l := range all {
		if names[l.Name()] > 1 {
			all[i].file.Name += " (" + l.tag + ")"
		}
	}
	return all
}

// firstWithWords returns whose words the first of some languages has that doesn't lack them; Fallback's where all do.
func (c *Catalogue) firstWithWords(tags []string) string {
	for _, tag := range tags {
		for _, p := range Parents(tag) {
			if _, ok := c.files[p]; ok {
				return p
			}
		}
	}
	return Fallback
}

// name returns what a language calls itself, or "". A region that x/text has no name for leaves the parent's.
func (c *Catalogue) name(tag string, chain []string) string {
	for _, p := range chain {
		f, ok := c.files[p]
		if !ok {
			f, ok = c.others[p]
		}
		if !ok {
			continue
		}
		if own := ownName(tag); p != tag && own != "" && own != ownName(p) {
			return own
		}
		return f.Name
	}
	return ownName(tag)
}

// ownName returns what a language calls itself by x/text's CLDR, or "". CLDR has names as they stand in a sentence; here
// they stand alone, and begin with a capital unless there is one inside: isiZulu.
func ownName(tag string) string {
	t, err := language.Parse(tag)
	if err != nil {
		return ""
	}
	name := []rune(display.Self.Name(t))
	if len(name) > 0 && !slices.ContainsFunc(name, unicode.IsUpper) {
		name[0] = unicode.ToTitle(name[0])
	}
	return string(name)
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
// what stands in for it (Languages). A key that the interface does not have is a programmer's error and gives "".
func (l Language) Word(key string) (word, tag string) {
	return l.words[key], l.wordsTag
}

// Fingerprint returns a hash of all that the catalogue would say of some languages: it differs when a word, a name or
// the form of a date does, be it in a file here or in the library behind it.
func (c *Catalogue) Fingerprint(tags []string) string {
	h := sha256.New()
	for _, l := range c.Languages(tags) {
		fmt.Fprintf(h, "%q %q %q\n", l.tag, l.dir, l.Name())
		for m := range 12 {
			t := time.Date(2026, time.Month(m+1), 2*m+1, 9, 5, 0, 0, time.UTC)
			fmt.Fprintf(h, "%q %q %q\n", l.Date(t), l.DateTime(t), l.Month(t))
		}
		for _, key := range c.Keys() {
			fmt.Fprintf(h, "%q %q\n", key, l.words[key])
		}
		for _, key := range slices.Sorted(maps.Keys(l.counts)) {
			for _, n := range []int{0, 1, 2, 5, 21, 100, 1e6} {
				text, _ := l.Count(key, n)
				fmt.Fprintf(h, "%q %q\n", key, text)
			}
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

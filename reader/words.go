package reader

import (
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
	"golang.org/x/text/language"

	"coranto/internal/lang"
)

// wordFiles are what the bar and the reader's own page say, one file a language, for people to correct.
//
//go:embed words/*.toml
var wordFiles embed.FS

// A lexicon holds the words in all languages that they are in.
type lexicon struct {
	catalogue *lang.Catalogue
	files     map[string]map[string]string // by tag, then key
	tags      []string                     // lang.Fallback first
	matcher   language.Matcher             // over tags
}

// newLexicon reads the words that are built in. The error says which language lacks a word or has one too much.
func newLexicon() (*lexicon, error) {
	catalogue, err := lang.Load()
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(wordFiles, "words/*.toml")
	if err != nil {
		return nil, err
	}
	x := &lexicon{catalogue: catalogue, files: map[string]map[string]string{}}
	for _, name := range names {
		var words map[string]string
		if _, err := toml.DecodeFS(wordFiles, name, &words); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		x.files[strings.TrimSuffix(path.Base(name), ".toml")] = words
	}
	for tag, words := range x.files {
		if err := sameWords(words, x.files[lang.Fallback]); err != nil {
			return nil, fmt.Errorf("words/%s.toml: %w", tag, err)
		}
	}
	others := slices.DeleteFunc(slices.Sorted(maps.Keys(x.files)), func(tag string) bool { return tag == lang.Fallback })
	x.tags = append([]string{lang.Fallback}, others...)
	var parsed []language.Tag
	for _, tag := range x.tags {
		parsed = append(parsed, language.Make(tag))
	}
	x.matcher = language.NewMatcher(parsed)
	return x, nil
}

// sameWords says what differs between the keys of words and those of the reference, or between what is put into them.
func sameWords(words, reference map[string]string) error {
	for key := range words {
		if _, ok := reference[key]; !ok {
			return fmt.Errorf("%q is no word of the reader", key)
		}
	}
	for key, text := range reference {
		if strings.TrimSpace(words[key]) == "" {
			return fmt.Errorf("the word %q is missing", key)
		}
		if got, want := blanks(words[key]), blanks(text); !slices.Equal(got, want) {
			return fmt.Errorf("%q has %q to fill in, want %q", key, got, want)
		}
	}
	return nil
}

// blanks returns what is to be put into a text, sorted.
func blanks(text string) (names []string) {
	for _, part := range strings.Split(text, "{")[1:] {
		name, _, _ := strings.Cut(part, "}")
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// A tongue is one language of the lexicon. Its tag and direction are those of the words.
type tongue struct {
	lang.Language
	words map[string]string
}

// tongue returns the words for a page in some language: its own, a wider one's, or the fallback's.
func (x *lexicon) tongue(tag string) tongue {
	for _, t := range append(lang.Parents(tag), lang.Fallback) {
		if words, ok := x.files[t]; ok {
			return tongue{x.catalogue.Language(t), words}
		}
	}
	panic("reader: no words in " + lang.Fallback) // newLexicon has compared all with them
}

// accepted returns the words for who asks for a tag or, where that is empty, sends an Accept-Language header.
func (x *lexicon) accepted(tag, header string) tongue {
	if tag != "" {
		return x.tongue(tag)
	}
	wanted, _, err := language.ParseAcceptLanguage(header)
	if err != nil || len(header) > 1000 {
		return x.tongue(lang.Fallback)
	}
	_, i, _ := x.matcher.Match(wanted...)
	return x.tongue(x.tags[i])
}

// all returns what is known of every language that there are words in.
func (x *lexicon) all() []lang.Language { return x.catalogue.Languages(x.tags) }

// W returns a word that has nothing to put in.
func (t tongue) W(key string) string {
	w, ok := t.words[key]
	if !ok {
		panic("reader: there is no word " + key)
	}
	return w
}

// foreign are the values that are in no language, or another: they are isolated, so that an address does not turn the
// words around it.
var foreign = []string{"name", "mirror", "place"}

// Say returns a text with values put in: pairs of a name and what stands for it.
func (t tongue) Say(key string, pairs ...string) template.HTML {
	text := template.HTMLEscapeString(t.W(key))
	for i := 0; i < len(pairs); i += 2 {
		value := template.HTMLEscapeString(pairs[i+1])
		if slices.Contains(foreign, pairs[i]) {
			value = "<bdi>" + value + "</bdi>"
		}
		text = strings.ReplaceAll(text, "{"+pairs[i]+"}", value)
	}
	return template.HTML(text) // all parts are escaped
}

// N returns a number in the language's digits.
func (t tongue) N(n uint64) string { return t.Digits(strconv.FormatUint(n, 10)) }

// Age says a duration in one unit, rounded down; below a minute the number would be out of date at once.
func (t tongue) Age(d time.Duration) string {
	for _, u := range []struct {
		size time.Duration
		key  string
	}{{24 * time.Hour, "days"}, {time.Hour, "hours"}, {time.Minute, "minutes"}} {
		if n := int(d / u.size); n > 0 {
			text, _ := t.Count(u.key, n)
			return text
		}
	}
	return t.W("moments")
}

// Size says a number of bytes.
func (t tongue) Size(n int64) string {
	switch {
	case n >= 10e6:
		return t.Digits(strconv.FormatInt(n/1e6, 10)) + "\u00a0MB"
	case n > 0:
		return t.Digits(strconv.FormatInt((n+999)/1000, 10)) + "\u00a0kB"
	}
	return t.Digits("0")
}

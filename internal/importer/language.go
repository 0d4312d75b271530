package importer

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/language"
)

// Language returns a language tag in its canonical form: en-US for en-us and en_US, sr-Cyrl for sr-cyrl.
func Language(tag string) (string, error) {
	if tag == "" { // most elements
		return "", errors.New("no language tag")
	}
	t, err := language.Parse(strings.TrimSpace(tag))
	if err != nil || t.IsRoot() {
		return "", fmt.Errorf("%.60q is no language tag", tag)
	}
	return t.String(), nil
}

// AllowedLanguage is Language for an article: the tag must be one of the newsroom's languages.
func AllowedLanguage(tag string, languages []string) (string, error) {
	t, err := Language(tag)
	if err == nil && !slices.Contains(languages, t) {
		err = fmt.Errorf("language %s is not one of the newsroom's (hint: add it to the newsroom's languages)", t)
	}
	return t, err
}

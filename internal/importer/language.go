package importer

import (
	"errors"
	"fmt"
	"slices"

	"coranto/internal/lang"
)

// Language returns a language tag in its canonical form: en-US for en-us and en_US, sr-Cyrl for sr-cyrl.
func Language(tag string) (string, error) {
	if tag == "" { // most elements
		return "", errors.New("no language tag")
	}
	return lang.Canonical(tag)
}

// AllowedLanguage is Language for an article: it returns the one of the newsroom's languages that the tag means. Much
// software says en-US or zh-CN where the newsroom says en or zh-Hans; tags that mean the same (lang.Same) are one
// language, unless the newsroom has both.
func AllowedLanguage(tag string, languages []string) (string, error) {
	t, err := Language(tag)
	if err != nil || slices.Contains(languages, t) {
		return t, err
	}
	if i := slices.IndexFunc(languages, func(l string) bool { return lang.Same(l, t) }); i >= 0 {
		return languages[i], nil
	}
	return t, fmt.Errorf("language %s is not one of the newsroom's (hint: add %q to languages in coranto.toml, or give another with --language)", t, t)
}

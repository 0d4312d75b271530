package importer_test

import (
	"testing"

	"coranto/internal/importer"
)

// TestAllowedLanguage holds that what a feed, a file's name and the configuration call a language comes to the same.
func TestAllowedLanguage(t *testing.T) {
	languages := []string{"en", "zh-Hans", "sr-Cyrl", "pt", "pt-PT", "he", "fa-AF", "nb"}
	for tag, want := range map[string]string{
		"en": "en", "en-US": "en", "EN_us": "en", "zh-CN": "zh-Hans", "zh": "zh-Hans", "sr": "sr-Cyrl", "pt_BR": "pt",
		"pt-PT": "pt-PT", "iw": "he", "he-IL": "he", " en ": "en",
		"en-GB": "", "zh-TW": "", "sr-Latn": "", "fa": "", "no": "", "und": "", "und-Arab": "", "log": "", "": "", "en US": "",
	} {
		got, err := importer.AllowedLanguage(tag, languages)
		if want == "" && err == nil || want != "" && (got != want || err != nil) {
			t.Errorf("%q: got %q and %v, want %q", tag, got, err, want)
		}
	}
}

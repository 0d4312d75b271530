package reader

import (
	"strings"
	"testing"
	"time"

	"coranto/edition"
	"coranto/internal/lang"
)

// Every language says everything, in words of its own.
func TestWords(t *testing.T) {
	x, err := newLexicon()
	if err != nil {
		t.Fatal(err)
	}
	english := x.files[lang.Fallback]
	for _, tag := range x.tags {
		if _, err := lang.Canonical(tag); err != nil {
			t.Error(err)
		}
		tongue := x.tongue(tag)
		if tongue.Tag() != tag {
			t.Errorf("%s: got the words of %s", tag, tongue.Tag())
		}
		if tag == lang.Fallback {
			continue
		}
		for key, text := range x.files[tag] {
			if len(text) > 40 && text == english[key] {
				t.Errorf("%s: %q is in English", tag, key)
			}
			if strings.TrimSpace(text) != text || strings.Contains(text, "  ") {
				t.Errorf("%s: %q has stray blanks", tag, key)
			}
			if strings.ContainsAny(text, "<>&\"") {
				t.Errorf("%s: %q has characters of HTML", tag, key)
			}
		}
	}
	for _, o := range outcomes {
		x.tongue(lang.Fallback).W(o) // panics when it is missing
	}
}

// A catalogue that lacks something is refused, and says what.
func TestSameWords(t *testing.T) {
	reference := map[string]string{"old": "{age} old", "own": "own"}
	for _, test := range []struct {
		words map[string]string
		want  string
	}{
		{map[string]string{"old": "{age}", "own": "x"}, ""},
		{map[string]string{"old": "{age}"}, `"own" is missing`},
		{map[string]string{"old": "old", "own": "x"}, `to fill in, want ["age"]`},
		{map[string]string{"old": "{age} {n}", "own": "x"}, `["age" "n"] to fill in`},
		{map[string]string{"old": "{age}", "own": "x", "more": "x"}, `"more" is no word`},
	} {
		err := sameWords(test.words, reference)
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%v: got %v, want %q", test.words, err, test.want)
		}
	}
}

// An age that only a clock which may be wrong tells is not told.
func TestOld(t *testing.T) {
	x, err := newLexicon()
	if err != nil {
		t.Fatal(err)
	}
	for fresh, want := range map[edition.Freshness]string{
		edition.Fresh: "2 hours old", edition.Aged: "2 hours old", edition.StaleTrust: "2 hours old",
		edition.AgeUnknown: "", edition.ClockWrong: "",
	} {
		j := judgement{x.tongue("en"), "The Lantern", edition.Verdict{Fresh: fresh, Age: 2 * time.Hour}}
		if got := string(j.Old()); got != want {
			t.Errorf("%s: got %q, want %q", fresh, got, want)
		}
	}
}

// An age takes the form that its number asks for.
func TestAge(t *testing.T) {
	x, err := newLexicon()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		tag  string
		age  time.Duration
		want string
	}{
		{"en", 59 * time.Second, "seconds"}, {"en", 119 * time.Second, "1 minute"}, {"en", 48 * time.Hour, "2 days"},
		{"ru", 21 * time.Minute, "21 минута"}, {"ru", 3 * time.Hour, "3 часа"}, {"ru", 11 * 24 * time.Hour, "11 дней"},
		{"ar", 2 * time.Hour, "ساعتان"}, {"ar", 5 * time.Minute, "5 دقائق"}, {"fa", 5 * time.Minute, "۵ دقیقه"},
		{"ro", 20 * time.Minute, "20 de minute"}, {"ckb", time.Hour, "١ کاتژمێر"}, {"tt", 24 * time.Hour, "1 көн"},
	} {
		if got := x.tongue(test.tag).Age(test.age); got != test.want {
			t.Errorf("%s: got %q, want %q", test.tag, got, test.want)
		}
	}
}

package lang

import (
	"slices"
	"strings"
)

// categories are CLDR's names of the forms that a count takes, in its order.
var categories = [...]string{"zero", "one", "two", "few", "many", "other"}

// Count says how many there are of something, "3 corrections", in the form that the number asks for, and returns the
// tag of the language that it is in, as Word does. Keys are those of [counts.KEY] in words/; n is not below 0. A key
// that the interface does not have is a programmer's error and gives "".
func (l Language) Count(key string, n int) (text, tag string) {
	if l.lender != nil { // whose digits may be others
		return l.lender.Count(key, n)
	}
	return strings.ReplaceAll(l.counts[key][category(l.wordsTag, n)], "{n}", l.Amount(n)), l.wordsTag
}

// category returns the form that a whole number asks for: CLDR 48, supplemental/plurals.xml, where v, f and e are 0.
// A language that CLDR has no rules for, as Tatar, Bashkir or Tajik, has one form, "other".
func category(tag string, n int) string {
	tens, hundreds := n%10, n%100
	base, _, _ := strings.Cut(tag, "-")
	switch base {
	case "ar":
		return first(when{n == 0, "zero"}, when{n == 1, "one"}, when{n == 2, "two"}, when{between(3, hundreds, 10), "few"}, when{hundreds > 10, "many"})
	case "he":
		return first(when{n == 1, "one"}, when{n == 2, "two"})
	case "be", "ru", "uk":
		return first(when{tens == 1 && hundreds != 11, "one"}, when{paucal(n), "few"}, when{true, "many"})
	case "pl":
		return first(when{n == 1, "one"}, when{paucal(n), "few"}, when{true, "many"})
	case "bs", "hr", "sr":
		return first(when{tens == 1 && hundreds != 11, "one"}, when{paucal(n), "few"})
	case "mk":
		return first(when{tens == 1 && hundreds != 11, "one"})
	case "ro":
		return first(when{n == 1, "one"}, when{n == 0 || between(1, hundreds, 19), "few"})
	case "fr", "pt":
		return first(when{n <= 1, "one"}, when{n%1e6 == 0, "many"})
	case "es", "it":
		return first(when{n == 1, "one"}, when{n > 0 && n%1e6 == 0, "many"})
	case "am", "bn", "fa", "hi", "hy":
		return first(when{n <= 1, "one"})
	case "az", "bg", "ckb", "de", "el", "en", "hu", "ka", "kk", "ky", "ps", "sq", "tk", "tr", "ug", "ur", "uz":
		return first(when{n == 1, "one"})
	}
	return "other"
}

// paucal says whether Slavic languages count n as a few: 2 to 4, and what ends in them except 12 to 14.
func paucal(n int) bool { return between(2, n%10, 4) && !between(12, n%100, 14) }

func between(low, n, high int) bool { return low <= n && n <= high }

// A when is a form and whether a number takes it.
type when struct {
	is   bool
	form string
}

// first returns the first form that the number takes, or "other".
func first(all ...when) string {
	for _, w := range all {
		if w.is {
			return w.form
		}
	}
	return "other"
}

// forms returns the categories that whole numbers fall into in a language, in CLDR's order, and how many of the numbers
// that tell them apart do.
func forms(tag string) (names []string, numbers map[string]int) {
	numbers = make(map[string]int)
	for n := range 200 {
		numbers[category(tag, n)]++
	}
	numbers[category(tag, 1e6)]++
	for _, c := range categories {
		if numbers[c] > 0 {
			names = append(names, c)
		}
	}
	return names, numbers
}

// countsWrong says what the forms of a count lack, or have too much, in a language. A form that stands for several
// numbers has to say which.
func countsWrong(tag string, texts map[string]string) string {
	names, numbers := forms(tag)
	for _, c := range names {
		switch text := texts[c]; {
		case strings.TrimSpace(text) == "":
			return "the form " + c + " is missing"
		case numbers[c] > 1 && !strings.Contains(text, "{n}"):
			return "the form " + c + " says no number"
		}
	}
	for c := range texts {
		if !slices.Contains(names, c) {
			return "no whole number takes the form " + c
		}
	}
	return ""
}

package lang

import (
	"strconv"
	"strings"
	"testing"
)

// samples are the whole numbers that CLDR 48.2 itself gives for every category of a language (supplemental/plurals.xml,
// @integer), without the compact ones.
var samples = []struct{ tag, numbers string }{
	{"ar", "zero 0; one 1; two 2; few 3~10 103~110 1003; many 11~26 111 1011; other 100~102 200~202 300~302 400~402 500~502 600 1000 10000 100000 1000000"},
	{"az", "one 1; other 0 2~16 100 1000 10000 100000 1000000"},
	{"be", "one 1 21 31 41 51 61 71 81 101 1001; few 2~4 22~24 32~34 42~44 52~54 62 102 1002; many 0 5~19 100 1000 10000 100000 1000000"},
	{"bg", "one 1; other 0 2~16 100 1000 10000 100000 1000000"},
	{"bs", "one 1 21 31 41 51 61 71 81 101 1001; few 2~4 22~24 32~34 42~44 52~54 62 102 1002; other 0 5~19 100 1000 10000 100000 1000000"},
	{"ckb", "one 1; other 0 2~16 100 1000 10000 100000 1000000"},
	{"de", "one 1; other 0 2~16 100 1000 10000 100000 1000000"},
	{"en", "one 1; other 0 2~16 100 1000 10000 100000 1000000"},
	{"es", "one 1; many 1000000; other 0 2~16 100 1000 10000 100000"},
	{"fa", "one 0 1; other 2~17 100 1000 10000 100000 1000000"},
	{"fr", "one 0 1; many 1000000; other 2~17 100 1000 10000 100000"},
	{"hr", "one 1 21 31 41 51 61 71 81 101 1001; few 2~4 22~24 32~34 42~44 52~54 62 102 1002; other 0 5~19 100 1000 10000 100000 1000000"},
	{"hu", "one 1; other 0 2~16 100 1000 10000 100000 1000000"},
	{"hy", "one 0 1; other 2~17 100 1000 10000 100000 1000000"},
	{"ka", "one 1; other 0 2~16 100 1000 10000 100000 1000000"},
	{"kk", "one 1; other 0 2~16 100 1000 10000 100000 1000000"},
	{"ky", "one 1; other 0 2~16 100 1000 10000 100000 1000000"},
	{"mk", "one 1 21 31 41 51 61 71 81 101 1001; other 0 2~16 100 1000 10000 100000 1000000"},
	{"ps", "one 1; other 0 2~16 100 1000 10000 100000 1000000"},
	{"ro", "one 1; few 0 2~16 101 1001; other 20~35 100 1000 10000 100000 1000000"},
	{"ru", "one 1 21 31 41 51 61 71 81 101 1001; few 2~4 22~24 32~34 42~44 52~54 62 102 1002; many 0 5~19 100 1000 10000 100000 1000000"},
	{"sq", "one 1; other 0 2~16 100 1000 10000 100000 1000000"},
	{"sr", "one 1 21 31 41 51 61 71 81 101 1001; few 2~4 22~24 32~34 42~44 52~54 62 102 1002; other 0 5~19 100 1000 10000 100000 1000000"},
	{"tk", "one 1; other 0 2~16 100 1000 10000 100000 1000000"},
	{"tr", "one 1; other 0 2~16 100 1000 10000 100000 1000000"},
	{"ug", "one 1; other 0 2~16 100 1000 10000 100000 1000000"},
	{"uk", "one 1 21 31 41 51 61 71 81 101 1001; few 2~4 22~24 32~34 42~44 52~54 62 102 1002; many 0 5~19 100 1000 10000 100000 1000000"},
	{"ur", "one 1; other 0 2~16 100 1000 10000 100000 1000000"},
	{"uz", "one 1; other 0 2~16 100 1000 10000 100000 1000000"},
	{"zh", "other 0~15 100 1000 10000 100000 1000000"},
	{"am", "one 0 1; other 2~17 100 1000 10000 100000 1000000"},
	{"bn", "one 0 1; other 2~17 100 1000 10000 100000 1000000"},
	{"el", "one 1; other 0 2~16 100 1000 10000 100000 1000000"},
	{"he", "one 1; two 2; other 0 3~17 100 1000 10000 100000 1000000"},
	{"hi", "one 0 1; other 2~17 100 1000 10000 100000 1000000"},
	{"id", "other 0~15 100 1000 10000 100000 1000000"},
	{"it", "one 1; many 1000000; other 0 2~16 100 1000 10000 100000"},
	{"ko", "other 0~15 100 1000 10000 100000 1000000"},
	{"my", "other 0~15 100 1000 10000 100000 1000000"},
	{"pl", "one 1; few 2~4 22~24 32~34 42~44 52~54 62 102 1002; many 0 5~19 100 1000 10000 100000 1000000"},
	{"pt", "one 0 1; many 1000000; other 2~17 100 1000 10000 100000"},
	{"vi", "other 0~15 100 1000 10000 100000 1000000"},
}

func TestCategory(t *testing.T) {
	for _, s := range samples {
		for line := range strings.SplitSeq(s.numbers, "; ") {
			want, numbers, _ := strings.Cut(line, " ")
			for r := range strings.FieldsSeq(numbers) {
				low, high, ranged := strings.Cut(r, "~")
				if !ranged {
					high = low
				}
				a, err := strconv.Atoi(low)
				if err != nil {
					t.Fatal(err)
				}
				b, err := strconv.Atoi(high)
				if err != nil {
					t.Fatal(err)
				}
				for n := a; n <= b; n++ {
					if got := category(s.tag, n); got != want {
						t.Errorf("%s %d: %s, want %s", s.tag, n, got, want)
					}
				}
			}
		}
	}
}

// TestSamplesAreOfAll makes sure that no language of the catalogue goes without CLDR's own samples, where it has any.
func TestSamplesAreOfAll(t *testing.T) {
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, tag := range c.Tags() {
		base, _, _ := strings.Cut(tag, "-")
		found := base == "ba" || base == "tg" || base == "tt" // CLDR has no rules for these
		for _, s := range samples {
			found = found || s.tag == base
		}
		if !found {
			t.Errorf("%s: no samples", tag)
		}
	}
}

func TestCount(t *testing.T) {
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		tag  string
		n    int
		want string
	}{
		{"en", 1, "1 correction"}, {"en", 0, "0 corrections"}, {"en", 12345, "12,345 corrections"},
		{"ru", 1, "1 исправление"}, {"ru", 22, "22 исправления"}, {"ru", 12, "12 исправлений"}, {"ru", 101, "101 исправление"},
		{"ru-KZ", 5, "5 исправлений"}, {"sr-Latn", 3, "3 ispravke"}, {"sr", 3, "3 исправке"}, {"ro", 20, "20 de rectificări"},
		{"ro", 119, "119 rectificări"}, {"ar", 2, "تصويبان"}, {"ar", 3, "3 تصويبات"}, {"ar", 11, "11 تصويبًا"}, {"ar", 100, "100 تصويب"},
		{"fa", 3, "۳ اصلاحیه"}, {"fa", 1234567, "۱٬۲۳۴٬۵۶۷ اصلاحیه"}, {"ckb", 12, "١٢ ڕاستکردنەوە"}, {"zh", 2, "2处更正"},
		{"de", 54321, "54.321 Berichtigungen"}, {"fr", 0, "0 correction"}, {"fr", 20000, "20\u202f000 corrections"},
		{"as", 2, "2 corrections"}, {"qaa", 2, "2 corrections"},
	} {
		if got, _ := c.Language(tt.tag).Count("corrections", tt.n); got != tt.want {
			t.Errorf("%s %d: %q, want %q", tt.tag, tt.n, got, tt.want)
		}
	}
	if got, _ := c.Language("en").Count("no such key", 2); got != "" {
		t.Errorf("a key that isn't there: %q", got)
	}
}

func TestCountsWrong(t *testing.T) {
	for _, tt := range []struct {
		tag   string
		texts map[string]string
		want  string
	}{
		{"en", map[string]string{"one": "{n} a", "other": "{n} b"}, ""},
		{"en", map[string]string{"one": "an a", "other": "{n} b"}, ""},
		{"en", map[string]string{"one": "{n} a", "other": "b"}, "the form other says no number"},
		{"en", map[string]string{"other": "{n} b"}, "the form one is missing"},
		{"en", map[string]string{"one": "{n} a", "few": "{n} c", "other": "{n} b"}, "no whole number takes the form few"},
		{"ru", map[string]string{"one": "один", "few": "{n}", "many": "{n}"}, "the form one says no number"},
		{"zh", nil, "the form other is missing"},
	} {
		if got := countsWrong(tt.tag, tt.texts); got != tt.want {
			t.Errorf("%s %v: %q, want %q", tt.tag, tt.texts, got, tt.want)
		}
	}
}

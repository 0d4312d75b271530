package lang_test

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"coranto/internal/lang"
)

func load(t testing.TB) *lang.Catalogue {
	t.Helper()
	c, err := lang.Load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// The languages of the corpus and those that many newsrooms in exile add.
const wanted = "ar az ba be bg bs ckb de en es fa fa-AF fr hr hu hy ka kk ky mk ps ro ru sq sr-Cyrl sr-Latn tg tk tr tt ug uk ur uz zh"

func TestCatalogueHasTheLanguages(t *testing.T) {
	if got, want := load(t).Tags(), strings.Fields(wanted); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// asEnglish are words that are rightly the same in English: all others that are were forgotten.
var asEnglish = map[string]string{
	"de": "feeds navigation", "fr": "contact corrections kind_document navigation page pages", "ro": "contact kind_document",
}

// TestWords looks for what a translator gets wrong without seeing it. That no key is missing Load itself sees to.
func TestWords(t *testing.T) {
	c := load(t)
	for _, tag := range c.Tags() {
		l := c.Language(tag)
		for _, key := range c.Keys() {
			w, in := l.Word(key)
			en, _ := c.Language("en").Word(key)
			switch {
			case in != tag:
				t.Errorf("%s %s: the word is in %s", tag, key, in)
			case w != strings.TrimSpace(w) || !norm.NFC.IsNormalString(w):
				t.Errorf("%s %s: %q has blanks at its ends or is not NFC", tag, key, w)
			case strings.ContainsFunc(w, unicode.IsControl):
				t.Errorf("%s %s: %q has a control character", tag, key, w)
			}
			if forgotten := !slices.Contains(strings.Fields(asEnglish[tag]), key); tag != "en" && forgotten && strings.EqualFold(w, en) {
				t.Errorf("%s %s: %q is the English word", tag, key, w)
			}
			if l.Dir() == "rtl" && strings.ContainsFunc(w, latin) {
				t.Errorf("%s %s: %q has Latin letters", tag, key, w)
			}
		}
	}
}

// strayLetters are letters that a keyboard for another language puts in the place of the language's own.
var strayLetters = map[string]string{
	"fa": "كيىة", "fa-AF": "كيىة", "ckb": "كيىةھ", "ur": "كيىةه", "ps": "كى", "ug": "کیهةأإ", "ro": "şţŞŢ", "uz": "‘’`'",
	"kk": "ҝӊ", "tt": "ҙҫҡғ", "ba": "җ", "uk": "ыэъё", "be": "иъщ", "mk": "йщъыэё", "bg": "ыэё", "sr-Cyrl": "йщъыэё",
}

// TestLetters looks for letters of a neighbour's alphabet, and for punctuation of another script's.
func TestLetters(t *testing.T) {
	c := load(t)
	for _, tag := range c.Tags() {
		l := c.Language(tag)
		for _, key := range c.Keys() {
			w, _ := l.Word(key)
			if i := strings.IndexAny(strings.ToLower(w), strayLetters[tag]); i >= 0 {
				t.Errorf("%s %s: %q has a letter that the language does not", tag, key, w)
			}
			if l.Dir() == "rtl" && tag != "he" && strings.ContainsAny(w, ",;?") {
				t.Errorf("%s %s: %q has punctuation of the Latin script", tag, key, w)
			}
			if tag == "hy" && strings.HasSuffix(w, ".") {
				t.Errorf("hy %s: %q does not end as Armenian sentences do", key, w)
			}
		}
	}
}

func latin(r rune) bool { return unicode.Is(unicode.Latin, r) }

func TestFallback(t *testing.T) {
	c := load(t)
	for _, tt := range []struct{ tag, in string }{
		{"ru", "ru"}, {"ru-KZ", "ru"}, {"fa-IR", "fa"}, {"fa-AF", "fa-AF"}, {"prs", "fa-AF"}, {"sr", "sr-Cyrl"},
		{"sr-Latn-ME", "sr-Latn"}, {"ru-Cyrl", "ru"}, {"de-AT", "de"}, {"zh-Hans", "zh"},
		{"zh-Hant", "en"}, {"uz-Arab", "en"}, {"uz-AF", "en"}, {"az-Cyrl", "en"}, {"sw", "en"}, {"not a tag", "en"},
	} {
		if _, in := c.Language(tt.tag).Word("archive"); in != tt.in {
			t.Errorf("%s: words in %s, want %s", tt.tag, in, tt.in)
		}
	}
}

// TestLender makes sure that a language without words borrows those of the newsroom's first that has some, and counts as
// that one does.
func TestLender(t *testing.T) {
	for _, tt := range []struct{ tags, want, count string }{
		{"my fa en", "fa", "۲ اصلاحیه"}, {"dv he", "en", "2 corrections"}, {"sd zh-Hant ru-KZ fa", "ru", "2 исправления"}, {"he en fa", "en", "2 corrections"},
	} {
		l := load(t).Languages(strings.Fields(tt.tags))[0]
		if _, in := l.Word("archive"); in != tt.want {
			t.Errorf("%s: words in %s, want %s", tt.tags, in, tt.want)
		}
		if got, in := l.Count("corrections", 2); got != tt.count || in != tt.want {
			t.Errorf("%s: got %q in %s, want %q", tt.tags, got, in, tt.count)
		}
	}
}

// TestSpans names the Solar Hijri months and years that lie in Gregorian ones, as an archive's headings do.
func TestSpans(t *testing.T) {
	fa, ru := load(t).Language("fa"), load(t).Language("ru")
	for day, want := range map[string]string{
		"2026-11-30": "آبان – آذر ۱۴۰۵ / نوامبر ۲۰۲۶",
		"2026-03-01": "اسفند ۱۴۰۴ – فروردین ۱۴۰۵ / مارس ۲۰۲۶",
		"1800-03-01": "مارس ۱۸۰۰", // before the calendar is known
	} {
		at, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		if got := fa.Month(at); got != want {
			t.Errorf("%s: got %q, want %q", day, got, want)
		}
	}
	at := time.Date(2026, time.July, 4, 0, 0, 0, 0, time.UTC)
	if got, want := fa.Year(at), "۱۴۰۴ – ۱۴۰۵ / ۲۰۲۶"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := ru.Year(at); got != "2026" {
		t.Errorf("got %q, want 2026", got)
	}
}

func TestDir(t *testing.T) {
	for dir, tags := range map[string]string{
		"rtl": "ar ckb fa fa-AF prs ps ug ur he iw yi dv sd ks syr nqo uz-Arab uz-AF az-Arab az-IR pa-Arab pa-PK ff-Adlm rhg-Rohg ku-Arab ms-Arab kk-CN azb jrb aii arc",
		"ltr": "en ru uz az tt ba tg ku pa ff sr-Cyrl sr-Latn zh ja tr ar-Latn ug-Cyrl fa-Latn prs-Latn und mis x-private x",
	} {
		for tag := range strings.FieldsSeq(tags) {
			if got := lang.Dir(tag); got != dir {
				t.Errorf("%s: %s, want %s", tag, got, dir)
			}
		}
	}
}

func TestCanonical(t *testing.T) {
	for tag := range strings.FieldsSeq(wanted) {
		if got, err := lang.Canonical(tag); got != tag || err != nil {
			t.Errorf("%s: %q, %v", tag, got, err)
		}
	}
	for in, want := range map[string]string{"en-us": "en-US", "SR-latn": "sr-Latn", "iw": "he", "pt_BR": "pt-BR", " fa ": "fa", "sh": "sr-Latn", "i-klingon": "tlh"} {
		if got, err := lang.Canonical(in); got != want || err != nil {
			t.Errorf("%s: %q, %v, want %q", in, got, err, want)
		}
	}
	for _, in := range []string{"", "und", "root", "und-Arab", "e", "en-x-" + strings.Repeat("abcdefgh-", 4) + "a", "en us", "english language", "../x"} {
		if got, err := lang.Canonical(in); err == nil {
			t.Errorf("%q: taken as %q", in, got)
		}
	}
}

func TestName(t *testing.T) {
	c := load(t)
	for tag, want := range map[string]string{
		"tt": "Татарча", "ckb": "کوردیی ناوەندی", "fa-AF": "دری", "prs": "دری", "sr-Latn": "Srpski (latinica)", "sw": "Kiswahili",
		"pt-BR": "Português (Brasil)", "pt": "Português", "ru-RU": "Русский", "es-419": "Español latinoamericano", "en-US": "American English",
		"dv": "ދިވެހި", "az-IR": "تۆرکجه", "sr-ME": "Srpski (Crna Gora)", "zu": "isiZulu", "ka-GE": "ქართული", "qaa": "qaa",
	} {
		if got := c.Language(tag).Name(); got != want {
			t.Errorf("%s: %q, want %q", tag, got, want)
		}
	}
}

func TestDate(t *testing.T) {
	c := load(t)
	at := time.Date(2026, time.March, 5, 14, 7, 59, 0, time.FixedZone("", 3600))
	for _, tt := range []struct{ tag, date, dateTime, month string }{
		{"en", "5 March 2026", "5 March 2026, 13:07\u00a0UTC", "March 2026"},
		{"ru", "5 марта 2026\u202fг.", "5 марта 2026\u202fг., 13:07\u00a0UTC", "март 2026"},
		{"hr", "5. ožujka 2026.", "5. ožujka 2026., 13:07\u00a0UTC", "ožujak 2026."},
		{"tg", "5 марти 2026", "5 марти 2026, 13:07\u00a0UTC", "марти 2026"},
		{"hu", "2026. március 5.", "2026. március 5., 13:07\u00a0UTC", "2026. március"},
		{"fa", "۱۴ اسفند ۱۴۰۴", "۱۴ اسفند ۱۴۰۴، ۱۳:۰۷\u00a0UTC", "اسفند ۱۴۰۴ – فروردین ۱۴۰۵ / مارس ۲۰۲۶"},
		{"fa-AF", "۱۴ حوت ۱۴۰۴", "۱۴ حوت ۱۴۰۴، ۱۳:۰۷\u00a0UTC", "حوت ۱۴۰۴ – حمل ۱۴۰۵ / مارچ ۲۰۲۶"},
		{"ps", "۱۴ کب ۱۴۰۴", "۱۴ کب ۱۴۰۴، ۱۳:۰۷\u00a0UTC", "کب ۱۴۰۴ – وری ۱۴۰۵ / مارچ ۲۰۲۶"},
		{"ckb", "٥ی ئازاری ٢٠٢٦", "٥ی ئازاری ٢٠٢٦، ١٣:٠٧\u00a0UTC", "ئازاری ٢٠٢٦"},
		{"zh", "2026年3月5日", "2026年3月5日 13:07\u00a0UTC", "2026年3月"},
		{"tk", "5 mart 2026", "5 mart 2026, 13:07\u00a0UTC", "mart 2026"},
		{"az-Arab", "\u20662026-03-05\u2069", "\u20662026-03-05\u2069، 13:07\u00a0UTC", "\u20662026-03\u2069"},
		{"th", "5 มีนาคม ค.ศ. 2026", "5 มีนาคม ค.ศ. 2026, 13:07\u00a0UTC", "มีนาคม ค.ศ. 2026"},
		{"la", "5 Martii 2026", "5 Martii 2026, 13:07\u00a0UTC", "Martii 2026"},
		{"si", "2026 මාර්තු 5", "2026 මාර්තු 5, 13:07\u00a0UTC", "2026 මාර්තු"},
		{"ja", "2026年3月5日", "2026年3月5日 13:07\u00a0UTC", "2026年3月"},
		{"zh-TW", "2026年3月5日", "2026年3月5日 13:07\u00a0UTC", "2026年3月"},
		{"pl", "5 marca 2026", "5 marca 2026, 13:07\u00a0UTC", "marzec 2026"},
		{"bn", "৫ মার্চ, ২০২৬", "৫ মার্চ, ২০২৬, ১৩:০৭\u00a0UTC", "মার্চ ২০২৬"},
		{"pt-BR", "5 de março de 2026", "5 de março de 2026, 13:07\u00a0UTC", "março de 2026"},
		{"dv", "\u20662026-03-05\u2069", "\u20662026-03-05\u2069، 13:07\u00a0UTC", "\u20662026-03\u2069"},
		{"nqo", "2026 ߕߙߊߓߊ 5", "2026 ߕߙߊߓߊ 5߸ 13:07\u00a0UTC", "ߕߙߊߓߊ 2026"},
		{"qaa", "2026-03-05", "2026-03-05, 13:07\u00a0UTC", "2026-03"},
	} {
		l := c.Language(tt.tag)
		if got := l.Date(at); got != tt.date {
			t.Errorf("%s date: %q, want %q", tt.tag, got, tt.date)
		}
		if got := l.DateTime(at); got != tt.dateTime {
			t.Errorf("%s time: %q, want %q", tt.tag, got, tt.dateTime)
		}
		if got := l.Month(at); got != tt.month {
			t.Errorf("%s month: %q, want %q", tt.tag, got, tt.month)
		}
	}
}

// TestDatesAreNamed makes sure that no language of the catalogue falls through to a date of numbers alone.
func TestDatesAreNamed(t *testing.T) {
	c := load(t)
	for _, tag := range c.Tags() {
		l := c.Language(tag)
		for m := time.January; m <= time.December; m++ {
			at := time.Date(2025, m, 17, 0, 0, 0, 0, time.UTC)
			for _, s := range []string{l.Date(at), l.Month(at)} {
				if !strings.ContainsFunc(s, unicode.IsLetter) || strings.ContainsAny(s, "{}") {
					t.Errorf("%s: %q", tag, s)
				}
			}
		}
	}
}

// TestSolar holds the calendar against known days: Iran's New Year's days, and days that history knows by both names.
func TestSolar(t *testing.T) {
	fa := load(t).Language("fa")
	for gregorian, want := range map[string]string{
		"1865-03-21": "۱ فروردین ۱۲۴۴",
		"1906-08-05": "۱۳ مرداد ۱۲۸۵", // the Constitution is granted: in the sources the 13th (or 14th) of Mordad
		"1979-02-11": "۲۲ بهمن ۱۳۵۷",
		"2016-03-20": "۱ فروردین ۱۳۹۵", "2017-03-21": "۱ فروردین ۱۳۹۶", "2020-03-20": "۱ فروردین ۱۳۹۹",
		"2021-03-20": "۳۰ اسفند ۱۳۹۹", "2021-03-21": "۱ فروردین ۱۴۰۰", "2024-03-20": "۱ فروردین ۱۴۰۳",
		"2025-03-20": "۳۰ اسفند ۱۴۰۳", "2025-03-21": "۱ فروردین ۱۴۰۴", "2026-03-20": "۲۹ اسفند ۱۴۰۴", "2026-03-21": "۱ فروردین ۱۴۰۵",
		"2026-09-22": "۳۱ شهریور ۱۴۰۵", "2026-09-23": "۱ مهر ۱۴۰۵", "2026-11-22": "۱ آذر ۱۴۰۵",
		"2029-03-20": "۱ فروردین ۱۴۰۸", "2030-03-20": "۳۰ اسفند ۱۴۰۸", "2030-03-21": "۱ فروردین ۱۴۰۹",
		"1865-03-20": "۲۰ مارس ۱۸۶۵", "2200-01-02": "۲ ژانویهٔ ۲۲۰۰",
	} {
		at, err := time.Parse(time.DateOnly, gregorian)
		if err != nil {
			t.Fatal(err)
		}
		if got := fa.Date(at.Add(23*time.Hour + 59*time.Minute)); got != want {
			t.Errorf("%s: %q, want %q", gregorian, got, want)
		}
	}
}

func TestFingerprint(t *testing.T) {
	c := load(t)
	a, b := c.Fingerprint([]string{"en", "fa"}), c.Fingerprint([]string{"fa", "en"})
	if a == b || a != load(t).Fingerprint([]string{"en", "fa"}) {
		t.Errorf("%s and %s: want one that differs with the languages and with nothing else", a, b)
	}
}

func TestSame(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{"en", "en-US", true}, {"zh-CN", "zh-Hans", true}, {"zh-TW", "zh-Hant", true}, {"sr", "sr-Cyrl", true}, {"fa-IR", "fa", true},
		{"pt-BR", "pt", true}, {"uz-Latn-UZ", "uz", true},
		{"en", "en-GB", false}, {"fa", "fa-AF", false}, {"sr", "sr-Latn", false}, {"zh", "zh-TW", false}, {"de", "de-1996", false},
		{"en", "en-u-ca-buddhist", false}, {"x-a", "x-b", false}, {"no", "nb", false}, {"", "", false}, {"qaa", "qab", false},
	} {
		if got := lang.Same(tt.a, tt.b); got != tt.want || lang.Same(tt.b, tt.a) != tt.want {
			t.Errorf("%q and %q: %v, want %v", tt.a, tt.b, got, tt.want)
		}
	}
}

func TestLanguagesAreToldApart(t *testing.T) {
	var got []string
	for _, l := range load(t).Languages([]string{"zh", "zh-CN", "en", "zh-Hant"}) {
		got = append(got, l.Name())
	}
	if want := []string{"中文 (zh)", "中文 (zh-CN)", "English", "繁體中文"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

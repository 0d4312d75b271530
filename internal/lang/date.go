package lang

import (
	"strconv"
	"strings"
	"time"

	"github.com/bep/golocales"
	"golang.org/x/text/language"
)

// Date returns the day of a time in UTC, written out: 5 марта 2026 г. In Persian, Dari and Pashto it is a day of the
// Solar Hijri calendar. Where nothing is known of the language it is 2026-03-05.
func (l Language) Date(t time.Time) string {
	t = t.UTC()
	if y, m, d, ok := solar(t); ok && l.file.Solar != nil {
		return l.fill("{d} {month} {y}", d, l.file.Solar[m-1], y)
	}
	months := l.months()
	switch {
	case l.file.Date != "" && months != nil:
		return l.fill(l.file.Date, t.Day(), months[t.Month()-1], t.Year())
	case l.cldr == nil || unnamed(l.cldr.MonthsWide()):
		return l.plain(t.Format(time.DateOnly))
	}
	return l.Digits(l.cldr.FormatDateLong(t))
}

// DateTime returns a time in UTC with its day: 5 March 2026, 14:07 UTC.
func (l Language) DateTime(t time.Time) string {
	t = t.UTC()
	return l.Date(t) + l.Comma() + l.Digits(t.Format("15:04")) + "\u00a0UTC"
}

// Month returns the month of a time in UTC with its year, of the Gregorian calendar: март 2026. Where dates are of the
// Solar Hijri calendar it says first which of its months that one spans: آبان – آذر ۱۴۰۵ / نوامبر ۲۰۲۶.
func (l Language) Month(t time.Time) string {
	t = t.UTC()
	first := time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC)
	return l.spanned(first, first.AddDate(0, 1, -1), true) + l.gregorianMonth(t)
}

// Year returns the year of a time in UTC, of the Gregorian calendar, after the Solar Hijri ones that it spans where dates
// are of that: ۱۴۰۴ – ۱۴۰۵ / ۲۰۲۶.
func (l Language) Year(t time.Time) string {
	y := t.UTC().Year()
	first, last := time.Date(y, time.January, 1, 0, 0, 0, 0, time.UTC), time.Date(y, time.December, 31, 0, 0, 0, 0, time.UTC)
	return l.spanned(first, last, false) + l.Number(y)
}

// spanned says which Solar Hijri months, or years, lie between two days, with what parts them from the Gregorian ones. It
// is empty where a language has none of them.
func (l Language) spanned(first, last time.Time, months bool) string {
	y1, m1, _, ok1 := solar(first)
	y2, m2, _, ok2 := solar(last)
	if !ok1 || !ok2 || l.file.Solar == nil {
		return ""
	}
	from, to := l.Number(y1), l.Number(y2)
	if months {
		from, to = l.file.Solar[m1-1]+" "+from, l.file.Solar[m2-1]+" "+to
		if y1 == y2 {
			from = l.file.Solar[m1-1]
		}
	}
	return from + " – " + to + " / "
}

// gregorianMonth returns a month with its year.
func (l Language) gregorianMonth(t time.Time) string {
	months := l.months()
	if months == nil {
		return l.plain(t.Format("2006-01"))
	}
	pattern := l.file.MonthYear
	if pattern == "" {
		pattern = "{month} {y}"
	}
	return l.fill(pattern, t.Day(), months[t.Month()-1], t.Year())
}

// plain returns a date of numbers. After Arabic letters its parts would stand in the other order (UAX 9, rule W2), so it
// is isolated where text runs from the right.
func (l Language) plain(date string) string {
	if l.dir == "rtl" {
		return "\u2066" + l.Digits(date) + "\u2069"
	}
	return l.Digits(date)
}

// Digits returns s with 0 to 9 as the language writes them.
func (l Language) Digits(s string) string {
	if l.file.Digits == "" {
		return s
	}
	digits := []rune(l.file.Digits)
	return strings.Map(func(r rune) rune {
		if '0' <= r && r <= '9' {
			return digits[r-'0']
		}
		return r
	}, s)
}

// Number returns a whole number in the language's digits.
func (l Language) Number(n int) string { return l.Digits(strconv.Itoa(n)) }

// Amount returns how many there are of something, with marks between thousands from 10,000 on: below it the languages
// differ on them, and the number reads well without.
func (l Language) Amount(n int) string {
	for _, p := range Parents(l.tag) {
		if golocales.New(p) != nil {
			return l.thousands(l.Digits(grouped(p, n)))
		}
	}
	return l.Number(n)
}

// thousands puts the mark that belongs to Arabic digits between them.
func (l Language) thousands(s string) string {
	if l.file.Digits == "" || l.dir != "rtl" {
		return s
	}
	return strings.NewReplacer(",", "٬", ".", "٬").Replace(s)
}

// grouped returns a number as CLDR has it for a language, but in the digits 0 to 9.
func grouped(tag string, n int) string {
	if cldr := golocales.New(tag); cldr != nil && n >= 10_000 {
		return cldr.FormatNumber(float64(n), 0)
	}
	return strconv.Itoa(n)
}

func (l Language) fill(pattern string, d int, month string, y int) string {
	return strings.NewReplacer("{d}", l.Number(d), "{month}", month, "{y}", l.Number(y)).Replace(pattern)
}

// months returns the twelve names as they stand alone, or nil where nobody knows them.
func (l Language) months() []string {
	switch {
	case l.file.Months != nil:
		return l.file.Months
	case l.cldr == nil || unnamed(l.cldr.MonthsWide()):
		return nil
	}
	return l.cldr.MonthsWide()
}

// unnamed says whether CLDR only numbers a language's months: it calls them M01 to M12 then.
func unnamed(months []string) bool { return months[0] == "" || months[0] == "M01" }

// Comma returns what stands between the parts of an enumeration, its blank included.
func (l Language) Comma() string {
	t, err := language.Parse(l.tag)
	if err != nil {
		return ", "
	}
	switch script(t) {
	case "Arab", "Aran", "Syrc", "Thaa", "Rohg", "Yezi":
		return "، "
	case "Nkoo":
		return "߸ "
	case "Adlm":
		return "⹁ "
	case "Hans", "Hant", "Jpan":
		return " "
	}
	return ", "
}

// solar returns the year, month and day of the Solar Hijri calendar at a day of the Gregorian one. It counts leap
// years by the cycle of 33 years, which agrees with the observed calendar of Iran from 1244 to 1472 (1865 to 2093);
// outside of these ok is false.
func solar(t time.Time) (y, m, d int, ok bool) {
	// Days since 1 Farvardin 1244, a Tuesday: 21 March 1865.
	const first, last = 1244, 1472
	epoch := time.Date(1865, time.March, 21, 0, 0, 0, 0, time.UTC)
	n := int(t.UTC().Truncate(24*time.Hour).Sub(epoch).Hours() / 24)
	if n < 0 {
		return 0, 0, 0, false
	}
	for y = first; n >= solarYear(y); y++ {
		n -= solarYear(y)
	}
	if y > last {
		return 0, 0, 0, false
	}
	// Six months of 31 days, five of 30, and Esfand of 29 or 30.
	if n < 186 {
		return y, n/31 + 1, n%31 + 1, true
	}
	n -= 186
	return y, n/30 + 7, n%30 + 1, true
}

// solarYear returns the number of days of a year.
func solarYear(y int) int {
	switch y % 33 {
	case 1, 5, 9, 13, 17, 22, 26, 30:
		return 366
	}
	return 365
}

package foreign_test

import (
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"coranto/internal/importer/foreign"
)

// in encodes words.
func in(t *testing.T, e encoding.Encoding, words string) string {
	t.Helper()
	s, err := e.NewEncoder().String(words)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestText(t *testing.T) {
	t.Parallel()
	cp1251 := func(s string) string { return in(t, charmap.Windows1251, s) }
	cp1252 := func(s string) string { return in(t, charmap.Windows1252, s) }
	xml := func(label string) string { return `<?xml version="1.0" encoding="` + label + `"?>` }
	many := strings.Repeat("<p>граница</p>", 10)
	for _, c := range []struct{ name, in, want, notes string }{
		{"utf-8", xml("UTF-8") + "<a>граница</a>", "<a>граница</a>", ""},
		{"no declaration", "<a>ü</a>", "<a>ü</a>", ""},
		{"empty", "", "", ""},
		{"a mark and lines before", "\uFEFF\r\n <?xml version='1.0'?>{}", "{}", ""},
		{"utf-16", in(t, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), xml("utf-16")+"<a>граница</a>"), "<a>граница</a>", ""},
		{"utf-16 without a mark", in(t, unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), "<a>граница</a>"), "<a>граница</a>", ""},
		{"windows-1251", cp1251(xml("windows-1251") + "<a>граница</a>"), "<a>граница</a>", ""},
		{"koi8-r", in(t, charmap.KOI8R, xml("koi8-r")+"<a>граница</a>"), "<a>граница</a>", ""},
		{"shift_jis", in(t, japanese.ShiftJIS, xml("Shift_JIS")+"<a>国境</a>"), "<a>国境</a>", ""},
		{"iso-2022-jp, with escapes", in(t, japanese.ISO2022JP, xml("iso-2022-jp")+"<a>国境</a>"), "<a>国境</a>", ""},
		{"gb18030", in(t, simplifiedchinese.GB18030, xml("gb2312")+"<a>边境</a>"), "<a>边境</a>", ""},
		{"wrong bytes", xml("iso-2022-jp") + "<a>\xFF</a>", "<a>\uFFFD</a>", "bytes that are no iso-2022-jp became U+FFFD"},
		{"says another", xml("windows-1251") + many, many, "it says that it is windows-1251, and is UTF-8"},
		{"control characters", "<a>b\x00\x0B\x1Fc\td\uFFFE</a>", "<a>bc\td</a>", "dropped 4 control characters"},
		{"pieces of windows-1251", "<a>граница " + cp1251("«Граница», и в СССР") + "</a>", "<a>граница «Граница», и в СССР</a>", "read 4 words that are no UTF-8 as windows-1251"},
		{"pieces of windows-1252", "<a>граница caf" + cp1252("é “ooh” naïve") + "</a>", "<a>граница café “ooh” naïve</a>", "read 4 words that are no UTF-8 as windows-1252"},
		{"cut characters", "<a>Грани\xD1</a> x\xE2\x82.", "<a>Грани\uFFFD</a> x\uFFFD.", "bytes that are no UTF-8 became U+FFFD"},
		{"bytes of another encoding", "<a>" + strings.Repeat("words ", 9) + "\xC7\xE1\xD3\xE1\xC7\xE3</a>", "<a>" + strings.Repeat("words ", 9) + "\uFFFD</a>", "bytes that are no UTF-8 became U+FFFD"},
	} {
		text, err := foreign.NewText(iotest.OneByteReader(strings.NewReader(c.in)))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		got, err := io.ReadAll(text)
		notes := strings.Join(text.Notes(), ", ")
		if string(got) != c.want || notes != c.notes || err != nil {
			t.Errorf("%s:\ngot  %q, %q, %v\nwant %q, %q", c.name, got, notes, err, c.want, c.notes)
		}
	}
}

func TestTextRefused(t *testing.T) {
	t.Parallel()
	for want, in := range map[string]string{
		`"klingon" is unknown`:                   `<?xml version="1.0" encoding="klingon"?><a/>`,
		"not UTF-8, and names no other encoding": strings.Repeat("\xFF\xC1\xF8\xFE\xC0 ", 500),
	} {
		if _, err := foreign.NewText(strings.NewReader(in)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an error that has %q", err, want)
		}
	}
}

// TestLongText mends a word wherever a piece of the stream ends.
func TestLongText(t *testing.T) {
	t.Parallel()
	word := in(t, charmap.Windows1251, "Граница")
	for _, before := range []int{0, 65520, 65532, 65535, 65536, 131071} {
		in := strings.Repeat("x", before) + "." + word + " граница" + strings.Repeat("ы", 100_000)
		text, err := foreign.NewText(strings.NewReader(in))
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(text)
		if want := strings.Replace(in, word, "Граница", 1); string(got) != want || err != nil {
			t.Errorf("after %d bytes: got %d bytes, %v; want %d", before, len(got), err, len(want))
		}
	}
}

func TestMend(t *testing.T) {
	t.Parallel()
	twice := func(m *charmap.Charmap, s string) string {
		var b strings.Builder
		for _, c := range []byte(s) {
			r := m.DecodeByte(c)
			if r == utf8.RuneError {
				r = rune(c)
			}
			b.WriteRune(r)
		}
		return b.String()
	}
	for _, s := range []string{"café", "naïve “ooh” – it’s", "Привет, «мир»! Ёлка и СССР", "مرز", "国境", "😀 ok", "10\u00a0000", "25°C", "été"} {
		if got, n := foreign.Mend(twice(charmap.Windows1252, s)); got != s || n == 0 {
			t.Errorf("by windows-1252: got %q, want %q", got, s)
		}
	}
	for _, s := range []string{"Привет мир", "“ooh”", "it’s – so"} {
		if got, n := foreign.Mend(twice(charmap.Windows1251, s)); got != s || n == 0 {
			t.Errorf("by windows-1251: got %q, want %q", got, s)
		}
	}
	for _, s := range []string{
		"вёў", "CAFÉ’s", "CAFÉ”", "«été…»", "AMANHÃ”", "SPÍŠE", "été”…", "GRÂ\u00a0:", "Bién°", "віївії", "СІСІ",
		"plain", "café", "NÃO", "«СССР»", "буква Р»", "С\u00a0уважением", "В\u00a0Р», С…", "Ђорђе и Љубиша", "граница", "مرز", "Ð", "\xFF\xFE",
	} {
		if got, n := foreign.Mend(s); got != s || n != 0 {
			t.Errorf("%q became %q", s, got)
		}
	}
}

func FuzzText(f *testing.F) {
	for _, s := range []string{"<?xml encoding='windows-1251'?>\xC3\xF0", "\xFF\xFEa\x00", "\x00<", "é\xE9\x00\uFFFE", "{\"a\":\"\xE2\x82\"}"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		text, err := foreign.NewText(strings.NewReader(string(b)))
		if err != nil {
			return
		}
		got, err := io.ReadAll(text)
		if err != nil || !utf8.Valid(got) || strings.ContainsAny(string(got), "\x00\x0B\x1B\uFFFE\uFFFF") {
			t.Errorf("got %q, %v", got, err)
		}
		if len(got) > 4*len(b)+8 {
			t.Errorf("%d bytes became %d", len(b), len(got))
		}
		text.Notes()
	})
}

func FuzzMend(f *testing.F) {
	f.Add("cafÃ© РџСЂРёРІРµС‚ \xFF")
	f.Fuzz(func(t *testing.T, s string) {
		got, n := foreign.Mend(s)
		if n == 0 && got != s || utf8.ValidString(s) && !utf8.ValidString(got) || len(got) > len(s) {
			t.Errorf("%q became %q, %d", s, got, n)
		}
	})
}

func BenchmarkText(b *testing.B) {
	doc := strings.Repeat("<p>The border was closed on Monday. Границу закрыли в понедельник.</p>\n", 10_000)
	b.SetBytes(int64(len(doc)))
	for b.Loop() {
		text, err := foreign.NewText(strings.NewReader(doc))
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, text); err != nil {
			b.Fatal(err)
		}
	}
}

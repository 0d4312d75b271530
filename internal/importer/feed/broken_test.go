package feed_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"coranto/internal/importer/feed"
)

// rss returns a feed of items with the IDs a:1, a:2 and so on, each with a title.
func rss(declared string, titles ...string) string {
	s := declared + "\n<rss version=\"2.0\"><channel><title>x</title>"
	for i, t := range titles {
		s += fmt.Sprintf("\n<item><guid>a:%d</guid><title>%s</title><pubDate>Sun, 22 Nov 2026 10:00:00 GMT</pubDate></item>", i+1, t)
	}
	return s + "</channel></rss>"
}

var english = feed.Options{Languages: []string{"en"}, Language: "en"}

func TestEncodings(t *testing.T) {
	for _, tt := range []struct {
		label, words string
		encoding     encoding.Encoding
	}{
		{"windows-1251", "Граница — закрыта", charmap.Windows1251}, {"KOI8-R", "Граница", charmap.KOI8R},
		{"windows-1256", "سلام پ", charmap.Windows1256}, {"gb18030", "边境关闭", simplifiedchinese.GB18030},
		{"Shift_JIS", "国境は閉鎖", japanese.ShiftJIS}, {"EUC-JP", "国境", japanese.EUCJP}, {"ISO-8859-1", "caf\u00E9 “x”", charmap.Windows1252},
		{"UTF-16", "Граница 🚪", unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)},
		{"UTF-16", "Граница 🚪", unicode.UTF16(unicode.BigEndian, unicode.UseBOM)},
		{"UTF-16LE", "Граница", unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)},
		{"utf-8", "Граница", unicode.UTF8BOM}, {"utf-16", "in truth UTF-8: ü", unicode.UTF8},
	} {
		packed, err := tt.encoding.NewEncoder().String(rss(`<?xml version='1.0' encoding='`+tt.label+`' ?>`, tt.words))
		if err != nil {
			t.Fatal(err)
		}
		st := newsroom(t)
		r := run(t, st, english, write(t, "feed.xml", packed))
		if counts(r) != "1 new, 0 changed, 0 unchanged, 0 refused" || len(r.Notes) > 0 {
			t.Errorf("%s: %s: %v %v", tt.label, counts(r), r.Problems, r.Notes)
		} else if got := article(t, st, "a:1", "en").Revision.Headline; got != tt.words {
			t.Errorf("%s: got %q, want %q", tt.label, got, tt.words)
		}
	}
}

func TestUndeclaredEncoding(t *testing.T) {
	words, err := charmap.Windows1251.NewEncoder().String(strings.Repeat("Граница закрыта. ", 20))
	if err != nil {
		t.Fatal(err)
	}
	r := run(t, newsroom(t), english, write(t, "feed.xml", rss("", words)), write(t, "x.xml", rss(`<?xml version="1.0" encoding="klingon"?>`, "x")))
	if counts(r) != "1 new, 0 changed, 0 unchanged, 1 refused" || !strings.Contains(r.Problems[0].Reason, `"klingon"`) || len(r.Notes) != 1 {
		t.Errorf("%s: %v, %v", counts(r), r.Problems, r.Notes)
	}
}

func TestPacked(t *testing.T) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write([]byte(rss("", "packed")))
	z.Close()
	bomb := b
	st := newsroom(t)
	if r := run(t, st, english, write(t, "feed.xml.gz", bomb.String())); counts(r) != "1 new, 0 changed, 0 unchanged, 0 refused" {
		t.Errorf("%s: %v", counts(r), r.Problems)
	}
	b.Reset()
	z.Reset(&b)
	for range feed.MaxSize>>20 + 1 {
		z.Write(make([]byte, 1<<20))
	}
	z.Close()
	if r := run(t, st, english, write(t, "bomb.gz", b.String())); r.Refused != 1 || !strings.Contains(r.Problems[0].Reason, "limit") {
		t.Errorf("a bomb: %v", r.Problems)
	}
}

// TestMended checks that what is broken costs no other item: each case has the good items 1 and 3, or 1 alone.
func TestMended(t *testing.T) {
	for _, tt := range []struct{ name, middle, line string }{
		{"a loose <", "a < b", ":4"}, {"a tag that doesn't end", "<b", ":4"}, {"a bad reference", "&#xZZ;", ""}, {"CDATA without end", "<![CDATA[ x", ":4"},
		{"a comment without end", "<!-- x", ":4"}, {"tags that cross", "<b><i></b></i>", ":4"}, {"an end too many", "</title></b></b>", ":4"},
		{"an unknown entity", "&nbsp;&foo;", ""}, {"a bare &", "A & B", ""}, {"a reference to no character", "&#0;", ":4"},
	} {
		st := newsroom(t)
		file := write(t, "feed.xml", rss(`<?xml version="1.0"?>`, "One", "Two "+tt.middle, "Three"))
		r := run(t, st, english, file)
		want := "3 new, 0 changed, 0 unchanged, 0 refused"
		if r.Refused > 0 {
			want = "2 new, 0 changed, 0 unchanged, 1 refused"
		}
		if counts(r) != want || tt.line != "" && (r.Refused != 1 || r.Problems[0].File != file+tt.line) {
			t.Errorf("%s: %s: %v", tt.name, counts(r), r.Problems)
			continue
		}
		for id, title := range map[string]string{"a:1": "One", "a:3": "Three"} {
			if got := article(t, st, id, "en").Revision.Headline; got != title {
				t.Errorf("%s: got %q, want %q", tt.name, got, title)
			}
		}
		if again := run(t, st, english, file); again.New+again.Changed > 0 {
			t.Errorf("%s: the second time: %s", tt.name, counts(again))
		}
	}
}

// TestCut cuts feeds off at every byte: the items that are whole come in, and none that is not.
func TestCut(t *testing.T) {
	jsons := `{"version":"https://jsonfeed.org/version/1.1","items":[` +
		`{"id":"a:1","title":"One","date_published":"2026-11-22T10:00:00Z"},{"id":"a:2","title":"Two","date_published":"2026-11-22T10:00:00Z"}]}`
	for name, whole := range map[string]string{"feed.xml": rss(`<?xml version="1.0"?>`, "One", "Two"), "feed.json": jsons} {
		end := map[string]string{"feed.xml": "</item>", "feed.json": `"}`}[name]
		items := func(s string) int {
			if name == "feed.json" {
				return strings.Count(s, `00Z"}`)
			}
			return strings.Count(s, end)
		}
		for n := 1; n < len(whole); n += 3 {
			taken, refused := look(t, write(t, name, whole[:n]))
			if taken != items(whole[:n]) || len(refused) != 1 {
				t.Fatalf("%s cut at %d: %d taken, %v", name, n, taken, refused)
			}
		}
	}
}

func TestNoFeed(t *testing.T) {
	export := `<?xml version="1.0"?><!-- <rss> --><rss version="2.0" xmlns:wp="http://wordpress.org/export/1.2/"><channel>
<item><guid>a:1</guid><title>Secret</title><wp:status>private</wp:status></item></channel></rss>`
	for page, want := range map[string]string{
		export: "coranto import wordpress",
		`<!DOCTYPE html><html><head><link rel="alternate" type="application/rss+xml" href="/feed/"></head></html>`: `"/feed/"`,
		"\n<HTML lang=en><body>Log in</body></HTML>":                                                               "a web page and no feed",
	} {
		r := run(t, newsroom(t), english, write(t, "page.html", page))
		if r.Refused != 1 || !strings.Contains(r.Problems[0].Reason, want) {
			t.Errorf("got %v, want %s", r.Problems, want)
		}
	}
}

// TestEntities checks that nothing that a document type declares is looked at.
func TestEntities(t *testing.T) {
	laughs := `<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol1 "&lol;&lol;"><!ENTITY x SYSTEM "file:///etc/passwd">]>`
	st := newsroom(t)
	r := run(t, st, english, write(t, "feed.xml", rss(laughs, "a &lol1; &x;")))
	if counts(r) != "1 new, 0 changed, 0 unchanged, 0 refused" || article(t, st, "a:1", "en").Revision.Headline != "a &lol1; &x;" {
		t.Errorf("%s: %v", counts(r), r.Problems)
	}
}

func TestDates(t *testing.T) {
	for _, tt := range []struct{ date, want string }{
		{"Sun, 22 Nov 2026 10:00:00 EST", "2026-11-22T15:00:00Z"}, {"Sun, 22 Nov 2026 10:00:00 MSK", "2026-11-22T07:00:00Z"},
		{"Sun, 22 Nov 26 10:00:00 +0330", "2026-11-22T06:30:00Z"}, {"2026-11-22T10:00:00.123+03:00", "2026-11-22T07:00:00Z"},
		{"2026-11-22 10:00:00", "2026-11-22T10:00:00Z, noted"}, {"22.11.2026 10:00", "2026-11-22T10:00:00Z, noted"},
		{"Sun Nov 22 10:00:00 UTC 2026", "2026-11-22T10:00:00Z"}, {"2026-11-22", "2026-11-22T00:00:00Z, noted"},
		{"Sun Nov 22 2026 10:00:00 GMT+0300 (MSK)", "2026-11-22T07:00:00Z"}, {"23/04/2026", "2026-04-23T00:00:00Z, noted"},
		{"03/04/2026", "which is the day"}, {"03-04-2026", "which is the day"}, {"Sun, 22 Nov 2026 10:00:00 IST", `time zone "IST"`},
		{"Вс, 22 ноя 2026 10:00:00 +0300", "can't be read"}, {"22 ноября 2026", "can't be read"}, {"1763719200", "can't be read"},
		{"1405-09-01", "the year 1405"}, {"2569-11-22", "the year 2569"}, {"0000-00-00 00:00:00", "no date"}, {"", "no date"},
	} {
		st := newsroom(t)
		r := run(t, st, english, write(t, "feed.xml", "<rss><channel><item><guid>a:1</guid><title>A</title><pubDate>"+tt.date+"</pubDate></item></channel></rss>"))
		if r.Refused == 1 {
			if !strings.Contains(r.Problems[0].Reason, tt.want) {
				t.Errorf("%q: refused, %s; want %s", tt.date, r.Problems[0].Reason, tt.want)
			}
			continue
		}
		got := article(t, st, "a:1", "en").Published.Format("2006-01-02T15:04:05Z07:00")
		if len(r.Notes) > 0 {
			got += ", noted"
		}
		if got != tt.want {
			t.Errorf("%q: got %s, want %s", tt.date, got, tt.want)
		}
	}
}

// TestLanguages checks where an item's language comes from.
func TestLanguages(t *testing.T) {
	item := `<item%s><guid>a:1</guid><title%s>A</title><pubDate>2026-11-22T10:00:00Z</pubDate></item>`
	for _, tt := range []struct{ name, feed, want string }{
		{"its own", "<rss xml:lang='fa'><channel><language>fa</language>" + fmt.Sprintf(item, " xml:lang='ru'", "") + "</channel></rss>", "ru"},
		{"its title's", "<rss><channel><language>fa</language>" + fmt.Sprintf(item, "", " xml:lang='ru'") + "</channel></rss>", "ru"},
		{"its feed's", "<rss><channel><language> FA-ir </language>" + fmt.Sprintf(item, "", "") + "</channel></rss>", "fa"},
		{"around it", "<rss><channel xml:lang='ru'>" + fmt.Sprintf(item, "", "") + "</channel></rss>", "ru"},
		{"none", "<rss><channel>" + fmt.Sprintf(item, "", "") + "</channel></rss>", "en"},
	} {
		st := newsroom(t)
		run(t, st, feed.Options{Languages: []string{"en", "fa", "ru"}, Language: "en"}, write(t, "feed.xml", tt.feed))
		if s, err := st.Story(t.Context(), "a:1"); err != nil || s.Articles[0].Lang != tt.want {
			t.Errorf("%s: %v, %v, want %s", tt.name, s.Articles, err, tt.want)
		}
	}
}

// TestLarge imports ten thousand items, and an item of megabytes.
func TestLarge(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	titles := make([]string, 10_000)
	for i := range titles {
		titles[i] = fmt.Sprintf("Story %d", i)
	}
	many := write(t, "many.xml", rss("", titles...))
	large := write(t, "large.xml", rss("", "small", strings.Repeat("word ", 1<<21), "small too"))
	taken, refused := look(t, many, large)
	if taken != 10_002 || len(refused) != 1 { // one headline is too long
		t.Errorf("%d taken, refused: %.2000v", taken, refused)
	}
}

// look goes through feeds without a store, and returns how many items are valid articles and what is wrong with the others.
func look(t *testing.T, sources ...string) (taken int, refused []error) {
	t.Helper()
	src, err := feed.Open(t.Context(), sources, english)
	if err != nil {
		t.Fatal(err)
	}
	for item, err := range src.Items(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		if item.Story != nil {
			item.Err = item.Story.Validate()
		}
		if item.Err != nil {
			refused = append(refused, item.Err)
		} else if item.Story != nil {
			taken++
		}
	}
	return taken, refused
}

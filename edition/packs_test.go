package edition_test

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"coranto/edition"
)

var (
	textHash = edition.Sum([]byte("text"))
	anIndex  = edition.PackIndex{
		Language: "fa", Seed: &edition.PackSeed{Size: edition.SeedSize, Hash: edition.Sum([]byte("seed"))},
		Packs: []edition.Pack{
			{Period: "2026-10", Articles: 900, Size: 3_000_000, Hash: textHash, Coded: 500_000},
			{Period: "2026-11-22", Articles: 41, Size: 120_000, Hash: textHash, Coded: 30_000, Pictures: 300_000},
			{Period: "2026-11-22T15", Articles: 3, Size: 9_000, Hash: textHash, Coded: 3_000, Pictures: 30_000},
			{Period: "s1", Articles: 256, Size: 800_000, Hash: textHash, Coded: 150_000},
		},
	}
)

func TestPackIndex(t *testing.T) {
	b, err := anIndex.Encode()
	if err != nil {
		t.Fatal(err)
	}
	got, err := edition.ParsePackIndex(b)
	if err != nil || !reflect.DeepEqual(got, anIndex) {
		t.Errorf("got %+v, %v", got, err)
	}
	if p, ok := got.Find("2026-11-22"); !ok || p.Articles != 41 {
		t.Errorf("the day's pack: %+v, %v", p, ok)
	}
	if _, ok := got.Find("2026-11-23"); ok {
		t.Error("found a day that is not there")
	}
	for name, change := range map[string][2]string{
		"header":           {"packs 1", "packs 2"},
		"language":         {"fa\n", "../fa\n"},
		"dot language":     {"fa\n", ".fa\n"},
		"period":           {"2026-10 ", "2026-13 "},
		"period's form":    {"2026-11-22T15", "2026-11-22T25"},
		"supplement 0":     {"s1 ", "s0 "},
		"supplement":       {"s1 ", "s01 "},
		"order":            {"2026-10 ", "2027-10 "},
		"no articles":      {" 41 ", " 0 "},
		"leading zero":     {" 41 ", " 041 "},
		"negative":         {" 41 ", " -1 "},
		"size":             {"3000000", "99000000"},
		"a field too few":  {" 500000 0\n", " 500000\n"},
		"a field too many": {" 500000 0\n", " 500000 0 0\n"},
		"hash":             {textHash.String(), strings.ToUpper(textHash.String())},
		"seed's size":      {"seed 262144", "seed 0"},
		"no newline":       {" 150000 0\n", " 150000 0"},
		"two spaces":       {"s1 256", "s1  256"},
	} {
		bad := strings.Replace(string(b), change[0], change[1], 1)
		if bad == string(b) {
			t.Fatalf("%s: nothing changed", name)
		}
		var invalid *edition.InvalidError
		if _, err := edition.ParsePackIndex([]byte(bad)); !errors.As(err, &invalid) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestPeriods(t *testing.T) {
	at := time.Date(2026, 12, 31, 23, 59, 0, 0, time.FixedZone("", -3600)) // already the next year in UTC
	for kind, want := range map[edition.PeriodKind]string{
		edition.Month: "2027-01", edition.Day: "2027-01-01", edition.Hour: "2027-01-01T00",
	} {
		name := edition.PeriodName(kind, at)
		k, begins, err := edition.ParsePeriod(name)
		if name != want || err != nil || k != kind || !begins.Equal(time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)) {
			t.Errorf("got %q, which is of kind %v and begins at %v (%v), want %q", name, k, begins, err, want)
		}
	}
}

// anArticle says something in every member.
func anArticle() edition.Article {
	at := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	text := edition.Text{{Text: "Guards ", Mark: 1}, {Text: "say <&> so", Claim: "c1", Link: "story:other", Lang: "ru"}}
	word := edition.Text{{Text: "a word"}}
	para := edition.Block{Kind: "paragraph", Text: word}
	return edition.Article{
		ID: "border", Address: "story/2026/11/22/border", Number: 3, Published: at, Updated: at.Add(time.Hour),
		Kicker: "Border", Headline: "At the \"closed\" border", Standfirst: "What is known", Dateline: "Minsk",
		Bylines: []edition.Byline{{Name: "Leyla", Role: "reporter", Slug: "leyla"}}, Topics: []edition.Tag{{Slug: "migration", Name: "Migration"}},
		Places: []edition.Tag{{Slug: "minsk", Name: "Minsk"}}, Origin: &edition.Origin{Lang: "ru", Number: 2}, Related: []string{"other"},
		Lead: &edition.Figure{Media: 1, Alt: "A fence", Caption: word, Credit: "AB", Rights: "CC", Subtitles: []edition.Track{{Lang: "fa", Media: 2}},
			Transcript: []edition.Block{para}},
		Blocks: []edition.Block{
			para, {Kind: "paragraph", Text: text}, {Kind: "heading", Text: word, Level: 2}, {Kind: "quote", Blocks: []edition.Block{para}, Text: word},
			{Kind: "list", Ordered: true, Items: [][]edition.Block{{para}, {para, para}}},
			{Kind: "table", Header: true, Rows: [][]edition.Text{{word, nil}, {text, word}}}, {Kind: "embed", URL: "https://example.com/", Text: word},
			{Kind: "figure", Figure: &edition.Figure{Media: 1, Decorative: true}}, {Kind: "figure", Figure: &edition.Figure{Missing: true, Alt: "A gate"}},
			{Kind: "code", Text: edition.Text{{Text: "a\n\tb"}}}, {Kind: "rule"},
			{Kind: "paragraph", Text: edition.Text{{Text: "x", Mark: 64}}}, {Kind: "paragraph"},
		},
		Corrections: []edition.Correction{{Time: at, Text: "It was Monday."}}, Breaking: at.Add(2 * time.Hour),
		Sources: []edition.Voice{{ID: "s1", Kind: "anonymous", Reason: map[string]string{"": "fears", "fa": "می‌ترسد"}}},
		Claims: []edition.Claim{{ID: "c1", Source: "s1", Check: "unverified",
			Evidence: []edition.Kept{{URL: "https://example.com/v", SHA256: textHash.String(), Retrieved: at}}}},
		Media: []edition.Media{{ID: 1, Name: "fence.jpg", Placeholder: "data:,", Renditions: []edition.Rendition{
			{Path: "media/story/2026/11/22/border/fence-1-640.avif", Type: "image/avif", Width: 640, Height: 360, Size: 9000}}}, {ID: 2, Name: "fa.vtt"}},
	}
}

func packText(t *testing.T, articles ...edition.Article) []byte {
	t.Helper()
	b, err := edition.AppendPackHead(nil, "fa", "2026-11-22")
	for _, a := range articles {
		if err == nil {
			b, err = edition.AppendArticle(b, a)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestPackText(t *testing.T) {
	small := edition.Article{ID: "b", Address: "story/2026/11/22/b", Number: 1, Headline: "B", Published: time.Unix(0, 0).UTC()}
	want := edition.PackText{Language: "fa", Period: "2026-11-22", Articles: []edition.Article{anArticle(), small}}
	b := packText(t, want.Articles...)
	got, err := edition.ParsePackText(b)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
	if !bytes.Contains(b, []byte(`"blocks":["a word",{"kind":"paragraph","text":[{"text":"Guards ","mark":1}`)) {
		t.Errorf("plain paragraphs are no strings: %s", b)
	}
}

func TestPackTextRefuses(t *testing.T) {
	good := string(packText(t, anArticle()))
	for name, change := range map[string][2]string{
		"version":         {`"pack":1`, `"pack":2`},
		"language":        {`"language":"fa"`, `"language":"../fa"`},
		"period":          {`"2026-11-22"`, `"2026-11-31"`},
		"missing, false":  {`"missing":true`, `"missing":false`},
		"unknown member":  {`"number":3`, `"number":3,"likes":5`},
		"member in block": {`"kind":"rule"`, `"kind":"rule","x":1`},
		"member twice":    {`"number":3`, `"number":3,"number":3`},
		"order":           {`"number":3,"published":"2026-11-22T10:00:00Z"`, `"published":"2026-11-22T10:00:00Z","number":3`},
		"space":           {`"number":3`, `"number": 3`},
		"escape":          {`"Minsk"`, `"\u004dinsk"`},
		"long form":       {`"a word"`, `{"kind":"paragraph","text":"a word"}`},
		"offset":          {`"2026-11-22T10:00:00Z"`, `"2026-11-22T10:00:00+01:00"`},
		"fraction":        {`"2026-11-22T10:00:00Z"`, `"2026-11-22T10:00:00.5Z"`},
		"no number":       {`"number":3`, `"number":0`},
		"address":         {`"story/2026/11/22/border"`, `"../border"`},
		"null":            {`"number":3`, `"number":null`},
		"blank line":      {"}\n{", "}\n\n{"},
		"not UTF-8":       {"Minsk", "Min\xffsk"},
	} {
		bad := strings.Replace(good, change[0], change[1], 1)
		if bad == good {
			t.Fatalf("%s: nothing changed", name)
		}
		var invalid *edition.InvalidError
		if _, err := edition.ParsePackText([]byte(bad)); !errors.As(err, &invalid) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	for name, bad := range map[string]string{
		"nothing":   "",
		"not ended": strings.TrimSuffix(good, "\n"),
		"twice":     good + good[strings.Index(good, "\n")+1:],
		"deep": strings.Replace(good, `{"kind":"rule"}`, strings.Repeat(`{"kind":"quote","blocks":[`, 5000)+
			strings.Repeat(`]}`, 5000), 1),
	} {
		if _, err := edition.ParsePackText([]byte(bad)); err == nil {
			t.Errorf("%s: not refused", name)
		}
	}
}

func TestPictures(t *testing.T) {
	want := []edition.Picture{{"media/a.avif", []byte("AAA")}, {"media/b.avif", stored(edition.MaxPicture)}}
	b, err := edition.CodePictures(want)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := edition.ParsePictures(b); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %d pictures, %v", len(got), err)
	}
	for name, bad := range map[string][]byte{
		"cut": b[:len(b)-1], "longer": append(bytes.Clone(b), 0), "padding": append(bytes.Clone(b[:len(b)-1]), 1),
		"order": bytes.Replace(b, []byte("/a.avif"), []byte("/c.avif"), 1), "count": bytes.Replace(b, []byte("\n2\n"), []byte("\n3\n"), 1),
		"none": []byte("coranto pictures 1\n0\n"), "size": bytes.Replace(b, []byte(" 3\n"), []byte(" 03\n"), 1),
		"huge": []byte("coranto pictures 1\n65536\nmedia/a 10000\n"),
	} {
		if _, err := edition.ParsePictures(bad); err == nil {
			t.Errorf("%s: not refused", name)
		}
	}
	if _, err := edition.CodePictures(nil); err == nil {
		t.Error("no pictures make a file")
	}
}

// The sizes are those of the paper's formula, worked out by hand.
func TestPadded(t *testing.T) {
	for n, want := range map[int64]int64{0: 0, 1: 1, 2: 2, 7: 7, 8: 8, 9: 10, 100: 104, 1000: 1024, 10_000: 10_240, 123_456: 124_928, 1 << 20: 1 << 20, 1<<20 + 1: 1<<20 + 1<<15} {
		if got := edition.Padded(n); got != want {
			t.Errorf("%d bytes are padded to %d, want %d", n, got, want)
		}
	}
}

func FuzzPackText(f *testing.F) {
	f.Add([]byte(`{"pack":1,"language":"fa","period":"2026-11-22"}` + "\n"))
	f.Add([]byte(`{"pack":1,"language":"fa","period":"s1"}` + "\n" + `{"id":"b","address":"story/2026/11/22/b","number":1,"published":"1970-01-01T00:00:00Z","headline":"B","blocks":["x",{"kind":"table","rows":[["",[{"text":"y","mark":1}]]]}]}` + "\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := edition.ParsePackText(b)
		if err != nil {
			return
		}
		again, _ := edition.AppendPackHead(nil, p.Language, p.Period)
		for _, a := range p.Articles {
			again, _ = edition.AppendArticle(again, a)
		}
		if !bytes.Equal(again, b) {
			t.Errorf("%q is read, and written as %q", b, again)
		}
	})
}

func FuzzPackIndex(f *testing.F) {
	b, _ := anIndex.Encode()
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		if x, err := edition.ParsePackIndex(b); err == nil {
			if again, err := x.Encode(); err != nil || !bytes.Equal(again, b) {
				t.Errorf("%q is read, and written as %q, %v", b, again, err)
			}
		}
	})
}

func FuzzPictures(f *testing.F) {
	b, _ := edition.CodePictures([]edition.Picture{{"media/a.avif", []byte("AAA")}})
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		if ps, err := edition.ParsePictures(b); err == nil && len(ps) == 0 {
			t.Error("no pictures, and no error")
		}
	})
}

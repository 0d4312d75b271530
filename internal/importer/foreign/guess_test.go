package foreign_test

import (
	"io"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/simplifiedchinese"

	"coranto/internal/importer/foreign"
)

// TestGuess checks that texts which say that they are UTF-8, and are not, come out as they were meant.
func TestGuess(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, words string
		encoding    encoding.Encoding
	}{
		{"windows-1256", "مرحبا بالعالم هذا اختبار للترميز في غرفة الأخبار", charmap.Windows1256},
		{"windows-1256", "سلام دنيا، اين يک آزمايش براي روزنامه است", charmap.Windows1256},
		{"windows-1251", "Привет, мир! Это проверка кодировки и ещё немного текста.", charmap.Windows1251},
		{"windows-1252", "Allí está el país más allá: día tras día, así será.", charmap.Windows1252},
		{"koi8-r", "Привет, мир! Это проверка кодировки и немного текста.", charmap.KOI8R},
		{"shift_jis", "これは日本語の本文です。国境は今日から閉鎖されています。", japanese.ShiftJIS},
		{"gb18030", "这是我们的正文,今天的新闻在这里,他们不会来了。中国的大城市。", simplifiedchinese.GB18030},
	} {
		for _, times := range []int{1, 200} {
			want := "<a>" + strings.Repeat(c.words+"\n", times) + "</a>"
			in, err := c.encoding.NewEncoder().String(want)
			if err != nil {
				t.Fatal(err)
			}
			text, err := foreign.NewText(strings.NewReader(`<?xml version="1.0" encoding="UTF-8"?>` + in))
			if err != nil {
				t.Errorf("%s, %d times: %v", c.name, times, err)
				continue
			}
			got, err := io.ReadAll(text)
			if notes := strings.Join(text.Notes(), ", "); string(got) != want || err != nil || !strings.Contains(notes, c.name) {
				t.Errorf("%s, %d times:\ngot  %.200q, %q, %v\nwant %.200q", c.name, times, got, notes, err, want)
			}
		}
	}
}

package main

import (
	"fmt"
	"strings"

	"coranto/vectors"
)

// breakings makes files of breaking news (SPEC.md, "Breaking news").
func breakings() *sheet[vectors.Raw, vectors.BreakingValue] {
	s := newSheet[vectors.Raw, vectors.BreakingValue]("Files of what is breaking news in a language.")
	s.rule = "Breaking news"
	const path = "fa/story/2026/11/22/border/index.html"
	plain := vectors.BreakingLine{Until: "2026-11-22T18:00:00Z", Path: path, Headline: "The bridge is closed"}
	ok := func(name string, stories ...vectors.BreakingLine) {
		s.ok(name, raw(text(breakingOf(stories))), vectors.BreakingValue{Stories: stories})
	}
	ok("plain", plain)
	var eight []vectors.BreakingLine
	for i := range 9 {
		eight = append(eight, vectors.BreakingLine{Until: plain.Until, Path: fmt.Sprintf("fa/%d.html", i), Headline: plain.Headline})
	}
	ok("eight stories", eight[:8]...)
	with := func(change func(*vectors.BreakingLine)) vectors.BreakingLine {
		l := plain
		change(&l)
		return l
	}
	ok("two stories", plain, eight[0])
	ok("earlier end after a later one", plain, with(func(l *vectors.BreakingLine) { l.Until, l.Path = "2026-11-22T17:00:00Z", "fa/a.html" }))
	ok("headline in another script", with(func(l *vectors.BreakingLine) { l.Headline = "پل بسته است" }))
	ok("headline that begins with a space", with(func(l *vectors.BreakingLine) { l.Headline = " bridge" }))
	ok("headline of 4,096 bytes", with(func(l *vectors.BreakingLine) { l.Headline = strings.Repeat("ж", 2048) }))
	good := breakingOf([]vectors.BreakingLine{plain})
	faults := swaps{
		{"another version", "bad-header", "plain", "breaking 1", "breaking 2"},
		{"time that is none", "bad-time", "plain", plain.Until, "2026-11-22T25:00:00Z"},
		{"time before 1970", "bad-time", "plain", plain.Until, "1969-12-31T23:59:59Z"},
		{"time of another zone", "not-canonical", "plain", plain.Until, "2026-11-22T22:00:00+04:00"},
		{"time with a fraction", "not-canonical", "plain", plain.Until, "2026-11-22T18:00:00.5Z"},
		{"path with a segment that is empty", "bad-segment", "plain", path, "fa//index.html"},
		{"path of the format's own", "kept-name", "plain", path, "log/checkpoint"},
		{"path that leads out", "bad-segment", "plain", path, "../index.html"},
		{"no headline", "bad-headline", "plain", " " + plain.Headline, ""},
		{"headline that is empty", "bad-headline", "plain", plain.Headline, ""},
		{"headline with a tab", "bad-headline", "plain", "bridge is", "bridge\tis"},
		{"headline with a control character", "bad-headline", "plain", "bridge is", "bridge\u0085is"},
		{"headline of 4,097 bytes", "bad-headline", "headline of 4,096 bytes", plain.Headline, strings.Repeat("ж", 2048) + "x"},
		{"carriage return", "bad-headline", "plain", "closed\n", "closed\r\n"},
		{"line that is not ended", "not-ended", "plain", "closed\n", "closed"},
		{"empty line at the end", "bad-time", "plain", "closed\n", "closed\n\n"},
		{"path that stands twice", "doubled", "two stories", "closed\n", "closed\n2026-11-22T19:00:00Z " + path + " again\n"},
	}
	for _, f := range faults {
		s.no(f.name, f.code, f.twin, raw(text(replace(good, f.old, f.new))))
	}
	s.no("headline that is not UTF-8", "not-utf-8", "plain", raw(hexed([]byte(replace(good, "The", "Th\xe9")))))
	s.no("no stories", "bad-count", "plain", raw(text("coranto breaking 1\n")))
	s.no("nine stories", "bad-count", "eight stories", raw(text(breakingOf(eight))))
	s.no("nothing", "bad-header", "plain", raw(text("")))
	s.no("over 65,536 bytes", "too-large", "plain", raw(join(text(good), repeat("x", 65536))))
	return s
}

// breakingOf writes a file of breaking news.
func breakingOf(stories []vectors.BreakingLine) string {
	var b strings.Builder
	b.WriteString("coranto breaking 1\n")
	for _, l := range stories {
		fmt.Fprintf(&b, "%s %s %s\n", l.Until, l.Path, l.Headline)
	}
	return b.String()
}

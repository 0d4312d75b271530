package reader

import (
	"bytes"
	_ "embed" // for barStyle
	"fmt"
	"html/template"
	"time"

	"golang.org/x/net/html"

	"coranto/edition"
)

// barStyle is the style of the bar and of the reader's own pages.
//
//go:embed bar.css
var barStyle string

// A bar is the strip above each page that says what may be believed of it: three answers, in words.
type bar struct {
	Style   string // the address of barStyle
	Name    string // the newsroom
	From    string // the mirror; empty when it was kept
	Verdict edition.Verdict
}

// It is left to right and in English whatever the page is, and says so.
var barTemplate = template.Must(template.New("bar").Parse(
	`<link rel="stylesheet" href="{{.Style}}"><aside class="coranto-bar {{.Tone}}" role="status" lang="en" dir="ltr"><details>` +
		`<summary><b>The newsroom’s own</b> · <b>whole</b> · <b>{{.Verdict.Fresh}}</b>{{with .Age}}, {{.}}{{end}}{{if .Verdict.Unconfirmed}} · <b>UNCONFIRMED</b>{{end}} · {{.Source}}</summary>` +
		`<p>Authentic: this page is signed by <bdi>{{.Name}}</bdi>, as the masthead that this reader began with knows it. Where that masthead came from, no program can tell you.</p>` +
		`<p>Whole: every byte proves to belong to edition {{.Verdict.Edition}}.</p>` +
		`<p>{{.Freshness}}</p></details></aside>`))

var messagePage = template.Must(template.New("message").Parse(`<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{.Title}}</title><link rel="stylesheet" href="{{.Style}}">
<body class="coranto-message"><h1>{{.Title}}</h1><p>{{.Text}}</p><p><a href="{{.Home}}">Front page</a></p></body></html>
`))

// Tone is the class that colours the bar. No colour carries a meaning alone.
func (b bar) Tone() string {
	if b.Verdict.Fresh == edition.Fresh && !b.Verdict.Unconfirmed {
		return "good"
	}
	return "warn"
}

// Age says how old the newest word on the edition is; empty when the clock can't tell.
func (b bar) Age() string {
	if b.Verdict.Fresh == edition.ClockWrong {
		return ""
	}
	return ageWords(b.Verdict.Age) + " old"
}

// Source says where the page came from.
func (b bar) Source() string {
	if b.From == "" {
		return "kept on this device"
	}
	return "from " + b.From
}

// Freshness says what the third answer means.
func (b bar) Freshness() string {
	asOf := b.Verdict.AsOf.Format("2 January 2006, 15:04 UTC")
	text := fmt.Sprintf("%s: it was the newest edition on %s, on %s.", b.Verdict.Fresh, asOf, whose(b.Verdict.Word))
	switch b.Verdict.Fresh {
	case edition.Aged:
		text += " There may be a newer one that no mirror has shown."
	case edition.ClockWrong:
		text += " This device’s clock is earlier than that, so no age can be told."
	case edition.StaleTrust:
		text += " The newsroom has not confirmed its keys for so long that they may have been replaced."
	}
	if b.Verdict.Unconfirmed {
		text += " UNCONFIRMED: this edition was first seen after that."
	}
	return text
}

// whose puts a head's word into a sentence.
func whose(word string) string {
	if word == "the newsroom's word only" {
		return "the newsroom’s word alone"
	}
	return "the newsroom’s word, " + word
}

// ageWords says a duration in one unit, rounded down; below a minute the number would be out of date at once.
func ageWords(d time.Duration) string {
	for _, u := range []struct {
		size time.Duration
		name string
	}{{24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}} {
		if n := int(d / u.size); n == 1 {
			return "1 " + u.name
		} else if n > 1 {
			return fmt.Sprintf("%d %ss", n, u.name)
		}
	}
	return "seconds"
}

// withBar returns a web page with a bar as the first thing of its body.
func withBar(page []byte, b bar) []byte {
	var strip bytes.Buffer
	if err := barTemplate.Execute(&strip, b); err != nil {
		panic(err) // a template that is part of the program, and plain data
	}
	at := bodyStart(page)
	return append(append(append(make([]byte, 0, len(page)+strip.Len()), page[:at]...), strip.Bytes()...), page[at:]...)
}

// bodyStart returns where the content of a page's body begins; its end when it has no body tag, where a browser puts
// what comes into the body all the same.
func bodyStart(page []byte) int {
	z := html.NewTokenizer(bytes.NewReader(page))
	at := 0
	for {
		kind := z.Next()
		at += len(z.Raw())
		if kind == html.ErrorToken {
			return len(page)
		}
		if name, _ := z.TagName(); kind == html.StartTagToken && string(name) == "body" {
			return at
		}
	}
}

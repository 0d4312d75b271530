package reader

import (
	"bytes"
	_ "embed" // for barStyle
	"html/template"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"

	"coranto/edition"
)

// barStyle is the style of the bar and of the pages that say that there is none.
//
//go:embed bar.css
var barStyle string

// A bar is the strip above each page that says what may be believed of it: three answers, in words.
type bar struct {
	tongue
	judgement
	Style string // the address of barStyle
	From  string // the mirror; empty when it was kept
	Frame string // the address of the frame that tells of newer editions
	Self  string // the address of the reader's own page
	// Laid is the address of the frame with breaking news, of which there are Lines; empty when there is none.
	Laid     string
	Lines    int
	Breaking string // the word for it
}

// The frame is asked for anew from time to time, and so tells of a newer edition while the page stays where it is.
var barTemplate = template.Must(template.New("bar").Parse(
	`<link rel="stylesheet" href="{{.Style}}"><aside class="coranto-bar {{.Tone}}" lang="{{.Tag}}" dir="{{.Dir}}" aria-label="{{.W "bar"}}"><details>` +
		`<summary><b>{{.W "own"}}</b> · <b>{{.W "whole"}}</b> · <b>{{.State}}</b>{{with .Old}}{{$.Comma}}{{.}}{{end}}{{if .Verdict.Unconfirmed}} · <b>{{.W "unconfirmed"}}</b>{{end}} · {{.Source}}</summary>` +
		`<p>{{.Own}}</p><p>{{.Whole}}</p><p>{{.Freshness}}</p><p><a href="{{.Self}}">{{.W "this_reader"}}</a></p></details>` +
		`<iframe src="{{.Frame}}" title="{{.W "this_reader"}}"></iframe></aside>` +
		`{{with .Laid}}<div class="coranto-breaking" data-lines="{{$.Lines}}"><iframe src="{{.}}" title="{{$.Breaking}}"></iframe></div>{{end}}`))

var frameTemplate = template.Must(template.New("frame").Parse(`<!doctype html>
<html lang="{{.Tag}}" dir="{{.Dir}}" class="coranto-frame"><meta charset="utf-8"><meta http-equiv="refresh" content="{{.Every}}">
<title>{{.W "this_reader"}}</title><link rel="stylesheet" href="{{.Style}}">
<p>{{if .Newer}}<a target="_top" href="{{.Page}}"><b>{{.W "newer"}}</b></a> · {{end}}<a target="_top" href="{{.Self}}">{{.W "this_reader"}}</a>{{if not .Newer}} · {{.Say "newest" "n" (.N .Edition)}}{{end}}</p></html>
`))

// A frame is what stands in the bar's frame.
type frame struct {
	tongue
	Style, Self string
	Page        string // the address of the page around it
	Edition     uint64 // the newest that is known
	Newer       bool   // than the page
	Every       int    // seconds until it is asked for again
}

// Source says where the page came from.
func (b bar) Source() template.HTML {
	if b.From == "" {
		return b.Say("from_kept")
	}
	return b.Say("from", "mirror", b.From)
}

// A judgement puts a verdict into words.
type judgement struct {
	tongue  tongue
	Name    string // the newsroom
	Verdict edition.Verdict
}

// Tone is the class that colours it. No colour carries a meaning alone.
func (j judgement) Tone() string {
	if j.Verdict.Fresh == edition.Fresh && !j.Verdict.Unconfirmed {
		return "good"
	}
	return "warn"
}

// State is the third answer in a word.
func (j judgement) State() string {
	return j.tongue.W(map[edition.Freshness]string{
		edition.Fresh: "fresh", edition.Aged: "aged", edition.AgeUnknown: "age_unknown",
		edition.ClockWrong: "clock_wrong", edition.StaleTrust: "stale_trust",
	}[j.Verdict.Fresh])
}

// Old says how old the newest word on the edition is; empty when nobody but a clock that may be wrong says so.
func (j judgement) Old() template.HTML {
	if j.Verdict.Fresh == edition.ClockWrong || j.Verdict.Fresh == edition.AgeUnknown {
		return ""
	}
	return j.tongue.Say("old", "age", j.tongue.Age(j.Verdict.Age))
}

// Own says what the first answer means.
func (j judgement) Own() template.HTML { return j.tongue.Say("own_means", "name", j.Name) }

// Whole says what the second answer means.
func (j judgement) Whole() template.HTML {
	return j.tongue.Say("whole_means", "n", j.tongue.N(j.Verdict.Edition))
}

// Freshness says what the third answer means.
func (j judgement) Freshness() template.HTML {
	key, witnesses := "as_of_own", ""
	if n, ok := strings.CutPrefix(j.Verdict.Word, "witnessed by "); ok {
		key, witnesses = "as_of_witnessed", j.tongue.Digits(n)
	}
	text := template.HTMLEscapeString(j.State()) + ": " +
		string(j.tongue.Say(key, "time", j.tongue.DateTime(j.Verdict.AsOf), "n", witnesses))
	means := map[edition.Freshness]string{
		edition.Aged: "aged_means", edition.AgeUnknown: "age_unknown_means",
		edition.ClockWrong: "clock_means", edition.StaleTrust: "stale_means",
	}[j.Verdict.Fresh]
	if means != "" {
		text += " " + string(j.tongue.Say(means))
	}
	if j.Verdict.Unconfirmed {
		text += " " + string(j.tongue.Say("unconfirmed_means"))
	}
	return template.HTML(text) // all parts are escaped
}

// A head is what a web page says of itself before its body.
type pageHead struct {
	lang   string // of its html tag
	policy string // its Content Security Policy, which stands at [from, to)
	from   int
	to     int
	body   int // where the content of its body begins, after links that skip it; its end when there is no body tag
}

// readHead reads a web page up to the beginning of its body. Where it has no body tag a browser puts what comes at the
// end into the body all the same.
func readHead(page []byte) pageHead {
	z := html.NewTokenizer(bytes.NewReader(page))
	h := pageHead{body: len(page)}
	at := 0
	for {
		kind := z.Next()
		from := at
		at += len(z.Raw())
		if kind == html.ErrorToken {
			return h
		}
		if kind != html.StartTagToken && kind != html.SelfClosingTagToken {
			continue
		}
		tag := z.Token()
		switch {
		case tag.Data == "body":
			h.body = afterSkips(z, at)
			return h
		case tag.Data == "html" && h.lang == "":
			h.lang = attribute(tag, "lang")
		case tag.Data == "meta" && h.policy == "" && strings.EqualFold(attribute(tag, "http-equiv"), "Content-Security-Policy"):
			h.policy, h.from, h.to = attribute(tag, "content"), from, at
		}
	}
}

// afterSkips returns where the body's first links end, of those that lead past what stands above the text: who goes by
// keyboard needn't go through the bar then. Without any that is where the body begins.
func afterSkips(z *html.Tokenizer, body int) (end int) {
	end = body
	for at, inside := body, false; ; {
		kind := z.Next()
		at += len(z.Raw())
		switch kind {
		case html.TextToken:
			if !inside && len(bytes.TrimSpace(z.Raw())) > 0 {
				return end
			}
		case html.StartTagToken:
			tag := z.Token()
			if inside || tag.Data != "a" || attribute(tag, "class") != "skip" {
				return end
			}
			inside = true
		case html.EndTagToken:
			if name, _ := z.TagName(); !inside || string(name) != "a" {
				return end
			}
			inside, end = false, at
		default:
			return end
		}
	}
}

func attribute(tag html.Token, name string) string {
	i := slices.IndexFunc(tag.Attr, func(a html.Attribute) bool { return a.Key == name })
	if i < 0 {
		return ""
	}
	return tag.Attr[i].Val
}

// maxPolicy is the length of the longest policy of a page that is taken over.
const maxPolicy = 4 << 10

// takesOver says whether a page's own policy can be sent as a header instead, so that the bar's frame can be added to
// it: it is plain text without a line's end.
func (h pageHead) takesOver() bool {
	return h.policy != "" && len(h.policy) <= maxPolicy && !strings.ContainsFunc(h.policy, func(r rune) bool { return r < ' ' || r > '~' })
}

// edits put a bar in as the first thing of the body but for links that skip it, and leave out the policy that a header takes over.
func (h pageHead) edits(b bar) []edit {
	var strip bytes.Buffer
	if err := barTemplate.Execute(&strip, b); err != nil {
		panic(err) // a template that is part of the program, and plain data
	}
	put := []edit{{span{h.body, h.body}, strip.Bytes()}}
	if h.takesOver() {
		put = append(put, edit{span: span{h.from, h.to}})
	}
	return put
}

// address returns the address of a path below a prefix, with a query of pairs of name and value.
func address(prefix, path string, pairs ...string) string {
	u := url.URL{Path: prefix + "/" + path}
	q := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	u.RawQuery = q.Encode()
	return u.String()
}

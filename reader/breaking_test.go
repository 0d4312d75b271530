package reader_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"coranto/edition"
	"coranto/internal/lab"
	"coranto/internal/mirror"
	"coranto/reader"
)

const flood = "fa/story/2026/11/22/flood/index.html"

// urgent returns a file of breaking news: pairs of a path and the hours after epoch when it ends.
func urgent(t testing.TB, hours ...float64) string {
	t.Helper()
	var all []edition.Breaking
	for i, h := range hours {
		n := edition.Breaking{Until: epoch.Add(time.Duration(h * float64(time.Hour))), Path: flood, Headline: "The dam <breaks>"}
		if i > 0 {
			n.Path, n.Headline = fmt.Sprintf("fa/story/2026/11/22/more%d/index.html", i), fmt.Sprint("More ", i)
		}
		all = append(all, n)
	}
	b, err := edition.MarshalBreaking(all)
	must(t, err)
	return string(b)
}

// ownBar is a page with a bar of its day.
const ownBar = `<!doctype html><html lang=fa dir=rtl><body>` +
	"<aside class=\"breaking\" aria-label=\"خبر فوری\">\n<p><strong>خبر فوری</strong> <a href=\"x\">yesterday</a></p>\n</aside>\n<main>the story</main>"

func breakingFront(t testing.TB, hours ...float64) map[string]string {
	return map[string]string{
		"index.html": story("languages"), "fa/index.html": ownBar, "fa/story/2020/01/01/old/index.html": ownBar, flood: ownBar,
		"en/index.html": story("front"), "fa/breaking.txt": urgent(t, hours...),
	}
}

var laidFrame = regexp.MustCompile(`<div class="coranto-breaking" data-lines="(\d)"><iframe src="([^"]*)"`)

// laid opens a page and returns the number of lines laid over it, and what stands in their frame.
func laid(t *testing.T, home, path string) (lines, frame string) {
	t.Helper()
	resp, page := ask(t, "GET", home+path)
	if resp.StatusCode != 200 || strings.Contains(page, "yesterday") || strings.HasPrefix(path, "fa/") && !strings.Contains(page, "<main>the story</main>") {
		t.Errorf("%q: got %d %s", path, resp.StatusCode, page)
	}
	found := laidFrame.FindStringSubmatch(page)
	if found == nil {
		return "0", ""
	}
	root, _, _ := strings.Cut(strings.TrimPrefix(home, "http://"), "/")
	resp, frame = ask(t, "GET", "http://"+root+strings.ReplaceAll(found[2], "&amp;", "&"), "Sec-Fetch-Site", "same-origin")
	if policy := resp.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "frame-ancestors 'self'") {
		t.Errorf("%q: got policy %q", path, policy)
	}
	return found[1], frame
}

// wired returns a reader that has an edition and holds what is breaking news in it, so that no test of what is shown hangs
// on how long a page waits for that.
func wired(t *testing.T, p *press, opt reader.Options, s reader.Source) *reader.Reader {
	t.Helper()
	r := p.open(opt, s)
	refresh(t, r)
	_, err := r.Get(t.Context(), "fa/breaking.txt")
	must(t, err)
	return r
}

// Breaking news is laid over every page of its language, however old, in a frame that ends on time. The bar in the page
// itself is left out.
func TestBreaking(t *testing.T) {
	p := newPress(t, 1)
	now := epoch.Add(time.Hour)
	r := wired(t, p, reader.Options{Now: func() time.Time { return now }}, p.publish(breakingFront(t, 2, 3, 4, 5, 6)).good(t))
	home := local(t, p, r)
	for path, want := range map[string]string{
		"fa/": "3", "fa/index.html": "3", "fa/story/2020/01/01/old/index.html": "3", flood: "3", "en/index.html": "0", "": "0",
	} {
		if got, _ := laid(t, home, path); got != want {
			t.Errorf("%q: got %s lines, want %s", path, got, want)
		}
	}
	_, frame := laid(t, home, "fa/")
	wantText(t, frame, `<html lang="fa" dir="rtl"`, "خبر فوری", `target="_top" href="/`, "/"+flood+`"`, "<bdi>The dam &lt;breaks&gt;</bdi>",
		"More 2", `content="60"`)
	if strings.Contains(frame, "More 3") || strings.Contains(frame, "<script") {
		t.Errorf("got %s", frame)
	}
	if _, frame := laid(t, home, flood); strings.Contains(frame, flood) || !strings.Contains(frame, "More 3") {
		t.Errorf("over its own page: got %s", frame)
	}

	now = epoch.Add(6*time.Hour - 30*time.Second)
	lines, frame := laid(t, home, "fa/")
	if lines != "1" || !strings.Contains(frame, "More 4") || !strings.Contains(frame, `content="31"`) {
		t.Errorf("half a minute before the end: got %s, %s", lines, frame)
	}
	now = epoch.Add(6 * time.Hour)
	if lines, _ := laid(t, home, "fa/"); lines != "0" {
		t.Errorf("at the end: got %s lines", lines)
	}
}

// What is over is never laid over a page, whatever the clock says; and nothing is when nobody knows what time it is.
func TestBreakingEnds(t *testing.T) {
	const day = 24 * time.Hour
	for _, test := range []struct {
		name   string
		until  float64 // hours after the head was signed
		after  time.Duration
		stick  bool
		fresh  edition.Freshness
		laidOn string
	}{
		{"now", 2, time.Hour, false, edition.Fresh, "1"},
		{"over", 2, 2 * time.Hour, false, edition.Fresh, "0"},
		{"a slow clock", 2, -5 * time.Minute, false, edition.Fresh, "1"},
		{"over when it was signed, and a slow clock", 0, -5 * time.Minute, false, edition.Fresh, "0"},
		{"a clock set back", 2, -day, false, edition.ClockWrong, "0"},
		{"from a stick", 2, time.Hour, true, edition.AgeUnknown, "0"},
		{"aged", 96, 3 * day, false, edition.Aged, "0"},
		{"under stale trust", 24 * 60, 40 * day, false, edition.StaleTrust, "0"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := newPress(t, 1)
			var s reader.Source = p.publish(breakingFront(t, test.until)).source("a")
			if test.stick {
				s = stick{s}
			}
			r := wired(t, p, reader.Options{Now: func() time.Time { return epoch.Add(test.after) }}, s)
			if v := r.Verdict(); v.Fresh != test.fresh {
				t.Fatalf("got %s, want %s", v.Fresh, test.fresh)
			}
			if lines, _ := laid(t, local(t, p, r), "fa/"); lines != test.laidOn {
				t.Errorf("got %s lines, want %s", lines, test.laidOn)
			}
		})
	}
}

// A stick is a source that nobody was asked for over a network.
type stick struct{ reader.Source }

func (stick) Live() bool { return false }

// The newest edition alone has the say: what it takes back goes, and what it adds comes.
func TestBreakingOfTheNewest(t *testing.T) {
	p := newPress(t, 1)
	first := p.publish(breakingFront(t, 2, 3))
	var at atomic.Pointer[files]
	at.Store(&first)
	r := wired(t, p, reader.Options{}, moving{&at})
	home := local(t, p, r)
	for i, test := range []struct{ file, want string }{{"", "0"}, {urgent(t, 4), "1"}, {"coranto breaking 2\n", "0"}, {urgent(t, 4, 5, 6), "3"}} {
		p.now = p.now.Add(time.Minute)
		next := p.publish(map[string]string{"fa/breaking.txt": test.file})
		at.Store(&next)
		refresh(t, r)
		_, err := r.Get(t.Context(), "fa/breaking.txt")
		if err != nil && !errors.Is(err, reader.ErrAbsent) {
			t.Fatal(err)
		}
		if lines, _ := laid(t, home, "fa/"); lines != test.want {
			t.Errorf("%d: got %s lines, want %s", i, lines, test.want)
		}
	}
}

// moving is a mirror whose files change.
type moving struct{ at *atomic.Pointer[files] }

func (m moving) Name() string { return "a" }
func (m moving) Live() bool   { return true }
func (m moving) Fetch(ctx context.Context, path string, max int64) ([]byte, error) {
	return memory{"a", *m.at.Load()}.Fetch(ctx, path, max)
}

// A mirror that holds the file back holds no page back, and one that alters it alters nothing.
func TestBreakingFromHostileMirrors(t *testing.T) {
	p := newPress(t, 1)
	good := p.publish(breakingFront(t, 2))
	object := edition.ObjectPath(edition.Sum([]byte(p.pages["fa/breaking.txt"])))
	for name, f := range map[string]files{"held back": without(good, object), "altered": altered(good, object)} {
		r := p.open(reader.Options{}, serve(t, lab.Good(mirror.Handler(f.dir(t)))))
		refresh(t, r)
		_, err := r.Get(t.Context(), "fa/index.html") // before its only mirror lies, and is dropped
		must(t, err)
		if lines, _ := laid(t, local(t, p, r), "fa/"); lines != "0" {
			t.Errorf("%s: got %s lines", name, lines)
		}
	}
}

func without(f files, path string) files {
	out := files{}
	for name, b := range f {
		if name != path {
			out[name] = b
		}
	}
	return out
}

func altered(f files, path string) files {
	out := without(f, path)
	out[path] = []byte(strings.Replace(string(f[path]), "dam", "war", 1))
	return out
}

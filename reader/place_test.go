package reader_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coranto/reader"
)

// risky returns a page with risk notices of some places, and a way out.
func risky(lang string, places ...string) string {
	var b strings.Builder
	b.WriteString(`<!doctype html><html lang=` + lang + `><body><nav class="out" aria-label="x"><a class="exit" rel="noreferrer noopener" href="https://weather.example/?a=1&amp;b=2">Leave</a></nav>` +
		`<aside class="risk" aria-label="Risks">`)
	for _, p := range places {
		b.WriteString("\n<p><a href=\"safety.html#risk-" + p + "\">The " + p + "s</a>: reading costs " + p + " &amp; more</p>")
	}
	return b.String() + "\n</aside><main>news</main>"
}

func riskFront() map[string]string {
	return map[string]string{
		"index.html": story("languages"), "en/index.html": risky("en", "borduria", "syldavia"),
		"en/one.html": risky("en", "borduria"), "en/others.html": risky("en", "ruritania", "zembla"),
		"fa/index.html": risky("fa", "borduria", "syldavia"),
	}
}

// wantNotices wants a page to show the notices of some places, and no others.
func wantNotices(t *testing.T, home, path, link string, places ...string) {
	t.Helper()
	_, page := ask(t, "GET", home+path)
	for _, p := range []string{"borduria", "syldavia", "ruritania", "zembla"} {
		shown := strings.Contains(page, "costs "+p+" &amp; more</p>")
		if want := strings.Contains(strings.Join(places, " "), p); shown != want {
			t.Errorf("%s: the notice of %s is shown: %t, want %t", path, p, shown, want)
		}
	}
	wantText(t, page, "<main>news</main>", `class="exit"`)
	if has := strings.Contains(page, `#place">`); has != (link != "") || !strings.Contains(page, link) {
		t.Errorf("%s: want a link %q in %s", path, link, page)
	}
}

// All notices are shown until one place is chosen; that is kept only if asked, and goes with everything else.
func TestPlace(t *testing.T) {
	p := newPress(t, 1)
	files := p.publish(riskFront())
	k, dir := dirKeep(t)
	kept := func() string {
		t.Helper()
		found, err := filepath.Glob(filepath.Join(dir, "*", "place"))
		must(t, err)
		if len(found) == 0 {
			return ""
		}
		b, err := os.ReadFile(found[0])
		must(t, err)
		return string(b)
	}
	open := func() (string, own) {
		t.Helper()
		r := p.open(reader.Options{Keep: k}, files.good(t))
		refresh(t, r)
		home := local(t, p, r)
		return home, openOwn(t, home)
	}
	home, o := open()
	wantNotices(t, home, "en/", "Show one place alone", "borduria", "syldavia")
	wantNotices(t, home, "en/one.html", "", "borduria")
	wantText(t, o.text("?lang=en"), `value="" checked`, "<b>The syldavias</b>: reading costs syldavia &amp; more", `name="keep" value="yes">`)

	wantText(t, o.do("place", "place", "syldavia"), "Pages now show what you chose", `value="syldavia" checked`, `name="keep" value="yes">`)
	wantNotices(t, home, "en/", "All places", "syldavia")
	wantNotices(t, home, "fa/", "همهٔ مکان‌ها", "syldavia")
	wantNotices(t, home, "en/one.html", "", "borduria") // a page is never without
	wantNotices(t, home, "en/others.html", "Show one place alone", "ruritania", "zembla")
	if got := kept(); got != "" {
		t.Errorf("kept unasked: %q", got)
	}
	home, o = open()
	wantNotices(t, home, "en/", "Show one place alone", "borduria", "syldavia")

	wantText(t, o.do("place", "place", "borduria", "keep", "yes"), `name="keep" value="yes" checked`)
	if got := kept(); got != "borduria\n" {
		t.Errorf("kept: got %q", got)
	}
	home, o = open()
	wantNotices(t, home, "en/", "All places", "borduria")
	wantText(t, o.do("place", "place", "../x", "keep", "yes"), "could not be done")
	wantNotices(t, home, "en/", "All places", "borduria")
	o.do("place", "place", "syldavia") // not to be kept, nor what was
	if got := kept(); got != "" {
		t.Errorf("kept after another choice: %q", got)
	}
	o.do("place", "place", "borduria", "keep", "yes")
	wantText(t, o.do("remove"), `value="" checked`)
	wantNotices(t, home, "en/", "Show one place alone", "borduria", "syldavia")
	if got := tree(t, dir); got != "" {
		t.Errorf("left: %s", got)
	}
}

// Who saves nothing is not asked whether to keep the choice, and it isn't kept when saving is turned on again. In an
// encrypted keep nothing tells which place it was.
func TestPlaceLeavesNoTrace(t *testing.T) {
	p := newPress(t, 1)
	files := p.publish(riskFront())
	r := p.open(reader.Options{}, files.source("a"))
	refresh(t, r)
	if page := openOwn(t, local(t, p, r)).text("?lang=en"); strings.Contains(page, `name="keep"`) || !strings.Contains(page, `value="syldavia"`) {
		t.Errorf("in memory: got %s", page)
	}
	dir := t.TempDir()
	r = p.open(reader.Options{Keep: sealed(t, dir, sealedMB)}, files.source("a"))
	refresh(t, r)
	o := openOwn(t, local(t, p, r))
	if page := o.do("stop"); strings.Contains(page, `name="keep"`) {
		t.Errorf("while nothing is saved: got %s", page)
	}
	o.do("place", "place", "syldavia", "keep", "yes")
	o.do("save")
	again := p.open(reader.Options{Keep: sealed(t, dir, sealedMB)}, files.source("a"))
	if place, kept := again.Place(); place != "" || kept {
		t.Errorf("saved while nothing was to be: %q", place)
	}
	o.do("place", "place", "syldavia", "keep", "yes")
	again = p.open(reader.Options{Keep: sealed(t, dir, sealedMB)}, files.source("a"))
	if place, kept := again.Place(); place != "syldavia" || !kept {
		t.Errorf("sealed: got %q, %t", place, kept)
	}
	must(t, filepath.WalkDir(dir, func(name string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(name)
		if strings.Contains(name+string(b), "syldavia") || filepath.Base(name) == "place" {
			t.Errorf("%s tells the place", name)
		}
		return err
	}))
}

// The newsroom's way out stands on the reader's own pages too, and says nothing of where it is followed from.
func TestWayOut(t *testing.T) {
	p := newPress(t, 1)
	r := p.open(reader.Options{}, p.publish(riskFront()).source("a"))
	refresh(t, r)
	home := local(t, p, r)
	const link = `<a class="exit" rel="noreferrer noopener" href="https://weather.example/?a=1&amp;b=2">`
	wantText(t, openOwn(t, home).text("?lang=fa"), link+"خروج فوری</a>")
	for path, referrer := range map[string]string{"en/none.html": "no-referrer", "en/": "no-referrer", ".coranto/": "same-origin"} {
		resp, page := ask(t, "GET", home+path)
		wantText(t, page, link)
		if got := resp.Header.Get("Referrer-Policy"); got != referrer {
			t.Errorf("%s: got the policy %q, want %q", path, got, referrer)
		}
	}
	r = p.open(reader.Options{}, p.publish(map[string]string{"en/index.html": story("no way out")}).source("a"))
	refresh(t, r)
	if page := openOwn(t, local(t, p, r)).text("?lang=en"); strings.Contains(page, "exit") || strings.Contains(page, `name="place"`) {
		t.Errorf("of a newsroom without one: got %s", page)
	}
}

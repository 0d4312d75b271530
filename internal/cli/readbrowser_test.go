//go:build unix

package cli_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"golang.org/x/sys/unix"

	"coranto/internal/sample"
)

// browser starts a browser, or skips the test where there is none.
func browser(t *testing.T) context.Context {
	t.Helper()
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("no browser: chromium is not installed")
	}
	ctx := openBrowser(t, chromium)
	if err := chromedp.Do(ctx); err != nil { // it lives as long as the context that it is started with
		t.Fatal(err)
	}
	return ctx
}

// evaluate returns what a script comes to, and waits for it.
func evaluate[T any](t *testing.T, ctx context.Context, script string) T {
	t.Helper()
	got, err := chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("%s: %v", script, err)
	}
	return got
}

func browse(t *testing.T, ctx context.Context, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

// The reader's own page fits any screen, in both directions, and its forms work without a script.
func TestBrowserOwnPage(t *testing.T) {
	ctx := browser(t)
	site := openReader(t)
	seen := &sights{}
	if err := chromedp.Listen(ctx, seen.see); err != nil {
		t.Fatal(err)
	}
	for _, width := range []int64{180, 360, 1280} { // 180 is a phone at 200 % zoom
		size := emulation.SetDeviceMetricsOverrideParams{Width: width, Height: 800, DeviceScaleFactor: 1, Mobile: width < 600}
		if _, err := chromedp.Call(ctx, emulation.SetDeviceMetricsOverride, size); err != nil {
			t.Fatal(err)
		}
		for _, lang := range []string{"en", "fa", "ru"} {
			browse(t, ctx, chromedp.Navigate(site+".coranto/?lang="+lang))
			if over := evaluate[int](t, ctx, `document.documentElement.scrollWidth - window.innerWidth`); over > 0 {
				t.Errorf("%s at %d: %d pixels too wide", lang, width, over)
			}
		}
	}
	browse(t, ctx, chromedp.Navigate(site+".coranto/?lang=fa"))
	for _, action := range []struct{ button, says string }{
		{`button[value=refresh]`, "شمارهٔ تازه‌تری یافت نشد"},
		{`button[value=add]`, "آینه افزوده شد"},
		{`button[value=forget]`, "آینه فراموش شد"},
		{`button[value=remove]`, "پاک شد"},
	} {
		if strings.Contains(action.button, "add") {
			browse(t, ctx, chromedp.SendKeys("#mirror", "https://mirror.example/"))
		}
		browse(t, ctx, chromedp.Click(action.button), chromedp.WaitVisible(`//html[@dir="rtl"]//p[@class="said"][contains(., "`+action.says+`")]`))
	}
	seen.check(t, site)
}

// A newer edition that comes while a page is open is told of in the bar, and the page stays where it is.
func TestBrowserNewerEdition(t *testing.T) {
	ctx := browser(t)
	room := sampleRoom(t)
	site := readRoom(t, room)
	browse(t, ctx, chromedp.Navigate(site+"en/"), chromedp.WaitVisible("aside"))
	const frame = `document.querySelector('aside iframe')`
	if got := evaluate[string](t, ctx, frame+`.contentDocument.body.innerText`); !strings.Contains(got, "Edition 1 is the newest") {
		t.Errorf("got %q", got)
	}
	stories := filepath.Join(t.TempDir(), "stories")
	copyFS(t, stories, sample.Stories())
	copyFS(t, stories, sample.Corrected())
	run(t, nil, "-C", room, "import", "markdown", stories)
	run(t, nil, "-C", room, "publish")
	refreshByHand(t, site)
	evaluate[bool](t, ctx, `window.scrollTo(0, 400), window.stayed = true`)
	got := evaluate[string](t, ctx, `new Promise(done => {
		const f = `+frame+`
		f.onload = () => done([f.contentDocument.body.innerText, window.scrollY, window.stayed].join('|'))
		f.contentWindow.location.reload()
	})`)
	if !strings.Contains(got, "A newer edition is here") || !strings.HasSuffix(got, "|400|true") {
		t.Errorf("got %q", got)
	}
	evaluate[bool](t, ctx, frame+`.contentDocument.querySelector('a').click(), true`)
	browse(t, ctx, chromedp.WaitVisible("aside"))
	whole := `document.querySelectorAll('aside p')[1].textContent`
	got = evaluate[string](t, ctx, `new Promise(done => {
		const look = () => { try { if (!window.stayed) return done(`+whole+`) } catch (e) {} setTimeout(look, 20) }
		look()
	})`)
	if !strings.Contains(got, "edition 2") {
		t.Errorf("after showing it: got %q", got)
	}
}

// refreshByHand presses the button of the own page, without a browser.
func refreshByHand(t *testing.T, site string) {
	t.Helper()
	token := formToken(t, site)
	if did := postForm(t, site, url.Values{"token": {token}, "lang": {"en"}, "action": {"refresh"}}); !strings.Contains(did, "did_newer") {
		t.Fatalf("refresh: got %q", did)
	}
}

func formToken(t *testing.T, site string) string {
	t.Helper()
	found := regexp.MustCompile(`name="token" value="(\w+)"`).FindStringSubmatch(fetchText(t, site+".coranto/?lang=en"))
	if found == nil {
		t.Fatal("the own page has no token")
	}
	return found[1]
}

func fetchText(t *testing.T, address string) string {
	t.Helper()
	resp, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// postForm sends a form as the own page does and returns where it leads.
func postForm(t *testing.T, site string, form url.Values) string {
	t.Helper()
	req, err := http.NewRequest("POST", site+".coranto/do", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", "http://"+req.Host)
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	return resp.Header.Get("Location")
}

// The browser's command is given an address that tells nothing, and that leads to the site once: by itself and, as on
// systems where a file is needed, from a file.
func TestBrowserInvitation(t *testing.T) {
	ctx := browser(t)
	room := sampleRoom(t)
	for _, fromFile := range []bool{false, true} {
		dir := t.TempDir()
		script := filepath.Join(dir, "browser")
		arguments := filepath.Join(dir, "arguments")
		if err := errors.Join(unix.Mkfifo(arguments, 0o600), os.WriteFile(script, []byte("#!/bin/sh\nprintf %s \"$*\" > "+arguments+"\n"), 0o755)); err != nil {
			t.Fatal(err)
		}
		site := readRoom(t, room, "--browser", script+" --private-window")
		given, err := os.ReadFile(arguments) // waits for the command
		if err != nil {
			t.Fatal(err)
		}
		where, ok := strings.CutPrefix(string(given), "--private-window ")
		secret := strings.Split(site, "/")[3]
		if !ok || strings.Contains(where, secret) {
			t.Fatalf("the command got %q", where)
		}
		open := where
		if fromFile {
			name := filepath.Join(dir, "open.html")
			writeFile(t, name, `<!doctype html><meta http-equiv="refresh" content="0; url=`+where+`">`)
			open = "file://" + name
		}
		browse(t, ctx, chromedp.Navigate(open), chromedp.WaitVisible("aside.coranto-bar"))
		if got := evaluate[string](t, ctx, `location.href`); got != site {
			t.Errorf("from a file %v: got %s, want the site", fromFile, got)
		}
		if resp, err := http.Get(where); err != nil || resp.StatusCode != 404 {
			t.Errorf("a second use: got %v, %v", resp, err)
		}
		if resp, err := http.Get(site); err != nil || resp.StatusCode != 404 {
			t.Errorf("the address after a second use: got %v, %v", resp, err)
		}
	}
}

// probes is what a hostile page tries with an address; it tells what it could find out.
const probes = `(async base => {
	const element = (name, set) => new Promise(done => {
		const e = Object.assign(document.createElement(name), set)
		e.onload = () => done('load'), e.onerror = () => done('error')
		document.body.append(e)
	})
	const tried = async p => { try { const r = await p; return [r.type, r.status].join() } catch (e) { return e.name } }
	const socket = new Promise(done => {
		const s = new WebSocket(base.replace('http', 'ws'))
		s.onopen = () => done('open'), s.onerror = () => done('error')
	})
	const form = new URLSearchParams({token: TOKEN, action: 'add', mirror: 'https://evil.example/'})
	return JSON.stringify({
		image: await element('img', {src: base + 'x.jpg'}),
		style: await element('link', {rel: 'stylesheet', href: base + '.coranto/bar.css'}),
		script: await element('script', {src: base}),
		frame: await element('iframe', {src: base}) + frames.length,
		opaque: await tried(fetch(base, {mode: 'no-cors'})),
		cors: await tried(fetch(base)),
		post: await tried(fetch(base + '.coranto/do', {method: 'POST', mode: 'no-cors', body: form})),
		events: await new Promise(done => { const s = new EventSource(base); s.onopen = () => done('open'), s.onerror = () => { s.close(); done('error') } }),
		socket: await socket,
	})
})`

// A website in the same browser can't tell the reader from a server that has nothing, be it that it guesses its port or,
// at the very worst, knows the secret path and the token of its forms; nor can it do anything there.
func TestBrowserAttackers(t *testing.T) {
	ctx := browser(t)
	site := openReader(t)
	attack(t, ctx, site, formToken(t, site))
	if page := fetchText(t, site+".coranto/?lang=en"); strings.Contains(page, "evil.example") {
		t.Error("a website has added a mirror")
	}
}

// attack fails the test where a website can tell a site from a server that has nothing, or have a page of it.
func attack(t *testing.T, ctx context.Context, site, token string) {
	t.Helper()
	u, err := url.Parse(site)
	if err != nil {
		t.Fatal(err)
	}
	dumb := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) }))
	defer dumb.Close()
	hostile := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<!doctype html><title>hostile</title><body>")
	}))
	defer hostile.Close()
	script := strings.Replace(probes, "TOKEN", "'"+token+"'", 1)
	other := strings.Replace(hostile.URL, "127.0.0.1", "attacker.example", 1)
	for _, from := range []string{hostile.URL, other} { // the same site on another port, and another site
		try := func(base string) string {
			browse(t, ctx, chromedp.Navigate(from))
			return evaluate[string](t, ctx, script+"('"+base+"')")
		}
		want := try(dumb.URL + "/")
		if !strings.Contains(want, `"opaque":"opaque,0"`) || strings.Contains(want, "open") {
			t.Fatalf("the probes don't work: %s", want)
		}
		for _, base := range []string{"http://" + u.Host + "/", site} {
			if got := try(base); got != want {
				t.Errorf("from %s at %s:\n got %s\nwant %s", from, base, got, want)
			}
		}
	}

	// A name that is made to point here, after the browser has looked it up.
	rebound := strings.Replace(site, "127.0.0.1", "attacker.example", 1)
	browse(t, ctx, chromedp.Navigate(hostile.URL))
	if err := chromedp.Do(ctx, chromedp.Navigate(rebound)); err == nil || !strings.Contains(err.Error(), "ERR_HTTP_RESPONSE_CODE_FAILURE") {
		t.Errorf("rebinding: got %v, want an answer without a page", err)
	}
}

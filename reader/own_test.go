package reader_test

import (
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"coranto/reader"
)

// own is what the tests do on the reader's own page.
type own struct {
	t     *testing.T
	home  string // the address of the site
	token string
}

// openOwn opens the own page and learns the token of its forms.
func openOwn(t *testing.T, home string) own {
	t.Helper()
	o := own{t: t, home: home}
	found := regexp.MustCompile(`name="token" value="([0-9a-f]{32})"`).FindStringSubmatch(o.text(""))
	if found == nil {
		t.Fatal("the page has no token")
	}
	o.token = found[1]
	return o
}

// text returns the own page, as it is for a query.
func (o own) text(query string, header ...string) string {
	o.t.Helper()
	resp, body := ask(o.t, "GET", o.home+".coranto/"+query, header...)
	if resp.StatusCode != 200 {
		o.t.Fatalf("%q: got %d", query, resp.StatusCode)
	}
	return body
}

// post sends a form as the page does, with headers that differ from a browser's.
func (o own) post(form url.Values, header ...string) *http.Response {
	o.t.Helper()
	req, err := http.NewRequest("POST", o.home+".coranto/do", strings.NewReader(form.Encode()))
	must(o.t, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", "http://"+req.URL.Host)
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	for i := 0; i < len(header); i += 2 {
		if req.Header.Set(header[i], header[i+1]); header[i+1] == "" {
			req.Header.Del(header[i])
		}
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	must(o.t, err)
	body, err := io.ReadAll(resp.Body)
	must(o.t, err)
	resp.Body.Close()
	if len(body) > 0 {
		o.t.Errorf("got a body: %.100q", body)
	}
	return resp
}

// do carries out an action and returns the page that it leads to.
func (o own) do(action string, pairs ...string) string {
	o.t.Helper()
	form := url.Values{"token": {o.token}, "lang": {"en"}, "action": {action}}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	resp := o.post(form)
	u, err := url.Parse(resp.Header.Get("Location"))
	if resp.StatusCode != http.StatusSeeOther || err != nil || !strings.HasPrefix(o.home+".coranto/", "http://"+resp.Request.URL.Host+u.Path) {
		o.t.Fatalf("%s: got %d %q", action, resp.StatusCode, resp.Header.Get("Location"))
	}
	return o.text("?" + u.RawQuery)
}

func wantText(t *testing.T, page string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(page, w) {
			t.Errorf("got no %q in %s", w, page)
		}
	}
}

func TestOwnPage(t *testing.T) {
	p := newPress(t, 1)
	first := p.publish(front())
	r := p.open(reader.Options{}, first.source("a<b>.example"), liar(first).source("liar.example"))
	refresh(t, r)
	get(t, r, "fa/", "front")
	o := openOwn(t, local(t, p, r))
	page := o.text("?lang=en")
	wantText(t, page, `<html lang="en" dir="ltr">`, "<bdi>The Lantern</bdi>", "belong to edition 1", "FRESH: It was", "word alone",
		`<bdi dir="ltr">a&lt;b&gt;.example</bdi>`, "good", "dropped: sent what is not", "In memory alone: ", "of at most 268\u00a0MB",
		"Compare these words", "private window", "Remove everything")
	if regexp.MustCompile(`<p class="words"[^>]*>([a-z]+ ){7}[a-z]+<br><span>(\d{6} ){3}\d{6}<`).FindString(page) == "" {
		t.Error("got no words to compare")
	}
	for _, never := range []string{"<script", "http-equiv=\"refresh\"", "ZgotmplZ", "a<b>", "Evidence", "Save nothing"} {
		if strings.Contains(page, never) {
			t.Errorf("got %q in it", never)
		}
	}
	resp, _ := ask(t, "GET", o.home+".coranto/")
	if got := resp.Header.Get("Content-Security-Policy"); !strings.HasPrefix(got, "default-src 'none'; style-src 'self'; frame-ancestors 'none'") {
		t.Errorf("got %q", got)
	}
	for _, path := range []string{"own.css", "bar.css"} {
		if resp, body := ask(t, "GET", o.home+".coranto/"+path); resp.StatusCode != 200 || resp.Header.Get("Content-Type") != "text/css; charset=utf-8" || body == "" {
			t.Errorf("%s: got %d", path, resp.StatusCode)
		}
	}
	for _, path := range []string{"other", "evidence/fork-1", "evidence/", "do", "../latest"} {
		if resp, body := ask(t, "GET", o.home+".coranto/"+path); resp.StatusCode != 404 && path != "../latest" || body != "" && path != "../latest" {
			t.Errorf("%s: got %d %.100q", path, resp.StatusCode, body)
		}
	}
}

// liar returns files of which every object is another.
func liar(f files) files {
	lies := files{}
	for name, b := range f {
		lies[name] = b
		if name == "latest" {
			lies[name] = append([]byte("c2sp.org/tlog-proof@v1\nlies"), b...)
		}
	}
	return lies
}

// Before any edition the page says so, and what each mirror did.
func TestOwnPageWithoutEdition(t *testing.T) {
	p := newPress(t, 1)
	r := p.open(reader.Options{}, files{}.source("empty.example"))
	_, _ = r.Refresh(t.Context())
	o := openOwn(t, local(t, p, r))
	wantText(t, o.text("?lang=en"), "No edition has been found yet", "empty.example", "lacks files")
	wantText(t, o.do("refresh"), "No mirror could be reached")
}

// Every action does what it says, and says what came of it.
func TestOwnActions(t *testing.T) {
	keep, dir := dirKeep(t)
	p := newPress(t, 1)
	first := p.publish(front())
	changing := &switching{first: first.source("a"), asked: make(chan bool, 100)}
	r := p.open(reader.Options{Keep: keep}, changing)
	refresh(t, r)
	o := openOwn(t, local(t, p, r))
	wantText(t, o.text("?lang=en"), "On this device, not encrypted: ", dir, "Save nothing from now on")

	wantText(t, o.do("refresh"), "No newer edition was found.")
	p.now = p.now.Add(time.Hour)
	changing.then = p.publish(map[string]string{"fa/index.html": story("newer")}).source("a")
	changing.switched.Store(true)
	wantText(t, o.do("refresh"), "A newer edition was found.", "belong to edition 2")

	wantText(t, o.do("add", "mirror", "javascript:alert(1)"), "That is no mirror")
	wantText(t, o.do("add", "mirror", " https://mirror.example/x/ "), "was added", "mirror.example/x", `value="https://mirror.example/x/"`)
	if got := o.do("forget", "mirror", "https://mirror.example/x/"); !strings.Contains(got, "was forgotten") || strings.Contains(got, "mirror.example/x") {
		t.Errorf("forget: got %s", got)
	}
	wantText(t, o.do("forget", "mirror", "https://mirror.example/x/"), "could not be done")
	wantText(t, o.do("frobnicate"), "could not be done")

	wantText(t, o.do("stop"), "Nothing is saved from now on", "What you read now is not saved", `value="save"`)
	wantText(t, o.do("save"), "is saved again", `value="stop"`)
	if tree(t, dir) == "" {
		t.Error("nothing was kept")
	}
	wantText(t, o.do("remove"), "All that was kept is removed", "In memory alone")
	if got := tree(t, dir); got != "" {
		t.Errorf("left: %s", got)
	}
	if resp, body := ask(t, "GET", o.home+"fa/"); resp.StatusCode != 200 || !strings.Contains(body, "newer") {
		t.Errorf("after removing: got %d", resp.StatusCode)
	}
}

// An action that does not come from the page itself gets the answer of a server that knows nothing.
func TestOwnActionsAreGuarded(t *testing.T) {
	keep, dir := dirKeep(t)
	p := newPress(t, 1)
	r := p.open(reader.Options{Keep: keep}, p.publish(front()).source("a"))
	refresh(t, r)
	o := openOwn(t, local(t, p, r))
	before := tree(t, dir)
	good := url.Values{"token": {o.token}, "action": {"remove"}}
	for _, test := range []struct {
		name   string
		form   url.Values
		header []string
	}{
		{"no token", url.Values{"action": {"remove"}}, nil},
		{"another token", url.Values{"action": {"remove"}, "token": {strings.Repeat("0", 32)}}, nil},
		{"another origin", good, []string{"Origin", "http://attacker.example"}},
		{"no origin", good, []string{"Origin", ""}},
		{"null origin", good, []string{"Origin", "null"}},
		{"another port of this machine", good, []string{"Origin", "http://127.0.0.1:1"}},
		{"cross-site", good, []string{"Sec-Fetch-Site", "cross-site"}},
		{"same-site", good, []string{"Sec-Fetch-Site", "same-site"}},
		{"from nowhere", good, []string{"Sec-Fetch-Site", "none"}},
		{"another kind of form", good, []string{"Content-Type", "text/plain"}},
		{"too large", url.Values{"token": {o.token}, "action": {"remove"}, "x": {strings.Repeat("x", 5000)}}, nil},
	} {
		resp := o.post(test.form, test.header...)
		if resp.StatusCode != 404 || resp.Header.Get("Location") != "" {
			t.Errorf("%s: got %d %v", test.name, resp.StatusCode, resp.Header)
		}
	}
	for _, path := range []string{"do?action=remove&token=" + o.token, "?action=remove&token=" + o.token} {
		ask(t, "GET", o.home+".coranto/"+path)
	}
	if tree(t, dir) != before {
		t.Error("something was removed")
	}
	if resp := o.post(good, "Sec-Fetch-Site", ""); resp.StatusCode != http.StatusSeeOther {
		t.Errorf("an old browser's form: got %d", resp.StatusCode)
	}
}

// The frame in the bar tells of a newer edition than that of the page around it, and leads back to that page.
func TestFrame(t *testing.T) {
	p := newPress(t, 1)
	p.publish(front())
	r := p.open(reader.Options{}, p.publish(map[string]string{"x.html": story("x")}).source("a"))
	refresh(t, r)
	home := local(t, p, r)
	_, page := ask(t, "GET", home+"fa/")
	found := regexp.MustCompile(`<iframe src="([^"]*)"`).FindStringSubmatch(page)
	if found == nil {
		t.Fatalf("got no frame in %.300q", page)
	}
	u, err := url.Parse(home)
	must(t, err)
	src := "http://" + u.Host + strings.ReplaceAll(found[1], "&amp;", "&")
	resp, same := ask(t, "GET", src, "Sec-Fetch-Site", "same-origin", "Sec-Fetch-Dest", "iframe")
	wantText(t, same, "2", `http-equiv="refresh" content="60"`, `target="_top"`)
	if got := resp.Header.Get("Content-Security-Policy"); !strings.Contains(got, "frame-ancestors 'self'") {
		t.Errorf("got policy %q", got)
	}
	_, newer := ask(t, "GET", home+".coranto/newest?lang=en&edition=1&page=fa/")
	wantText(t, newer, `href="`+u.Path+`fa/"`, "A newer edition is here")
	_, odd := ask(t, "GET", home+`.coranto/newest?lang=en&edition=1&page=//attacker.example/"><x`)
	if strings.Contains(odd, `href="//`) || strings.Contains(odd, "<x") {
		t.Errorf("got %q", odd)
	}
}

// Proof of a fork can be taken from the page as a file.
func TestOwnPageHandsOutEvidence(t *testing.T) {
	p := newPress(t, 1)
	p.publish(front())
	thief := p.fork()
	honest := p.publish(map[string]string{"fa/index.html": story("true")})
	forked := thief.publish(map[string]string{"fa/index.html": story("false")})
	r := p.open(reader.Options{}, honest.source("a"), forked.source("b"))
	refresh(t, r)
	o := openOwn(t, local(t, p, r))
	found := regexp.MustCompile(`href="[^"]*(evidence/fork-[0-9a-f]+)"`).FindStringSubmatch(o.text("?lang=en"))
	if found == nil {
		t.Fatal("got no evidence on the page")
	}
	resp, body := ask(t, "GET", o.home+".coranto/"+found[1])
	if resp.StatusCode != 200 || !strings.HasPrefix(resp.Header.Get("Content-Disposition"), "attachment") || body == "" {
		t.Errorf("got %d %v %d bytes", resp.StatusCode, resp.Header, len(body))
	}
}

// The page is in the language that is asked for, or that the browser prefers.
func TestOwnPageLanguage(t *testing.T) {
	p := newPress(t, 1)
	r := p.open(reader.Options{}, p.publish(front()).source("a"))
	refresh(t, r)
	o := openOwn(t, local(t, p, r))
	for _, test := range []struct{ query, accept, want string }{
		{"", "", `<html lang="en" dir="ltr">`},
		{"", "fa-IR,fa;q=0.9,en;q=0.5", `<html lang="fa" dir="rtl">`},
		{"", "ru", `<html lang="ru" dir="ltr">`},
		{"", "xx, yy;q=2", `<html lang="en" dir="ltr">`},
		{"?lang=ru", "fa", `<html lang="ru" dir="ltr">`},
		{"?lang=prs", "", `<html lang="fa" dir="rtl">`},
		{"?lang=%22%3E%3Cx", "", `<html lang="en" dir="ltr">`},
	} {
		wantText(t, o.text(test.query, "Accept-Language", test.accept), test.want)
	}
}

// The page says plainly whether what is kept is encrypted, and that the rest of it is not.
func TestOwnPageSaysHowThingsAreKept(t *testing.T) {
	p := newPress(t, 1)
	dir := t.TempDir()
	r := p.open(reader.Options{Keep: sealed(t, dir, sealedMB)}, p.publish(front()).source("a"))
	refresh(t, r)
	o := openOwn(t, local(t, p, r))
	wantText(t, o.text("?lang=en"), "encrypted with your passphrase", dir, "how many files there are")
	wantText(t, o.do("remove"), "In memory alone")
	if got := tree(t, dir); got != "" {
		t.Errorf("left: %s", got)
	}
}

package judge_test

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/chromedp"
	"golang.org/x/net/html/atom"
)

// TestPolicy reads the Content-Security-Policy of every page: nothing is allowed but what the page needs, and its own
// style by its hash. It stands before whatever it governs.
func TestPolicy(t *testing.T) {
	for _, r := range rooms(t) {
		for _, d := range r.parse(t) {
			policy, governed := "", ""
			for n := range d.root.Descendants() {
				switch {
				case n.DataAtom == atom.Meta && strings.EqualFold(attribute(n, "http-equiv"), "Content-Security-Policy"):
					if policy != "" || governed != "" {
						t.Errorf("%s: a policy comes after %q, <%s>", d.path, policy, governed)
					}
					policy = attribute(n, "content")
				case n.DataAtom == atom.Link || n.DataAtom == atom.Style || n.DataAtom == atom.Script || n.DataAtom == atom.Img:
					governed = n.Data
				}
				if n.DataAtom == atom.Style {
					sum := sha256.Sum256([]byte(n.FirstChild.Data))
					if hash := base64.StdEncoding.EncodeToString(sum[:]); !strings.Contains(policy, "'sha256-"+hash+"'") {
						t.Errorf("%s: the policy does not allow its style, %s", d.path, hash)
					}
				}
			}
			checkPolicy(t, d.path, policy)
		}
	}
}

// allowed are the sources that a policy may name, for what. The hashes of styles come in addition.
var allowed = map[string]string{
	"default-src": "'none'", "base-uri": "'none'", "form-action": "'none'", "img-src": "'self' data:", "media-src": "'self'",
	"style-src": "'self'", "manifest-src": "'self'",
}

func checkPolicy(t *testing.T, p, policy string) {
	t.Helper()
	seen := map[string]bool{}
	for directive := range strings.SplitSeq(policy, ";") {
		words := strings.Fields(directive)
		if len(words) < 2 {
			t.Errorf("%s: the policy has the part %q", p, directive)
			continue
		}
		seen[words[0]] = true
		for _, source := range words[1:] {
			hash := words[0] == "style-src" && strings.HasPrefix(source, "'sha256-")
			if !hash && !strings.Contains(" "+allowed[words[0]]+" ", " "+source+" ") {
				t.Errorf("%s: the policy allows %s %s", p, words[0], source)
			}
		}
	}
	if !seen["default-src"] || !seen["base-uri"] || !seen["form-action"] {
		t.Errorf("%s: the policy is only %q", p, policy)
	}
}

// attack puts into a page what somebody who could write into it would.
const attack = `(elsewhere => {
	window.ran = [];
	const add = (name, set) => { const e = document.createElement(name); Object.assign(e, set); document.body.append(e); return e };
	add('script', {textContent: "ran.push('script')"});
	add('script', {src: elsewhere + 'script.js'});
	add('a', {id: 'click'}).setAttribute('onclick', "ran.push('handler')");
	document.getElementById('click').click();
	add('style', {textContent: 'body { outline: 7px solid red }'});
	const styled = add('p', {textContent: 'x'}); styled.setAttribute('style', 'outline: 7px solid red');
	add('link', {rel: 'stylesheet', href: elsewhere + 'style.css'});
	add('img', {src: elsewhere + 'picture.png'});
	add('video', {src: elsewhere + 'film.mp4'}).load();
	add('iframe', {src: elsewhere + 'frame.html'});
	add('object', {data: elsewhere + 'object.html'});
	fetch(elsewhere + 'fetch').catch(() => {});
	try { new Worker(elsewhere + 'worker.js') } catch {}
	navigator.sendBeacon(elsewhere + 'beacon');
	const form = add('form', {action: elsewhere + 'form', method: 'post'}); try { form.submit() } catch {}
	if (getComputedStyle(document.body).outlineWidth === '7px') ran.push('style');
	if (getComputedStyle(styled).outlineWidth === '7px') ran.push('style of an element');
	return new Promise(done => setTimeout(() => done(ran), 100));
})`

// TestPolicyHolds opens each kind of page in a browser: the page itself breaks no rule of its policy, and nothing that is
// put into it runs, shapes it, or asks anybody for anything.
func TestPolicyHolds(t *testing.T) {
	var asked record
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { asked.add(r.URL.Path) }))
	t.Cleanup(elsewhere.Close)
	r := sampleRoom(t)
	site := r.serve(t)
	tab := openBrowser(t)
	var complaints record
	if err := chromedp.Listen(tab, func(event any) {
		if e, ok := event.(*log.EventEntryAdded); ok && !strings.HasSuffix(e.Entry.URL, "/favicon.ico") {
			complaints.add(e.Entry.Text + " " + e.Entry.URL)
		}
	}); err != nil {
		t.Fatal(err)
	}
	pages := r.pair()
	for _, p := range pages {
		if err := chromedp.Do(tab, chromedp.Navigate(site+p)); err != nil {
			t.Fatalf("%s: %v", p, err)
		}
	}
	if said := complaints.all(); len(said) > 0 {
		t.Errorf("pages break their own policy: %q", said)
	}
	for _, p := range pages {
		before := len(complaints.all())
		if err := chromedp.Do(tab, chromedp.Navigate(site+p)); err != nil {
			t.Fatalf("%s: %v", p, err)
		}
		ran, err := chromedp.Run(tab, chromedp.Evaluate[[]string](fmt.Sprintf("%s(%q)", attack, elsewhere.URL+"/"), chromedp.EvalAwaitPromise))
		if err != nil {
			t.Fatal(err)
		}
		if len(ran) > 0 {
			t.Errorf("%s: it lets in %q", p, ran)
		}
		if n := len(complaints.all()) - before; n < 5 {
			t.Errorf("%s: the browser complained only %d times of an attack", p, n)
		}
	}
	if got := asked.all(); len(got) > 0 {
		t.Errorf("somebody else was asked for %q", got)
	}
}

// A record is what several goroutines note, in order.
type record struct {
	mu    sync.Mutex // guards notes
	notes []string
}

func (r *record) add(note string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.notes = append(r.notes, note)
}

func (r *record) all() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.notes)
}

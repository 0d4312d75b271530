package judge_test

import (
	"context"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// watchFocus counts what a keyboard can come to, in the order of the page, and notes where the focus goes: the number of
// the element, and what is wrong with how it shows. A film's own buttons count as the film.
const watchFocus = `(() => {
	const stops = [...document.querySelectorAll('a[href], summary, [tabindex="0"], video[controls], audio[controls]')].filter(e => e.checkVisibility());
	const ring = e => { const s = getComputedStyle(e); return s.outlineStyle + s.outlineWidth + s.outlineColor + s.boxShadow + s.backgroundColor };
	const before = new Map(stops.map(e => [e, ring(e)]));
	window.went = [];
	document.addEventListener('focusin', () => {
		const e = document.activeElement, box = e.getBoundingClientRect(), wrong = [];
		if (e.tagName !== 'VIDEO' && e.tagName !== 'AUDIO' && ring(e) === before.get(e)) wrong.push('looks the same');
		if (box.width < 1 || box.height < 1 || box.bottom < 1 || box.top > innerHeight || box.right < 1 || box.left > innerWidth) wrong.push('is out of sight');
		const seen = document.elementFromPoint((box.left + box.right) / 2, Math.max(1, Math.min(innerHeight - 1, (box.top + box.bottom) / 2)));
		if (!wrong.length && e.getClientRects().length === 1 && seen && seen !== e && !e.contains(seen) && !seen.contains(e)) wrong.push('is covered by ' + seen.outerHTML.slice(0, 80));
		window.went.push({Stop: stops.indexOf(e), What: e.outerHTML.slice(0, 120), Wrong: wrong.join(', ')});
	});
	return stops.length;
})()`

// A stop is where the focus went: what it is, and its number in the order of the page.
type stop struct {
	Stop        int
	What, Wrong string
}

// TestKeyboard walks through a page of each kind with the tabulator: to each link, in the order of the page, every one
// shown as the one it is at, and out again. The first link skips to the text.
func TestKeyboard(t *testing.T) {
	r := sampleRoom(t)
	site := r.serve(t)
	tab := openBrowser(t)
	if err := chromedp.Do(tab, screens[0].show()); err != nil {
		t.Fatal(err)
	}
	for _, p := range r.pair() {
		if err := chromedp.Do(tab, chromedp.Navigate(site+p)); err != nil {
			t.Fatalf("%s: %v", p, err)
		}
		n, err := chromedp.Run(tab, chromedp.Evaluate[int](watchFocus))
		if err != nil {
			t.Fatal(err)
		}
		for range min(n, 60) {
			if err := chromedp.Do(tab, chromedp.KeyEvent(kb.Tab)); err != nil {
				t.Fatal(err)
			}
		}
		went, err := chromedp.Run(tab, chromedp.Evaluate[[]stop]("window.went"))
		if err != nil {
			t.Fatal(err)
		}
		checkWay(t, p, min(n, 60), went)
		checkSkip(t, tab, site, p)
	}
}

// checkWay checks that the focus went to each of n stops in turn.
func checkWay(t *testing.T, p string, n int, went []stop) {
	t.Helper()
	next := 0
	for _, s := range went {
		if s.Wrong != "" {
			t.Errorf("%s: with the focus on it, %s %s", p, s.What, s.Wrong)
		}
		if s.Stop == next {
			next++
		} else if s.Stop != next-1 {
			t.Errorf("%s: the focus goes to stop %d, %s; want %d", p, s.Stop, s.What, next)
			return
		}
	}
	if next < n && !strings.Contains(p, "story") { // a film has stops of its own
		t.Errorf("%s: the tabulator came to %d of %d", p, next, n)
	}
	if n < 2 {
		t.Errorf("%s has only %d links", p, n)
	}
}

// checkSkip takes the first link, and wants the next stop to be in the text or after it.
func checkSkip(t *testing.T, tab context.Context, site, p string) {
	t.Helper()
	err := chromedp.Do(tab, chromedp.Navigate(site+p), chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(kb.Enter), chromedp.KeyEvent(kb.Tab))
	if err != nil {
		t.Fatal(err)
	}
	past, err := chromedp.Run(tab, chromedp.Evaluate[bool](`(() => { const main = document.querySelector('main'), e = document.activeElement;
		return location.hash.length > 1 && e !== document.body && !(main.compareDocumentPosition(e) & Node.DOCUMENT_POSITION_PRECEDING) })()`))
	if err != nil {
		t.Fatal(err)
	}
	if !past {
		t.Errorf("%s: the first link does not skip to the text", p)
	}
}

// named are the roles whose nodes must say what they are.
var named = map[string]bool{"link": true, "button": true, "image": true, "img": true, "heading": true, "Video": true, "Audio": true,
	"region": true, "RootWebArea": true, "DisclosureTriangle": true}

// TestNames holds what a screen reader is told on each kind of page: every link, picture and heading has a name.
func TestNames(t *testing.T) {
	r := sampleRoom(t)
	site := r.serve(t)
	tab := openBrowser(t)
	for _, p := range r.pair() {
		if err := chromedp.Do(tab, chromedp.Navigate(site+p)); err != nil {
			t.Fatalf("%s: %v", p, err)
		}
		tree, err := chromedp.Run(tab, func(ctx context.Context, tab *chromedp.Target) (accessibility.GetFullAXTreeResult, error) {
			return cdp.Call(ctx, tab, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
		})
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, node := range tree.Nodes {
			if node.Ignored || node.Role == nil || !named[strings.Trim(string(node.Role.Value), `"`)] {
				continue
			}
			if n++; node.Name == nil || strings.TrimSpace(strings.Trim(string(node.Name.Value), `"`)) == "" {
				t.Errorf("%s: a %s has no name", p, node.Role.Value)
			}
		}
		if n < 4 {
			t.Errorf("%s: a screen reader finds only %d things", p, n)
		}
	}
}

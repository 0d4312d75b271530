package judge_test

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
)

// A violation is what axe-core finds wrong with a page.
type violation struct{ Rule, Help, Where string }

// runAxe runs all rules of axe-core that are not experiments, WCAG 2.2's among them. It takes what axe can't tell, as
// text over a picture, for no violation, and leaves out what stands in frames.
const runAxe = `axe.run(document, {resultTypes: ['violations'], iframes: false, rules: {'target-size': {enabled: true}}}).then(r => r.violations.flatMap(
	v => v.nodes.slice(0, 3).map(n => ({Rule: v.id, Help: v.help, Where: n.html.slice(0, 200) + ' ' + n.any.map(c => c.message).join('; ')}))))`

// TestAxe has axe-core look at every kind of page in every language: in English and Persian on a phone and a desk, in
// light and dark; in the others on these four in turn.
func TestAxe(t *testing.T) {
	script, err := os.ReadFile(tool(t, "axe-core/axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	r := sampleRoom(t)
	site := r.serve(t)
	browser := openBrowser(t)
	looks := make(chan func(context.Context))
	var tabs sync.WaitGroup
	for range 2 {
		tab := openTab(t, browser)
		if err := chromedp.Do(tab, bring(string(script))); err != nil {
			t.Fatal(err)
		}
		tabs.Go(func() {
			for look := range looks {
				look(tab)
			}
		})
	}
	n := 0
	for i, p := range r.specimens(1) {
		on := screens[i%len(screens):][:1]
		if l := language(p); l == "" || l == "en" || l == "fa" {
			on = screens
		}
		n += len(on)
		looks <- func(tab context.Context) { judge(t, tab, site, p, on) }
	}
	close(looks)
	tabs.Wait()
	t.Logf("%d looks", n)
	t.Run("the gallery", func(t *testing.T) { judgeGallery(t, browser, string(script)) })
	t.Run("it sees", func(t *testing.T) { seesFaults(t, browser, string(script), site) })
}

// narrow is the narrowest screen that a page has to fit (WCAG 1.4.10), which is one of twice the width at twice the size of
// text; tooWide is by how much a page doesn't.
var narrow = screen{"narrow", 320, 640, "light"}

const tooWide = `document.documentElement.scrollWidth - document.documentElement.clientWidth`

// judge has axe-core look at a page on screens, once it is seen to fit the narrowest.
func judge(t *testing.T, tab context.Context, site, name string, on []screen) {
	if err := chromedp.Do(tab, narrow.show(), chromedp.Navigate(site+name)); err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	if n, err := chromedp.Run(tab, chromedp.Evaluate[int](tooWide)); err != nil || n > 0 {
		t.Errorf("%s is %d pixels wider than a screen of %d: %v", name, n, narrow.width, err)
	}
	for _, s := range on {
		if err := chromedp.Do(tab, s.show()); err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		found, err := chromedp.Run(tab, chromedp.Evaluate[[]violation](runAxe, chromedp.EvalAwaitPromise))
		if err != nil {
			t.Errorf("%s, %s: %v", name, s.name, err)
		}
		for _, v := range found {
			t.Errorf("%s, %s: %s: %s: %s", name, s.name, v.Rule, v.Help, v.Where)
		}
	}
}

// seesFaults makes faults in a page and wants axe-core to find them.
func seesFaults(t *testing.T, browser context.Context, script, site string) {
	tab := openTab(t, browser)
	spoil := `document.querySelector('main').insertAdjacentHTML('afterbegin', '<img src="x.jpg"><a href="x"></a>');
		for (const p of document.querySelectorAll('p')) p.style.color = '#888', p.style.background = '#999'`
	err := chromedp.Do(tab, bring(script), screens[0].show(), chromedp.Navigate(site+"en/index.html"))
	if err != nil {
		t.Fatal(err)
	}
	found, err := chromedp.Run(tab, chromedp.Evaluate[[]violation](fmt.Sprintf("(() => {%s})(); %s", spoil, runAxe), chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	rules := map[string]bool{}
	for _, v := range found {
		rules[v.Rule] = true
	}
	if err := chromedp.Do(tab, narrow.show()); err != nil {
		t.Fatal(err)
	}
	n, err := chromedp.Run(tab, chromedp.Evaluate[int](`document.querySelector('h1').style.minWidth = '400px', `+tooWide))
	if err != nil || n < 1 {
		t.Errorf("a page that is too wide seems to fit: %d, %v", n, err)
	}
	for _, want := range []string{"image-alt", "link-name", "color-contrast"} {
		if !rules[want] {
			t.Errorf("axe-core does not see %s: %v", want, found)
		}
	}
}

//go:build unix

package cli_test

import (
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"coranto/internal/mirror"
)

// breakingRoom makes a newsroom with one story in two languages, breaking from now on, with risk notices of two places
// and a way out, and serves it from a mirror. It returns what coranto read is given.
func breakingRoom(t *testing.T) (room, url string) {
	t.Helper()
	room = filepath.Join(t.TempDir(), "room")
	run(t, nil, "init", room, "--name", "The Lantern", "--languages", "en,fa")
	if err := os.MkdirAll(filepath.Join(room, "stories", "dam"), 0o755); err != nil {
		t.Fatal(err)
	}
	now := time.Now().UTC().Truncate(time.Second)
	for lang, headline := range map[string]string{
		"en": "The dam above the old town has broken, and all the bridges over the river are closed until further notice",
		"fa": "سد بالای شهر کهنه شکسته است و همهٔ پل‌های رودخانه تا اطلاع بعدی بسته‌اند و کسی نباید از آن‌ها بگذرد",
	} {
		writeFile(t, filepath.Join(room, "stories", "dam", lang+".md"), fmt.Sprintf("---\nheadline: %q\npublished: %s\nbreaking: %s\n---\n\nIt has.\n",
			headline, now.Add(-time.Minute).Format(time.RFC3339), now.Add(6*time.Hour).Format(time.RFC3339)))
	}
	writeFile(t, filepath.Join(room, "stories", "dam", "story.yaml"), "sources:\n  desk: {kind: own, name: {\"\": We}}\n")
	var notices strings.Builder
	for _, place := range []string{"borduria", "syldavia"} {
		fmt.Fprintf(&notices, "[[notice]]\nplace = %q\nlanguage = \"en\"\nname = %q\nshort = \"Sharing may be punished.\"\nlong = \"It may.\"\n", place, place)
	}
	writeFile(t, filepath.Join(room, "notices.toml"), notices.String())
	config, err := os.ReadFile(filepath.Join(room, "coranto.toml"))
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(room, "coranto.toml"), "exit_url = \"https://weather.example/\"\n"+string(config))
	run(t, nil, "-C", room, "import", "markdown", filepath.Join(room, "stories"))
	run(t, nil, "-C", room, "publish")
	root, err := os.OpenRoot(filepath.Join(room, "public"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	server := httptest.NewServer(mirror.Handler(root))
	t.Cleanup(server.Close)
	return room, server.URL + "/"
}

// Breaking news over a page is seen whole on any screen, in both directions; one risk notice can be chosen, and the way
// out tells nobody where it was followed, all without a script.
func TestBrowserLaidOver(t *testing.T) {
	ctx := browser(t)
	room, url := breakingRoom(t)
	site := readRoom(t, room, "--mirror", url)
	seen, left := &sights{}, make(departures, 16)
	if err := chromedp.Listen(ctx, seen.see); err != nil {
		t.Fatal(err)
	}
	for _, width := range []int64{360, 800, 1280} {
		size := emulation.SetDeviceMetricsOverrideParams{Width: width, Height: 800, DeviceScaleFactor: 1, Mobile: width < 600}
		if _, err := chromedp.Call(ctx, emulation.SetDeviceMetricsOverride, size); err != nil {
			t.Fatal(err)
		}
		for _, page := range []string{"en/index.html", "fa/safety.html", "fa/corrections/index.html"} {
			browse(t, ctx, chromedp.Navigate(site+page), chromedp.WaitVisible(".coranto-breaking"))
			got := evaluate[string](t, ctx, `(() => {
				const f = document.querySelector('.coranto-breaking iframe'), d = f.contentDocument.documentElement
				const a = d.querySelector('a').getBoundingClientRect(), inside = a.top >= 0 && a.bottom <= f.clientHeight && a.right <= f.clientWidth && a.left >= 0
				const wide = document.documentElement.scrollWidth > window.innerWidth
				return [d.dir, inside, wide, document.querySelectorAll('aside.breaking').length].join(' ')
			})()`)
			if want := map[string]string{"en": "ltr true false 0", "fa": "rtl true false 0"}[page[:2]]; got != want {
				t.Errorf("%s at %d: got %s, want %s", page, width, got, want)
			}
		}
	}
	browse(t, ctx, chromedp.Navigate(site+"en/index.html"), chromedp.Click(`.risk a[href*="#place"]`),
		chromedp.Click(`input[value=syldavia]`), chromedp.Click(`button[value=place]`), chromedp.WaitVisible(".said"),
		chromedp.Navigate(site+"en/index.html"))
	if got := evaluate[string](t, ctx, `document.querySelector('.risk').innerText`); !strings.Contains(got, "syldavia") || strings.Contains(got, "borduria") {
		t.Errorf("the notice that was chosen: got %q", got)
	}
	seen.check(t, site)

	if err := chromedp.Listen(ctx, left.see); err != nil {
		t.Fatal(err)
	}
	for _, page := range []string{"en/index.html", ".coranto/?lang=en", "en/none.html"} {
		browse(t, ctx, chromedp.Navigate(site+page))
		evaluate[bool](t, ctx, `setTimeout(() => document.querySelector('a.exit').click()), true`)
		select {
		case told := <-left:
			if told != "" {
				t.Errorf("%s: it told %s", page, told)
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("%s: the browser did not leave", page)
		}
	}
}

// departures tells of each request by which a browser leaves: the headers that say where it was.
type departures chan string

func (d departures) see(event any) {
	e, ok := event.(*network.EventRequestWillBeSent)
	if !ok || !strings.HasPrefix(e.Request.URL, "https://weather.example/") {
		return
	}
	told := ""
	for name, value := range e.Request.Headers {
		if strings.EqualFold(name, "Referer") || strings.EqualFold(name, "Origin") {
			told += fmt.Sprintf("%s: %v ", name, value)
		}
	}
	d <- told
}

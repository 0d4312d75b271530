package cli_test

import (
	"bufio"
	"context"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// TestBrowser opens the demo's site in a real browser through a real reader: pages are shown with their verdict, in
// their direction, at the width of a phone, without an error, and without asking anybody but the reader for anything.
func TestBrowser(t *testing.T) {
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("no browser: chromium is not installed")
	}
	site := openReader(t)
	ctx := openBrowser(t, chromium)
	seen := &sights{}
	if err := chromedp.Listen(ctx, seen.see); err != nil {
		t.Fatal(err)
	}

	for _, page := range []struct{ path, lang, dir, says, bar string }{
		{"", "en", "ltr", "The Sample Lantern", "AGE UNKNOWN"},
		{"en/index.html", "en", "ltr", "Stranded migrants", "AGE UNKNOWN"},
		{"en/story/2020/08/04/samara-border/index.html", "en", "ltr", "This newsroom has not verified the video", "AGE UNKNOWN"},
		{"fa/story/2020/08/04/samara-border/index.html", "fa", "rtl", "می‌خواستند", "عمر نامعلوم"},
		{"ru/index.html", "ru", "ltr", "The Sample Lantern", "ВОЗРАСТ НЕИЗВЕСТЕН"},
		{"ar/index.html", "ar", "rtl", "The Sample Lantern", ""},
	} {
		t.Run(page.path, func(t *testing.T) {
			if err := chromedp.Do(ctx, chromedp.Navigate(site+page.path)); err != nil {
				t.Fatal(err)
			}
			got, err := chromedp.Run(ctx, chromedp.Evaluate[shown](look))
			if err != nil {
				t.Fatal(err)
			}
			if got.Lang != page.lang || got.Dir != page.dir || !strings.Contains(got.Text, page.says) {
				t.Errorf("got lang %q, dir %q, %.300q", got.Lang, got.Dir, got.Text)
			}
			if !strings.Contains(got.Bar, page.bar) {
				t.Errorf("the bar says %q", got.Bar)
			}
			if got.Wide {
				t.Error("the page is wider than a phone")
			}
			if !got.Frame {
				t.Error("the bar's frame is empty")
			}
		})
	}
	if seen.check(t, site); seen.pictures() == 0 {
		t.Error("the browser showed no picture")
	}
}

// look tells what a page shows.
const look = `({
	lang: document.documentElement.lang,
	dir: document.documentElement.dir,
	text: document.body.innerText,
	bar: document.querySelector('aside').innerText,
	wide: document.documentElement.scrollWidth > window.innerWidth,
	frame: !!document.querySelector('aside iframe')?.contentDocument?.querySelector('a'),
})`

type shown struct {
	Lang string `json:"lang"`
	Dir  string `json:"dir"`
	Text string `json:"text"`
	Bar  string `json:"bar"`
	Wide bool   `json:"wide"`
	// Frame: the bar's frame shows something.
	Frame bool `json:"frame"`
}

// openReader publishes the sample stories and shows them with coranto read; it returns the address.
func openReader(t *testing.T) string {
	t.Helper()
	return readRoom(t, sampleRoom(t))
}

// sampleRoom makes a newsroom that has published the sample stories.
func sampleRoom(t *testing.T) string {
	t.Helper()
	room := filepath.Join(t.TempDir(), "room")
	run(t, nil, "init", room, "--name", "The Sample Lantern", "--languages", "en,ru,uk,be,kk,ky,uz,tg,tr,fa,ar")
	run(t, nil, "-C", room, "import", "markdown", filepath.Join("..", "sample", "stories"))
	run(t, nil, "-C", room, "publish")
	return room
}

// readRoom shows what a newsroom has published with coranto read, and returns the address.
func readRoom(t *testing.T, room string, more ...string) string {
	t.Helper()
	cmd := exec.Command("coranto", append([]string{"-q", "read", filepath.Join(room, "public", "masthead.json"), "--yes",
		"--mirror", filepath.Join(room, "public"), "--leave-no-trace"}, more...)...)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Signal(os.Interrupt)
		cmd.Wait()
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(line)
}

// openBrowser starts a browser of a phone's size that knows nobody on the network.
func openBrowser(t *testing.T, chromium string) context.Context {
	t.Helper()
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(chromium), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WindowSize(390, 844),
		chromedp.Flag("disable-quic", true), chromedp.Flag("host-resolver-rules", "MAP attacker.example 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"))
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	return ctx
}

// sights are what a browser asked for and complained of.
type sights struct {
	mu         sync.Mutex // guards what follows
	requests   []string
	complaints []string
}

func (s *sights) see(event any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		s.requests = append(s.requests, e.Request.URL)
	case *log.EventEntryAdded:
		if !strings.HasSuffix(e.Entry.URL, "/favicon.ico") {
			s.complaints = append(s.complaints, e.Entry.Text+" "+e.Entry.URL)
		}
	}
}

func (s *sights) check(t *testing.T, site string) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	own, err := url.Parse(site)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range s.requests {
		// The browser's own buttons for films stand in data URLs, which ask nobody.
		if u, err := url.Parse(r); err != nil || u.Host != own.Host && u.Scheme != "data" {
			t.Errorf("it asked for %.200s", r)
		}
	}
	if len(s.complaints) > 0 {
		t.Errorf("the browser complained: %q", s.complaints)
	}
}

// pictures returns how many pictures were asked for.
func (s *sights) pictures() (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.requests {
		if strings.HasSuffix(r, ".jpg") || strings.HasSuffix(r, ".avif") {
			n++
		}
	}
	return n
}

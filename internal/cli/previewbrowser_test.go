//go:build unix

package cli_test

import (
	"bufio"
	"context"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// previewRoom makes a newsroom with a story that is out and a folder with a draft that was not imported, and returns both.
func previewRoom(t *testing.T) (room, stories string) {
	t.Helper()
	s := tinyRoom(t)
	stories = filepath.Join(filepath.Dir(s.dir), "stories")
	draft(t, stories, "The mill closes")
	return s.dir, stories
}

// draft writes the draft of a newsroom.
func draft(t *testing.T, stories, headline string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(stories, "mill"), 0o755); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(stories, "mill", "en.md"), "---\nheadline: "+headline+"\npublished: 2026-11-22T15:00:00Z\ndraft: true\n"+
		"bylines:\n  - name: Unsayable Name\n    protected: true\n---\n\nIt closes in spring.\n")
}

// startPreview starts a preview and returns it with its address.
func startPreview(t *testing.T, room string, more ...string) (cmd *exec.Cmd, site string) {
	t.Helper()
	cmd = exec.Command("coranto", append([]string{"-q", "-C", room, "preview"}, more...)...)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return cmd, strings.TrimSpace(line)
}

// until waits until a script comes to true, on whatever page the browser has come to by then.
func until(t *testing.T, ctx context.Context, script string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	for {
		_, err := chromedp.Run(ctx, chromedp.Poll[bool](script))
		if err == nil {
			return
		}
		if ctx.Err() != nil {
			t.Fatalf("%s: %v", script, err)
		}
	}
}

// An editor opens the front and a draft from it, changes the draft, and sees the change without touching the browser; so
// with the theme. Every page holds its policy, and nothing is asked of anybody else.
func TestBrowserPreview(t *testing.T) {
	ctx := browser(t)
	room, stories := previewRoom(t)
	_, site := startPreview(t, room, stories)
	seen := &sights{}
	if err := chromedp.Listen(ctx, seen.see); err != nil {
		t.Fatal(err)
	}
	theme := filepath.Join(room, "theme", "theme.css")
	browse(t, ctx, chromedp.Navigate(site+"en/index.html"))
	until(t, ctx, `document.querySelector('aside').textContent.includes('Not out yet: 1')`)
	until(t, ctx, `getComputedStyle(document.querySelector('main a[href*="/mill/"]')).outlineStyle === 'dashed'`)
	browse(t, ctx, chromedp.Click(`main a[href*="/mill/"]`))
	until(t, ctx, `document.querySelector('aside').textContent.includes('Draft: ')`)
	until(t, ctx, `document.querySelector('h1').textContent === 'The mill closes'`)
	draft(t, stories, "The mill stays")
	until(t, ctx, `document.querySelector('h1').textContent === 'The mill stays'`)
	if err := os.Mkdir(filepath.Dir(theme), 0o755); err != nil {
		t.Fatal(err)
	}
	writeFile(t, theme, "h1 { text-transform: uppercase }")
	until(t, ctx, `getComputedStyle(document.querySelector('h1')).textTransform === 'uppercase'`)
	writeFile(t, theme, "h1 { background: url(https://attacker.example/) }")
	until(t, ctx, `document.querySelector('aside [role=alert]').textContent.includes('theme.css:1')`)
	writeFile(t, theme, "")
	until(t, ctx, `document.querySelector('aside [role=alert]') === null`)

	browse(t, ctx, chromedp.Navigate(site+"_components?lang=fa&scheme=dark"), chromedp.WaitVisible("main iframe"))
	const shown = `new Promise(done => { const f = document.querySelector('iframe'), look = () => f.contentDocument.querySelector('h1')
		? done(f.contentDocument.dir + ' ' + f.contentWindow.getComputedStyle(f.contentDocument.documentElement).colorScheme) : setTimeout(look, 50); look() })`
	if got := evaluate[string](t, ctx, shown); got != "rtl dark" {
		t.Errorf("the first component is %q", got)
	}
	seen.check(t, site)
	attack(t, ctx, site, "0")
}

// A preview that is killed leaves nothing behind: no file where programs put what is for a while, and not one byte of the
// newsroom's folder is another.
func TestPreviewKilled(t *testing.T) {
	elsewhere := t.TempDir()
	for _, name := range []string{"TMPDIR", "SQLITE_TMPDIR", "HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR", "XDG_DATA_HOME", "XDG_CONFIG_HOME"} {
		t.Setenv(name, elsewhere)
	}
	room, stories := previewRoom(t)
	before := hashes(t, room)
	cmd, site := startPreview(t, room, stories)
	if page := fetchText(t, site+"en/story/2026/11/22/mill/index.html"); !strings.Contains(page, "It closes in spring.") {
		t.Fatalf("the draft is not shown: %.200s", page)
	}
	draft(t, stories, "The mill stays")
	comesToShow(t, site, "en/story/2026/11/22/mill/index.html", "The mill stays")
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	cmd.Wait()
	if left := hashes(t, elsewhere); len(left) > 0 {
		t.Errorf("it left %v", left)
	}
	if after := hashes(t, room); !maps.Equal(before, after) {
		t.Errorf("the newsroom's folder has %v, want %v", after, before)
	}
}

// A page of a preview shows a change of anything that it is made of.
func TestPreviewSeesChanges(t *testing.T) {
	room, stories := previewRoom(t)
	_, site := startPreview(t, room)
	for _, change := range []struct{ file, text, want string }{
		{"coranto.toml", "name = \"Second\"\nlanguages = [\"en\"]\n[[target]]\nname = \"public\"\nkind = \"fs\"\npath = \"public\"\n", "Second"},
		{"notices.toml", "[[notice]]\nplace = \"x\"\nlanguage = \"en\"\nname = \"Freedonia\"\nshort = \"Mind.\"\nlong = \"Mind it.\"\n", "Freedonia"},
		{"pages/about.en.md", "# Who we are\n\nUs.\n", "Who we are"},
		{"theme/theme.css", "h1 { color: #123456 }", "#123456"},
	} {
		name := filepath.Join(room, change.file)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		writeFile(t, name, change.text)
		comesToShow(t, site, "en/index.html", change.want)
	}
	must(t, "-C", room, "import", "markdown", stories, "-q")
	comesToShow(t, site, "en/index.html", "The mill closes")
}

// comesToShow waits until a page of a preview has some words, as its own script waits for changes.
func comesToShow(t *testing.T, site, page, words string) {
	t.Helper()
	since := regexp.MustCompile(`changes\?since=[0-9]+`)
	for {
		text := fetchText(t, site+page)
		if strings.Contains(text, words) {
			return
		}
		if !strings.Contains(fetchText(t, site+".coranto/"+since.FindString(text)), "data: changed") {
			t.Fatalf("%s shows no %q, and nothing tells of a change: %.300s", page, words, text)
		}
	}
}

package judge_test

import (
	"context"
	"crypto/rand"
	"html"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"coranto/edition"
	"coranto/internal/news"
	"coranto/internal/store/sqlite"
	"coranto/reader"
)

// paperTags are the languages in which the newspaper is judged: two scripts from the left, two from the right.
var paperTags = []string{"ar", "en", "fa", "ru"}

// paperRoom returns a newsroom whose specimen came out today, so that it is in the newspaper, with files that are missing.
func paperRoom(t *testing.T) room {
	t.Helper()
	dir, stories, now := filepath.Join(t.TempDir(), "paper"), t.TempDir(), time.Now().UTC().Truncate(time.Second)
	err := writeSpecimen(stories, paperTags, now)
	if err != nil {
		t.Fatal(err)
	}
	for _, tag := range paperTags {
		name := filepath.Join(stories, "specimen", tag+".md")
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		today := strings.ReplaceAll(string(b), "2026-04-03T06:30:00Z", now.Add(-2*time.Hour).Format(time.RFC3339))
		today = strings.ReplaceAll(today, "2026-04-03T18:00:00Z", now.Add(-time.Hour).Format(time.RFC3339))
		if err := os.WriteFile(name, []byte(today), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, do := range []func() error{
		func() error { return initRoom(dir, paperTags, "exit_url = \"https://weather.example/\"\n") },
		func() error { return writeAll(dir, newsroomFiles(paperTags)) },
		func() error { return command("-C", dir, "import", "markdown", stories) },
		func() error { return loseFiles(t.Context(), dir) },
	} {
		if err := do(); err != nil {
			t.Fatal(err)
		}
	}
	r, err := publishRoom(dir)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// loseFiles has an import not find two files of the specimen: that above the text, and one at its end.
func loseFiles(ctx context.Context, dir string) error {
	st, err := sqlite.Open(ctx, dir)
	if err != nil {
		return err
	}
	defer st.Close()
	s, err := st.Story(ctx, "specimen")
	if err != nil {
		return err
	}
	for i := range s.Articles {
		r := &s.Articles[i].Revision
		r.Lead.Media, r.Lead.Missing = "", "https://before.example/flood.jpg"
		gone := &news.Figure{Missing: "lost.mp3", Decorative: true, Credit: "Tomas Weil"}
		r.Body = append(r.Body, news.Block{Kind: news.Picture, Figure: gone})
	}
	_, err = st.Put(ctx, s)
	return err
}

// readPaper serves the newspaper of a newsroom in some languages to its reader, and returns the base of its addresses.
func readPaper(t *testing.T, r room, tags []string, pictures bool) string {
	t.Helper()
	m, err := edition.ParseMasthead(r.read(t, "masthead.json"))
	if err != nil {
		t.Fatal(err)
	}
	folder, err := reader.Folder(r.public)
	if err != nil {
		t.Fatal(err)
	}
	rd, err := reader.Open(m, reader.Options{Sources: []reader.Source{folder}, Only: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { rd.Close() })
	if _, err := rd.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s, err := reader.NewServer(rd, l, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s.Papers, s.Since, s.Pictures = tags, 24*time.Hour, pictures
	runUntilEnd(t, s.Run)
	return s.URL()
}

var paperLink = regexp.MustCompile(`href="/[0-9a-f]{32}/([^"]+/\.paper\?story=[^"]+)"`)

// paperPages returns the pages of the newspaper in a language: its first, its stories, one that it does not have, and the
// reader's own.
func paperPages(t *testing.T, base, tag string) []string {
	t.Helper()
	front := tag + "/.paper"
	pages := []string{front, tag + "/topic/nature/", ".coranto/?lang=" + tag}
	for _, m := range paperLink.FindAllStringSubmatch(string(fetch(t, base+front)), -1) {
		pages = append(pages, html.UnescapeString(m[1]))
	}
	if len(pages) != 5 {
		t.Fatalf("the newspaper in %s has the pages %q, want its first, two stories, one that is not in it, and the reader's own", tag, pages)
	}
	return pages
}

// TestPaper has axe-core look at the reader's newspaper: on a phone and a desk, in light and dark, and on paper.
func TestPaper(t *testing.T) {
	script, err := os.ReadFile(tool(t, "axe-core/axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	browser := openBrowser(t)
	tab := openTab(t, browser)
	if err := chromedp.Do(tab, bring(string(script))); err != nil {
		t.Fatal(err)
	}
	looks := 0
	for base, pages := range papers(t) {
		for _, p := range pages {
			judge(t, tab, base, p, screens)
			judgePrinted(t, tab, p)
			looks += len(screens) + 1
		}
	}
	t.Logf("%d looks", looks)
}

// papers returns the pages of the newspaper in all its languages, by the base of their addresses: with pictures, and without.
func papers(t *testing.T) map[string][]string {
	t.Helper()
	r, all := paperRoom(t), map[string][]string{}
	for i, tags := range [][]string{{"en", "fa"}, {"ar", "ru"}} {
		base := readPaper(t, r, tags, i == 0)
		for _, tag := range tags {
			all[base] = append(all[base], paperPages(t, base, tag)...)
		}
	}
	return all
}

// keepPapers writes the pages of the newspaper into a folder, and returns their files. The reader's own page is not one:
// its tables say by their roles that they are tables, which the checker takes for needless where a narrow screen lays them out.
func keepPapers(t *testing.T) (files []string) {
	t.Helper()
	for base, pages := range papers(t) {
		pages = slices.DeleteFunc(pages, func(p string) bool { return strings.HasPrefix(p, ".coranto/") })
		files = append(files, keep(t, base, pages)...)
	}
	return files
}

// judgePrinted has axe-core look at the page that a tab is at as it would be printed, and sees that no player is.
func judgePrinted(t *testing.T, tab context.Context, name string) {
	t.Helper()
	print := func(ctx context.Context, tab *chromedp.Target) (none chromedp.Void, err error) {
		_, err = cdp.Call(ctx, tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
		return none, err
	}
	if err := chromedp.Do(tab, print); err != nil {
		t.Fatal(err)
	}
	found, err := chromedp.Run(tab, chromedp.Evaluate[[]violation](runAxe, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Errorf("%s, printed: %v", name, err)
	}
	for _, v := range found {
		t.Errorf("%s, printed: %s: %s: %s", name, v.Rule, v.Help, v.Where)
	}
	if err := chromedp.Do(tab, screens[0].show()); err != nil {
		t.Fatal(err)
	}
}

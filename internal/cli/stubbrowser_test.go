//go:build unix

package cli_test

import (
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"coranto/internal/mirror"
	"coranto/internal/store"
	"coranto/internal/store/sqlite"
)

// Browsers follow the stub at an old address to the article, on a mirror and through the reader.
func TestBrowserFollowsStubs(t *testing.T) {
	room := sampleRoom(t)
	config := filepath.Join(room, "coranto.toml")
	b, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(config, fmt.Appendf(nil, "old_sites = [\"lantern.example\"]\n%s", b), 0o644); err != nil {
		t.Fatal(err)
	}
	st, err := sqlite.Open(t.Context(), room)
	if err != nil {
		t.Fatal(err)
	}
	err = st.PutMoved(t.Context(), []store.Moved{{Address: "lantern.example/2014/05/border", ArticleID: store.ArticleID{Story: "samara-border", Lang: "fa"}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	run(t, nil, "-C", room, "publish")
	root, err := os.OpenRoot(filepath.Join(room, "public"))
	if err != nil {
		t.Fatal(err)
	}
	served := httptest.NewServer(mirror.Handler(root))
	t.Cleanup(func() { served.Close(); root.Close() })
	for _, site := range []string{served.URL + "/", readRoom(t, room)} {
		for _, path := range []string{"2014/05/border/", "2014/05/border/index.html"} {
			if dom := dump(t, site+path); !strings.Contains(dom, `<html lang="fa" dir="rtl">`) || !strings.Contains(dom, "/samara-border/") ||
				strings.Contains(dom, `http-equiv="refresh"`) || !strings.Contains(dom, `class="byline"`) {
				t.Errorf("%s shows %.500s", site+path, dom)
			}
		}
	}
}

// dump returns the page that a browser ends on when it is sent to an address.
func dump(t *testing.T, address string) string {
	t.Helper()
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("no browser: chromium is not installed")
	}
	cmd := exec.CommandContext(t.Context(), chromium, "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir="+t.TempDir(),
		"--virtual-time-budget=5000", "--dump-dom", address)
	dom, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(dom)
}

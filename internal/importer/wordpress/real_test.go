package wordpress_test

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"coranto/internal/importer"
	"coranto/internal/importer/web"
	"coranto/internal/importer/wordpress"
)

// TestRealSite asks a WordPress that runs, and wants the stories that its export has, to the letter. The site is
// CORANTO_WORDPRESS, its export CORANTO_WORDPRESS_EXPORT, CORANTO_WORDPRESS_LOGIN a USER:PASSWORD of an administrator.
func TestRealSite(t *testing.T) {
	site, export := os.Getenv("CORANTO_WORDPRESS"), os.Getenv("CORANTO_WORDPRESS_EXPORT")
	user, password, ok := strings.Cut(os.Getenv("CORANTO_WORDPRESS_LOGIN"), ":")
	if site == "" || export == "" || !ok {
		t.Skip("no WordPress that runs: set CORANTO_WORDPRESS, CORANTO_WORDPRESS_EXPORT and CORANTO_WORDPRESS_LOGIN")
	}
	opt := wordpress.ExportOptions{Scratch: t.TempDir()}
	client := web.NewClient(web.Options{Named: []string{site}})
	defer client.Close()
	s, err := wordpress.OpenSite(t.Context(), client, site, wordpress.Login{User: user, Password: password}, opt)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	x, err := wordpress.OpenExport([]string{export}, opt)
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	asked, exported := told(t, s), told(t, x)
	t.Logf("%d stories", len(asked))
	if got, want := slices.Sorted(maps.Keys(asked)), slices.Sorted(maps.Keys(exported)); !slices.Equal(got, want) {
		t.Fatalf("the site has the stories %q, its export %q", got, want)
	}
	for id, story := range asked {
		if story != exported[id] {
			t.Errorf("%s:\nsite   %s\nexport %s", id, story, exported[id])
		}
	}
}

// told returns the stories of a source as text, by their IDs.
func told(t *testing.T, src importer.Source) map[string]string {
	t.Helper()
	all := map[string]string{}
	for item, err := range src.Items(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		if item.Story != nil {
			b, err := json.Marshal(item.Story)
			if err != nil {
				t.Fatal(err)
			}
			all[item.Story.ID] += string(b)
		}
	}
	return all
}

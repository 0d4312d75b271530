package mirror_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"coranto/edition"
	"coranto/internal/mirror"
	targetfs "coranto/internal/target/fs"
	"coranto/reader"
)

// TestPublishedCorpus pulls what a newsroom has published of the corpus of real news, over a line that drops one
// connection in three: it ends whole, with a tenth more bytes at most. CORANTO_PUBLISHED names the folder, as the
// newsroom's public/.
func TestPublishedCorpus(t *testing.T) {
	public := os.Getenv("CORANTO_PUBLISHED")
	if public == "" {
		t.Skip("CORANTO_PUBLISHED names no published folder of a large newsroom")
	}
	b, err := os.ReadFile(filepath.Join(public, edition.MastheadPath))
	must(t, err)
	m, err := edition.ParseMasthead(b)
	must(t, err)
	costsATenth(t, serveDir(t, public), func(src reader.Source) {
		dir := scratch(t)
		to, err := targetfs.Open("mirror", dir)
		must(t, err)
		defer to.Close()
		state, err := os.OpenRoot(scratch(t))
		must(t, err)
		defer state.Close()
		_, err = mirror.Pull(t.Context(), mirror.Options{Masthead: m, Sources: []reader.Source{src}, To: to, State: state, Pause: time.Millisecond})
		must(t, err)
		folder, err := reader.Folder(dir)
		must(t, err)
		defer folder.Close()
		a, err := reader.Verify(t.Context(), folder, m, reader.VerifyOptions{})
		if err != nil || !a.Authentic || !a.Whole || len(a.Problems) > 0 {
			t.Fatalf("%+v, %v", a, err)
		}
	})
}

package wordpress_test

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"coranto/internal/importer"
	"coranto/internal/importer/importertest"
	"coranto/internal/importer/wordpress"
	"coranto/internal/news"
)

// TestHostile has an item that was made to do harm, or is damaged, between two that are whole: it alone is refused or made
// harmless.
func TestHostile(t *testing.T) {
	t.Parallel()
	content := func(text string) string { return "<content:encoded><![CDATA[" + text + "]]></content:encoded>" }
	for _, c := range []struct {
		name, item string
		// refused is a part of the reason; "" where the item comes in, and what of it must not: never.
		refused, never string
	}{
		{name: "an entity of its own", item: post(2, "Laughs", "<excerpt:encoded>&lol9;</excerpt:encoded>"), refused: "&lol9; is no entity"},
		{name: "a document type in an item", item: post(2, "Laughs", `<!DOCTYPE x [<!ENTITY lol "lol">]>`), refused: "a declaration"},
		{name: "a bare ampersand", item: "<item><title>A & B</title><wp:post_id>2</wp:post_id></item>", refused: "& that begins no entity"},
		{name: "a tag that is not closed", item: post(2, "Open", "<category>"), refused: "where <category> is open"},
		{name: "nested too deep", item: post(2, "Deep", strings.Repeat("<a>", 100)+strings.Repeat("</a>", 100)), refused: "nested over"},
		{name: "no ID", item: strings.Replace(post(2, "None"), "<wp:post_id>2</wp:post_id>", "", 1), refused: "no ID"},
		{name: "a script in the title", item: post(2, "Safe<script>alert(1)</script>"), never: "alert"},
		{name: "a script in the text", item: post(2, "Safe", content("<p>Text</p><script>alert(1)</script><img src=x onerror=alert(1)>")), never: "alert"},
		{name: "a script in a caption", item: post(2, "Safe", content(`<figure><img src="/a.png" alt="A"><figcaption><a href="javascript:alert(1)">x</a></figcaption></figure>`)), never: "alert"},
		{name: "a name that leads out", item: post(2, "Safe", content(`<img src="../../../etc/passwd" alt="A"><img src="file:///etc/passwd" alt="B">`)), never: "file:"},
		{name: "control characters", item: post(2, "Safe\x01\x1b[31m"), never: "\x1b"},
		{name: "bytes that are no text", item: post(2, "Safe \xff\xfe"), never: "\xff"},
		{name: "an e-mail address for a name", item: post(2, "Safe", "<dc:creator>nina@mail.example</dc:creator>"), never: "mail.example"},
		{name: "ten thousand terms", item: post(2, "Safe", manyTerms(10_000)), never: "term 150"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			x := openExport(t, wordpress.ExportOptions{Languages: []string{"en"}}, wxr(t, post(1, "First"), c.item, post(3, "Last")))
			all := items(t, x)
			got := stories(all)
			if _, ok := got["1"]; !ok {
				t.Error("the item before is gone")
			}
			if _, ok := got["3"]; !ok {
				t.Error("the item after is gone")
			}
			s, came := got["2"]
			i := slices.IndexFunc(all, func(it importer.Item) bool { return it.Err != nil })
			switch {
			case came != (c.refused == ""):
				t.Errorf("it came in: %v", came)
			case !came && !strings.Contains(all[i].Err.Error(), c.refused):
				t.Errorf("got %q, want %q", all[i].Err, c.refused)
			case !came && !strings.Contains(all[i].At.File, "site.xml:"):
				t.Errorf("the place %q names no line", all[i].At.File)
			case came && strings.Contains(fmt.Sprintf("%+v", s), c.never):
				t.Errorf("%q came in: %+v", c.never, s)
			case came && s.Validate() != nil:
				t.Errorf("it is not valid: %v", s.Validate())
			}
		})
	}
}

func manyTerms(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `<category domain="post_tag" nicename="term-%d">term %[1]d</category>`, i)
	}
	return b.String()
}

// TestGuessed has an item whose text was left open, so that the next one seems to stand in it: that comes in, but is not
// published, for a reader could have written it as a comment.
func TestGuessed(t *testing.T) {
	t.Parallel()
	open := strings.Replace(post(1, "Open"), "Text of 1.</p>]]>", "Text of 1.</p>", 1)
	x := openExport(t, wordpress.ExportOptions{Languages: []string{"en"}}, wxr(t, open, post(2, "Second"), post(3, "Third")))
	got := stories(items(t, x))
	if len(got) != 2 || got["2"].Articles[0].Status != news.Draft || got["3"].Articles[0].Status != news.Published {
		t.Errorf("got %+v, want the second as a draft and the third published", got)
	}
	said := `<wp:comment><wp:comment_id>1</wp:comment_id><wp:comment_content><![CDATA[Nice. </item>` + "\n" + post(9, "Forged") + `]]></wp:comment_content></wp:comment>`
	said = strings.ReplaceAll(strings.ReplaceAll(said, "<p>Text of 9.</p>]]>", "<p>Text of 9.</p>]]]]><![CDATA[>"), "Forged]]>", "Forged]]]]><![CDATA[>")
	x = openExport(t, wordpress.ExportOptions{Languages: []string{"en"}}, wxr(t, post(1, "First", said), post(2, "Second")))
	if got := stories(items(t, x)); len(got) != 2 || got["9"].ID != "" {
		t.Errorf("got %v, want the two that are none of a comment", got)
	}
}

// TestCutOff has exports that end in the middle, or that were packed and are damaged.
func TestCutOff(t *testing.T) {
	t.Parallel()
	whole := wxr(t, post(1, "First"), post(2, "Second"))
	text, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name string, b []byte) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	var packed strings.Builder
	z := gzip.NewWriter(&packed)
	if _, err := z.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, file string
		stories    int
		err        string
	}{
		{"packed", write("whole.xml.gz", []byte(packed.String())), 2, ""},
		{"cut in the second item", write("cut.xml", text[:len(text)-120]), 1, "no end"},
		{"cut in the pack", write("cut.xml.gz", []byte(packed.String()[:packed.Len()-20])), 1, "unexpected EOF"},
		{"no export", write("notes.xml", []byte("<rss><channel><item><title>A feed</title></item></channel></rss>")), 0, "no export"},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := openExport(t, wordpress.ExportOptions{Languages: []string{"en"}}, c.file, whole)
			all := items(t, x)
			var faults []string
			n := 0
			for _, it := range all {
				if it.Err != nil {
					faults = append(faults, it.Err.Error())
				}
				if it.Story != nil {
					n++
				}
			}
			faults = slices.DeleteFunc(faults, func(s string) bool { return strings.Contains(s, "another item") })
			// The second file has both posts once more, and brings in those that the first could not.
			if n != 2 || (c.err == "") != (len(faults) == 0) || c.err != "" && !strings.Contains(faults[0], c.err) {
				t.Errorf("got %d stories and %q, want 2 and %q", n, faults, c.err)
			}
		})
	}
}

// TestStopped stops an import as a kill would, after some batches, and goes on with another Export.
func TestStopped(t *testing.T) {
	t.Parallel()
	name, has := generated(t, 4<<20)
	languages := []string{"en", "ru", "uk", "fa", "ar"}
	st := importertest.NewStore(t)
	stopped := errors.New("stopped")
	var report importer.Report
	for runs := 0; ; runs++ {
		x := openExport(t, wordpress.ExportOptions{Languages: languages}, name)
		ctx, stop := context.WithCancelCause(t.Context())
		var err error
		report, err = importer.Import(ctx, st, x, importer.Options{Languages: languages, Progress: func(done, total int, _ string) {
			if runs == 0 && 300 < done && done < total {
				stop(stopped)
			}
		}})
		stop(nil)
		if err == nil {
			break
		}
		if runs > 0 || context.Cause(ctx) != stopped {
			t.Fatal(err)
		}
	}
	for kind, n := range has {
		if got := report.Kinds[kind]; got.Has != n || !got.AddsUp() {
			t.Errorf("%s: %+v, want %d", kind, got, n)
		}
	}
	if !report.Resumed || report.Refused > 0 || report.New == 0 {
		t.Errorf("resumed %v, refused %d, new %d", report.Resumed, report.Refused, report.New)
	}
}

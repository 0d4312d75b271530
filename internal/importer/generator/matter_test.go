package generator_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coranto/internal/importer"
	"coranto/internal/importer/generator"
)

// page returns the only item of a site of Hugo with one page.
func page(t *testing.T, text string) importer.Item {
	t.Helper()
	s, err := open(t, tree(t, []byte("-- hugo.toml --\nbaseURL = 'https://lantern.example'\n-- content/posts/a.md --\n"+text)), generator.Hugo)
	if err != nil {
		t.Fatal(err)
	}
	for _, it := range items(t, s) {
		return it
	}
	t.Fatal("got no item")
	return importer.Item{}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"no end":   {"---\ntitle: x\n", "content/posts/a.md: its front matter has no end: a line ---"},
		"yaml":     {"---\ntitle: x\ndate: [\n---\n", "content/posts/a.md:3: did not find"},
		"toml":     {"+++\ntitle = 'x'\ndate = \n+++\n", "content/posts/a.md:3: "},
		"json":     {"{\"title\": }\n", "content/posts/a.md: its front matter can't be read"},
		"list":     {"---\n- a\n---\n", "it holds no keys with values"},
		"bomb":     {"---\na: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: [*d,*d,*d,*d,*d,*d,*d,*d,*d]\n---\n", "over 20000 values"},
		"deep":     {"---\na: " + strings.Repeat("[", 40) + strings.Repeat("]", 40) + "\n---\n", "nested over 30 deep"},
		"large":    {"---\na: " + strings.Repeat("x", 300_000) + "\n---\n", "of front matter are over the limit"},
		"date":     {"---\ntitle: x\ndate: tomorrow\n---\n", `date "tomorrow" can't be read`},
		"calendar": {"---\ntitle: x\ndate: 2026-02-30\n---\n", "not in the calendar"},
		"marks":    {"---\ntitle: x\ndate: 2026-01-01\n---\n" + strings.Repeat("a*", 6000), "over 5000 marks"},
	} {
		it := page(t, c.text)
		got := ""
		if it.Err != nil {
			got = fmt.Sprintf("%s: %s", it.At, it.Err)
		}
		if !strings.Contains(got, c.want) {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

func TestNoSite(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ tree, layout, want string }{
		"no address": {"-- _config.yml --\ntitle: x\n", generator.Jekyll, "--site"},
		"zone":       {"-- hugo.yaml --\nbaseURL: https://a.example\ntimeZone: Mars/Base\n", generator.Hugo, `time zone "Mars/Base"`},
		"config":     {"-- hugo.json --\n{\n", generator.Hugo, "hugo.json: "},
		"neither":    {"-- a.md --\n", "", `there is no layout ""`},
	} {
		_, err := open(t, tree(t, []byte(c.tree)), c.layout)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
	if _, err := open(t, tree(t, []byte("-- _config.yml --\n-- CNAME --\nlantern.example\n")), generator.Jekyll); err != nil {
		t.Errorf("CNAME: %v", err)
	}
}

// TestHostile shows that nothing outside of the folder comes in, and no script.
func TestHostile(t *testing.T) {
	t.Parallel()
	dir := tree(t, []byte("-- hugo.toml --\nbaseURL = 'https://lantern.example'\n-- content/posts/a.md --\n---\ntitle: x\ndate: 2026-01-01\n"+
		"image: ../../../../secret.png\nurl: /../../b/\n---\n![s](../../../secret.png) {{< figure src=\"file:///secret.png\" caption=\"<script>x()</script>\" >}}\n"))
	secret := filepath.Join(t.TempDir(), "secret.md")
	if err := errors.Join(os.WriteFile(secret, []byte("---\ntitle: secret\n---\n"), 0o600),
		os.Symlink(secret, filepath.Join(dir, "content/posts/link.md"))); err != nil {
		t.Fatal(err)
	}
	s, err := open(t, dir, generator.Hugo)
	if err != nil {
		t.Fatal(err)
	}
	all := items(t, s)
	if it := all["content/posts/link.md"]; it.Story != nil {
		t.Errorf("a symbolic link was followed: %+v", it)
	}
	got := show(all["content/posts/a.md"])
	if strings.Contains(got, "x()") || strings.Contains(got, "file:") || !strings.Contains(got, "https://lantern.example/secret.png") {
		t.Errorf("got %s", got)
	}
	if _, _, err := s.Open(t.Context(), "../secret.md"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

// FuzzPage looks for a page that breaks the rules of a source, or takes the program down.
func FuzzPage(f *testing.F) {
	for _, seed := range []string{
		"---\ntitle: x\ndate: 2026-01-01\n---\n{{< a >}}{{< /a >}}{{</* b */>}}{{% c \"d\" e=`f` %}}",
		"+++\ntitle = 'x'\ndate = 2026-01-01T00:00:00Z\n+++\n{% raw %}{{ x }}{% endraw %}{{ page.title | append: 'x' }}{% highlight a %}b{% endhighlight %}{: .c}",
		"{\"title\": \"x\", \"date\": 5, \"images\": [\"a\"]}\n{% include figure.html src='a' %}{{< ref \"a\" >}}",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(text, "\n-- ") || strings.HasPrefix(text, "-- ") {
			t.Skip("another file")
		}
		for _, c := range []struct{ head, layout string }{
			{"-- hugo.toml --\nbaseURL = 'https://lantern.example'\n-- content/posts/a.md --\n", generator.Hugo},
			{"-- _config.yml --\nurl: https://lantern.example\n-- _posts/2026-01-01-a.md --\n", generator.Jekyll},
		} {
			s, err := open(t, tree(t, []byte(c.head+text)), c.layout)
			if err != nil {
				t.Fatal(err)
			}
			for it, err := range s.Items(t.Context(), "") {
				if err != nil || it.Kind == "" || it.Mark == "" || it.Story != nil && it.Err != nil {
					t.Errorf("got %+v, %v", it, err)
				}
			}
		}
	})
}

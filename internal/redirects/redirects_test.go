package redirects_test

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"iter"
	"slices"
	"strings"
	"testing"

	"coranto/internal/redirects"
)

const base = "https://news.example/"

// moved are old addresses, of the plain and of the hostile kind, sorted as the store has them.
var moved = sorted(
	"lantern.example/2014/05/border",
	"lantern.example/2014/05/border-2",
	"lantern.example/2014/05/border/more",
	"lantern.example/about.html",
	"lantern.example/Border.php",
	"lantern.example/Caf%C3%A9",
	"lantern.example/مرز/بسته شد",
	"lantern.example/a%20b%2Cc",
	"lantern.example/1+1=2 (really).*",
	"lantern.example/$1 $host %{HTTP_HOST} ${HOME} %1",
	`lantern.example/"; return 302 evil.example; "`,
	`lantern.example/back\slash\" x`,
	"lantern.example/{$HOME} {path}",
	"lantern.example/} respond evil {",
	"lantern.example/CASE",
	"lantern.example/~regex",
	"lantern.example/*",
	"lantern.example/:splat",
	"lantern.example?p=12",
	"lantern.example?p=123",
	"lantern.example?page_id=7&preview=1.5",
	"lantern.example/2014/05?p=9",
	"lantern.example/cgi?q=مرز",
)

func sorted(addresses ...string) (all []redirects.Redirect) {
	slices.Sort(addresses)
	for i, a := range addresses {
		to := base + "fa/story/2014/05/01/s" + string(rune('a'+i)) + "/index.html"
		all = append(all, redirects.Redirect{From: a, To: to})
	}
	return all
}

func all(rs []redirects.Redirect) redirects.All {
	return func() iter.Seq2[redirects.Redirect, error] {
		return func(yield func(redirects.Redirect, error) bool) {
			for _, r := range rs {
				if !yield(r, nil) {
					return
				}
			}
		}
	}
}

func write(t *testing.T, format string, rs []redirects.Redirect) (string, redirects.Count) {
	t.Helper()
	var b strings.Builder
	n, err := redirects.Write(&b, format, all(rs))
	if err != nil {
		t.Fatal(err)
	}
	return b.String(), n
}

func TestTables(t *testing.T) {
	text, n := write(t, "json", moved)
	var got []struct{ From, To string }
	if err := json.Unmarshal([]byte(text), &got); err != nil || len(got) != len(moved) || n.Written != len(moved) || n.Left != 0 {
		t.Fatalf("%d of %d, %v: %s", n.Written, len(got), err, text)
	}
	for i, want := range map[string]string{
		"lantern.example?p=12":       "https://lantern.example/?p=12",
		"lantern.example/a%20b%2Cc":  "https://lantern.example/a%20b%2Cc",
		"lantern.example/Caf%C3%A9":  "https://lantern.example/Caf%C3%A9",
		"lantern.example/about.html": "https://lantern.example/about.html",
		"lantern.example/cgi?q=مرز":  "https://lantern.example/cgi?q=%D9%85%D8%B1%D8%B2",
	} {
		at := slices.IndexFunc(moved, func(r redirects.Redirect) bool { return r.From == i })
		if alike := strings.ReplaceAll(got[at].From, "%2C", ","); alike != strings.ReplaceAll(want, "%2C", ",") || got[at].To != moved[at].To {
			t.Errorf("got %+v, want %s", got[at], want)
		}
	}
	text, _ = write(t, "csv", moved)
	if rows, err := csv.NewReader(strings.NewReader(text)).ReadAll(); err != nil || len(rows) != len(moved)+1 || rows[1][1] != moved[0].To {
		t.Errorf("%v: %s", err, text)
	}
	if text, _ := write(t, "json", nil); text != "[]\n" {
		t.Errorf("of nothing got %q", text)
	}
}

// TestLeft leaves out what no server can tell from others: its front, a line break, and what would lead to itself.
func TestLeft(t *testing.T) {
	rs := []redirects.Redirect{
		{From: "lantern.example", To: base + "x"}, {From: "lantern.example/a%0Ab", To: base + "x"},
		{From: "lantern.example/" + strings.Repeat("a", 3000), To: base + "x"},
		{From: "news.example/en/story/2014/05/01/a", To: base + "en/story/2014/05/01/a/index.html"},
		{From: "news.example/en/story/2014/05/01/b/index.html", To: "/en/story/2014/05/01/b/index.html"},
	}
	for _, format := range []string{"nginx", "apache", "caddy", "netlify"} {
		if text, n := write(t, format, rs); n.Written != 0 || n.Left != len(rs) || strings.Contains(text, "news.example") {
			t.Errorf("%s: got %+v:\n%s", format, n, text)
		}
	}
}

func TestErrors(t *testing.T) {
	if _, err := redirects.Write(&strings.Builder{}, "iis", all(nil)); err == nil || !strings.Contains(err.Error(), "apache, caddy, csv, json, netlify, nginx") {
		t.Errorf("got %v, want the formats", err)
	}
	broken := errors.New("broken")
	for _, format := range redirects.Formats() {
		_, err := redirects.Write(&strings.Builder{}, format, func() iter.Seq2[redirects.Redirect, error] {
			return func(yield func(redirects.Redirect, error) bool) { yield(redirects.Redirect{}, broken) }
		})
		if !errors.Is(err, broken) {
			t.Errorf("%s: got %v", format, err)
		}
	}
}

// TestNetlify reads its lines as such hosts do: by blanks.
func TestNetlify(t *testing.T) {
	text, n := write(t, "netlify", moved)
	for l := range strings.Lines(text) {
		fields := strings.Fields(l)
		if len(fields) < 3 || !strings.HasPrefix(fields[0], "/") || strings.ContainsAny(fields[0], "*:") ||
			!strings.HasPrefix(fields[len(fields)-2], base) || fields[len(fields)-1] != "301!" {
			t.Errorf("got the line %q", l)
		}
	}
	for _, want := range []string{"/ p=12 https://", "/about.html https://", "/2014/05/border/ https://", "/%D9%85%D8%B1%D8%B2/%D8%A8"} {
		if !strings.Contains(text, "\n"+want) && !strings.HasPrefix(text, want) {
			t.Errorf("no line begins with %q:\n%s", want, text)
		}
	}
	if n.Written != len(moved) {
		t.Errorf("got %+v", n)
	}
}

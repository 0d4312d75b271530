package edition_test

import (
	"errors"
	"io/fs"
	"strings"
	"testing"

	"coranto/edition"
)

// shortLine is a valid short form, of the root "12345678901234567890123456789012" (its hash, not its bytes).
const shortLine = "coranto:1:1:GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZA:https://mirror.example/lantern/#The%20Lantern"

func short() edition.Short {
	return edition.Short{
		Version: 1, Root: edition.Hash([]byte("12345678901234567890123456789012")),
		Mirror: "https://mirror.example/lantern/", Name: "The Lantern",
	}
}

func TestShortText(t *testing.T) {
	if got := short().String(); got != shortLine {
		t.Errorf("got %s, want %s", got, shortLine)
	}
	names := []string{"L", "روزنامهٔ می‌خواهیم", "Новая газета", "a+b%2B#:c", "~-._", strings.Repeat("й", 100)}
	mirrors := []string{"http://[::1]:8080", "https://a.example:444/x:y/%23/"}
	for _, name := range names {
		for _, mirror := range mirrors {
			want := edition.Short{Version: 1 << 53, Root: short().Root, Mirror: mirror, Name: name}
			line := want.String()
			got, err := edition.ParseShort(line)
			if err != nil || got != want {
				t.Errorf("%s: got %+v, %v, want %+v", line, got, err, want)
			}
			if len(line) > edition.MaxShort || strings.IndexFunc(line, func(r rune) bool { return r <= ' ' || r > '~' }) >= 0 {
				t.Errorf("%s: not one ASCII word of at most %d bytes", line, edition.MaxShort)
			}
		}
	}
	// What a newsroom of an ordinary name prints stays a small QR code.
	s := short()
	s.Name = "روزنامهٔ فانوس"
	if n := len(s.String()); n > 200 {
		t.Errorf("%d characters, want at most 200", n)
	}
}

func TestShortRefusals(t *testing.T) {
	for name, r := range map[string][2]string{
		"another scheme":             {"coranto:", "koranto:"},
		"scheme in capitals":         {"coranto:", "CORANTO:"},
		"another form":               {"coranto:1:", "coranto:2:"},
		"space before it":            {"coranto:", " coranto:"},
		"newline after it":           {"Lantern", "Lantern\n"},
		"version 0":                  {":1:G", ":0:G"},
		"version with a zero":        {":1:G", ":01:G"},
		"version with a sign":        {":1:G", ":+1:G"},
		"version too high":           {":1:G", ":9007199254740993:G"},
		"version beyond all":         {":1:G", ":99999999999999999999:G"},
		"version missing":            {":1:G", "::G"},
		"hash too short":             {"GEZA:", "GEZ:"},
		"hash too long":              {"GEZA:", "GEZAA:"},
		"hash padded":                {"GEZA:", "GEZA====:"},
		"hash in small letters":      {"GEZDGN", "gezdgn"},
		"hash with a 0":              {"GEZDGN", "GEZDG0"},
		"hash with a line end":       {"GEZDGN", "GEZDG\n"},
		"hash with a bit at its end": {"GEZA:", "GEZB:"},
		"mirror of another scheme":   {"https://mirror", "ftp://mirror"},
		"mirror with a query":        {"/lantern/", "/lantern/?x"},
		"mirror missing":             {"https://mirror.example/lantern/", ""},
		"name missing":               {"#The%20Lantern", ""},
		"name empty":                 {"The%20Lantern", ""},
		"name with a plain space":    {"%20", " "},
		"name with a plus":           {"%20", "+"},
		"name escaped for nothing":   {"Lantern", "%4Cantern"},
		"name in small hex":          {"%20", "%3a"},
		"name cut in an escape":      {"Lantern", "Lantern%2"},
		"name of two lines":          {"%20", "%0A"},
		"name not UTF-8":             {"%20", "%FF"},
		"name not ASCII":             {"Lantern", "Фонарь"},
		"name with spaces around":    {"Lantern", "Lantern%20"},
		"name too long":              {"Lantern", strings.Repeat("x", 200)},
		"second name":                {"Lantern", "Lantern#x"},
		"over the limit":             {"Lantern", strings.Repeat("x", edition.MaxShort)},
	} {
		line := strings.Replace(shortLine, r[0], r[1], 1)
		if line == shortLine {
			t.Fatalf("%s: nothing was altered", name)
		}
		var inv *edition.InvalidError
		if s, err := edition.ParseShort(line); !errors.As(err, &inv) {
			t.Errorf("%s: got %+v, %v, want an InvalidError", name, s, err)
		}
	}
	for i := range len(shortLine) {
		if _, err := edition.ParseShort(shortLine[:i]); err == nil && i <= strings.Index(shortLine, "#")+1 {
			t.Errorf("cut after %d bytes it is valid", i)
		}
	}
}

// TestShortMasthead holds that a short form leads to the root that it names and to no other.
func TestShortMasthead(t *testing.T) {
	r := newRepository(t)
	files := r.mirror()
	root := files[edition.RootPath(1)]
	m := edition.Masthead{Name: "The Lantern", Languages: []string{"fa"}, Root: root}
	s, err := m.Short("https://mirror.example/")
	if err != nil || s.Version != 1 || s.Root != m.ID() || s.Name != m.Name || s.Mirror != "https://mirror.example/" {
		t.Fatalf("got %+v, %v", s, err)
	}
	got, err := s.Masthead(t.Context(), files.fetch)
	if err != nil || got.ID() != m.ID() || got.Name != m.Name || len(got.Mirrors) != 1 || got.Mirrors[0] != s.Mirror {
		t.Errorf("got %+v, %v", got, err)
	}
	if _, err := got.Marshal(); err != nil {
		t.Errorf("not a valid masthead: %v", err)
	}
	var inv *edition.InvalidError
	if _, err := s.Masthead(t.Context(), mirror{}.fetch); !errors.Is(err, fs.ErrNotExist) || errors.As(err, &inv) {
		t.Errorf("no root: got %v, want fs.ErrNotExist", err)
	}
	other := newRepository(t)
	other.keys["root"] = append(other.keys["root"], privateKey("thief"))
	if _, err := s.Masthead(t.Context(), other.mirror().fetch); !errors.As(err, &inv) {
		t.Errorf("another root: got %v, want an InvalidError", err)
	}
	s.Version = 2 // names the right root at the wrong place
	if _, err := s.Masthead(t.Context(), mirror{edition.RootPath(2): root}.fetch); !errors.As(err, &inv) {
		t.Errorf("another version: got %v, want an InvalidError", err)
	}
	if _, err := (edition.Masthead{Name: "x", Root: []byte("{}")}).Short("https://mirror.example/"); !errors.As(err, &inv) {
		t.Errorf("no root: got %v, want an InvalidError", err)
	}
	if _, err := m.Short("mirror.example"); err == nil {
		t.Error("a short form with a bad mirror was made")
	}
}

func FuzzParseShort(f *testing.F) {
	f.Add(shortLine)
	f.Add("coranto:1:1::#")
	f.Add(strings.ReplaceAll(shortLine, "%20", "%D9%80"))
	f.Fuzz(func(t *testing.T, line string) {
		s, err := edition.ParseShort(line)
		if err == nil && s.String() != line {
			t.Errorf("got %s, want %s", s, line)
		}
	})
}

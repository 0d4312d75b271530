package edition_test

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"

	"coranto/edition"
)

func masthead() edition.Masthead {
	return edition.Masthead{
		Name:      "روزنامهٔ می‌خواهیم & <Lantern>",
		Languages: []string{"fa", "en", "sr-Cyrl"},
		Mirrors:   []string{"https://mirror.example/lantern/", "http://127.0.0.1:8080"},
		Root:      []byte(`{"signatures":[],"signed":{}}`),
	}
}

func TestMastheadRoundTrip(t *testing.T) {
	for _, m := range []edition.Masthead{masthead(), {Name: "L", Languages: []string{"en"}, Mirrors: []string{}, Root: []byte("{}")}} {
		b, err := m.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		got, err := edition.ParseMasthead(b)
		if err != nil || !reflect.DeepEqual(got, m) {
			t.Errorf("got %+v, %v, want %+v", got, err, m)
		}
		if got.ID() != edition.Sum(m.Root) {
			t.Errorf("ID %s", got.ID())
		}
	}
}

func TestMastheadText(t *testing.T) {
	m := edition.Masthead{Name: "A & B", Languages: []string{"en"}, Root: []byte(`{"a":1}`)}
	want := `{
  "coranto": "masthead/1",
  "name": "A & B",
  "languages": [
    "en"
  ],
  "mirrors": [],
  "root": "{\"a\":1}"
}
`
	if got, err := m.Marshal(); err != nil || string(got) != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
	// However people space it, it stays the same masthead.
	if _, err := edition.ParseMasthead([]byte(strings.ReplaceAll(want, "\n", "\r\n\t"))); err != nil {
		t.Error(err)
	}
}

func TestMastheadRefusals(t *testing.T) {
	good, err := masthead().Marshal()
	if err != nil {
		t.Fatal(err)
	}
	for name, r := range map[string][2]string{
		"another format":           {"masthead/1", "masthead/2"},
		"unknown field":            {`"name"`, `"also": 1, "name"`},
		"doubled field":            {`"name"`, `"name": "x", "name"`},
		"field in capitals":        {`"name"`, `"Name"`},
		"field with a long s":      {`"languages"`, `"languageſ"`},
		"field missing":            {`"mirrors"`, `"mirror"`},
		"null name":                {`"روزنامهٔ می‌خواهیم & <Lantern>"`, `null`},
		"name that is a number":    {`"روزنامهٔ می‌خواهیم & <Lantern>"`, `7`},
		"empty name":               {`"روزنامهٔ می‌خواهیم & <Lantern>"`, `""`},
		"name of two lines":        {"Lantern", `Lan\ntern`},
		"name with a control":      {"Lantern", `Lan\u0000tern`},
		"name with half a pair":    {"Lantern", `Lan\ud800tern`},
		"name with spaces around":  {"<Lantern>", "<Lantern> "},
		"name that is too long":    {"Lantern", strings.Repeat("x", 200)},
		"not UTF-8":                {"Lantern", "Lan\xfftern"},
		"root not UTF-8":           {"signed", "sign\xffed"},
		"tag with an underscore":   {`"en"`, `"en_US"`},
		"tag that is empty":        {`"en"`, `""`},
		"tag that is null":         {`"en"`, `null`},
		"tag twice":                {`"en"`, `"fa"`},
		"mirror of another scheme": {"https://mirror.example", "javascript:alert(1)//"},
		"mirror without a scheme":  {"https://mirror.example", "mirror.example"},
		"mirror without a host":    {"https://mirror.example", "https://"},
		"mirror with a user":       {"https://mirror", "https://me:secret@mirror"},
		"mirror with a query":      {"/lantern/", "/lantern/?a"},
		"mirror with a fragment":   {"/lantern/", "/lantern/#a"},
		"mirror with a space":      {"/lantern/", "/lan tern/"},
		"mirror not ASCII":         {"/lantern/", "/фонарь/"},
		"mirror too long":          {"/lantern/", "/" + strings.Repeat("x", 256)},
		"mirror twice":             {"http://127.0.0.1:8080", "https://mirror.example/lantern/"},
		"root that is an object":   {`"{\"signatures\":[],\"signed\":{}}"`, `{}`},
		"empty root":               {`"{\"signatures\":[],\"signed\":{}}"`, `""`},
		"root over the limit":      {`"{\"signatures\":[],\"signed\":{}}"`, `"` + strings.Repeat("x", edition.MaxMetadata+1) + `"`},
		"cut short":                {"}\n", "\n"},
		"an array":                 {"{", "[{"},
	} {
		refusedMasthead(t, replace(t, good, r[0], r[1]), name)
	}
	refusedMasthead(t, append(bytes.Clone(good), '{', '}'), "something after it")
	refusedMasthead(t, nil, "empty")
	refusedMasthead(t, []byte("null"), "null")
	refusedMasthead(t, append(bytes.Clone(good), bytes.Repeat([]byte(" "), edition.MaxMasthead)...), "over the limit")
	refusedMasthead(t, []byte(strings.Repeat("[", 100000)), "deep")
}

func refusedMasthead(t *testing.T, b []byte, what string) {
	t.Helper()
	var inv *edition.InvalidError
	if _, err := edition.ParseMasthead(b); !errors.As(err, &inv) {
		t.Errorf("%s: got %v, want an InvalidError", what, err)
	}
}

func TestMastheadMarshalRefuses(t *testing.T) {
	m := masthead()
	m.Languages = nil
	if _, err := m.Marshal(); err == nil {
		t.Error("a masthead without a language was made")
	}
}

func FuzzParseMasthead(f *testing.F) {
	b, _ := masthead().Marshal()
	f.Add(b)
	f.Add([]byte(`{"coranto":"masthead/1","name":"x","languages":["en"],"mirrors":[],"root":"{}"}`))
	seed(f, "masthead.json")
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := edition.ParseMasthead(b)
		if err != nil {
			return
		}
		again, err := m.Marshal()
		if err != nil {
			t.Fatalf("read and can't be written: %v", err)
		}
		if got, err := edition.ParseMasthead(again); err != nil || !reflect.DeepEqual(got, m) {
			t.Errorf("got %+v, %v, want %+v", got, err, m)
		}
	})
}

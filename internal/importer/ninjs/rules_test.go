package ninjs

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// fixtures has the IPTC's schemas and their test suites. They are not part of the project: the tests that need them skip
// where they are not.
const fixtures = "../../../../shared/fixtures/ninjs"

// suite returns the documents of the IPTC's suites that should pass, or fail, by their path from the suites' folder.
func suite(t *testing.T, folder string) map[string][]byte {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(fixtures, "test_suite/*", folder, "*.json"))
	if err != nil || len(names) == 0 {
		t.Skip("the suites of the IPTC are not here")
	}
	docs := map[string][]byte{}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		short, _ := filepath.Rel(filepath.Join(fixtures, "test_suite"), name)
		docs[filepath.ToSlash(short)] = b
	}
	return docs
}

// verdict is what the rules have against a document, and the version that it was taken for.
func verdict(b []byte) (string, error) {
	v, err := parse(b)
	if err != nil {
		return "", err
	}
	doc, ok := v.(*object)
	if !ok {
		return "", fmt.Errorf("is %s", kindOf(v))
	}
	r := choose(allRules(), doc)
	if f := r.check("item", doc, ""); f != nil {
		return r.version, f
	}
	return r.version, nil
}

// TestSuites holds the rules against the suites of the IPTC.
func TestSuites(t *testing.T) {
	for name, b := range suite(t, "should_pass") {
		if version, err := verdict(b); err != nil {
			t.Errorf("%s, taken for %s: %v", name, version, err)
		}
	}
	for name, b := range suite(t, "should_fail") {
		version, err := verdict(b)
		if err == nil {
			t.Errorf("%s, taken for %s, passes", name, version)
		}
		t.Logf("%s: %v", name, err)
	}
}

// schemas returns the IPTC's schemas by version.
func schemas(t *testing.T) map[string]*jsonschema.Schema {
	t.Helper()
	all := map[string]*jsonschema.Schema{}
	for _, r := range allRules() {
		name := filepath.Join(fixtures, "ninjs-schema_"+r.version+".json")
		if _, err := os.Stat(name); err != nil {
			t.Skip("the ninjs schemas are not here: ", err)
		}
		c := jsonschema.NewCompiler()
		c.AssertFormat()
		if err := c.AddResource("https://geojson.org/schema/GeoJSON.json", map[string]any{}); err != nil {
			t.Fatal(err)
		}
		s, err := c.Compile(name)
		if err != nil {
			t.Fatal(err)
		}
		all[r.version] = s
	}
	return all
}

// TestLikeTheSchemas makes random documents, right and wrong, of each version, and compares verdicts.
func TestLikeTheSchemas(t *testing.T) {
	byVersion := schemas(t)
	for _, r := range allRules() {
		wrong := 0
		for seed := range uint64(1500) {
			m := &maker{Rand: rand.New(rand.NewPCG(seed, 7)), rules: r}
			b, err := json.Marshal(m.value("item", 0))
			if err != nil {
				t.Fatal(err)
			}
			v, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
			if err != nil {
				t.Fatal(err)
			}
			theirs := byVersion[r.version].Validate(v)
			doc, err := parse(b)
			if err != nil {
				t.Fatal(err)
			}
			f := r.check("item", doc, "")
			if (theirs == nil) != (f == nil) {
				t.Errorf("%s, seed %d: ours says %v, the schema %v: %s", r.version, seed, f, theirs, b)
			}
			if f != nil {
				wrong++
			}
		}
		if wrong < 200 || wrong > 1300 {
			t.Errorf("%s: %d of 1500 documents are wrong: the test says little", r.version, wrong)
		}
	}
}

// A maker makes documents that follow a table, but for a slip now and then.
type maker struct {
	*rand.Rand
	rules *rules
}

func (m *maker) value(what string, depth int) any {
	if m.IntN(120) == 0 && what != "geojson" { // the schema of GeoJSON is not here
		return []any{"odd", 7, 7.5, nil, true, []any{}, map[string]any{}, "http://e.example/", -1}[m.IntN(9)]
	}
	if each, ok := strings.CutPrefix(what, "[]"); ok {
		list := []any{}
		for range m.IntN(3) {
			list = append(list, m.value(each, depth+1))
		}
		return list
	}
	if each, ok := strings.CutPrefix(what, "{}"); ok {
		o := map[string]any{}
		for range m.IntN(3) {
			o[[]string{"a", "B_2", "9x", "é"}[m.IntN(20)%4%(3+m.IntN(9)/8)]] = m.value(each, depth+1)
		}
		return o
	}
	if s := m.rules.types[what]; s != nil {
		return m.shape(s, depth)
	}
	return m.word(what)
}

func (m *maker) shape(s *shape, depth int) any {
	o := map[string]any{}
	var names []string
	for name := range s.members {
		names = append(names, name)
	}
	slices.Sort(names)
	likely := 4
	if depth > 0 {
		likely = 8
	}
	for _, name := range names {
		c := s.members[name]
		if c.must && m.IntN(60) > 0 || depth < 4 && m.IntN(likely) == 0 {
			o[name] = m.value(c.what, depth+1)
		}
	}
	for _, c := range s.begins {
		if m.IntN(4) == 0 {
			o[c.name+[]string{"x", "_", "9é", "-"}[m.IntN(40)%4%(3+m.IntN(9)/8)]] = m.value(c.what, depth+1)
		}
	}
	for _, group := range s.oneOf {
		if m.IntN(40) > 0 {
			delete(o, group[0])
			delete(o, group[1])
			name := group[m.IntN(2)]
			o[name] = m.value(s.members[name].what, depth+1)
		}
	}
	if m.IntN(100) == 0 {
		o["stranger"] = "x"
	}
	return o
}

func (m *maker) word(what string) any {
	pick := func(all ...any) any { return all[m.IntN(len(all))] }
	if low, high, ok := strings.Cut(what, ".."); ok {
		return pick(json.Number(low), json.Number(high), 5, 5, 5, 5, json.Number("5.0"))
	}
	switch what {
	case "string":
		return pick("", "a", "<b>")
	case "number":
		return pick(1, 2.5, -3, json.Number("1e3"))
	case "integer":
		return pick(1, 2, -3, json.Number("1e3"), json.Number("4.0"))
	case "uri", "ref":
		if m.IntN(60) == 0 && what == "uri" {
			return pick("relative", "http://[::1", "", "//host/x", "%zz:")
		}
		return pick("http://e.example/a?b=c#d", "urn:x:y", "mailto:a@b.example", "http://[::1]/", "tag:x,2026:1")
	case "time":
		if m.IntN(60) == 0 {
			return pick("2026-11-22", "2026-13-22T16:00:00Z", "2026-11-22 16:00:00Z", "2026-02-29T16:00:00Z", "2026-11-22T16:00:00",
				"2026-11-22T24:00:00Z", "2026-11-22T16:00:00+0100", "2026-11-22T16:00:00,5Z")
		}
		return pick("2026-11-22T16:00:00Z", "2026-11-22T16:00:00.123+03:30", "2024-02-29T23:59:59-11:00", "2026-11-22t16:00:00z")
	case "date":
		return pick("2026", "2026-11", "2026-11-22", "2026-11-22T16:00:00", "2026-1", "-2026-11", "February")
	case "object", "geojson":
		return map[string]any{"type": "Point", "coordinates": []any{1, 2}}
	case "never":
		return pick("2026", []any{"2026"})
	}
	return pick(anys(strings.Split(what, "|"))...)
}

func anys(words []string) (all []any) {
	for _, w := range words {
		all = append(all, w)
	}
	return all
}

func TestGeo(t *testing.T) {
	for text, want := range map[string]string{
		`{"type":"Point","coordinates":[1,2.5]}`:                                                         "",
		`{"type":"Point","coordinates":[1]}`:                                                             "fewer than two",
		`{"type":"Point","coordinates":["dog","cat"]}`:                                                   "no number",
		`{"type":"Point"}`:                                                                               "no list",
		`{"coordinates":[35,39]}`:                                                                        "none that GeoJSON has",
		`{"type":"Foo","coordinates":[35,39]}`:                                                           "none that GeoJSON has",
		`{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}`:                                   "",
		`{"type":"Polygon","coordinates":[[[0,0],[1,0]]]}`:                                               "want 4 or more",
		`{"type":"Feature","geometry":null,"properties":null}`:                                           "",
		`{"type":"Feature","geometry":{"type":"Foo"},"properties":{}}`:                                   "none that GeoJSON has",
		`{"type":"FeatureCollection","features":[{"type":"Feature","geometry":null}]}`:                   "without geometry or properties",
		`{"type":"GeometryCollection","geometries":[{"type":"LineString","coordinates":[[1,2],[3,4]]}]}`: "",
	} {
		v, err := parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if got := checkGeo(v); (got == "") != (want == "") || !strings.Contains(got, want) {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}

// TestHostileTrees makes sure that what is no document is refused, and where.
func TestHostileTrees(t *testing.T) {
	for text, want := range map[string]string{
		strings.Repeat("[", 100000):                        "nested over 64 deep",
		`{"a":{"b":[1,{"c":1,"c":2}]}}`:                    "/a/b/1/c: stands twice",
		`{"a":[` + strings.Repeat("0,", maxValues) + `0]}`: "more than",
		`{"a":"` + "\xff" + `"}`:                           "UTF-8",
		`{"a":1`:                                           "cut short",
		`{"a":1}{}`:                                        "stands after",
		`<rss/>`:                                           "it is no JSON: invalid character",
		`{"a":nope}`:                                       "/a: invalid character",
	} {
		if _, err := parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40s: got %v, want %q", text, err, want)
		}
	}
}

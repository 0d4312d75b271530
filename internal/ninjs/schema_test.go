package ninjs_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"coranto/internal/ninjs"
)

// fixtures has the IPTC's schemas and their test suites. They are not part of the project: the tests that need them skip
// where they are not.
const fixtures = "../../../shared/fixtures/ninjs"

// validator returns a function that says what the ninjs 3.1 schema has against a document, formats included.
func validator(t *testing.T) func(document []byte) error {
	t.Helper()
	name := filepath.Join(fixtures, "ninjs-schema_3.1.json")
	if _, err := os.Stat(name); err != nil {
		t.Skip("the ninjs schemas are not here: ", err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	// Places may have a shape of that schema; none here has.
	if err := c.AddResource("https://geojson.org/schema/GeoJSON.json", map[string]any{}); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile(name)
	if err != nil {
		t.Fatal(err)
	}
	return func(document []byte) error {
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
		if err != nil {
			return err
		}
		return s.Validate(v)
	}
}

// TestSchemaSuite makes sure that the validator of these tests tells good documents from bad ones, as the IPTC does.
func TestSchemaSuite(t *testing.T) {
	validate := validator(t)
	names, err := filepath.Glob(fixtures + "/test_suite/3.*/should_*/*.json")
	if err != nil || len(names) < 20 {
		t.Fatalf("%d documents in the suite, %v", len(names), err)
	}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(name, "geojson") {
			continue
		}
		if err := validate(b); (err == nil) != strings.Contains(name, "should_pass") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestSchemaForbids makes sure that what is checked is the whole of a document: a property of our own would fail.
func TestSchemaForbids(t *testing.T) {
	validate := validator(t)
	_, b := roundTrip(t, of(t, border(), "en"))
	if err := validate(b); err != nil {
		t.Fatal(err)
	}
	for _, change := range [][2]string{
		{`"language":"en"`, `"language":"en","coranto":1`}, {`"uri":"urn:coranto:daily`, `"uri":"coranto daily`},
		{`"firstCreated":"2026`, `"firstCreated":"26`},
	} {
		bad := bytes.Replace(b, []byte(change[0]), []byte(change[1]), 1)
		if bytes.Equal(bad, b) || validate(bad) == nil {
			t.Errorf("%s in place of %s passes", change[1], change[0])
		}
	}
}

// TestCorpus looks at every document of real news in thirty languages, as it was published: each is valid, and what is
// read from it is written again to the byte.
func TestCorpus(t *testing.T) {
	dir := os.Getenv("CORANTO_PUBLISHED")
	if dir == "" {
		t.Skip("CORANTO_PUBLISHED names no mirror of the corpus")
	}
	validate := validator(t)
	names, err := filepath.Glob(filepath.Join(dir, "*/story/*/*/*/*", ninjs.FileName))
	if err != nil || len(names) < 3000 {
		t.Fatalf("%d documents in %s, %v", len(names), dir, err)
	}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := validate(b); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		d, err := ninjs.Decode(b)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var foreign struct {
			Bodies      []struct{ Value string }
			InfoSources []struct{ Name string }
		}
		if err := json.Unmarshal(b, &foreign); err != nil {
			t.Fatal(err)
		}
		again, err := ninjs.Encode(d, ninjs.Extra{Publisher: foreign.InfoSources[0].Name, HTML: foreign.Bodies[0].Value})
		if err != nil || !bytes.Equal(again, b) {
			t.Errorf("%s: written again, it is %s, %v", name, again, err)
		}
	}
}

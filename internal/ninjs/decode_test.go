package ninjs_test

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"coranto/internal/news"
	"coranto/internal/ninjs"
)

var update = flag.Bool("update", false, "write testdata anew")

// TestGolden holds documents to the bytes that they have had from the beginning: mirrors carry them for years. When what
// is written changes, the old ones must still be read: keep them, and add the new beside them.
func TestGolden(t *testing.T) {
	for _, tag := range []string{"en", "fa"} {
		want := of(t, border(), tag)
		got, b := roundTrip(t, want)
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v\nwant %+v\nin %s", tag, got, want, b)
		}
		name := filepath.Join("testdata", "border."+tag+".json")
		if *update {
			if err := os.WriteFile(name, b, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		golden, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(b, golden) {
			t.Errorf("got  %s\nwant %s", b, golden)
		}
	}
}

// TestDecodeRefuses changes a good document in one place at a time.
func TestDecodeRefuses(t *testing.T) {
	_, good := roundTrip(t, of(t, border(), "en"))
	for _, tt := range []struct{ what, old, new, want string }{
		{"another profile", `"profile":"coranto-1"`, `"profile":"coranto-2"`, "not a document of the profile"},
		{"no profile", `"profile":"coranto-1",`, ``, "not a document of the profile"},
		{"no body of our own", `vnd.coranto.article`, `vnd.other.article`, "0 bodies"},
		{"two bodies of our own", `"contentType":"text/html"`, `"contentType":"application/vnd.coranto.article+json"`, "2 bodies"},
		{"a property that is not known", `{\"lead\":`, `{\"leads\":1,\"lead\":`, "unknown field"},
		{"something after our body", `\"check\":\"attributed\"`, `\"check\":\"attributed\"}]}{\"a\":[{\"b\":\"\"`, "stands after it"},
		{"a byline without a name", `{"name":"B."}`, `{"name":""}`, "has no name"},
		{"an identity", `\"kind\":\"official\"`, `\"kind\":\"anonymous\",\"identity\":\"X\"`, "never published"},
		{"a withdrawn article", `"pubStatus":"usable"`, `"pubStatus":"canceled"`, "pubStatus"},
		{"a version of two forms", `"version":"2"`, `"version":"02"`, `version "02"`},
		{"no version", `"version":"2"`, `"version":"0"`, "revision number 0"},
		{"a version that is no number", `"version":"2"`, `"version":"two"`, `version "two"`},
		{"no time", `"firstCreated":"2026-11-21T09:00:00Z",`, ``, "firstCreated"},
		{"a time that is not in UTC", `2026-11-21T09:00:00Z`, `2026-11-21T10:00:00+01:00`, "not a time in UTC"},
		{"a part of a second", `2026-11-22T10:00:00Z","headlines`, `2026-11-22T10:00:00.5Z","headlines`, "not a time in UTC"},
		{"another language than the URI's", `"language":"en"`, `"language":"de"`, "is not that of an article"},
		{"a URI of two forms", `urn:coranto:daily%2Fborder`, `urn:coranto:dail%79%2Fborder`, "is not that of an article"},
		{"no address", `"role":"address"`, `"role":"other"`, "has no address"},
		{"an address of another form", `"story/2026/11/21/border"`, `"story/2026-11-21/border"`, "want one as story/"},
		{"an address of no day", `"story/2026/11/21/border"`, `"story/2026/13/21/border"`, "not written as"},
		{"an address that leads up", `"story/2026/11/21/border"`, `"story/2026/11/21/.."`, "not 1 to 80 characters"},
		{"a headline gone", `"role":"main","value"`, `"role":"other","value"`, "has no headline"},
		{"a rendition of another hash", `"sha256:640.jpg","value":"1a`, `"sha256:640.jpg","value":"2a`, "not that of its renditions"},
		{"a rendition without a hash", `"sha256:640.jpg"`, `"sha256:641.jpg"`, "has no hash"},
		{"a rendition outside of the edition", `"title":"media/`, `"title":"../media/`, "rendition"},
		{"a rendition of no size", `"sizeInBytes":12345`, `"sizeInBytes":0`, "size 0"},
		{"a figure without its media", `\"media\":\"`, `\"media\":\"0`, "is no SHA-256"},
		{"a claim of no source", `\"source\":\"m\"`, `\"source\":\"x\"`, "is not one of the story's"},
		{"a script as a link", `https://a.example/`, `javascript:a`, "is not of http"},
		{"what is not JSON", `{"standard"`, `{"standard`, "invalid character"},
		{"what is not UTF-8", `Herat`, "Her\xff", "not valid UTF-8"},
		{"something after the document", "}\n", "}\n{}", "after top-level value"},
	} {
		bad := bytes.Replace(good, []byte(tt.old), []byte(tt.new), 1)
		if bytes.Equal(bad, good) {
			t.Errorf("%s: there is no %s in %s", tt.what, tt.old, good)
			continue
		}
		if _, err := ninjs.Decode(bad); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want one with %q", tt.what, err, tt.want)
		}
	}
	if _, err := ninjs.Decode(make([]byte, ninjs.MaxSize+1)); err == nil || !strings.Contains(err.Error(), "the limit is") {
		t.Errorf("too large: %v", err)
	}
	if _, err := ninjs.Decode([]byte(`{"uri":"urn:x"}`)); !errors.Is(err, ninjs.ErrForeign) {
		t.Errorf("a document of somebody else: %v", err)
	}
}

// TestDecodeIgnores changes what only programs that don't know Coranto read: it says nothing new.
func TestDecodeIgnores(t *testing.T) {
	want, good := roundTrip(t, of(t, border(), "en"))
	for _, tt := range [][2]string{
		{"<p>Words", "<p>Other words"}, {`"by":"A. Writer, B."`, `"by":"C."`}, {`"value":"A gate"`, `"value":"A door"`},
		{`"type":"text"`, `"type":"text","urgency":3`}, {"https://news.example/", "https://other.example/"},
	} {
		b := bytes.Replace(good, []byte(tt[0]), []byte(tt[1]), 1)
		if got, err := ninjs.Decode(b); bytes.Equal(b, good) || err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s in place of %s: %+v, %v", tt[1], tt[0], got, err)
		}
	}
}

// TestForeignDocuments makes sure that the documents of others are refused as such, not misread.
func TestForeignDocuments(t *testing.T) {
	names, err := filepath.Glob(fixtures + "/test_suite/*/should_pass/*.json")
	if err != nil || len(names) == 0 {
		t.Skip("the ninjs suites are not here")
	}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ninjs.Decode(b); err == nil {
			t.Errorf("%s: read as one of ours", name)
		}
	}
}

func TestOfNeeds(t *testing.T) {
	s := border()
	if _, err := ninjs.Of(s, "de", refs()); err == nil || !strings.Contains(err.Error(), "no article in de") {
		t.Errorf("a language that is not there: %v", err)
	}
	r := refs()
	r.Media = nil
	if _, err := ninjs.Of(s, "en", r); err == nil || !strings.Contains(err.Error(), "is unknown") {
		t.Errorf("a media that is not there: %v", err)
	}
	all := ninjs.Document{Story: s}
	if _, err := ninjs.Encode(all, extra); err == nil || !strings.Contains(err.Error(), "2 articles") {
		t.Errorf("two articles in one document: %v", err)
	}
}

// TestOfLeavesTheStory makes sure that the story that was given stays as it was.
func TestOfLeavesTheStory(t *testing.T) {
	s := border()
	of(t, s, "en")
	if !reflect.DeepEqual(s, border()) {
		t.Errorf("got %+v", s)
	}
}

func TestJoinRefuses(t *testing.T) {
	en, fa := of(t, border(), "en"), of(t, border(), "fa")
	for what, change := range map[string]func(d *ninjs.Document){
		"not one":               func(d *ninjs.Document) { d.Story.ID = "other" },
		"are not one":           func(d *ninjs.Document) { d.Story.Address.Slug = "other" },
		"one a language":        func(d *ninjs.Document) { *d = of(t, border(), "en") },
		`claim "c1" is not the`: func(d *ninjs.Document) { d.Story.Claims[0].Check = news.Confirmed },
		`source "m" is not the`: func(d *ninjs.Document) { d.Story.Sources[0].Kind = news.Agency },
		"the same in all": func(d *ninjs.Document) {
			d.Story.Sources[0].Name = map[string]string{"en": "Another minister"}
		},
	} {
		d := of(t, border(), "fa")
		change(&d)
		if _, err := ninjs.Join(en, d); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("error %v, want one with %q", err, what)
		}
	}
	if _, err := ninjs.Join(); err == nil {
		t.Error("nothing joined")
	}
	all, err := ninjs.Join(fa, en)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"en": "A minister", "fa": "وزیر"}
	if got := all.Story.Sources[0].Name; !reflect.DeepEqual(got, want) || len(all.Story.Articles) != 2 || len(all.Media) != 1 {
		t.Errorf("got %+v", all)
	}
	if !reflect.DeepEqual(en, of(t, border(), "en")) {
		t.Error("Join changed what it was given")
	}
}

// FuzzDecode looks for documents that make Decode panic, or that it takes and can't write again.
func FuzzDecode(f *testing.F) {
	names, _ := filepath.Glob("testdata/border.*.json")
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := ninjs.Decode(b)
		if err != nil {
			return
		}
		again, err := ninjs.Encode(d, ninjs.Extra{})
		if err != nil {
			t.Fatal(err)
		}
		got, err := ninjs.Decode(again)
		if err != nil || !reflect.DeepEqual(got.Story, d.Story) || !reflect.DeepEqual(got.Media, d.Media) {
			t.Errorf("got %+v, %v\nwant %+v", got, err, d)
		}
		if _, err := ninjs.Join(d); err != nil {
			t.Error(err)
		}
	})
}

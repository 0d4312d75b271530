package edition_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"coranto/edition"
	"coranto/vectors"
)

func aBreaking() edition.Breaking {
	return edition.Breaking{
		Until: time.Date(2026, 11, 22, 18, 0, 0, 0, time.UTC), Path: "fa/story/2026/11/22/border/index.html", Headline: "The bridge is closed",
	}
}

// What can't be read back is not written.
func TestMarshalBreakingRefuses(t *testing.T) {
	for name, change := range map[string]func(*edition.Breaking){
		"no headline":        func(n *edition.Breaking) { n.Headline = "" },
		"two lines":          func(n *edition.Breaking) { n.Headline = "a\nb" },
		"too long":           func(n *edition.Breaking) { n.Headline = strings.Repeat("x", edition.MaxBreakingHeadline+1) },
		"no path":            func(n *edition.Breaking) { n.Path = "" },
		"a year of 5 digits": func(n *edition.Breaking) { n.Until = n.Until.AddDate(9000, 0, 0) },
	} {
		n := aBreaking()
		change(&n)
		if b, err := edition.MarshalBreaking([]edition.Breaking{n}); err == nil {
			t.Errorf("%s: got %q", name, b)
		}
	}
	if b, err := edition.MarshalBreaking(nil); err == nil {
		t.Errorf("none: got %q", b)
	}
}

// The largest file that can be written can be read.
func TestBreakingLimits(t *testing.T) {
	var all []edition.Breaking
	for i := range edition.MaxBreaking {
		n := aBreaking()
		n.Path = strings.Repeat("p", edition.MaxPath-1) + string(rune('a'+i))
		n.Headline = strings.Repeat("x", edition.MaxBreakingHeadline)
		all = append(all, n)
	}
	b, err := edition.MarshalBreaking(all)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := edition.ParseBreaking(b); err != nil || len(got) != len(all) {
		t.Errorf("got %d, %v, want %d", len(got), err, len(all))
	}
}

func FuzzParseBreaking(f *testing.F) {
	file, err := vectors.Load[vectors.Raw, vectors.BreakingValue]("breaking.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, c := range file.Cases {
		f.Add(c.In.Bytes.Join())
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		all, err := edition.ParseBreaking(b)
		var invalid *edition.InvalidError
		if err != nil && !errors.As(err, &invalid) {
			t.Errorf("got %T", err)
		}
		if err != nil {
			return
		}
		if again, err := edition.MarshalBreaking(all); err != nil || string(again) != string(b) {
			t.Errorf("%q is written as %q, %v", b, again, err)
		}
	})
}

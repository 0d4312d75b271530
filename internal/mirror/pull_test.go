package mirror_test

import (
	"slices"
	"strings"
	"testing"

	"coranto/internal/lab"
	"coranto/internal/mirror"
)

func TestPullMakesAWholeMirror(t *testing.T) {
	r := first(t, 30)
	k := r.keeper(r.good())
	res := k.pulls(1)
	if !res.New || res.ObjectsNew < 60 || res.Bytes == 0 || res.Pages < 60 {
		t.Errorf("got %+v", res)
	}
	r.put(3, "corrected")
	r.put(99, "new")
	r.publish()
	res = k.pulls(2)
	if !res.New || res.ObjectsNew > 60 || res.Pages > 40 {
		t.Errorf("got %+v", res)
	}
}

// A second pull takes nothing but the heads.
func TestNothingNewTakesTheHeadsAlone(t *testing.T) {
	r := first(t, 5)
	c := &counting{h: serveDir(t, r.public())}
	k := r.keeper(at(t, lab.Good(c)))
	k.pulls(1)
	for range 2 {
		c.reset()
		if res := k.pulls(1); res.New || res.ObjectsNew+res.Pages+res.Removed > 0 {
			t.Errorf("got %+v", res)
		}
		slices.Sort(c.paths)
		if got := strings.Join(c.paths, " "); got != "/latest /trust/timestamp.json" {
			t.Errorf("asked for %s", got)
		}
		r.publish() // a newer word on the same edition
	}
}

func TestPulledMirrorServesOn(t *testing.T) {
	r := first(t, 5)
	one := r.keeper(r.good())
	one.pulls(1)
	two := r.keeper(at(t, lab.Good(serveDir(t, one.dir))))
	two.pulls(1)
	_ = mirror.DefaultRetain
}

package reader_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"coranto/edition"
	"coranto/internal/lab"
	"coranto/internal/mirror"
	"coranto/reader"
)

// Attacks on the trust: keys, thresholds, roots.

func attackFastForwardTrust(t *testing.T) {
	w := newRealm(t)
	w.issue(map[string]string{wanted: story(truth)})
	w.versions["timestamp"] = 1 << 60
	w.trust()
	believesNothing(t, w.read(reader.Options{}, w.copy().good(t)))

	// As high as a version may be: followed, until the newsroom replaces the key.
	w.versions["timestamp"], w.versions["snapshot"] = 1<<53, 1<<53
	w.trust()
	keep := reader.Memory(1 << 20)
	believesTruth(t, w.read(reader.Options{Keep: keep}, w.copy().good(t)), 1)
	w.keys["snapshot"] = []ed25519.PrivateKey{testKey("new snapshot")}
	w.versions["timestamp"], w.versions["snapshot"] = 1, 1
	w.rotate("timestamp", testKey("new timestamp"))
	s := w.copy().good(t)
	r := w.read(reader.Options{Keep: keep}, s)
	believesTruth(t, r, 1)
	if got := state(t, r, s); got.State != reader.Good {
		t.Errorf("after the keys were replaced: got %+v", got)
	}
}

func attackWrongKey(t *testing.T) {
	p, _, second := twoEditions(t)
	foreign := newPress(t, 2).publish(map[string]string{wanted: story("forged")})
	liar := foreign.good(t)
	believesNothing(t, p.open(reader.Options{}, liar))
	// The newsroom's own trust before the thief's head, and the other way round.
	believesNothing(t, p.open(reader.Options{}, second.with(foreign, edition.LatestPath).good(t)))
	believesNothing(t, p.open(reader.Options{}, foreign.with(second, edition.LatestPath).good(t)))
	r := p.open(reader.Options{Grace: 2 * time.Second}, liar, second.good(t))
	believesTruth(t, r, 2)
	if got := state(t, r, liar); got.State != reader.Lied {
		t.Errorf("got %+v", got)
	}
}

func attackThreshold(t *testing.T) {
	w := newRealm(t)
	honest := w.issue(map[string]string{wanted: story(truth)})
	// One of the three who hold the root gives all the keys to a thief.
	thief := w.forked()
	thief.keys = map[string][]ed25519.PrivateKey{}
	for role, keys := range w.keys {
		thief.keys[role] = keys
	}
	thief.resign = func(role string, sigs []any) []any {
		if role == "root" {
			return sigs[:1]
		}
		return sigs
	}
	thief.versions = map[string]int{"root": 1, "targets": 1, "snapshot": 1, "timestamp": 1}
	skey, vkey, err := note.GenerateKey(bytes.NewReader(bytes.Repeat([]byte{66}, 64)), "thief.example/log")
	must(t, err)
	thief.log, err = note.NewSigner(skey)
	must(t, err)
	thief.policy.Log = vkey
	thief.rotate("timestamp", testKey("thief"))
	stolen := thief.issue(map[string]string{wanted: story("stolen")})
	s := stolen.good(t)
	r := w.read(reader.Options{}, s)
	believesNothing(t, r)
	if got := state(t, r, s); got.State != reader.Lied || !strings.Contains(got.Detail, "not enough signatures") {
		t.Errorf("got %+v", got)
	}
	believesTruth(t, w.read(reader.Options{}, s, honest.good(t)), 1)
}

func attackDoubledSignature(t *testing.T) {
	w := newRealm(t)
	w.keys["timestamp"], w.threshold["timestamp"] = []ed25519.PrivateKey{testKey("one"), testKey("two")}, 2
	w.trust()
	w.first = w.files[edition.RootPath(1)]
	w.issue(map[string]string{wanted: story(truth)})
	believesTruth(t, w.read(reader.Options{}, w.copy().good(t)), 1)
	for name, double := range map[string]func([]any){
		"twice":            func(sigs []any) { sigs[1] = sigs[0] },
		"under both names": func(sigs []any) { sigs[1].(map[string]any)["sig"] = sigs[0].(map[string]any)["sig"] },
	} {
		w.resign = func(role string, sigs []any) []any {
			if role == "timestamp" {
				double(sigs)
			}
			return sigs
		}
		w.trust()
		t.Run(name, func(t *testing.T) { believesNothing(t, w.read(reader.Options{}, w.copy().good(t))) })
	}
}

func attackSmallOrderKey(t *testing.T) {
	for name, weak := range map[string][]byte{
		"the identity":     append([]byte{1}, make([]byte, 31)...),
		"a point of order": append([]byte{0}, make([]byte, 31)...),
	} {
		w := newRealm(t)
		honest := w.policy
		key := append([]byte{1}, weak...) // Ed25519 of the log
		h := edition.Sum(append([]byte(w.log.Name()+"\n"), key...))
		w.policy.Log = fmt.Sprintf("%s+%x+%s", w.log.Name(), h[:4], base64.StdEncoding.EncodeToString(key))
		w.trust()
		w.issue(map[string]string{wanted: story(truth)})
		t.Run(name, func(t *testing.T) {
			s := w.copy().good(t)
			r := w.read(reader.Options{}, s)
			believesNothing(t, r)
			if got := state(t, r, s); got.State != reader.Lied || !strings.Contains(got.Detail, ".policy") {
				t.Errorf("got %+v, want the policy refused", got)
			}
		})
		w.policy = honest
		w.trust()
		believesTruth(t, w.read(reader.Options{}, w.copy().good(t)), 1)
	}
}

func attackMissingRoot(t *testing.T) {
	w := newRealm(t)
	w.rotate("timestamp", testKey("second"))
	w.rotate("timestamp", testKey("third"))
	honest := w.issue(map[string]string{wanted: story(truth)})
	lacking := honest.with(honest)
	delete(lacking, edition.RootPath(2))
	s := lacking.good(t)
	believesNothing(t, w.read(reader.Options{}, s))
	believesTruth(t, w.read(reader.Options{}, s, honest.good(t)), 1)
	// Another root in its place leads nowhere either.
	lacking[edition.RootPath(2)] = honest[edition.RootPath(3)]
	believesNothing(t, w.read(reader.Options{}, lacking.good(t)))
}

func attackManyRoots(t *testing.T) {
	if testing.Short() {
		t.Skip("a thousand roots")
	}
	w := newRealm(t)
	honest := w.issue(map[string]string{wanted: story(truth)})
	// Roots that the newsroom's own keys have signed, as many as are asked for: none of the other mirrors has them.
	var asked atomic.Int64
	root := func(path string) []byte {
		var version int
		if _, err := fmt.Sscanf(path, "/trust/%d.root.json", &version); err != nil || version > 10_000 {
			return nil
		}
		asked.Add(1)
		return w.root(version)
	}
	s := serve(t, lab.Making(mirror.Handler(honest.dir(t)), func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, ".root.json") }, root))
	r := w.read(reader.Options{}, s)
	believesNothing(t, r)
	if got := state(t, r, s); got.State != reader.Lied || asked.Load() > edition.MaxRoots {
		t.Errorf("asked for %d roots, got %+v", asked.Load(), got)
	}
	believesTruth(t, w.read(reader.Options{}, s, honest.good(t)), 1)
}

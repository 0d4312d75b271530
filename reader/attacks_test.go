package reader_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"os"
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

// An attack is one thing that somebody does to a reader through a real server on this machine. docs/attacks.md lists
// them all, with those whose tests stand elsewhere.
type attack struct {
	name string
	// broken is what would have to be missing from the reader for the attack to succeed, and the test to fail.
	broken string
	test   func(*testing.T)
}

func attacks() []attack {
	return []attack{
		{"rollback", "the floors of trust and of the log", attackRollback},
		{"freeze", "the age that a head may have", attackFreeze},
		{"fast-forward of the trust", "the range of versions, or floors that fall with their key", attackFastForwardTrust},
		{"fast-forward of the log", "the limit of a log's size, or a claim is believed", attackFastForwardLog},
		{"mix and match", "names of objects and of trust files that are their hashes", attackMixAndMatch},
		{"arbitrary software", "the hash of an object", attackArbitraryPage},
		{"wrong software", "the way from a path to its objects", attackWrongPage},
		{"endless data", "the limit of a file", attackEndless},
		{"slow data", "the pace that a file must keep", attackSlow},
		{"slow data delays nobody", "asking several mirrors at once", attackSlowBesideGood},
		{"preventing updates", "asking several mirrors, and going on with what is kept", attackWithholding},
		{"wrong key", "the masthead's root", attackWrongKey},
		{"threshold not met", "counting signatures", attackThreshold},
		{"doubled signature by one key", "counting keys, and not signatures", attackDoubledSignature},
		{"small-order key in a policy", "refusing keys under which anybody can sign", attackSmallOrderKey},
		{"missing intermediate root", "following each root", attackMissingRoot},
		{"10,000 root files", "the limit of roots in one refresh", attackManyRoots},
		{"revoked log key that signs on", "the policy that replaced it", attackRevokedKey},
		{"log replaced", "the log's key in the policy, and comparing heads", attackLogReplaced},
		{"log replaced by the newsroom", "holding on to what stands of the old log", attackNoEditionYet},
		{"witness disagreement", "comparing heads that are both co-signed", attackWitnesses},
		{"a fork that is smaller", "comparing heads with what was accepted before", attackSmallerFork},
		{"quorum minus one", "the policy's quorum", attackQuorum},
		{"clock five years off", "judging the clock by what was signed", attackClock},
		{"year-old stick at first contact", "AGE UNKNOWN", attackStick},
		{"a bundle that brings its own time", "taking the time from the device alone", attackOwnTime},
		{"latest before the objects", "proving objects before they are shown", attackHasty},
	}
}

func TestAttacks(t *testing.T) {
	for _, a := range attacks() {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			a.test(t)
			if t.Failed() {
				t.Logf("what may be broken: %s", a.broken)
			}
		})
	}
}

// believesNothing fails the test if a reader shows a page at all.
func believesNothing(t *testing.T, r *reader.Reader) {
	t.Helper()
	if _, err := r.Refresh(t.Context()); !errors.Is(err, reader.ErrNoMirror) {
		t.Errorf("refresh: got %v, want ErrNoMirror", err)
	}
	if p, err := r.Get(t.Context(), wanted); err == nil {
		t.Errorf("believed %.100q", p.Body)
	}
	if v := r.Verdict(); v.Authentic || v.Fresh != "" {
		t.Errorf("got %+v, want no verdict", v)
	}
}

// believesTruth refreshes and fails the test unless the wanted page is the newsroom's, of an edition.
func believesTruth(t *testing.T, r *reader.Reader, number uint64) reader.Report {
	t.Helper()
	rep := refresh(t, r)
	if rep.Verdict.Edition != number {
		t.Errorf("got edition %d, want %d: %+v", rep.Verdict.Edition, number, rep.Mirrors)
	}
	get(t, r, wanted, truth)
	return rep
}

func attackRollback(t *testing.T) {
	p, first, second := twoEditions(t)
	keep := reader.Memory(1 << 20)
	believesTruth(t, p.open(reader.Options{Keep: keep}, second.good(t)), 2)
	old := first.good(t)
	r := p.open(reader.Options{Keep: keep}, old)
	believesTruth(t, r, 2)
	if got := state(t, r, old); got.State != reader.Old {
		t.Errorf("got %+v", got)
	}
	// The newest edition under older trust, and the trust alone gone back: no better.
	mixed := second.with(first, edition.TimestampPath)
	s := mixed.good(t)
	r = p.open(reader.Options{Keep: keep}, s)
	believesTruth(t, r, 2)
	if got := state(t, r, s); got.State != reader.Old {
		t.Errorf("with older trust: got %+v", got)
	}
}

func attackFreeze(t *testing.T) {
	p, _, second := twoEditions(t)
	frozen := serve(t, lab.Frozen(mirror.Handler(second.dir(t))))
	r := p.open(reader.Options{}, frozen)
	signed := p.now
	for _, test := range []struct {
		later time.Duration
		want  edition.Freshness
	}{{time.Hour, edition.Fresh}, {48*time.Hour + time.Minute, edition.Aged}, {31 * 24 * time.Hour, edition.StaleTrust}} {
		p.now = signed.Add(test.later)
		if v := believesTruth(t, r, 2).Verdict; v.Fresh != test.want || v.Age != test.later {
			t.Errorf("after %v: got %s, %v, want %s", test.later, v.Fresh, v.Age, test.want)
		}
	}
}

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

func attackFastForwardLog(t *testing.T) {
	p, _, second := twoEditions(t)
	const huge = "1152921504606846976" // 2^60
	claimed := second.with(second)
	claimed[edition.LatestPath] = bytes.Replace(second[edition.LatestPath], []byte("\n2\n"), []byte("\n"+huge+"\n"), 1)
	if bytes.Equal(claimed[edition.LatestPath], second[edition.LatestPath]) {
		t.Fatal("nothing was altered")
	}
	// The thief of both keys has signed it.
	text := p.log.Name() + "\n" + huge + "\n" + base64.StdEncoding.EncodeToString(make([]byte, 32)) + "\n"
	signed, err := note.Sign(&note.Note{Text: text}, p.log, p.keys.Cosigner(p.now))
	must(t, err)
	stolen := second.with(second)
	stolen[edition.CheckpointPath] = signed
	stolen[edition.LatestPath] = edition.MakeLatest(p.manifest, 1<<60-1, nil, signed)
	for name, f := range map[string]files{"claimed": claimed, "signed": stolen} {
		believesNothing(t, p.open(reader.Options{}, f.good(t)))
		liar, honest := f.good(t), second.good(t)
		r := p.open(reader.Options{Grace: 3 * time.Second}, liar, honest)
		believesTruth(t, r, 2)
		if got := state(t, r, liar); got.State != reader.Lied {
			t.Errorf("%s: got %+v", name, got)
		}
	}
}

func attackMixAndMatch(t *testing.T) {
	p, first, second := twoEditions(t)
	for name, test := range map[string]struct {
		f    files
		want reader.State
	}{
		"the new head over the old objects": {first.with(second, edition.LatestPath, edition.CheckpointPath, edition.TimestampPath), reader.Incomplete},
		"the old manifest under the new head": {second.with(files{
			edition.LatestPath: edition.MakeLatest(manifestOf(t, p, first), 1, nil, second[edition.CheckpointPath]),
		}), reader.Lied},
	} {
		s := test.f.good(t)
		r := p.open(reader.Options{}, s)
		_, err := r.Refresh(t.Context())
		page, getErr := r.Get(t.Context(), wanted)
		if getErr == nil && !strings.Contains(string(page.Body), truth) {
			t.Errorf("%s: believed %.100q", name, page.Body)
		}
		if got := state(t, r, s); getErr == nil || got.State != test.want {
			t.Errorf("%s: got %+v, %v, %v", name, got, err, getErr)
		}
		believesTruth(t, p.open(reader.Options{Grace: 3 * time.Second}, test.f.good(t), second.good(t)), 2)
	}
	// Old files of the trust, well signed, under the names of new ones.
	w := newRealm(t)
	w.next()
	honest := w.issue(map[string]string{wanted: story(truth)})
	for _, path := range []func(int64) string{edition.SnapshotPath, edition.TargetsPath} {
		s := honest.with(files{path(2): honest[path(1)]}).good(t)
		r := w.read(reader.Options{}, s)
		believesNothing(t, r)
		if got := state(t, r, s); got.State != reader.Lied {
			t.Errorf("%s: got %+v", path(2), got)
		}
	}
	believesTruth(t, w.read(reader.Options{}, honest.good(t)), 1)
}

// manifestOf returns the manifest of a mirror's newest edition.
func manifestOf(t *testing.T, p *press, f files) []byte {
	t.Helper()
	h, err := p.keys.Policy().OpenLatest(f[edition.LatestPath])
	must(t, err)
	return h.ManifestBytes
}

// with returns the files with those at some paths, or all, taken from others.
func (f files) with(other files, paths ...string) files {
	out := files{}
	for path, b := range f {
		out[path] = b
	}
	if len(paths) == 0 {
		for path := range other {
			paths = append(paths, path)
		}
	}
	for _, path := range paths {
		out[path] = other[path]
	}
	return out
}

func attackArbitraryPage(t *testing.T) {
	p, _, second := twoEditions(t)
	object := contentOf(t, p, second)
	for _, forged := range [][]byte{[]byte("forged"), []byte(story("forged")), {}} {
		s := serve(t, lab.Forging(mirror.Handler(second.dir(t)), lab.Path(object), forged))
		r := p.open(reader.Options{}, s)
		refresh(t, r)
		if page, err := r.Get(t.Context(), wanted); err == nil {
			t.Errorf("believed %.100q", page.Body)
		}
		if got := state(t, r, s); got.State != reader.Lied && got.State != reader.Endless {
			t.Errorf("got %+v", got)
		}
	}
}

func attackWrongPage(t *testing.T) {
	p, _, second := twoEditions(t)
	good := mirror.Handler(second.dir(t))
	r := p.open(reader.Options{}, second.good(t))
	refresh(t, r)
	another := get(t, r, "en/story/2026/11/22/s7/index.html", "story 7").Entry.Objects[0]
	s := serve(t, lab.Swapped(good, lab.Path(contentOf(t, p, second)), "/"+edition.ObjectPath(another)))
	r = p.open(reader.Options{}, s)
	refresh(t, r)
	if page, err := r.Get(t.Context(), wanted); err == nil {
		t.Errorf("believed %.100q", page.Body)
	}
	if got := state(t, r, s); got.State != reader.Lied && got.State != reader.Endless {
		t.Errorf("got %+v", got)
	}
}

func attackEndless(t *testing.T) {
	p, _, second := twoEditions(t)
	good := mirror.Handler(second.dir(t))
	for name, match := range map[string]lab.Match{
		"latest": lab.Path("/latest"), "trust": lab.Below("/trust/"), "roots": lab.Path("/trust/2.root.json"), "objects": lab.Objects,
	} {
		s := serve(t, lab.Endless(good, match))
		r := p.open(reader.Options{}, s)
		_, _ = r.Refresh(t.Context())
		if page, err := r.Get(t.Context(), wanted); err == nil {
			t.Errorf("%s: believed %.100q", name, page.Body)
		}
		if got := state(t, r, s); got.State != reader.Endless || got.Bytes > 2<<20 {
			t.Errorf("%s: got %+v", name, got)
		}
	}
}

// byteASecond are limits that a mirror which sends a byte a second breaks at once.
var byteASecond = reader.Limits{Headers: time.Hour, Window: 100 * time.Millisecond, Pace: 16, Total: time.Hour}

func attackSlow(t *testing.T) {
	p, _, second := twoEditions(t)
	good := mirror.Handler(second.dir(t))
	for name, match := range map[string]lab.Match{
		"latest": lab.Path("/latest"), "trust": lab.Below("/trust/"), "objects": lab.Objects,
	} {
		s := serve(t, lab.Dripping(good, match, time.Second))
		s.Limits = byteASecond
		r := p.open(reader.Options{}, s)
		_, _ = r.Refresh(t.Context())
		if page, err := r.Get(t.Context(), wanted); err == nil {
			t.Errorf("%s: believed %.100q", name, page.Body)
		}
		if got := state(t, r, s); got.State != reader.Slow {
			t.Errorf("%s: got %+v", name, got)
		}
	}
}

// The slow mirrors may take an hour; the test would not come to its end if the healthy one waited for them.
func attackSlowBesideGood(t *testing.T) {
	p, _, second := twoEditions(t)
	good := mirror.Handler(second.dir(t))
	hour := reader.Limits{Headers: time.Hour, Window: time.Hour, Total: time.Hour}
	var sources []reader.Source
	for _, match := range []lab.Match{lab.Everything, lab.Below("/trust/"), lab.Objects} {
		s := serve(t, lab.Dripping(good, match, time.Second))
		s.Limits = hour
		sources = append(sources, s)
	}
	healthy := serve(t, lab.Good(good))
	healthy.Limits = hour
	r := p.open(reader.Options{Grace: 50 * time.Millisecond}, append(sources, healthy)...)
	believesTruth(t, r, 2)
}

func attackWithholding(t *testing.T) {
	p, first, second := twoEditions(t)
	keep := reader.Memory(1 << 20)
	r := p.open(reader.Options{Keep: keep}, first.good(t))
	refresh(t, r)
	get(t, r, wanted, "front")
	var none []reader.Source
	for _, m := range []lab.Mirror{lab.Blocked(), lab.Withholding(mirror.Handler(second.dir(t)), lab.Everything), lab.Frozen(mirror.Handler(first.dir(t)))} {
		none = append(none, serve(t, m))
	}
	// Kept from the new edition, it goes on with the old one and says how old that is.
	p.now = p.now.Add(49 * time.Hour)
	r = p.open(reader.Options{Keep: keep}, none...)
	if rep := refresh(t, r); rep.Verdict.Fresh != edition.Aged || rep.Verdict.Edition != 1 {
		t.Errorf("got %+v", rep.Verdict)
	}
	get(t, r, wanted, "front")
	believesTruth(t, p.open(reader.Options{Keep: keep, Grace: 2 * time.Second}, append(none, second.good(t))...), 2)
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

func attackRevokedKey(t *testing.T) {
	p := newPress(t, 1)
	p.publish(front())
	thief, last := p.fork(), p.fork()
	p.now = p.now.Add(time.Hour)
	p.replaceLog(last)
	healed := p.publish(map[string]string{wanted: story(truth)})
	keep := reader.Memory(1 << 20)
	believesTruth(t, p.open(reader.Options{Keep: keep}, healed.good(t)), 2)
	for i := range 3 { // ever more editions under the old key, with the newsroom's own new trust beside them
		thief.now = p.now.Add(time.Duration(i+1) * time.Hour)
		for range 5 {
			thief.add(map[string]string{wanted: story("stolen")})
		}
		stolen := thief.sign().with(healed, edition.TimestampPath)
		for path, b := range healed {
			if strings.HasPrefix(path, "trust/") {
				stolen[path] = b
			}
		}
		s := stolen.good(t)
		p.now = thief.now
		r := p.open(reader.Options{Keep: keep}, s, healed.good(t))
		believesTruth(t, r, 2)
		if got := state(t, r, s); got.State != reader.Old {
			t.Errorf("got %+v", got)
		}
		believesNothing(t, p.open(reader.Options{}, s)) // at first contact
	}
}

func attackLogReplaced(t *testing.T) {
	p, _, second := twoEditions(t)
	keep := reader.Memory(1 << 20)
	believesTruth(t, p.open(reader.Options{Keep: keep}, second.good(t)), 2)
	// By the same key, with another history.
	other := newPress(t, 1)
	other.publish(map[string]string{wanted: story("another history")})
	other.now = other.now.Add(time.Hour)
	other.publish(map[string]string{wanted: story("another history")})
	other.now = other.now.Add(time.Hour)
	rewritten := other.publish(map[string]string{wanted: story("another history")})
	s := rewritten.good(t)
	r := p.open(reader.Options{Keep: keep}, s)
	rep := believesTruth(t, r, 2)
	if got := state(t, r, s); got.State != reader.Forked || len(rep.Forks) != 1 {
		t.Errorf("another history: got %+v, %d forks", got, len(rep.Forks))
	}
	// By another key, which no policy names.
	stranger := p.fork()
	stranger.replaceLogUnder(t, 99)
	foreign := stranger.publishLog(map[string]string{wanted: story("forged")})
	s = second.with(foreign, edition.LatestPath, edition.CheckpointPath).good(t)
	keep = reader.Memory(1 << 20)
	believesTruth(t, p.open(reader.Options{Keep: keep}, second.good(t)), 2)
	r = p.open(reader.Options{Keep: keep}, s)
	believesTruth(t, r, 2)
	if got := state(t, r, s); got.State != reader.Lied {
		t.Errorf("another key: got %+v", got)
	}
}

// replaceLogUnder begins a log under a key that no policy names.
func (p *press) replaceLogUnder(t *testing.T, seed byte) {
	t.Helper()
	skey, _, err := note.GenerateKey(bytes.NewReader(bytes.Repeat([]byte{seed}, 64)), p.log.Name())
	must(t, err)
	p.log, err = note.NewSigner(skey)
	must(t, err)
	p.size, p.hashes, p.records = 0, nil, nil
}

// publishLog is publish without renewing the trust.
func (p *press) publishLog(pages map[string]string) files {
	p.add(pages)
	return p.sign()
}

// Between a new policy and the first edition of the log that it names, no mirror has anything to accept. Who was there
// before goes on with what it has, a restart without a network included; who comes now is told why.
func attackNoEditionYet(t *testing.T) {
	p, _, _ := twoEditions(t)
	keep := reader.Memory(1 << 20)
	before := p.files.with(p.files)
	believesTruth(t, p.open(reader.Options{Keep: keep}, before.good(t)), 2)
	p.replaceLog(p.fork())
	between := before.with(p.files)
	s := between.good(t)
	believesTruth(t, p.open(reader.Options{Keep: keep}, s), 2)
	r := p.open(reader.Options{Keep: keep}, files{}.good(t))
	if rep := refresh(t, r); rep.Verdict.Edition != 2 || !rep.Offline {
		t.Errorf("started again without a network: got %+v", rep)
	}
	get(t, r, wanted, truth)

	r = p.open(reader.Options{}, s)
	if _, err := r.Refresh(t.Context()); !errors.Is(err, reader.ErrNoMirror) || !strings.Contains(err.Error(), "no edition yet") {
		t.Errorf("at first contact: got %v, want to be told why", err)
	}
	if got := state(t, r, s); got.State != reader.Old {
		t.Errorf("at first contact: got %+v", got)
	}
	p.now = p.now.Add(time.Hour)
	after := between.with(p.publish(map[string]string{wanted: story(truth)}))
	for _, opt := range []reader.Options{{Keep: keep}, {}} {
		believesTruth(t, p.open(opt, after.good(t)), 3)
	}
	r = p.open(reader.Options{Keep: keep}, files{}.good(t))
	if rep := refresh(t, r); rep.Verdict.Edition != 3 {
		t.Errorf("after the new log's first edition: got %+v", rep)
	}
}

// Witnesses 0 and 1 co-sign one head, 1 and 2 another of the same size: both reach the quorum.
func attackWitnesses(t *testing.T) {
	w := newRealm(t)
	w.issue(map[string]string{wanted: story("front")})
	q := w.forked()
	ours := w.issue(map[string]string{wanted: story(truth)}, 0, 1)
	theirs := q.issue(map[string]string{wanted: story("another")}, 1, 2)
	keep := reader.Memory(1 << 20)
	believesTruth(t, w.read(reader.Options{Keep: keep}, ours.good(t)), 2)
	s := theirs.good(t)
	r := w.read(reader.Options{Keep: keep}, s)
	checkFork(t, believesTruth(t, r, 2))
	if got := state(t, r, s); got.State != reader.Forked {
		t.Errorf("got %+v", got)
	}
	// At first contact nobody can tell which is the newsroom's; both can't be, and that is kept.
	r = w.read(reader.Options{}, ours.good(t), theirs.good(t))
	checkFork(t, refresh(t, r))
}

// checkFork fails the test unless a report has one fork that anyone can check.
func checkFork(t *testing.T, rep reader.Report) {
	t.Helper()
	if len(rep.Forks) != 1 {
		t.Fatalf("got %d forks, want 1: %+v", len(rep.Forks), rep.Mirrors)
	}
	if _, err := edition.ParseEvidence(rep.Forks[0].Evidence()); err != nil {
		t.Errorf("the evidence proves nothing: %v", err)
	}
}

// A head that is smaller than the accepted one is old news, unless it is no beginning of it.
func attackSmallerFork(t *testing.T) {
	p := newPress(t, 1)
	p.publish(front())
	q := p.fork()
	keep := reader.Memory(1 << 20)
	refresh(t, p.open(reader.Options{Keep: keep}, p.files.with(p.files).good(t)))
	q.now = q.now.Add(time.Hour)
	fork := q.publish(map[string]string{wanted: story("another history")})
	p.now = q.now
	p.publish(map[string]string{wanted: story(truth)})
	older := p.files.with(p.files)
	p.now = p.now.Add(time.Hour)
	newest := p.publish(map[string]string{"en/index.html": story("more")})
	believesTruth(t, p.open(reader.Options{Keep: keep}, newest.good(t)), 3)

	s := older.good(t)
	r := p.open(reader.Options{Keep: keep}, s)
	if rep := believesTruth(t, r, 3); len(rep.Forks) > 0 || state(t, r, s).State != reader.Old {
		t.Errorf("one that is only old: got %+v", rep)
	}
	s = fork.good(t)
	r = p.open(reader.Options{Keep: keep}, s) // alone: the tiles that were kept tell
	rep := believesTruth(t, r, 3)
	checkFork(t, rep)
	if got := state(t, r, s); got.State != reader.Forked {
		t.Errorf("got %+v", got)
	}
}

func attackQuorum(t *testing.T) {
	w := newRealm(t)
	honest := w.issue(map[string]string{wanted: story(truth)}, 0, 2)
	believesTruth(t, w.read(reader.Options{}, honest.good(t)), 1)
	q := w.forked()
	for i := range w.witnesses {
		f := q.issue(map[string]string{wanted: story("stolen")}, i)
		s := f.good(t)
		r := w.read(reader.Options{}, s)
		believesNothing(t, r)
		if got := state(t, r, s); got.State != reader.Lied || !strings.Contains(got.Detail, "quorum") {
			t.Errorf("got %+v", got)
		}
		believesTruth(t, w.read(reader.Options{Grace: 2 * time.Second}, s, honest.good(t)), 1)
	}
}

func attackClock(t *testing.T) {
	const years = 5 * 365 * 24 * time.Hour
	p, _, second := twoEditions(t)
	signed := p.now
	for off, want := range map[time.Duration]edition.Freshness{-years: edition.ClockWrong, years: edition.StaleTrust, 0: edition.Fresh} {
		p.now = signed.Add(off)
		keep := reader.Memory(1 << 20)
		r := p.open(reader.Options{Keep: keep}, second.good(t))
		v := believesTruth(t, r, 2).Verdict // authentic content is shown by any clock
		if v.Fresh != want || !v.Authentic || !v.Whole || v.Unconfirmed != (want == edition.StaleTrust) {
			t.Errorf("%v: got %+v, want %s", off, v, want)
		}
		if want == edition.ClockWrong && v.Age != 0 {
			t.Errorf("an age of %v is told by a wrong clock", v.Age)
		}
		p.now = signed // once the clock is right again, so is the verdict
		if v := p.open(reader.Options{Keep: keep}, second.good(t)); believesTruth(t, v, 2).Verdict.Fresh != edition.Fresh {
			t.Errorf("%v, and then set right: got %+v", off, v.Verdict())
		}
	}
	// A clock may be called wrong before anything was seen: it is earlier than the program.
	r := p.open(reader.Options{NotBefore: signed.Add(time.Hour)}, second.good(t))
	if v := believesTruth(t, r, 2).Verdict; v.Fresh != edition.ClockWrong {
		t.Errorf("got %+v, want %s", v, edition.ClockWrong)
	}
}

// A stick with a year-old edition is all that somebody has. By whatever clock, it is never FRESH.
func attackStick(t *testing.T) {
	p, _, second := twoEditions(t)
	signed := p.now
	stick, err := reader.Folder(second.dir(t).Name())
	must(t, err)
	defer stick.Close()
	for _, test := range []struct {
		clock time.Duration // after it was signed
		want  edition.Freshness
	}{
		{0, edition.AgeUnknown}, {time.Hour, edition.AgeUnknown}, {47 * time.Hour, edition.AgeUnknown},
		{49 * time.Hour, edition.Aged}, {365 * 24 * time.Hour, edition.StaleTrust}, {-time.Hour, edition.ClockWrong},
	} {
		p.now = signed.Add(test.clock)
		keep := reader.Memory(1 << 20)
		for range 2 { // a second look at the same stick tells no more
			if v := believesTruth(t, p.open(reader.Options{Keep: keep}, stick), 2).Verdict; v.Fresh != test.want {
				t.Errorf("%v after it was signed: got %s, want %s", test.clock, v.Fresh, test.want)
			}
		}
		audit, err := reader.Verify(t.Context(), stick, p.masthead(), reader.VerifyOptions{Now: func() time.Time { return p.now }})
		if err != nil || audit.Fresh != test.want {
			t.Errorf("verify, %v after it was signed: got %s, %v, want %s", test.clock, audit.Fresh, err, test.want)
		}
	}
	// A mirror on a network vouches, and what it said stays known where there is none.
	p.now = signed.Add(time.Hour)
	keep := reader.Memory(1 << 20)
	for _, sources := range [][]reader.Source{{stick, second.good(t)}, {stick}, {files{}.good(t)}} {
		if v := believesTruth(t, p.open(reader.Options{Keep: keep, Grace: 2 * time.Second}, sources...), 2).Verdict; v.Fresh != edition.Fresh {
			t.Errorf("got %+v, want %s", v, edition.Fresh)
		}
	}
}

// Dates in headers, times of files, and files that claim a time: none of them is looked at.
func attackOwnTime(t *testing.T) {
	p, _, second := twoEditions(t)
	dir := second.dir(t)
	for _, at := range []time.Time{p.now, p.now.Add(-5 * 365 * 24 * time.Hour), p.now.Add(5 * 365 * 24 * time.Hour)} {
		for name := range second {
			must(t, os.Chtimes(dir.Name()+"/"+name, at, at))
		}
		for _, name := range []string{"now", "time", "clock", "log/now"} {
			must(t, os.WriteFile(dir.Name()+"/"+name, []byte(at.Format(time.RFC3339)), 0o644))
		}
		signed := p.now
		for off, want := range map[time.Duration]edition.Freshness{
			time.Hour: edition.Fresh, 49 * time.Hour: edition.Aged, -time.Hour: edition.ClockWrong, 31 * 24 * time.Hour: edition.StaleTrust,
		} {
			p.now = signed.Add(off)
			s := serve(t, lab.LyingDates(mirror.Handler(dir), lab.Everything, at))
			if v := believesTruth(t, p.open(reader.Options{}, s), 2).Verdict; v.Fresh != want {
				t.Errorf("the mirror's time %v, the clock %v after it was signed: got %s, want %s", at, off, v.Fresh, want)
			}
			stick, err := reader.Folder(dir.Name())
			must(t, err)
			if v := believesTruth(t, p.open(reader.Options{}, stick), 2).Verdict; v.Fresh == edition.Fresh {
				t.Errorf("a stick of %v: got %s", at, v.Fresh)
			}
			stick.Close()
		}
		p.now = signed
	}
}

// A mirror that copies `latest` before the objects offers an edition that it does not have.
func attackHasty(t *testing.T) {
	p, first, second := twoEditions(t)
	old, new := mirror.Handler(first.dir(t)), mirror.Handler(second.dir(t))
	hasty := func() *reader.HTTPSource {
		return serve(t, lab.Hasty(old, new, func(r *http.Request) bool { return !lab.Objects(r) }))
	}
	s := hasty()
	r := p.open(reader.Options{}, s)
	refresh(t, r)
	if page, err := r.Get(t.Context(), wanted); !errors.Is(err, reader.ErrNoMirror) {
		t.Errorf("got %.100q, %v, want ErrNoMirror", page.Body, err)
	}
	if got := state(t, r, s); got.State != reader.Incomplete {
		t.Errorf("got %+v", got)
	}
	believesTruth(t, p.open(reader.Options{}, hasty(), second.good(t)), 2)
}

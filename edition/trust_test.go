package edition_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"coranto/edition"
)

func TestTrust(t *testing.T) {
	r := newRepository(t)
	tr := r.trust()
	if got := tr.Policy(); !reflect.DeepEqual(got, newNewsroom(t, 0).policy) {
		t.Errorf("got policy %+v", got)
	}
	if tr.ID() != edition.Sum(r.theRootFile) {
		t.Errorf("ID %s", tr.ID())
	}
	if !reflect.DeepEqual(mirror(tr.Files()), r.mirror()) {
		t.Error("Files are not those of the mirror")
	}
	if !tr.Expires().Equal(r.expires) || tr.Stale(r.expires) || !tr.Stale(r.expires.Add(1)) {
		t.Errorf("expires %v", tr.Expires())
	}
}

// Expired trust is authentic all the same, and says that it is stale.
func TestTrustThatHasExpired(t *testing.T) {
	r := newRepository(t)
	r.expires = time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC)
	tr := r.trust()
	if !tr.Stale(start) || tr.Policy().Log == "" {
		t.Error("want a policy that is stale")
	}
	r.rotate("root", privateKey("root of 2030"))
	m := r.mirror()
	r.rotate("timestamp", privateKey("timestamp of 2031"))
	r.expires = start.Add(time.Hour)
	for path, b := range r.mirror() {
		m[path] = b
	}
	if err := tr.Refresh(t.Context(), m.fetch); err != nil {
		t.Fatal(err)
	}
	if tr.Stale(start) {
		t.Error("still stale after the new root")
	}
}

// fetches counts what is fetched.
type fetches struct {
	m     mirror
	paths []string
}

func (f *fetches) fetch(ctx context.Context, path string, max int64) ([]byte, error) {
	f.paths = append(f.paths, path)
	return f.m.fetch(ctx, path, max)
}

// A reader that is up to date asks for two files, one of which is not there.
func TestRefreshFetchesWhatHasChanged(t *testing.T) {
	r := newRepository(t)
	tr := r.trust()
	for _, tt := range []struct {
		name  string
		alter func()
		want  []string
	}{
		{"nothing new", func() {}, []string{"trust/2.root.json", "trust/timestamp.json"}},
		{"a new timestamp", func() { r.timestamp++ }, []string{"trust/2.root.json", "trust/timestamp.json"}},
		{"a new snapshot", func() { r.timestamp++; r.snapshot++ },
			[]string{"trust/2.root.json", "trust/timestamp.json", "trust/2.snapshot.json"}},
		{"new targets", r.next,
			[]string{"trust/2.root.json", "trust/timestamp.json", "trust/3.snapshot.json", "trust/2.targets.json"}},
		{"a new root", func() { r.rotate("root", privateKey("second root")) },
			[]string{"trust/2.root.json", "trust/3.root.json", "trust/timestamp.json"}},
	} {
		tt.alter()
		f := &fetches{m: r.mirror()}
		if err := tr.Refresh(t.Context(), f.fetch); err != nil || !slices.Equal(f.paths, tt.want) {
			t.Errorf("%s: fetched %q, %v, want %q", tt.name, f.paths, err, tt.want)
		}
	}
}

// Whichever bit of whichever file is flipped, the file is refused by its name, and the trust stays as it was.
func TestTrustEveryByte(t *testing.T) {
	r := newRepository(t)
	r.root = 2
	r.oldRootKeys = []ed25519.PrivateKey{privateKey("first root")}
	good := r.mirror()
	first := newRepository(t)
	first.keys["root"] = r.oldRootKeys
	root := first.rootFile()
	tr, err := edition.NewTrust(root)
	if err != nil {
		t.Fatal(err)
	}
	if err := tr.Refresh(t.Context(), good.fetch); err != nil {
		t.Fatal(err)
	}
	before := tr.Export()
	for path, b := range good {
		pinned := strings.Contains(path, ".snapshot.") || strings.Contains(path, ".targets.") // by their hashes
		for i := range b {
			if pinned && i%9 != 0 {
				continue
			}
			m := mirror{}
			for p, b := range good {
				m[p] = b
			}
			m[path] = bytes.Clone(b)
			m[path][i] ^= 1 << (i % 8)
			tr, _ := edition.NewTrust(root)
			err := tr.Refresh(t.Context(), m.fetch)
			var inv *edition.InvalidError
			if !errors.As(err, &inv) || inv.What != path {
				t.Fatalf("%s: byte %d of %d: got %v", path, i, len(b), err)
			}
			if tr.Policy().Log != "" {
				t.Fatalf("%s: byte %d: a policy all the same", path, i)
			}
		}
	}
	if !bytes.Equal(tr.Export(), before) {
		t.Error("the trust has changed")
	}
}

// values are put in the place of every value of every role's metadata, and signed with the right keys.
var values = []any{nil, true, -1, 0, 1 << 60, "x", "", []any{}, []any{nil}, object{}, object{"x": nil}}

// Signed by the newsroom's own keys and wrong in form: refused, and without a panic.
func TestTrustOfWrongForm(t *testing.T) {
	for _, role := range roles {
		places := []string{}
		r := newRepository(t)
		r.alter = func(of string, signed object) {
			if of == role {
				walk(signed, "", func(path string, _ func(any)) { places = append(places, path) })
			}
		}
		r.mirror()
		if len(places) < 5 {
			t.Fatalf("%s: %d places", role, len(places))
		}
		for _, place := range places {
			for i := -1; i < len(values); i++ {
				changed := false
				r.alter = func(of string, signed object) {
					if of == role {
						changed = put(signed, place, i)
					}
				}
				m := r.mirror()
				if !changed {
					continue
				}
				tr, err := edition.NewTrust(r.theRootFile)
				if err == nil {
					err = tr.Refresh(t.Context(), m.fetch)
				}
				var inv *edition.InvalidError
				if !errors.As(err, &inv) {
					t.Errorf("%s: %s is %v: got %v, want an InvalidError", role, place, describe(i), err)
				}
			}
		}
	}
}

func describe(i int) string {
	if i < 0 {
		return "missing"
	}
	b, _ := json.Marshal(values[i])
	return string(b)
}

// walk calls f with the path of every field and element below an object, and a function that sets it (to nothing: that
// removes it).
func walk(v any, path string, f func(path string, set func(any))) {
	switch v := v.(type) {
	case object:
		for name, child := range v {
			f(path+"/"+name, func(x any) {
				if v[name] = x; x == missing {
					delete(v, name)
				}
			})
			walk(child, path+"/"+name, f)
		}
	case []any:
		for i, child := range v {
			f(fmt.Sprint(path, "/", i), func(x any) { v[i] = x })
			walk(child, fmt.Sprint(path, "/", i), f)
		}
	}
}

var missing any = new(int)

// put sets the place to a value, and says whether that changed anything.
func put(signed object, place string, i int) (changed bool) {
	before, _ := json.Marshal(signed)
	var set func(any)
	walk(signed, "", func(path string, s func(any)) {
		if path == place {
			set = s
		}
	})
	switch {
	case i >= 0:
		set(values[i])
	case strings.Contains(place, "keyids/"):
		return false
	default:
		set(missing)
	}
	after, _ := json.Marshal(signed)
	return !bytes.Equal(before, after)
}

// What is signed by the right keys and yet not of the format.
func TestTrustAttacksOnTheSigned(t *testing.T) {
	weak := strings.Repeat("00", 32)
	for name, alter := range map[string]func(r *repository, role string, s object){
		"delegations": func(_ *repository, role string, s object) {
			if role == "targets" {
				s["delegations"] = object{"keys": object{}, "roles": []any{}}
			}
		},
		"a second target": func(_ *repository, role string, s object) {
			if role == "targets" {
				ts := s["targets"].(object)
				ts["other"] = ts["policy"]
			}
		},
		"custom data": func(_ *repository, role string, s object) {
			if role == "targets" {
				s["targets"].(object)["policy"].(object)["custom"] = object{}
			}
		},
		"a policy that is too long": func(_ *repository, role string, s object) {
			if role == "targets" {
				s["targets"].(object)["policy"].(object)["length"] = edition.MaxPolicy + 1
			}
		},
		"SHA-512 beside SHA-256": func(_ *repository, role string, s object) {
			if role == "targets" {
				s["targets"].(object)["policy"].(object)["hashes"].(object)["sha512"] = strings.Repeat("00", 64)
			}
		},
		"a second file in the snapshot": func(_ *repository, role string, s object) {
			if role == "snapshot" {
				s["meta"].(object)["other.json"] = s["meta"].(object)["targets.json"]
			}
		},
		"a snapshot too long to fetch": func(_ *repository, role string, s object) {
			if role == "timestamp" {
				s["meta"].(object)["snapshot.json"].(object)["length"] = edition.MaxMetadata + 1
			}
		},
		"another version of the snapshot": func(_ *repository, role string, s object) {
			if role == "snapshot" {
				s["version"] = 7
			}
		},
		"another version of the targets": func(_ *repository, role string, s object) {
			if role == "targets" {
				s["version"] = 7
			}
		},
		"another kind of metadata": func(_ *repository, role string, s object) {
			if role == "snapshot" {
				s["_type"] = "timestamp"
			}
		},
		"another specification": func(_ *repository, role string, s object) { s["spec_version"] = "2.0.0" },
		"an unknown field":      func(_ *repository, role string, s object) { s["x-more"] = 1 },
		"an unknown field in one role": func(_ *repository, role string, s object) {
			if role == "timestamp" {
				s["x-more"] = 1
			}
		},
		"a field in capitals":           func(_ *repository, role string, s object) { s["Version"] = 9 },
		"a field with a long s":         func(_ *repository, role string, s object) { s["verſion"] = 9 },
		"fractions of a second":         func(_ *repository, role string, s object) { s["expires"] = "2030-01-01T00:00:00.5Z" },
		"another time zone":             func(_ *repository, role string, s object) { s["expires"] = "2030-01-01T00:00:00+02:00" },
		"no consistent snapshot":        onRoot(func(_ *repository, s object) { s["consistent_snapshot"] = false }),
		"a fifth role":                  onRoot(func(_ *repository, s object) { s["roles"].(object)["mirrors"] = s["roles"].(object)["root"] }),
		"a threshold of two of one key": onRoot(func(_ *repository, s object) { s["roles"].(object)["timestamp"].(object)["threshold"] = 2 }),
		"a key twice for a threshold of two": onRoot(func(_ *repository, s object) {
			role := s["roles"].(object)["timestamp"].(object)
			role["threshold"], role["keyids"] = 2, append(role["keyids"].([]any), role["keyids"].([]any)...)
		}),
		"a key twice": onRoot(func(_ *repository, s object) {
			role := s["roles"].(object)["timestamp"].(object)
			role["keyids"] = append(role["keyids"].([]any), role["keyids"].([]any)...)
		}),
		"a key under another ID": onRoot(func(r *repository, s object) {
			id := keyID(r.t, r.keys["targets"][0])
			s["keys"].(object)[strings.Repeat("0", 64)] = s["keys"].(object)[id]
		}),
		"a key in capitals": onRoot(func(r *repository, s object) {
			addKey(r, s, func(k object) {
				k["keyval"] = object{"public": strings.ToUpper(hex.EncodeToString(newSigner("x", 1).public()[1:]))}
			})
		}),
		"an RSA key":           onRoot(func(r *repository, s object) { addKey(r, s, func(k object) { k["keytype"] = "rsa" }) }),
		"an ECDSA key":         onRoot(func(r *repository, s object) { addKey(r, s, func(k object) { k["keytype"] = "ecdsa" }) }),
		"another scheme":       onRoot(func(r *repository, s object) { addKey(r, s, func(k object) { k["scheme"] = "ed448" }) }),
		"a key of small order": onRoot(func(r *repository, s object) { addKey(r, s, func(k object) { k["keyval"] = object{"public": weak} }) }),
		"a key of 31 bytes": onRoot(func(r *repository, s object) {
			addKey(r, s, func(k object) { k["keyval"] = object{"public": weak[2:]} })
		}),
		"a key of 33 bytes": onRoot(func(r *repository, s object) {
			addKey(r, s, func(k object) { k["keyval"] = object{"public": weak + "00"} })
		}),
		"more in a key": onRoot(func(r *repository, s object) { addKey(r, s, func(k object) { k["x"] = 1 }) }),
	} {
		r := newRepository(t)
		r.alter = func(role string, s object) { alter(r, role, s) }
		refusedTrust(t, r, name)
	}
}

func onRoot(f func(*repository, object)) func(*repository, string, object) {
	return func(r *repository, role string, s object) {
		if role == "root" {
			f(r, s)
		}
	}
}

// addKey adds a key of an altered form under the ID that goes with it; no role uses it.
func addKey(r *repository, root object, alter func(object)) {
	k := publicKey(privateKey("one more"))
	alter(k)
	root["keys"].(object)[edition.Sum(canonical(r.t, k)).String()] = k
}

func refusedTrust(t *testing.T, r *repository, what string) {
	t.Helper()
	m := r.mirror()
	tr, err := edition.NewTrust(r.theRootFile)
	if err == nil {
		err = tr.Refresh(t.Context(), m.fetch)
	}
	var inv *edition.InvalidError
	if !errors.As(err, &inv) {
		t.Errorf("%s: got %v, want an InvalidError", what, err)
	}
}

// What is not signed as the root asks for.
func TestTrustAttacksOnSignatures(t *testing.T) {
	stranger := privateKey("stranger")
	sigs := func(f object) []any { return f["signatures"].([]any) }
	for name, resign := range map[string]func(r *repository, f object){
		"unsigned":          func(_ *repository, f object) { f["signatures"] = []any{} },
		"null":              func(_ *repository, f object) { f["signatures"] = nil },
		"a null signature":  func(_ *repository, f object) { f["signatures"] = []any{nil} },
		"a null in it":      func(_ *repository, f object) { sigs(f)[0].(object)["sig"] = nil },
		"a number in it":    func(_ *repository, f object) { sigs(f)[0].(object)["sig"] = 7 },
		"empty signature":   func(_ *repository, f object) { sigs(f)[0].(object)["sig"] = "" },
		"half a digit":      func(_ *repository, f object) { sigs(f)[0].(object)["sig"] = "abc" },
		"in capitals":       func(_ *repository, f object) { s := sigs(f)[0].(object); s["sig"] = strings.ToUpper(s["sig"].(string)) },
		"more in it":        func(_ *repository, f object) { sigs(f)[0].(object)["x"] = 1 },
		"more beside it":    func(_ *repository, f object) { f["x"] = 1 },
		"twice":             func(_ *repository, f object) { f["signatures"] = append(sigs(f), sigs(f)...) },
		"by a stranger":     func(r *repository, f object) { f["signatures"] = r.signatures(f["signed"].(object), stranger) },
		"by a stranger too": func(r *repository, f object) { addSignature(r, f, keyID(r.t, stranger), stranger) },
		"by another role too": func(r *repository, f object) {
			addSignature(r, f, keyID(r.t, r.keys["targets"][0]), r.keys["targets"][0])
		},
		"signed is null":      func(_ *repository, f object) { f["signed"] = nil },
		"signed is a list":    func(_ *repository, f object) { f["signed"] = []any{f["signed"]} },
		"a long s in a field": func(_ *repository, f object) { f["ſigned"] = f["signed"] },
		"too many signatures": func(r *repository, f object) {
			for i := range 70 {
				f["signatures"] = append(sigs(f), object{"keyid": fmt.Sprintf("~%02d", i), "sig": ""})
			}
		},
	} {
		for _, role := range []string{"root", "snapshot", "timestamp"} {
			r := newRepository(t)
			r.resign = func(of string, f object) {
				if of == role {
					resign(r, f)
				}
			}
			if role == "root" && strings.HasSuffix(name, " too") {
				continue // the root of a masthead may be signed by its predecessor, whom nobody knows
			}
			refusedTrust(t, r, role+" "+name)
		}
	}
}

func addSignature(r *repository, f object, id string, k ed25519.PrivateKey) {
	both := append(f["signatures"].([]any), r.signatures(f["signed"].(object), k)...)
	slices.SortFunc(both, func(a, b any) int { return strings.Compare(a.(object)["keyid"].(string), b.(object)["keyid"].(string)) })
	f["signatures"] = both
}

// Thresholds above one: enough of the right keys, sorted, and every signature valid.
func TestTrustThreshold(t *testing.T) {
	a, b, c := privateKey("a"), privateKey("b"), privateKey("c")
	for _, tt := range []struct {
		name    string
		signers []ed25519.PrivateKey
		spoil   func(sigs []any)
		ok      bool
	}{
		{"two of three", []ed25519.PrivateKey{a, c}, nil, true},
		{"all three", []ed25519.PrivateKey{a, b, c}, nil, true},
		{"one of three", []ed25519.PrivateKey{b}, nil, false},
		{"one of three and a stranger", []ed25519.PrivateKey{b, privateKey("stranger")}, nil, false},
		{"one in two names", []ed25519.PrivateKey{a, b}, func(sigs []any) {
			sigs[1].(object)["sig"] = sigs[0].(object)["sig"]
		}, false},
		{"a spare one that is broken", []ed25519.PrivateKey{a, b, c}, func(sigs []any) {
			sigs[2].(object)["sig"] = strings.Repeat("00", 64)
		}, false},
		{"not sorted", []ed25519.PrivateKey{a, b}, slices.Reverse[[]any], false},
	} {
		r := newRepository(t)
		r.keys["timestamp"], r.threshold["timestamp"] = []ed25519.PrivateKey{a, b, c}, 2
		r.resign = func(role string, f object) {
			if role != "timestamp" {
				return
			}
			f["signatures"] = r.signatures(f["signed"].(object), tt.signers...)
			if tt.spoil != nil {
				tt.spoil(f["signatures"].([]any))
			}
		}
		m := r.mirror()
		tr, err := edition.NewTrust(r.theRootFile)
		if err == nil {
			err = tr.Refresh(t.Context(), m.fetch)
		}
		if (err == nil) != tt.ok {
			t.Errorf("%s: got %v, want accepted %v", tt.name, err, tt.ok)
		}
	}
}

// Nothing older than what is trusted comes back, in whatever combination.
func TestTrustRollback(t *testing.T) {
	for name, alter := range map[string]func(r *repository){
		"timestamp":                      func(r *repository) { r.timestamp-- },
		"everything":                     func(r *repository) { r.timestamp--; r.snapshot--; r.targets-- },
		"snapshot under a new timestamp": func(r *repository) { r.timestamp++; r.snapshot-- },
		"targets under a new snapshot":   func(r *repository) { r.timestamp++; r.snapshot++; r.targets-- },
		"targets under a new root": func(r *repository) {
			r.rotate("root", privateKey("new root"))
			r.timestamp++
			r.snapshot++
			r.targets--
		},
		"timestamp under new snapshot keys": func(r *repository) { r.rotate("snapshot", privateKey("new snapshot")); r.timestamp-- },
	} {
		r := newRepository(t)
		r.next()
		r.next()
		tr := r.trust()
		before := tr.Export()
		alter(r)
		err := tr.Refresh(t.Context(), r.mirror().fetch)
		var inv *edition.InvalidError
		if !errors.As(err, &inv) || !bytes.Equal(tr.Export(), before) {
			t.Errorf("%s: got %v, want an InvalidError and the trust as it was", name, err)
		}
	}
}

// A thief of the timestamp's key who has signed a huge version is overcome by a new key (TUF: fast-forward).
func TestTrustAfterFastForward(t *testing.T) {
	r := newRepository(t)
	r.timestamp, r.snapshot = 1_000_000, 1_000_000
	tr := r.trust()
	r.rotate("timestamp", privateKey("new timestamp"))
	r.keys["snapshot"] = []ed25519.PrivateKey{privateKey("new snapshot")}
	r.timestamp, r.snapshot, r.targets = 2, 2, 2
	if err := tr.Refresh(t.Context(), r.mirror().fetch); err != nil {
		t.Fatal(err)
	}
	if tr.Files()["trust/2.snapshot.json"] == nil {
		t.Error("the thief's snapshot is still trusted")
	}
}

func TestTrustSameVersionStays(t *testing.T) {
	r := newRepository(t)
	tr := r.trust()
	before := tr.Export()
	r.expires = r.expires.Add(time.Hour)
	if err := tr.Refresh(t.Context(), r.mirror().fetch); err != nil || !bytes.Equal(tr.Export(), before) {
		t.Errorf("got %v, want nothing changed by another timestamp of the same version", err)
	}
}

// The chain of roots, and what breaks it.
func TestRootChain(t *testing.T) {
	for _, tt := range []struct {
		name  string
		alter func(r *repository)
		ok    bool
	}{
		{"the same keys", func(r *repository) { r.rotate("") }, true},
		{"new keys", func(r *repository) { r.rotate("root", privateKey("new")) }, true},
		{"not signed by the old keys", func(r *repository) { r.rotate("root", privateKey("new")); r.oldRootKeys = nil }, false},
		{"not signed by the new keys", func(r *repository) {
			r.rotate("root", privateKey("new"))
			old := r.oldRootKeys
			r.resign = func(role string, f object) {
				if role == "root" {
					f["signatures"] = r.signatures(f["signed"].(object), old...)
				}
			}
		}, false},
		{"a stranger's signature too", func(r *repository) {
			r.rotate("root", privateKey("new"))
			r.oldRootKeys = append(slices.Clone(r.oldRootKeys), privateKey("stranger"))
		}, false},
		{"another version inside", func(r *repository) {
			r.rotate("")
			r.alter = func(role string, s object) {
				if role == "root" {
					s["version"] = 3
				}
			}
		}, false},
	} {
		r := newRepository(t)
		tr := r.trust()
		tt.alter(r)
		if err := tr.Refresh(t.Context(), r.mirror().fetch); (err == nil) != tt.ok {
			t.Errorf("%s: got %v, want accepted %v", tt.name, err, tt.ok)
		}
	}
}

func TestEndlessRoots(t *testing.T) {
	r := newRepository(t)
	tr := r.trust()
	n := 0
	err := tr.Refresh(t.Context(), func(_ context.Context, path string, _ int64) ([]byte, error) {
		n++
		r.root = n + 1
		return r.rootFile(), nil
	})
	var inv *edition.InvalidError
	if !errors.As(err, &inv) || n != edition.MaxRoots {
		t.Errorf("got %v after %d roots, want an InvalidError after %d", err, n, edition.MaxRoots)
	}
}

func TestTrustMissingFiles(t *testing.T) {
	r := newRepository(t)
	for path := range r.mirror() {
		if path == "trust/1.root.json" {
			continue
		}
		m := r.mirror()
		delete(m, path)
		tr, err := edition.NewTrust(r.theRootFile)
		if err != nil {
			t.Fatal(err)
		}
		var inv *edition.InvalidError
		if err := tr.Refresh(t.Context(), m.fetch); !errors.Is(err, fs.ErrNotExist) || errors.As(err, &inv) {
			t.Errorf("%s: got %v, want fs.ErrNotExist", path, err)
		}
	}
}

// A mirror that ignores the limit is not believed.
func TestTrustFilesOverTheLimit(t *testing.T) {
	r := newRepository(t)
	m := r.mirror()
	m["trust/timestamp.json"] = append(m["trust/timestamp.json"], make([]byte, edition.MaxMetadata)...)
	tr, err := edition.NewTrust(r.theRootFile)
	if err == nil {
		err = tr.Refresh(t.Context(), m.fetch)
	}
	var inv *edition.InvalidError
	if !errors.As(err, &inv) {
		t.Errorf("got %v, want an InvalidError", err)
	}
}

func TestPolicyOfTheTrust(t *testing.T) {
	for _, policy := range []string{"x", "coranto policy 1\n", strings.Repeat("x", edition.MaxPolicy)} {
		r := newRepository(t)
		r.policy = []byte(policy)
		refusedTrust(t, r, fmt.Sprintf("policy %.20q", policy))
	}
}

func TestNewTrustRefuses(t *testing.T) {
	r := newRepository(t)
	m := r.mirror()
	for name, b := range map[string][]byte{
		"nothing": nil, "null": []byte("null"), "a timestamp": m["trust/timestamp.json"], "a list": []byte("[]"),
		"a newline after it": append(bytes.Clone(r.theRootFile), '\n'), "spaces": bytes.ReplaceAll(r.theRootFile, []byte(","), []byte(", ")),
		"deep": bytes.Repeat([]byte("["), 100000), "over the limit": append(bytes.Clone(r.theRootFile), make([]byte, edition.MaxMetadata)...),
	} {
		var inv *edition.InvalidError
		if _, err := edition.NewTrust(b); !errors.As(err, &inv) {
			t.Errorf("%s: got %v, want an InvalidError", name, err)
		}
	}
}

func TestImportTrust(t *testing.T) {
	r := newRepository(t)
	root := bytes.Clone(r.rootFile())
	tr := r.trust()
	r.rotate("root", privateKey("new"))
	r.next()
	if err := tr.Refresh(t.Context(), r.mirror().fetch); err != nil {
		t.Fatal(err)
	}
	kept := tr.Export()
	again, err := edition.ImportTrust(kept, root)
	if err != nil || !bytes.Equal(again.Export(), kept) || again.ID() != tr.ID() || !again.Expires().Equal(tr.Expires()) {
		t.Fatalf("got %v, want the same trust", err)
	}
	old := newRepository(t)
	if err := again.Refresh(t.Context(), old.mirror().fetch); err == nil {
		t.Error("what was kept does not hinder a rollback")
	}
	fresh, _ := edition.NewTrust(root)
	if again, err := edition.ImportTrust(fresh.Export(), root); err != nil || again.ID() != fresh.ID() {
		t.Errorf("a trust that was never refreshed: %v", err)
	}
	other := newRepository(t)
	other.keys["root"] = []ed25519.PrivateKey{privateKey("another newsroom")}
	for name, args := range map[string][2][]byte{
		"another newsroom's": {kept, other.rootFile()},
		"cut short":          {kept[:len(kept)/2], root},
		"empty":              {nil, root},
		"null":               {[]byte("null"), root},
		"no files":           {[]byte(`{"id":"` + edition.Sum(root).String() + `"}`), root},
		"altered":            {bytes.Replace(kept, []byte("max_age 172800"), []byte("max_age 172801"), 1), root},
	} {
		if _, err := edition.ImportTrust(args[0], args[1]); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// Every file below trust/ is checked by verify, earlier versions too: whichever bit is flipped, it is named.
func TestTrustFiles(t *testing.T) {
	r := newRepository(t)
	all := r.mirror()
	r.rotate("root", privateKey("second"))
	for path, b := range r.mirror() {
		all[path] = b
	}
	r.rotate("root", privateKey("third"))
	r.next()
	for path, b := range r.mirror() {
		all[path] = b
	}
	tr := r.trust()
	if len(all) != 9 {
		t.Fatalf("got %d files, want 3 roots, 2 snapshots, 2 targets, timestamp and policy", len(all))
	}
	if err := tr.CheckRoots(t.Context(), all.fetch); err != nil {
		t.Fatal(err)
	}
	for path, b := range all {
		root := strings.HasSuffix(path, ".root.json")
		if err := tr.CheckFile(path, b); err != nil && !root {
			t.Error(err)
		}
		for i := range b {
			altered := bytes.Clone(b)
			altered[i] ^= 1 << (i % 8)
			if !root {
				named(t, tr.CheckFile(path, altered), path)
				continue
			}
			m := mirror{}
			for p, b := range all {
				m[p] = b
			}
			m[path] = altered
			if i%7 == 0 {
				named(t, tr.CheckRoots(t.Context(), m.fetch), path)
			}
		}
	}
	for path, b := range map[string][]byte{
		"trust/9.snapshot.json": all["trust/2.snapshot.json"], "trust/9.targets.json": all["trust/2.targets.json"],
		"trust/x.json": all["trust/timestamp.json"], "trust/02.snapshot.json": all["trust/2.snapshot.json"],
		"trust/2.snapshot.json": all["trust/2.targets.json"], "trust/more": nil,
		"trust/targets/" + strings.Repeat("0", 64) + ".policy": r.policy,
	} {
		named(t, tr.CheckFile(path, b), path)
	}
	delete(all, "trust/2.root.json")
	if err := tr.CheckRoots(t.Context(), all.fetch); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want fs.ErrNotExist", err)
	}
}

// Whatever bytes stand in the place of whichever file, there is no panic, and no trust but the newsroom's own.
func FuzzTrust(f *testing.F) {
	r := newRepository(&testing.T{})
	good := r.mirror()
	names := []string{"trust/2.root.json", "trust/timestamp.json", "trust/1.snapshot.json", "trust/1.targets.json"}
	for i, name := range names {
		f.Add(i, good[name])
		f.Add(i, []byte(`{"signatures":[{"keyid":"","sig":null}],"signed":{"_type":"root","keys":{"a":null},"roles":{"root":null}}}`))
	}
	r.rotate("root", privateKey("new"))
	f.Add(0, r.rootFile())
	root := good["trust/1.root.json"]
	f.Fuzz(func(t *testing.T, i int, b []byte) {
		if i < 0 || i >= len(names) {
			return
		}
		m := mirror{}
		for path, b := range good {
			m[path] = b
		}
		m[names[i]] = b
		_, _ = edition.NewTrust(b)
		tr, err := edition.NewTrust(root)
		if err != nil {
			t.Fatal(err)
		}
		if err := tr.Refresh(t.Context(), m.fetch); err == nil && !bytes.Equal(b, good[names[i]]) && i > 0 {
			t.Errorf("accepted what was never signed: %q", b)
		}
	})
}

package main

import (
	"cmp"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/secure-systems-lab/go-securesystemslib/cjson"
)

// object is a JSON object.
type object = map[string]any

var topLevel = []string{"root", "timestamp", "snapshot", "targets"}

// A signer is a key of a kind. Its key may get more fields, and then another ID.
type signer struct {
	key  object
	sign func(payload []byte) []byte
}

func (s *signer) id(t *testing.T) string {
	sum := sha256.Sum256(canonical(t, s.key))
	return hex.EncodeToString(sum[:])
}

func canonical(t *testing.T, v any) []byte {
	t.Helper()
	b, err := cjson.EncodeCanonical(v)
	must(t, err)
	return b
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// rsaKey is one for all tests: it takes long to make.
var rsaKey = sync.OnceValue(func() *rsa.PrivateKey {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return k
})

// newSigner returns a key for a scheme.
func newSigner(t *testing.T, scheme string) *signer {
	t.Helper()
	var private crypto.Signer
	var opts crypto.SignerOpts = crypto.SHA256
	kind := "rsa"
	switch scheme {
	case "ed25519":
		_, k, err := ed25519.GenerateKey(rand.Reader)
		must(t, err)
		public := hex.EncodeToString(k.Public().(ed25519.PublicKey))
		return &signer{
			key:  object{"keytype": "ed25519", "scheme": scheme, "keyval": object{"public": public}},
			sign: func(b []byte) []byte { return ed25519.Sign(k, b) },
		}
	case "ecdsa-sha2-nistp256":
		k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		must(t, err)
		private, kind = k, "ecdsa"
	case "rsassa-pss-sha256":
		private, opts = rsaKey(), &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: crypto.SHA256}
	case "rsa-pkcs1v15-sha256":
		private = rsaKey()
	}
	der, err := x509.MarshalPKIXPublicKey(private.Public())
	must(t, err)
	public := string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	return &signer{
		key: object{"keytype": kind, "scheme": scheme, "keyval": object{"public": public}},
		sign: func(b []byte) []byte {
			sum := sha256.Sum256(b)
			sig, err := private.Sign(rand.Reader, sum[:], opts)
			must(t, err)
			return sig
		},
	}
}

// A repository is the simulated one: what its roles say, and what was published of it. Its mutex guards what the server
// touches.
type repository struct {
	t       *testing.T
	signed  map[string]object    // what the next publish of a role signs
	signers map[string][]*signer // who signs it, in order
	first   []byte               // the root that clients begin with
	hashes  bool                 // whether metadata names lengths and hashes
	safe    time.Time            // when things expire

	mu        sync.Mutex
	files     map[string][]byte // by their names, as "2.root.json"
	artifacts map[string][]byte
	asked     []string // names of metadata, in order
	fetched   []string // artifacts
	url       string
}

// newRepository serves a valid repository of first versions.
func newRepository(t *testing.T) *repository {
	r := &repository{
		t: t, signed: map[string]object{}, signers: map[string][]*signer{}, safe: time.Now().Add(30 * 24 * time.Hour),
		files: map[string][]byte{}, artifacts: map[string][]byte{},
	}
	r.signed["root"] = object{"consistent_snapshot": true, "keys": object{}, "roles": object{}}
	r.signed["timestamp"] = object{"meta": object{}}
	r.signed["snapshot"] = object{"meta": object{}}
	r.signed["targets"] = object{"targets": object{}}
	for _, role := range topLevel {
		r.begin(role)
		r.signed["root"]["roles"].(object)[role] = object{"keyids": []any{}, "threshold": 1}
		r.addKey(role, newSigner(t, "ecdsa-sha2-nistp256"))
	}
	r.publish("targets", "snapshot", "timestamp", "root")
	r.first = r.files["1.root.json"]
	server := httptest.NewServer(http.HandlerFunc(r.serve))
	t.Cleanup(server.Close)
	r.url = server.URL
	return r
}

// begin fills in what all metadata has.
func (r *repository) begin(role string) {
	s := r.signed[role]
	s["_type"], s["spec_version"], s["version"] = "targets", "1.0.31", 0
	if slices.Contains(topLevel, role) {
		s["_type"] = role
	}
	r.expire(role, r.safe)
}

func (r *repository) expire(role string, at time.Time) {
	r.signed[role]["expires"] = at.UTC().Format(time.RFC3339)
}

func (r *repository) version(role string) int { return r.signed[role]["version"].(int) }

func (r *repository) role(name string) object {
	return r.signed["root"]["roles"].(object)[name].(object)
}

func (r *repository) meta(of, role string) object {
	return r.signed[of]["meta"].(object)[role+".json"].(object)
}

// addKey adds a key to a top-level role, and has it sign.
func (r *repository) addKey(role string, s *signer) {
	r.signed["root"]["keys"].(object)[s.id(r.t)] = s.key
	r.role(role)["keyids"] = append(r.role(role)["keyids"].([]any), s.id(r.t))
	r.signers[role] = append(r.signers[role], s)
}

// setKeys replaces the keys of a role, its threshold and those who sign.
func (r *repository) setKeys(role string, threshold int, keys, signers []*signer) {
	r.signers[role] = nil
	r.role(role)["keyids"], r.role(role)["threshold"] = []any{}, threshold
	for _, k := range keys {
		r.addKey(role, k)
	}
	r.signers[role] = signers
}

// rotate replaces the one key of a role.
func (r *repository) rotate(role string) {
	k := []*signer{newSigner(r.t, "ecdsa-sha2-nistp256")}
	r.setKeys(role, 1, k, k)
}

// publish signs the next versions of roles, and names them where they are to be named.
func (r *repository) publish(roles ...string) {
	r.t.Helper()
	for _, role := range roles {
		r.signed[role]["version"] = r.version(role) + 1
		r.publishAs(role, r.version(role))
	}
}

// publishAs publishes a role as it stands under the name of a version.
func (r *repository) publishAs(role string, version int) {
	r.t.Helper()
	payload := canonical(r.t, r.signed[role])
	sigs := []any{}
	for _, s := range r.signers[role] {
		sigs = append(sigs, object{"keyid": s.id(r.t), "sig": hex.EncodeToString(s.sign(payload))})
	}
	b, err := json.MarshalIndent(object{"signatures": sigs, "signed": r.signed[role]}, "", " ")
	must(r.t, err)
	r.put(role, version, b)
	named := object{"version": version}
	if r.hashes {
		sum := sha256.Sum256(b)
		named["length"], named["hashes"] = len(b), object{"sha256": hex.EncodeToString(sum[:])}
	}
	switch role {
	case "root", "timestamp":
	case "snapshot":
		r.signed["timestamp"]["meta"].(object)["snapshot.json"] = named
	default:
		r.signed["snapshot"]["meta"].(object)[role+".json"] = named
	}
}

// fileName returns the name of a role's metadata as a URL has it.
func fileName(role string, version int) string {
	if role == "timestamp" {
		return "timestamp.json"
	}
	return fmt.Sprintf("%d.%s.json", version, url.PathEscape(role))
}

func (r *repository) put(role string, version int, b []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.files[fileName(role, version)] = b
}

func (r *repository) get(role string, version int) []byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.files[fileName(role, version)]
}

// edit changes the JSON of a file that was published.
func (r *repository) edit(role string, version int, change func(file object)) {
	r.t.Helper()
	r.put(role, version, edited(r.t, r.get(role, version), change))
}

func edited(t *testing.T, b []byte, change func(file object)) []byte {
	t.Helper()
	var file object
	must(t, json.Unmarshal(b, &file))
	change(file)
	b, err := json.Marshal(file)
	must(t, err)
	return b
}

// addArtifact adds a target to a role.
func (r *repository) addArtifact(role, path, content string, hashes ...string) {
	sum256, sum512 := sha256.Sum256([]byte(content)), sha512.Sum512([]byte(content))
	all := object{"sha256": hex.EncodeToString(sum256[:]), "sha512": hex.EncodeToString(sum512[:]), "unknown-hash": hex.EncodeToString(sum512[:])}
	if len(hashes) == 0 {
		hashes = []string{"sha256"}
	}
	maps.DeleteFunc(all, func(name string, _ any) bool { return !slices.Contains(hashes, name) })
	r.signed[role]["targets"].(object)[path] = object{"length": len(content), "hashes": all}
	r.serveArtifact(path, content)
}

func (r *repository) serveArtifact(path, content string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.artifacts[path] = []byte(content)
}

// delegate makes one role delegate to another, under a key of its own each time. More are fields of the delegation.
func (r *repository) delegate(from, to string, more object) {
	d, ok := r.signed[from]["delegations"].(object)
	if !ok {
		d = object{"keys": object{}, "roles": []any{}}
		r.signed[from]["delegations"] = d
	}
	s := newSigner(r.t, "ecdsa-sha2-nistp256")
	d["keys"].(object)[s.id(r.t)] = s.key
	role := object{"name": to, "keyids": []any{s.id(r.t)}, "threshold": 1, "terminating": false, "paths": []any{"*"}}
	maps.Copy(role, more)
	if more["path_hash_prefixes"] != nil {
		delete(role, "paths")
	}
	d["roles"] = append(d["roles"].([]any), role)
	r.signers[to] = append(r.signers[to], s)
	if r.signed[to] == nil {
		r.signed[to] = object{"targets": object{}}
		r.begin(to)
	}
}

// serve is the web server: metadata below /metadata/, artifacts below /targets/.
func (r *repository) serve(w http.ResponseWriter, req *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	path := req.URL.EscapedPath()
	if name, ok := strings.CutPrefix(path, "/metadata/"); ok {
		r.asked = append(r.asked, name)
		if b, ok := r.files[name]; ok {
			_, _ = w.Write(b)
			return
		}
		http.NotFound(w, req)
		return
	}
	name := strings.TrimPrefix(path, "/targets/")
	dir, file := name[:strings.LastIndex(name, "/")+1], name[strings.LastIndex(name, "/")+1:]
	prefix, file, _ := strings.Cut(file, ".")
	r.fetched = append(r.fetched, dir+file+" "+prefix)
	if b, ok := r.artifacts[dir+file]; ok {
		_, _ = w.Write(b)
		return
	}
	http.NotFound(w, req)
}

// requests returns the metadata that was asked for from an index on, as "root 2".
func (r *repository) requests(from int) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []string
	for _, name := range r.asked[min(from, len(r.asked)):] {
		role := strings.TrimSuffix(name, ".json")
		if version, rest, ok := strings.Cut(role, "."); ok {
			if n, err := strconv.Atoi(version); err == nil {
				role = fmt.Sprint(rest, " ", n)
			}
		}
		out = append(out, role)
	}
	return out
}

// lastRequest returns the metadata that was asked for last.
func (r *repository) lastRequest() string {
	all := r.requests(0)
	if len(all) == 0 {
		return ""
	}
	return all[len(all)-1]
}

// downloads returns the artifacts that were asked for, each with the hash in its name.
func (r *repository) downloads() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.fetched)
}

// trusted is the version of a role that a client trusts.
type trusted struct {
	role    string
	version int
}

func compareTrusted(a, b trusted) int { return cmp.Compare(a.role, b.role) }

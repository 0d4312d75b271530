package main

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
)

func TestDownload(t *testing.T) {
	cases := map[string]func(*testing.T, *repository, *user){
		"client_downloads_expected_file": func(t *testing.T, r *repository, u *user) {
			r.addArtifact("targets", "target_file.txt", "target file contents")
			r.publish("targets", "snapshot", "timestamp")
			u.want(true, u.refresh())
			u.has()
			u.want(true, u.download("target_file.txt"))
			u.has("target file contents")
		},
		"client_downloads_expected_file_in_sub_dir": func(t *testing.T, r *repository, u *user) {
			r.addArtifact("targets", "path/to/a/target_file.txt", "target file contents")
			r.publish("targets", "snapshot", "timestamp")
			u.want(true, u.download("path/to/a/target_file.txt"))
			u.has("target file contents")
		},
		"artifact_is_not_fetched_again": func(t *testing.T, r *repository, u *user) {
			r.addArtifact("targets", "target_file.txt", "target file contents")
			r.publish("targets", "snapshot", "timestamp")
			u.want(true, u.download("target_file.txt"))
			u.want(true, u.download("target_file.txt"))
			if got := r.downloads(); len(got) != 1 {
				t.Errorf("fetched %q", got)
			}
		},
		"repository_substitutes_target_file": func(t *testing.T, r *repository, u *user) {
			r.addArtifact("targets", "one", "target file contents")
			r.addArtifact("targets", "another", "content")
			r.publish("targets", "snapshot", "timestamp")
			u.want(true, u.download("one"))
			r.serveArtifact("one", "malicious")
			r.serveArtifact("another", "malici.") // of the same length
			u.download("one")
			u.has("target file contents")
			u.want(false, u.download("another"))
			u.has("target file contents")
		},
		"multiple_changes_to_target": func(t *testing.T, r *repository, u *user) {
			r.addArtifact("targets", "target", "first")
			r.publish("targets", "snapshot", "timestamp")
			u.want(true, u.download("target"))
			had := []string{}
			for i := range 6 {
				r.addArtifact("targets", "target", fmt.Sprint("modified ", i))
				r.addArtifact("targets", fmt.Sprint("new-", i), fmt.Sprint("new ", i))
				r.publish("targets", "snapshot", "timestamp")
				if i%5 != 0 {
					continue
				}
				u.want(true, u.download("target"))
				u.want(true, u.download(fmt.Sprint("new-", i)))
				had = append(had, fmt.Sprint("new ", i))
				u.has(append(slices.Clone(had), fmt.Sprint("modified ", i))...)
				r.serveArtifact("target", "malicious")
				r.publish("targets", "snapshot", "timestamp")
				u.download("target")
				u.has(append(slices.Clone(had), fmt.Sprint("modified ", i))...)
			}
		},
		"download_with_unknown_hash_algorithm": func(t *testing.T, r *repository, u *user) {
			r.addArtifact("targets", "target", "content", "unknown-hash")
			r.publish("targets", "snapshot", "timestamp")
			u.want(false, u.download("target"))
			u.has()
		},
		"target_that_leads_out_of_the_folder": func(t *testing.T, r *repository, u *user) {
			r.addArtifact("targets", "../../escaped", "content")
			r.addArtifact("targets", "..", "content")
			r.publish("targets", "snapshot", "timestamp")
			u.download("../../escaped")
			u.want(false, u.download(".."))
		},
	}
	for _, hashes := range [][]string{{"sha256"}, {"sha512"}, {"sha256", "sha512"}} {
		cases[fmt.Sprint("download_with_hash_algorithms/", hashes)] = func(t *testing.T, r *repository, u *user) {
			r.addArtifact("targets", "target", "content", hashes...)
			r.publish("targets", "snapshot", "timestamp")
			u.want(true, u.download("target"))
			u.has("content")
			got, of := r.downloads(), r.signed["targets"]["targets"].(object)["target"].(object)["hashes"].(object)
			if len(got) != 1 || !slices.ContainsFunc(hashes, func(h string) bool { return got[0] == fmt.Sprint("target ", of[h]) }) {
				t.Errorf("fetched %q", got)
			}
		}
	}
	conform(t, cases)
}

// An edge is one delegation of a graph.
type edge struct {
	from, to    string
	terminating bool
	path        string // "*" when it is empty
}

func (r *repository) graph(edges []edge) {
	var touched []string
	for _, e := range edges {
		more := object{"terminating": e.terminating}
		if e.path != "" {
			var paths []any
			for p := range strings.SplitSeq(e.path, " ") {
				paths = append(paths, p)
			}
			more["paths"] = paths
		}
		r.delegate(e.from, e.to, more)
		for _, role := range []string{e.to, e.from} {
			if !slices.Contains(touched, role) {
				touched = append(touched, role)
			}
		}
	}
	r.publish(touched...)
}

func TestGraphTraversal(t *testing.T) {
	cases := map[string]func(*testing.T, *repository, *user){}
	for name, test := range map[string]struct {
		edges []edge
		want  string
	}{
		"basic-delegation":                                          {[]edge{{to: "A"}}, "A"},
		"single-level-delegations":                                  {[]edge{{to: "A"}, {to: "B"}}, "A B"},
		"two-level-delegations":                                     {[]edge{{to: "A"}, {to: "B"}, {from: "B", to: "C"}}, "A B C"},
		"two-level-test-DFS-order-of-traversal":                     {[]edge{{to: "A"}, {to: "B"}, {from: "A", to: "C"}, {from: "A", to: "D"}}, "A C D B"},
		"three-level-delegation-test-DFS-order-of-traversal":        {[]edge{{to: "A"}, {to: "B"}, {from: "A", to: "C"}, {from: "C", to: "D"}}, "A C D B"},
		"two-level-terminating-ignores-all-but-roles-descendants":   {[]edge{{to: "A"}, {to: "B"}, {from: "A", to: "C", terminating: true}, {from: "A", to: "D"}}, "A C"},
		"three-level-terminating-ignores-all-but-roles-descendants": {[]edge{{to: "A"}, {to: "B"}, {from: "A", to: "C", terminating: true}, {from: "C", to: "D"}}, "A C D"},
		"two-level-ignores-all-branches-not-matching-paths":         {[]edge{{to: "A", path: "*.py"}, {to: "B"}, {from: "A", to: "C"}}, "B"},
		"three-level-ignores-all-branches-not-matching-paths":       {[]edge{{to: "A"}, {to: "B"}, {from: "A", to: "C", path: "*.py"}, {from: "C", to: "D"}}, "A B"},
		"cyclic-graph":                                    {[]edge{{to: "A"}, {to: "B"}, {from: "B", to: "C"}, {from: "C", to: "D"}, {from: "D", to: "B"}}, "A B C D"},
		"two-roles-delegating-to-a-third":                 {[]edge{{to: "A"}, {to: "B"}, {from: "B", to: "C"}, {from: "A", to: "C"}}, "A C B"},
		"two-roles-delegating-to-a-third-different-paths": {[]edge{{to: "A"}, {to: "B"}, {from: "B", to: "C"}, {from: "A", to: "C", path: "*.py"}}, "A B C"},
	} {
		cases[name] = func(t *testing.T, r *repository, u *user) {
			for i := range test.edges {
				if test.edges[i].from == "" {
					test.edges[i].from = "targets"
				}
			}
			r.graph(test.edges)
			r.publish("snapshot", "timestamp")
			u.want(false, u.download("missingpath"))
			if got := strings.ReplaceAll(strings.Join(r.requests(4), " "), " 1", ""); got != test.want {
				t.Errorf("visited %q, want %q", got, test.want)
			}
		}
	}
	conform(t, cases)
}

func TestTargetfileSearch(t *testing.T) {
	cases := map[string]func(*testing.T, *repository, *user){}
	for name, test := range map[string]struct {
		target, want string
		found        bool
	}{
		"no delegations":                                        {"targetfile", "", true},
		"targetpath matches wildcard":                           {"README.md", "A", true},
		"targetpath with separators x":                          {"releases/x/x_v1", "B C", true},
		"targetpath with separators y":                          {"releases/y/y_v1.zip", "B D", true},
		"targetpath is not delegated by all roles in the chain": {"releases/z/z_v1.zip", "B", false},
	} {
		cases[name] = func(t *testing.T, r *repository, u *user) {
			contents := map[string]string{
				"targetfile": "targets", "README.md": "A", "releases/x/x_v1": "C", "releases/y/y_v1.zip": "D", "releases/z/z_v1.zip": "D",
			}
			edges := []edge{{from: "targets", to: "A", path: "*.doc *.md"}, {from: "targets", to: "B", path: "releases/*/*"},
				{from: "B", to: "C", path: "releases/x/*"}, {from: "B", to: "D", path: "releases/y/*.zip"}}
			r.graph(edges)
			for path, role := range contents {
				r.addArtifact(role, path, path+" by "+role)
			}
			for _, role := range []string{"targets", "A", "B", "C", "D"} {
				r.publish(role)
			}
			r.publish("snapshot", "timestamp")
			u.want(test.found, u.download(test.target))
			if test.found {
				u.has(test.target + " by " + contents[test.target])
			}
			if got := strings.ReplaceAll(strings.Join(r.requests(4), " "), " 2", ""); got != test.want {
				t.Errorf("visited %q, want %q", got, test.want)
			}
		}
	}
	conform(t, cases)
}

// Roles that share targets out by how the hash of a path begins.
func TestBins(t *testing.T) {
	cases := map[string]func(*testing.T, *repository, *user){}
	for _, test := range []struct {
		bits        int
		target, bin string
	}{
		{1, "boo", "bin-0"}, {1, "too", "bin-1"}, {2, "foo", "bin-0"}, {2, "doo", "bin-1"}, {2, "too", "bin-2"},
		{2, "bar", "bin-3"}, {8, "bar", "bin-fc"},
	} {
		cases[fmt.Sprintf("succinct_roles/%d bits, %s", test.bits, test.bin)] = func(t *testing.T, r *repository, u *user) {
			s := newSigner(t, "ed25519")
			r.signed["targets"]["delegations"] = object{
				"keys":           object{s.id(t): s.key},
				"succinct_roles": object{"keyids": []any{s.id(t)}, "threshold": 1, "bit_length": test.bits, "name_prefix": "bin"},
			}
			r.signed[test.bin], r.signers[test.bin] = object{"targets": object{}}, []*signer{s}
			r.begin(test.bin)
			r.publish(test.bin, "targets", "snapshot", "timestamp")
			u.want(false, u.download(test.target))
			if got := r.requests(4); !slices.Equal(got, []string{test.bin + " 1"}) {
				t.Errorf("visited %q, want %q", got, test.bin)
			}
		}
	}
	// SHA-256 of "0" begins with 5feceb, that of "a" with ca978112.
	for target, want := range map[string]string{"0": "role1 1", "a": "role2 1", "nowhere": ""} {
		cases["hash_bins/"+target] = func(t *testing.T, r *repository, u *user) {
			r.delegate("targets", "role1", object{"path_hash_prefixes": []any{"5f", "00"}})
			r.delegate("targets", "role2", object{"path_hash_prefixes": []any{"ca97"}})
			r.publish("role1", "role2", "targets", "snapshot", "timestamp")
			u.want(false, u.download(target))
			if got := strings.Join(r.requests(4), " "); got != want {
				t.Errorf("visited %q, want %q", got, want)
			}
		}
	}
	conform(t, cases)
}

func TestUnusualRoleName(t *testing.T) {
	cases := map[string]func(*testing.T, *repository, *user){}
	for _, role := range []string{"?", "#", "/delegatedrole", "../delegatedrole", "..", ".", "a b", "%2f"} {
		cases[url.PathEscape(role)] = func(t *testing.T, r *repository, u *user) {
			r.delegate("targets", role, nil)
			r.publish(role, "targets", "snapshot", "timestamp")
			u.want(false, u.download("nonexistent target"))
			if got := r.requests(0); !slices.Contains(got, url.PathEscape(role)+" 1") {
				t.Errorf("asked for %q", got)
			}
			if got := len(roleFiles(t, u)); got != 5 {
				t.Errorf("trusts %d roles, want 5", got)
			}
		}
	}
	// A role that is called as one of the root's never takes its place.
	for _, role := range []string{"root", "timestamp", "snapshot"} {
		cases["as_"+role] = func(t *testing.T, r *repository, u *user) {
			r.delegate("targets", "thief", nil)
			r.addArtifact("thief", "file", "content")
			r.signed["thief"]["version"] = 8
			r.publish("thief")
			r.files["9."+role+".json"] = r.files["9.thief.json"]
			r.signed["targets"]["delegations"].(object)["roles"].([]any)[0].(object)["name"] = role
			r.signed["snapshot"]["meta"].(object)[role+".json"] = object{"version": 9}
			r.publish("targets", "snapshot", "timestamp")
			u.want(false, u.download("file"))
			for _, name := range topLevel {
				u.holds(name, r.get(name, r.version(name)))
			}
		}
	}
	conform(t, cases)
}

// A role that two delegate to is verified under whoever led to it: a key of the other says nothing.
func TestDelegationsAreNotMixed(t *testing.T) {
	conform(t, map[string]func(*testing.T, *repository, *user){
		"signed for another": func(t *testing.T, r *repository, u *user) {
			r.graph([]edge{{from: "targets", to: "A"}, {from: "targets", to: "B"}, {from: "A", to: "C"}, {from: "B", to: "C"}})
			r.addArtifact("C", "file", "content")
			r.signers["C"] = r.signers["C"][1:] // B's key for it alone
			r.publish("C", "snapshot", "timestamp")
			u.want(false, u.download("file"))
			u.has()
		},
		"more roles than one search visits": func(t *testing.T, r *repository, u *user) {
			edges := []edge{}
			for i := range 40 {
				edges = append(edges, edge{from: "targets", to: fmt.Sprint("role", i)})
			}
			r.graph(edges)
			r.addArtifact("role39", "file", "content")
			r.publish("role39", "snapshot", "timestamp")
			u.want(false, u.download("file"))
		},
	})
}

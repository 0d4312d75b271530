package main

import (
	"maps"
	"slices"
	"strings"

	"coranto/vectors"
)

// A paper is the files of an edition by their paths: what its tree says of each, and their bytes.
type paper map[string]printed

// printed is a file: its plain bytes, in the form of vectors, its stored bytes, and its entry.
type printed struct {
	plain  vectors.Bytes
	stored []byte
	entry  entry
}

func (p paper) add(path, media, content string) {
	p[path] = printed{text(content), []byte(content), fileEntry(media, []byte(content))}
}

func (p paper) addPacked(path, content string) {
	stored := zipStored(content)
	e := fileEntry("text/html", stored)
	e.gzip, e.plain = true, uint64(len(content))
	p[path] = printed{text(content), stored, e}
}

// addPattern adds a file of so many bytes, which are too many to be written out.
func (p paper) addPattern(path string, n int) {
	stored := pattern(n).Join()
	p[path] = printed{pattern(n), stored, fileEntry("application/octet-stream", stored)}
}

// addLoose adds a file of so many bytes whose pieces stand as objects too.
func (p paper) addLoose(path string, n int) {
	p.addPattern(path, n)
	f := p[path]
	f.entry.loose = true
	p[path] = f
}

func smallPaper() paper {
	p := paper{}
	p.add("index.html", "text/html", "choose")
	p.addPacked("en/index.html", "front")
	p.add("en/story/2026/11/22/border/index.html", "text/html", "a story")
	p.add("fa/story/2026/11/22/border/index.html", "text/html", "its translation")
	p.add("en/empty.txt", "text/plain", "")
	p.addPattern("media/story/2026/11/22/border/film.mp4", 70_000)
	p.addLoose(loosePath, 20_000)
	return p
}

func (p paper) items() (items []item) {
	for path, f := range p {
		items = append(items, item{keyOf(path), f.entry.encode()})
	}
	return items
}

// A whole is a whole mirror of the second edition of a log, of which change may alter what is signed before it is.
type whole struct {
	repo     *repo
	paper    paper
	tree     *tree
	manifest vectors.ManifestValue
	history  history
}

func newWhole(p paper) *whole {
	w := &whole{repo: newRepo(), paper: p, tree: build(p.items()), manifest: plainManifest(2)}
	w.manifest.Files, w.manifest.Bytes = 0, 0
	for _, f := range p {
		w.manifest.Files++
		w.manifest.Bytes += uint64(len(f.stored))
	}
	return w
}

// files returns the mirror's files by their paths.
func (w *whole) files() map[string]vectors.Bytes {
	w.manifest.Root = w.tree.root.String()
	manifest := []byte(manifestOf(w.manifest))
	w.history = append(newHistory(1), manifest)
	files := w.repo.files()
	maps.Copy(files, w.history.mirror(2))
	files[objectPath(sum(manifest))] = text(string(manifest))
	for h, b := range w.tree.nodes {
		files[objectPath(h)] = hexed(b)
	}
	for path, f := range w.paper {
		w.print(files, path, f)
	}
	files["log/checkpoint"] = text(w.note(noon))
	files["latest"] = text(proofOf(manifest, 1, w.history.proof(1, 0, 2), w.note(noon)))
	return files
}

func (w *whole) note(at uint64) string {
	return note(headText(w.history.head(2)), theLog, cosigner.when(at))
}

// print adds a file's objects, plain page and twin.
func (w *whole) print(files map[string]vectors.Bytes, path string, f printed) {
	objects, _ := cut(f.stored)
	for _, b := range objects {
		files[objectPath(sum(b))] = hexed(b)
	}
	if f.entry.loose {
		for b := range slices.Chunk(f.stored, pieceSize) {
			files[objectPath(sum(b))] = hexed(b)
		}
	}
	files[path] = f.plain
	if f.entry.gzip {
		files[path+".gz"] = hexed(f.stored)
	} else if len(objects) > 1 { // a film, and its list
		files[objectPath(sum(f.stored))] = f.plain
	}
}

func objectPath(h hash) string { return "o/" + h.String()[:2] + "/" + h.String() }

// loosePath is where a loose file of a small paper stands.
const loosePath = "en/archive/pack/2026-11-22.pack"

// wholeMirrors makes mirrors that are whole, and others to which one thing was done.
func wholeMirrors() *sheet[vectors.Mirror, vectors.WholeValue] {
	s := newSheet[vectors.Mirror, vectors.WholeValue]("Whole mirrors. The masthead's root is the file trust/1.root.json of the mirror base.")
	s.rule = "Reading"
	good := newWhole(smallPaper())
	files := good.files()
	s.Mirrors = map[string]map[string]vectors.Bytes{"base": files}
	ok := func(name string, m vectors.Mirror) {
		m.Base = "base"
		s.ok(name, m, vectors.WholeValue{Edition: 2})
	}
	no := func(name, code, at string, m vectors.Mirror) {
		m.Base = "base"
		s.no(name, code, "whole", m)
		s.Cases[len(s.Cases)-1].At = at
	}
	with := func(path string, b vectors.Bytes) vectors.Mirror {
		return vectors.Mirror{With: map[string]vectors.Bytes{path: b}}
	}
	older := []byte("an object of an older edition")
	const front, film = "en/index.html", "media/story/2026/11/22/border/film.mp4"
	first := good.history.leaf(0)
	ok("whole", vectors.Mirror{})
	ok("without a twin", vectors.Mirror{Without: []string{front + ".gz"}})
	ok("with an object of an older edition", with(objectPath(sum(older)), text(string(older))))
	ok("with a partial tile of a smaller size", with("log/tile/0/000.p/1", hexed(first[:])))
	ok("with names that begin with a dot", vectors.Mirror{With: map[string]vectors.Bytes{".well-known/x": text("x"), "en/.htaccess": text("x")}})

	list := good.paper[film].entry.hashes[0]
	manifest := objectPath(sum([]byte(manifestOf(good.manifest))))
	piece := objectPath(good.paper[loosePath].entry.hashes[2])
	object, root := objectPath(sum([]byte("choose"))), objectPath(good.tree.root)
	for _, f := range []struct{ what, path string }{
		{"latest", "latest"}, {"a checkpoint", "log/checkpoint"}, {"a timestamp", "trust/timestamp.json"},
		{"the first root", "trust/1.root.json"}, {"a policy", good.repo.policyPath()}, {"a tile", "log/tile/0/000.p/2"},
		{"a bundle", "log/tile/entries/000.p/2"}, {"the manifest's object", manifest}, {"a tree node", root},
		{"a list", objectPath(list)}, {"a piece of a loose file", piece}, {"an object", object}, {"a page", "index.html"}, {"an empty page", "en/empty.txt"},
	} {
		no("without "+f.what, "missing-file", f.path, vectors.Mirror{Without: []string{f.path}})
	}
	no("with another checkpoint than latest's", "bad-bytes", "log/checkpoint", with("log/checkpoint", text(good.note(noon+60))))
	no("with an altered object", "bad-bytes", object, with(object, text("Choose")))
	no("with an altered piece of a loose file", "bad-bytes", piece, with(piece, altered(files[piece], 9)))
	no("with an altered tree node", "bad-bytes", root, with(root, altered(files[root], 9)))
	no("with an altered tile", "bad-bytes", "log/tile/0/000.p/2", with("log/tile/0/000.p/2", altered(files["log/tile/0/000.p/2"], 40)))
	no("with an altered page", "bad-bytes", "index.html", with("index.html", text("chosen")))
	no("with a page that goes on", "bad-bytes", "index.html", with("index.html", text("choose!")))
	no("with an altered twin", "bad-bytes", front+".gz", with(front+".gz", hexed(zipStored("other"))))
	no("with a twin that is not the stored bytes", "bad-bytes", front+".gz", with(front+".gz", text("front")))
	for _, f := range []struct{ what, path, content string }{
		{"a page that is not of the edition", "en/more.html", "more"},
		{"a twin of a page that has none", "index.html.gz", "x"},
		{"an object under another hash", objectPath(sum([]byte("one"))), "another"},
		{"a file among the objects", "o/readme.txt", "x"},
		{"a file among the tiles", "log/readme.txt", "x"},
		{"a tile that the log does not have", "log/tile/0/001", "x"},
		{"a partial tile that is no beginning", "log/tile/0/000.p/1", strings.Repeat("x", 32)},
		{"a file among the trust", "trust/readme.txt", "x"},
		{"a root that nobody signed", "trust/3.root.json", "{}"},
		{"a snapshot that nobody signed", "trust/9.snapshot.json", "{}"},
	} {
		no("with "+f.what, "stray-file", f.path, with(f.path, text(f.content)))
	}
	signedWrongly(no, files)
	return s
}

// signedWrongly adds mirrors of an edition that the newsroom has signed, and that breaks what only a check of all shows.
func signedWrongly(no func(name, code, at string, m vectors.Mirror), base map[string]vectors.Bytes) {
	// instead is the mirror that has another's files, in the place of the base's.
	instead := func(w *whole) vectors.Mirror {
		files := w.files()
		m := vectors.Mirror{With: map[string]vectors.Bytes{}}
		for path, b := range files {
			if have, ok := base[path]; !ok || string(have.Join()) != string(b.Join()) {
				m.With[path] = b
			}
		}
		for path := range base {
			if _, ok := files[path]; !ok && !strings.HasPrefix(path, "o/") {
				m.Without = append(m.Without, path)
			}
		}
		slices.Sort(m.Without)
		return m
	}
	counted := newWhole(smallPaper())
	counted.manifest.Files++
	no("whose manifest counts a file more", "bad-count", "", instead(counted))
	weighed := newWhole(smallPaper())
	weighed.manifest.Bytes--
	no("whose manifest counts a byte less", "bad-count", "", instead(weighed))
	cutAnew := newWhole(smallPaper())
	items := slices.SortedFunc(slices.Values(cutAnew.paper.items()), func(a, b item) int { return strings.Compare(a.key, b.key) })
	left, right := node(0, items[:3]...), node(0, items[3:]...)
	top := node(1, childOf(items[2].key, left), childOf(items[len(items)-1].key, right))
	cutAnew.tree = &tree{root: sum(top), nodes: map[hash][]byte{sum(left): left, sum(right): right, sum(top): top}}
	no("whose tree is cut elsewhere", "bad-cut", "", instead(cutAnew))
}

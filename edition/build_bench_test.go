package edition_test

import (
	"fmt"
	"iter"
	"testing"

	"coranto/edition"
)

// storyPath returns the path of the i-th of many stories, in the order of their keys.
func storyPath(i int) string { return fmt.Sprintf("fa/story/2026/11/22/s%07d/index.html", i) }

// stories yields the leaves of n stories.
func stories(tb testing.TB, n int) iter.Seq2[edition.Leaf, error] {
	e := entryOf(tb, "a story")
	return func(yield func(edition.Leaf, error) bool) {
		for i := range n {
			if !yield(edition.Leaf{Path: storyPath(i), Entry: e}, nil) {
				return
			}
		}
	}
}

func storyTree(b *testing.B, size int) (*nodes, edition.Tree) {
	n := newNodes()
	root, err := edition.Build(stories(b, size), n.put)
	if err != nil {
		b.Fatal(err)
	}
	return n, n.tree(root)
}

func BenchmarkBuild(b *testing.B) {
	for _, size := range []int{1_000, 100_000} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			puts := 0
			for b.Loop() {
				puts = 0
				_, err := edition.Build(stories(b, size), func(edition.Hash, []byte) error { puts++; return nil })
				if err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(puts), "nodes/op")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(size), "ns/leaf")
		})
	}
}

// BenchmarkUpdateOne holds the promise that a publish costs the same whatever the archive: log n nodes.
func BenchmarkUpdateOne(b *testing.B) {
	for _, size := range []int{1_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			if testing.Short() && size > 100_000 {
				b.Skip("a million leaves take a few seconds to build")
			}
			n, tree := storyTree(b, size)
			n.reads, n.puts = 0, 0
			i := 0
			for b.Loop() {
				i++
				edit := edition.Edit{Leaf: edition.Leaf{Path: storyPath(i * 7919 % size), Entry: entryOf(b, fmt.Sprint(i))}}
				root, err := tree.Update(b.Context(), []edition.Edit{edit}, n.put)
				if err != nil {
					b.Fatal(err)
				}
				tree.Root = root
			}
			b.ReportMetric(float64(n.reads)/float64(i), "reads/op")
			b.ReportMetric(float64(n.puts)/float64(i), "puts/op")
		})
	}
}

func BenchmarkLookup(b *testing.B) {
	for _, size := range []int{1_000, 100_000} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			n, tree := storyTree(b, size)
			n.reads = 0
			i := 0
			for b.Loop() {
				i++
				if _, ok, err := tree.Lookup(b.Context(), storyPath(i*7919%size)); !ok || err != nil {
					b.Fatal(ok, err)
				}
			}
			b.ReportMetric(float64(n.reads)/float64(i), "reads/op")
		})
	}
}

func BenchmarkSplit(b *testing.B) {
	for _, size := range []int{6 << 10, 1 << 20} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			body := stored(size)
			b.SetBytes(int64(size))
			for b.Loop() {
				if _, _, err := edition.Split(body); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

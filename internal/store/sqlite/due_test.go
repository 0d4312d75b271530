package sqlite_test

import (
	"fmt"
	"testing"

	"coranto/edition"
	"coranto/internal/store"
)

// BenchmarkNextDue asks what is due next, as a newsroom that runs by itself does every two seconds. It must not take longer
// in a large archive.
func BenchmarkNextDue(b *testing.B) {
	for _, n := range []int{1_000, 20_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s, _ := create(b)
			archive(b, s, n)
			v, err := s.Snapshot(b.Context())
			if err != nil {
				b.Fatal(err)
			}
			head := store.Head{Number: 1, Seq: v.Seq(), LogSize: 1}
			if err := v.Close(); err != nil {
				b.Fatal(err)
			}
			if err := s.Seal(b.Context(), store.Edition{Head: head, LogHashes: []edition.Hash{{}}}); err != nil {
				b.Fatal(err)
			}
			if _, err := s.Put(b.Context(), archived(2*n, "to come")); err != nil {
				b.Fatal(err)
			}
			settle(b, s, archiveTime(n))
			for b.Loop() {
				if at, ok, err := s.NextDue(b.Context()); err != nil || !ok || !at.Equal(archiveTime(2*n)) {
					b.Fatalf("got %v %v, %v", at, ok, err)
				}
			}
		})
	}
}

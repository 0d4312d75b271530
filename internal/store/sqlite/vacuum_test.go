package sqlite

import (
	"testing"

	"coranto/internal/news"
)

// A large store is written anew through a file, and can be used as before.
func TestVacuumThroughFile(t *testing.T) {
	s, err := Create(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, inMemory := range []int64{0, maxInMemory} {
		w := <-s.write
		err := vacuum(t.Context(), w, inMemory)
		s.write <- w
		if err != nil {
			t.Fatalf("with %d bytes in memory: %v", inMemory, err)
		}
		if _, err := s.Put(t.Context(), news.Story{ID: "s"}); err == nil {
			t.Error("an empty story was taken")
		}
		if n, err := s.Erase(t.Context()); n != 0 || err != nil {
			t.Errorf("erased %d, %v", n, err)
		}
	}
}

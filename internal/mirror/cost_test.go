package mirror_test

import (
	"context"
	"fmt"
	"iter"
	"sync/atomic"
	"testing"

	"coranto/internal/news"
	"coranto/internal/target"
)

// counted is a target that counts the files that are read, written or listed.
type counted struct {
	target.Target
	reads, writes, listed, bytes atomic.Int64
}

func (c *counted) Get(ctx context.Context, name string, max int64) ([]byte, error) {
	b, err := c.Target.Get(ctx, name, max)
	c.reads.Add(1)
	c.bytes.Add(int64(len(b)))
	return b, err
}

func (c *counted) Put(ctx context.Context, name string, b []byte) error {
	c.writes.Add(1)
	return c.Target.Put(ctx, name, b)
}

func (c *counted) Link(ctx context.Context, name, from string) error {
	c.writes.Add(1)
	return c.Target.Link(ctx, name, from)
}

func (c *counted) List(ctx context.Context, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for name, err := range c.Target.List(ctx, prefix) {
			c.listed.Add(1)
			if !yield(name, err) {
				return
			}
		}
	}
}

// touched is the number of files that were looked at in any way.
func (c *counted) touched() int64 { return c.reads.Load() + c.writes.Load() + c.listed.Load() }

// fill puts many stories.
func (r *newsroom) fill(n int) {
	r.t.Helper()
	const batch = 1000
	for from := 0; from < n; from += batch {
		var part []news.Story
		for i := from; i < min(n, from+batch); i++ {
			part = append(part, oneOf(i, "as it came in"))
		}
		_, err := r.Store.PutMany(r.t.Context(), part)
		must(r.t, err)
	}
}

// archive makes a newsroom with an archive of n stories and a mirror of it, and returns what counts at the mirror.
func archive(t testing.TB, n int) (*keeper, *counted) {
	r := newNewsroom(t)
	r.fill(n)
	r.publish()
	k := r.keeper(r.good())
	_, err := k.pull()
	must(t, err)
	c := &counted{Target: k.to}
	k.opt.To = c
	return k, c
}

// correct publishes a correction of one story and pulls it.
func (k *keeper) correct(i int, words string) {
	k.r.t.Helper()
	k.r.put(i, words)
	k.r.publish()
	res, err := k.pull()
	must(k.r.t, err)
	if !res.New || res.ObjectsNew == 0 {
		k.r.t.Fatalf("got %+v", res)
	}
}

// A pull looks at what changed, not at the archive.
func TestPullCostsWhatChanged(t *testing.T) {
	t.Parallel()
	touched := map[int]int64{}
	for _, n := range []int{40, 400} {
		k, c := archive(t, n)
		k.correct(n/2, "corrected")
		touched[n] = c.touched()
		k.verify(2)
	}
	if small, large := touched[40], touched[400]; large > small*3/2 {
		t.Errorf("one correction among 40 stories touches %d files, among 400 stories %d", small, large)
	}
}

// BenchmarkPullOne pulls one corrected story of archives of growing size: the cost must not grow with them.
func BenchmarkPullOne(b *testing.B) {
	for _, n := range []int{1000, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			k, c := archive(b, n)
			done := 0
			for b.Loop() {
				b.StopTimer()
				k.r.put(done*7919%n, fmt.Sprintf("corrected %d times", done))
				k.r.publish()
				b.StartTimer()
				_, err := k.pull()
				must(b, err)
				done++
			}
			b.ReportMetric(float64(c.touched())/float64(done), "files/op")
			b.ReportMetric(float64(c.bytes.Load())/float64(done), "read-B/op")
		})
	}
}

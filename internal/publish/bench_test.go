package publish_test

import (
	"fmt"
	"testing"
	"time"

	"coranto/internal/news"
)

// BenchmarkPublishOne publishes one corrected article in archives of growing size: the cost must not grow with them.
func BenchmarkPublishOne(b *testing.B) {
	for _, n := range []int{1000, 10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			r := newRoom(b)
			r.fill(b, n)
			corrections, nodes, size := 0, 0, int64(0)
			for b.Loop() {
				corrections++
				at := corrections * 7919 % n
				s := old(at)
				s.Articles[0].Revision.Body[0].Text[0].Text = fmt.Sprintf("Corrected %d times", corrections)
				r.put(b, s)
				res := r.publish(b)
				nodes += res.TreeNodesNew
				size += res.BytesNew
			}
			b.ReportMetric(float64(nodes)/float64(corrections), "nodes/op")
			b.ReportMetric(float64(size)/float64(corrections), "written-B/op")
		})
	}
}

// fill publishes an archive of n stories in one language.
func (r *room) fill(b *testing.B, n int) {
	const batch = 1000
	for i := 0; i < n; i += batch {
		part := make([]news.Story, 0, batch)
		for j := i; j < min(n, i+batch); j++ {
			part = append(part, old(j))
		}
		r.put(b, part...)
	}
	r.publish(b)
}

// old returns one of an archive's stories, 40 a day.
func old(i int) news.Story {
	s := story(i, fmt.Sprintf("Headline %d", i), "fa")
	s.Articles[0].Published = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC).Add(-time.Duration(i) * 36 * time.Minute)
	return s
}

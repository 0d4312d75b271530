package publish_test

import (
	"fmt"
	"testing"
)

// BenchmarkPublishOne publishes one corrected article in archives of growing size: the cost must not grow with them.
func BenchmarkPublishOne(b *testing.B) {
	for _, n := range []int{100, 1000, 10000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			r := newRoom(b)
			for i := 0; i < n; i += 500 {
				part := stories(min(n, i+500))[i:]
				r.put(b, part...)
			}
			r.publish(b)
			nodes, size := 0, int64(0)
			b.ResetTimer()
			for i := range b.N {
				s := story(i*7919%n, fmt.Sprintf("Headline %d", i*7919%n), "fa")
				s.Articles[0].Revision.Body[0].Text[0].Text = fmt.Sprintf("Corrected %d times", i+1)
				r.put(b, s)
				res := r.publish(b)
				nodes += res.TreeNodesNew
				size += res.BytesNew
			}
			b.ReportMetric(float64(nodes)/float64(b.N), "nodes/op")
			b.ReportMetric(float64(size)/float64(b.N), "written-B/op")
		})
	}
}

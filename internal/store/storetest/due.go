package storetest

import (
	"testing"
	"time"

	"coranto/internal/news"
)

// due checks what NextDue says: never, or a time; the zero time is now.
func (b *bench) due(step string, want time.Time, wantOK bool) {
	b.t.Helper()
	at, ok, err := b.NextDue(b.t.Context())
	b.must(err)
	if ok != wantOK || !at.Equal(want) {
		b.t.Errorf("%s: got due %v %v, want %v %v", step, at, ok, want, wantOK)
	}
}

// sealNow seals an edition of what was settled last.
func (b *bench) sealNow(n uint64) {
	b.t.Helper()
	e := numberedEdition(n)
	v := b.snapshot()
	e.Head.Seq, e.Head.Takedowns = v.Seq(), v.Takedowns()
	b.seal(e)
}

func testNextDue(t *testing.T, b *bench) {
	now := time.Time{}
	b.due("empty", now, false)
	b.settle(noon)
	b.due("settled empty", now, false)

	draft := article("en", "Draft", hours(1))
	draft.Status = news.Draft
	b.put(story("soon", article("en", "Soon", hours(3))), story("later", article("en", "Later", hours(9))), story("draft", draft))
	b.due("put", now, true)
	b.settle(noon)
	b.due("settled before it is public", hours(3), true)

	b.settle(hours(3))
	b.due("settled and in no edition", now, true)
	b.sealNow(1)
	b.due("sealed", hours(9), true)

	s := story("later", article("en", "Later", hours(9)))
	s.Articles[0].Status = news.Withdrawn
	b.put(s)
	b.due("withdrawn", now, true)
	b.settle(hours(3))
	b.due("withdrawn, and no edition covers the takedown", now, true)
	b.sealNow(2)
	b.due("withdrawn before it was public", now, false)
}

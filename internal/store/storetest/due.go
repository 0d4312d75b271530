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

func testNextAged(t *testing.T, b *bench) {
	const age = 5 * time.Hour
	aged := func(step string, want time.Time) {
		t.Helper()
		at, ok, err := b.NextAged(t.Context(), age)
		b.must(err)
		if ok != !want.IsZero() || !at.Equal(want) {
			t.Errorf("%s: got %v %v, want %v", step, at, ok, want)
		}
	}
	aged("empty", time.Time{})
	withdrawn := article("en", "Withdrawn", hours(0))
	withdrawn.Status = news.Withdrawn
	b.put(story("first", article("en", "First", hours(1))), story("second", article("fa", "Second", hours(3))),
		story("later", article("en", "Later", hours(20))), story("withdrawn", withdrawn))
	b.settle(hours(4))
	aged("two are young", hours(6))
	b.settle(hours(6))
	aged("one is just so old", hours(6))
	b.settle(hours(6).Add(time.Second))
	aged("one is young", hours(8))
	b.settle(hours(9))
	aged("all are old, and one is to come", time.Time{})
	b.settle(hours(20))
	aged("which came", hours(25))
}

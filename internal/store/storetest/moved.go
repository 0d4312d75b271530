package storetest

import (
	"slices"
	"testing"

	"coranto/internal/news"
	"coranto/internal/store"
)

func (b *bench) moved(address, story, lang string) {
	b.t.Helper()
	b.must(b.PutMoved(b.t.Context(), []store.Moved{{Address: address, ArticleID: store.ArticleID{Story: story, Lang: lang}}}))
}

// old returns the old addresses that a snapshot shows, each with the headline that it leads to.
func (v *view) old() (all []string) {
	v.t.Helper()
	for o, err := range v.OldAddresses(v.t.Context()) {
		v.must(err)
		all = append(all, o.At+" "+o.Lang+" "+o.Headline.Headline)
	}
	return all
}

// testOldAddresses has addresses come before their stories, change hands, and go with a takedown.
func testOldAddresses(t *testing.T, b *bench) {
	b.moved("lantern.example/a", "s", "en")
	b.moved("lantern.example?p=1", "s", "en")
	b.moved("lantern.example/fa/a", "s", "fa") // which is not published
	draft := article("fa", "پیش‌نویس", noon)
	draft.Status = news.Draft
	b.put(story("s", article("en", "S", noon), draft), story("r", article("en", "R", noon)))
	oldPath := store.Change{Kind: store.OldPathChanged, Path: "a/index.html"}
	if got := b.changes(noon); !slices.Contains(got, oldPath) {
		t.Errorf("got %v, want a change of %s", got, oldPath.Path)
	}
	equal(t, "at first", b.snapshot().old(), []string{"lantern.example/a en S", "lantern.example?p=1 en S"})
	at, err := b.snapshot().OldAddressesAt(t.Context(), "a/index.html")
	b.must(err)
	equal(t, "at its path", at[0].Address, b.snapshot().address("s"))

	b.moved("lantern.example/a", "s", "en")
	expect(t, b.changes(noon))
	b.moved("lantern.example/a", "r", "en")
	expect(t, b.changes(noon), oldPath)
	equal(t, "of another story", b.snapshot().old(), []string{"lantern.example/a en R", "lantern.example?p=1 en S"})
	b.put(story("r", article("en", "R, corrected", noon)))
	if got := b.changes(noon); !slices.Contains(got, oldPath) {
		t.Errorf("another headline: got %v, want a change of %s", got, oldPath.Path)
	}

	other := article("en", "Other", noon)
	other.Revision.Body = body("It stood at https://lantern.example/a before.")
	b.put(story("other", other))
	ties, err := b.Ties(t.Context(), "r")
	b.must(err)
	equal(t, "who names the address", ties.Naming, []string{"other"})
	b.must(b.Withdraw(t.Context(), "r", false))
	if got := b.changes(noon); !slices.Contains(got, oldPath) {
		t.Errorf("withdrawn: got %v, want a change of %s", got, oldPath.Path)
	}
	equal(t, "withdrawn", b.snapshot().old(), []string{"lantern.example?p=1 en S"})
	b.moved("lantern.example/b", "r", "en")
	found, err := b.MovedTo(t.Context(), []string{"lantern.example/b"})
	b.must(err)
	equal(t, "addresses of what was withdrawn", len(found), 0)
	b.must(b.Restore(t.Context(), "r"))
	b.settle(noon)
	equal(t, "restored", b.snapshot().old(), []string{"lantern.example/a en R, corrected", "lantern.example?p=1 en S"})
}

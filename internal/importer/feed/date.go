package feed

import (
	"errors"
	"time"

	"coranto/internal/importer/foreign"
)

// date reads a date, and notes what had to be assumed.
func (it *item) date(text string, dates foreign.Dates) (time.Time, error) {
	t, note, err := dates.Parse(text)
	it.note(note)
	return t, err
}

// times returns when the item came out and when it last changed, the latter zero where it didn't.
func (it item) times() (published, updated time.Time, err error) {
	published, updated = it.published, it.updated
	if published.IsZero() {
		published = updated
	}
	if published.IsZero() {
		if it.dateFault != nil {
			return published, updated, it.dateFault
		}
		return published, updated, errors.New("no date: an article's address begins with the day that it came out")
	}
	published, updated = published.UTC().Truncate(time.Second), updated.UTC().Truncate(time.Second)
	if !updated.After(published) {
		updated = time.Time{}
	}
	return published, updated, nil
}

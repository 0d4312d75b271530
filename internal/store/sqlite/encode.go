package sqlite

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"coranto/edition"
	"coranto/internal/news"
)

// encode returns a value as JSON in one form: two values mean the same if their JSON is the same.
func encode(v any) (string, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return "", err
	}
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n"))), nil
}

func decode(text string, v any) error {
	if err := json.Unmarshal([]byte(text), v); err != nil {
		return fmt.Errorf("read what the store wrote: %w", err)
	}
	return nil
}

// encodeRevision is encode for a revision: a body without blocks is written one way, nil or not.
func encodeRevision(r news.Revision) (string, error) {
	if len(r.Body) == 0 {
		r.Body = nil
	}
	return encode(r)
}

// encodeList is encode for what a story says of its sources or claims: nothing is written as [].
func encodeList[T any](vs []T) (string, error) {
	if len(vs) == 0 {
		return "[]", nil
	}
	return encode(vs)
}

// decodeList reads what encodeList wrote; nothing is nil.
func decodeList[T any](text string) ([]T, error) {
	if text == "[]" {
		return nil, nil
	}
	var vs []T
	return vs, decode(text, &vs)
}

// unix returns the time of a column. Its zero is Go's: time.Time{}.Unix() and back gives a time that IsZero.
func unix(seconds int64) time.Time { return time.Unix(seconds, 0).UTC() }

// orNull is a column's time, or null for the zero one.
func orNull(seconds int64) any {
	if seconds == never {
		return nil
	}
	return seconds
}

// never is time.Time{}.Unix().
const never = -62135596800

// dayOf returns the UTC day of a column's time, as 2026-11-22.
func dayOf(seconds int64) string { return unix(seconds).Format(time.DateOnly) }

func formatTime(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

func parseTime(text string) (time.Time, error) { return time.Parse(time.RFC3339Nano, text) }

// hashOf reads the hash of a column.
func hashOf(b []byte) (h edition.Hash, err error) {
	if len(b) != len(h) {
		return h, fmt.Errorf("the store holds a hash of %d bytes", len(b))
	}
	return edition.Hash(b), nil
}

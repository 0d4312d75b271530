package reader

import (
	"context"
	"encoding/json"
	"io/fs"
	"time"

	"coranto/edition"
)

// The names of what is kept of how the newest edition was seen.
const (
	stateLive  = "live"  // the newest as-of time that a mirror gave over a network, of what `latest` extends
	stateTiles = "tiles" // the tiles that proved `latest` to extend the head before it, as JSON
)

// live returns the newest as-of time that a mirror gave over a network; zero when none did.
func (s state) live() time.Time {
	b, _ := s.get(stateLive)
	t, err := time.Parse(time.RFC3339, string(b))
	if err != nil {
		return time.Time{}
	}
	return t
}

// keepTiles keeps tiles of the log, instead of those that were kept before.
func (s state) keepTiles(tiles map[string][]byte) {
	b, err := json.Marshal(tiles)
	if err != nil {
		panic(err) // strings and bytes always encode
	}
	s.put(stateTiles, b)
}

// tiles fetches the tiles that are kept. They prove themselves by leading to a head, or don't.
func (s state) tiles() edition.Fetch {
	var tiles map[string][]byte
	if b, ok := s.get(stateTiles); ok {
		if err := json.Unmarshal(b, &tiles); err != nil {
			s.log.Warn("kept tiles left out", "error", err)
		}
	}
	return func(_ context.Context, path string, max int64) ([]byte, error) {
		if b, ok := tiles[path]; ok && int64(len(b)) <= max {
			return b, nil
		}
		return nil, fs.ErrNotExist
	}
}

// unsighted forgets how an edition was seen that was taken back.
func (s state) unsighted() {
	s.remove(stateLive)
	s.remove(stateTiles)
}

// sight takes note of when an offer was the newest, if a mirror gives it over a network. It is for offers that are the
// newest, or proved to come before it, alone.
func (d *round) sight(o *offer) {
	if isLive(o.m.source) && o.head.AsOf.After(d.live) {
		d.live = o.head.AsOf
	}
}

// sighted takes note of the newest as-of time that a mirror gave over a network, of the head that the reader has or of
// one that it extends.
func (r *Reader) sighted(live time.Time) {
	r.mu.Lock()
	newer := r.head.Size > 0 && live.After(r.liveAsOf)
	if newer {
		r.liveAsOf = live
	}
	r.mu.Unlock()
	if newer {
		r.state.put(stateLive, []byte(live.UTC().Format(time.RFC3339)))
	}
}

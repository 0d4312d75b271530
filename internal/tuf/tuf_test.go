package tuf_test

import (
	"context"
	"io/fs"
	"strings"
	"testing"
	"time"

	"coranto/internal/tuf"
)

// shapes are metadata of forms that a parser may stumble over, signed by nobody.
var shapes = []string{
	``, `null`, `[]`, `{}`, `{"signed":null,"signatures":null}`, `{"signed":{"_type":"root"},"signatures":[null]}`,
	`{"signed":{"_type":"root","spec_version":"1.0.31","version":1,"expires":"2030-01-01T00:00:00Z","consistent_snapshot":true,"keys":{"a":null},"roles":{"root":null}},"signatures":[{"keyid":"a","sig":""}]}`,
	`{"signed":{"_type":"root","spec_version":"1.0.31","version":1,"expires":"2030-01-01T00:00:00Z","consistent_snapshot":true,"keys":{"a":{"keytype":"ed25519","scheme":"ed25519","keyval":{"public":"00"}}},"roles":{"root":{"keyids":["a"],"threshold":0}}},"signatures":[]}`,
	`{"signed":{"_type":"timestamp","spec_version":"1.0.31","version":1,"expires":"2030-01-01T00:00:00Z","meta":{"snapshot.json":null}},"signatures":[]}`,
}

// Nothing that nobody has signed is a root, whatever its form.
func TestOpenRootRefuses(t *testing.T) {
	for _, s := range append(shapes, strings.Repeat("[", 100000)) {
		if _, err := tuf.OpenRoot([]byte(s)); err == nil {
			t.Errorf("%.100q is taken for a root", s)
		}
	}
}

// Whatever stands in the place of any file, there is no panic, and nothing is trusted.
func FuzzUpdate(f *testing.F) {
	for _, s := range shapes {
		f.Add([]byte(s), []byte(s))
	}
	f.Fuzz(func(t *testing.T, root, other []byte) {
		files := tuf.Files{Root: root, Timestamp: other, Snapshot: other, Targets: other}
		fetch := func(_ context.Context, name string, _ int64) ([]byte, error) {
			if strings.HasSuffix(name, ".root.json") {
				return nil, fs.ErrNotExist
			}
			return other, nil
		}
		if set, err := tuf.Update(t.Context(), fetch, &files, tuf.Rules{Now: time.Now()}); err == nil {
			t.Errorf("trusted %+v", set)
		}
	})
}

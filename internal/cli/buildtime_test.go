package cli

import (
	"runtime/debug"
	"testing"
	"time"
)

func TestVCSTime(t *testing.T) {
	at := time.Date(2026, 11, 22, 16, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		settings []debug.BuildSetting
		want     time.Time
	}{
		{nil, time.Time{}},
		{[]debug.BuildSetting{{Key: "vcs", Value: "git"}, {Key: "vcs.time", Value: "2026-11-22T16:00:00Z"}}, at},
		{[]debug.BuildSetting{{Key: "vcs.time", Value: "yesterday"}}, time.Time{}},
	} {
		if got := vcsTime(tt.settings); !got.Equal(tt.want) {
			t.Errorf("%v: got %v, want %v", tt.settings, got, tt.want)
		}
	}
}

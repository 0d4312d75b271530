package cli

import (
	"runtime/debug"
	"time"
)

// buildTime returns the time of the commit that the program was built from: no clock that is right is earlier. It is
// zero when the program doesn't say.
func buildTime() time.Time {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return time.Time{}
	}
	return vcsTime(info.Settings)
}

func vcsTime(settings []debug.BuildSetting) time.Time {
	for _, s := range settings {
		if s.Key == "vcs.time" {
			if t, err := time.Parse(time.RFC3339, s.Value); err == nil {
				return t
			}
		}
	}
	return time.Time{}
}

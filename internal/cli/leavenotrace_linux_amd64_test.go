package cli_test

import (
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// With --leave-no-trace the program changes no file anywhere, not even one that it removes again.
func TestLeaveNoTrace(t *testing.T) {
	tracing(t)
	room := tinyRoom(t)
	must(t, "-C", room.dir, "publish", "-q")
	public := filepath.Join(room.dir, "public")
	t.Setenv("XDG_CACHE_HOME", filepath.Join(t.TempDir(), "cache"))
	for _, test := range []struct {
		flags  string
		writes bool
	}{{"--leave-no-trace", false}, {"", true}} {
		args := append([]string{"read", filepath.Join(public, "masthead.json"), "--mirror", public, "--get", "en/"}, strings.Fields(test.flags)...)
		got, err := fault{}.run(exec.Command("coranto", args...), "/")
		if err != nil {
			t.Fatal(err)
		}
		calls := slices.DeleteFunc(got.calls, func(call string) bool { return strings.HasSuffix(call, " dev/null") })
		if got.exit != 0 || (len(calls) > 0) != test.writes {
			t.Errorf("%q: exit %d, it wrote %q", test.flags, got.exit, calls)
		}
	}
}

package cli_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// A preview changes no file anywhere, not even one that it removes again: neither of a newsroom that nobody has open, nor of
// one of which a crash has left a log.
func TestPreviewWritesNothing(t *testing.T) {
	tracing(t)
	room, stories := previewRoom(t)
	got, err := fault{}.run(exec.Command("coranto", "-C", room, "preview", "--once", "en/index.html", stories), "/")
	if err != nil {
		t.Fatal(err)
	}
	calls := slices.DeleteFunc(got.calls, func(call string) bool { return strings.HasSuffix(call, " dev/null") })
	if got.exit != 0 || len(calls) > 0 {
		t.Errorf("exit %d, it wrote %q", got.exit, calls)
	}
}

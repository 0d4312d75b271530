package serving

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"strings"
	"testing"
)

// line returns a line of /proc/net/tcp, as this machine writes it.
func line(near, far string, uid, inode int) string {
	end := func(s string) string {
		a := netip.MustParseAddrPort(s)
		b := a.Addr().AsSlice()
		text := ""
		for i := 0; i < len(b); i += 4 {
			text += fmt.Sprintf("%08X", binary.NativeEndian.Uint32(b[i:]))
		}
		return fmt.Sprintf("%s:%04X", text, a.Port())
	}
	return fmt.Sprintf("  12: %s %s 01 00000000:00000000 00:00000000 00000000 %5d        0 %d 1 0000000000000000 20\n", end(near), end(far), uid, inode)
}

func TestSocketOwner(t *testing.T) {
	const title = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
	near, far := netip.MustParseAddrPort("127.0.0.1:50000"), netip.MustParseAddrPort("127.0.0.1:8080")
	for _, test := range []struct {
		name, table string
		uid         int
		found       bool
	}{
		{"nothing", title, 0, false},
		{"it", title + line("127.0.0.1:1", "127.0.0.1:2", 7, 5) + line("127.0.0.1:50000", "127.0.0.1:8080", 1000, 5), 1000, true},
		{"our end of it", title + line("127.0.0.1:8080", "127.0.0.1:50000", 1000, 5), 0, false},
		{"an IPv4 address in IPv6", line("[::ffff:127.0.0.1]:50000", "[::ffff:127.0.0.1]:8080", 1001, 5), 1001, true},
		{"closed by its owner", line("127.0.0.1:50000", "127.0.0.1:8080", 0, 0), nobody, true},
		{"cut short", "1: 0100007F:C350 0100007F:1F90 01\n", 0, false},
		{"no numbers", "1: x:y 0100007F:1F90 01 a b c d e f\n", 0, false},
	} {
		uid, found := socketOwner(strings.NewReader(test.table), near, far)
		if uid != test.uid || found != test.found {
			t.Errorf("%s: got %d, %v, want %d, %v", test.name, uid, found, test.uid, test.found)
		}
	}
}

// Whatever stands in the table, it is read to its end.
func FuzzSocketOwner(f *testing.F) {
	f.Add(line("127.0.0.1:50000", "127.0.0.1:8080", 1000, 5))
	f.Add("1: 00000000000000000000000001000000:C350 :1F90 01 a b c d e f\n")
	a := netip.MustParseAddrPort("127.0.0.1:1")
	f.Fuzz(func(_ *testing.T, table string) { socketOwner(strings.NewReader(table), a, a) })
}

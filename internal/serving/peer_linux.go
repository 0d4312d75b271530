package serving

import (
	"bufio"
	"encoding/binary"
	"encoding/hex"
	"io"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
)

// stranger says whether a connection on this machine was made by another user. The kernel knows whose each socket is.
// Where it doesn't say, the answer is no, and the path that can't be guessed is all that protects. Root is no stranger: it
// sees everything anyway, and in a virtual machine it may hand on what the user's browser outside of it asks for.
func stranger(c net.Conn) bool {
	near, ok := c.RemoteAddr().(*net.TCPAddr) // the other end of the same connection
	far, also := c.LocalAddr().(*net.TCPAddr)
	if !ok || !also {
		return false
	}
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		f, err := os.Open(table)
		if err != nil {
			continue
		}
		uid, found := socketOwner(f, near.AddrPort(), far.AddrPort())
		f.Close()
		if found {
			return uid != os.Getuid() && uid != 0
		}
	}
	return false
}

// nobody is whose a socket is that its owner has closed. The kernel gives it no inode any more, and to root.
const nobody = -1

// socketOwner finds the socket of a connection in a table as /proc/net/tcp is one, and says whose it is: columns
// separated by blanks, of which the second and third are the ends, the eighth is the user and the tenth the inode.
func socketOwner(table io.Reader, near, far netip.AddrPort) (uid int, found bool) {
	lines := bufio.NewScanner(table)
	for lines.Scan() {
		columns := strings.Fields(lines.Text())
		if len(columns) < 10 {
			continue
		}
		a, okA := parseSocket(columns[1])
		b, okB := parseSocket(columns[2])
		if !okA || !okB || a != unmapped(near) || b != unmapped(far) {
			continue
		}
		if columns[9] == "0" {
			return nobody, true
		}
		uid, err := strconv.Atoi(columns[7])
		return uid, err == nil
	}
	return 0, false
}

func unmapped(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap().WithZone(""), a.Port())
}

// parseSocket reads 0100007F:1F90: the address in words of 32 bits as the machine has them, and the port.
func parseSocket(s string) (netip.AddrPort, bool) {
	address, port, ok := strings.Cut(s, ":")
	b, err := hex.DecodeString(address)
	n, portErr := strconv.ParseUint(port, 16, 16)
	if !ok || err != nil || portErr != nil || len(b) != 4 && len(b) != 16 {
		return netip.AddrPort{}, false
	}
	for i := 0; i < len(b); i += 4 {
		binary.NativeEndian.PutUint32(b[i:], binary.BigEndian.Uint32(b[i:]))
	}
	a, _ := netip.AddrFromSlice(b) // 4 or 16 bytes
	return unmapped(netip.AddrPortFrom(a, uint16(n))), true
}

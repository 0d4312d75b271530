package press

import (
	"net"
	"strings"
	"time"
)

// notifyTime is how long telling may take.
const notifyTime = 100 * time.Millisecond

// Supervisor returns a Notify that tells systemd, or any other that speaks sd_notify(3), at the socket that it has named
// in NOTIFY_SOCKET. It returns nil for an empty name. What can't be told is left: the supervisor finds out by its silence.
func Supervisor(socket string) func(state string) {
	if socket == "" {
		return nil
	}
	if strings.HasPrefix(socket, "@") {
		socket = "\x00" + socket[1:] // an abstract name of Linux
	}
	return func(state string) {
		c, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: socket, Net: "unixgram"})
		if err != nil {
			return
		}
		defer c.Close()
		c.SetWriteDeadline(time.Now().Add(notifyTime)) // one that does not listen must not hold the press up
		c.Write([]byte(strings.ReplaceAll(state, "\n", " ")))
	}
}

//go:build !linux

package serving

import "net"

// stranger says whether a connection on this machine was made by another user. It is not known here: the path that
// can't be guessed is all that protects.
func stranger(net.Conn) bool { return false }

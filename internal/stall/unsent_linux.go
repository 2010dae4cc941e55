package stall

import (
	"net"

	"golang.org/x/sys/unix"
)

// bound bounds what the system holds of what is written to c and not sent yet. It is
// megabytes otherwise, of which a third must have been sent before a write that waits
// goes on: minutes, where the client is slow. Without it, only that is worse.
func bound(c *net.TCPConn) {
	raw, err := c.SyscallConn()
	if err != nil {
		return
	}
	_ = raw.Control(func(fd uintptr) {
		_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_NOTSENT_LOWAT, mostUnsent)
	})
}

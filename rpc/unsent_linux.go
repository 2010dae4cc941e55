package rpc

import (
	"net"

	"golang.org/x/sys/unix"
)

// mostUnsent is how many bytes of a connection the system keeps, roughly, beyond
// those that are under way to the peer: as many as cost no speed.
const mostUnsent = 32 << 10

// boundUnsent bounds what the system takes for a peer that does not read it.
// Without that it takes megabytes, and then nothing until a third of them are gone,
// which looks like a peer that does not read at all, though it may read steadily;
// and a thousand peers that do not read would keep gigabytes. A system that does
// not know the option goes on without.
func boundUnsent(conn net.Conn) {
	if raw := rawConn(conn); raw != nil {
		raw.Control(func(fd uintptr) {
			unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_NOTSENT_LOWAT, mostUnsent)
		})
	}
}

// unacknowledged returns how many bytes were written to conn that its peer has not
// acknowledged, and whether that can be told (SIOCOUTQ, tcp(7)).
func unacknowledged(conn net.Conn) (bytes int, ok bool) {
	raw := rawConn(conn)
	if raw == nil {
		return 0, false
	}
	err := raw.Control(func(fd uintptr) {
		n, err := unix.IoctlGetInt(int(fd), unix.SIOCOUTQ)
		bytes, ok = n, err == nil
	})
	return bytes, ok && err == nil
}

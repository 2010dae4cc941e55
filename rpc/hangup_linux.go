package rpc

import (
	"crypto/tls"
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// hungUp reports whether the other side of conn has closed it, though there may
// be bytes left that it sent before. It reads nothing.
func hungUp(conn net.Conn) bool { return polls(conn, unix.POLLRDHUP) }

// broken reports whether conn is lost, so that nothing can reach the other side
// any more. That this only sends nothing more does not count.
func broken(conn net.Conn) bool { return polls(conn, 0) }

// polls reports whether one of the events has happened to conn, or the
// connection is lost, which is always an event.
func polls(conn net.Conn, events int16) bool {
	raw := rawConn(conn)
	if raw == nil {
		return false
	}
	gone := false
	err := raw.Control(func(fd uintptr) {
		fds := []unix.PollFd{{Fd: int32(fd), Events: events}}
		n, err := unix.Poll(fds, 0)
		gone = err == nil && n > 0
	})
	return gone || err != nil // which means that conn is closed on this side
}

// rawConn returns what lies under conn, nil if that is no file of the system's.
func rawConn(conn net.Conn) syscall.RawConn {
	if t, ok := conn.(*tls.Conn); ok {
		conn = t.NetConn()
	}
	c, ok := conn.(syscall.Conn)
	if !ok {
		return nil
	}
	raw, err := c.SyscallConn()
	if err != nil {
		return nil
	}
	return raw
}

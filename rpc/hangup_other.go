//go:build !linux

package rpc

import "net"

// hungUp reports whether the other side of conn has closed it. Here that can't
// be told without reading: it shows once something is read or written again.
func hungUp(net.Conn) bool { return false }

// broken reports whether conn is lost, which can't be told here either.
func broken(net.Conn) bool { return false }

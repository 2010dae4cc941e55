//go:build !linux

package rpc

import "net"

// boundUnsent bounds what the system takes for a peer that does not read it; here
// that is what the system takes by itself.
func boundUnsent(net.Conn) {}

// unacknowledged would return how many bytes conn's peer has not acknowledged,
// which can't be told here.
func unacknowledged(net.Conn) (bytes int, ok bool) { return 0, false }

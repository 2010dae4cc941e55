//go:build !linux

package stall

import "net"

func bound(*net.TCPConn) {}

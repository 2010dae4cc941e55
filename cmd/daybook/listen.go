package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"
	"time"

	"github.com/google/renameio/v2"
)

// checkAddress resolves the address that a setting names to one that says exactly
// where the port will be open, so that what was checked is what is opened. Without TLS
// only this machine may reach it, unless plaintext says otherwise.
func checkAddress(setting, listen string, tls, plaintext bool) (*net.TCPAddr, error) {
	addr, err := net.ResolveTCPAddr("tcp", listen)
	if err != nil {
		return nil, usagef("--%s %q: %w; want host:port, as %s", setting, listen, err, defaultListen)
	}
	if !tls && !plaintext && !addr.IP.IsLoopback() {
		return nil, usagef("--%s %s: other machines can reach this address, and without TLS tokens and records would travel "+
			"unprotected; give --tls-cert and --tls-key, or say --insecure-plaintext", setting, listen)
	}
	return addr, nil
}

// openPort listens on addr. Peers that are gone are noticed by TCP keep-alive
// in the time of a WebSocket's pings; an idle connection is not closed while
// its peer answers. An error names the flag that the address is of.
func openPort(ctx context.Context, flag string, addr *net.TCPAddr, every, silence time.Duration) (net.Listener, error) {
	config := net.ListenConfig{KeepAliveConfig: net.KeepAliveConfig{
		Enable:   true,
		Idle:     every,
		Interval: every,
		Count:    max(1, int(silence/max(every, 1))-1),
	}}
	listener, err := config.Listen(ctx, "tcp", addr.String())
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("--%s: %w; is a server running there?", flag, err)
	}
	if err != nil {
		return nil, fmt.Errorf("--%s: %w", flag, err)
	}
	return listener, nil
}

// writeReadyFile writes the addresses, a line each, so that a reader never sees
// half of them.
func writeReadyFile(name string, addresses ...string) error {
	return renameio.WriteFile(name, []byte(strings.Join(addresses, "\n")+"\n"), 0o644)
}

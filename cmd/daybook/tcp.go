package main

import (
	"context"
	"crypto/tls"
	"net"
)

// openTCP opens the port for requests over TCP, and serves it in the background.
// It has the certificate of the other port, if there is one.
func (v *service) openTCP(ctx context.Context, addr *net.TCPAddr) error {
	port, err := openPort(ctx, "tcp", addr, v.settings.limits.Ping, v.settings.limits.Silence)
	if err != nil {
		return err
	}
	if v.cert != nil {
		config := tlsConfig(v.cert)
		config.NextProtos = nil // what is spoken here has no name
		port = tls.NewListener(port, config)
	}
	v.tcp = port
	go func() {
		if err := v.rpc.ServeTCP(port); err != nil {
			v.failed <- err
		}
	}()
	return nil
}

// closeTCP takes no more connections over TCP. Those that are open stay.
func (v *service) closeTCP() {
	if v.tcp != nil {
		v.tcp.Close() // what was opened can be closed
	}
}

// tcpURL returns the address for requests over TCP as logs show it; "" where
// there is none.
func (v *service) tcpURL() string {
	switch {
	case v.tcp == nil:
		return ""
	case v.cert != nil:
		return "tls://" + v.tcp.Addr().String()
	}
	return "tcp://" + v.tcp.Addr().String()
}

package client

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"net/url"
	"time"
)

// Options say how to reach a server. The zero value is good for a server
// without TLS, or with a certificate that the system trusts, and for methods
// that need no token.
type Options struct {
	// Token returns the token to ask with, "" for none. It is called for every
	// new connection and every HTTP request, and again when the server says that a
	// token no longer holds; so tokens that are good for minutes can be given out
	// as they are made. It may be called by several goroutines at once.
	// [StaticToken] is for one that does not change.
	Token func(ctx context.Context) (string, error)

	// UserAgent says which program asks, as "console/1.2", for the server's log of
	// requests. The default is "daybook-client".
	UserAgent string

	// TLS is how to speak TLS with https and wss addresses; nil for TLS 1.2 or
	// later and the system's authorities. It is not changed.
	TLS *tls.Config

	// CA holds certificates of authorities in PEM form, which are trusted besides
	// those of TLS or the system.
	CA []byte

	// Proxy returns the proxy for a request, nil for none, as in [http.Transport].
	// The default is [http.ProxyFromEnvironment].
	Proxy func(*http.Request) (*url.URL, error)

	// ConnectTimeout bounds making a connection, and waiting for the answer to
	// SubscribeLogs. The default is 10 s.
	ConnectTimeout time.Duration

	// Silence is how long nothing may come over a WebSocket connection, or be taken
	// of it, before it counts as lost. The server is asked for a sign of life three
	// times as often. The default is 60 s.
	Silence time.Duration

	// MaxMessage bounds one message from the server, in bytes. One that is longer
	// ends its connection. The default is 65 MiB, as much as a server sends by
	// default.
	MaxMessage int64

	// Patience is how long a call goes on trying to connect again, or to be taken by
	// a server that puts it off, if its context does not end before. The default is
	// 15 s; a negative one means one attempt.
	// What follows live rows goes on until its context ends.
	Patience time.Duration

	// MinPause and MaxPause are the least and the longest pause between two
	// attempts to connect, about; a pause that the server asks for comes on top. The
	// defaults are 250 ms and 15 s.
	MinPause, MaxPause time.Duration

	// Notify, if not nil, is told of pauses: see [Change]. It is called by the
	// goroutine that makes the attempts, several of which there may be, must return
	// soon, and must not use the client.
	Notify func(Change)
}

// A Change is told before each pause between attempts to connect, and once there
// is a connection after pauses.
type Change struct {
	Err  error         // why there is no connection, or no subscription; nil: there is one again
	Lost bool          // there was one until now; otherwise, an attempt failed
	Wait time.Duration // until the next attempt
}

// StaticToken returns a token that does not change.
func StaticToken(token string) func(context.Context) (string, error) {
	return func(context.Context) (string, error) { return token, nil }
}

// withDefaults returns o with its zeros replaced.
func (o Options) withDefaults() Options {
	if o.Token == nil {
		o.Token = StaticToken("")
	}
	if o.UserAgent == "" {
		o.UserAgent = "daybook-client"
	}
	if o.Proxy == nil {
		o.Proxy = http.ProxyFromEnvironment
	}
	if o.ConnectTimeout == 0 {
		o.ConnectTimeout = 10 * time.Second
	}
	if o.Silence <= 0 {
		o.Silence = 60 * time.Second
	}
	if o.MaxMessage == 0 {
		o.MaxMessage = 65 << 20
	}
	if o.Patience == 0 {
		o.Patience = 15 * time.Second
	}
	if o.MinPause <= 0 {
		o.MinPause = 250 * time.Millisecond
	}
	if o.MaxPause == 0 {
		o.MaxPause = 15 * time.Second
	}
	o.MaxPause = max(o.MaxPause, o.MinPause)
	if o.Notify == nil {
		o.Notify = func(Change) {}
	}
	return o
}

// tlsConfig returns how to speak TLS.
func (o Options) tlsConfig() (*tls.Config, error) {
	config := o.TLS.Clone()
	if config == nil {
		config = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	config.NextProtos = nil // WebSocket is HTTP/1.1
	if o.CA == nil {
		return config, nil
	}
	var roots *x509.CertPool
	if config.RootCAs != nil {
		roots = config.RootCAs.Clone()
	} else if system, err := x509.SystemCertPool(); err == nil {
		roots = system
	} else {
		roots = x509.NewCertPool()
	}
	if !roots.AppendCertsFromPEM(o.CA) {
		return nil, errors.New("no certificate in PEM form")
	}
	config.RootCAs = roots
	return config, nil
}

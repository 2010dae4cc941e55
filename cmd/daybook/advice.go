package main

import (
	"crypto/tls"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"daybook/client"
)

// connectionAdvice says what may be meant where err tells that something else than
// what was asked for is spoken at the address of a server; "" where it does not.
func connectionAdvice(err error) string {
	text := err.Error()
	switch {
	case errors.Is(err, http.ErrSchemeMismatch), errors.As(err, new(tls.RecordHeaderError)):
		return "; the server has no TLS: give it as http://"
	case strings.Contains(text, "HTTP request to an HTTPS server"):
		return "; the server has TLS: give it as https://"
	case strings.Contains(text, "malformed HTTP"):
		return "; no HTTP is spoken there: is it the port of serve --tcp? --server takes that of --listen"
	case isOtherPath(err):
		return "; --server takes scheme, host and port, and no path but one that a proxy has before /rpc"
	}
	return ""
}

// isOtherPath reports whether err is the answer of something else below the path that
// a server was given with, as that of its requests.
func isOtherPath(err error) bool {
	var at *client.ConnectionError
	if !errors.As(err, &at) {
		return false
	}
	u, failed := url.Parse(at.URL)
	if failed != nil || strings.Count(u.Path, "/") == 1 {
		return false // no path was given
	}
	var status *client.StatusError
	if errors.As(err, &status) {
		return strings.HasPrefix(status.Status, "404 ") || strings.HasPrefix(status.Status, "405 ")
	}
	return errors.As(err, new(*client.ProtocolError))
}

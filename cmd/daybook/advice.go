package main

import (
	"crypto/tls"
	"errors"
	"net/http"
	"strings"
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
	}
	return ""
}

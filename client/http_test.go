package client_test

import (
	"encoding/pem"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"daybook/client"
)

// TestHTTPGarbage answers POSTs with what is no answer.
func TestHTTPGarbage(t *testing.T) {
	for _, tt := range []struct{ kind, body, says string }{
		{"application/json", "no JSON", "the server sent no JSON-RPC message: invalid character"},
		{"application/json", `{"id":1}`, "without result and error"},
		{"application/json", `{"result":"text"}`, "read the answer to x: json: cannot unmarshal string"},
		{"application/json", "", "the server sent no JSON-RPC message: unexpected end"},
		{"application/json", strings.Repeat(" ", 1001), "the answer has more than 1000 bytes"},
		{"text/plain", `{"result":1}`, `answered 200 OK: "{\"result\":1}"`},
	} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", tt.kind)
			io.WriteString(w, tt.body)
		}))
		c := dial(t, s.URL, client.Options{MaxMessage: 1000})
		if _, err := number(t.Context(), c); err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s %.20s: %v, want %q", tt.kind, tt.body, err, tt.says)
		}
		c.Close()
		s.Close()
	}
	cut := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", "100")
		io.WriteString(w, `{"result":`)
	}))
	defer cut.Close()
	c := dial(t, cut.URL, client.Options{})
	if _, err := number(t.Context(), c); !errors.As(err, new(*client.ConnectionError)) || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("an answer that breaks off: %v", err)
	}
}

// TestUserAgent says who asks, over either transport.
func TestUserAgent(t *testing.T) {
	agents := make(chan string, 1)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		agents <- r.UserAgent()
		http.NotFound(w, r)
	}))
	defer s.Close()
	for _, scheme := range schemes {
		for given, want := range map[string]string{"": "daybook-client", "console/1.2": "console/1.2"} {
			c := dial(t, scheme+strings.TrimPrefix(s.URL, "http"), client.Options{UserAgent: given})
			if _, err := number(t.Context(), c); err == nil {
				t.Errorf("%s: no error", scheme)
			}
			if got := <-agents; got != want {
				t.Errorf("%s, UserAgent %q: the server saw %q, want %q", scheme, given, got, want)
			}
		}
	}
}

// TestRedirect follows no redirect, which might take the token elsewhere.
func TestRedirect(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the client is elsewhere") }))
	defer elsewhere.Close()
	s := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusPermanentRedirect))
	defer s.Close()
	for _, scheme := range schemes {
		c := dial(t, scheme+strings.TrimPrefix(s.URL, "http"), client.Options{Token: client.StaticToken("dbk_secret")})
		_, err := number(t.Context(), c)
		if own := (*client.StatusError)(nil); !errors.As(err, &own) || own.Status != "308 Permanent Redirect" {
			t.Errorf("%s: %v", scheme, err)
		}
	}
}

// TestTLS trusts a server by its certificate only.
func TestTLS(t *testing.T) {
	h := newHostile(t, func(p *peer) { p.answer(); p.hold() })
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			h.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, `{"jsonrpc":"2.0","id":1,"result":42}`)
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	defer s.Close()
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	for _, scheme := range schemes {
		address := scheme + strings.TrimPrefix(s.URL, "http")
		c := dial(t, address, client.Options{CA: certificate})
		if n, err := number(t.Context(), c); n != 42 || err != nil {
			t.Errorf("%s with the certificate: %d, %v", scheme, n, err)
		}
		c.Close()
		c = dial(t, address, client.Options{})
		if _, err := number(t.Context(), c); err == nil || !strings.Contains(err.Error(), "certificate signed by unknown authority") {
			t.Errorf("%s without the certificate: %v", scheme, err)
		}
	}
}

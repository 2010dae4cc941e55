package rpc_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"daybook/rpc"
)

// TestCORSBeside serves a handler beside the server to pages of other origins.
func TestCORSBeside(t *testing.T) {
	t.Parallel()
	s := rpc.NewServer(rpc.Options{AllowOrigin: []string{"https://console.example"}})
	beside := s.CORS(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusTeapot)
	}), http.MethodGet, http.MethodHead)
	for _, tt := range []struct {
		method, origin, asks string
		status               int
		allow, methods, vary string
	}{
		{"GET", "", "", 418, "", "", ""},
		{"GET", "https://console.example", "", 418, "https://console.example", "", "Origin"},
		{"GET", "https://evil.example", "", 418, "", "", "Origin"},
		{"OPTIONS", "https://console.example", "", 418, "https://console.example", "", "Origin"},
		{"OPTIONS", "https://console.example", "GET", 204, "https://console.example", "GET, HEAD", "Origin"},
		{"OPTIONS", "https://evil.example", "GET", 403, "", "", "Origin"},
	} {
		r := httptest.NewRequest(tt.method, "http://daybook.example/api", nil)
		for name, value := range map[string]string{"Origin": tt.origin, "Access-Control-Request-Method": tt.asks} {
			if value != "" {
				r.Header.Set(name, value)
			}
		}
		w := httptest.NewRecorder()
		beside.ServeHTTP(w, r)
		h := w.Header()
		got := [...]string{h.Get("Access-Control-Allow-Origin"), h.Get("Access-Control-Allow-Methods"), h.Get("Vary")}
		if want := [...]string{tt.allow, tt.methods, tt.vary}; w.Code != tt.status || got != want {
			t.Errorf("%s from %q that asks for %q: %d %q, want %d %q", tt.method, tt.origin, tt.asks, w.Code, got, tt.status, want)
		}
	}
}

package rpc

import (
	"strings"
	"testing"

	"daybook/auth"
)

// Logs show what a client calls a method, without what it offered as a secret.
func TestShownMethod(t *testing.T) {
	const token = "a-secret-of-some-length"
	long := strings.Repeat("x", 100)
	for _, tt := range []struct {
		method string
		known  bool
		want   string
	}{
		{"", false, ""},
		{"GetLogs", true, "GetLogs"},
		{"getlogs", false, "getlogs"},
		{"call " + token, false, "call ***"},
		{token + long, false, "***" + long[:61] + "…"},
		{long, false, long[:64] + "…"},
		{strings.Repeat("x", 4096), false, long[:64] + "…"},
		{strings.Repeat(token, 1000), false, "… [23000 bytes cut]"},
	} {
		x := Exchange{Method: tt.method, Known: tt.known, Offered: []auth.Secret{token}}
		if got := x.ShownMethod(); got != tt.want {
			t.Errorf("%.40q is shown as %q, want %q", tt.method, got, tt.want)
		}
	}
}

package acceptance

import (
	"path/filepath"
	"testing"
	"time"

	"daybook/internal/badinput"
	"daybook/logstore"
)

// fixtures is the small journal that recorded requests are about, and the
// moment they were recorded at.
func fixtures(t *testing.T) *served {
	t.Helper()
	return serve(t, logstore.Options{
		Dir: filepath.Join("..", "..", "testdata", "journal"),
		Now: func() time.Time { return time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC) },
	})
}

// TestBadInput sends the corpus of bad input over HTTP and WebSocket, before and
// after authentication.
func TestBadInput(t *testing.T) {
	s := fixtures(t)
	badinput.Run(t, badinput.Target{URL: s.url, Token: s.token})
}

// TestBadInputTCP sends it over TCP, in every way that there is.
func TestBadInputTCP(t *testing.T) {
	s := fixtures(t)
	badinput.RunTCP(t, badinput.Target{URL: "tcp://" + s.tcp, Token: s.token})
}

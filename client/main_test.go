package client_test

import (
	"fmt"
	"net/http"
	"os"
	"runtime"
	"testing"
	"time"

	"daybook/client"
	"daybook/internal/testserver"
)

// hangs is when a test gives up on what should have happened long ago.
const hangs = time.Minute

// TestMain fails the tests when they leave goroutines behind.
func TestMain(m *testing.M) {
	before := runtime.NumGoroutine()
	code := m.Run()
	http.DefaultClient.CloseIdleConnections()
	if code == 0 && !settles(func() bool { return runtime.NumGoroutine() <= before }) {
		stacks := make([]byte, 1<<20)
		fmt.Fprintf(os.Stderr, "goroutines are left behind:\n%s\n", stacks[:runtime.Stack(stacks, true)])
		code = 1
	}
	os.Exit(code)
}

// settles reports whether done becomes true before a test would hang.
func settles(done func() bool) bool {
	for end := time.Now().Add(hangs); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if done() {
			return true
		}
	}
	return false
}

// today is the time of the servers of tests: the answers of testdata/requests are
// of then.
func today() time.Time { return time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC) }

// serve serves a journal until the test ends.
func serve(t testing.TB, o testserver.Options) *testserver.Server {
	t.Helper()
	o.Now = today
	s, err := testserver.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// sample serves the journal of testdata.
func sample(t testing.TB) *testserver.Server {
	t.Helper()
	return serve(t, testserver.Options{Journal: "../testdata/journal"})
}

// dial returns a client of an address until the test ends. Pauses are short where
// the options do not say.
func dial(t testing.TB, address string, o client.Options) *client.Client {
	t.Helper()
	if o.MinPause == 0 {
		o.MinPause = time.Millisecond
	}
	if o.MaxPause == 0 {
		o.MaxPause = 20 * time.Millisecond
	}
	c, err := client.New(address, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// ask returns a client of a server with a manager's token.
func ask(t testing.TB, s *testserver.Server, scheme string) *client.Client {
	t.Helper()
	return dial(t, scheme+"://"+s.Addr, client.Options{Token: client.StaticToken(s.Token), Patience: hangs})
}

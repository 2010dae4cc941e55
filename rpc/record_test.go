package rpc

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"daybook/auth"

	"github.com/google/go-cmp/cmp"
)

// A recorded is an exchange, with the line that a recorder makes of it.
type recorded struct {
	name string
	x    Exchange
	line string // without what all lines have
}

func recordedExchanges() []recorded {
	manager := auth.Principal{ID: 1, Name: "desk", Session: auth.SessionManager}
	all := []recorded{
		{
			"a result",
			Exchange{Principal: manager, Method: "GetLogs", Answer: Bytes(`{"rows":[["<a>"]]}`),
				Request: []byte("{\"jsonrpc\": \"2.0\",\n\"id\" :1.0, \"method\":\"GetLogs\"}")},
			`"SESSION_MANAGER","request":{"jsonrpc":"2.0","id":1.0,"method":"GetLogs"},` +
				`"answer":{"jsonrpc":"2.0","id":1.0,"result":{"rows":[["<a>"]]}}}`,
		},
		{
			"a condition that looks for what might be a secret, and the row with it",
			Exchange{Principal: manager, Method: "GetLogsByFilter", Known: true, Answer: Bytes(`{"rows":[["token=expired"],["expired"]]}`),
				Request: []byte(`{"jsonrpc":"2.0","id":1,"method":"GetLogsByFilter","params":{"where":[["detail","like","token=expired"],["status","=","expired"]]}}`)},
			`"SESSION_MANAGER","request":{"jsonrpc":"2.0","id":1,"method":"GetLogsByFilter","params":{"where":[["detail","like","token=expired"],["status","=","expired"]]}},` +
				`"answer":{"jsonrpc":"2.0","id":1,"result":{"rows":[["token=expired"],["expired"]]}}}`,
		},
		{
			"an error, and a token",
			Exchange{Method: "Authenticate", Err: errNoToken("unknown token"),
				Request: []byte(`{"jsonrpc":"2.0","id":"a","method":"Authenticate","params":{"token":"x"}}`)},
			`"","request":{"jsonrpc":"2.0","id":"a","method":"Authenticate","params":{"token":"***"}},` +
				`"answer":{"jsonrpc":"2.0","id":"a","error":{"code":-32001,"message":"unknown token","data":{"name":"PERMISSION_DENIED","code":401}}}}`,
		},
		{
			"a notification",
			Exchange{Principal: manager, Method: "GetLogs", Notification: true,
				Request: []byte(`{"jsonrpc":"2.0","method":"GetLogs"}`)},
			`"SESSION_MANAGER","request":{"jsonrpc":"2.0","method":"GetLogs"},"answer":null}`,
		},
		{
			"not JSON",
			Exchange{Request: []byte(`{"id":`), Err: errParse("it ends too early")},
			`"","request":null,"text":"{\"id\":","answer":{"jsonrpc":"2.0","id":null,` +
				`"error":{"code":-32700,"message":"not JSON: it ends too early"}}}`,
		},
		{
			"not a request, with an id",
			Exchange{Request: []byte(`{"jsonrpc":"1.0","id":7}`), Err: errNotRequest("x")},
			`"","request":{"jsonrpc":"1.0","id":7},"answer":{"jsonrpc":"2.0","id":7,"error":{"code":-32600,"message":"not a request: x"}}}`,
		},
		{
			"not a request, with two ids",
			Exchange{Request: []byte(`{"jsonrpc":"2.0","id":7,"id":8,"method":"x"}`), Err: errNotRequest("x")},
			`"","request":{"jsonrpc":"2.0","id":7,"id":8,"method":"x"},` +
				`"answer":{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"not a request: x"}}}`,
		},
		{
			"a message at fault as a whole",
			Exchange{Request: []byte(`{"id":7,"a":[[]]}`), Err: errTooLarge("depth", 1, 2)},
			`"","request":{"id":7,"a":[[]]},"answer":{"jsonrpc":"2.0","id":null,` +
				`"error":{"code":-32013,"message":"depth too large: 2, the limit is 1","data":{"limit":1,"actual":2}}}}`,
		},
		{
			"an answer too long to keep",
			Exchange{Method: "GetLogs", Answer: Bytes(`"` + strings.Repeat("x", MaxRecordedAnswer) + `"`),
				Request: []byte(`{"jsonrpc":"2.0","id":7,"method":"GetLogs"}`)},
			`"","request":{"jsonrpc":"2.0","id":7,"method":"GetLogs"},"answer":null,"answer_bytes":1048612}`,
		},
	}
	for i := range all {
		all[i].x.Started = time.Date(2026, 11, 21, 11, 0, 0, 5e8, time.FixedZone("", 3600))
		all[i].x.Transport = "ws"
		all[i].line = `{"time":"2026-11-21T10:00:00.5Z","transport":"ws","session":` + all[i].line + "\n"
	}
	return all
}

func TestRecorder(t *testing.T) {
	t.Parallel()
	var file bytes.Buffer
	r := NewRecorder(&file)
	all := recordedExchanges()
	for i := range all {
		r.Observe(&all[i].x)
		// Without a request there would be a line that nobody can read again.
		r.Observe(&Exchange{Transport: "ws", Err: errTooLarge("request", 1, 2)})
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	got := bytes.SplitAfter(file.Bytes(), []byte("\n"))
	if len(got) != len(all)+1 {
		t.Fatalf("%d lines, want %d:\n%s", len(got)-1, len(all), file.Bytes())
	}
	for i, want := range all {
		if diff := cmp.Diff(want.line, string(got[i])); diff != "" {
			t.Errorf("%s: mismatch (-want +got):\n%s", want.name, diff)
		}
	}
	if _, err := ReadRecordings(&file); err != nil {
		t.Errorf("ReadRecordings: %v", err)
	}
	if n := r.Dropped(); n != 0 {
		t.Errorf("%d exchanges dropped, want 0", n)
	}
}

// TestRecorderKeepsUp observes from many goroutines, and wants each line whole
// and once.
func TestRecorderKeepsUp(t *testing.T) {
	t.Parallel()
	var file bytes.Buffer
	r := NewRecorder(&file)
	const goroutines, each = 8, 200
	var group sync.WaitGroup
	for g := range goroutines {
		group.Go(func() {
			for i := range each {
				request := fmt.Appendf(nil, `{"jsonrpc":"2.0","id":"%d/%d","method":"GetLogs"}`, g, i)
				r.Observe(&Exchange{Transport: "http", Method: "GetLogs", Request: request, Answer: Bytes("1")})
			}
		})
	}
	group.Wait()
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	all, err := ReadRecordings(&file)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, rec := range all {
		seen[string(rec.Request)] = true
	}
	if len(all) != len(seen) || int64(len(all))+r.Dropped() != goroutines*each {
		t.Errorf("%d lines, %d of them different, %d dropped; want %d in all", len(all), len(seen), r.Dropped(), goroutines*each)
	}
}

// A gate is a writer that waits until it is opened.
type gate struct {
	open    chan struct{}
	written int
}

func (g *gate) Write(p []byte) (int, error) {
	<-g.open
	g.written += bytes.Count(p, []byte("\n"))
	return len(p), nil
}

// TestRecorderDropsWhenStuck wants a stuck file to cost recordings, not time
// or memory.
func TestRecorderDropsWhenStuck(t *testing.T) {
	t.Parallel()
	g := &gate{open: make(chan struct{})}
	r := NewRecorder(g)
	x := &Exchange{Transport: "ws", Method: "x", Request: []byte(`{"jsonrpc":"2.0","id":1,"method":"x"}`), Answer: Bytes("1")}
	const n = 2 * recordLines
	for range n {
		r.Observe(x)
	}
	dropped := r.Dropped()
	if dropped < n-recordLines-100 { // some lines are in the writer's buffer
		t.Errorf("%d exchanges dropped, want about %d", dropped, n-recordLines)
	}
	big := &Exchange{Transport: "ws", Method: "x", Request: x.Request, Answer: Bytes(`"` + strings.Repeat("x", 1<<19) + `"`)}
	for range 100 {
		r.Observe(big)
	}
	if waiting := r.waiting.Load(); waiting > recordBytes+MaxRecordedAnswer {
		t.Errorf("%d bytes wait, want at most about %d", waiting, recordBytes)
	}
	close(g.open)
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if got := int64(g.written) + r.Dropped(); got != n+100 {
		t.Errorf("%d exchanges written or dropped, want %d", got, n+100)
	}
}

func TestRecorderAfterClose(t *testing.T) {
	t.Parallel()
	full := errors.New("disk full")
	r := NewRecorder(writerFunc(func([]byte) (int, error) { return 0, full }))
	x := &Exchange{Transport: "ws", Request: []byte(`{}`), Err: errNotRequest("x")}
	r.Observe(x)
	for range 2 {
		if err := r.Close(); !errors.Is(err, full) {
			t.Errorf("Close: %v, want %v", err, full)
		}
	}
	r.Observe(x)
	if n := r.Dropped(); n != 2 {
		t.Errorf("%d exchanges dropped, want 2: one that could not be written, one too late", n)
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

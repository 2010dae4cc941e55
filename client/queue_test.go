package client

import (
	"encoding/json"
	"testing"
)

// Events cost memory even where they hold nothing.
func TestEventQueueIsBounded(t *testing.T) {
	for text, most := range map[string]int{
		`{}`: 20_000, // in an MiB
		`{"rows":["` + string(make([]byte, 1000)) + `"]}`: 1048,
	} {
		q := newEventQueue()
		n := 0
		for n <= 10*most && q.tryPut(json.RawMessage(text)) {
			n++
		}
		if n > most || n < most/3 {
			t.Errorf("%d events of %d bytes fit, want up to %d", n, len(text), most)
		}
		for range n {
			if e := q.tryTake(); string(e) != text {
				t.Fatalf("took %q, want %q", e, text)
			}
		}
		if q.bytes != 0 {
			t.Errorf("%d bytes are left of an empty queue", q.bytes)
		}
	}
}

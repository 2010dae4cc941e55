package acceptance

import (
	"context"
	"encoding/json"
	"flag"
	"testing"
	"time"

	"daybook/internal/generate"
	"daybook/internal/oracle"
	"daybook/logstore"
)

var lines = flag.Int64("lines", 200_000, "of the generated journal of TestExample")

// example is the request example of the platform's documentation of
// GetLogsByFilter, over all days of the generated journal.
const example = `{
	"where": [["actor_type", "=", "MANAGER"], ["status", "=", "SUCCESS"]],
	"whereBetween": ["timestamp", ["2026-03-24T00:00:00Z", "2026-04-22T23:59:59Z"]],
	"whereNot": ["source", "127.0.0.2"],
	"orderBy": ["timestamp", "DESC"],
	"limit": 50,
	"offset": 0
}`

// TestExample asks the example of a believable journal over both transports.
// The answer is the naive evaluator's. Asked again, when the server knows the
// files, it is still the same.
func TestExample(t *testing.T) {
	dir := t.TempDir()
	end := time.Date(2026, 4, 22, 23, 0, 0, 0, time.UTC)
	if _, err := generate.Write(context.Background(), generate.Options{Dir: dir, Days: 30, Lines: *lines, End: end, Seed: 1}); err != nil {
		t.Fatal(err)
	}
	judge, err := oracle.New(dir, oracle.Options{Now: end})
	if err != nil {
		t.Fatal(err)
	}
	want, fault := judge.Answer("GetLogsByFilter", json.RawMessage(example))
	if fault != nil {
		t.Fatal(fault)
	}
	s := serve(t, logstore.Options{Dir: dir, Now: func() time.Time { return end }})
	for _, c := range []caller{s.overHTTP(s.token), s.overWebSocket(t, s.token), s.overHTTP(s.token)} {
		got, err := ask(c, "GetLogsByFilter", json.RawMessage(example))
		if err != nil {
			t.Fatal(err)
		}
		if diff := oracle.Difference(want, nil, got.Result, got.fault()); diff != "" {
			t.Errorf("over %T:\n%s", c, diff)
		}
	}
	t.Logf("%s", want[max(0, len(want)-40):])
}

package rpc

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestReadRecordings(t *testing.T) {
	t.Parallel()
	text := `{"note":"a page","time":"2026-11-21T10:00:00Z","transport":"http","session":"SESSION_MANAGER","request":{"id":1},"answer":{"id":1}}

{"time":"2026-11-21T10:00:00.5Z","transport":"ws","session":"","request":null,"text":"{\"id\"","answer":{"id":null}}
{"time":"2026-11-21T10:00:01Z","transport":"ws","session":"17","request":[],"answer":null,"answer_bytes":2000000}
`
	want := []Recording{
		{Note: "a page", Time: time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC), Transport: "http", Session: "SESSION_MANAGER",
			Request: json.RawMessage(`{"id":1}`), Answer: json.RawMessage(`{"id":1}`)},
		{Time: time.Date(2026, 11, 21, 10, 0, 0, 5e8, time.UTC), Transport: "ws",
			Text: `{"id"`, Answer: json.RawMessage(`{"id":null}`)},
		{Time: time.Date(2026, 11, 21, 10, 0, 1, 0, time.UTC), Transport: "ws", Session: "17",
			Request: json.RawMessage(`[]`), AnswerBytes: 2000000},
	}
	got, err := ReadRecordings(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("ReadRecordings mismatch (-want +got):\n%s", diff)
	}
	var lines []byte
	for i := range got {
		if lines, err = got[i].AppendLine(lines); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(strings.ReplaceAll(text, "\n\n", "\n"), string(lines)); diff != "" {
		t.Errorf("AppendLine mismatch (-want +got):\n%s", diff)
	}
}

func TestReadRecordingsRefuses(t *testing.T) {
	t.Parallel()
	const good = `{"time":"2026-11-21T10:00:00Z","transport":"ws","session":"","request":{},"answer":{}}`
	for _, tt := range []struct{ line, want string }{
		{`{"time":"2026-11-21T10:00:00Z"`, "line 2: unexpected EOF"},
		{good + ` {}`, "line 2: more than one value"},
		{strings.Replace(good, "answer", "anwser", 1), `line 2: json: unknown field "anwser"`},
		{strings.Replace(good, "ws", "udp", 1), `line 2: transport "udp": want http, ws or tcp`},
		{strings.Replace(good, `"request":{}`, `"request":null`, 1), "line 2: no request"},
		{strings.Repeat("x", maxRecordingLine+1), "line 2: bufio.Scanner: token too long"},
	} {
		_, err := ReadRecordings(strings.NewReader(good + "\n" + tt.line + "\n"))
		if err == nil || err.Error() != tt.want {
			t.Errorf("ReadRecordings(%.90s): %v, want %s", tt.line, err, tt.want)
		}
	}
}

// FuzzReadRecordings checks that what was read is written and read the same.
func FuzzReadRecordings(f *testing.F) {
	f.Add([]byte(`{"time":"2026-11-21T10:00:00Z","transport":"ws","session":"","request":{"a":"<\u2028>"},"answer":null}`))
	f.Add([]byte(`{"note":"x","time":"2026-11-21T10:00:00+01:00","transport":"http","session":"3","request":null,"text":"\ud800","answer":1}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		all, err := ReadRecordings(strings.NewReader(string(text)))
		if err != nil {
			return
		}
		var lines []byte
		for i := range all {
			if lines, err = all[i].AppendLine(lines); err != nil {
				t.Fatal(err)
			}
		}
		again, err := ReadRecordings(strings.NewReader(string(lines)))
		if err != nil {
			t.Fatalf("ReadRecordings(%q), as written from %q: %v", lines, text, err)
		}
		var second []byte
		for i := range again {
			if second, err = again[i].AppendLine(second); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(string(lines), string(second)); diff != "" {
			t.Fatalf("written again, mismatch (-first +second):\n%s", diff)
		}
	})
}

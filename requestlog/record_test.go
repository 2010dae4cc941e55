package requestlog

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestParseLine(t *testing.T) {
	t.Parallel()
	at := func(text string) Timestamp {
		moment, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			t.Fatal(err)
		}
		return Timestamp{moment}
	}
	for _, tt := range []struct {
		in   string
		want *Record // nil: an error
	}{
		{`{"id":1,"created_at":"2026-04-22T10:00:00Z"}`, &Record{ID: 1, CreatedAt: at("2026-04-22T10:00:00Z")}},
		{`{"id":9007199254740991,"created_at":"2026-04-22T12:30:00.1234567+02:30","more":[]}`,
			&Record{ID: maxID, CreatedAt: at("2026-04-22T10:00:00.123456Z")}},
		{`{"id":1,"created_at":"2026-04-22T10:00:00.5","duration":1.25,"user":{"id":null,"username":"x"},"status_code":200,"body":[1.50]}`,
			&Record{ID: 1, CreatedAt: at("2026-04-22T10:00:00.5Z"), Duration: Seconds(1250 * time.Millisecond), User: &User{Username: "x"},
				StatusCode: new(200), Body: json.RawMessage("[1.50]")}},
		{`{"id":1,"created_at":"2026-04-22T10:00:00Z","duration":"-0.000001","device":"","os":null,"started_at":null}`,
			&Record{ID: 1, CreatedAt: at("2026-04-22T10:00:00Z"), Duration: Seconds(-time.Microsecond), Device: new("")}},
		{in: `{"id":0,"created_at":"2026-04-22T10:00:00Z"}`},
		{in: `{"id":9007199254740992,"created_at":"2026-04-22T10:00:00Z"}`},
		{in: `{"id":1.5,"created_at":"2026-04-22T10:00:00Z"}`},
		{in: `{"id":1}`},
		{in: `{"id":1,"created_at":"2026-04-31T10:00:00Z"}`},
		{in: `{"id":1,"created_at":1776852000}`},
		{in: `{"id":1,"created_at":"2026-04-22T10:00:00Z","duration":"NaN"}`},
		{in: `{"id":1,"created_at":"2026-04-22T10:00:00Z","duration":[]}`},
		{in: `{"id":1,"created_at":"2026-04-22T10:00:00Z"} [torn]`},
		{in: `[]`},
		{in: ``},
	} {
		got, err := ParseLine([]byte(tt.in))
		if (err != nil) != (tt.want == nil) {
			t.Errorf("ParseLine(%s) = %v, %v", tt.in, got, err)
		}
		if diff := cmp.Diff(tt.want, got); tt.want != nil && diff != "" {
			t.Errorf("ParseLine(%s) mismatch (-want +got):\n%s", tt.in, diff)
		}
	}
}

func TestAppendLine(t *testing.T) {
	t.Parallel()
	r := &Record{ID: 1, Endpoint: new("<a>&\u2028\n"), Duration: Seconds(3*time.Second + 1_999), CreatedAt: timestamp(noon), Body: json.RawMessage(`"a"`)}
	line, err := r.AppendLine([]byte("before\n"))
	if err != nil {
		t.Fatal(err)
	}
	text, _ := strings.CutPrefix(string(line), "before\n")
	for _, part := range []string{"\"endpoint\":\"<a>&\u2028\\n\"", `"duration":"3.000001"`, `"started_at":null`, `"user":null`, `"response":null`, `"status_code":null`} {
		if !strings.Contains(text, part) {
			t.Errorf("%s is not in %s", part, text)
		}
	}
	if strings.Count(text, "\n") != 1 || !strings.HasSuffix(text, "}\n") {
		t.Errorf("%q is not one line", text)
	}
	r.Body = json.RawMessage(`{`)
	if line, err := r.AppendLine([]byte("before\n")); err == nil || string(line) != "before\n" {
		t.Errorf("a record with a broken body is written as %s, %v", line, err)
	}
}

// TestLineIsRecord wants the lines to be what encoding/json makes of a Record.
func TestLineIsRecord(t *testing.T) {
	t.Parallel()
	whole := &Record{
		ID: 17, User: &User{ID: new(int64(-7)), Username: "a\"b", FullName: "é", Mobile: new("")}, IP: new("10.0.0.1"), Device: new(""), DeviceType: new("pc"),
		IsBot: new(false), OS: new("Linux"), Browser: new("x\ty"), Scheme: new("tls"), Endpoint: new("rpc:x"), Method: new("TCP"), StatusCode: new(504),
		ExceptionType: new("SYNC_TIMEOUT"), StartedAt: timestamp(noon), FinishedAt: timestamp(noon.Add(1)), Duration: Seconds(-90_061_000_007 * time.Microsecond),
		CreatedAt: timestamp(noon.Add(2)), UpdatedAt: timestamp(noon.Add(3)), QueryParams: json.RawMessage(`{ "a": "b" }`), RequestHeaders: json.RawMessage(`{}`),
		ResponseHeaders: json.RawMessage(`null`), Body: json.RawMessage("[1,\n2]"), Response: json.RawMessage(`"x"`), ExceptionMessage: new("m\xffm"), ExceptionTraceback: new("t\nt"),
	}
	for _, r := range []*Record{whole, {}, {User: &User{}}} {
		want, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		want = bytes.ReplaceAll(want, []byte(`\ufffd`), []byte("\ufffd"))
		got, err := r.AppendLine(nil)
		if diff := cmp.Diff(string(want)+"\n", string(got)); err != nil || diff != "" {
			t.Errorf("line mismatch, %v (-want +got):\n%s", err, diff)
		}
	}
}

// TestLongestLine makes a line as long as it can be: everything in it is escaped
// in six bytes.
func TestLongestLine(t *testing.T) {
	t.Parallel()
	fill := strings.Repeat("\x01", 1<<20)
	header := map[string][]string{"A": {fill}, "B": {fill, fill, fill, fill, fill, fill, fill, fill, fill, fill}}
	e := &Entry{
		RequestHeader: header, ResponseHeader: header, Query: "a=" + strings.Repeat("%01", 1<<18), Endpoint: fill, Method: fill,
		Body: Body{Text: []byte(fill), Size: 1 << 20}, Response: Body{Text: []byte(fill), Size: 1 << 20}, Status: 500,
		ExceptionType: fill, ExceptionMessage: fill, ExceptionTraceback: fill, User: &User{Username: fill, FullName: fill, Mobile: &fill},
	}
	r := (&maker{bodyLimit: MaxBodyLimit, responsesFrom: 1}).record(e)
	r.ID, r.CreatedAt = 1, timestamp(noon)
	line := appendShort(nil, r)
	if len(line) > MaxLine {
		t.Fatalf("a line of %d bytes", len(line))
	}
	if r, err := ParseLine(line); err != nil || string(r.Body) != `"… [1048576 bytes cut]"` && !strings.HasSuffix(string(r.Body), ` bytes cut]"`) {
		t.Errorf("%v: body %.100s", err, r.Body)
	}
}

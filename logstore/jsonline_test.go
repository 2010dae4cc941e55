package logstore

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"daybook/filter"

	"github.com/google/go-cmp/cmp"
)

// requestSchema is a schema with a field of each kind, and requestMembers is where
// lines have them.
func requestSchema() *filter.Schema {
	return filter.NewSchema(
		filter.FieldSpec{Name: "id", Kind: filter.Integer, Unique: true},
		filter.FieldSpec{Name: "has_user", Kind: filter.Boolean},
		filter.FieldSpec{Name: "user.id", Kind: filter.Integer, Null: true},
		filter.FieldSpec{Name: "user.name", Kind: filter.Text, Null: true},
		filter.FieldSpec{Name: "ip", Kind: filter.Text, Null: true},
		filter.FieldSpec{Name: "bot", Kind: filter.Boolean, Null: true},
		filter.FieldSpec{Name: "status", Kind: filter.Integer, Null: true},
		filter.FieldSpec{Name: "duration", Kind: filter.Decimal, Null: true},
		filter.FieldSpec{Name: "at", Kind: filter.Time, Micro: true},
		filter.FieldSpec{Name: "ended", Kind: filter.Instant, Null: true},
		filter.FieldSpec{Name: "has_body", Kind: filter.Boolean},
		filter.FieldSpec{Name: "endpoint", Kind: filter.Text, Null: true},
	)
}

// The fields of requestSchema.
const (
	reqID filter.Field = iota
	reqHasUser
	reqUserID
	reqUserName
	reqIP
	reqBot
	reqStatus
	reqDuration
	reqAt
	reqEnded
	reqHasBody
	reqEndpoint
)

var requestMembers = []Member{
	{Path: "id"}, {Path: "user", Presence: true}, {Path: "user.id"}, {Path: "user.name"}, {Path: "ip"}, {Path: "bot"},
	{Path: "status"}, {Path: "duration"}, {Path: "at"}, {Path: "ended"}, {Path: "body", Presence: true}, {Path: "endpoint"},
}

// jsonLineTests are lines, and the values of a record by field as they are shown;
// nil where a line is malformed.
var jsonLineTests = []struct {
	line string
	want []string
}{
	{`{"id":1,"at":"2026-04-22T10:00:00.000001Z"}`, values("1|false|null|null|null|null|null|null|2026-04-22T10:00:00.000001Z|null|false|null")},
	{`{"id":1,"user":{"id":7,"name":"ann"},"ip":"::1","bot":true,"status":500,"duration":"0.123456","at":"2026-04-22T12:00:00+02:00","ended":1776852000.5,"body":{"a":[]},"endpoint":"/a"}`,
		values("1|true|7|ann|::1|true|500|0.123456|2026-04-22T10:00:00.000000Z|2026-04-22T10:00:00.500000Z|true|/a")},
	{` { "id" : 1 , "at" : 0 , "x" : [ 1 , { "y" : null } , [ ] , "\n" ] } `, values("1|false|null|null|null|null|null|null|1970-01-01T00:00:00.000000Z|null|false|null")},
	{`{"id":1,"at":0,"ip":"a\tb\u00e9\ud83d\ude00\ud83dx\/\"","endpoint":"ж"}`, values("1|false|null|null|a\tbé😀\uFFFDx/\"|null|null|null|1970-01-01T00:00:00.000000Z|null|false|ж")},
	{`{"\u0069d":1,"at":0,"ip":""}`, values("1|false|null|null||null|null|null|1970-01-01T00:00:00.000000Z|null|false|null")},
	// The last of several counts.
	{`{"id":1,"id":2,"at":5,"at":0,"ip":"x","ip":null,"user":{"id":3},"user":null,"body":1,"body":""}`, values("2|false|null|null|null|null|null|null|1970-01-01T00:00:00.000000Z|null|false|null")},
	{`{"id":1,"at":0,"user":{"id":3,"name":"a"},"user":{"name":"b","id":null}}`, values("1|true|null|b|null|null|null|null|1970-01-01T00:00:00.000000Z|null|false|null")},
	{`{"id":1,"at":0,"user":5}`, values("1|true|null|null|null|null|null|null|1970-01-01T00:00:00.000000Z|null|false|null")},
	{`{"id":1,"at":0,"user":{}, "body":[ ]}`, values("1|false|null|null|null|null|null|null|1970-01-01T00:00:00.000000Z|null|false|null")},
	{`{"id":1,"at":0,"body":false}`, values("1|false|null|null|null|null|null|null|1970-01-01T00:00:00.000000Z|null|true|null")},
	// Other types are null.
	{`{"id":1,"at":0,"ip":5,"bot":1,"status":"500","duration":true,"ended":"x","endpoint":{}}`, values("1|false|null|null|null|null|null|null|1970-01-01T00:00:00.000000Z|null|false|null")},
	{`{"id":1,"at":0,"status":500.0,"duration":1e-05}`, values("1|false|null|null|null|null|null|0.000010|1970-01-01T00:00:00.000000Z|null|false|null")},
	{`{"id":-0,"at":-1.5,"status":-7,"duration":-1.0000001}`, values("0|false|null|null|null|null|-7|-1.000001|1969-12-31T23:59:58.500000Z|null|false|null")},
	{`{"id":-4611686018427387904,"at":0,"status":-4611686018427387905}`, values("-4611686018427387904|false|null|null|null|null|null|null|1970-01-01T00:00:00.000000Z|null|false|null")},
	{`{"id":4611686018427387903,"at":0,"status":4611686018427387904,"duration":-4611686018427.387904}`, values("4611686018427387903|false|null|null|null|null|null|-4611686018427.387904|1970-01-01T00:00:00.000000Z|null|false|null")},
	{`{"id":4611686018427387903,"at":0,"status":99999999999999999999}`, values("4611686018427387903|false|null|null|null|null|null|null|1970-01-01T00:00:00.000000Z|null|false|null")},
	{`{"ID":1,"id":2,"at":0}`, values("2|false|null|null|null|null|null|null|1970-01-01T00:00:00.000000Z|null|false|null")},

	{`{"at":0}`, nil},
	{`{"id":null,"at":0}`, nil},
	{`{"id":"1","at":0}`, nil},
	{`{"id":1}`, nil},
	{`{"id":1,"at":"2026-04-22"}`, nil},
	{`{"id":1,"at":0,"at":null}`, nil},
	{`{"id":1,"at":null,"at":"yesterday"}`, nil},
	{`[{"id":1,"at":0}]`, nil},
	{`{"id":1,"at":0} x`, nil},
	{`{"id":1,"at":0}{}`, nil},
	{`{"id":1,"at":0`, nil},
	{`{"id":1,"at":0,}`, nil},
	{`{"id":1,"at":0,"x":}`, nil},
	{`{"id":1,"at":0,"x":[1,]}`, nil},
	{`{"id":1,"at":0,"x":{"y"}}`, nil},
	{`{"id":1,"at":0,"x":tru}`, nil},
	{`{"id":1,"at":0,"x":01}`, nil},
	{`{"id":1,"at":0,"x":1.}`, nil},
	{`{"id":1,"at":0,"x":1e}`, nil},
	{`{"id":1,"at":0,"x":-}`, nil},
	{`{"id":1,"at":0,"x":+1}`, nil},
	{`{"id":1,"at":0,"x":"\x"}`, nil},
	{`{"id":1,"at":0,"x":"\u12g4"}`, nil},
	{"{\"id\":1,\"at\":0,\"x\":\"12345678\t\"}", nil},
	{"{\"id\":1,\"at\":0,\"x\":\"\xff\"}", nil},
	{`{"id":1,"at":0,"x":'a'}`, nil},
	{"{\"id\":1,\"at\":0,\"x\":\x00}", nil},
	{`null`, nil},
	{`17`, nil},
	{` `, nil},
}

func values(text string) []string { return strings.Split(text, "|") }

// shownRecord returns the values of a record as they are shown.
func shownRecord(s *filter.Schema, r *filter.Record) []string {
	var all []string
	for f := range filter.Field(s.Len()) {
		v := r.Columns[f]
		switch kind := s.Kind(f); {
		case kind == filter.Time:
			all = append(all, string(s.AppendShown(nil, r.Time)))
		case v == nil:
			all = append(all, "null")
		case kind == filter.Text:
			all = append(all, string(v))
		case kind == filter.Boolean:
			all = append(all, strconv.FormatBool(filter.Number(v) != 0))
		case kind == filter.Decimal:
			all = append(all, string(filter.AppendDecimal(nil, filter.Number(v))))
		case kind == filter.Instant:
			all = append(all, string(filter.AppendInstant(nil, filter.Number(v))))
		default:
			all = append(all, strconv.FormatInt(filter.Number(v), 10))
		}
	}
	return all
}

// parseJSON returns the values of a line, nil where it is malformed.
func parseJSON(t testing.TB, p recordParser, line string) []string {
	t.Helper()
	s := requestSchema()
	r := &filter.Record{Columns: make([][]byte, s.Len())}
	at, measured := p.measure([]byte(line))
	if ok := p.parse(r, []byte(line)); ok != measured || ok && at != r.Time {
		t.Errorf("%q: a record %v of time %d, measured as %v, %d", line, ok, r.Time, measured, at)
	} else if !ok {
		return nil
	}
	if clean := isClean([]byte(line)); r.Clean && !clean {
		t.Errorf("%q is clean", line)
	}
	return shownRecord(s, r)
}

func TestJSONLine(t *testing.T) {
	t.Parallel()
	p := JSONLines(requestMembers...).parser(requestSchema())
	for _, tt := range jsonLineTests {
		if diff := cmp.Diff(tt.want, parseJSON(t, p, tt.line)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.line, diff)
		}
		if diff := cmp.Diff(naiveJSON(tt.line), tt.want); diff != "" {
			t.Errorf("%s: package encoding/json and the table differ (-json +table):\n%s", tt.line, diff)
		}
	}
}

func TestJSONLineDepth(t *testing.T) {
	t.Parallel()
	p := JSONLines(requestMembers...).parser(requestSchema())
	for _, depth := range []int{1, 100, 9_998, 9_999, 10_000, 10_001, 200_000} {
		line := `{"id":1,"at":0,"x":` + strings.Repeat("[", depth) + strings.Repeat("]", depth) + "}"
		if got, want := parseJSON(t, p, line) != nil, json.Valid([]byte(line)); got != want {
			t.Errorf("%d arrays in one another: a record %v, want %v", depth, got, want)
		}
	}
}

// naiveJSON is what parseJSON returns, by package encoding/json.
func naiveJSON(line string) []string {
	var all []string
	for _, v := range naiveRecordOf(requestSchema(), requestMembers, line) {
		all = append(all, v.text())
	}
	return all
}

func FuzzJSONLine(f *testing.F) {
	for _, tt := range jsonLineTests {
		f.Add(tt.line)
	}
	p := JSONLines(requestMembers...).parser(requestSchema())
	f.Fuzz(func(t *testing.T, line string) {
		if diff := cmp.Diff(naiveJSON(line), parseJSON(t, p, line)); diff != "" {
			t.Errorf("%q (-json +got):\n%s", line, diff)
		}
	})
}

func BenchmarkJSONLine(b *testing.B) {
	p := JSONLines(requestMembers...).parser(requestSchema())
	line := []byte(`{"id":1776852000123,"user":{"id":7,"name":"ann","full_name":"Ann Example"},"ip":"203.0.113.7","device":"iPhone","bot":false,"status":200,"duration":"0.012345","at":"2026-04-22T10:00:00.000001Z","ended":"2026-04-22T10:00:00.000001Z","body":null,"endpoint":"rpc:GetLogsByFilter","scheme":"https"}`)
	r := &filter.Record{Columns: make([][]byte, requestSchema().Len())}
	b.SetBytes(int64(len(line)))
	b.ReportAllocs()
	for b.Loop() {
		if !p.parse(r, line) {
			b.Fatalf("%s is no record", line)
		}
	}
}

package filter_test

import (
	"errors"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"daybook/filter"
)

// fault returns err as a ParamError; a nil error is nil, and any other kind
// fails the test.
func fault(t *testing.T, err error) *filter.ParamError {
	t.Helper()
	var e *filter.ParamError
	if err != nil && !errors.As(err, &e) {
		t.Fatalf("error of type %T, want *ParamError: %v", err, err)
	}
	return e
}

func mustParams(t testing.TB, raw string) *filter.Params {
	t.Helper()
	p, err := filter.ParseParams([]byte(raw))
	if err != nil {
		t.Fatalf("ParseParams(%s): %v", raw, err)
	}
	return p
}

func TestParseParams(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{`{"a":[1, 2]}`, `[{"a":[1, 2]}]`, ` { "a" : [1, 2] } `, ` [ { "a":[1, 2]} ] `} {
		if got := string(mustParams(t, raw).Raw("a")); got != `[1, 2]` {
			t.Errorf("ParseParams(%s): a is %s", raw, got)
		}
	}
	for _, raw := range []string{"", "{}", "[{}]"} {
		if p := mustParams(t, raw); p.Has("a") || p.Only() != nil {
			t.Errorf("ParseParams(%s) has members", raw)
		}
	}
	for _, raw := range []string{"null", "5", `"x"`, "true", "[]", "[1]", "[null]", "[{},{}]", "[[{}]]", "{", "{}{}", " "} {
		if _, err := filter.ParseParams([]byte(raw)); fault(t, err) == nil || fault(t, err).Param != "params" {
			t.Errorf("ParseParams(%s) = %v, want a fault of params", raw, err)
		}
	}
	if p := mustParams(t, `{"a":null}`); !p.Has("a") || p.Raw("b") != nil {
		t.Error("a member that is null was sent, one that is not there was not")
	}
}

func TestParamsOnly(t *testing.T) {
	t.Parallel()
	tests := []struct {
		raw  string
		want *filter.ParamError
	}{
		{`{"a":1,"b":2}`, nil},
		{`{"a":1,"c":2,"d":3}`, &filter.ParamError{Param: "c", Reason: "unknown param", Allowed: []string{"a", "b"}}},
		{`{"A":1}`, &filter.ParamError{Param: "A", Reason: "unknown param", Allowed: []string{"a", "b"}}},
		{`{"a":1,"a":1,"c":2}`, &filter.ParamError{Param: "a", Reason: "given twice"}},
		{`{"a":1,"c":2,"a":1}`, &filter.ParamError{Param: "c", Reason: "unknown param", Allowed: []string{"a", "b"}}},
		{`{"a":1,"\u0061":2}`, &filter.ParamError{Param: "a", Reason: "given twice"}},
	}
	for _, tt := range tests {
		got := fault(t, mustParams(t, tt.raw).Only("a", "b"))
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("Only(a, b) of %s mismatch (-want +got):\n%s", tt.raw, diff)
		}
	}
}

func TestOnlyQuery(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]*filter.ParamError{
		`{"limit":1,"offset":0,"partial":true}`: nil,
		`{"from":1,"bogus":2}`:                  {Param: "from", Reason: "use whereBetween with time"},
		`{"to":1}`:                              {Param: "to", Reason: "use whereBetween with time"},
		`{"bogus":2,"from":1}`:                  {Param: "bogus", Reason: "unknown param", Allowed: append(filter.QueryParams(), "partial")},
	} {
		got := fault(t, filter.OnlyQuery(schema, mustParams(t, raw), "partial"))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("OnlyQuery(%s) mismatch (-want +got):\n%s", raw, diff)
		}
	}
	if got := fault(t, filter.OnlyQuery(schema, mustParams(t, `{"from":1,"from":2}`), "from")); got == nil || got.Reason != "given twice" {
		t.Errorf("OnlyQuery with an extra from, given twice: %v", got)
	}
}

func TestCount(t *testing.T) {
	t.Parallel()
	const unbounded = math.MaxInt64
	good := []struct {
		raw  string
		max  int64
		want int64
	}{
		{`0`, 50, 0}, {`50`, 50, 50}, {`"50"`, 50, 50}, {`50.0`, 50, 50}, {`5e1`, 50, 50}, {`"007"`, 50, 7},
		{`-0`, 50, 0}, {`-0.0`, 50, 0}, {`0e9999`, 50, 0}, {`500E-1`, 50, 50},
		{`9223372036854775807`, unbounded, unbounded}, {`9223372036854775808`, unbounded, unbounded},
		{`99999999999999999999999999999999`, unbounded, unbounded}, {`1e300`, unbounded, unbounded},
		{`"99999999999999999999999999999999"`, unbounded, unbounded}, {`9007199254740993`, unbounded, 9007199254740993},
	}
	for _, tt := range good {
		got, err := mustParams(t, `{"n":`+tt.raw+`}`).Count("n", tt.max)
		if err != nil || got != tt.want {
			t.Errorf("Count(%s, %d) = %d, %v; want %d", tt.raw, tt.max, got, err, tt.want)
		}
	}
	bad := []string{
		`51`, `"51"`, `-1`, `"-1"`, `"+1"`, `""`, `" 1"`, `"1 "`, `"1.0"`, `"1e1"`, `"x"`, `1.5`, `1e-1`, `-1e0`, `1e400`, `99999999999999999999`,
		`null`, `true`, `[]`, `[1]`, `{}`, `"٣"`,
	}
	for _, raw := range bad {
		_, err := mustParams(t, `{"n":`+raw+`}`).Count("n", 50)
		if e := fault(t, err); e == nil || e.Param != "n" || e.Reason != "must be a whole number from 0 to 50" {
			t.Errorf("Count(%s, 50): %v, want a fault of n", raw, err)
		}
	}
	_, err := mustParams(t, `{}`).Count("n", unbounded)
	if diff := cmp.Diff(&filter.ParamError{Param: "n", Reason: "missing; must be a whole number of 0 or more"}, fault(t, err)); diff != "" {
		t.Errorf("Count of nothing mismatch (-want +got):\n%s", diff)
	}
}

func TestTimeParam(t *testing.T) {
	t.Parallel()
	good := map[string]int64{
		`1776859200`: 1776859200, `1776859200.0`: 1776859200, `1.7768592e9`: 1776859200, `-1`: -1, `-0`: 0, `-0.0`: 0, `0e0`: 0,
		`"1776859200"`: 1776859200, `"2026-04-22T12:00:00Z"`: 1776859200, `"2026-04-22T14:00:00.25+02:00"`: 1776859200,
		`253402300799`: filter.MaxTime, `-62135596800.0`: filter.MinTime,
	}
	for raw, want := range good {
		if got, err := mustParams(t, `{"at":`+raw+`}`).Time("at"); err != nil || got != want {
			t.Errorf("Time(%s) = %d, %v; want %d", raw, got, err, want)
		}
	}
	for _, raw := range []string{
		`1.5`, `"1.5"`, `"1e9"`, `"2026-04-22"`, `""`, `null`, `true`, `[]`, `{}`, `[1]`, `1e400`, `-1e400`,
		`253402300800`, `253402300800.0`, `-62135596801`, `1e18`, `1776859200000`,
	} {
		_, err := mustParams(t, `{"at":`+raw+`}`).Time("at")
		if e := fault(t, err); e == nil || e.Param != "at" {
			t.Errorf("Time(%s): %v, want a fault of at", raw, err)
		}
	}
	if _, err := mustParams(t, `{}`).Time("at"); fault(t, err) == nil {
		t.Error("Time of nothing: no error")
	}
}

func TestTextParam(t *testing.T) {
	t.Parallel()
	good := map[string]string{
		`""`: "", `"x"`: "x", `"\u0000\t"`: "\x00\t", `"\ud800"`: "\uFFFD", `"\ud83d\ude00"`: "😀",
		`0`: "0", `-0`: "0", `-0.0`: "0", `0e5`: "0", `1223`: "1223", `1223.0`: "1223", `1.223e3`: "1223", `12.50`: "12.5", `-12.50`: "-12.5",
		`123456789012345678901234567890`: "123456789012345678901234567890",
		`1e21`:                           "1000000000000000000000", `1E+2`: "100", `1e-7`: "0.0000001", `0.1`: "0.1",
		`1e-400`: "0", `-1e-400`: "0", `1.0000000000000000000001`: "1", `9007199254740993.0`: "9007199254740992",
	}
	for raw, want := range good {
		if got, err := mustParams(t, `{"s":`+raw+`}`).Text("s"); err != nil || got != want {
			t.Errorf("Text(%s) = %q, %v; want %q", raw, got, err, want)
		}
	}
	for _, raw := range []string{`null`, `true`, `false`, `[]`, `{}`, `1e400`, `-1e400`} {
		_, err := mustParams(t, `{"s":`+raw+`}`).Text("s")
		if e := fault(t, err); e == nil || e.Param != "s" {
			t.Errorf("Text(%s): %v, want a fault of s", raw, err)
		}
	}
	if got, err := mustParams(t, `{}`).Text("s"); got != "" || err != nil {
		t.Errorf("Text of nothing = %q, %v", got, err)
	}
}

func TestBoolParam(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]bool{`{}`: false, `{"b":false}`: false, `{"b": true }`: true} {
		if got, err := mustParams(t, raw).Bool("b"); err != nil || got != want {
			t.Errorf("Bool of %s = %v, %v; want %v", raw, got, err, want)
		}
	}
	for _, raw := range []string{`null`, `0`, `1`, `"true"`, `""`, `[]`, `{}`} {
		_, err := mustParams(t, `{"b":`+raw+`}`).Bool("b")
		if e := fault(t, err); e == nil || e.Param != "b" {
			t.Errorf("Bool(%s): %v, want a fault of b", raw, err)
		}
	}
}

package filter_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"daybook/filter"
)

// schema is what the tests of this package filter.
var schema = filter.NewSchema(
	filter.FieldSpec{Name: "time", Kind: filter.Time},
	filter.FieldSpec{Name: "level", Kind: filter.Text},
	filter.FieldSpec{Name: "host", Kind: filter.Text},
	filter.FieldSpec{Name: "detail", Kind: filter.Text},
)

const (
	timeField filter.Field = iota
	levelField
	hostField
	detailField
)

// decode decodes what stands beside limit and offset in a params object.
func decode(t testing.TB, members string) (*filter.Query, error) {
	t.Helper()
	if members != "" {
		members = "," + members
	}
	return filter.Decode(schema, mustParams(t, `{"limit":5,"offset":0`+members+`}`), 50000)
}

func mustDecode(t testing.TB, members string) *filter.Query {
	t.Helper()
	q, err := decode(t, members)
	if err != nil {
		t.Fatalf("Decode(%s): %v", members, err)
	}
	return q
}

var decodeTests = []struct{ in, want string }{ // want is the canonical form
	{``, ``},
	{`"where":null,"whereIn":[],"orderBy":null,"whereBetween":[],"whereNot":[],"whereNotIn":null,"whereNotBetween":[]`, ``},
	{`"where":["level","=","X"]`, `"where":[["level","=","X"]]`},
	{`"where": [ [ "level" , "=" , "X" ] ] `, `"where":[["level","=","X"]]`},
	{`"where":[["level","==","X"],["level","<>","Y"],["level","!=","Z"]]`, `"where":[["level","=","X"],["level","!=","Y"],["level","!=","Z"]]`},
	{`"where":[["host","LIKE","a%"],["host","Not Like","b"],["host","iLike","c"],["host","NOT ILIKE","d"]]`,
		`"where":[["host","like","a%"],["host","not like","b"],["host","ilike","c"],["host","not ilike","d"]]`},
	{`"where":[["host","RegExp","^a$"],["host","not regexp","<b>&"]]`, `"where":[["host","regexp","^a$"],["host","not regexp","<b>&"]]`},
	{`"where":[["host",">","a"],["host",">=","b"],["host","<","c"],["host","<=","d"]]`, `"where":[["host",">","a"],["host",">=","b"],["host","<","c"],["host","<=","d"]]`},
	{`"where":[["host",">",10],["host",">",1.0e1],["host","<",-0.0],["host","<",0.5],["host","<",1e300],["host",">","10"]]`,
		`"where":[["host",">",10],["host",">",10],["host","<",0],["host","<",0.5],["host","<",1e+300],["host",">","10"]]`},
	{`"where":[["host","=",-0],["host","=",12.50],["host","like",1.223e3],["host","regexp",1.5]]`,
		`"where":[["host","=","0"],["host","=","12.5"],["host","like","1223"],["host","regexp","1.5"]]`},
	{`"where":[["time","=","2026-04-22T12:00:00Z"],["time",">","1776859200"],["time","<=",1.7768592e9],["time","!=",-0]]`,
		`"where":[["time","=",1776859200],["time",">",1776859200],["time","<=",1776859200],["time","!=",0]]`},
	{`"where":[["time","like","17%"],["time","regexp",5],["time","not ilike","x"]]`, `"where":[["time","like","17%"],["time","regexp","5"],["time","not ilike","x"]]`},
	{`"whereNot":["level","X"]`, `"where":[["level","!=","X"]]`},
	{`"whereNot":[["level",5],["time","5"]],"where":["host","=",""]`, `"where":[["host","=",""],["level","!=","5"],["time","!=",5]]`},
	{`"whereIn":["level",["b","a","b",5.0]]`, `"whereIn":[["level",["5","a","b"]]]`},
	{`"whereIn":[["level",[]],["time",[5,"1970-01-01T00:00:04Z",5.0]]]`, `"whereIn":[["level",[]],["time",[4,5]]]`},
	{`"whereNotIn":["time",[]],"whereIn":["level",["x"]]`, `"whereIn":[["level",["x"]]],"whereNotIn":[["time",[]]]`},
	{`"whereBetween":["time",["2026-04-22T12:00:00Z",5]]`, `"whereBetween":[["time",[1776859200,5]]]`},
	{`"whereBetween":["host",["a",5]],"whereNotBetween":[["host",[1e0,"b"]]]`, `"whereBetween":[["host",["a",5]]],"whereNotBetween":[["host",[1,"b"]]]`},
	{`"orderBy":["host"]`, `"orderBy":[["host","ASC"]]`},
	{`"orderBy":["host","dEsC"]`, `"orderBy":[["host","DESC"]]`},
	{`"orderBy":[["host"],["time","asc"]]`, `"orderBy":[["host","ASC"],["time","ASC"]]`},
	{`"orderBy":[["host","ASC"],["level","DESC"],["host","DESC"]]`, `"orderBy":[["host","ASC"],["level","DESC"]]`},
	{`"orderBy":[["host","ASC"],["host","DESC"]]`, `"orderBy":[["host","ASC"],["host","DESC"]]`},
	{`"orderBy":[["host","ASC"],["host","DESC"],["level","ASC"]]`, `"orderBy":[["host","ASC"],["level","ASC"]]`},
	{`"orderBy":[["host","ASC"],["host","DESC"],["host","ASC"]]`, `"orderBy":[["host","ASC"]]`},
	{`"where":["detail","=","\u2028\u0000\"\\<é\ud800"]`, `"where":[["detail","=","\u2028\u0000\"\\<é�"]]`},
}

func TestDecode(t *testing.T) {
	t.Parallel()
	for _, tt := range decodeTests {
		q, err := decode(t, tt.in)
		if err != nil {
			t.Errorf("Decode(%s): %v", tt.in, err)
			continue
		}
		want := `{"limit":5,"offset":0`
		if tt.want != "" {
			want += "," + tt.want
		}
		if diff := cmp.Diff(want+"}", q.String()); diff != "" {
			t.Errorf("Decode(%s) mismatch (-want +got):\n%s", tt.in, diff)
		}
		again, err := filter.Decode(schema, mustParams(t, q.String()), 50000)
		if err != nil || again.String() != q.String() {
			t.Errorf("Decode(%s) = %v, %v; want the same again", q, again, err)
		}
	}
}

func TestDecodePage(t *testing.T) {
	t.Parallel()
	q, err := filter.Decode(schema, mustParams(t, `{"limit":"7","offset":1e3}`), 7)
	if err != nil || q.Limit != 7 || q.Offset != 1000 {
		t.Errorf("Decode = %v, %v", q, err)
	}
	for in, param := range map[string]string{
		`{}`:                                  "limit",
		`{"limit":8,"offset":-1}`:             "limit",
		`{"limit":7}`:                         "offset",
		`{"limit":7,"offset":-1}`:             "offset",
		`{"limit":7,"offset":null,"where":5}`: "offset",
		`{"where":5,"offset":0}`:              "limit",
	} {
		if _, err := filter.Decode(schema, mustParams(t, in), 7); fault(t, err) == nil || fault(t, err).Param != param {
			t.Errorf("Decode(%s): %v, want a fault of %s", in, err, param)
		}
	}
}

// list writes n elements made by format from their number as a JSON array.
func list(n int, format string) string {
	elements := make([]string, n)
	for i := range elements {
		elements[i] = fmt.Sprintf(format, i)
	}
	return "[" + strings.Join(elements, ",") + "]"
}

func TestDecodeLimits(t *testing.T) {
	t.Parallel()
	condition := `["level","=","%d"]`
	for _, in := range []string{
		`"where":` + list(64, condition),
		`"where":` + list(32, condition) + `,"whereNot":` + list(32, `["level",%d]`),
		`"whereIn":["level",` + list(10000, "%d") + `]`,
		`"where":["level","like","` + strings.Repeat("é", 2048) + `"]`,
		`"where":["level","=","` + strings.Repeat("x", 5000) + `"]`,
		`"where":["level","regexp","` + strings.Repeat("a*", 2048) + `"]`,
		`"where":["level","regexp","` + strings.Repeat("|", 4096) + `"]`,
		`"where":["level","regexp","` + strings.Repeat("()", 2048) + `"]`,
		`"orderBy":[` + strings.Repeat(`["host","ASC"],`, 15) + `["host"]]`,
	} {
		if _, err := decode(t, in); err != nil {
			t.Errorf("Decode(%.60s…): %v", in, err)
		}
	}
	tests := []struct{ in, param, reason string }{
		{`"where":` + list(65, condition), "where", "more than 64 conditions over all keys"},
		{`"where":` + list(64, condition) + `,"whereIn":["level",[]]`, "whereIn", "more than 64 conditions over all keys"},
		{`"whereIn":["level",` + list(10001, "%d") + `]`, "whereIn[1]", "list of 10001 values, at most 10000"},
		{`"whereNotIn":[["level",` + list(10001, "%d") + `]]`, "whereNotIn[0][1]", "list of 10001 values, at most 10000"},
		{`"where":["level","like","` + strings.Repeat("é", 2048) + `x"]`, "where[2]", "pattern of 4097 bytes, at most 4096"},
		{`"where":["level","not regexp","` + strings.Repeat("x", 4097) + `"]`, "where[2]", "pattern of 4097 bytes, at most 4096"},
		{`"orderBy":[` + strings.Repeat(`["host"],`, 16) + `["host"]]`, "orderBy", "17 terms, at most 16"},
	}
	for _, tt := range tests {
		_, err := decode(t, tt.in)
		if diff := cmp.Diff(&filter.ParamError{Param: tt.param, Reason: tt.reason}, fault(t, err)); diff != "" {
			t.Errorf("Decode(%.60s…) mismatch (-want +got):\n%s", tt.in, diff)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, tt := range decodeTests {
		f.Add(`{"offset":0,"limit":5` + strings.TrimSuffix(","+tt.in, ",") + `}`)
	}
	for _, tt := range faultTests {
		f.Add(`{"limit":5,"offset":0,` + tt.in + `}`)
	}
	for _, tt := range numericFaults {
		f.Add(`{"limit":5,"offset":0,` + tt.in + `}`)
	}
	for name, operands := range requestOperands {
		for _, v := range operands {
			f.Add(fmt.Sprintf(`{"limit":5,"offset":0,"where":[%q,"<",%s],"whereNotIn":[%[1]q,[%[2]s,"5"]],"whereBetween":[%[1]q,[%[2]s,%[2]s]]}`, name, v))
		}
	}
	f.Add(`{"limit":5,"offset":0,"whereBetween":["took",[4611686018427.3879031,5]],"where":["took",">=",-4611686018427.387904]}`)
	f.Fuzz(func(t *testing.T, raw string) {
		if !json.Valid([]byte(raw)) {
			return // params come out of a checked envelope
		}
		p, err := filter.ParseParams([]byte(raw))
		if err != nil {
			fault(t, err)
			return
		}
		for _, s := range []*filter.Schema{schema, requests} {
			checkDecode(t, s, p, raw)
		}
	})
}

// checkDecode decodes params of a schema, and what that prints as.
func checkDecode(t *testing.T, s *filter.Schema, p *filter.Params, raw string) {
	t.Helper()
	q, err := filter.Decode(s, p, 50000)
	if err != nil {
		if e := fault(t, err); e.Param == "" || e.Reason == "" {
			t.Errorf("Decode(%s): an error without param or reason: %v", raw, err)
		}
		return
	}
	q.Compile()
	printed := q.String()
	again, err := filter.Decode(s, mustParams(t, printed), 50000)
	if err != nil {
		t.Fatalf("Decode(%s), printed from %s: %v", printed, raw, err)
	}
	if diff := cmp.Diff(printed, again.String()); diff != "" {
		t.Errorf("Decode(%s) prints differently (-first +second):\n%s", raw, diff)
	}
	if diff := cmp.Diff(q.Bounds(), again.Bounds()); diff != "" {
		t.Errorf("Decode(%s) bounds differently (-first +second):\n%s", raw, diff)
	}
}

func TestDecodeWhole(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		in    string
		want  string // the canonical form
		fault string // or the param at fault
	}{
		{`{}`, `{"offset":0}`, ""},
		{`{"limit":5}`, `{"limit":5,"offset":0}`, ""},
		{`{"offset":"7"}`, `{"offset":7}`, ""},
		{`{"limit":0,"offset":3.0}`, `{"limit":0,"offset":3}`, ""},
		{`{"limit":50001,"where":["level","=","X"],"orderBy":["host"]}`, `{"limit":50001,"offset":0,"where":[["level","=","X"]],"orderBy":[["host","ASC"]]}`, ""},
		{`{"limit":99999999999999999999}`, `{"offset":0}`, ""}, // no bound either
		{`{"limit":null}`, "", "limit"},
		{`{"limit":-1}`, "", "limit"},
		{`{"offset":1.5,"where":1}`, "", "offset"},
		{`{"where":["level","~","X"]}`, "", "where[1]"},
		{`{"orderBy":["nobody"]}`, "", "orderBy[0]"},
	} {
		q, err := filter.DecodeWhole(schema, mustParams(t, tt.in), filter.DefaultLimits())
		var fault *filter.ParamError
		if errors.As(err, &fault); tt.fault != "" {
			if fault == nil || fault.Param != tt.fault {
				t.Errorf("DecodeWhole(%s): %v, want a fault of %s", tt.in, err, tt.fault)
			}
			continue
		}
		if err != nil {
			t.Errorf("DecodeWhole(%s): %v", tt.in, err)
			continue
		}
		if diff := cmp.Diff(tt.want, q.String()); diff != "" {
			t.Errorf("DecodeWhole(%s) mismatch (-want +got):\n%s", tt.in, diff)
		}
		again, err := filter.DecodeWhole(schema, mustParams(t, q.String()), filter.DefaultLimits())
		if err != nil || again.String() != q.String() || again.Limit != q.Limit {
			t.Errorf("DecodeWhole(%s) = %v, %v", q, again, err)
		}
	}
}

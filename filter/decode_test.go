package filter_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

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

const (
	conditionForm = "[field, operator, value]"
	fieldForm     = "unknown field"
)

var faultTests = []struct{ in, param, reason string }{ // reason is a part of it
	// The forms of a key.
	{`"where":{}`, "where", "is an object"},
	{`"where":""`, "where", "is a string"},
	{`"where":5`, "where", conditionForm},
	{`"where":true`, "where", "is true"},
	{`"where":[[]]`, "where[0]", "has 0 elements"},
	{`"where":[null]`, "where[0]", "is null"},
	{`"where":[5,"=",5]`, "where[0]", "is a number"},
	{`"where":[["level","=","X"],"level"]`, "where[1]", "is a string"},
	{`"where":[["level"],"level"]`, "where[0]", "has 1 elements"}, // the first fault comes first
	{`"where":[["level","~",""],5]`, "where[0][1]", "unknown operator"},
	{`"where":["level","="]`, "where", "has 2 elements"},
	{`"where":["level","=","X","Y"]`, "where", "has 4 elements"},
	{`"where":["level","X"]`, "where", conditionForm},
	{`"where":[["level","=","X"],["level","X"]]`, "where[1]", "has 2 elements"},
	{`"whereNot":["level","=","X"]`, "whereNot", "[field, value]"},
	{`"whereIn":["level"]`, "whereIn", "has 1 elements"},
	{`"orderBy":"host"`, "orderBy", "is a string"},
	{`"orderBy":{"host":"ASC"}`, "orderBy", "is an object"},
	{`"orderBy":[["host","ASC",1]]`, "orderBy[0]", "has 3 elements"},
	{`"orderBy":[[]]`, "orderBy[0]", "has 0 elements"},

	// Fields: in a list the condition is at fault, alone the field.
	{`"where":[["level","=","X"],["actor","=","Y"]]`, "where[1]", `unknown field "actor"`},
	{`"where":["actor","=","Y"]`, "where[0]", `unknown field "actor"`},
	{`"where":[["Level","=","Y"]]`, "where[0]", fieldForm},
	{`"where":[[5,"=","Y"]]`, "where[0]", "is a number; a field is a string"},
	{`"where":["","=","Y"]`, "where[0]", fieldForm},
	{`"whereIn":[["level",[]],["*",[]]]`, "whereIn[1]", fieldForm},
	{`"orderBy":["actor"]`, "orderBy[0]", fieldForm},
	{`"orderBy":[["host"],["actor"]]`, "orderBy[1]", fieldForm},

	// Operators and directions.
	{`"where":["level","~","X"]`, "where[1]", `unknown operator "~"`},
	{`"where":[["level","=","X"],["level","notlike","X"]]`, "where[1][1]", `unknown operator "notlike"`},
	{`"where":["level","not  like","X"]`, "where[1]", "unknown operator"},
	{`"where":["level"," =","X"]`, "where[1]", "unknown operator"},
	{`"where":["level","contains","X"]`, "where[1]", "unknown operator"},
	{`"where":["level","in",["X"]]`, "where[1]", "unknown operator"},
	{`"where":["level","li\u212ae","X"]`, "where[1]", "unknown operator"},
	{`"where":["level",5,"X"]`, "where[1]", "an operator is a string"},
	{`"where":["level",null,"X"]`, "where[1]", "is null"},
	{`"orderBy":["host","up"]`, "orderBy[1]", `"up" is no direction`},
	{`"orderBy":[["host",""]]`, "orderBy[0][1]", "no direction"},
	{`"orderBy":["host",null]`, "orderBy[1]", "null is no direction"},
	{`"orderBy":["host","level"]`, "orderBy[1]", "no direction"},

	// Values.
	{`"where":["level","=",true]`, "where[2]", "true is no value"},
	{`"where":["level","=",null]`, "where[2]", "null is no value"},
	{`"where":["level","like",["X"]]`, "where[2]", "an array is no value"},
	{`"where":[["level",">",{}]]`, "where[0][2]", "an object is no value"},
	{`"where":["level","=",1e400]`, "where[2]", "1e400 is too large a number"},
	{`"where":["level",">",1e400]`, "where[2]", "1e400 is too large a number"},
	{`"where":["level","ilike",false]`, "where[2]", "false is no value"},
	{`"where":["time","=",1.5]`, "where[2]", "1.5 is no time"},
	{`"where":["time",">","1.5"]`, "where[2]", "YYYY-MM-DDTHH:MM:SS"},
	{`"where":["time",">","1e9"]`, "where[2]", "is no time"},
	{`"where":["time",">","2026-04-22"]`, "where[2]", "is no time"},
	{`"where":["time","=",true]`, "where[2]", "true is no value"},
	{`"where":["time","like",true]`, "where[2]", "true is no value"},
	{`"where":["time","<",253402300800]`, "where[2]", "is no time"},
	{`"whereNot":["level",[]]`, "whereNot[1]", "an array is no value"},
	{`"whereNot":[["time","x"]]`, "whereNot[0][1]", "is no time"},
	{`"whereIn":["level","X"]`, "whereIn[1]", "is a string; must be a list of values"},
	{`"whereIn":["level",null]`, "whereIn[1]", "is null"},
	{`"whereIn":["level",["X",null]]`, "whereIn[1][1]", "null is no value"},
	{`"whereIn":[["time",[1,2,3,"x"]]]`, "whereIn[0][1][3]", "is no time"},
	{`"whereNotIn":["level",{}]`, "whereNotIn[1]", "is an object"},
	{`"whereBetween":["level","X"]`, "whereBetween[1]", "[from, to]"},
	{`"whereBetween":["level",["X"]]`, "whereBetween[1]", "[from, to]"},
	{`"whereBetween":["level",["X","Y","Z"]]`, "whereBetween[1]", "[from, to]"},
	{`"whereBetween":["level","X","Y"]`, "whereBetween", "has 3 elements"},
	{`"whereBetween":["time",["2026-04-22T12:00:00Z","x"]]`, "whereBetween[1][1]", "is no time"},
	{`"whereNotBetween":[["level",[true,"x"]]]`, "whereNotBetween[0][1][0]", "true is no value"},

	// Regular expressions.
	{`"where":["level","regexp","a("]`, "where[2]", "missing closing )"},
	{`"where":["level","not regexp","(?<=a)b"]`, "where[2]", "no regular expression"},
	{`"where":["level","regexp","\\1"]`, "where[2]", "invalid escape sequence"},
	{`"where":["level","regexp","(a{100}){100}"]`, "where[2]", "invalid repeat count"},
	{`"where":["level","regexp","(abcdefghijklmnop){999}"]`, "where[2]", "too large"},

	// The first fault in the order of the keys, whatever the order sent.
	{`"orderBy":5,"whereNotBetween":5,"whereBetween":5,"whereNotIn":5,"whereIn":5,"whereNot":5,"where":5`, "where", ""},
	{`"orderBy":5,"whereNotBetween":5,"whereBetween":5,"whereNotIn":5,"whereIn":5,"whereNot":5`, "whereNot", ""},
	{`"orderBy":5,"whereNotBetween":5,"whereBetween":5,"whereNotIn":5,"whereIn":5`, "whereIn", ""},
	{`"orderBy":5,"whereNotBetween":5,"whereBetween":5,"whereNotIn":5`, "whereNotIn", ""},
	{`"orderBy":5,"whereNotBetween":5,"whereBetween":5`, "whereBetween", ""},
	{`"orderBy":5,"whereNotBetween":5`, "whereNotBetween", ""},
	{`"orderBy":5`, "orderBy", ""},
}

func TestDecodeFaults(t *testing.T) {
	t.Parallel()
	for _, tt := range faultTests {
		_, err := decode(t, tt.in)
		e := fault(t, err)
		if e == nil || e.Param != tt.param || !strings.Contains(e.Reason, tt.reason) {
			t.Errorf("Decode(%s): %v; want a fault of %s: … %s …", tt.in, err, tt.param, tt.reason)
		}
		if e != nil && e.Error() != e.Param+": "+e.Reason {
			t.Errorf("Decode(%s): message %q does not name param and reason", tt.in, e.Error())
		}
	}
}

func TestDecodeFaultsSayWhatIsAllowed(t *testing.T) {
	t.Parallel()
	tests := map[string][]string{
		`"where":["actor","=","Y"]`:  {"time", "level", "host", "detail"},
		`"where":["level","~","Y"]`:  filter.Operators(),
		`"where":["level",null,"Y"]`: filter.Operators(),
		`"orderBy":["host","up"]`:    {"ASC", "DESC"},
		`"where":["time","=","x"]`:   {"YYYY-MM-DDTHH:MM:SSZ", "YYYY-MM-DDTHH:MM:SS.fraction±hh:mm", "Unix seconds"},
		`"where":["level","=",null]`: nil,
	}
	for in, want := range tests {
		_, err := decode(t, in)
		if diff := cmp.Diff(want, fault(t, err).Allowed); diff != "" {
			t.Errorf("Decode(%s): allowed mismatch (-want +got):\n%s", in, diff)
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

// What a request sends comes back in an error only in part.
func TestFaultsAreShort(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", 100000)
	for _, in := range []string{
		`"where":["` + long + `","=",""]`, `"where":["level","` + long + `",""]`, `"where":["time","=","` + long + `"]`,
		`"where":["level","=",1` + strings.Repeat("0", 100000) + `.0]`, `"orderBy":["host","` + long + `"]`,
		`"where":["level","regexp","(` + long[:4000] + `"]`,
	} {
		_, err := decode(t, in)
		if e := fault(t, err); e == nil || len(e.Error()) > 500 || !utf8.ValidString(e.Error()) {
			t.Errorf("Decode(%.60s…): %v", in, err)
		}
	}
	if e := fault(t, mustParams(t, `{"`+long+`":1}`).Only()); len(e.Error()) > 200 {
		t.Errorf("Only: message of %d bytes", len(e.Error()))
	}
}

func FuzzDecode(f *testing.F) {
	for _, tt := range decodeTests {
		f.Add(`{"offset":0,"limit":5` + strings.TrimSuffix(","+tt.in, ",") + `}`)
	}
	for _, tt := range faultTests {
		f.Add(`{"limit":5,"offset":0,` + tt.in + `}`)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		if !json.Valid([]byte(raw)) {
			return // params come out of a checked envelope
		}
		p, err := filter.ParseParams([]byte(raw))
		if err != nil {
			fault(t, err)
			return
		}
		q, err := filter.Decode(schema, p, 50000)
		if err != nil {
			if e := fault(t, err); e.Param == "" || e.Reason == "" {
				t.Errorf("Decode(%s): an error without param or reason: %v", raw, err)
			}
			return
		}
		q.Compile()
		printed := q.String()
		again, err := filter.Decode(schema, mustParams(t, printed), 50000)
		if err != nil {
			t.Fatalf("Decode(%s), printed from %s: %v", printed, raw, err)
		}
		if diff := cmp.Diff(printed, again.String()); diff != "" {
			t.Errorf("Decode(%s) prints differently (-first +second):\n%s", raw, diff)
		}
		if diff := cmp.Diff(q.Bounds(), again.Bounds()); diff != "" {
			t.Errorf("Decode(%s) bounds differently (-first +second):\n%s", raw, diff)
		}
	})
}

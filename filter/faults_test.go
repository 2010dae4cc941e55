package filter_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"daybook/filter"
)

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

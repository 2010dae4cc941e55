package filter

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// groupingSchema has a time that is not the first field.
func groupingSchema() *Schema {
	return NewSchema(FieldSpec{Name: "a"}, FieldSpec{Name: "at", Kind: Time}, FieldSpec{Name: "b"})
}

// faultOf shows a fault as "param: reason (allowed)".
func faultOf(t *testing.T, err error) string {
	t.Helper()
	var fault *ParamError
	if !errors.As(err, &fault) {
		t.Fatalf("%v is no *ParamError", err)
	}
	return fmt.Sprintf("%v %q", fault, fault.Allowed)
}

func params(t *testing.T, text string) *Params {
	t.Helper()
	p, err := ParseParams([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestInterval(t *testing.T) {
	for in, want := range map[string]int64{
		`"minute"`: 60, `"hour"`: 3600, `"day"`: 86400, `1`: 1, `31536000`: MaxInterval, `90.0`: 90, `9e1`: 90, `"90"`: 90,
		`"\u0064ay"`: 86400,
	} {
		if got, err := params(t, `{"i":`+in+`}`).Interval("i"); got != want || err != nil {
			t.Errorf("Interval(%s) = %d, %v, want %d", in, got, err, want)
		}
	}
	const form = `must be "minute", "hour", "day" or a whole number of seconds from 1 to 31536000 ` +
		`["minute" "hour" "day" "seconds from 1 to 31536000"]`
	for _, in := range []string{`0`, `-1`, `1.5`, `31536001`, `1e99`, `"Day"`, `"days"`, `""`, `" 1"`, `"1.0"`, `null`, `true`, `[60]`, `{}`} {
		_, err := params(t, `{"i":`+in+`}`).Interval("i")
		if diff := cmp.Diff("i: "+form, faultOf(t, err)); diff != "" {
			t.Errorf("Interval(%s) mismatch (-want +got):\n%s", in, diff)
		}
	}
	_, err := params(t, `{}`).Interval("i")
	if diff := cmp.Diff("i: missing; "+form, faultOf(t, err)); diff != "" {
		t.Errorf("no interval: mismatch (-want +got):\n%s", diff)
	}
}

func TestChoice(t *testing.T) {
	for in, want := range map[string]string{`{}`: "one", `{"c":"one"}`: "one", `{"c":"two"}`: "two", `{"c":"tw\u006f"}`: "two"} {
		if got, err := params(t, in).Choice("c", "one", "two", "three"); got != want || err != nil {
			t.Errorf("Choice in %s = %q, %v, want %q", in, got, err, want)
		}
	}
	for _, in := range []string{`{"c":"four"}`, `{"c":"One"}`, `{"c":""}`, `{"c":null}`, `{"c":1}`, `{"c":["one"]}`} {
		_, err := params(t, in).Choice("c", "one", "two", "three")
		if diff := cmp.Diff(`c: must be "one", "two" or "three" ["one" "two" "three"]`, faultOf(t, err)); diff != "" {
			t.Errorf("Choice in %s mismatch (-want +got):\n%s", in, diff)
		}
	}
	_, err := params(t, `{"c":2}`).Choice("c", "one")
	if diff := cmp.Diff(`c: must be "one" ["one"]`, faultOf(t, err)); diff != "" {
		t.Errorf("Choice of one mismatch (-want +got):\n%s", diff)
	}
}

func TestFieldParam(t *testing.T) {
	s := groupingSchema()
	long := strings.Repeat("x", 200)
	for _, tt := range []struct {
		in    string
		kinds []Kind
		want  string
	}{
		{`{"f":"a"}`, []Kind{Text}, "0"},
		{`{"f":"\u0062"}`, []Kind{Text}, "2"},
		{`{"f":"at"}`, []Kind{Text, Time}, "1"},
		{`{"f":"at"}`, []Kind{Text}, `f: cannot be at ["a" "b"]`},
		{`{"f":"b"}`, []Kind{Time}, `f: cannot be b ["at"]`},
		{`{"f":"B"}`, []Kind{Text, Time}, `f: unknown field "B" ["a" "at" "b"]`},
		{`{"f":""}`, []Kind{Text}, `f: unknown field "" ["a" "b"]`},
		{`{"f":"` + long + `"}`, []Kind{Text}, `f: unknown field "` + long[:100] + `…" ["a" "b"]`},
		{`{"f":null}`, []Kind{Text}, `f: is null; a field is a string ["a" "b"]`},
		{`{"f":0}`, []Kind{Text}, `f: is a number; a field is a string ["a" "b"]`},
		{`{}`, []Kind{Text}, `f: missing; must be a field ["a" "b"]`},
	} {
		f, err := params(t, tt.in).Field("f", s, tt.kinds...)
		got := fmt.Sprint(f)
		if err != nil {
			got = faultOf(t, err)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("Field in %s mismatch (-want +got):\n%s", tt.in, diff)
		}
	}
}

func TestDecodeConditions(t *testing.T) {
	s := groupingSchema()
	l := DefaultLimits()
	l.Conditions = 2
	for _, tt := range []struct{ in, want string }{
		{`{}`, `{"limit":0,"offset":0}`},
		{`{"whereNot":["b",1],"where":["a","like","x"],"whereIn":null}`,
			`{"limit":0,"offset":0,"where":[["a","like","x"],["b","!=","1"]]}`},
		{`{"where":[["a","=","x"],["c","=","x"]],"whereNot":1}`, `where[1]: unknown field "c" ["a" "at" "b"]`},
		{`{"where":[["a","=","x"],["a","=","x"]],"whereNot":["a",1]}`, `whereNot: more than 2 conditions over all keys []`},
	} {
		q, err := DecodeConditions(s, params(t, tt.in), l)
		got := ""
		if err != nil {
			got = faultOf(t, err)
		} else {
			got = q.String()
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("DecodeConditions(%s) mismatch (-want +got):\n%s", tt.in, diff)
		}
	}
}

func TestOnlyConditions(t *testing.T) {
	s := groupingSchema()
	if err := OnlyConditions(s, params(t, `{"where":1,"whereNotBetween":1,"x":1}`), "x"); err != nil {
		t.Error(err)
	}
	for in, want := range map[string]string{
		`{"from":1}`:          "from: use whereBetween with at []",
		`{"to":1}`:            "to: use whereBetween with at []",
		`{"to":1,"from":1}`:   "to: use whereBetween with at []",
		`{"from":1,"from":1}`: "from: use whereBetween with at []",
		`{"limit":1}`:         `limit: unknown param ["where" "whereNot" "whereIn" "whereNotIn" "whereBetween" "whereNotBetween" "x"]`,
		`{"x":1,"x":1}`:       "x: given twice []",
	} {
		if diff := cmp.Diff(want, faultOf(t, OnlyConditions(s, params(t, in), "x"))); diff != "" {
			t.Errorf("OnlyConditions(%s) mismatch (-want +got):\n%s", in, diff)
		}
	}
}

func TestOpenEnds(t *testing.T) {
	s := groupingSchema()
	for _, tt := range []struct {
		where    string
		from, to bool
	}{
		{`{}`, true, true},
		{`{"where":["a","=","1"]}`, true, true},
		{`{"where":["at",">",1]}`, false, true},
		{`{"where":["at",">=",1]}`, false, true},
		{`{"where":["at","<",1]}`, true, false},
		{`{"where":["at","<=","9999-12-31T23:59:59Z"]}`, true, false},
		{`{"where":[["at",">=","0001-01-01T00:00:00Z"],["at","<",1]]}`, false, false},
		{`{"where":["at","=",1]}`, false, false},
		{`{"whereIn":["at",[3,1]]}`, false, false},
		{`{"whereBetween":["at",[3,1]]}`, false, false},
		{`{"whereIn":["at",[]]}`, true, true},
		{`{"where":[["at","!=",1],["at","like","1"]],"whereNotIn":["at",[1]],"whereNotBetween":["at",[1,2]]}`, true, true},
	} {
		q, err := DecodeConditions(s, params(t, tt.where), DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		from, to := q.OpenEnds()
		if from != tt.from || to != tt.to {
			t.Errorf("OpenEnds of %s = %t, %t, want %t, %t", tt.where, from, to, tt.from, tt.to)
		}
		if b := q.Bounds(); b.Bounded != (!from || !to) {
			t.Errorf("OpenEnds of %s = %t, %t, but bounded=%t", tt.where, from, to, b.Bounded)
		}
	}
}

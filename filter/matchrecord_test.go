package filter_test

import (
	"strconv"
	"strings"
	"testing"

	"daybook/filter"
)

var recordTests = []struct {
	in   string // conditions
	want bool   // on the record of TestMatchRecord
}{
	{``, true},
	{`"whereNot":["level","INFO"]`, false},
	{`"whereNot":["level","ERROR"]`, true},
	{`"whereIn":["level",["ERROR","INFO"]]`, true},
	{`"whereIn":["level",["info","INFOS","INF"]]`, false},
	{`"whereIn":["level",["INFO"]]`, true},
	{`"whereIn":["level",[]]`, false},
	{`"whereNotIn":["level",[]]`, true},
	{`"whereNotIn":["level",["ERROR","INFO"]]`, false},
	{`"whereNotIn":["level",["ERROR"]]`, true},
	{`"whereIn":["level",` + manyValues(40, "INFO") + `]`, true},
	{`"whereIn":["level",` + manyValues(40, "INFX") + `]`, false},
	{`"whereNotIn":["level",` + manyValues(40, "INFX") + `]`, true},
	{`"whereIn":["host",[10.0,"x"]]`, true},
	{`"whereIn":["detail",["tab\there"]]`, true},
	{`"whereIn":["detail",["tab\\there"]]`, false},
	{`"whereBetween":["host",["1","2"]]`, true},
	{`"whereBetween":["host",["10","10"]]`, true},
	{`"whereBetween":["host",["2","10"]]`, false},
	{`"whereBetween":["host",[2,10]]`, true},
	{`"whereBetween":["host",[10.5,11]]`, false},
	{`"whereBetween":["host",["0",99]]`, true},
	{`"whereBetween":["host",["2",99]]`, false},
	{`"whereBetween":["host",[5,"z"]]`, true},
	{`"whereBetween":["host",[11,"z"]]`, false},
	{`"whereBetween":["host",["b","a"]]`, false},
	{`"whereBetween":["host",[11,9]]`, false},
	{`"whereNotBetween":["host",["b","a"]]`, true},
	{`"whereNotBetween":["host",[11,9]]`, true},
	{`"whereNotBetween":["host",[9,11]]`, false},
	{`"whereNotBetween":["level",[9,11]]`, true}, // no number is in no range of numbers
	{`"whereNotBetween":["host",["0",99]]`, false},
	{`"where":["time","=",1000]`, true},
	{`"where":["time","!=",1000]`, false},
	{`"where":["time",">",999]`, true},
	{`"where":["time",">",1000]`, false},
	{`"where":["time",">=","1970-01-01T00:16:40Z"]`, true},
	{`"where":["time","<",1001]`, true},
	{`"where":["time","<",1000]`, false},
	{`"where":["time","<=",1000]`, true},
	{`"where":["time",">",253402300799]`, false},
	{`"where":["time","<",-62135596800]`, false},
	{`"whereIn":["time",[1,1000,2000]]`, true},
	{`"whereIn":["time",[1,999,1001,2000]]`, false},
	{`"whereIn":["time",[]]`, false},
	{`"whereNotIn":["time",[]]`, true},
	{`"whereNotIn":["time",[1,1000]]`, false},
	{`"whereNotIn":["time",[1,999,1001]]`, true},
	{`"whereBetween":["time",[1000,1000]]`, true},
	{`"whereBetween":["time",[1001,1000]]`, false},
	{`"whereNotBetween":["time",[1001,1000]]`, true},
	{`"whereNotBetween":["time",[1000,1000]]`, false},
	{`"where":["time","like","%00"]`, true},
	{`"where":["time","like","1970"]`, false},
	{`"where":["time","not like","1970"]`, true},
	{`"where":["time","ilike",1000]`, true},
	{`"where":["time","regexp","^10+$"]`, true},
	{`"where":["time","not regexp","^10+$"]`, false},
	{`"where":[["level","=","INFO"],["host","=","10"],["detail","like","tab"],["time","=",1000]]`, true},
	{`"where":[["level","=","INFO"],["host","=","11"]]`, false},
	{`"where":[["time",">",0],["time","<",10]],"whereIn":["level",["INFO"]]`, false},
}

func TestMatchRecord(t *testing.T) {
	t.Parallel()
	for _, tt := range recordTests {
		q := mustDecode(t, tt.in)
		r := record(1000, "INFO", "10", `tab\there`)
		if got := matches(t, q, r); got != tt.want {
			t.Errorf("%s = %v, want %v", q, got, tt.want)
		}
	}
}

// A list finds each of its values and nothing else, however many and however
// alike they are.
func TestMatchLists(t *testing.T) {
	t.Parallel()
	var values []string
	for _, length := range []int{0, 1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 62, 63, 64, 100} {
		for _, c := range "ab" {
			v := strings.Repeat("x", length)
			values = append(values, v)
			if length > 0 {
				at := length / 2
				values = append(values, v[:at]+string(c)+v[at+1:], string(c)+v[1:], v[1:]+string(c))
			}
		}
	}
	for _, size := range []int{2, 5, 16, 17, 40, len(values)} {
		for start := 0; start < len(values); start += 7 {
			chosen := make(map[string]bool)
			var quoted []string
			for i := range size {
				v := values[(start+i)%len(values)]
				chosen[v] = true
				quoted = append(quoted, strconv.Quote(v))
			}
			q := mustDecode(t, `"whereIn":["detail",[`+strings.Join(quoted, ",")+`]]`)
			s := newSubject(q)
			for _, v := range values {
				if got := s.matches(t, record(0, "", "", v)); got != chosen[v] {
					t.Fatalf("%q in %d values = %v, want %v", v, len(chosen), got, chosen[v])
				}
			}
		}
	}
}

func TestMatchConstructors(t *testing.T) {
	t.Parallel()
	plain := record(1776859200, "INFO", "Host-K", "no match\tfor it")
	strange := record(1776859200, "INFO", `a\tb`, "Straße \xff")
	tests := []struct {
		c    filter.Condition
		r    *filter.Record
		want bool
	}{
		{filter.EqualText(levelField, "INFO"), plain, true},
		{filter.EqualText(levelField, "info"), plain, false},
		{filter.ContainsFolded(hostField, "HOST-"), plain, true},
		{filter.ContainsFolded(hostField, "\u212a"), plain, true},
		{filter.ContainsFolded(hostField, "%"), plain, false},
		{filter.ContainsFolded(hostField, ""), plain, true},
		{filter.ContainsFolded(detailField, "STRAẞE \ufffd"), strange, true},
		{filter.ContainsFolded(timeField, "1776"), plain, true},
		{filter.TimeBetween(1776859200, 1776859200), plain, true},
		{filter.TimeBetween(1776859201, 1776859200), plain, false},
		{filter.AnyContainsFolded("info"), plain, true},
		{filter.AnyContainsFolded(""), plain, true},
		{filter.AnyContainsFolded("host-\u212a"), plain, true},
		{filter.AnyContainsFolded("INFO\tHost"), plain, false}, // not across columns
		{filter.AnyContainsFolded("MATCH\tFOR"), plain, true},
		{filter.AnyContainsFolded("2026-04-22t12"), plain, true}, // as shown
		{filter.AnyContainsFolded("1776859200"), plain, false},   // not as written
		{filter.AnyContainsFolded("é"), plain, false},
		{filter.AnyContainsFolded("00Z"), plain, true},
		{filter.AnyContainsFolded("A\tB"), strange, true},
		{filter.AnyContainsFolded(`a\tb`), strange, false},
		{filter.AnyContainsFolded("STRAẞE"), strange, true},
		{filter.AnyContainsFolded("2026"), strange, true},
	}
	for _, tt := range tests {
		q := &filter.Query{Schema: schema, Where: []filter.Condition{tt.c}}
		if got := matches(t, q, tt.r); got != tt.want {
			t.Errorf("%s on %q = %v, want %v", q, tt.r.Line, got, tt.want)
		}
	}
}

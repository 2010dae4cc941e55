package filter_test

import (
	"slices"
	"strings"
	"testing"

	"daybook/filter"

	"github.com/google/go-cmp/cmp"
)

// TestDescribeConditions finds each condition where it is evaluated.
func TestDescribeConditions(t *testing.T) {
	q := mustDecode(t, `"where":[["detail","like","x"],["time",">",5],["level","=","ERROR"],["time","like","%7"]],
		"whereIn":["host",["b","a"]],"whereBetween":["time",[1,2]]`)
	q.Where = append(q.Where, filter.AnyContainsFolded("needle"))
	p := q.Compile()
	got := map[string][]string{}
	for i := range p.Steps() {
		got["steps"] = append(got["steps"], q.DescribeCondition(p.StepCondition(i)))
	}
	for i := range p.Anywhere() {
		got["anywhere"] = append(got["anywhere"], q.DescribeCondition(p.AnyCondition(i)))
	}
	for _, i := range q.TimeConditions() {
		got["times"] = append(got["times"], q.DescribeCondition(i))
	}
	for _, i := range p.TimeTextConditions() {
		got["digits"] = append(got["digits"], q.DescribeCondition(i))
	}
	want := map[string][]string{
		"steps":    {`where ["level","=","ERROR"]`, `whereIn ["host",["a","b"]]`, `where ["detail","like","x"]`},
		"anywhere": {`where ["*","contains","needle"]`},
		"times":    {`where ["time",">",5]`, `whereBetween ["time",[1,2]]`},
		"digits":   {`where ["time","like","%7"]`},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("conditions mismatch (-want +got):\n%s", diff)
	}
}

func TestDescribeConditionIsBounded(t *testing.T) {
	q := mustDecode(t, `"where":["detail","=","`+strings.Repeat("é", 2000)+`"]`)
	got := q.DescribeCondition(0)
	if len(got) > 160+len("…") || !strings.HasSuffix(got, "é…") {
		t.Errorf("DescribeCondition of 2000 characters = %d bytes: %s", len(got), got)
	}
	if slices.Contains([]rune(got), '\ufffd') {
		t.Errorf("DescribeCondition cuts a character: %s", got)
	}
}

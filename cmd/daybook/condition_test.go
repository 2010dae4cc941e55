package main

import (
	"testing"
	"time"

	"daybook/client"

	"github.com/google/go-cmp/cmp"
)

func TestConditions(t *testing.T) {
	for _, tt := range []struct {
		parse    func(string) (client.Clause, error)
		in, want string
	}{
		{parseWhere, `status = ERROR`, `["status","=","ERROR"]`},
		{parseWhere, `status=ERROR`, `["status","=","ERROR"]`},
		{parseWhere, `actor_id = 007`, `["actor_id","=","007"]`},
		{parseWhere, `actor_id = 1000`, `["actor_id","=","1000"]`},
		{parseWhere, `actor_id >= 1000`, `["actor_id",">=",1000]`},
		{parseWhere, `actor_id < -1.5e3`, `["actor_id","<",-1.5e3]`},
		{parseWhere, `actor_id > "1000"`, `["actor_id",">","1000"]`},
		{parseWhere, `actor_id > 007`, `["actor_id",">","007"]`},
		{parseWhere, `actor_id <> 5`, `["actor_id","<>","5"]`},
		{parseWhere, `detail like %margin call%`, `["detail","like","%margin call%"]`},
		{parseWhere, `detail NOT  like x`, ``},
		{parseWhere, `detail NOT like %a = b%`, `["detail","not like","%a = b%"]`},
		{parseWhere, `detail not ilike x`, `["detail","not ilike","x"]`},
		{parseWhere, `detail regexp ^\d+$`, `["detail","regexp","^\\d+$"]`},
		{parseWhere, `detail = " outer, blanks "`, `["detail","="," outer, blanks "]`},
		{parseWhere, `detail = ""`, `["detail","=",""]`},
		{parseWhere, `detail = <b>&`, `["detail","=","<b>&"]`},
		{parseWhere, `["actor_id", ">=", 1000]`, `["actor_id", ">=", 1000]`},
		{parseWhere, `["actor_id", `, ``},
		{parseWhere, `detail =`, ``},
		{parseWhere, `detail likely x`, ``},
		{parseWhere, `detail`, ``},
		{parseWhere, `= x`, ``},
		{parseWhere, `detail = "open`, ``},
		{parseWhere, ``, ``},
		{parseWhereNot, `source 127.0.0.2`, `["source","127.0.0.2"]`},
		{parseWhereNot, `source`, ``},
		{parseWhereIn, `action LOGIN, LOGOUT,"a,b \" c"`, `["action",["LOGIN","LOGOUT","a,b \" c"]]`},
		{parseWhereIn, `actor_id 1,2`, `["actor_id",["1","2"]]`},
		{parseWhereIn, `action LOGIN,,LOGOUT`, ``},
		{parseWhereIn, `action`, ``},
		{parseWhereBetween, `actor_id 1,20`, `["actor_id",[1,20]]`},
		{parseWhereBetween, `actor_id "1",20`, `["actor_id",["1",20]]`},
		{parseWhereBetween, `timestamp 2026-04-22T00:00:00Z,1776900000`, `["timestamp",["2026-04-22T00:00:00Z",1776900000]]`},
		{parseWhereBetween, `actor_id 1`, ``},
		{parseWhereBetween, `actor_id 1,2,3`, ``},
		{parseWhereBetween, `["actor_id", [1, 2]]`, `["actor_id", [1, 2]]`},
	} {
		condition, err := tt.parse(tt.in)
		switch {
		case err == nil && tt.want == "":
			t.Errorf("parse %q = %s, want an error", tt.in, compact(condition))
		case err != nil && tt.want != "":
			t.Errorf("parse %q: %v", tt.in, err)
		case err == nil && compact(condition) != compactText(t, tt.want):
			t.Errorf("parse %q = %s, want %s", tt.in, compact(condition), tt.want)
		}
	}
}

// compactText writes JSON as compact does, for comparing.
func compactText(t *testing.T, text string) string {
	t.Helper()
	v, err := decodeValue([]byte(text))
	if err != nil {
		t.Fatalf("test's own JSON %s: %v", text, err)
	}
	return compact(v)
}

func TestParseOrder(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"source", `[["source"]]`},
		{"source, timestamp desc", `[["source"],["timestamp","DESC"]]`},
		{"source ASC,action Desc", `[["source","ASC"],["action","DESC"]]`},
		{"", ""},
		{"source,", ""},
		{"source UP", ""},
		{"source ASC DESC", ""},
	} {
		terms, err := parseOrder(tt.in)
		if got := compact(terms); (err == nil) != (tt.want != "") || err == nil && got != tt.want {
			t.Errorf("parseOrder(%q) = %s, %v; want %s", tt.in, got, err, tt.want)
		}
	}
}

func TestFilterParams(t *testing.T) {
	now := func() time.Time { return time.Date(2026, 4, 22, 12, 0, 0, 0, time.UTC) }
	f := filterFlags{
		conditionFlags: conditionFlags{
			where:           []string{"status = ERROR", "detail like x"},
			whereNot:        []string{"source 127.0.0.2"},
			whereIn:         []string{"action A,B"},
			whereNotIn:      []string{"action C"},
			whereBetween:    []string{"actor_id 1,2"},
			whereNotBetween: []string{"actor_id 3,4"},
			from:            "24h",
			to:              "2026-04-22",
		},
		orderBy: []string{"source", "timestamp DESC"},
	}
	p, err := f.params(now)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"limit":0,"offset":0,` +
		`"where":[["status","=","ERROR"],["detail","like","x"],["timestamp",">=",1776772800],["timestamp","<=",1776902399]],` +
		`"whereNot":[["source","127.0.0.2"]],"whereIn":[["action",["A","B"]]],"whereNotIn":[["action",["C"]]],` +
		`"whereBetween":[["actor_id",[1,2]]],"whereNotBetween":[["actor_id",[3,4]]],` +
		`"orderBy":[["source"],["timestamp","DESC"]]}`
	if diff := cmp.Diff(want, compact(p)); diff != "" {
		t.Errorf("params mismatch (-want +got):\n%s", diff)
	}
}

func TestParseMoment(t *testing.T) {
	now := time.Date(2026, 4, 22, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		in   string
		end  bool
		want int64 // -1: an error
	}{
		{"2026-04-22T10:00:00Z", false, 1776852000},
		{"2026-04-22T10:00:00+02:00", true, 1776844800},
		{"1776852000", false, 1776852000},
		{"2026-04-22", false, 1776816000},
		{"2026-04-22", true, 1776902399},
		{"90m", false, 1776853800},
		{"7d", false, 1776254400},
		{"yesterday", false, -1},
		{"2026-02-30", false, -1},
		{"-5m", false, -1},
	} {
		got, err := parseMoment(tt.in, tt.end, now)
		if err != nil {
			got = -1
		}
		if got != tt.want {
			t.Errorf("parseMoment(%q, %v) = %d, %v; want %d", tt.in, tt.end, got, err, tt.want)
		}
	}
}

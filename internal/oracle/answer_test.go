package oracle

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// ask answers GetLogsByFilter with limit 50000 and offset 0 beside the given
// members, and returns the details of the rows, count and total.
func ask(t *testing.T, o *Oracle, members string) (rows []string, count, total int) {
	t.Helper()
	params := `{"limit":50000,"offset":0}`
	if members != "" {
		params = `{"limit":50000,"offset":0,` + members + `}`
	}
	result, fault := o.Answer("GetLogsByFilter", json.RawMessage(params))
	if fault != nil {
		t.Fatalf("Answer(%s): %v", params, fault)
	}
	var a struct {
		Rows         [][]any
		Count, Total int
	}
	if err := json.Unmarshal(result, &a); err != nil {
		t.Fatalf("Answer(%s): result %s: %v", params, result, err)
	}
	for _, row := range a.Rows {
		rows = append(rows, row[fieldDetail].(string))
	}
	if len(rows) != a.Count {
		t.Errorf("Answer(%s): %d rows, count %d", params, len(rows), a.Count)
	}
	return rows, a.Count, a.Total
}

// exampleFiles is a small journal that a reader can answer from by hand.
func exampleFiles() map[string]string {
	row := func(columns ...string) string { return strings.Join(columns, "\t") + "\n" }
	return map[string]string{
		"audit-2026-04-21.tsv": row("2026-04-21T10:00:00Z", "MANAGER", "7", "LOGIN", "SUCCESS", "127.0.0.1", "a") +
			row("2026-04-21T10:00:00Z", "MANAGER", "007", "LOGIN", "SUCCESS", "127.0.0.2", `b\n"`) +
			row("2026-04-21T11:00:00+01:00", "CLIENT", "1e3", "ORDER", "ERROR", "10.0.0.7", "c") +
			row("broken"),
		"audit-2026-04-22.tsv": row("1776816000", "SYSTEM", "-", "START", "INFO", "core", "d <&>") +
			row("2026-04-22T00:00:00.9Z", "MANAGER", "12.50", "order", "SUCCESS", "127.0.0.1", "E\xff"),
	}
}

func TestGetLogsByFilterResult(t *testing.T) {
	t.Parallel()
	o := openFiles(t, exampleFiles())
	params := `[{"offset":"1","limit":2.0,"where":["actor_type","=","MANAGER"],"whereNot":null,"whereIn":[]}]`
	got, fault := o.Answer("GetLogsByFilter", json.RawMessage(params))
	if fault != nil {
		t.Fatal(fault)
	}
	want := `{"structure":["timestamp","actor_type","actor_id","action","status","source","detail"],` +
		`"rows":[[1776765600,"MANAGER","007","LOGIN","SUCCESS","127.0.0.2","b\n\""],[1776765600,"MANAGER","7","LOGIN","SUCCESS","127.0.0.1","a"]],` +
		`"count":3,"total":6}`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("Answer(%s) mismatch (-want +got):\n%s", params, diff)
	}
}

func TestGetLogsResult(t *testing.T) {
	t.Parallel()
	o := openFiles(t, exampleFiles())
	const head = `{"structure":["time","actor_type","actor_id","action","status","source","detail"],"rows":[`
	for _, tt := range []struct{ params, rows string }{
		{`"from":"2026-04-21T10:00:00Z","to":1776816000,"limit":2,"offset":0`,
			`["2026-04-22T00:00:00Z","MANAGER","12.50","order","SUCCESS","127.0.0.1","E�"],["2026-04-22T00:00:00Z","SYSTEM","-","START","INFO","core","d <&>"]],"count":5}`},
		{`"from":"2026-04-21T00:00:00Z","to":"2026-04-21T23:59:59Z","limit":9,"offset":2`,
			`["2026-04-21T10:00:00Z","MANAGER","7","LOGIN","SUCCESS","127.0.0.1","a"]],"count":3}`},
		{`"from":1776765600,"to":1776765600,"limit":9,"offset":0,"actor_id":7.0,"action":"","filter":""`,
			`["2026-04-21T10:00:00Z","MANAGER","7","LOGIN","SUCCESS","127.0.0.1","a"]],"count":1}`},
		{`"from":0,"to":1776816000,"limit":9,"offset":0,"detail":"e","filter":"ORDER"`,
			`["2026-04-22T00:00:00Z","MANAGER","12.50","order","SUCCESS","127.0.0.1","E�"]],"count":1}`},
		{`"from":0,"to":1776816000,"limit":9,"offset":0,"filter":"-21t10:00:00z","status":"ERROR"`,
			`["2026-04-21T10:00:00Z","CLIENT","1e3","ORDER","ERROR","10.0.0.7","c"]],"count":1}`},
		{`"from":0,"to":1776816000,"limit":9,"offset":0,"filter":"LOGIN\tSUCCESS"`, `],"count":0}`}, // values, not lines
		{`"from":0,"to":1776816000,"limit":9,"offset":0,"actor_type":"manager"`, `],"count":0}`},
		{`"from":1776816000,"to":0,"limit":9,"offset":0`, `],"count":0}`},
		{`"from":0,"to":1776816000,"limit":0,"offset":0`, `],"count":5}`},
		{`"from":0,"to":1776816000,"limit":50000,"offset":"99999999999999999999999999"`, `],"count":5}`},
	} {
		got, fault := o.Answer("GetLogs", json.RawMessage("{"+tt.params+"}"))
		if fault != nil {
			t.Errorf("Answer(GetLogs, %s): %v", tt.params, fault)
			continue
		}
		if diff := cmp.Diff(head+tt.rows, string(got)); diff != "" {
			t.Errorf("Answer(GetLogs, %s) mismatch (-want +got):\n%s", tt.params, diff)
		}
	}
}

func TestConditions(t *testing.T) {
	t.Parallel()
	o := openFiles(t, map[string]string{"audit-2026-04-22.tsv": rowsOf(
		"2026-04-22T00:00:00Z 7 a", "2026-04-22T00:00:01Z 007 b", "2026-04-22T00:00:02Z 1e3 c", "2026-04-22T00:00:03Z -0 d",
		"2026-04-22T00:00:04Z x e", "2026-04-22T00:00:05Z 1223 f", "2026-04-22T00:00:06Z 12.5 g", "2026-04-22T00:00:07Z 1e400 h",
		"2026-04-22T00:00:08Z K%k i",
	)})
	for condition, want := range map[string]string{
		`"where":["actor_id","=",7]`: "a", `"where":["actor_id","==","007"]`: "b", `"where":["actor_id","=",1223.0]`: "f",
		`"where":["actor_id","=",1.223e3]`: "f", `"where":["actor_id","=",12.50]`: "g", `"where":["actor_id","=",-0]`: "",
		`"where":["actor_id","=","-0"]`: "d", `"where":["actor_id","!=",7]`: "bcdefghi", `"where":["actor_id","<>","x"]`: "abcdfghi",
		// numbers: 7, 7, 1000, 0, 1223, 12.5; x, 1e400 and K%k are none
		`"where":["actor_id",">",7]`: "cfg", `"where":["actor_id",">=",7]`: "abcfg", `"where":["actor_id","<",12.5]`: "abd",
		`"where":["actor_id","<=",1e3]`: "abcdg", `"where":["actor_id",">=",-0.0]`: "abcdfg", `"where":["actor_id",">",1e300]`: "",
		// bytes: -0 < 007 < 12.5 < 1223 < 1e3 < 1e400 < 7 < K%k < x
		`"where":["actor_id",">","7"]`: "ei", `"where":["actor_id",">=","7"]`: "aei", `"where":["actor_id","<","007"]`: "d",
		`"where":["actor_id","<=","1223"]`: "bdfg", `"where":["actor_id","<",""]`: "", `"where":["actor_id",">=",""]`: "abcdefghi",
		`"whereBetween":["actor_id",[7,1000]]`: "abcg", `"whereNotBetween":["actor_id",[7,1000]]`: "defhi",
		`"whereBetween":["actor_id",["12","1f"]]`: "cfgh", `"whereBetween":["actor_id",[1000,7]]`: "",
		`"whereNotBetween":["actor_id",["b","a"]]`: "abcdefghi",
		`"whereBetween":["actor_id",["1",1000]]`:   "acg", // each bound by its own type
		`"whereIn":["actor_id",[7,"x",12.50]]`:     "aeg", `"whereNotIn":["actor_id",[7,"x",12.50]]`: "bcdfhi",
		`"whereIn":["actor_id",[]]`: "", `"whereNotIn":["actor_id",[]]`: "abcdefghi", `"whereNot":["actor_id","x"]`: "abcdfghi",
		`"where":["actor_id","like","0"]`: "bdh", `"where":["actor_id","LIKE","1%"]`: "cfgh", `"where":["actor_id","like","%\\%%"]`: "i",
		`"where":["actor_id","Not Like","1%"]`: "abdei", `"where":["actor_id","like",7]`: "ab", `"where":["actor_id","like",""]`: "abcdefghi",
		`"where":["actor_id","not like",""]`: "", `"where":["actor_id","ilike","\u212a%K"]`: "i", `"where":["actor_id","like","k\\%k"]`: "",
		`"where":["actor_id","NOT ILIKE","k"]`: "abcdefgh", `"where":["actor_id","regexp","^[0-9]+$"]`: "abf",
		`"where":["actor_id","not regexp","^\\d"]`: "dei", `"where":["actor_id","regexp","(?i)X"]`: "e", `"where":["actor_id","regexp",12.5]`: "g",
		// times, of which the last digit counts on from 1776816000
		`"where":["timestamp","=",1776816003]`: "d", `"where":["timestamp","=","2026-04-22T02:00:03.7+02:00"]`: "d",
		`"where":["timestamp",">",1776816006.0]`: "hi", `"where":["timestamp","<=","1776816001"]`: "ab", `"where":["timestamp","!=",1776816000]`: "bcdefghi",
		`"whereBetween":["timestamp",[1776816001,"2026-04-22T00:00:02Z"]]`: "bc", `"whereNotBetween":["timestamp",[1776816001,1776816007]]`: "ai",
		`"whereBetween":["timestamp",[2,1]]`: "", `"whereIn":["timestamp",[1776816008,1776816000,5]]`: "ai", `"whereNot":["timestamp","+1776816004"]`: "abcdfghi",
		`"where":["timestamp","like","%5"]`: "f", `"where":["timestamp","regexp","[12]$"]`: "bc", `"where":["timestamp","like",6008]`: "i",
		// AND over keys and conditions
		`"where":[["actor_id",">",6],["timestamp","<",1776816006]],"whereNot":["actor_id","007"],"whereNotIn":["detail",["c"]]`: "af",
		`"where":[["timestamp",">",5],["timestamp","<",5]]`:                                                                     "",
	} {
		rows, _, _ := ask(t, o, condition+`,"orderBy":["timestamp"]`)
		if got := strings.Join(rows, ""); got != want {
			t.Errorf("%s finds %q, want %q", condition, got, want)
		}
	}
}

// rowsOf returns lines from "time actor_id detail".
func rowsOf(rows ...string) string {
	var b strings.Builder
	for _, row := range rows {
		f := strings.Fields(row)
		fmt.Fprintf(&b, "%s\tCLIENT\t%s\tLOGIN\tSUCCESS\t127.0.0.1\t%s\n", f[0], f[1], f[2])
	}
	return b.String()
}

func TestOrder(t *testing.T) {
	t.Parallel()
	o := openFiles(t, map[string]string{
		"audit-2026-04-21.tsv": rowsOf("2026-04-21T10:00:00Z b 1", "2026-04-21T10:00:01Z a 2", "2026-04-22T00:00:00Z B 3"),
		"audit-2026-04-22.tsv": rowsOf("2026-04-22T00:00:00Z b 4", "2026-04-21T10:00:00Z é 5", "2026-04-22T00:00:00Z a 6"),
	})
	for order, want := range map[string]string{
		`null`:                                     "643251", // newest first, ties latest position first
		`[]`:                                       "643251",
		`["timestamp","DESC"]`:                     "643251",
		`["timestamp","ASC"]`:                      "152346",
		`["timestamp"]`:                            "152346",
		`["actor_id","asc"]`:                       "326145", // B < a < b < é by bytes
		`["actor_id","desc"]`:                      "541623",
		`["actor_id","Desc"]`:                      "541623",
		`[["actor_id"],["timestamp","DESC"]]`:      "362415",
		`[["actor_id","DESC"],["timestamp"]]`:      "514263",
		`[["action"],["status","DESC"]]`:           "654321", // all ties: latest first
		`[["action","DESC"],["status","ASC"]]`:     "123456",
		`[["actor_id","ASC"],["actor_id","DESC"]]`: "362415", // the later term turns the ties only
		`[["actor_id","DESC"],["actor_id"]]`:       "514263",
		`[["detail","DESC"]]`:                      "654321",
	} {
		rows, _, _ := ask(t, o, `"orderBy":`+order)
		if got := strings.Join(rows, ""); got != want {
			t.Errorf("orderBy %s gives %s, want %s", order, got, want)
		}
	}
}

func TestSelection(t *testing.T) {
	t.Parallel()
	// Today is 2026-04-22, so the default window starts on 2026-03-24.
	o := openFiles(t, map[string]string{
		"audit-2026-03-23.tsv": rowsOf("2026-03-23T12:00:00Z - outside"),
		"audit-2026-03-24.tsv": rowsOf("2026-03-24T12:00:00Z - first"),
		"audit-2026-04-10.tsv": rowsOf("2026-04-10T12:00:00Z - ten", "2026-04-13T00:00:00Z - early", "2026-04-15T00:00:00Z - misfiled"),
		"audit-2026-04-14.tsv": rowsOf("2026-04-14T12:00:00Z - fourteen", "2026-04-12T00:00:00Z - late"),
		"audit-2026-04-22.tsv": rowsOf("2026-04-22T01:00:00Z - today") + "malformed\n",
		"audit-2026-04-23.tsv": rowsOf("2026-04-23T00:00:00Z - tomorrow"),
	})
	for conditions, want := range map[string]string{
		``:                                      "today misfiled fourteen early late ten first of 8",
		`"whereIn":["timestamp",[]]`:            " of 8", // bounds nothing
		`"where":["timestamp","like","0"]`:      "today misfiled fourteen early late ten first of 8",
		`"where":["timestamp","!=",0]`:          "today misfiled fourteen early late ten first of 8",
		`"whereNotBetween":["timestamp",[5,6]]`: "today misfiled fourteen early late ten first of 8",
		`"where":["timestamp",">",0]`:           "tomorrow today misfiled fourteen early late ten first outside of 10",
		`"where":["timestamp","<=","9999-12-31T23:59:59Z"]`: "tomorrow today misfiled fourteen early late ten first outside of 10",
		`"where":["timestamp",">=","2026-04-22T00:00:00Z"]`: "tomorrow today of 3",
		// neither file is of the 12th; both hold times before and after it
		`"where":["timestamp","=","2026-04-12T00:00:00Z"]`: "late of 5",
		// of the 13th as well, the 14th's range holds it without a record
		`"whereBetween":["timestamp",["2026-04-13T00:00:00Z","2026-04-13T23:59:59Z"]]`: "early of 5",
		// the 10th is five days off, so its record there is not found
		`"whereBetween":["timestamp",["2026-04-15T00:00:00Z","2026-04-15T23:59:59Z"]]`: " of 0",
		`"whereBetween":["timestamp",["2026-04-14T00:00:00Z","2026-04-15T23:59:59Z"]]`: "fourteen of 2",
		// the day before the bound counts only by what its records say
		`"where":["timestamp",">","2026-04-22T23:59:59Z"]`:  "tomorrow of 1",
		`"where":["timestamp","<","2026-03-24T00:00:00Z"]`:  "outside of 1",
		`"where":["timestamp","<=","2026-03-24T00:00:00Z"]`: "outside of 2",
		// intersections
		`"where":[["timestamp",">","2026-04-21T00:00:00Z"],["timestamp","<","2026-04-22T12:00:00Z"]]`: "today of 2",
		`"where":["timestamp",">",9],"whereIn":["timestamp",[0,5]]`:                                   " of 0",
		`"whereBetween":["timestamp",[9,5]]`:                                                          " of 0",
		`"whereIn":["timestamp",["2026-04-23T00:00:00Z","2026-04-22T01:00:00Z"]]`:                     "tomorrow today of 3",
		`"where":["timestamp",">","9999-12-31T23:59:59Z"]`:                                            " of 0",
		`"where":["timestamp","<","0001-01-01T00:00:00Z"]`:                                            " of 0",
	} {
		rows, _, total := ask(t, o, conditions)
		if got := fmt.Sprintf("%s of %d", strings.Join(rows, " "), total); got != want {
			t.Errorf("%s finds %q, want %q", conditions, got, want)
		}
	}
}

func TestUnreadableFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeTestFile(t, dir, "audit-2026-04-22.tsv", []byte(lines(22, "a")))
	whole := packed("x.gz", lines(10, "b"))
	writeTestFile(t, dir, "audit-2026-04-10.tsv.gz", whole[:len(whole)-1])
	o := openDir(t, dir)
	if _, fault := o.Answer("GetLogsByFilter", json.RawMessage(`{"limit":1,"offset":0}`)); fault == nil || fault.Code != codeDisk || fault.File != "audit-2026-04-10.tsv.gz" {
		t.Errorf("a selected damaged file is answered %v, want %d with its name", fault, codeDisk)
	}
	if rows, _, total := ask(t, o, `"partial":true`); !cmp.Equal(rows, []string{"a"}) || total != 1 {
		t.Errorf("partial finds %q of %d, want the readable rest", rows, total)
	}
	if rows, _, _ := ask(t, o, `"where":["timestamp",">","2026-04-20T00:00:00Z"]`); !cmp.Equal(rows, []string{"a"}) {
		t.Errorf("a damaged file that is not selected leaves %q, want a", rows)
	}
}

func TestUnknownMethod(t *testing.T) {
	t.Parallel()
	o := openFiles(t, nil)
	if _, fault := o.Answer("getLogs", nil); fault == nil || fault.Code != codeNoMethod {
		t.Errorf("Answer(getLogs) = %v, want %d", fault, codeNoMethod)
	}
}

func TestDiff(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		want, got string
		equal     bool
	}{
		{`{"a":1,"b":["é"]}`, ` {"b":["\u00e9"],"a":1} `, true},
		{`{"rows":[]}`, `{"rows":null}`, false}, {`[1,2]`, `[2,1]`, false}, {`[1]`, `["1"]`, false},
		{`[9007199254740993]`, `[9007199254740992]`, false}, {`{}`, `{"problems":[]}`, false}, {`{}`, `{} {}`, false}, {`{}`, `{`, false},
		{`{"cursor":"a"}`, `{"cursor":"b"}`, true}, {`{"cursor":"a"}`, `{"cursor":""}`, false}, {`{"cursor":"a"}`, `{"cursor":1}`, false}, {`{"cursor":"a"}`, `{}`, false},
		{`{"explain":{}}`, `{"explain":{"read":1}}`, true}, {`{"explain":{}}`, `{"explain":null}`, false}, {`{"explain":{}}`, `{"explain":[]}`, false},
		{`{"rows":[{"cursor":"a"}]}`, `{"rows":[{"cursor":"b"}]}`, false},
	} {
		if got := Diff(json.RawMessage(tt.want), json.RawMessage(tt.got)); (got == "") != tt.equal {
			t.Errorf("Diff(%s, %s) = %q", tt.want, tt.got, got)
		}
	}
}

// TestLeast compares the first records with a sort of all.
func TestLeast(t *testing.T) {
	t.Parallel()
	o, _, _ := randomOracle(t, 5)
	var all []*record
	for _, p := range o.parts {
		for i := range p.records {
			all = append(all, &p.records[i])
		}
	}
	for _, q := range []*query{{}, {order: []term{{field: 1}, {field: fieldDetail, desc: true}}}, {order: []term{{field: 4, desc: true}}}} {
		sorted := slices.SortedFunc(slices.Values(all), q.compare)
		for _, n := range []int{0, 1, 2, 10, 333, len(all) / 2, len(all) - 1, len(all)} {
			if got := q.least(all, n); !slices.Equal(got, sorted[:n]) {
				t.Errorf("the least %d of %d records by %v are not the first of the sorted ones", n, len(all), q.order)
			}
		}
	}
}

func TestDifference(t *testing.T) {
	t.Parallel()
	bucketed := &Error{Code: codeBadParams, Param: "interval", Smallest: 519}
	for _, tt := range []struct {
		fault, got *Error
		equal      bool
	}{
		{nil, nil, true}, {fault("where", ""), nil, false}, {nil, fault("where", ""), false},
		{fault("where[1]", "x"), fault("where[1][2]", "y"), true}, {fault("where[1]", ""), fault("where[2]", ""), false},
		{fault("where", ""), &Error{Code: codeNoMethod, Param: "where"}, false},
		{&Error{Code: codeDisk, File: "a"}, &Error{Code: codeDisk, File: "b"}, false}, {&Error{Code: codeDisk, File: "a"}, &Error{Code: codeDisk, File: "a", Reason: "x"}, true},
		{bucketed, fault("interval", "43200 buckets; 519 seconds fit"), true}, {bucketed, fault("interval", "5190 fit"), false}, {bucketed, fault("interval", ""), false},
	} {
		if got := Difference(json.RawMessage("{}"), tt.fault, json.RawMessage(" {}"), tt.got); (got == "") != tt.equal {
			t.Errorf("Difference(%+v, %+v) = %q", tt.fault, tt.got, got)
		}
	}
	if got := Difference(json.RawMessage("{}"), nil, json.RawMessage("[]"), nil); got == "" {
		t.Error("Difference of two results that differ is empty")
	}
}

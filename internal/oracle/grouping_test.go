package oracle

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A groupingTest is a request and its whole answer.
type groupingTest struct{ params, want string }

// checkAnswers compares the answers of a method.
func checkAnswers(t *testing.T, o *Oracle, method string, tests []groupingTest) {
	t.Helper()
	for _, tt := range tests {
		got, fault := o.Answer(method, json.RawMessage("{"+tt.params+"}"))
		if fault != nil {
			t.Errorf("%s %s: %v", method, tt.params, fault)
			continue
		}
		if diff := cmp.Diff(tt.want, string(got)); diff != "" {
			t.Errorf("%s %s mismatch (-want +got):\n%s", method, tt.params, diff)
		}
	}
}

// 2026-04-21T09:59:59Z is 1776765599.
func histogramFiles() map[string]string {
	return map[string]string{
		"audit-2026-04-21.tsv": rowsOf("2026-04-21T09:59:59Z a 1", "2026-04-21T10:00:00Z b 2", "2026-04-21T10:00:01Z b 3",
			"2026-04-21T10:02:59Z c 4", "2026-01-01T00:00:00Z a 5") + "malformed\n",
		"audit-2026-04-22.tsv": rowsOf("2026-04-22T00:00:00Z b 6", "2027-01-01T00:00:00Z d 7"),
	}
}

func TestHistogramBuckets(t *testing.T) {
	t.Parallel()
	o := openFiles(t, histogramFiles())
	const minutes = `"interval":"minute","whereBetween":["timestamp",["2026-04-21T09:59:30Z","2026-04-21T10:03:00Z"]]`
	checkAnswers(t, o, "GetLogHistogram", []groupingTest{
		// bounds at both ends: the first bucket begins before the lower bound, empty ones are included
		{minutes, `{"structure":["timestamp","total"],"rows":[[1776765540,1],[1776765600,2],[1776765660,0],[1776765720,1],[1776765780,0]],"count":4,"total":6}`},
		{minutes + `,"by":"actor_id"`, `{"structure":["timestamp","b","a","c","total"],"rows":[[1776765540,0,1,0,1],[1776765600,2,0,0,2],` +
			`[1776765660,0,0,0,0],[1776765720,0,0,1,1],[1776765780,0,0,0,0]],"count":4,"total":6}`},
		{minutes + `,"by":"actor_id","where":["detail","=","none"]`, `{"structure":["timestamp","total"],"rows":[[1776765540,0],[1776765600,0],` +
			`[1776765660,0],[1776765720,0],[1776765780,0]],"count":0,"total":6}`},
		{`"interval":"0060","whereIn":["timestamp",[1776765600]]`, `{"structure":["timestamp","total"],"rows":[[1776765600,1]],"count":1,"total":6}`},
		{`"interval":3600.0,"whereIn":["timestamp",[1776765599,1776765600]]`, `{"structure":["timestamp","total"],"rows":[[1776762000,1],[1776765600,1]],"count":2,"total":6}`},
		// an open end is the first or last matching row's bucket
		{`"interval":60,"where":["timestamp",">=",1776765600],"whereNot":["actor_id","d"],"whereIn":["detail",[3,4]]`,
			`{"structure":["timestamp","total"],"rows":[[1776765600,1],[1776765660,0],[1776765720,1]],"count":2,"total":8}`},
		{`"interval":60,"where":[["timestamp",">",1776765600],["detail","=",4]]`,
			`{"structure":["timestamp","total"],"rows":[[1776765600,0],[1776765660,0],[1776765720,1]],"count":1,"total":8}`},
		{`"interval":60,"where":[["timestamp","<",1776765660],["detail","=",1]]`,
			`{"structure":["timestamp","total"],"rows":[[1776765540,1],[1776765600,0]],"count":1,"total":6}`},
		{`"interval":60,"where":[["timestamp","<",1776765660],["detail","=",4]]`, `{"structure":["timestamp","total"],"rows":[],"count":0,"total":6}`},
		{`"interval":1,"where":["timestamp",">","2026-04-22T23:00:00Z"],"whereNot":["actor_id","d"]`, `{"structure":["timestamp","total"],"rows":[],"count":0,"total":2}`},
		// bounds that exclude each other hold no bucket
		{`"interval":60,"whereBetween":["timestamp",[9,5]]`, `{"structure":["timestamp","total"],"rows":[],"count":0,"total":0}`},
		{`"interval":1,"where":[["timestamp","<",5],["timestamp",">",1776765600]],"by":"action"`, `{"structure":["timestamp","total"],"rows":[],"count":0,"total":0}`},
	})
}

func TestHistogramWindow(t *testing.T) {
	t.Parallel()
	o := openFiles(t, histogramFiles())
	got := answerOf(t, o, "GetLogHistogram", `"interval":"day"`)
	if len(got.Rows) != 30 || got.Count != 7 {
		t.Fatalf("without bounds %d buckets and count %d, want 30 and 7", len(got.Rows), got.Count)
	}
	for i, want := range map[int]string{0: "[1774310400 1]", 1: "[1774396800 0]", 28: "[1776729600 4]", 29: "[1776816000 2]"} {
		if shown := fmt.Sprint(got.Rows[i]); shown != want {
			t.Errorf("bucket %d is %s, want %s", i, shown, want)
		}
	}
	// What bounds nothing leaves the window, whatever it finds.
	for _, members := range []string{`"whereIn":["timestamp",[]]`, `"where":["timestamp","like","x"]`, `"whereNotBetween":["timestamp",[0,253402300799]]`} {
		if got := answerOf(t, o, "GetLogHistogram", `"interval":"day",`+members); len(got.Rows) != 30 || got.Count != 0 {
			t.Errorf("%s: %d buckets and count %d, want 30 and 0", members, len(got.Rows), got.Count)
		}
	}
	// The window touches five weeks, which are counted from 1970, a Thursday.
	if got := answerOf(t, o, "GetLogHistogram", `"interval":604800`); len(got.Rows) != 5 || fmt.Sprint(got.Rows[0][0]) != "1773878400" {
		t.Errorf("weeks: %d buckets from %v, want 5 from 1773878400", len(got.Rows), got.Rows[0][0])
	}
}

// printed is a decoded answer.
type printed struct {
	Rows     [][]any
	Count    int
	Problems []problem
}

// answerOf decodes an answer whose numbers stay as printed.
func answerOf(t *testing.T, o *Oracle, method, members string) (a printed) {
	t.Helper()
	raw, fault := o.Answer(method, json.RawMessage("{"+members+"}"))
	if fault != nil {
		t.Fatalf("%s %s: %v", method, members, fault)
	}
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.UseNumber()
	if err := d.Decode(&a); err != nil {
		t.Fatalf("%s %s: %v in %s", method, members, err, raw)
	}
	return a
}

func TestHistogramBeforeEpoch(t *testing.T) {
	t.Parallel()
	o := openFiles(t, map[string]string{"audit-1969-12-31.tsv": rowsOf("-86400 a 1", "-60 a 2", "-1 a 3", "0 b 4", "59 a 5", "60 a 6")})
	checkAnswers(t, o, "GetLogHistogram", []groupingTest{
		{`"interval":60,"where":["timestamp",">=",-61]`, `{"structure":["timestamp","total"],"rows":[[-120,0],[-60,2],[0,2],[60,1]],"count":5,"total":6}`},
		{`"interval":31536000,"where":["timestamp","<",10],"by":"actor_id"`, `{"structure":["timestamp","a","b","total"],"rows":[[-31536000,3,0,3],[0,0,1,1]],"count":4,"total":6}`},
	})
}

// TestHistogramColumns has eleven values: ten columns, most frequent first,
// ties by bytes, and other before total.
func TestHistogramColumns(t *testing.T) {
	t.Parallel()
	var rows []string
	for _, value := range strings.Fields("k j i h g f e d c b a z é k é k") {
		rows = append(rows, "2026-04-22T00:00:00Z x "+value)
	}
	o := openFiles(t, map[string]string{"audit-2026-04-22.tsv": rowsOf(rows...)})
	const today = `"interval":"day","by":"detail","whereBetween":["timestamp",["2026-04-22T00:00:00Z","2026-04-22T23:59:59Z"]]`
	checkAnswers(t, o, "GetLogHistogram", []groupingTest{
		{today, `{"structure":["timestamp","k","é","a","b","c","d","e","f","g","h","other","total"],"rows":[[1776816000,3,2,1,1,1,1,1,1,1,1,3,16]],"count":16,"total":16}`},
		{today + `,"whereNotIn":["detail",["i","j","z"]]`,
			`{"structure":["timestamp","k","é","a","b","c","d","e","f","g","h","total"],"rows":[[1776816000,3,2,1,1,1,1,1,1,1,1,13]],"count":13,"total":16}`},
	})
}

func TestHistogramBound(t *testing.T) {
	t.Parallel()
	o := openFiles(t, map[string]string{
		"audit-2026-04-21.tsv": rowsOf("0 a 1", "4999 a 2", "5000 b 3", "253402300799 c 4", "-62135596800 d 5"),
	})
	for _, tt := range []struct {
		members  string
		smallest int64 // of the fault; 0 for none that fits, -1 for no fault
	}{
		{`"interval":1,"whereBetween":["timestamp",[0,4999]]`, -1},
		{`"interval":1,"whereBetween":["timestamp",[0,5000]]`, 2},
		{`"interval":1,"whereBetween":["timestamp",[1,10000]]`, 3},  // of 2 seconds it would be 5001: 0-1 to 10000-10001
		{`"interval":7,"whereBetween":["timestamp",[0,34999]]`, -1}, // 5000
		{`"interval":7,"whereBetween":["timestamp",[6,35000]]`, 8},  // 5001, of which 2 are cut
		{`"interval":"minute"`, 519},                                // the default window
		{`"interval":518`, 519},                                     // 30 days are 5003.9 of it
		{`"interval":519`, -1},
		{`"interval":60,"where":["timestamp",">=",1000000],"whereBetween":["timestamp",[0,2000000]]`, 201},
		{`"interval":1,"where":[["timestamp",">=",0],["detail","=",1]]`, -1}, // an open end: rows decide
		{`"interval":1,"where":[["timestamp",">=",0],["detail","<",3]]`, -1},
		{`"interval":1,"where":[["timestamp",">=",0],["detail","<=",3]]`, 2},
		{`"interval":1,"where":[["timestamp",">=",0],["detail","=","none"]]`, -1},
		{`"interval":1,"whereBetween":["timestamp",[9,0]]`, -1},
		{`"interval":31536000,"where":["timestamp",">=",-62135596800]`, 0}, // ten thousand years
		{`"interval":31536000,"whereBetween":["timestamp",["1900-01-01T00:00:00Z","2999-12-31T23:59:59Z"]]`, -1},
	} {
		_, fault := o.Answer("GetLogHistogram", json.RawMessage("{"+tt.members+"}"))
		switch {
		case tt.smallest < 0 && fault != nil:
			t.Errorf("%s: %v", tt.members, fault)
		case tt.smallest >= 0 && (fault == nil || fault.Code != codeBadParams || fault.Param != "interval" || fault.Smallest != tt.smallest):
			t.Errorf("%s: %+v, want a fault at interval that names %d", tt.members, fault, tt.smallest)
		}
	}
}

func TestTop(t *testing.T) {
	t.Parallel()
	o := openFiles(t, map[string]string{"audit-2026-04-22.tsv": rowsOf(
		"2026-04-22T00:00:00Z b 1", "2026-04-22T00:00:01Z a 2", "2026-04-22T00:00:01Z é 3", "2026-04-22T00:00:02Z b 4", "2026-04-22T00:00:03Z B 5",
		"2026-04-22T00:00:03Z x 6", "2026-04-22T00:00:03Z y 7",
	) + "malformed\n"})
	const head = `{"structure":["actor_id","count","percent"],"rows":`
	checkAnswers(t, o, "GetLogTop", []groupingTest{
		{`"field":"actor_id"`, head + `[["b",2,28.57],["B",1,14.29],["a",1,14.29],["x",1,14.29],["y",1,14.29]],"other":1,"count":7,"total":8}`},
		{`"field":"actor_id","limit":"1"`, head + `[["b",2,28.57]],"other":5,"count":7,"total":8}`},
		{`"field":"actor_id","limit":0.0`, head + `[],"other":7,"count":7,"total":8}`},
		{`"field":"actor_id","limit":1000,"journal":"audit","where":["actor_id",">","a"]`,
			head + `[["b",2,40],["x",1,20],["y",1,20],["é",1,20]],"other":0,"count":5,"total":8}`},
		{`"field":"actor_id","where":["detail","=","none"]`, head + `[],"other":0,"count":0,"total":8}`},
		{`"field":"actor_id","whereBetween":["timestamp",[2,1]]`, head + `[],"other":0,"count":0,"total":0}`},
		{`"field":"timestamp","limit":2`, `{"structure":["timestamp","count","percent"],"rows":[[1776816003,3,42.86],[1776816001,2,28.57]],"other":2,"count":7,"total":8}`},
	})
}

func TestPercent(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		count, n int
		want     string
	}{
		{0, 0, "0"}, {0, 5, "0"}, {5, 5, "100"}, {1, 3, "33.33"}, {2, 3, "66.67"}, {1, 8, "12.5"}, {1, 16, "6.25"}, {1, 32, "3.13"}, // 3.125
		{3, 32, "9.38"}, {1, 20000, "0.01"}, {1, 20001, "0"}, {1, 800, "0.13"}, {67, 800, "8.38"}, {199999, 200000, "100"}, {1005, 100000, "1.01"},
		{99994, 100000, "99.99"}, {3, 100, "3"}, {10000000, 30000000, "33.33"},
	} {
		if got := percent(tt.count, tt.n); string(got) != tt.want {
			t.Errorf("percent(%d, %d) = %s, want %s", tt.count, tt.n, got, tt.want)
		}
	}
}

func TestGroupingFaults(t *testing.T) {
	t.Parallel()
	o := openFiles(t, exampleFiles())
	for _, tt := range []struct{ method, members, path string }{
		// names
		{"GetLogHistogram", `"limit":1`, "limit"}, {"GetLogHistogram", `"interval":1,"offset":0`, "offset"}, {"GetLogHistogram", `"orderBy":[]`, "orderBy"},
		{"GetLogHistogram", `"field":"action"`, "field"}, {"GetLogHistogram", `"from":1`, "from"}, {"GetLogHistogram", `"By":1`, "By"},
		{"GetLogTop", `"offset":0`, "offset"}, {"GetLogTop", `"orderBy":[]`, "orderBy"}, {"GetLogTop", `"interval":60`, "interval"}, {"GetLogTop", `"by":"action"`, "by"},
		{"GetLogTop", `"field":"action","field":"action"`, "field"}, {"GetLogHistogram", `"interval":0,"interval":1,"where":5`, "interval"},
		// the order of the contract: conditions, journal, the method's own, what is asked for
		{"GetLogHistogram", ``, "interval"}, {"GetLogTop", ``, "field"}, {"GetLogHistogram", `"journal":1,"where":5`, "where"}, {"GetLogTop", `"journal":1,"limit":-1`, "journal"},
		{"GetLogHistogram", `"by":1,"interval":0`, "interval"}, {"GetLogHistogram", `"partial":1,"by":1,"interval":"day"`, "by"}, {"GetLogTop", `"limit":-1,"field":1`, "field"},
		{"GetLogTop", `"partial":1,"limit":-1,"field":"action"`, "limit"}, {"GetLogTop", `"partial":1,"cursor":0,"field":"action"`, "cursor"},
		// journal
		{"GetLogTop", `"journal":"requests","field":"action"`, "journal"}, {"GetLogHistogram", `"journal":"Audit","interval":"day"`, "journal"},
		{"GetLogTop", `"journal":null,"field":"action"`, "journal"}, {"GetLogTop", `"journal":"","field":"action"`, "journal"},
		// interval and by
		{"GetLogHistogram", `"interval":0`, "interval"}, {"GetLogHistogram", `"interval":-60`, "interval"}, {"GetLogHistogram", `"interval":31536001`, "interval"},
		{"GetLogHistogram", `"interval":1.5`, "interval"}, {"GetLogHistogram", `"interval":1e300`, "interval"}, {"GetLogHistogram", `"interval":"Day"`, "interval"},
		{"GetLogHistogram", `"interval":"week"`, "interval"}, {"GetLogHistogram", `"interval":""`, "interval"}, {"GetLogHistogram", `"interval":null`, "interval"},
		{"GetLogHistogram", `"interval":["day"]`, "interval"}, {"GetLogHistogram", `"interval":true`, "interval"},
		{"GetLogHistogram", `"interval":"day","by":"timestamp"`, "by"}, {"GetLogHistogram", `"interval":"day","by":"actor"`, "by"}, {"GetLogHistogram", `"interval":"day","by":null`, "by"},
		{"GetLogHistogram", `"interval":"day","by":""`, "by"}, {"GetLogHistogram", `"interval":"day","by":["action"]`, "by"},
		// too many buckets between known ends come before by; between open ends no fault is known yet
		{"GetLogHistogram", `"interval":"minute","by":1`, "interval"}, {"GetLogHistogram", `"interval":1,"by":1,"whereBetween":["timestamp",[0,5000]]`, "interval"},
		{"GetLogHistogram", `"interval":1,"by":1,"whereBetween":["timestamp",[0,4999]]`, "by"}, {"GetLogHistogram", `"interval":1,"by":1,"where":["timestamp",">",0]`, "by"},
		{"GetLogHistogram", `"interval":1,"partial":1,"whereBetween":["timestamp",[0,5000]]`, "interval"},
		// field and limit
		{"GetLogTop", `"field":"Action"`, "field"}, {"GetLogTop", `"field":null`, "field"}, {"GetLogTop", `"field":1`, "field"}, {"GetLogTop", `"field":["action"]`, "field"},
		{"GetLogTop", `"field":"action","limit":1001`, "limit"}, {"GetLogTop", `"field":"action","limit":-1`, "limit"}, {"GetLogTop", `"field":"action","limit":1.5`, "limit"},
		{"GetLogTop", `"field":"action","limit":null`, "limit"}, {"GetLogTop", `"field":"action","limit":"x"`, "limit"},
		// conditions are checked as in GetLogsByFilter
		{"GetLogTop", `"field":"action","where":[["action","=","x"],["actor","=","x"]]`, "where[1]"}, {"GetLogHistogram", `"interval":60,"whereIn":["timestamp",["x"]]`, "whereIn[1][0]"},
	} {
		checkFault(t, o, tt.method, "{"+tt.members+"}", tt.path)
	}
	checkFault(t, o, "GetLogTop", `[]`, "params")
	checkFault(t, o, "GetLogHistogram", `7`, "params")
}

// TestGroupingUnreadable asks of a journal with a damaged file.
func TestGroupingUnreadable(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeTestFile(t, dir, "audit-2026-04-22.tsv", []byte(lines(22, "a")))
	whole := packed("x.gz", lines(10, "b"))
	writeTestFile(t, dir, "audit-2026-04-10.tsv.gz", whole[:len(whole)-1])
	o := openDir(t, dir)
	for method, members := range map[string]string{"GetLogHistogram": `"interval":"day"`, "GetLogTop": `"field":"action"`} {
		if _, fault := o.Answer(method, json.RawMessage("{"+members+"}")); fault == nil || fault.Code != codeDisk {
			t.Errorf("%s of a damaged file is answered %v, want %d", method, fault, codeDisk)
		}
		if got := answerOf(t, o, method, members+`,"partial":true`); got.Count != 1 || len(got.Problems) != 1 {
			t.Errorf("%s with partial: count %d, %d problems, want 1 and 1", method, got.Count, len(got.Problems))
		}
	}
	checkFault(t, o, "GetLogHistogram", `{"interval":1}`, "interval") // known before any file is read
}

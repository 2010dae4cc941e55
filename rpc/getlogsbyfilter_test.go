package rpc

import (
	"strings"
	"testing"

	"daybook/logstore"

	"github.com/google/go-cmp/cmp"
)

// The grammar of conditions is package filter's, and tested there; here is
// only what rpc adds.

func TestGetLogsByFilterDecodes(t *testing.T) {
	t.Parallel()
	checkDecodes(t, "GetLogsByFilter", []decodesTo{
		{`{"limit":10,"offset":0}`, `{"limit":10,"offset":0}`},
		{`{"partial":false,"limit":50000,"offset":0,"whereNot":["source","127.0.0.2"],"orderBy":["timestamp","desc"]}`,
			`{"limit":50000,"offset":0,"where":[["source","!=","127.0.0.2"]],"orderBy":[["timestamp","DESC"]]}`},
	})
}

func TestGetLogsByFilterFaults(t *testing.T) {
	t.Parallel()
	checkFaults(t, "GetLogsByFilter", []fault{
		{`{"limit":1,"offset":0,"from":0}`, "from", "use whereBetween with timestamp"},
		{`{"limit":50001,"offset":0}`, "limit", "must be a whole number from 0 to 50000"},
		{`{"limit":1,"offset":0,"partial":null}`, "partial", "must be true or false"},
		{`{"limit":1,"offset":0,"partial":true,"partial":true}`, "partial", "given twice"},
		{`{"limit":1,"offset":0,"partial":0,"where":["x","=",1]}`, "where[0]", `unknown field "x"`},
		{`{"limit":1,"offset":0,"explain":1,"cursor":1}`, "explain", "must be true or false"},
		{`{"limit":1,"offset":0,"cursor":"AQ","at":1,"partial":1}`, "cursor", "must be true or false"},
		{`{"limit":1,"offset":0,"at":1,"partial":1}`, "at", "is no cursor; a cursor is a string"},
		{`{"limit":1,"offset":0,"at":null}`, "at", "is no cursor; a cursor is a string"},
		{`{"limit":1,"offset":0,"at":""}`, "at", "is no cursor"},
		{`{"limit":1,"offset":0,"at":"AQKc0YKgxrHDqTYA8PrT"}`, "at", "is no cursor"},
	})
}

func TestGetLogsByFilterAnswers(t *testing.T) {
	t.Parallel()
	store := &fakeStore{}
	const head = `{"structure":["timestamp","actor_type","actor_id","action","status","source","detail"],"rows":[[1,"a"]],"count":12,"total":99`
	problems := []logstore.Problem{{File: "audit-2026-11-20.tsv", Reason: "permission denied"}}
	m := methodNamed(t, "GetLogsByFilter", store, nil)
	for _, tt := range []struct {
		params   string
		problems []logstore.Problem
		want     string
	}{
		{`{"limit":1,"offset":0,"cursor":true}`, nil, head + `,"cursor":"` + noFiles + `"}`},
		{`{"limit":1,"offset":0,"at":"` + noFiles + `","cursor":true,"partial":true}`, problems,
			head + `,"problems":[{"file":"audit-2026-11-20.tsv","reason":"permission denied"}],"cursor":"` + noFiles + `"}`},
		{`{"limit":1,"offset":0,"at":"` + noFiles + `","cursor":false}`, nil, head + `}`},
		{`{"limit":1,"offset":0}`, nil, head + `}`},
		{`{"limit":1,"offset":0,"partial":false}`, problems, head + `}`},
		{`{"limit":1,"offset":0,"partial":true}`, nil, head + `}`},
		{`{"limit":1,"offset":0,"partial":true}`, problems,
			head + `,"problems":[{"file":"audit-2026-11-20.tsv","reason":"permission denied"}]}`},
		{`{"limit":1,"offset":0,"explain":true}`, nil, head + `,"explain":{"took":1.5,` +
			`"steps":[{"step":"select","took":0.25,"files":3,"skipped":1,"segments":0,"candidates":0,"lines":0,"bytes":0,"matches":0}],` +
			`"conditions":[{"condition":"where [\"status\",\"=\",\"<&>\"]","by":"dictionary","values":1,"of":4,"left":7,"candidates":0}]}}`},
	} {
		store.res = &logstore.Result{Count: 12, Total: 99, Rows: [][]byte{[]byte(`,[1,"a"]`)}, Problems: tt.problems}
		if strings.Contains(tt.params, `"cursor":true`) {
			store.res.Cursor = cursorOf(t, noFiles)
		}
		if strings.Contains(tt.params, `"explain":true`) {
			store.res.Explain = &logstore.Explanation{Took: 1.5, Steps: []logstore.ExplainedStep{{Step: "select", Took: 0.25, Files: 3, Skipped: 1}},
				Conditions: []logstore.ExplainedCondition{{Condition: `where ["status","=","<&>"]`, By: "dictionary", Values: 1, Of: 4, Left: 7}}}
		}
		got, err := run(m, tt.params, &Caller{})
		if err != nil {
			t.Fatal(err)
		}
		if store.last.Explain != strings.Contains(tt.params, `"explain":true`) {
			t.Errorf("GetLogsByFilter(%s) asks the store for an explanation: %t", tt.params, store.last.Explain)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("GetLogsByFilter(%s) mismatch (-want +got):\n%s", tt.params, diff)
		}
	}
}

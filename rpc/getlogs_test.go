package rpc

import (
	"fmt"
	"strings"
	"testing"

	"daybook/logstore"

	"github.com/google/go-cmp/cmp"
)

func TestGetLogsDecodes(t *testing.T) {
	t.Parallel()
	const page = `"from":"2026-11-20T08:00:00Z","to":1795161600,"limit":10,"offset":"20"`
	const between = `"whereBetween":[["timestamp",[1795161600,1795161600]]]`
	checkDecodes(t, "GetLogs", []decodesTo{
		{`{` + page + `}`, `{"limit":10,"offset":20,` + between + `}`},
		{`[{` + page + `}]`, `{"limit":10,"offset":20,` + between + `}`},
		{`{` + page + `,"status":"ERROR","actor_type":"CLIENT"}`,
			`{"limit":10,"offset":20,"where":[["actor_type","=","CLIENT"],["status","=","ERROR"]],` + between + `}`},
		{`{` + page + `,"actor_id":1.2230e3,"source":-0}`,
			`{"limit":10,"offset":20,"where":[["actor_id","=","1223"],["source","=","0"]],` + between + `}`},
		{`{` + page + `,"detail":"Margin","filter":"gate%","action":"x"}`,
			`{"limit":10,"offset":20,"where":[["action","=","x"],["detail","contains","Margin"],["*","contains","gate%"]],` + between + `}`},
		{`{` + page + `,"actor_type":"","actor_id":"","action":"","status":"","source":"","detail":"","filter":""}`,
			`{"limit":10,"offset":20,` + between + `}`},
		{`{"from":10,"to":5,"limit":0,"offset":99999999999999999999}`,
			`{"limit":0,"offset":9223372036854775807,"whereBetween":[["timestamp",[10,5]]]}`},
	})
}

func TestGetLogsFaults(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 4097)
	checkFaults(t, "GetLogs", []fault{
		{`{}`, "from", "missing; must be a time"},
		{`{"from":0}`, "to", "missing; must be a time"},
		{`{"from":0,"to":0}`, "limit", "missing; must be a whole number from 0 to 50000"},
		{`{"from":0,"to":0,"limit":1}`, "offset", "missing; must be a whole number of 0 or more"},
		{`{"limit":-1,"from":"x","too":1}`, "too", "unknown param"},
		{`{"from":0,"to":0,"limit":1,"offset":0,"From":0}`, "From", "unknown param"},
		{`{"from":0,"to":0,"limit":1,"offset":0,"status":"x","status":"x"}`, "status", "given twice"},
		{`{"from":0,"to":0,"limit":1,"offset":0,"detail":true,"actor_id":null}`, "actor_id", "null is no value; use a string or a number"},
		{`{"from":0,"to":0,"limit":1,"offset":0,"filter":"` + long + `"}`, "filter", "4097 bytes long; a pattern has at most 4096"},
		{`{"from":0,"to":0,"limit":1,"offset":0,"partial":"yes"}`, "partial", "must be true or false"},
	})
}

func TestGetLogsAnswers(t *testing.T) {
	t.Parallel()
	store := &fakeStore{res: &logstore.Result{
		Count:    12,
		Total:    99,
		Rows:     [][]byte{[]byte(`,["a"]`), []byte(`,["b"]`)},
		Problems: []logstore.Problem{{File: "audit-2026-11-20.tsv", Reason: "permission denied"}},
	}}
	const head = `{"structure":["time","actor_type","actor_id","action","status","source","detail"],"rows":[["a"],["b"]],"count":12`
	m := methodNamed(t, "GetLogs", store, nil)
	for _, tt := range []struct{ params, want string }{
		{``, head + `}`},
		{`,"partial":true`, head + `,"problems":[{"file":"audit-2026-11-20.tsv","reason":"permission denied"}]}`},
	} {
		store.res.Rows = [][]byte{[]byte(`,["a"]`), []byte(`,["b"]`)}
		got, err := run(m, fmt.Sprintf(`{"from":0,"to":1,"limit":2,"offset":0%s}`, tt.params), &Caller{})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("GetLogs with %q mismatch (-want +got):\n%s", tt.params, diff)
		}
		if want := tt.params != ""; store.last.Partial != want {
			t.Errorf("GetLogs with %q asks the store for partial = %t", tt.params, store.last.Partial)
		}
	}
}

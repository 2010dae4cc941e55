package rpc

import (
	"errors"
	"strings"
	"testing"

	"daybook/auth"
	"daybook/filter"
	"daybook/logstore"
	"daybook/requestlog"

	"github.com/google/go-cmp/cmp"
)

// requestMethod returns a method over a journal of requests.
func requestMethod(t *testing.T, name string, requests Store) Method {
	t.Helper()
	for _, m := range Methods(nil, requests, nil, Limits{}, filter.Limits{}) {
		if m.Name == name {
			return m
		}
	}
	t.Fatalf("no method %s", name)
	return Method{}
}

// TestRequestMethodsDecode checks what is asked of the journal of requests.
func TestRequestMethodsDecode(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ method, params, want string }{
		{"GetRequestLogs", `{"limit":5,"offset":"7"}`, `{"limit":5,"offset":7}`},
		{"GetRequestLogs", `{"limit":0,"offset":0,"where":[["status_code",">=",500],["is_bot","=",true],["duration",">",1.5],["user","=","3"]],"whereNot":["ip",10],"orderBy":["duration"]}`,
			`{"limit":0,"offset":0,"where":[["status_code",">=",500],["is_bot","=",true],["duration",">",1.500000],["user","=",3],["ip","!=","10"]],"orderBy":[["duration","ASC"]]}`},
		{"GetLogTop", `{"journal":"requests","field":"user","where":["has_body","=",1]}`, `{"limit":0,"offset":0,"where":[["has_body","=",true]]}`},
		{"GetLogHistogram", `{"journal":"requests","interval":"day","by":"is_bot","whereBetween":["created_at",["2026-04-22T00:00:00Z",1776902399.5]]}`,
			`{"limit":0,"offset":0,"whereBetween":[["created_at",["2026-04-22T00:00:00.000000Z","2026-04-22T23:59:59.500000Z"]]]}`},
	} {
		store := &fakeStore{res: &logstore.Result{}, groups: &logstore.Groups{}}
		if _, err := run(requestMethod(t, tt.method, store), tt.params, &Caller{}); err != nil {
			t.Errorf("%s(%s): %v", tt.method, tt.params, err)
			continue
		}
		var q *filter.Query
		if store.counts != nil {
			q = store.counts.Query
		} else {
			q = store.last.Query
		}
		if q.Schema != requestlog.Schema() {
			t.Errorf("%s(%s) asks for another schema", tt.method, tt.params)
		}
		if diff := cmp.Diff(tt.want, strings.Replace(q.String(), `,"orderBy":[["created_at","DESC"]]`, "", 1)); diff != "" {
			t.Errorf("%s(%s) mismatch (-want +got):\n%s", tt.method, tt.params, diff)
		}
	}
}

// TestGroupedRequests shows counted values of every kind, and null.
func TestGroupedRequests(t *testing.T) {
	t.Parallel()
	number := func(n int64) string { return string(filter.AppendNumber(nil, n)) }
	for _, tt := range []struct {
		field      string
		value      string
		top, chart string
	}{
		{"status_code", number(500), `500`, `"500"`},
		{"is_bot", number(1), `true`, `"true"`},
		{"duration", number(-1_250_000), `"-1.250000"`, `"-1.250000"`},
		{"updated_at", number(1), `"1970-01-01T00:00:00.000001Z"`, `"1970-01-01T00:00:00.000001Z"`},
		{"browser", `é"`, `"é\""`, `"é\""`},
	} {
		groups := &logstore.Groups{Count: 4, Values: []logstore.ValueCount{{Value: tt.value, Count: 3}, {Null: true, Count: 1}}}
		store := &fakeStore{groups: groups}
		got, err := run(requestMethod(t, "GetLogTop", store), `{"journal":"requests","field":"`+tt.field+`"}`, &Caller{})
		want := `{"structure":["` + tt.field + `","count","percent"],"rows":[[` + tt.top + `,3,75],[null,1,25]],"other":0,"count":4,"total":0}`
		if err != nil || got != want {
			t.Errorf("top of %s: %s, %v, want %s", tt.field, got, err, want)
		}
		got, err = run(requestMethod(t, "GetLogHistogram", store), `{"journal":"requests","interval":"day","by":"`+tt.field+`"}`, &Caller{})
		want = `{"structure":["timestamp",` + tt.chart + `,null,"total"],"rows":[],"count":4,"total":0}`
		if err != nil || got != want {
			t.Errorf("chart by %s: %s, %v, want %s", tt.field, got, err, want)
		}
	}
}

// TestRequestJournalNeeds wants the rights of GetRequestLogs of whoever counts in
// the journal of requests, or asks for its files.
func TestRequestJournalNeeds(t *testing.T) {
	t.Parallel()
	for params, want := range map[string]auth.Action{
		`{}`:                                auth.ReadLogs,
		`{"journal":"audit"}`:               auth.ReadLogs,
		`{"journal":"requests"}`:            auth.ReadRequestLogs,
		`{"journal":"requests","field":[]}`: auth.ReadRequestLogs,
		`[{"journal":"\u0072equests"}]`:     auth.ReadRequestLogs,
		`{"journal":"Requests"}`:            auth.ReadLogs,
		`{"journal":["requests"]}`:          auth.ReadLogs,
		`[]`:                                auth.ReadLogs,
		``:                                  auth.ReadLogs,
	} {
		for _, name := range []string{"GetLogTop", "GetLogHistogram", "GetJournalStatus"} {
			m := requestMethod(t, name, nil)
			if got := m.needs([]byte(params)); got != want {
				t.Errorf("%s(%s) needs to %v, want %v", name, params, got, want)
			}
		}
	}
}

// TestNoRequestJournal asks a server that has no such journal.
func TestNoRequestJournal(t *testing.T) {
	t.Parallel()
	for method, params := range map[string]string{
		"GetRequestLogs": `{"limit":1,"offset":0}`, "GetLogTop": `{"journal":"requests","field":"ip"}`, "GetLogHistogram": `{"journal":"requests","interval":"day"}`,
		"GetJournalStatus": `{"journal":"requests"}`,
	} {
		_, err := run(requestMethod(t, method, nil), params, &Caller{})
		var e *Error
		if !errors.As(err, &e) || e.Code != CodeNoMethod || !strings.Contains(e.Message, "there is no journal of requests here") {
			t.Errorf("%s: %v", method, err)
		}
	}
}

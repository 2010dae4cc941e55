package rpc

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"daybook/filter"
	"daybook/logstore"

	"github.com/google/go-cmp/cmp"
)

func TestGetJournalStatusDecodes(t *testing.T) {
	t.Parallel()
	store := &fakeStore{status: &logstore.Status{}}
	m := methodNamed(t, "GetJournalStatus", store, nil)
	for _, tt := range []struct{ params, first, last string }{
		{`{}`, "0001-01-01", "9999-12-31"},
		{`{"from":0}`, "1970-01-01", "9999-12-31"},
		{`{"from":-1,"to":86399}`, "1969-12-31", "1970-01-01"},
		{`{"from":"-86400","to":"86400"}`, "1969-12-31", "1970-01-02"},
		{`{"from":"2026-11-20T23:59:59.9+01:00","to":"2026-11-21T00:00:00+01:00"}`, "2026-11-20", "2026-11-20"},
		{`{"from":"2026-11-21T00:00:00Z","to":"2026-11-20T00:00:00Z"}`, "2026-11-21", "2026-11-20"},
		{`[{"to":"0001-01-01T00:00:00Z"}]`, "0001-01-01", "0001-01-01"},
		{`{"journal":"audit","from":0}`, "1970-01-01", "9999-12-31"},
	} {
		if _, err := run(m, tt.params, &Caller{}); err != nil {
			t.Errorf("GetJournalStatus(%s): %v", tt.params, err)
			continue
		}
		if got := [2]string{store.days[0].String(), store.days[1].String()}; got != [2]string{tt.first, tt.last} {
			t.Errorf("GetJournalStatus(%s) asks for %v, want %s to %s", tt.params, got, tt.first, tt.last)
		}
	}
}

func TestGetJournalStatusFaults(t *testing.T) {
	t.Parallel()
	checkFaults(t, "GetJournalStatus", []fault{
		{`{"from":1,"days":2}`, "days", "unknown param"},
		{`{"from":1,"from":2}`, "from", "given twice"},
		{`{"journal":"audit","journal":"requests"}`, "journal", "given twice"},
		{`{"journal":"trades"}`, "journal", `must be "audit" or "requests"`},
		{`{"journal":null}`, "journal", `must be "audit" or "requests"`},
		{`{"journal":"Requests","from":"x"}`, "journal", `must be "audit" or "requests"`},
	})
	m := methodNamed(t, "GetJournalStatus", &fakeStore{}, nil)
	for _, params := range []string{`{"from":"2026-11-20"}`, `{"from":null}`, `{"from":1.5}`, `{"from":""}`, `{"from":{},"to":"x"}`} {
		_, err := run(m, params, &Caller{})
		var e *filter.ParamError
		if !errors.As(err, &e) || e.Param != "from" {
			t.Errorf("GetJournalStatus(%s): %v, want a ParamError about from", params, err)
		}
	}
}

func TestGetJournalStatusAnswers(t *testing.T) {
	t.Parallel()
	files := []logstore.FileStatus{
		{Name: "audit-2026-11-20.1.tsv", Bytes: 7, Lines: 3, Malformed: 1, Misfiled: 1, First: -5, Last: 9, State: logstore.FileSealed, Problems: []string{"malformed lines: 1"}},
		{Name: "audit-2026-11-20.tsv", Bytes: 4, Lines: 1, Malformed: 1, State: logstore.FileLive},
	}
	for _, tt := range []struct {
		name   string
		status logstore.Status
		want   string
	}{
		{"nothing", logstore.Status{}, `{"days":[],"lag":0,"incidents":[],"ignored":[],"subscribers":2}`},
		{"lag", logstore.Status{Lag: 1234567 * time.Microsecond}, `{"days":[],"lag":1.235,"incidents":[],"ignored":[],"subscribers":2}`},
		{"all", logstore.Status{
			Days: []logstore.DayStatus{{Day: 20_777, Files: files}, {Day: 0, Files: nil}},
			Incidents: []logstore.Incident{
				{Time: time.Unix(1795161603, 999), Kind: logstore.Truncated, File: `a"b`, Offset: 12},
				{Time: time.Unix(0, 0), Kind: logstore.SourceGone},
			},
			Ignored: []string{"<x>", "\xff"},
		}, `{"days":[{"day":"2026-11-20","files":[` +
			`{"name":"audit-2026-11-20.1.tsv","bytes":7,"lines":3,"malformed":1,"misfiled":1,"first":-5,"last":9,"state":"sealed","problems":["malformed lines: 1"]},` +
			`{"name":"audit-2026-11-20.tsv","bytes":4,"lines":1,"malformed":1,"misfiled":0,"first":null,"last":null,"state":"live","problems":[]}]},` +
			`{"day":"1970-01-01","files":[]}],"lag":0,"incidents":[` +
			`{"time":1795161603,"kind":"TRUNCATED","file":"a\"b","offset":12},{"time":0,"kind":"SOURCE_GONE","file":"","offset":0}],` +
			`"ignored":["<x>","\ufffd"],"subscribers":2}`},
	} {
		store := &fakeStore{status: &tt.status, stats: logstore.Stats{Subscribers: 2}}
		got, err := run(methodNamed(t, "GetJournalStatus", store, nil), `{}`, &Caller{})
		if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
			t.Errorf("%s: %v, mismatch (-want +got):\n%s", tt.name, err, diff)
		}
		if err := validate(newContract(t).methods["GetJournalStatus"].result, []byte(got)); err != nil {
			t.Errorf("%s: the answer is not what the document describes: %v", tt.name, err)
		}
	}
}

// TestGetJournalStatusOfRequests describes the journal that params name, and no
// other.
func TestGetJournalStatusOfRequests(t *testing.T) {
	t.Parallel()
	audit := &fakeStore{status: &logstore.Status{Ignored: []string{"audit"}}, stats: logstore.Stats{Subscribers: 2}}
	requests := &fakeStore{status: &logstore.Status{Ignored: []string{"requests"}}}
	methods := Methods(audit, requests, nil, Limits{}, filter.Limits{})
	m := methods[slices.IndexFunc(methods, func(m Method) bool { return m.Name == "GetJournalStatus" })]
	for _, tt := range []struct{ params, want string }{
		{``, `{"days":[],"lag":0,"incidents":[],"ignored":["audit"],"subscribers":2}`},
		{`{"journal":"audit"}`, `{"days":[],"lag":0,"incidents":[],"ignored":["audit"],"subscribers":2}`},
		{`{"journal":"requests","to":86399}`, `{"days":[],"lag":0,"incidents":[],"ignored":["requests"],"subscribers":0}`},
	} {
		if got, err := run(m, tt.params, &Caller{}); got != tt.want || err != nil {
			t.Errorf("GetJournalStatus(%s): %s, %v, want %s", tt.params, got, err, tt.want)
		}
	}
	if got := [2]string{requests.days[0].String(), requests.days[1].String()}; got != [2]string{"0001-01-01", "1970-01-01"} {
		t.Errorf("the days %v are asked of the journal of requests, want 0001-01-01 to 1970-01-01", got)
	}
}

func TestGetJournalStatusErrors(t *testing.T) {
	t.Parallel()
	m := methodNamed(t, "GetJournalStatus", &fakeStore{err: context.Canceled}, nil)
	if _, err := run(m, `{}`, &Caller{}); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled call: %v", err)
	}
	store := &fakeStore{status: &logstore.Status{Ignored: make([]string, 100)}}
	for _, m := range Methods(store, nil, nil, Limits{Answer: 200}, filter.Limits{}) {
		if m.Name != "GetJournalStatus" {
			continue
		}
		var large *logstore.TooLargeError
		if _, err := run(m, `{}`, &Caller{}); !errors.As(err, &large) || large.Limit != 200 || large.Actual < 200 {
			t.Errorf("a large answer: %v, want a TooLargeError", err)
		}
	}
}

package rpc

import (
	"errors"
	"fmt"
	"testing"

	"daybook/filter"
	"daybook/logstore"

	"github.com/google/go-cmp/cmp"
)

// countsFor checks what params ask the store to count.
type countsFor struct {
	params string
	want   string // interval, values, field, partial and canonical query
}

func checkCounts(t *testing.T, method string, tests []countsFor) {
	t.Helper()
	store := &fakeStore{groups: &logstore.Groups{}}
	m := methodNamed(t, method, store, nil)
	for _, tt := range tests {
		if _, err := run(m, tt.params, &Caller{}); err != nil {
			t.Errorf("%s(%s): %v", method, tt.params, err)
			continue
		}
		r := store.counts
		got := fmt.Sprint(r.Interval, " ", r.Values, " ", r.Query.Schema.Name(r.Field), " ", r.Partial, " ", r.Query)
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s(%s) mismatch (-want +got):\n%s", method, tt.params, diff)
		}
	}
}

func TestGetLogHistogramDecodes(t *testing.T) {
	t.Parallel()
	checkCounts(t, "GetLogHistogram", []countsFor{
		{`{"interval":"minute","where":["timestamp",">",0]}`, `60 0 timestamp false {"limit":0,"offset":0,"where":[["timestamp",">",0]]}`},
		{`{"interval":"hour","journal":"audit","partial":true}`, `3600 0 timestamp true {"limit":0,"offset":0}`},
		{`{"interval":"day","by":"detail"}`, `86400 10 detail false {"limit":0,"offset":0}`},
		{`[{"interval":519.0,"by":"status","where":["status","=",1],"whereNot":null}]`,
			`519 10 status false {"limit":0,"offset":0,"where":[["status","=","1"]]}`},
		{`{"interval":"31536000"}`, `31536000 0 timestamp false {"limit":0,"offset":0}`},
		{`{"interval":1,"whereBetween":["timestamp",[0,4999]]}`,
			`1 0 timestamp false {"limit":0,"offset":0,"whereBetween":[["timestamp",[0,4999]]]}`},
	})
}

func TestGetLogHistogramFaults(t *testing.T) {
	t.Parallel()
	const (
		interval = `must be "minute", "hour", "day" or a whole number of seconds from 1 to 31536000`
		tooMany  = "more than 5000 buckets; the smallest interval that fits is %d seconds"
	)
	checkFaults(t, "GetLogHistogram", []fault{
		{`{}`, "interval", "missing; " + interval},
		{`{"interval":null}`, "interval", interval},
		{`{"interval":"Hour"}`, "interval", interval},
		{`{"interval":0}`, "interval", interval},
		{`{"interval":1.5}`, "interval", interval},
		{`{"interval":31536001}`, "interval", interval},
		{`{"interval":-1}`, "interval", interval},
		{`{"interval":[1]}`, "interval", interval},
		{`{"interval":518}`, "interval", fmt.Sprintf(tooMany, 519)},
		{`{"interval":1,"whereBetween":["timestamp",[0,5000]]}`, "interval", fmt.Sprintf(tooMany, 2)},
		{`{"interval":"day","whereBetween":["timestamp",["0001-01-01T00:00:00Z","9999-12-31T23:59:59Z"]]}`,
			"interval", "more than 5000 buckets with any interval; narrow the time range"},
		{`{"interval":"hour","by":"timestamp"}`, "by", "cannot be timestamp"},
		{`{"interval":"hour","by":"time"}`, "by", `unknown field "time"`},
		{`{"interval":"hour","by":null}`, "by", "is null; a field is a string"},
		{`{"interval":"hour","by":["status"]}`, "by", "is an array; a field is a string"},
		{`{"interval":"hour","journal":"trades"}`, "journal", `must be "audit" or "requests"`},
		{`{"interval":"hour","journal":null}`, "journal", `must be "audit" or "requests"`},
		{`{"interval":"hour","partial":1}`, "partial", "must be true or false"},
		{`{"interval":"hour","limit":1}`, "limit", "unknown param"},
		{`{"interval":"hour","offset":1}`, "offset", "unknown param"},
		{`{"interval":"hour","orderBy":[]}`, "orderBy", "unknown param"},
		{`{"interval":"hour","field":"status"}`, "field", "unknown param"},
		{`{"interval":"hour","from":0}`, "from", "use whereBetween with timestamp"},
		{`{"interval":"hour","interval":"hour"}`, "interval", "given twice"},

		// Of several, the first in the order of the tables.
		{`{"partial":1,"by":1,"interval":0,"journal":1,"whereNot":1,"where":1}`, "where", "is a number; must be [field, operator, value] or a list of these"},
		{`{"partial":1,"by":1,"interval":0,"journal":1}`, "journal", `must be "audit" or "requests"`},
		{`{"partial":1,"by":1,"interval":1}`, "interval", fmt.Sprintf(tooMany, 519)},
		{`{"partial":1,"by":1,"interval":"day"}`, "by", "is a number; a field is a string"},
		{`{"where":1,"x":1}`, "x", "unknown param"},
	})
}

// Only the store knows how far an open end reaches.
func TestGetLogHistogramTooManyBuckets(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		interval int64
		reason   string
	}{
		{10, "more than 5000 buckets; the smallest interval that fits is 10 seconds"},
		{filter.MaxInterval, "more than 5000 buckets; the smallest interval that fits is 31536000 seconds"},
		{filter.MaxInterval + 1, "more than 5000 buckets with any interval; narrow the time range"},
	} {
		m := methodNamed(t, "GetLogHistogram", &fakeStore{err: &logstore.BucketsError{Interval: tt.interval}}, nil)
		_, err := run(m, `{"interval":1,"where":["timestamp",">",0]}`, &Caller{})
		var got *filter.ParamError
		if !errors.As(err, &got) || got.Param != "interval" || got.Reason != tt.reason {
			t.Errorf("a store that wants %d seconds: %v, want %q", tt.interval, err, tt.reason)
		}
	}
}

func TestGetLogHistogramAnswers(t *testing.T) {
	t.Parallel()
	buckets := []logstore.Bucket{{Start: -60, Counts: []int64{2, 0}, Total: 2}, {Start: 0, Counts: []int64{0, 1}, Total: 4}}
	values := []logstore.ValueCount{{Value: `a"b`, Count: 2}, {Value: "", Count: 1}}
	problems := []logstore.Problem{{File: "audit-2026-11-20.tsv", Reason: "permission denied"}}
	for _, tt := range []struct {
		name   string
		groups logstore.Groups
		params string
		want   string
	}{
		{"no buckets", logstore.Groups{Total: 9}, `{"interval":600}`,
			`{"structure":["timestamp","total"],"rows":[],"count":0,"total":9}`},
		{"by time", logstore.Groups{Count: 6, Total: 9, More: true, Buckets: []logstore.Bucket{{Start: 60, Total: 6}}}, `{"interval":600}`,
			`{"structure":["timestamp","total"],"rows":[[60,6]],"count":6,"total":9}`},
		{"all values", logstore.Groups{Count: 3, Values: values, Buckets: buckets[:1]}, `{"interval":600,"by":"status"}`,
			`{"structure":["timestamp","a\"b","","total"],"rows":[[-60,2,0,2]],"count":3,"total":0}`},
		{"other values", logstore.Groups{Count: 6, Total: 9, Values: values, More: true, Buckets: buckets}, `{"interval":600,"by":"status"}`,
			`{"structure":["timestamp","a\"b","","other","total"],"rows":[[-60,2,0,0,2],[0,0,1,3,4]],"count":6,"total":9}`},
		{"problems", logstore.Groups{Problems: problems}, `{"interval":600,"partial":true}`,
			`{"structure":["timestamp","total"],"rows":[],"count":0,"total":0,` +
				`"problems":[{"file":"audit-2026-11-20.tsv","reason":"permission denied"}]}`},
		{"cursor", logstore.Groups{Cursor: cursorOf(t, noFiles)}, `{"interval":600,"cursor":true}`,
			`{"structure":["timestamp","total"],"rows":[],"count":0,"total":0,"cursor":"` + noFiles + `"}`},
		{"no problems", logstore.Groups{}, `{"interval":600,"partial":true}`,
			`{"structure":["timestamp","total"],"rows":[],"count":0,"total":0}`},
	} {
		m := methodNamed(t, "GetLogHistogram", &fakeStore{groups: &tt.groups}, nil)
		got, err := run(m, tt.params, &Caller{})
		if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
			t.Errorf("%s: %v, mismatch (-want +got):\n%s", tt.name, err, diff)
		}
	}
}

package rpc

import (
	"context"
	"errors"
	"math/big"
	"testing"

	"daybook/filter"
	"daybook/logstore"

	"github.com/google/go-cmp/cmp"
)

func TestGetLogTopDecodes(t *testing.T) {
	t.Parallel()
	checkCounts(t, "GetLogTop", []countsFor{
		{`{"field":"status"}`, `0 5 status false {"limit":0,"offset":0}`},
		{`{"field":"timestamp","limit":0}`, `0 0 timestamp false {"limit":0,"offset":0}`},
		{`{"field":"detail","limit":"1000","journal":"audit","partial":true,"whereIn":["status",["b","a"]]}`,
			`0 1000 detail true {"limit":0,"offset":0,"whereIn":[["status",["a","b"]]]}`},
	})
}

func TestGetLogTopFaults(t *testing.T) {
	t.Parallel()
	checkFaults(t, "GetLogTop", []fault{
		{`{}`, "field", "missing; must be a field"},
		{`{"field":null}`, "field", "is null; a field is a string"},
		{`{"field":"time"}`, "field", `unknown field "time"`},
		{`{"field":"status","limit":1001}`, "limit", "must be a whole number from 0 to 1000"},
		{`{"field":"status","limit":-1}`, "limit", "must be a whole number from 0 to 1000"},
		{`{"field":"status","limit":null}`, "limit", "must be a whole number from 0 to 1000"},
		{`{"field":"status","offset":0}`, "offset", "unknown param"},
		{`{"field":"status","orderBy":["status"]}`, "orderBy", "unknown param"},
		{`{"field":"status","interval":"hour"}`, "interval", "unknown param"},
		{`{"field":"status","to":0}`, "to", "use whereBetween with timestamp"},
		{`{"field":"status","journal":"trades"}`, "journal", `must be "audit" or "requests"`},
		{`{"partial":0,"limit":-1,"field":1,"journal":"audit"}`, "field", "is a number; a field is a string"},
		{`{"partial":0,"limit":-1,"field":"status"}`, "limit", "must be a whole number from 0 to 1000"},
		{`{"partial":0,"field":"status"}`, "partial", "must be true or false"},
	})
}

func TestGetLogTopAnswers(t *testing.T) {
	t.Parallel()
	values := []logstore.ValueCount{{Value: "1795161603", Count: 2}, {Value: "-7", Count: 1}}
	for _, tt := range []struct {
		name   string
		groups logstore.Groups
		params string
		want   string
	}{
		{"nothing", logstore.Groups{Total: 9}, `{"field":"status"}`,
			`{"structure":["status","count","percent"],"rows":[],"other":0,"count":0,"total":9}`},
		{"no values", logstore.Groups{Count: 7, Total: 9, More: true}, `{"field":"status","limit":0}`,
			`{"structure":["status","count","percent"],"rows":[],"other":7,"count":7,"total":9}`},
		{"texts", logstore.Groups{Count: 6, Total: 9, Values: values, More: true}, `{"field":"actor_id"}`,
			`{"structure":["actor_id","count","percent"],"rows":[["1795161603",2,33.33],["-7",1,16.67]],"other":3,"count":6,"total":9}`},
		{"times", logstore.Groups{Count: 3, Total: 9, Values: values}, `{"field":"timestamp"}`,
			`{"structure":["timestamp","count","percent"],"rows":[[1795161603,2,66.67],[-7,1,33.33]],"other":0,"count":3,"total":9}`},
		{"cursor", logstore.Groups{Cursor: cursorOf(t, noFiles)}, `{"field":"status","cursor":true}`,
			`{"structure":["status","count","percent"],"rows":[],"other":0,"count":0,"total":0,"cursor":"` + noFiles + `"}`},
		{"problems", logstore.Groups{Problems: []logstore.Problem{{File: "f", Reason: "r"}}}, `{"field":"status","partial":true}`,
			`{"structure":["status","count","percent"],"rows":[],"other":0,"count":0,"total":0,"problems":[{"file":"f","reason":"r"}]}`},
	} {
		m := methodNamed(t, "GetLogTop", &fakeStore{groups: &tt.groups}, nil)
		got, err := run(m, tt.params, &Caller{})
		if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
			t.Errorf("%s: %v, mismatch (-want +got):\n%s", tt.name, err, diff)
		}
	}
}

func TestPercent(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		part, whole int64
		want        string
	}{
		{0, 0, "0"}, {0, 5, "0"}, {5, 5, "100"}, {1, 2, "50"}, {1, 8, "12.5"}, {1, 3, "33.33"}, {2, 3, "66.67"},
		{1, 20_000, "0.01"}, {1, 20_001, "0"}, {3, 20_000, "0.02"}, {19_999, 20_000, "100"}, {1, 1000, "0.1"},
		{1, 800, "0.13"}, {201, 20_000, "1.01"}, {1 << 40, 3 << 40, "33.33"}, {107, 10_000, "1.07"},
	} {
		if got := string(appendPercent(nil, tt.part, tt.whole)); got != tt.want {
			t.Errorf("%d of %d = %s %%, want %s", tt.part, tt.whole, got, tt.want)
		}
	}
	// All shares of some wholes, by exact fractions.
	for _, whole := range []int64{1, 7, 64, 800, 999, 1024} {
		for part := range whole + 1 {
			n, _, err := big.ParseFloat(string(appendPercent(nil, part, whole)), 10, 200, big.ToNearestEven)
			if err != nil {
				t.Fatal(err)
			}
			hundredths, _ := new(big.Float).Add(new(big.Float).Mul(n, big.NewFloat(100)), big.NewFloat(0.25)).Int64()
			// hundredths ≤ 10000·part/whole + ½ < hundredths + 1
			if r := 20_000*part + whole - 2*whole*hundredths; r < 0 || r >= 2*whole {
				t.Errorf("%d of %d = %v %%", part, whole, n)
			}
		}
	}
}

// The methods that count answer within the server's limits, say how much they
// answered, and pass the store's errors on.
func TestCountsCall(t *testing.T) {
	t.Parallel()
	for method, tt := range map[string]struct {
		params string
		groups logstore.Groups
		rows   int
	}{
		"GetLogHistogram": {`{"interval":"hour"}`, logstore.Groups{Count: 3, Buckets: make([]logstore.Bucket, 2)}, 2},
		"GetLogTop":       {`{"field":"status"}`, logstore.Groups{Count: 3, Values: []logstore.ValueCount{{Value: "a", Count: 1}}}, 1},
	} {
		store := &fakeStore{groups: &tt.groups}
		m := methodNamed(t, method, store, nil)
		text, err := run(m, tt.params, &Caller{})
		if err != nil {
			t.Fatal(err)
		}
		call, err := m.Decode([]byte(tt.params))
		if err != nil {
			t.Fatal(err)
		}
		answer, err := call(context.Background(), &Caller{})
		if err != nil {
			t.Fatal(err)
		}
		counted, ok := answer.(Counted)
		if !ok || counted.Rows() != tt.rows || counted.Count() != 3 || answer.Len() != int64(len(text)) {
			t.Errorf("%s answers %#v", method, answer)
		}
		for _, limit := range []int64{int64(len(text)), int64(len(text)) - 1} {
			for _, m := range Methods(store, nil, nil, Limits{Answer: limit}, filter.Limits{}) {
				if m.Name != method {
					continue
				}
				_, err := run(m, tt.params, &Caller{})
				var large *logstore.TooLargeError
				if errors.As(err, &large) != (limit < int64(len(text))) {
					t.Errorf("%s within %d of %d bytes: %v", method, limit, len(text), err)
				}
			}
		}
		for _, want := range []error{logstore.ErrBusy, context.Canceled, &logstore.ReadError{File: "f", Reason: "r"}} {
			if _, err := run(methodNamed(t, method, &fakeStore{err: want}, nil), tt.params, &Caller{}); !errors.Is(err, want) {
				t.Errorf("%s over a store that fails with %v: %v", method, want, err)
			}
		}
	}
}

package main

import (
	"strings"
	"testing"
	"time"
)

func TestJudgeRequests(t *testing.T) {
	result := func(q requestQuestion, ours, theirs time.Duration) *requestResult {
		r := newRequestResult(&q)
		r.daybook, r.lite = series{{took: ours}}, series{{took: theirs}}
		return r
	}
	const ms = time.Millisecond
	r := &requestsReport{Loaded: new(loadResult), Journal: journalSize{Bytes: 1}, Size: sizeResult{Met: true}, Queries: []*requestResult{
		result(requestQuestion{text: "first", bound: 5 * ms, atLeast: 5}, 4*ms, 20*ms),
		result(requestQuestion{text: "deep", atLeast: 5}, 6*ms, 100*ms),
		result(requestQuestion{text: "late", bound: 10 * ms, atLeast: 5}, 11*ms, 100*ms),
		result(requestQuestion{text: "slower", bound: 10 * ms, atLeast: 5}, 8*ms, 39*ms),
		result(requestQuestion{text: "other"}, 80*ms, 2*ms),
	}}
	r.Deep = newDeepResult(series{{took: 4 * ms}}, series{{took: 6 * ms}})
	r.Queries[3].tailored = series{{took: 3 * ms}}
	r.judge()
	if r.missed() != 3 {
		t.Errorf("missed = %d, want 3", r.missed())
	}
	var b strings.Builder
	if err := r.print(&b, (*table).markdown); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"| first | 0 | 4.00 | 5.00 | 0.00 | 20.00 | 5.0 | 5 | ok | - |",
		"| deep | 0 | 6.00 | - | 0.00 | 100.00 | 16.7 | 5 | ok | - |",
		"| behind none and behind four fifths | 4.00 | 6.00 | 1.50 | 1.25 | MISSED |",
		"| late | 0 | 11.00 | 10.00 | 0.00 | 100.00 | 9.1 | 5 | MISSED | - |",
		"| slower | 0 | 8.00 | 10.00 | 0.00 | 39.00 | 4.9 | 5 | MISSED | 3.00 |",
		"| other | 0 | 80.00 | - | 0.00 | 2.00 | 0.0 | - | not judged | - |",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in:\n%s", want, b.String())
		}
	}
}

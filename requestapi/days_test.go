package requestapi_test

import (
	"fmt"
	"testing"

	"daybook/internal/requestoracle"
)

// TestAllDays looks at days long gone and at such as are to come, whatever is asked
// for.
func TestAllDays(t *testing.T) {
	t.Parallel()
	days := map[string][]string{}
	for id, day := range []string{"0001-01-01", "2019-12-31", "2026-04-22", "2026-04-23", "9999-12-31"} {
		days[day] = []string{fmt.Sprintf(`{"id":%d,"created_at":"%sT12:00:00Z"}`, id+1, day)}
	}
	for _, r := range []*rig{newRig(t, days, nil), newIndexedRig(t, days)} {
		for _, sent := range [][]requestoracle.Parameter{
			nil, {given("ordering", "id")}, {given("id_max", "2")}, {given("created_from", "2026-04-23")}, {given("created_to", "2019-12-31")},
			{given("created_date", "9999-12-31")}, {given("updated_date", "2026-04-22")},
		} {
			r.check(t, sent)
		}
		for id := range int64(len(days)) {
			if a := r.get(t, fmt.Sprintf("%s/%d", r.base(), id+1)); a.Status != 200 {
				t.Errorf("record %d: %+v", id+1, a)
			}
		}
		r.export(t, "?format=csv", "text/csv; charset=utf-8; header=present", len(days))
	}
}

// TestSpoiltText compares text that is no UTF-8 as it is shown.
func TestSpoiltText(t *testing.T) {
	t.Parallel()
	r := newRig(t, map[string][]string{"2026-04-22": {
		`{"id":1,"created_at":"2026-04-22T10:00:00Z","ip":"a\ud800"}`,
		`{"id":2,"created_at":"2026-04-22T10:00:00Z","ip":"a%zz"}`,
		`{"id":3,"created_at":"2026-04-22T10:00:00Z","ip":"a\u0000"}`,
	}}, nil)
	for query, want := range map[string]string{
		"?ip=a%ff": "1", "?ip=a%EF%BF%BD": "1", "?search=%c3": "1", "?ip=a%zz": "2", "?ip=a%25zz": "2", "?ip=a%00": "3", "?search=%00": "3",
	} {
		a := r.get(t, r.base()+query)
		results := a.Body.(map[string]any)["results"].([]any)
		if len(results) != 1 || fmt.Sprint(results[0].(map[string]any)["id"]) != want {
			t.Errorf("GET %s finds %v, want record %s", query, results, want)
		}
	}
}

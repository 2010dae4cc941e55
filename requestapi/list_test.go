package requestapi_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"daybook/internal/requestoracle"
)

type parameter = requestoracle.Parameter

func given(name, value string) parameter { return parameter{Name: name, Value: value} }

// parameterTests are values of each parameter; those behind | are at fault.
var parameterTests = map[string]string{
	"search":         "ann;ANN;bob chrome;'o\\'neil';o'neil;\"müller gmbh\";müller, gmbh;k;\u212a;+49170 ios;1;;,;\"unclosed;'a b' c;é;quoted;\"\"",
	"user":           "0;1;2;5;3.0;1.5;-0;+2;1e0;99999999999999999999|x;nan;0x1;-;1_0",
	"ip":             "10.0.0.1;2001:db8::1;10.0.0;nowhere",
	"device":         "iPhone;iphone;Galaxy, S24;x",
	"device_type":    "pc;mobile;tablet;PC;toaster",
	"is_bot":         "true;True;TRUE;1;false;0|yes;2;null;tru;\u212a",
	"os":             "iOS;ios;Linux",
	"browser":        "Safari;\u212aonqueror;konqueror",
	"scheme":         "https;ws;gopher",
	"endpoint":       "rpc:GetLogs;/tab\tend;/é;/a \"quoted\" path",
	"method":         "POST;post;WS",
	"status_code":    "200;500;404.0;5e2;500.5;-1;1e99;1e-99|OK;5oo;++1;1e;.;Infinity",
	"exception_type": "ValueError;valueerror",
	"duration_from":  "1.0;1;0;0.5;.5;1.0000005;2.9999999;-1;1e-7;1e30;-1e30|abc;1,5;1.0s",
	"duration_to":    "1.0;0;0.0000001;-0.0000001;1.0000005;1e30;-1e30|1..0;NaN",
	"id_min":         "1;50;50.5;-5;1e30;-1e30|x",
	"id_max":         "50;50.5;0;1e30;-1e30|x;five",
	"created_date":   "2026-04-20;2026-04-22;0001-01-01;9999-12-31|2026-02-30;20260420;2026-4-2;2026-04-20T00:00:00;yesterday;0000-01-01",
	"updated_date":   "2026-04-20;2026-04-19|2026-13-01",
	"created_from":   "2026-04-20;2026-04-20T00:00:00Z;2026-04-20T00:00:00.000001Z;2026-04-20T02:00:00+02:00;2026-04-19T22:00:00-02:00;2026-04-20 00:00:00;2026-04-20T00:00|2026-04-20T24:00:00Z;2026-04-20T00:00:60;noon;1776852000",
	"created_to":     "2026-04-20;2026-04-20T00:00:00Z;2026-04-19T23:59:59.999999;2026-04-20T00:00:00.000999999Z;9999-12-31|2026-04-31;2026-04-20T1",
	"updated_from":   "2026-04-20;2026-04-20T00:00:00.0005Z|x",
	"updated_to":     "2026-04-20;2026-04-20T12:00:00Z|x",
	"limit":          "1;7;1000;1001;99999999999999999999;0;-1;x;1.5;007",
	"offset":         "1;7;50;119;120;121;1000;-1;x;0",
	"nonsense":       "x;1",
	"ordering":       "id;-id;nothing;-;--id;duration,nothing,-user;id,-id;-created_at,created_at; user , -ip;,,;is_bot;ID",
}

// parameterValues returns the good and the bad values of a parameter.
func parameterValues(name string) (good, bad []string) {
	goods, bads, _ := strings.Cut(parameterTests[name], "|")
	if bads != "" {
		bad = strings.Split(bads, ";")
	}
	return strings.Split(goods, ";"), bad
}

// allParameters returns the names of parameterTests and of the has_ parameters,
// with their values, and of all orderings.
func allParameters(t *testing.T) map[string][]string {
	t.Helper()
	all := make(map[string][]string)
	for name := range parameterTests {
		good, bad := parameterValues(name)
		all[name] = append(append(good, bad...), "")
	}
	for name := range strings.FieldsSeq("ip device device_type os browser scheme endpoint method query_params body status_code response " +
		"request_headers response_headers exception_type exception_message exception_traceback") {
		all["has_"+name] = []string{"true", "False", "1", "0", "", "maybe"}
	}
	for name := range strings.FieldsSeq("id user ip device device_type os browser endpoint method status_code exception_type duration created_at") {
		all["ordering"] = append(all["ordering"], name, "-"+name)
	}
	return all
}

func TestEveryParameter(t *testing.T) {
	t.Parallel()
	r := newRig(t, randomDays(rand.New(rand.NewPCG(1, 2)), 120), nil)
	all := allParameters(t)
	for name, values := range all {
		some, whole := false, false // records were selected, and left out
		for _, value := range values {
			a := r.check(t, []parameter{given(name, value), given("limit", "7")})
			n := count(t, a)
			some = some || n > 0
			whole = whole || n == len(r.records)
			if _, bad := parameterValues(name); slices.Contains(bad, value) != (a.Status == 400) && !strings.HasPrefix(name, "has_") {
				t.Errorf("%s=%q is answered %d", name, value, a.Status)
			}
		}
		if !some || !whole {
			t.Errorf("%s: some value selects records: %v; some value, an empty one for example, selects all: %v", name, some, whole)
		}
	}
	if len(all) < 44 {
		t.Errorf("%d parameters are tested", len(all))
	}
}

// count returns how many records match by an answer; -1 for a refusal.
func count(t testing.TB, a requestoracle.Answer) int {
	t.Helper()
	n, ok := a.Body.(map[string]any)["count"].(json.Number)
	if !ok {
		return -1
	}
	i, err := n.Int64()
	if err != nil {
		t.Fatal(err)
	}
	return int(i)
}

func TestRandomPairs(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(3, 4))
	days := randomDays(rng, 300)
	rigs := []*rig{newRig(t, days, nil), newIndexedRig(t, days)}
	all := allParameters(t)
	var names []string
	for name := range all {
		names = append(names, name)
	}
	slices.Sort(names)
	requests := 800
	if testing.Short() {
		requests = 160
	}
	var refused, empty, paged int
	for i := range requests {
		r := rigs[i%2]
		var sent []parameter
		for range 2 + rng.IntN(3) {
			name := names[rng.IntN(len(names))]
			values := all[name]
			if good, _ := parameterValues(name); rng.IntN(4) > 0 && parameterTests[name] != "" {
				values = good
			}
			sent = append(sent, given(name, values[rng.IntN(len(values))]))
		}
		sent = append(sent, given("ordering", all["ordering"][rng.IntN(len(all["ordering"]))]))
		a := r.check(t, sent)
		switch n := count(t, a); {
		case a.Status == 400:
			refused++
		case n == 0:
			empty++
		case n > 10:
			paged++
		}
	}
	t.Logf("of %d requests %d were refused, %d found nothing, %d more than a page", requests, refused, empty, paged)
	if refused < requests/50 || empty > requests/2 || paged < requests/5 {
		t.Error("these requests test little")
	}
	if n := rigs[1].store.Stats().Indexed; n < int64(requests)/3 {
		t.Errorf("the index answered %d requests", n)
	}
}

func TestPages(t *testing.T) {
	t.Parallel()
	r := newIndexedRig(t, randomDays(rand.New(rand.NewPCG(5, 6)), 150))
	orderings := append(allParameters(t)["ordering"], "user,-duration", "-status_code,ip,-endpoint", "exception_type,-os,id")
	for i, ordering := range orderings {
		if testing.Short() && i%3 > 0 {
			continue
		}
		limit := 7 + 20*(i%3)
		first := fmt.Sprintf("%s?ordering=%s&limit=%d&has_endpoint=1&zzz=", r.base(), escape(ordering), limit)
		forwards := r.follow(t, first, "next", limit)
		want := count(t, r.get(t, first))
		if len(forwards) != want || want < 50 {
			t.Errorf("ordering=%s: pages hold %d of %d records", ordering, len(forwards), want)
		}
		seen := map[string]bool{}
		for _, id := range forwards {
			if seen[id] {
				t.Errorf("ordering=%s: record %s comes twice", ordering, id)
			}
			seen[id] = true
		}
		last := fmt.Sprintf("%s&offset=%d", first, (want-1)/limit*limit)
		backwards := r.follow(t, last, "previous", limit)
		if !slices.Equal(slices.Sorted(slices.Values(backwards)), slices.Sorted(slices.Values(forwards))) {
			t.Errorf("ordering=%s: backwards, the pages hold others", ordering)
		}
	}
}

// follow returns the ids of a page and of all that it leads to.
func (r *rig) follow(t *testing.T, target, link string, limit int) (ids []string) {
	t.Helper()
	for target != "" {
		a := r.get(t, target)
		body := a.Body.(map[string]any)
		results := body["results"].([]any)
		for _, result := range results {
			ids = append(ids, fmt.Sprint(result.(map[string]any)["id"]))
		}
		if len(results) == 0 || len(results) > limit {
			t.Fatalf("GET %s: a page of %d records", target, len(results))
		}
		target, _ = body[link].(string)
	}
	return ids
}

package segment

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"daybook/filter"
)

// TestExplain holds what is said of conditions against what searching finds.
func TestExplain(t *testing.T) {
	rng := rand.New(rand.NewPCG(41, 42))
	schema := testSchema()
	var mem Memory
	candidates := 0
	for _, n := range []int{65, 3000} {
		records := randomRecords(rng, n)
		s := build(t, schema, records)
		for range 150 {
			var conditions []string
			for range rng.IntN(5) {
				conditions = append(conditions, randomCondition(rng, records))
			}
			params, err := filter.ParseParams([]byte(`{"limit":1,"offset":0,"where":[` + strings.Join(conditions, ",") + `]}`))
			if err != nil {
				t.Fatal(err)
			}
			q, err := filter.Decode(schema, params, 1)
			if err != nil {
				t.Fatal(err)
			}
			p := q.Compile()
			if p.Never() {
				continue
			}
			m := p.Matcher(noUnescape)
			found := s.Search(p, m, &mem)
			left := n
			told := 0
			for _, e := range s.Explain(q, p, m, &mem) {
				if e.Left > left || e.Candidates > e.Left || e.Values > e.Of {
					t.Errorf("%s: %+v after %d were left", q, e, left)
				}
				left = e.Left
				told += len(e.Conditions)
				candidates += e.Candidates
			}
			if want := found.Count() + found.Pending(); left != want {
				t.Errorf("%s: %d left after all conditions, %d found or pending", q, left, want)
			}
			constant := slices.ContainsFunc(conditions, func(c string) bool { return strings.Contains(c, `like",""`) })
			if told != len(conditions) && !constant {
				t.Errorf("%s: %d of %d conditions explained", q, told, len(conditions))
			}
			mem.Release(found)
		}
	}
	if candidates == 0 {
		t.Error("no condition left candidates")
	}
}

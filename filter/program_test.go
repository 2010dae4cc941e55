package filter_test

import (
	"fmt"
	"strings"
	"testing"

	"daybook/filter"
)

func TestMatcherText(t *testing.T) {
	t.Parallel()
	m := mustDecode(t, "").Compile().Matcher(unescape)
	r := record(0, "plain", `a\\b\t`, "\xffé\xe2\x82")
	for f, want := range map[filter.Field]string{levelField: "plain", hostField: "a\\b\t", detailField: "\uFFFDé\uFFFD\uFFFD"} {
		if got := m.Text(r, f); string(got) != want {
			t.Errorf("Text(%q) = %q, want %q", r.Columns[f], got, want)
		}
	}
}

func TestProgramUses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		in    string
		text  []filter.Field
		times bool
	}{
		{``, nil, false},
		{`"where":["level","=","X"],"whereIn":["host",["Y"]]`, []filter.Field{levelField, hostField}, false},
		{`"where":["level","like","%"]`, nil, false}, // always true
		{`"where":["time","=",5]`, nil, true},
		{`"where":["time","like","5"]`, nil, true},
		{`"whereNotIn":["time",[]],"where":["time",">=",-62135596800]`, nil, false},
	}
	for _, tt := range tests {
		p := mustDecode(t, tt.in).Compile()
		var text []filter.Field
		for f := range filter.Field(schema.Len()) {
			if p.Uses(f) {
				text = append(text, f)
			}
		}
		if fmt.Sprint(text) != fmt.Sprint(tt.text) || p.UsesTime() != tt.times {
			t.Errorf("%s uses %v, time %v; want %v, %v", tt.in, text, p.UsesTime(), tt.text, tt.times)
		}
	}
	q := &filter.Query{Schema: schema, Where: []filter.Condition{filter.AnyContainsFolded("x")}}
	if p := q.Compile(); !p.Uses(detailField) || !p.Uses(levelField) || p.Uses(timeField) || !p.UsesTime() {
		t.Error("a condition on any field reads all columns but the time's, and the time")
	}
}

// These end at once, or after the lifetime of the universe.
func TestMatchIsLinear(t *testing.T) {
	t.Parallel()
	value := strings.Repeat("a", 1<<20)
	for _, where := range []string{
		`["detail","like","` + strings.Repeat("a%", 2000) + `b"]`,
		`["detail","like","%` + strings.Repeat("aaaaaaaaaaaaaaaaab%", 200) + `"]`,
		`["detail","like","` + strings.Repeat("a", 2000) + `b` + strings.Repeat("a", 2000) + `"]`,
		`["detail","ilike","%` + strings.Repeat("A%", 2000) + `b"]`,
		`["detail","ilike","` + strings.Repeat("a", 2000) + `B` + strings.Repeat("a", 2000) + `"]`,
		`["detail","regexp","(a*)*b"]`,
		`["detail","regexp","(a|aa)+$b"]`,
	} {
		if matches(t, mustDecode(t, `"where":`+where), record(0, "", "", value)) {
			t.Errorf("%.60s… matches", where)
		}
	}
}

func TestMatchAllocatesNothing(t *testing.T) {
	records := []*filter.Record{
		record(1000, "INFO", "10.25", "the quick brown fox"),
		record(1000, "INFO", `1e\t1`, `Straße \\ \xff \n`+"\xff"),
		record(1000, "INFO", "12345678901234567890.5", strings.Repeat("привет ", 20)),
	}
	var queries []*filter.Query
	for _, tt := range detailTests {
		queries = append(queries, mustDecode(t, fmt.Sprintf(`"where":["detail",%q,%s]`, tt.op, tt.value)))
	}
	for _, tt := range recordTests {
		queries = append(queries, mustDecode(t, tt.in))
	}
	for _, c := range []filter.Condition{filter.AnyContainsFolded("2026"), filter.AnyContainsFolded("ПРИВЕТ"), filter.ContainsFolded(hostField, "E")} {
		queries = append(queries, &filter.Query{Schema: schema, Where: []filter.Condition{c}})
	}
	for _, q := range queries {
		if strings.Contains(q.String(), "regexp") {
			continue // package regexp keeps its machines in a pool, which the race detector empties
		}
		m := q.Compile().Matcher(unescape)
		o := q.Ordering()
		key := make([]byte, 0, 4096)
		n := testing.AllocsPerRun(5, func() {
			for _, r := range records {
				m.Match(r)
				m.MatchTime(r)
				key = o.AppendKey(key[:0], r, m)
			}
		})
		if n != 0 {
			t.Errorf("%s: %v allocations per record", q, n)
		}
	}
}

// TestMatchersShareAProgram is for the race detector: many goroutines match by
// one program.
func TestMatchersShareAProgram(t *testing.T) {
	t.Parallel()
	p := mustDecode(t, `"where":[["detail","ilike","%é%"],["detail","regexp","x+"]],"whereIn":["level",["A","B","C","D","E","F","G","H","I"]]`).Compile()
	done := make(chan bool)
	for range 4 {
		go func() {
			m := p.Matcher(unescape)
			all := true
			for range 100 {
				r := record(0, "I", "h", "É xx")
				all = all && m.Match(r) && m.MatchTime(r)
			}
			done <- all
		}()
	}
	for range 4 {
		if !<-done {
			t.Error("a record that matches did not")
		}
	}
}

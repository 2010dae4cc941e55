package peer

import (
	"testing"
	"time"

	"daybook/bench/workload"

	"github.com/google/go-cmp/cmp"
)

// oneDay is the span of the study's Q1.
func oneDay() *workload.Span {
	day := time.Date(2026, 11, 19, 0, 0, 0, 0, time.UTC)
	return &workload.Span{First: day, Last: day}
}

// example is the study's Q1, its span included.
func example() *workload.Query {
	return &workload.Query{
		Name: "Q1", Span: oneDay(), Order: &workload.Order{Field: workload.Timestamp, Descending: true}, Limit: 50,
		Where: []workload.Condition{
			{Field: workload.ActorType, Operator: workload.Equal, Values: []string{"MANAGER"}},
			{Field: workload.Status, Operator: workload.Equal, Values: []string{"SUCCESS"}},
			{Field: workload.Source, Operator: workload.NotEqual, Values: []string{"127.0.0.2"}},
		},
	}
}

// containing asks for a text in detail.
func containing(text string, order *workload.Order) *workload.Query {
	return &workload.Query{
		Name: "Q7", Order: order, Limit: 50,
		Where: []workload.Condition{{Field: workload.Detail, Operator: workload.Contains, Values: []string{text}}},
	}
}

func TestStatements(t *testing.T) {
	const conditions = " WHERE actor_type = 'MANAGER' AND status = 'SUCCESS' AND source <> '127.0.0.2' AND timestamp BETWEEN "
	total := "SELECT count(*) FROM logs"
	perDay := &workload.Query{Shape: workload.PerDay}
	top := &workload.Query{
		Shape: workload.Top, Limit: 5, Span: oneDay(),
		Where: []workload.Condition{{Field: workload.ActorType, Operator: workload.In, Values: []string{"CLIENT", "O'Neil"}}},
	}
	for _, tt := range []struct {
		dialect *dialect
		q       *workload.Query
		want    []string
	}{
		{duckDialect(), example(), []string{
			total + conditions + "'2026-11-19 00:00:00' AND '2026-11-19 23:59:59'", total,
			"SELECT * FROM logs" + conditions + "'2026-11-19 00:00:00' AND '2026-11-19 23:59:59' ORDER BY timestamp DESC LIMIT 50",
		}},
		{sqliteDialect(), example(), []string{
			total + conditions + "'2026-11-19T00:00:00Z' AND '2026-11-19T23:59:59Z'", total,
			"SELECT * FROM logs" + conditions + "'2026-11-19T00:00:00Z' AND '2026-11-19T23:59:59Z' ORDER BY timestamp DESC LIMIT 50",
		}},
		{trigramDialect(), containing(":1454.32", nil), []string{
			total + " WHERE rowid IN (SELECT rowid FROM fts WHERE detail GLOB '*:1454.32*')", total,
			"SELECT * FROM logs WHERE rowid IN (SELECT rowid FROM fts WHERE detail GLOB '*:1454.32*') LIMIT 50",
		}},
		{duckDialect(), &workload.Query{Anywhere: "127.0.0.1", Limit: 7, Offset: 3}, []string{
			total + " WHERE (CAST(timestamp AS VARCHAR) LIKE '%127.0.0.1%' OR actor_type LIKE '%127.0.0.1%' OR actor_id LIKE '%127.0.0.1%' OR " +
				"action LIKE '%127.0.0.1%' OR status LIKE '%127.0.0.1%' OR source LIKE '%127.0.0.1%' OR detail LIKE '%127.0.0.1%')", total,
			"SELECT * FROM logs WHERE (CAST(timestamp AS VARCHAR) LIKE '%127.0.0.1%' OR actor_type LIKE '%127.0.0.1%' OR actor_id LIKE '%127.0.0.1%' OR " +
				"action LIKE '%127.0.0.1%' OR status LIKE '%127.0.0.1%' OR source LIKE '%127.0.0.1%' OR detail LIKE '%127.0.0.1%') LIMIT 7 OFFSET 3",
		}},
		{duckDialect(), perDay, []string{"SELECT CAST(timestamp AS DATE) d, actor_type, count(*) FROM logs GROUP BY 1, 2 ORDER BY 1, 2"}},
		{sqliteDialect(), top, []string{
			"SELECT source, count(*) c FROM logs INDEXED BY i_ts WHERE actor_type IN ('CLIENT', 'O''Neil') AND " +
				"timestamp BETWEEN '2026-11-19T00:00:00Z' AND '2026-11-19T23:59:59Z' GROUP BY source ORDER BY c DESC LIMIT 5",
		}},
	} {
		if diff := cmp.Diff(tt.want, tt.dialect.statements(tt.q)); diff != "" {
			t.Errorf("statements mismatch (-want +got):\n%s", diff)
		}
	}
}

func TestScript(t *testing.T) {
	journal := &workload.Sample{}
	for _, day := range []int{18, 19} {
		at := time.Date(2026, 11, day, 0, 0, 0, 0, time.UTC)
		journal.Files = append(journal.Files, workload.File{Name: "audit-" + at.Format(time.DateOnly) + ".tsv", Day: at})
	}
	const (
		both   = "audit-2026-11-18.tsv audit-2026-11-19.tsv"
		total  = `printf '%s\n' ` + both + ` | xargs -P2 -n4 wc -l | mawk '$2 != "total" {s += $1} END {print s}'`
		before = `M=$(mktemp); trap 'rm -f "$M"' EXIT; rg --no-config -j2 -N --no-filename `
		after  = ` > "$M"; wc -l < "$M"; ` + total + "; "
	)
	newest := &workload.Order{Field: workload.Timestamp, Descending: true}
	for _, tt := range []struct {
		q    *workload.Query
		want string
	}{
		{example(), before + `-e '^[^\t]*\tMANAGER\t[^\t]*\t[^\t]*\tSUCCESS\t' -- audit-2026-11-19.tsv | mawk -F'\t' '$6!="127.0.0.2"'` + after +
			`sort -t$'\t' -k1,1r -S 2G --parallel=2 "$M" | head -n 50`},
		{containing(":1454.32", nil), before + `-F -e ':1454.32' -- ` + both + after + `head -n 50 "$M"`},
		{containing("it's", newest), before + `-e '\t[^\t\n]*it'\''s[^\t\n]*$' -- ` + both + after + `sort -t$'\t' -k1,1r -S 2G --parallel=2 "$M" | head -n 50`},
		{&workload.Query{Limit: 50, Offset: 100_000, Order: &workload.Order{Field: workload.Source}}, "T=$(" + total + "); echo $T; echo $T; cat " + both +
			` | sort -t$'\t' -k6,6 -S 8G --parallel=2 | tail -n +100001 | head -n 50`},
		{&workload.Query{Limit: 50, Offset: 3, Order: newest}, "T=$(" + total + "); echo $T; echo $T; tail -n 53 audit-2026-11-19.tsv | tac | tail -n +4 | head -n 50"},
	} {
		if diff := cmp.Diff(tt.want, script(tt.q, journal)); diff != "" {
			t.Errorf("script mismatch (-want +got):\n%s", diff)
		}
	}
}

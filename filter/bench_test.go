package filter_test

import (
	"fmt"
	"strings"
	"testing"

	"daybook/filter"
)

// benchRecords are lines as journals have them: most clean, some not.
func benchRecords(clean bool) []*filter.Record {
	var records []*filter.Record
	for i := range 64 {
		detail := fmt.Sprintf("order %d: volume 0.%02d at 1.%05d, margin %d.%02d, request completed in %d ms", 100000+i*37, i%100, i*91%100000, i*7, i%100, i%50)
		if !clean {
			detail = fmt.Sprintf(`заявка %d\tобъём 0.%02d, маржа %d, исполнена за %d мс`, 100000+i*37, i%100, i*7, i%50)
		}
		level := []string{"SUCCESS", "SUCCESS", "INFO", "ERROR", "WARNING"}[i%5]
		host := fmt.Sprintf("10.%d.%d.%d", i%7, i%31, i%251)
		if i%11 == 0 {
			host = fmt.Sprint(i)
		}
		records = append(records, record(1776859200+int64(i), level, host, detail))
	}
	return records
}

// manyValues is a list of n values that occur nowhere but for the last.
func manyValues(n int, last string) string {
	return strings.TrimSuffix(list(n, `"value%d"`), "]") + `,"` + last + `"]`
}

func BenchmarkMatch(b *testing.B) {
	benchmarks := []struct{ op, in string }{
		{"equal", `"where":["level","=","ERROR"]`},
		{"not-equal", `"where":["level","!=","ERROR"]`},
		{"three-equal", `"where":[["level","=","SUCCESS"],["host","!=","10.0.0.2"],["time",">",0]]`},
		{"in-3", `"whereIn":["level",["ERROR","WARNING","NONE"]]`},
		{"in-10000", `"whereIn":["level",` + manyValues(9999, "ERROR") + `]`},
		{"greater-text", `"where":["host",">","10.3"]`},
		{"greater-number", `"where":["host",">",100]`},
		{"between-time", `"whereBetween":["time",[1776859300,1776859400]]`},
		{"in-time-1000", `"whereIn":["time",` + list(1000, "177685%d") + `]`},
		{"like", `"where":["detail","like","%completed%"]`},
		{"like-rare", `"where":["detail","like","%:1454.32%"]`},
		{"like-pieces", `"where":["detail","like","order%margin%completed%ms"]`},
		{"ilike", `"where":["detail","ilike","%COMPLETED%"]`},
		{"ilike-unicode", `"where":["detail","ilike","%ИСПОЛНЕНА%"]`},
		{"regexp", `"where":["detail","regexp","completed in [34]\\d ms$"]`},
		{"regexp-folded-rare", `"where":["detail","regexp","(?i)timed out after \\d+"]`},
		{"regexp-folded", `"where":["detail","regexp","(?i)completed"]`},
	}
	for _, clean := range []bool{true, false} {
		records := benchRecords(clean)
		for _, bm := range benchmarks {
			b.Run(fmt.Sprintf("op=%s/clean=%v", bm.op, clean), func(b *testing.B) {
				benchmarkMatch(b, mustDecode(b, bm.in), records)
			})
		}
		b.Run(fmt.Sprintf("op=any-contains/clean=%v", clean), func(b *testing.B) {
			benchmarkMatch(b, &filter.Query{Schema: schema, Where: []filter.Condition{filter.AnyContainsFolded("10.3.1")}}, records)
		})
	}
}

// benchmarkMatch reports the time of one record.
func benchmarkMatch(b *testing.B, q *filter.Query, records []*filter.Record) {
	m := q.Compile().Matcher(unescape)
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		r := records[i]
		_ = m.Match(r) && m.MatchTime(r)
		if i++; i == len(records) {
			i = 0
		}
	}
}

func BenchmarkAppendKey(b *testing.B) {
	records := benchRecords(true)
	for _, order := range []string{``, `"orderBy":["host"]`, `"orderBy":[["host","DESC"],["level","ASC"],["time","DESC"]]`} {
		q := mustDecode(b, order)
		o, m := q.Ordering(), q.Compile().Matcher(unescape)
		b.Run(fmt.Sprintf("terms=%d", len(q.Order)), func(b *testing.B) {
			b.ReportAllocs()
			var key []byte
			i := 0
			for b.Loop() {
				key = o.AppendKey(key[:0], records[i], m)
				if i++; i == len(records) {
					i = 0
				}
			}
		})
	}
}

func BenchmarkDecode(b *testing.B) {
	for _, n := range []int{1, 10000} {
		in := `{"limit":50,"offset":0,"where":[["level","=","X"],["detail","ilike","%x%"]],"whereIn":["host",` + manyValues(n, "x") + `]}`
		b.Run(fmt.Sprintf("values=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				p, err := filter.ParseParams([]byte(in))
				if err != nil {
					b.Fatal(err)
				}
				q, err := filter.Decode(schema, p, 50000)
				if n == 1 && err != nil {
					b.Fatal(err)
				}
				_ = q
			}
		})
	}
}

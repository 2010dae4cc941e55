package filter_test

import (
	"bytes"
	"cmp"
	"fmt"
	"testing"

	"daybook/filter"
)

func TestOrdering(t *testing.T) {
	t.Parallel()
	tests := []struct {
		in       string
		tiesDesc bool
		byTime   bool
		desc     bool // of the time
		uses     []filter.Field
	}{
		{``, true, true, true, nil},
		{`"orderBy":["time"]`, false, true, false, nil},
		{`"orderBy":["time","DESC"]`, true, true, true, nil},
		{`"orderBy":[["time","ASC"],["time","DESC"]]`, true, true, false, nil},
		{`"orderBy":[["time","DESC"],["time","ASC"]]`, false, true, true, nil},
		{`"orderBy":[["time","DESC"],["host","ASC"]]`, false, false, true, []filter.Field{hostField}},
		{`"orderBy":["host","DESC"]`, true, false, true, []filter.Field{hostField}},
		{`"orderBy":[["host","DESC"],["level","ASC"],["host","DESC"]]`, true, false, true, []filter.Field{levelField, hostField}},
	}
	for _, tt := range tests {
		o := mustDecode(t, tt.in).Ordering()
		desc, byTime := o.ByTimeOnly()
		var uses []filter.Field
		for f := range filter.Field(schema.Len()) {
			if o.Uses(f) {
				uses = append(uses, f)
			}
		}
		if o.TiesDesc() != tt.tiesDesc || byTime != tt.byTime || byTime && desc != tt.desc || fmt.Sprint(uses) != fmt.Sprint(tt.uses) {
			t.Errorf("%s: ties descending %v, by time only %v, descending %v, uses %v; want %+v", tt.in, o.TiesDesc(), byTime, desc, uses, tt)
		}
	}
}

// compareDirectly compares two records by q's order on decoded values.
func compareDirectly(q *filter.Query, a, b *filter.Record) int {
	order := q.Order
	if len(order) == 0 {
		order = []filter.Term{{Field: timeField, Desc: true}}
	}
	for _, term := range order {
		c := cmp.Compare(a.Time, b.Time)
		if term.Field != timeField {
			c = cmp.Compare(decoded(a.Columns[term.Field]), decoded(b.Columns[term.Field]))
		}
		if term.Desc {
			c = -c
		}
		if c != 0 {
			return c
		}
	}
	return 0
}

func checkOrder(t *testing.T, q *filter.Query, a, b *filter.Record) {
	t.Helper()
	o, m := q.Ordering(), q.Compile().Matcher(unescape)
	keyA, keyB := o.AppendKey(nil, a, m), o.AppendKey([]byte("x"), b, m)[1:]
	if got, want := bytes.Compare(keyA, keyB), compareDirectly(q, a, b); got != want {
		t.Errorf("%s: keys of %q and %q compare as %d, want %d", q, a.Line, b.Line, got, want)
	}
}

var orders = []string{
	``,
	`"orderBy":["time"]`,
	`"orderBy":["host"]`,
	`"orderBy":["host","DESC"]`,
	`"orderBy":[["host","ASC"],["level","DESC"],["time","ASC"]]`,
	`"orderBy":[["host","DESC"],["level","ASC"],["time","DESC"]]`,
	`"orderBy":[["host","DESC"],["time","ASC"],["level","DESC"],["host","ASC"]]`,
}

func TestAppendKeyOrders(t *testing.T) {
	t.Parallel()
	values := []string{"", "\x00", "\x00\x00", "\x00\xff", "a", "a\x00", "a\x00b", "ab", "b", `\t`, "\xff", "é", "😀", "\uFFFD\x00"}
	for _, order := range orders {
		q := mustDecode(t, order)
		for _, hostA := range values {
			for _, hostB := range values {
				for _, levels := range [][2]string{{"", ""}, {"a", ""}, {"a", "ab"}, {"\x00", ""}} {
					for _, times := range [][2]int64{{0, 0}, {-1, 0}, {filter.MinTime, filter.MaxTime}, {256, 255}} {
						checkOrder(t, q, record(times[0], levels[0], hostA, ""), record(times[1], levels[1], hostB, ""))
					}
				}
			}
		}
	}
}

func FuzzOrderingKey(f *testing.F) {
	f.Add(uint8(4), int64(0), []byte("a"), []byte("b"), int64(1), []byte("a\x00"), []byte("b"))
	f.Add(uint8(5), int64(-5), []byte(`\t`), []byte("\xff"), int64(5), []byte("\t"), []byte("\x00\xff"))
	f.Fuzz(func(t *testing.T, order uint8, timeA int64, levelA, hostA []byte, timeB int64, levelB, hostB []byte) {
		a := record(timeA, string(levelA), string(hostA), "")
		b := record(timeB, string(levelB), string(hostB), "")
		checkOrder(t, mustDecode(t, orders[int(order)%len(orders)]), a, b)
	})
}

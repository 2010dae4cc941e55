package segment

import (
	"fmt"
	"runtime"
	"testing"

	"daybook/filter"
)

// schemaOf returns a schema of so many fields of a kind, which may be null, and a
// time.
func schemaOf(n int, kind filter.Kind) *filter.Schema {
	specs := []filter.FieldSpec{{Name: "at", Kind: filter.Time, Micro: true}}
	for i := range n {
		specs = append(specs, filter.FieldSpec{Name: fmt.Sprint(i), Kind: kind, Null: true})
	}
	return filter.NewSchema(specs...)
}

// A segment of many fields has fewer records, where their values are such that a
// builder would take more memory than it may.
func TestBuilderFull(t *testing.T) {
	const most = filter.MaxFields - 1
	for _, tt := range []struct {
		fields   int
		kind     filter.Kind
		distinct bool
		whole    bool // all records of which a segment has place
	}{
		{most, filter.Text, true, false},
		{most, filter.Decimal, true, false},
		{2, filter.Integer, true, true},
		{1, filter.Decimal, false, true},
	} {
		if testing.Short() && tt.kind == filter.Decimal {
			continue // the most records
		}
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		b := NewBuilder(schemaOf(tt.fields, tt.kind))
		row := make([][]byte, tt.fields+1)
		for n := int64(0); !b.Full(); n++ {
			for f := range tt.fields {
				v := n * 7
				if !tt.distinct {
					v %= 5
				}
				row[f+1] = filter.AppendNumber(row[f+1][:0], v)
			}
			b.Add(n*100, n, row)
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		if held := int64(after.HeapAlloc) - int64(before.HeapAlloc); held > maxHeld {
			t.Errorf("%d fields of %v: %d records take %d MiB", tt.fields, tt.kind, b.Len(), held>>20)
		}
		if tt.whole != (b.Len() == MaxRecords) || b.Len() < MaxRecords/16 {
			t.Errorf("%d fields of %v: a segment has %d records", tt.fields, tt.kind, b.Len())
		}
		runtime.KeepAlive(b)
	}
}

package dayfile_test

import (
	"testing"

	"daybook/dayfile"
)

// BenchmarkWrite appends single records of a usual size, without syncing.
func BenchmarkWrite(b *testing.B) {
	f := newFolder(b)
	w := f.open(func(o *dayfile.Options) { o.MaxSize = 64 << 20 })
	record := []byte(line("client 973444: leverage 1:200, margin call at 50 percent, by phone"))
	b.SetBytes(int64(len(record)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := w.Write(record); err != nil {
			b.Fatal(err)
		}
	}
}

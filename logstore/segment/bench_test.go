package segment

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// BenchmarkSearch counts the records of a segment that conditions on values of
// dictionaries match: by what the segment has of one value, by two bitmaps, by
// these without the records of a list, and by a bitmap that is made.
func BenchmarkSearch(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	records := randomRecords(rng, 1<<17)
	for i := range records {
		records[i].values[4] = "none"
		records[i].values[2] = fmt.Sprint("value-", min(rng.IntN(3000), 2000)) // one of them is frequent
	}
	s := build(b, testSchema(), records)
	for _, bb := range []struct{ name, where string }{
		{"one value of a list", `["some","=","value-7"]`},
		{"one value of a bitmap", `["few","=","MANAGER"]`},
		{"two bitmaps", `["few","=","CLIENT"],["some","=","value-2000"]`},
		{"two bitmaps but a list", `["few","=","CLIENT"],["some","=","value-2000"],["many","!=","1.0.1.1"]`},
		{"a list within a bitmap", `["some","=","value-7"],["few","=","CLIENT"]`},
		{"a pattern", `["some","like","%7%"]`},
		{"digits of the time", `["time","like","%123%"]`},
	} {
		b.Run(bb.name, func(b *testing.B) {
			p := program(b, testSchema(), `{"limit":1,"offset":0,"where":[`+bb.where+`]}`)
			m := p.Matcher(noUnescape)
			var mem Memory
			b.ReportAllocs()
			found := 0
			for b.Loop() {
				f := s.Search(p, m, &mem)
				found = f.Count()
				mem.Release(f)
			}
			if found == 0 {
				b.Error("nothing is found")
			}
		})
	}
}

package logstore

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
)

// BenchmarkSmallQuery asks what takes microseconds in each of thirty days that
// have an index: what a query costs besides.
func BenchmarkSmallQuery(b *testing.B) {
	rng := rand.New(rand.NewPCG(61, 62))
	j := newJournal(b)
	for back := range 30 {
		j.write(closedName(back+1), dayLines(rng, back+1, 1000, 0))
	}
	s := j.indexed()
	for _, bb := range []struct{ name, params string }{
		{"newest rows", `{"limit":50,"offset":0,"orderBy":["timestamp","DESC"]}`},
		{"one status", `{"limit":50,"offset":0,"where":["status","=","ERROR"],"orderBy":["timestamp","DESC"]}`},
		{"by source", `{"limit":50,"offset":10000,"orderBy":["source","ASC"]}`},
	} {
		b.Run(bb.name, func(b *testing.B) {
			r := request(b, bb.params)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.Search(context.Background(), r); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	if s.Stats().Indexed == 0 {
		b.Error(fmt.Sprint("no query used the index: ", s.Stats()))
	}
}

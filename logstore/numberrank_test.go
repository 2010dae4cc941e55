package logstore

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"daybook/filter"
	"daybook/logstore/segment"

	gocmp "github.com/google/go-cmp/cmp"
)

// drawNumber draws a duration: mostly small ones, a few that need all bits, and
// null.
func drawNumber(rng *rand.Rand, bits int) []byte {
	switch rng.IntN(8) {
	case 0:
		return nil
	case 1:
		return filter.AppendNumber(nil, 1<<bits-1-rng.Int64N(3))
	case 2:
		return filter.AppendNumber(nil, rng.Int64N(1<<bits))
	}
	return filter.AppendNumber(nil, rng.Int64N(1<<(bits/2)))
}

// Pages that numbers order, found by rank, are those of all matches sorted: of
// several segments, and of others outside of them.
func TestNumberRank(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(81, 82))
	s := requestSchema()
	for _, desc := range []bool{false, true} {
		for _, bits := range []int{4, 12, 24, 24, 40, 62} {
			q := &filter.Query{Schema: s, Order: []filter.Term{{Field: reqDuration, Desc: desc}, {Field: reqID, Desc: rng.IntN(2) == 0}}}
			own := &query{store: &Store{opts: Options{Schema: s}}, request: &Request{Query: q}, program: q.Compile(), ordering: q.Ordering()}
			var all, raw []entry
			var set matchSet
			id := int64(0)
			for source := range 4 {
				b := segment.NewBuilder(s)
				for i := range 1 + rng.IntN(2000) {
					id += 1 + rng.Int64N(3)
					values := make([][]byte, s.Len())
					values[reqID], values[reqDuration] = filter.AppendNumber(nil, id), drawNumber(rng, bits)
					values[reqHasUser], values[reqHasBody] = jsonFalse, jsonTrue
					b.Add(int64(100*i), id, values)
					key := own.ordering.AppendTerm(nil, 0, id, values[reqDuration])
					key = own.ordering.AppendTerm(key, 1, id, values[reqID])
					e := makeEntry(key, uint64(positionOf(source, int64(100*i))))
					if own.ordering.TiesDesc() {
						e.tie = ^e.tie
					}
					if all = append(all, e); source == 3 {
						raw = append(raw, e)
					}
				}
				if source == 3 {
					break // as if it had no index
				}
				image, err := segment.Open(b.Image(nil))
				if err != nil {
					t.Fatal(err)
				}
				set.add(source, image.Search(own.program, own.program.Matcher(nil), &segment.Memory{}))
			}
			byKey := func(a, b entry) int { return a.compare(&b) }
			slices.SortFunc(all, byKey)
			slices.SortFunc(raw, byKey)
			set.raw = raw
			for range 30 {
				from := rng.IntN(len(all))
				to := min(len(all), from+1+rng.IntN(1+rng.IntN(600)))
				sel := own.newSelector()
				sel.take(set, 0, int64(from), int64(to))
				var want []position
				for _, e := range all[from:to] {
					want = append(want, position(e.tie)^sel.flip)
				}
				if diff := gocmp.Diff(want, sel.page); diff != "" {
					t.Fatalf("%d bits, %s: ranks %d to %d of %d (-want +got):\n%s", bits, q, from, to, len(all), diff)
				}
			}
		}
	}
}

func TestCompareNullable(t *testing.T) {
	t.Parallel()
	ascending := [][]byte{nil, {}, []byte("a"), []byte("b")}
	for i, a := range ascending {
		for j, b := range ascending {
			if got, want := compareNullable(a, b), bytes.Compare([]byte{byte(i)}, []byte{byte(j)}); got != want {
				t.Errorf("compareNullable(%s, %s) = %d, want %d", fmt.Sprintf("%#v", a), fmt.Sprintf("%#v", b), got, want)
			}
		}
	}
}

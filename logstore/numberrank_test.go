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
	narrowed := 0 // pages of which blocks tell where they are not
	for _, desc := range []bool{false, true} {
		for round, bits := range []int{4, 12, 24, 24, 40, 62} {
			q := &filter.Query{Schema: s, Order: []filter.Term{{Field: reqDuration, Desc: desc}, {Field: reqID, Desc: rng.IntN(2) == 0}}}
			own := &query{store: &Store{opts: Options{Schema: s}}, request: &Request{Query: q}, program: q.Compile(), ordering: q.Ordering()}
			var all, raw []entry
			var set matchSet
			id := int64(0)
			for source := range 4 {
				b := segment.NewBuilder(s)
				n, gap := 1+rng.IntN(2000), rng.IntN(2000)
				for i := range n {
					id += 1 + rng.Int64N(3)
					values := make([][]byte, s.Len())
					values[reqID], values[reqDuration] = filter.AppendNumber(nil, id), drawNumber(rng, bits)
					switch {
					case round%2 == 0 && values[reqDuration] == nil:
						values[reqDuration] = filter.AppendNumber(nil, 1) // null comes first
					case round%2 == 1 && i > gap && i < gap+200:
						values[reqDuration] = nil // whole blocks
					}
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
			for page := range 40 {
				from := rng.IntN(len(all))
				if page%4 == 0 {
					from = rng.IntN(min(20, len(all)))
				}
				to := min(len(all), from+1+rng.IntN(1+rng.IntN(600)))
				sel := own.newSelector()
				if near := sel.near(set, 0, int64(to)); near.size() < set.size() {
					narrowed++
				}
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
	if narrowed < 20 {
		t.Errorf("only %d pages were narrowed by the blocks", narrowed)
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(83, 84))
	for range 200 {
		all := make([]int64, rng.IntN(300))
		found := newNearest(1 + rng.IntN(40))
		for i := range all {
			all[i] = rng.Int64N(1+rng.Int64N(500)) - 100
			found.add(all[i])
		}
		slices.Sort(all)
		got, ok := found.last()
		if enough := len(all) >= found.most; ok != enough {
			t.Fatalf("last of %d of %d numbers = %d, %t", found.most, len(all), got, ok)
		} else if enough && got != all[len(all)-found.most] {
			t.Errorf("last of %d of %d numbers = %d, want %d", found.most, len(all), got, all[len(all)-found.most])
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

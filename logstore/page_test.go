package logstore

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPosition(t *testing.T) {
	last := position(0)
	for _, tt := range []struct {
		source int
		offset int64
	}{{0, 0}, {0, 1}, {0, mostBytes}, {1, 0}, {7, 1 << 30}, {mostParts - 1, 0}, {mostParts - 1, mostBytes}} {
		p := positionOf(tt.source, tt.offset)
		if p.source() != tt.source || p.offset() != tt.offset {
			t.Errorf("positionOf(%d, %d) is of %d, %d", tt.source, tt.offset, p.source(), p.offset())
		}
		if p < last {
			t.Errorf("positionOf(%d, %d) is less than that before it", tt.source, tt.offset)
		}
		last = p
	}
}

// Entries compare as their keys do, ties by their number.
func TestEntryOrder(t *testing.T) {
	keys := []string{
		"", "a", "a\x00", "a\x00\x00", "ab", "abcdefg", "abcdefgh", "abcdefgh\x00", "abcdefghi", "abcdefgi",
		"abcdefgi\xff", "b", "\xff\xff\xff\xff\xff\xff\xff\xff", "\xff\xff\xff\xff\xff\xff\xff\xff\xff",
	}
	terminated := func(key string) []byte { return append([]byte(key), 0, 1) } // as all keys are, none begins another
	for i, a := range keys {
		for j, b := range keys {
			for tie := range uint64(2) {
				x, y := makeEntry(terminated(a), 1), makeEntry(terminated(b), tie)
				want := bytes.Compare(terminated(a), terminated(b))
				if i == j {
					want = compareInts(1, int(tie))
				}
				if got := x.compare(&y); got != want {
					t.Errorf("compare(%q 1, %q %d) = %d, want %d", a, b, tie, got, want)
				}
			}
		}
	}
}

// A keyMaker makes the keys of one random search.
type keyMaker func(rng *rand.Rand) []byte

var keyMakers = map[string]keyMaker{
	"times":      func(rng *rand.Rand) []byte { return binary.BigEndian.AppendUint64(nil, rng.Uint64N(1000)) },
	"all ties":   func(*rand.Rand) []byte { return []byte("same key for all\x00\x00") },
	"few values": func(rng *rand.Rand) []byte { return fmt.Appendf(nil, "value %d\x00\x00", rng.IntN(4)) },
	"ascending":  nil, // made of a counter
	"long": func(rng *rand.Rand) []byte {
		return fmt.Appendf(bytes.Repeat([]byte("k"), rng.IntN(300)), "%d\x00\x00", rng.IntN(50))
	},
	"few huge": func(rng *rand.Rand) []byte {
		if rng.IntN(200) > 0 {
			return fmt.Appendf(nil, "%d\x00\x00", rng.IntN(1000))
		}
		return fmt.Appendf(bytes.Repeat([]byte("k"), 20_000), "%d\x00\x00", rng.IntN(50))
	},
}

// A matchList is the matches of one search, in the order of their ties.
type matchList [][]byte

func makeMatches(rng *rand.Rand, kind string, n int) matchList {
	list := make(matchList, n)
	for i := range list {
		if kind == "ascending" {
			list[i] = binary.BigEndian.AppendUint64(nil, uint64(i))
			continue
		}
		list[i] = keyMakers[kind](rng)
	}
	return list
}

// page returns the ties of the page, found by sorting everything.
func (m matchList) page(offset, limit int64) []uint64 {
	ties := make([]uint64, len(m))
	for i := range ties {
		ties[i] = uint64(i)
	}
	slices.SortStableFunc(ties, func(a, b uint64) int { return bytes.Compare(m[a], m[b]) })
	from := min(offset, int64(len(ties)))
	return ties[from:min(from+limit, int64(len(ties)))]
}

// find returns the page found by a pageSearch, and in how many passes. Where
// the page is too large, ok is false.
func (m matchList) find(t testing.TB, rng *rand.Rand, offset, limit, memory int64, workers int) (ties []uint64, passes int, ok bool) {
	t.Helper()
	p := &pageSearch{offset: offset, limit: limit, memory: memory, shards: workers}
	longest := int64(0)
	for _, key := range m {
		longest = max(longest, int64(len(key)))
	}
	for {
		shards := make([]*shard, workers)
		c := p.collector()
		for i := range shards {
			shards[i] = newShard(c)
		}
		for _, i := range rng.Perm(len(m)) {
			s := shards[rng.IntN(workers)]
			if len(m[i]) >= 8 && s.pass(binary.BigEndian.Uint64(m[i])) {
				continue
			}
			s.add(m[i], uint64(i))
			if s.used > c.memory+longest+entrySize {
				t.Fatalf("a shard uses %d bytes, more than %d and an entry", s.used, c.memory)
			}
		}
		entries, state := p.finish(shards)
		switch state {
		case pageFound:
			for i := range entries {
				ties = append(ties, entries[i].tie)
			}
			return ties, p.passes, true
		case pageTooLarge:
			return nil, p.passes, false
		}
	}
}

// Whatever the keys and however small the memory, the page is the one that
// sorting everything gives, or known to be too large.
func TestPageSearch(t *testing.T) {
	t.Parallel()
	rounds := 24
	if testing.Short() {
		rounds = 8
	}
	most, found := 0, 0
	for kind := range keyMakers {
		rng := rand.New(rand.NewPCG(9, 10))
		for range rounds {
			n := 1 + rng.IntN(20_000)
			matches := makeMatches(rng, kind, n)
			offset := rng.Int64N(int64(n) + int64(n)/8 + 1)
			limit := 1 + rng.Int64N(200)
			memory := int64(1) << (16 + rng.IntN(8))
			workers := 1 + rng.IntN(3)
			got, passes, ok := matches.find(t, rng, offset, limit, memory, workers)
			most = max(most, passes)
			if !ok {
				continue
			}
			found++
			if diff := cmp.Diff(matches.page(offset, limit), got, equateEmpty()); diff != "" {
				t.Fatalf("%s: %d matches, page at %d of %d, memory %d, %d shards, %d passes: mismatch (-want +got):\n%s",
					kind, n, offset, limit, memory, workers, passes, diff)
			}
			if passes > 20 {
				t.Errorf("%s: %d matches, page at %d of %d, memory %d: %d passes", kind, n, offset, limit, memory, passes)
			}
		}
	}
	if all := rounds * len(keyMakers); most < 3 || found < all*8/10 {
		t.Errorf("at most %d passes, and %d pages of %d are found: the test shows little", most, found, all)
	}
}

// equateEmpty makes nil and empty slices of ties equal.
func equateEmpty() cmp.Option {
	return cmp.FilterValues(func(a, b []uint64) bool { return len(a) == 0 && len(b) == 0 },
		cmp.Comparer(func(_, _ []uint64) bool { return true }))
}

// A page that fills all of the memory is given up, not searched for ever.
func TestPageTooLarge(t *testing.T) {
	t.Parallel()
	for kind := range keyMakers {
		rng := rand.New(rand.NewPCG(11, 12))
		matches := makeMatches(rng, kind, 20_000)
		if ties, passes, ok := matches.find(t, rng, 5000, 10_000, 64<<10, 2); ok {
			t.Errorf("%s: a page of 10,000 is found in 64 KiB: %d entries, %d passes", kind, len(ties), passes)
		}
	}
}

func TestNth(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 14))
	for range 2000 {
		entries := make([]entry, rng.IntN(40))
		values := 1 + rng.Uint64N(40)
		for i := range entries {
			entries[i] = entry{prefix: rng.Uint64N(values), tie: uint64(rng.IntN(3))}
		}
		want := slices.Clone(entries)
		slices.SortFunc(want, func(a, b entry) int { return a.compare(&b) })
		n := rng.IntN(len(entries) + 1)
		nth(entries, n, rng)
		byOrder := func(e []entry) []string {
			var all []string
			for _, one := range e {
				all = append(all, fmt.Sprint(one.prefix, one.tie))
			}
			slices.Sort(all)
			return all
		}
		if diff := cmp.Diff(byOrder(want[:n]), byOrder(entries[:n])); diff != "" {
			t.Fatalf("the least %d of %d mismatch (-want +got):\n%s", n, len(entries), diff)
		}
	}
}

// However small the memory, every key is sampled as likely as any other: the
// sample's middle is near the middle.
func TestSampleIsFair(t *testing.T) {
	c := &collector{keep: 1 << 40, memory: 256 << 10, seed: 1}
	s := newShard(c)
	const n = 200_000
	for i := range n {
		s.add(binary.BigEndian.AppendUint64(nil, uint64(i)), uint64(i))
	}
	if !s.sampled || s.inside != n {
		t.Fatalf("sampled %t, inside %d", s.sampled, s.inside)
	}
	slices.SortFunc(s.entries, func(a, b entry) int { return a.compare(&b) })
	for _, q := range []int{1, 2, 3} {
		got := float64(s.entries[len(s.entries)*q/4].prefix) / n
		if want := float64(q) / 4; got < want-0.05 || got > want+0.05 {
			t.Errorf("of %d sampled, the one at %.2f is at %.3f", len(s.entries), want, got)
		}
	}
}

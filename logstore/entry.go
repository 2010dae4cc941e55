package logstore

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"math/rand/v2"
)

// A position is where a record stands in a snapshot: the index of its source,
// and the offset in that source's content. It packs both, so that positions
// compare as numbers.
type position uint64

const (
	offsetBits = 44                       // 16 TiB in one part
	mostParts  = 1 << (64 - offsetBits)   // in one snapshot
	mostBytes  = int64(1)<<offsetBits - 1 // in one part
)

func positionOf(source int, offset int64) position {
	return position(source)<<offsetBits | position(offset)
}

func (p position) source() int   { return int(p >> offsetBits) }
func (p position) offset() int64 { return int64(p & (1<<offsetBits - 1)) }

// An entry is one match, as the ordering sees it. Entries are in the query's
// order when they ascend: ties, where all of the key is equal, are inverted
// positions where the latest comes first.
type entry struct {
	prefix uint64 // the first eight bytes of the key, zeros where it is shorter
	rest   []byte // the key from its ninth byte on
	tie    uint64
}

// makeEntry returns the entry for a key, whose bytes it keeps.
func makeEntry(key []byte, tie uint64) entry {
	if len(key) >= 8 {
		return entry{prefix: binary.BigEndian.Uint64(key), rest: key[8:], tie: tie}
	}
	var padded [8]byte
	copy(padded[:], key)
	return entry{prefix: binary.BigEndian.Uint64(padded[:]), tie: tie}
}

func (e *entry) compare(f *entry) int {
	if c := cmp.Compare(e.prefix, f.prefix); c != 0 {
		return c
	}
	if c := bytes.Compare(e.rest, f.rest); c != 0 {
		return c
	}
	return cmp.Compare(e.tie, f.tie)
}

// nth reorders entries so that the least n come first, in no order, in time
// linear in their number (Hoare, "Algorithm 65: find", 1961; the pivot is the
// middle one of three taken at random).
func nth(entries []entry, n int, rng *rand.Rand) {
	lo, hi := 0, len(entries)
	for hi-lo > 1 && n > lo && n < hi {
		pivot := medianOfThree(entries, lo, hi, rng)
		i, j := lo, hi-1
		for i <= j {
			for entries[i].compare(&pivot) < 0 {
				i++
			}
			for entries[j].compare(&pivot) > 0 {
				j--
			}
			if i <= j {
				entries[i], entries[j] = entries[j], entries[i]
				i++
				j--
			}
		}
		switch {
		case n <= j+1:
			hi = j + 1
		case n >= i:
			lo = i
		default:
			return
		}
	}
}

func medianOfThree(entries []entry, lo, hi int, rng *rand.Rand) entry {
	a, b, c := &entries[lo+rng.IntN(hi-lo)], &entries[lo+rng.IntN(hi-lo)], &entries[lo+rng.IntN(hi-lo)]
	if a.compare(b) > 0 {
		a, b = b, a
	}
	if b.compare(c) > 0 {
		b = c
	}
	if a.compare(b) > 0 {
		b = a
	}
	return *b
}

// appendKey appends the entry's key; zeros may follow it, up to eight bytes.
func (e *entry) appendKey(dst []byte) []byte {
	return append(binary.BigEndian.AppendUint64(dst, e.prefix), e.rest...)
}

// comparePrefix compares as much of the entry's key as prefix has, which ends
// where a term does.
func (e *entry) comparePrefix(prefix []byte) int {
	var first [8]byte
	binary.BigEndian.PutUint64(first[:], e.prefix)
	n := min(len(first), len(prefix))
	if c := bytes.Compare(first[:n], prefix[:n]); c != 0 || n == len(prefix) {
		return c
	}
	rest := prefix[n:]
	return bytes.Compare(e.rest[:min(len(e.rest), len(rest))], rest)
}

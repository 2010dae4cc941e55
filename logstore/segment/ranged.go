package segment

import (
	"math"
	"math/bits"
	"slices"

	"daybook/filter"
)

// A ranged is the numbers of a field, by record. What stands for that of null does
// not count.
type ranged struct {
	times        // numbers as times are kept
	nulls bitmap // which records have none; nil: all have one
}

// rangedValues collects the numbers of a field.
type rangedValues struct {
	all   []int64
	nulls []uint32 // records
}

func (v *rangedValues) add(value []byte) {
	if value != nil {
		v.all = append(v.all, filter.Number(value))
		return
	}
	v.nulls = append(v.nulls, uint32(len(v.all)))
	v.all = append(v.all, 0)
}

// addTo adds the field to an image.
func (v *rangedValues) addTo(w *writer, field int) {
	n := len(v.all)
	var nulls bitmap
	if len(v.nulls) > 0 {
		nulls = make(bitmap, blocks(n))
		for _, i := range v.nulls {
			nulls.set(i)
		}
	}
	least, greatest := v.fill(nulls)
	flags := uint64(0)
	if nulls == nil && slices.IsSorted(v.all) {
		flags = flagAscending
	}
	p := packNumbers(v.all)
	w.add(kindRange, field, bytesOf([]uint64{uint64(least), uint64(greatest), flags | uint64(p.log)<<1}))
	w.add(kindFloors, field, bytesOf(p.least))
	w.add(kindCeilings, field, bytesOf(p.greatest))
	w.add(kindNumbers, field, p.offsets)
	w.add(kindNulls, field, bytesOf(nulls))
}

// fill gives null the number before it in its block, or the next, so that blocks
// are no wider for it, and returns the least and the greatest of the others.
func (v *rangedValues) fill(nulls bitmap) (least, greatest int64) {
	least, greatest = 0, -1
	for from := 0; from < len(v.all); from += blockRecords {
		block := v.all[from:min(from+blockRecords, len(v.all))]
		missing := uint64(0)
		if nulls != nil {
			missing = nulls[from/blockRecords]
		}
		last := int64(0)
		if first := bits.TrailingZeros64(^missing); first < len(block) {
			last = block[first]
		}
		for i := range block {
			if missing>>i&1 != 0 {
				block[i] = last
				continue
			}
			last = block[i]
			if least > greatest {
				least, greatest = last, last
			}
			least, greatest = min(least, last), max(greatest, last)
		}
	}
	return least, greatest
}

// ranged reads the sections of a field of numbers.
func (o *opening) ranged(field, n int) *ranged {
	summary := array[uint64](o, kindRange, field, 3)
	if o.fault != "" {
		return nil
	}
	b, flags := blocks(n), summary[2]
	r := &ranged{times: times{first: int64(summary[0]), last: int64(summary[1]), ascending: flags&flagAscending != 0}}
	r.least = array[int64](o, kindFloors, field, b)
	r.greatest = array[int64](o, kindCeilings, field, b)
	r.offsets = o.numbers(kindNumbers, field, n, 1<<(flags>>1&3))
	if len(o.sections) > 0 && len(o.sections[0].data) > 0 {
		r.nulls = array[uint64](o, kindNulls, field, b)
	} else {
		o.next(kindNulls, field)
	}
	return r
}

// null returns which records of block w have no number.
func (r *ranged) null(w int) uint64 {
	if r.nulls == nil {
		return 0
	}
	return r.nulls[w]
}

// block returns which records of word, of block w, have a number in one of the
// spans, which ascend.
func (r *ranged) block(w int, word uint64, spans []filter.Span) (found uint64) {
	word &^= r.null(w)
	least, greatest := r.least[w], r.greatest[w]
	at, _ := slices.BinarySearchFunc(spans, least, func(s filter.Span, n int64) int {
		if s.To < n {
			return -1
		}
		return 1
	})
	for _, s := range spans[at:] {
		switch {
		case s.From > greatest:
			return found
		case s.From <= least && greatest <= s.To:
			return word
		}
		found |= r.among(w, word, s.From, s.To)
	}
	return found
}

// keep drops the records of b whose number is in none of the spans, which ascend,
// or with but those whose number is. Null is in no span.
func (r *ranged) keep(b bitmap, spans []filter.Span, but bool) {
	for w, word := range b {
		switch {
		case word == 0:
		case but:
			b[w] = word &^ r.block(w, word, spans)
		default:
			b[w] = r.block(w, word, spans)
		}
	}
}

// keepIf drops the records of b that match does not match, or with but those that
// it does. It is not asked for null, which it does not match.
func (r *ranged) keepIf(b bitmap, match func(n int64) bool, but bool) {
	b.each(func(i uint32) {
		matched := r.null(int(i/blockRecords))>>(i%blockRecords)&1 == 0 && match(r.at(int(i)))
		if matched == but {
			b.unset(i)
		}
	})
}

// nullNumber stands for null where numbers are ordered: before all of them.
const nullNumber = math.MinInt64

// number returns the number of a record, nullNumber for null.
func (r *ranged) number(record int) int64 {
	if r.null(record/blockRecords)>>(record%blockRecords)&1 != 0 {
		return nullNumber
	}
	return r.at(record)
}

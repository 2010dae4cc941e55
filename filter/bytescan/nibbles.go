package bytescan

// MostNibbles is how long a sequence of nibbles is that can be searched for.
const MostNibbles = 32

// Nibbles is a sequence of numbers from 0 to 15 to search for in bytes that hold
// two each, the first in the high half. It never changes once made.
//
// Such a sequence begins in the high or in the low half of a byte. Either way it
// asks for certain bytes in a row, of the first and the last perhaps for a half
// only; two of them, whole ones where there are, are looked for as those of a
// Literal are.
type Nibbles struct {
	nibbles  []byte
	high     halves // of the sequence that begins in a high half
	low      halves
	skipHigh int // bytes before the pair
	skipLow  int
}

// halves is a pair of bytes and the distance between them.
type halves struct {
	first, second pairByte
	distance      int
}

// NewNibbles returns the sequence, of at least 1 and at most MostNibbles. It
// keeps no memory of the caller's.
func NewNibbles(sequence []byte) *Nibbles {
	n := &Nibbles{nibbles: append([]byte(nil), sequence...)}
	n.high, n.skipHigh = pairOfNibbles(n.nibbles, 0)
	n.low, n.skipLow = pairOfNibbles(n.nibbles, 1)
	return n
}

// Len returns the number of nibbles.
func (n *Nibbles) Len() int { return len(n.nibbles) }

// pairOfNibbles returns the two bytes to look for where the sequence begins with
// the high half of a byte, shift 0, or with the low one, shift 1, and how many
// bytes are before them.
func pairOfNibbles(sequence []byte, shift int) (pair halves, skip int) {
	wanted := make([]pairByte, (len(sequence)+shift+1)/2)
	for i := range wanted {
		wanted[i].mask = 0xff
		for half := range 2 {
			if at := 2*i + half - shift; at >= 0 && at < len(sequence) {
				keep := byte(0xf0) >> (4 * half)
				wanted[i].mask &^= keep
				wanted[i].value |= sequence[at] << 4 >> (4 * half)
			}
		}
		wanted[i].value |= wanted[i].mask
	}
	first := 0
	if len(wanted) > 2 && wanted[0].mask != 0 {
		first = 1
	}
	second := min(first+1, len(wanted)-1)
	return halves{wanted[first], wanted[second], second - first}, first
}

// A NibbleSearch finds the places of a sequence in some bytes, one after the
// other. Its time is linear in the bytes.
type NibbleSearch struct {
	wanted *Nibbles
	b      []byte
	high   int // the next place that begins in a high half, in nibbles; or none
	low    int
}

const noNibbles = int(^uint(0) >> 1)

// Search returns a search for n in b.
func (n *Nibbles) Search(b []byte) NibbleSearch {
	s := NibbleSearch{wanted: n, b: b, high: -1, low: -1}
	return s
}

// Next returns the first place at from or behind, counted in nibbles from the
// beginning of the bytes. It reports false when there is none. from must not be
// less than in the calls before.
func (s *NibbleSearch) Next(from int) (at int, ok bool) {
	if s.high < from {
		s.high = s.find(&s.wanted.high, s.wanted.skipHigh, (from+1)/2, 0)
	}
	if s.low < from {
		s.low = s.find(&s.wanted.low, s.wanted.skipLow, from/2, 1)
	}
	at = min(s.high, s.low)
	return at, at != noNibbles
}

// find returns the first place that begins in byte from or behind it.
func (s *NibbleSearch) find(pair *halves, skip, from, shift int) int {
	// The last byte where it may begin.
	last := (2*len(s.b) - len(s.wanted.nibbles) - shift) / 2
	if 2*len(s.b) < len(s.wanted.nibbles)+shift {
		return noNibbles
	}
	for from <= last {
		i := indexPair(s.b[from+skip:], last+1-from, pair.distance, pair.first, pair.second)
		if i < 0 {
			break
		}
		from += i
		if s.at(2*from + shift) {
			return 2*from + shift
		}
		from++
	}
	return noNibbles
}

// at reports whether the sequence stands at a place.
func (s *NibbleSearch) at(place int) bool {
	for i, want := range s.wanted.nibbles {
		b := s.b[(place+i)/2]
		if (place+i)%2 == 0 {
			b >>= 4
		}
		if b&0xf != want {
			return false
		}
	}
	return true
}

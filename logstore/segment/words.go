package segment

import (
	"math/bits"

	"github.com/cespare/xxhash/v2"
)

// A word is a longest run of ASCII letters, digits, underscores and bytes
// beyond ASCII. All other bytes separate words; folding turns none of them into
// a part of a word, or the other way round.

// A class says what bytes of words are, joined by or.
type class uint8

const (
	wordByte class = 1 << iota // any
	noDigit
	capital
	beyond // ASCII
)

// classes holds the class of each byte, 0 for those that separate words.
var classes = func() (all [256]class) {
	for c := range all {
		switch {
		case '0' <= c && c <= '9':
			all[c] = wordByte
		case c == '_', 'a' <= c && c <= 'z':
			all[c] = wordByte | noDigit
		case 'A' <= c && c <= 'Z':
			all[c] = wordByte | noDigit | capital
		case c >= 0x80:
			all[c] = wordByte | noDigit | beyond
		}
	}
	return all
}()

// nextWord returns the first word of text[at:] as text[from:to], and what its
// bytes are; from is len(text) where there is none.
func nextWord[T string | []byte](text T, at int) (from, to int, of class) {
	for at < len(text) && classes[text[at]] == 0 {
		at++
	}
	from = at
	for ; at < len(text); at++ {
		c := classes[text[at]]
		if c == 0 {
			break
		}
		of |= c
	}
	return from, at, of
}

// isDotted reports whether the word text[from:to] stands between dots.
func isDotted[T string | []byte](text T, from, to int) bool {
	return from > 0 && text[from-1] == '.' && to < len(text) && text[to] == '.'
}

// decimals is how many digits behind the dot of a number are part of a term.
const decimals = 2

// isDecimal reports whether the digits from number on, a word, and the word from
// fraction on are a number: with a dot between, and enough digits behind it.
func isDecimal[T string | []byte](text T, number, fraction int) bool {
	if fraction+decimals > len(text) || text[fraction-1] != '.' || !isDigit(text[fraction-2]) {
		return false
	}
	for i := number; i < fraction-1; i++ {
		if !isDigit(text[i]) {
			return false // something else stands between
		}
	}
	for i := fraction; i < fraction+decimals; i++ {
		if !isDigit(text[i]) {
			return false
		}
	}
	return true
}

// A term is the hash of something that stands in a block.
type term uint64

// What terms are made of, so that one kind is not taken for another.
const (
	saltWord    = 0x9e3779b97f4a7c15 // a rare word
	saltTrigram = 0xc2b2ae3d27d4eb4f // three bytes of a rare word, not all digits
	saltDotted  = 0x165667b19e3779f9 // a word with a dot on both sides, rare or not
	saltDecimal = 0x85ebca77c2b2ae63 // a word of digits, a dot and two digits, rare or not
	saltForeign = 0x27d4eb2f165667c5 // some rare word with a byte beyond ASCII
)

// mix spreads the bits of h (the finaliser of MurmurHash3, Appleby).
func mix(h uint64) term {
	h = (h ^ h>>33) * 0xff51afd7ed558ccd
	h = (h ^ h>>33) * 0xc4ceb9fe1a85ec53
	return term(h ^ h>>33)
}

// foreign is the term of blocks with a rare word that has a byte beyond ASCII.
var foreign = mix(saltForeign)

// wordHash returns the hash of a word in lower case.
func wordHash(lowered []byte) uint64 { return xxhash.Sum64(lowered) }

// wordTerm returns the term of a rare word with that hash.
func wordTerm(hash uint64) term { return mix(hash ^ saltWord) }

// dottedTerm returns the term of a word with that hash that stands between dots,
// as the middle of addresses and versions does. Each by itself is a short number
// that stands everywhere.
func dottedTerm(hash uint64) term { return mix(hash ^ saltDotted) }

// decimalTerm returns the term of a number up to its second decimal. Prices are
// looked for as a whole, and their halves stand everywhere.
func decimalTerm(number []byte) term { return mix(xxhash.Sum64(number) ^ saltDecimal) }

// trigramTerm returns the term of the first three bytes of lowered. It reports
// false for three digits: in a text with numbers they stand in every block.
func trigramTerm(lowered []byte) (term, bool) {
	a, b, c := lowered[0], lowered[1], lowered[2]
	if isDigit(a) && isDigit(b) && isDigit(c) {
		return 0, false
	}
	return mix(uint64(a) | uint64(b)<<8 | uint64(c)<<16 ^ saltTrigram), true
}

func isDigit(c byte) bool { return c-'0' < 10 }

// appendLower appends text with its ASCII letters in lower case.
func appendLower[T string | []byte](dst []byte, text T) []byte {
	for i := range len(text) {
		c := text[i]
		if c-'A' < 26 {
			c += 'a' - 'A'
		}
		dst = append(dst, c)
	}
	return dst
}

// isForeign reports whether text has a byte beyond ASCII.
func isForeign[T string | []byte](text T) bool {
	for i := range len(text) {
		if text[i] >= 0x80 {
			return true
		}
	}
	return false
}

// A termTable tells the blocks of a term. The high bits of a term choose a
// bucket; of the entries there, those with the term's low bits in their high
// ones name the blocks, and a few of other terms.
type termTable struct {
	starts  []uint32 // 2^h+1
	entries []uint16
}

const (
	blockBits = 13 // of an entry
	blockMask = 1<<blockBits - 1

	// perBucket is about how many entries a bucket has. With three bits of the
	// term in each, a term that stands nowhere names this many blocks by eight.
	perBucket = 24
)

func (t term) mark() uint16 { return uint16(t&7) << blockBits }

// shift returns by how much a term is shifted to give its bucket.
func (t *termTable) shift() int { return 65 - bits.Len(uint(len(t.starts)-1)) }

// orBlocks sets all bits of the blocks that the term may stand in.
func (t *termTable) orBlocks(dst bitmap, of term) {
	if len(t.entries) == 0 {
		return
	}
	bucket := uint64(of) >> t.shift()
	for _, e := range t.entries[t.starts[bucket]:t.starts[bucket+1]] {
		if e&^blockMask == of.mark() && int(e&blockMask) < len(dst) {
			dst[e&blockMask] = ^uint64(0)
		}
	}
}

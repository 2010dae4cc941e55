package segment

import (
	"math/bits"

	"github.com/cespare/xxhash/v2"
)

// A word is a longest run of ASCII letters, digits, underscores and bytes
// beyond ASCII. All other bytes separate words; folding turns none of them into
// a part of a word, or the other way round.

// wordBytes has a bit for each byte that is part of words.
var wordBytes = func() (set [4]uint64) {
	for c := range 256 {
		switch {
		case c >= 0x80, c == '_', '0' <= c && c <= '9', 'A' <= c && c <= 'Z', 'a' <= c && c <= 'z':
			set[c/64] |= 1 << (c % 64)
		}
	}
	return set
}()

func inWord(c byte) bool { return wordBytes[c/64]>>(c%64)&1 != 0 }

// nextWord returns the first word of text[at:] as text[from:to]; from is
// len(text) where there is none.
func nextWord[T string | []byte](text T, at int) (from, to int) {
	for at < len(text) && !inWord(text[at]) {
		at++
	}
	from = at
	for at < len(text) && inWord(text[at]) {
		at++
	}
	return from, at
}

// A term is the hash of something that stands in a block.
type term uint64

// What terms are made of, so that one kind is not taken for another.
const (
	saltWord    = 0x9e3779b97f4a7c15 // a rare word
	saltTrigram = 0xc2b2ae3d27d4eb4f // three bytes of a rare word, not all digits
	saltDotted  = 0x165667b19e3779f9 // a word with a dot on both sides, rare or not
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

// wordTerm returns the term of a rare word in lower case.
func wordTerm(lowered []byte) term { return mix(xxhash.Sum64(lowered) ^ saltWord) }

// dottedTerm returns the term of a word in lower case that stands between dots,
// as the middle of addresses and versions does. Each by itself is a short number
// that stands everywhere.
func dottedTerm(lowered []byte) term { return mix(xxhash.Sum64(lowered) ^ saltDotted) }

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
	perBucket = 16
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

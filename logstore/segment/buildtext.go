package segment

import "slices"

const (
	// A word of more bytes is in no list. Its trigrams and its hash are terms.
	longestWord = 64

	// A word that one in so many records holds has a list. The list takes less
	// than the terms would, and decides; but its word is stored, and tried by
	// every pattern.
	commonShare = 1 << 11
	sampled     = 4 // one record in so many tells which words may be common in large segments
	fewestFor   = 8 // records that a word with a list is in, in small segments
)

// A textBuilder indexes the words of one field of free text.
type textBuilder struct {
	values *fieldValues
	most   uint32    // records that a common word is in, at least
	often  sketch    // of words in some of the records
	share  int       // one record in so many is in the sketch
	words  *interner // those that may be common
	counts []uint32  // by word: the records that it is in
	last   []uint32  // by word: the record plus 1 that held it last
	ids    []uint32  // words of records, each once
	ends   []uint32  // by record: where its words end
	terms  termBuilder
}

// A sketch counts hashes: never too few of one, sometimes too many.
type sketch []uint16

// sketchSize counters stay in the last level of cache; a weekday's words, a
// million, share them by ones and twos.
const sketchSize = 1 << 20

func (s sketch) add(hash uint64) {
	if at := &s[hash%sketchSize]; *at != 1<<16-1 {
		*at++
	}
}

func (s sketch) count(hash uint64) uint32 { return uint32(s[hash%sketchSize]) }

// addText adds a field of free text.
func addText(w *writer, field int, values *fieldValues) {
	n := len(values.ends)
	t := &textBuilder{
		values: values, words: newInterner(), often: make(sketch, sketchSize),
		most: uint32(max(n/commonShare, fewestFor)), share: 1,
	}
	if t.most >= 16*sampled {
		t.share = sampled
	}
	t.sketch()
	t.split()
	order := t.words.sorted(func(id uint32) bool { return t.counts[id] >= t.most })
	place := slices.Repeat([]int32{-1}, t.words.len())
	l := newLists(len(order), n, denseWord)
	for i, id := range order {
		place[id] = int32(i)
		l.reserve(i, int(t.counts[id]))
	}
	from := uint32(0)
	for record, end := range t.ends {
		for _, id := range t.ids[from:end] {
			if p := place[id]; p >= 0 {
				l.post(int(p), uint32(record))
			} else {
				t.terms.begin(uint32(record) / blockRecords)
				t.rare(t.words.value(id))
			}
		}
		from = end
	}
	addValues(w, field, t.words, order, 0)
	l.add(w, field)
	starts, entries := t.terms.table()
	w.add(kindBuckets, field, bytesOf(starts))
	w.add(kindTerms, field, bytesOf(entries))
}

// sketch finds out which words may be common. All but few others need not be
// looked up then.
func (t *textBuilder) sketch() {
	for record := 0; record < len(t.values.ends); record += t.share {
		text := t.values.of(record)
		for from, to, _ := nextWord(text, 0); from < len(text); from, to, _ = nextWord(text, to) {
			t.often.add(wordHash(text[from:to]))
		}
	}
}

// mayBeCommon reports whether a word with that hash is worth looking up. Where
// some records stand for all, half of what is expected of a common word is
// enough; one that is missed all the same is treated as rare.
func (t *textBuilder) mayBeCommon(hash uint64) bool {
	if t.share > 1 {
		return t.often.count(hash) >= t.most/uint32(2*t.share)
	}
	return t.often.count(hash) >= t.most
}

// split finds the words of each record, and adds the terms of the rare ones.
func (t *textBuilder) split() {
	for record := range t.values.ends {
		if record%blockRecords == 0 {
			t.terms.begin(uint32(record / blockRecords))
		}
		text := t.values.of(record)
		number := -1 // where the word before begins, if it is of digits
		for from, to, of := nextWord(text, 0); from < len(text); from, to, of = nextWord(text, to) {
			word := text[from:to]
			hash := wordHash(word)
			if len(word) <= longestWord && t.mayBeCommon(hash) {
				t.common(word, uint32(record))
			} else {
				t.terms.addWord(word, hash, of)
			}
			if isDotted(text, from, to) {
				t.terms.addDotted(word, hash, of)
			}
			if number >= 0 && isDecimal(text, number, from) {
				t.terms.add(decimalTerm(text[number : from+decimals]))
			}
			if number = from; of&noDigit != 0 {
				number = -1
			}
		}
		t.ends = append(t.ends, uint32(len(t.ids)))
	}
}

// common adds a word that may be common.
func (t *textBuilder) common(word []byte, record uint32) {
	id := t.words.add(word)
	if int(id) == len(t.counts) {
		t.counts, t.last = append(t.counts, 0), append(t.last, 0)
	}
	if t.last[id] != record+1 {
		t.last[id] = record + 1
		t.counts[id]++
		t.ids = append(t.ids, id)
	}
}

// rare adds the terms of a word that turned out not to be common.
func (t *textBuilder) rare(word []byte) {
	_, _, of := nextWord(word, 0)
	t.terms.addWord(word, wordHash(word), of)
}

// A termBuilder collects the terms of block after block.
type termBuilder struct {
	block   uint32
	met     []metTerm // hash table of the block's terms: open addressing, a power of two
	used    int
	lowered []byte // scratch
	all     []postedTerm
}

// A metTerm is a slot of the table, in use if block is the present one plus 1.
type metTerm struct {
	term  term
	block uint32
}

// A postedTerm is a term's high bits, which choose its bucket, and its entry.
type postedTerm struct {
	high  uint32
	entry uint16
}

func (b *termBuilder) begin(block uint32) { b.block, b.used = block, 0 }

// addWord adds the terms of a word without a list.
func (b *termBuilder) addWord(word []byte, hash uint64, of class) {
	if of&capital != 0 {
		b.lowered = appendLower(b.lowered[:0], word)
		word, hash = b.lowered, wordHash(b.lowered)
	}
	b.add(wordTerm(hash))
	if of&noDigit == 0 {
		return // its trigrams are no terms
	}
	if of&beyond != 0 {
		b.add(foreign)
	}
	for i := range len(word) - 2 {
		if t, ok := trigramTerm(word[i:]); ok {
			b.add(t)
		}
	}
}

// addDotted adds the terms of a word between dots.
func (b *termBuilder) addDotted(word []byte, hash uint64, of class) {
	if of&capital != 0 {
		b.lowered = appendLower(b.lowered[:0], word)
		hash = wordHash(b.lowered)
	}
	b.add(dottedTerm(hash))
	if of&beyond != 0 {
		b.add(foreign)
	}
}

// add adds a term of the present block, once.
func (b *termBuilder) add(t term) {
	if 2*b.used >= len(b.met) {
		b.grow()
	}
	mask := uint64(len(b.met) - 1)
	at := uint64(t) & mask
	for ; b.met[at].block == b.block+1; at = (at + 1) & mask {
		if b.met[at].term == t {
			return
		}
	}
	b.met[at] = metTerm{t, b.block + 1}
	b.used++
	b.all = append(b.all, postedTerm{uint32(t >> 32), t.mark() | uint16(b.block)})
}

func (b *termBuilder) grow() {
	old := b.met
	b.met = make([]metTerm, max(2*len(old), 1<<10))
	mask := uint64(len(b.met) - 1)
	for _, m := range old {
		if m.block != b.block+1 {
			continue
		}
		at := uint64(m.term) & mask
		for b.met[at].block != 0 {
			at = (at + 1) & mask
		}
		b.met[at] = m
	}
}

// table returns the terms of all blocks by bucket.
func (b *termBuilder) table() (starts []uint32, entries []uint16) {
	h := 0
	for len(b.all) > perBucket<<h && h < 24 {
		h++
	}
	starts = make([]uint32, 1<<h+1)
	bucket := func(p postedTerm) uint32 { return uint32(uint64(p.high) >> (32 - h)) }
	for _, p := range b.all {
		starts[bucket(p)+1]++
	}
	for i := 1; i < len(starts); i++ {
		starts[i] += starts[i-1]
	}
	entries = make([]uint16, len(b.all))
	next := slices.Clone(starts)
	for _, p := range b.all {
		at := &next[bucket(p)]
		entries[*at] = p.entry
		*at++
	}
	return starts, entries
}

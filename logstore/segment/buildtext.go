package segment

import "slices"

const (
	// A word of more bytes is in no list. Its trigrams and its hash are terms.
	longestWord = 64

	// A word that one in so many records holds has a list. The list takes less
	// than the terms would, and decides; but its word is stored, and tried by
	// every pattern.
	commonShare = 1 << 11
	fewestFor   = 8 // records that a word with a list is in, in small segments
)

// A textBuilder indexes the words of one field of free text.
type textBuilder struct {
	words  *interner
	values *interner
	of     []wordsOf // by value
	ids    []uint32  // words of values, each once in each value
	dotted []uint32  // words of values that stand between dots
	common []int32   // by word: its place among those with a list, or -1
	last   []uint32  // by word: the value plus 1 that held it last
	terms  termBuilder
}

// wordsOf tells where a value's words end; they begin where those of the value
// before it end.
type wordsOf struct{ ids, dotted uint32 }

// addText adds a field of free text. ids are the records' values.
func addText(w *writer, field int, values *interner, ids []uint32) {
	t := &textBuilder{words: newInterner(), values: values}
	t.split()
	counts := t.count(ids)
	most := max(len(ids)/commonShare, fewestFor)
	order := t.words.sorted(func(id uint32) bool {
		return int(counts[id]) >= most && len(t.words.value(id)) <= longestWord
	})
	t.common = slices.Repeat([]int32{-1}, t.words.len())
	l := newLists(len(order), len(ids))
	for i, id := range order {
		t.common[id] = int32(i)
		l.reserve(i, int(counts[id]))
	}
	for record, value := range ids {
		t.post(l, uint32(record), value)
	}
	addValues(w, field, t.words, order)
	l.add(w, field)
	starts, entries := t.terms.table()
	w.add(kindBuckets, field, bytesOf(starts))
	w.add(kindTerms, field, bytesOf(entries))
}

// split finds the words of each value.
func (t *textBuilder) split() {
	for v := range uint32(t.values.len()) {
		text := t.values.value(v)
		for from, to := nextWord(text, 0); from < len(text); from, to = nextWord(text, to) {
			id := t.words.add(text[from:to])
			if int(id) == len(t.last) {
				t.last = append(t.last, 0)
			}
			if t.last[id] != v+1 {
				t.last[id] = v + 1
				t.ids = append(t.ids, id)
			}
			if from > 0 && text[from-1] == '.' && to < len(text) && text[to] == '.' {
				t.dotted = append(t.dotted, id)
			}
		}
		t.of = append(t.of, wordsOf{uint32(len(t.ids)), uint32(len(t.dotted))})
	}
}

// count returns in how many records each word is.
func (t *textBuilder) count(records []uint32) []uint32 {
	times := make([]uint32, t.values.len())
	for _, v := range records {
		times[v]++
	}
	counts := make([]uint32, t.words.len())
	for v := range t.of {
		ids, _ := t.wordsOf(uint32(v))
		for _, id := range ids {
			counts[id] += times[v]
		}
	}
	return counts
}

// wordsOf returns the words of a value, and those of them between dots.
func (t *textBuilder) wordsOf(value uint32) (ids, dotted []uint32) {
	var from wordsOf
	if value > 0 {
		from = t.of[value-1]
	}
	to := t.of[value]
	return t.ids[from.ids:to.ids], t.dotted[from.dotted:to.dotted]
}

// post adds a record with that value to the lists and the terms.
func (t *textBuilder) post(l *lists, record, value uint32) {
	if record%blockRecords == 0 {
		t.terms.begin(record / blockRecords)
	}
	ids, dotted := t.wordsOf(value)
	for _, id := range ids {
		if place := t.common[id]; place >= 0 {
			l.post(int(place), record)
		} else {
			t.terms.addWord(t.words.value(id))
		}
	}
	for _, id := range dotted {
		t.terms.addDotted(t.words.value(id))
	}
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
func (b *termBuilder) addWord(word []byte) {
	b.lowered = appendLower(b.lowered[:0], word)
	b.add(wordTerm(b.lowered))
	if isForeign(word) {
		b.add(foreign)
	}
	for i := range len(b.lowered) - 2 {
		if t, ok := trigramTerm(b.lowered[i:]); ok {
			b.add(t)
		}
	}
}

// addDotted adds the terms of a word between dots.
func (b *termBuilder) addDotted(word []byte) {
	b.lowered = appendLower(b.lowered[:0], word)
	b.add(dottedTerm(b.lowered))
	if isForeign(word) {
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

package segment

import (
	"math"
	"slices"

	"daybook/filter"
)

const (
	// MaxRecords is how many records a segment has at most. It is what blocks
	// and terms have bits for.
	MaxRecords = blockRecords << blockBits

	// MaxText is about how many bytes of values a segment is built from at most:
	// all of them are held in memory meanwhile.
	MaxText = 96 << 20

	// maxHeld is about how many bytes numbers and values that may be null take,
	// while a segment is built, beyond which it gets no more records. heldStep is
	// after how many records that is looked at. Other texts, of which a journal
	// has few fields, are bounded by MaxText.
	maxHeld  = 192 << 20
	heldStep = 1 << 10
)

// A Builder makes a segment of records. It is one goroutine's.
type Builder struct {
	schema *filter.Schema
	time   int // the field that is the time, which has no column
	starts []int64
	times  []int64
	fields []fieldValues
	text   int // bytes of values added
	held   int // of maxHeld
}

// fieldValues are the values of one field: numbers of distinct ones, until they
// turn out to be free text, and from then on the text of each record. Values that
// may be null stay distinct. Of a field that is Ranged, they are numbers.
type fieldValues struct {
	distinct *interner // nil: free text
	ids      []uint32  // by record
	nullable bool
	nulls    uint32        // how many records have nullID
	text     []byte        // of all records, one behind the other
	ends     []uint32      // by record
	numbers  *rangedValues // nil unless the field is Ranged
}

// nullID is the number of null among distinct values.
const nullID = math.MaxUint32

// probation is after how many records it is found out whether a field is free
// text, so that most of it need not be looked up; fields that turn out to be at
// the end are free text as well.
const probation = 16 << 10

func (v *fieldValues) add(value []byte) {
	if v.numbers != nil {
		v.numbers.add(value)
		return
	}
	if v.nullable && value == nil {
		v.ids = append(v.ids, nullID)
		v.nulls++
		return
	}
	if v.distinct == nil {
		v.text = append(v.text, value...)
		v.ends = append(v.ends, uint32(len(v.text)))
		return
	}
	v.ids = append(v.ids, v.distinct.add(value))
	if len(v.ids) == probation && !v.nullable && freeText(v.distinct, probation) {
		v.spell()
	}
}

// held returns about how many bytes the values take while they are collected and
// while an image is made of them, of maxHeld.
func (v *fieldValues) held(numeric bool) int {
	switch {
	case v.numbers != nil:
		return 24 * len(v.numbers.all)
	case v.nullable || numeric:
		return 8*len(v.ids) + 48*v.distinct.len() + 2*len(v.distinct.text)
	}
	return 0
}

// spell turns numbers into text.
func (v *fieldValues) spell() {
	for _, id := range v.ids {
		v.text = append(v.text, v.distinct.value(id)...)
		v.ends = append(v.ends, uint32(len(v.text)))
	}
	v.distinct, v.ids = nil, nil
}

// of returns the value of a record of free text.
func (v *fieldValues) of(record int) []byte {
	from := uint32(0)
	if record > 0 {
		from = v.ends[record-1]
	}
	return v.text[from:v.ends[record]]
}

// NewBuilder returns a builder of records of a schema.
func NewBuilder(s *filter.Schema) *Builder {
	b := &Builder{schema: s, time: int(s.TimeField()), fields: make([]fieldValues, s.Len())}
	for i := range b.fields {
		v, f := &b.fields[i], filter.Field(i)
		v.nullable = s.Nullable(f)
		if s.Ranged(f) {
			v.numbers = &rangedValues{}
		} else {
			v.distinct = newInterner()
		}
	}
	return b
}

// Add adds the next record: where its line begins, its time, and its decoded
// values by field, nil for null. It keeps none of the memory.
func (b *Builder) Add(start, time int64, values [][]byte) {
	b.starts = append(b.starts, start)
	b.times = append(b.times, time)
	for f, v := range values {
		if f != b.time {
			b.fields[f].add(v)
			b.text += len(v)
		}
	}
	if len(b.starts)%heldStep == 0 {
		b.held = 0
		for f := range b.fields {
			b.held += b.fields[f].held(b.schema.Numeric(filter.Field(f)))
		}
	}
}

// Len returns the number of records added.
func (b *Builder) Len() int { return len(b.starts) }

// Full reports whether the segment should have no more records.
func (b *Builder) Full() bool {
	return len(b.starts) == MaxRecords || b.text >= MaxText || b.held >= maxHeld
}

// Image returns the segment of the records added, of which there must be at
// least one and at most MaxRecords. origin comes back from Segment.Origin. The
// builder is of no further use.
func (b *Builder) Image(origin []byte) []byte {
	lines := &writer{}
	flags := b.addStarts(lines) | b.addTimes(lines)
	first, last := slices.Min(b.times), slices.Max(b.times)
	w := &writer{}
	w.add(kindOrigin, 0, origin)
	w.add(kindSummary, 0, bytesOf([]uint64{uint64(len(b.starts)), uint64(len(b.fields)), uint64(first), uint64(last), flags}))
	w.sections = append(w.sections, lines.sections...)
	for f := range b.fields {
		v := &b.fields[f]
		if f == b.time {
			continue
		}
		if v.distinct != nil && !v.nullable && !b.schema.Numeric(filter.Field(f)) && freeText(v.distinct, len(b.starts)) {
			v.spell()
		}
		switch {
		case v.numbers != nil:
			v.numbers.addTo(w, f)
		case v.distinct != nil:
			addDictionary(w, f, v, b.schema.Kind(filter.Field(f)) == filter.Boolean)
		case !addTemplates(w, f, v):
			addText(w, f, v)
		}
		*v = fieldValues{}
	}
	return w.image()
}

// freeText reports whether a field is one of free text: most values are
// different, and long. A dictionary of such would hold the content again.
func freeText(values *interner, n int) bool {
	const long = 24 // bytes
	return values.len() > 1<<10 && values.len() > n/4 && len(values.text) > long*values.len()
}

// addStarts adds where lines begin. It returns the flag of their width.
func (b *Builder) addStarts(w *writer) uint64 {
	var bases []uint64
	starts := make([]uint32, len(b.starts))
	wide := false
	for i, at := range b.starts {
		if i%blockRecords == 0 {
			bases = append(bases, uint64(at))
		}
		starts[i] = uint32(uint64(at) - bases[len(bases)-1])
		wide = wide || starts[i] > math.MaxUint16
	}
	w.add(kindBases, 0, bytesOf(bases))
	if wide {
		w.add(kindStarts, 0, bytesOf(starts))
		return flagWideStarts
	}
	w.add(kindStarts, 0, narrow(starts, 2))
	return 0
}

// addTimes adds the times. It returns the flags of their order and width.
func (b *Builder) addTimes(w *writer) (flags uint64) {
	if slices.IsSorted(b.times) {
		flags = flagAscending
	}
	p := packNumbers(b.times)
	w.add(kindLeast, 0, bytesOf(p.least))
	w.add(kindGreatest, 0, bytesOf(p.greatest))
	w.add(kindTimes, 0, p.offsets)
	return flags | uint64(p.log)*flagTimeWidth
}

// packed is numbers by block: the extremes, and what each is above the least.
type packed struct {
	least, greatest []int64
	offsets         []byte
	log             int // of the bytes of an offset
}

func packNumbers(all []int64) packed {
	n := blocks(len(all))
	p := packed{least: make([]int64, n), greatest: make([]int64, n)}
	offsets := make([]uint64, len(all))
	widest := uint64(0)
	for i := range n {
		block := all[i*blockRecords : min((i+1)*blockRecords, len(all))]
		p.least[i], p.greatest[i] = slices.Min(block), slices.Max(block)
		widest = max(widest, uint64(p.greatest[i]-p.least[i]))
		for j, t := range block {
			offsets[i*blockRecords+j] = uint64(t - p.least[i])
		}
	}
	width, log := widthOf(widest)
	p.offsets, p.log = narrow(offsets, width), log
	return p
}

// widthOf returns the bytes, 1, 2, 4 or 8, that numbers up to most take, and
// their logarithm.
func widthOf(most uint64) (width, log int) {
	switch {
	case most <= math.MaxUint8:
		return 1, 0
	case most <= math.MaxUint16:
		return 2, 1
	case most <= math.MaxUint32:
		return 4, 2
	}
	return 8, 3
}

// narrow returns the bytes of numbers that fit into width bytes each.
func narrow[T uint32 | uint64](all []T, width int) []byte {
	switch width {
	case 1:
		return converted[uint8](all)
	case 2:
		return converted[uint16](all)
	case 4:
		return converted[uint32](all)
	}
	return converted[uint64](all)
}

func converted[To integer, T uint32 | uint64](all []T) []byte {
	narrowed := make([]To, len(all))
	for i, v := range all {
		narrowed[i] = To(v)
	}
	return bytesOf(narrowed)
}

// addDictionary adds a field whose values repeat. Null is the least of them. Where
// there are two at most, a record's takes one bit if that is wanted.
func addDictionary(w *writer, field int, v *fieldValues, bits bool) {
	order := v.distinct.sorted(func(uint32) bool { return true })
	codes := make([]uint32, len(order)) // by number
	first := 0                          // code of a value
	if v.nulls > 0 {
		first = 1
	}
	for i, id := range order {
		codes[id] = uint32(first + i)
	}
	byRecord := v.ids // in place: nobody needs the numbers again
	for i, id := range v.ids {
		if id == nullID {
			byRecord[i] = 0
		} else {
			byRecord[i] = codes[id]
		}
	}
	addValues(w, field, v.distinct, order, first)
	if bits && first+len(order) <= 2 {
		second := make(bitmap, blocks(len(byRecord)))
		for i, code := range byRecord {
			second[i/blockRecords] |= uint64(code) << (i % blockRecords)
		}
		w.add(kindBits, field, bytesOf(second))
	} else {
		width, _ := widthOf(uint64(first + len(order) - 1))
		w.add(kindCodes, field, narrow(byRecord, width))
	}

	l := newLists(first+len(order), len(byRecord), denseValue)
	if first > 0 {
		l.reserve(0, int(v.nulls))
	}
	for i, id := range order {
		l.reserve(first+i, int(v.distinct.counts[id]))
	}
	for i, code := range byRecord {
		l.post(int(code), uint32(i))
	}
	l.add(w, field)
	if first > 0 {
		w.add(kindNull, field, nil)
	}
}

// addValues adds the values with the numbers ids, which ascend by bytes, behind so
// many empty ones.
func addValues(w *writer, field int, values *interner, ids []uint32, empty int) {
	ends := make([]uint32, 1+empty, 1+empty+len(ids))
	var text []byte
	for _, id := range ids {
		text = append(text, values.value(id)...)
		ends = append(ends, uint32(len(text)))
	}
	w.add(kindEnds, field, bytesOf(ends))
	w.add(kindValues, field, text)
}

// lists collects posting lists, by value. First each one's length is reserved,
// in the order of values, then records are posted, in ascending order.
type lists struct {
	n       int      // records of the segment
	share   int      // denseValue or denseWord
	before  []uint32 // postings of lesser values
	next    []uint32 // where each list's next posting goes
	records []uint32
}

func newLists(values, n, share int) *lists {
	return &lists{n: n, share: share, before: make([]uint32, 1, values+1), next: make([]uint32, values)}
}

func (l *lists) reserve(value, count int) {
	l.next[value] = l.before[value]
	l.before = append(l.before, l.before[value]+uint32(count))
}

func (l *lists) post(value int, record uint32) {
	if l.records == nil {
		l.records = make([]uint32, l.before[len(l.before)-1])
	}
	l.records[l.next[value]] = record
	l.next[value]++
}

func (l *lists) add(w *writer, field int) {
	gaps := make([]uint32, 1, len(l.before))
	var text []byte
	var bitmaps []uint64
	for value := range len(l.before) - 1 {
		records := l.records[l.before[value]:l.before[value+1]]
		if dense(len(records), l.n, l.share) {
			set := make(bitmap, blocks(l.n))
			for _, r := range records {
				set.set(r)
			}
			bitmaps = append(bitmaps, set...)
		} else {
			text = appendGaps(text, records)
		}
		gaps = append(gaps, uint32(len(text)))
	}
	w.add(kindBefore, field, bytesOf(l.before))
	w.add(kindGaps, field, bytesOf(gaps))
	w.add(kindLists, field, text)
	w.add(kindBitmaps, field, bytesOf(bitmaps))
}

package segment

import "math/bits"

// A Segment is an opened image. It never changes and is shared by goroutines.
// It is good as long as the image's memory is.
type Segment struct {
	origin []byte
	n      int
	lines  lines
	times  times
	fields []column // by field; that of the time is empty
	none   *Matches // none of its records
	all    *Matches // all of them
}

// lines tells where each record's line begins.
type lines struct {
	bases  []uint64
	narrow []uint16 // either this
	wide   []uint32 // or that
}

// Open opens an image, which must begin at a multiple of 8 in memory. All of it
// is read once, to check it. The error is a *CorruptError, or wraps ErrVersion.
func Open(image []byte) (*Segment, error) {
	sections, err := readSections(image, true)
	if err != nil {
		return nil, err
	}
	o := opening{sections: sections}
	s := o.segment()
	if o.fault != "" {
		return nil, &CorruptError{Reason: o.fault}
	}
	s.none = &Matches{s: s, shared: true}
	s.all = &Matches{s: s, shared: true, count: s.n, to: s.n}
	return s, nil
}

// Origin returns what the builder was given. It must not be changed.
func (s *Segment) Origin() []byte { return s.origin }

// Records returns the number of records, at least 1.
func (s *Segment) Records() int { return s.n }

// Times returns the least and the greatest time of a record.
func (s *Segment) Times() (first, last int64) { return s.times.first, s.times.last }

// Ascending reports whether no record's time is less than the one's before.
func (s *Segment) Ascending() bool { return s.times.ascending }

// Time returns the time of a record.
func (s *Segment) Time(record int) int64 { return s.times.at(record) }

// Start returns where a record's line begins.
func (s *Segment) Start(record int) int64 {
	base := int64(s.lines.bases[record/blockRecords])
	if s.lines.wide != nil {
		return base + int64(s.lines.wide[record])
	}
	return base + int64(s.lines.narrow[record])
}

// Ordered reports whether records can be ordered by a field that is not the
// time: whether it has a dictionary or, where the schema has it Ranged, numbers.
func (s *Segment) Ordered(field int) bool { return !s.fields[field].text }

// Unordered returns the fields that are not Ordered, by bit.
func (s *Segment) Unordered() (fields uint64) {
	for f := range s.fields {
		if !s.Ordered(f) {
			fields |= 1 << f
		}
	}
	return fields
}

// What follows is about a field that is Ordered and not Ranged.

// Values returns the number of distinct values of a field, null among them.
func (s *Segment) Values(field int) int { return s.fields[field].len() }

// Value returns a value of a field by its rank among them, nil for null.
func (s *Segment) Value(field, code int) []byte {
	c := &s.fields[field]
	if c.null && code == 0 {
		return nil
	}
	return c.value(uint32(code))
}

// Code returns the rank of a record's value of a field.
func (s *Segment) Code(field, record int) int { return int(s.fields[field].codes.at(record)) }

// Find returns the rank of v, nil for null, among the values of a field, and
// whether it is one of them.
func (s *Segment) Find(field int, v []byte) (code int, found bool) { return s.fields[field].find(v) }

// An opening reads the sections of an image one after the other. After a fault,
// what it returns is of no use.
type opening struct {
	sections []section
	fault    string
}

// next returns the next section, which must be of that kind and field.
func (o *opening) next(k kind, field int) []byte {
	if len(o.sections) == 0 || o.sections[0].kind != k || int(o.sections[0].field) != field {
		o.fault = "a section is missing, or in another's place"
		return nil
	}
	data := o.sections[0].data
	o.sections = o.sections[1:]
	return data
}

// array returns the next section as n integers.
func array[T integer](o *opening, k kind, field, n int) []T {
	all, ok := viewOf[T](o.next(k, field))
	o.require(ok && len(all) == n, "a section is of another size")
	if o.fault != "" {
		return nil
	}
	return all
}

// ends returns the next section as n+1 ascending integers, from 0 to last.
func (o *opening) ends(k kind, field, n, last int) []uint32 {
	all := array[uint32](o, k, field, n+1)
	if o.fault != "" {
		return nil
	}
	ok := all[0] == 0 && int(all[n]) == last
	for i := range n {
		ok = ok && all[i] <= all[i+1]
	}
	o.require(ok, "an index is out of order")
	return all
}

func (o *opening) require(ok bool, fault string) {
	if !ok && o.fault == "" {
		o.fault = fault
	}
}

func (o *opening) segment() *Segment {
	s := &Segment{origin: o.next(kindOrigin, 0)}
	summary := array[uint64](o, kindSummary, 0, 5)
	if o.fault != "" {
		return nil
	}
	fields, flags := int(summary[1]), summary[4]
	o.require(0 < summary[0] && summary[0] <= MaxRecords && 0 < summary[1] && summary[1] <= 1<<16, "the summary is out of bounds")
	if o.fault != "" {
		return nil
	}
	n := int(summary[0])
	s.n = n
	b := blocks(n)
	s.lines.bases = array[uint64](o, kindBases, 0, b)
	if flags&flagWideStarts != 0 {
		s.lines.wide = array[uint32](o, kindStarts, 0, n)
	} else {
		s.lines.narrow = array[uint16](o, kindStarts, 0, n)
	}
	s.times = times{first: int64(summary[2]), last: int64(summary[3]), ascending: flags&flagAscending != 0}
	s.times.least = array[int64](o, kindLeast, 0, b)
	s.times.greatest = array[int64](o, kindGreatest, 0, b)
	s.times.offsets = o.numbers(kindTimes, 0, n, 1<<(flags/flagTimeWidth&3))
	s.fields = make([]column, fields)
	for len(o.sections) > 0 && o.fault == "" {
		field := int(o.sections[0].field)
		known := field < fields && (s.fields[field].ends != nil || s.fields[field].ranged != nil)
		o.require(field < fields && !known, "a section is of another field")
		switch {
		case o.fault != "":
		case o.sections[0].kind == kindRange:
			s.fields[field] = column{n: n, ranged: o.ranged(field, n)}
		default:
			s.fields[field] = o.column(field, n)
		}
	}
	return s
}

// column reads the sections of one field.
func (o *opening) column(field, n int) column {
	var c column
	c.n = n
	ends, _ := viewOf[uint32](o.sections[0].data)
	values := len(ends) - 1
	if values < 0 {
		o.require(false, "a field has no index of its values")
		return c
	}
	last := 0
	if len(o.sections) > 1 {
		last = len(o.sections[1].data)
	}
	c.ends = o.ends(kindEnds, field, values, last)
	c.values = o.next(kindValues, field)
	postings := n
	if len(o.sections) == 0 || o.fault != "" {
		o.require(false, "a field's lists are missing")
		return c
	}
	kind := o.sections[0].kind
	c.text = kind != kindCodes && kind != kindBits
	if kind == kindBits {
		c.codes.bits = array[uint64](o, kindBits, field, blocks(n))
		o.require(values == 1 || values == 2, "a bit tells of another number of values")
	} else if !c.text {
		width, _ := widthOf(uint64(max(values, 1) - 1))
		c.codes = o.numbers(kindCodes, field, n, width)
	} else if before, ok := viewOf[uint32](o.sections[0].data); ok && len(before) > 0 {
		postings = int(before[len(before)-1])
	}
	c.before = o.ends(kindBefore, field, values, postings)
	if o.fault != "" || len(o.sections) < 2 {
		o.require(false, "a field's lists are missing")
		return c
	}
	c.gaps = o.ends(kindGaps, field, values, len(o.sections[1].data))
	c.lists = o.next(kindLists, field)
	if o.fault != "" {
		return c
	}
	for code := range values {
		if c.isDense(uint32(code)) {
			c.dense = append(c.dense, uint32(code))
		}
	}
	c.bitmaps = array[uint64](o, kindBitmaps, field, len(c.dense)*blocks(n))
	if !c.text && len(o.sections) > 0 && o.sections[0].kind == kindNull && o.fault == "" {
		o.next(kindNull, field)
		c.null = true
		o.require(values > 0 && c.ends[1] == 0, "null has a value")
	}
	c.templates = c.text && len(o.sections) > 0 && o.sections[0].kind == kindPlaces
	switch {
	case o.fault != "":
		return c
	case c.templates:
		o.require(postings == n, "a field has another number of values than records")
		o.digits(&c, field)
	case c.text:
		c.terms = o.terms(field)
	}
	if o.fault == "" {
		c.findForeign()
	}
	return c
}

// findForeign finds the values with a byte beyond ASCII.
func (c *column) findForeign() {
	if !isForeign(c.values) {
		return
	}
	for i := range uint32(c.len()) {
		for _, b := range c.value(i) {
			if b >= 0x80 && (b < anySlot || !c.templates) {
				c.foreign = append(c.foreign, i)
				break
			}
		}
	}
}

// digits reads what fills the slots of a field's templates.
func (o *opening) digits(c *column, field int) {
	if len(o.sections) < 2 {
		o.require(false, "a field's digits are missing")
		return
	}
	c.places = o.ends(kindPlaces, field, c.len(), len(o.sections[1].data))
	c.digits = o.next(kindDigits, field)
	if o.fault != "" {
		return
	}
	ok := true
	for code := range uint32(c.len()) {
		ok = ok && int(c.places[code+1]-c.places[code]) == regionSize(c.count(code), slotsOf(c.value(code)))
	}
	o.require(ok, "templates have another number of digits than slots")
}

func (o *opening) terms(field int) termTable {
	starts, ok := viewOf[uint32](o.next(kindBuckets, field))
	ok = ok && len(starts) > 1 && bits.OnesCount(uint(len(starts)-1)) == 1
	o.require(ok, "the terms have a wrong number of buckets")
	entries, even := viewOf[uint16](o.next(kindTerms, field))
	o.require(even, "a section is of another size")
	if o.fault != "" {
		return termTable{}
	}
	ok = starts[0] == 0 && int(starts[len(starts)-1]) == len(entries)
	for i := range len(starts) - 1 {
		ok = ok && starts[i] <= starts[i+1]
	}
	o.require(ok, "an index is out of order")
	return termTable{starts, entries}
}

// numbers are unsigned integers of one width.
type numbers struct {
	of1 []uint8
	of2 []uint16
	of4 []uint32
	of8 []uint64

	bits bitmap // or these, which take one bit each
}

func (o *opening) numbers(k kind, field, n, width int) (all numbers) {
	switch width {
	case 1:
		all.of1 = array[uint8](o, k, field, n)
	case 2:
		all.of2 = array[uint16](o, k, field, n)
	case 4:
		all.of4 = array[uint32](o, k, field, n)
	default:
		all.of8 = array[uint64](o, k, field, n)
	}
	return all
}

func (a *numbers) at(i int) uint64 {
	switch {
	case a.of1 != nil:
		return uint64(a.of1[i])
	case a.of2 != nil:
		return uint64(a.of2[i])
	case a.of4 != nil:
		return uint64(a.of4[i])
	case a.of8 != nil:
		return a.of8[i]
	}
	return a.bits[i/blockRecords] >> (i % blockRecords) & 1
}

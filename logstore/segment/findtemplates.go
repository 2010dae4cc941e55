package segment

import (
	"slices"

	"daybook/filter"
	"daybook/filter/bytescan"
)

// A templateSearch finds the records whose value, of a template and digits,
// meets a condition.
type templateSearch struct {
	c      *column
	asked  *templateCondition
	match  func(v []byte) bool
	quick  func() bool // match is; it may change while it is asked
	left   bitmap      // what may still match
	sure   bitmap      // those of left that match, and others
	maybe  bitmap      // nil: none
	mem    *Memory
	fill   *filling
	budget int // values that are looked at before quick is asked again

	digits, hexWord *bytescan.Nibbles // that are asked for; nil: none, or too few

	// Of the present template:
	direct   bool // the number decides, between these places
	from, to int
}

const (
	// fewValues is how many values a condition is asked about until it is found out
	// whether it is quick. Where more are left for one that is not, they are for
	// whoever can stop on the way.
	fewValues = 16 << 10

	// fewDigits tell too little to be looked for, unless they tell all.
	fewDigits = 2
)

// searchTemplates finds those of the records left whose value meets a condition
// with these pieces, as match tells. Those in sure do; of the others, none do
// but in maybe, which is nil unless match is not quick.
func (c *column) searchTemplates(p filter.Pieces, match func(v []byte) bool, quick func() bool, left bitmap, m *Memory) (sure, maybe bitmap) {
	s := &templateSearch{
		c: c, asked: newTemplateCondition(p), match: match, quick: quick, left: left, sure: m.empty(c.n),
		mem: m, fill: &m.fill, budget: fewValues,
	}
	defer m.fill.end()
	s.digits, s.hexWord = s.nibbles(s.asked.digits), s.nibbles(s.asked.hexWord)
	switch {
	case s.asked.decides:
		s.holding(s.asked.literal, s.all)
	case s.asked.alone && s.hexWord != nil && s.asked.anyDigit:
		s.holding([]byte(s.asked.number), s.all)
		s.within(s.hexWord, 0, c.len())
	case s.digits != nil && p.Enough && !s.asked.selective():
		s.within(s.digits, 0, c.len())
	case len(s.asked.literal) > 0 && s.digits != nil && !s.asked.anyDigit:
		s.byBoth()
	case len(s.asked.literal) > 0:
		s.holding(s.asked.literal, s.template)
	default:
		for code := range uint32(c.len()) {
			s.template(code)
		}
	}
	return s.sure, s.maybe
}

// nibbles returns what to look for digits with; nil if they tell too little.
func (s *templateSearch) nibbles(digits []byte) *bytescan.Nibbles {
	if len(digits) < fewDigits && (len(digits) == 0 || s.asked.number == "") {
		return nil
	}
	return bytescan.NewNibbles(digits)
}

// holding calls visit with the templates that hold a literal, and where case is
// folded, looks at those that may hold it with other characters.
func (s *templateSearch) holding(text []byte, visit func(code uint32)) {
	literal := bytescan.NewLiteral
	if s.asked.pieces.Folded {
		literal = bytescan.NewFolded
	}
	l := literal(text)
	s.c.holding(&l, visit)
	if s.asked.pieces.Folded {
		for _, code := range s.c.foreign {
			s.template(code)
		}
	}
}

// all takes all records of a template.
func (s *templateSearch) all(code uint32) { s.c.or(s.sure, code) }

// template looks at the values of one template.
func (s *templateSearch) template(code uint32) {
	template := s.c.value(code)
	if !s.asked.fits(template) {
		return
	}
	if !s.asked.anyDigit {
		switch {
		case s.c.places[code] == s.c.places[code+1]:
			s.decide(code)
		case !s.asked.pieces.Monotone || !s.between(code):
			s.values(code, s.digits)
		}
		return
	}
	hex := !s.asked.anyHex && slices.ContainsFunc(template, func(c byte) bool { return c == slotLower || c == slotUpper })
	switch {
	case !hex:
		s.decide(code)
	case !s.asked.pieces.Enough:
		s.values(code, s.digits)
	case !s.decide(code):
		// No digits are asked for: what matches with zeros does without.
		s.values(code, s.hexWord)
	}
}

// decide takes all records of a template or none, as its value with zeros says.
func (s *templateSearch) decide(code uint32) bool {
	s.fill.start(s.c, code)
	if !s.match(s.fill.zeros()) {
		return false
	}
	s.all(code)
	return true
}

// between takes all records of a template or none, if its least and its greatest
// value agree on that; otherwise it reports false.
func (s *templateSearch) between(code uint32) bool {
	s.fill.start(s.c, code)
	least := s.match(s.fill.bound(false))
	if least != s.match(s.fill.bound(true)) {
		return false
	}
	if least {
		s.all(code)
	}
	return true
}

// values looks at the values of a template in which digits stand in a row; at all
// of them where that is nil.
func (s *templateSearch) values(code uint32, digits *bytescan.Nibbles) {
	if digits == nil {
		s.fill.start(s.c, code)
		for i := range s.c.count(code) {
			if !s.value(i) {
				return
			}
		}
		return
	}
	search := digits.Search(s.c.digits[s.c.places[code]:s.c.places[code+1]])
	if at, ok := search.Next(0); ok && s.begin(code) {
		s.hits(&search, 0, at)
	}
}

// begin turns to a template, to look at places where its digits stand. It reports
// false if none of its values matches.
func (s *templateSearch) begin(code uint32) bool {
	template := s.c.value(code)
	if !s.asked.fits(template) {
		return false
	}
	s.fill.start(s.c, code)
	if s.direct = s.asked.number != ""; s.direct && s.asked.pieces.Folded {
		_, foreign := slices.BinarySearch(s.c.foreign, code)
		s.direct = !foreign
	}
	if s.direct {
		var ok bool
		s.from, s.to, ok = s.asked.between(template)
		return ok
	}
	return true
}

// hits looks at the places that a search finds, from one at on, in the digits of
// the present template, which begin at a place. It returns the first one behind.
func (s *templateSearch) hits(search *bytescan.NibbleSearch, begin, at int) (next int, ok bool) {
	width, count := len(s.fill.slots), s.c.count(s.fill.code)
	end := begin + count*width
	for ok = true; ok && at < end; {
		i := (at - begin) / width
		switch {
		case !s.direct:
			if !s.value(i) {
				return search.Next(end)
			}
		case !s.stands(i, at-begin-i*width):
			at, ok = search.Next(at + 1)
			continue
		default:
			s.sure.set(s.fill.list.advance(i))
		}
		at, ok = search.Next(begin + (i+1)*width)
	}
	return at, ok
}

// value looks at the i-th value of the present template. It reports false when
// it took all those that are left for records that may match.
func (s *templateSearch) value(i int) bool {
	if s.budget--; s.budget < 0 {
		if !s.quick() {
			if s.maybe == nil {
				s.maybe = s.mem.empty(s.c.n)
			}
			s.c.or(s.maybe, s.fill.code)
			return false
		}
		s.budget = fewValues
	}
	if record := s.fill.list.advance(i); s.left.has(record) && s.match(s.fill.fill(i)) {
		s.sure.set(record)
	}
	return true
}

// byBoth looks for the digits in the values of templates that hold the literal,
// and of others that lie between: what is found there does not match.
func (s *templateSearch) byBoth() {
	const nearby = 2 << 10 // bytes of digits
	first, end := 0, 0
	s.holding(s.asked.literal, func(code uint32) {
		if s.c.places[code]-s.c.places[end] > nearby {
			s.within(s.digits, first, end)
			first = int(code)
		}
		end = int(code) + 1
	})
	s.within(s.digits, first, end)
}

// within looks for digits in all values of the templates from first up to, but
// not, end.
func (s *templateSearch) within(digits *bytescan.Nibbles, first, end int) {
	places := s.c.places[first : end+1]
	search := digits.Search(s.c.digits[places[0]:places[len(places)-1]])
	i := 0
	for at, ok := search.Next(0); ok; {
		for 2*int(places[i+1]-places[0]) <= at {
			i++
		}
		begin, end := 2*int(places[i]-places[0]), 2*int(places[i+1]-places[0])
		if !s.begin(uint32(first + i)) {
			at, ok = search.Next(end)
			continue
		}
		if at, ok = s.hits(&search, begin, at); ok && at < end {
			at, ok = search.Next(end) // not the half byte behind the last
		}
	}
}

// stands reports whether the number stands between the other pieces in the i-th
// value of the present template, with the first of its digits that were looked
// for in the given slot.
func (s *templateSearch) stands(i, slot int) bool {
	f, text := s.fill, s.asked.number
	from := int(f.slots[slot]) - s.asked.digitsAt
	if from < s.from || from+len(text) > s.to || !s.asked.anchored(from, from+len(text), len(f.value)) {
		return false
	}
	template := s.c.value(f.code)[from : from+len(text)]
	slot -= slotsOf(template[:s.asked.digitsAt])
	place := i*len(f.slots) + slot
	for j, t := range template {
		want := text[j]
		if t >= anySlot {
			if !s.fills(want, t, f.digit(place)) {
				return false
			}
			place++
		} else if t != want && (!s.asked.pieces.Folded || lower(t) != lower(want)) {
			return false
		}
	}
	return true
}

// fills reports whether a digit in a slot makes the byte that is wanted.
func (s *templateSearch) fills(want, slot, digit byte) bool {
	of := shapes[want]
	switch {
	case of&(shapeDigit|shapeLower|shapeUpper) == 0 || nibble(want) != digit:
		return false
	case of == shapeLower:
		return slot != slotUpper || s.asked.pieces.Folded
	case of == shapeUpper:
		return slot != slotLower || s.asked.pieces.Folded
	}
	return true
}

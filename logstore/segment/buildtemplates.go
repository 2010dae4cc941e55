package segment

const (
	// templateShare is which part of the text its templates may take at most.
	// Text that needs more of them is not written by a program, or by one that
	// hardly said anything twice yet; it is known by its words.
	templateShare = 3

	// templateOverhead is about how many bytes a template takes besides its own.
	templateOverhead = 24
)

// addTemplates adds a field of free text by its templates. It reports false, and
// adds nothing, where they would take too much.
func addTemplates(w *writer, field int, values *fieldValues) bool {
	var t templater
	templates := newInterner()
	n := len(values.ends)
	ids := make([]uint32, n)
	var digits []byte // of all records, two to a byte
	held := 0
	for record := range n {
		if !t.split(values.of(record)) {
			return false
		}
		ids[record] = templates.add(t.template)
		for len(digits) < regionSize(1, held+len(t.digits)) {
			digits = append(digits, 0)
		}
		pack(digits, held, t.digits)
		held += len(t.digits)
		if templateShare*(len(templates.text)+templateOverhead*templates.len()) > len(values.text) {
			return false
		}
	}
	order := templates.sorted(func(uint32) bool { return true })
	addValues(w, field, templates, order, 0)

	l := newLists(len(order), n, denseWord)
	codes := make([]uint32, len(order))       // by number
	places := make([]uint32, 1, len(order)+1) // where the digits of each begin, in bytes
	next := make([]int, len(order))           // by number: the nibble where the next record's go
	width := make([]int, len(order))
	for code, id := range order {
		count := int(templates.counts[id])
		l.reserve(code, count)
		codes[id], width[id] = uint32(code), slotsOf(templates.value(id))
		next[id] = 2 * int(places[code])
		places = append(places, places[code]+uint32(regionSize(count, width[id])))
	}
	packed := make([]byte, places[len(order)])
	held = 0
	for record, id := range ids {
		l.post(int(codes[id]), uint32(record))
		t.digits = unpack(t.digits[:0], digits, held, width[id])
		pack(packed, next[id], t.digits)
		held += width[id]
		next[id] += width[id]
	}
	l.add(w, field)
	w.add(kindPlaces, field, bytesOf(places))
	w.add(kindDigits, field, packed)
	return true
}

// regionSize returns how many bytes the digits of so many values with so many
// slots take.
func regionSize(values, slots int) int { return (values*slots + 1) / 2 }

// pack puts digits, from 0 to 15 each, at a place counted in nibbles. Zeros must
// be there.
func pack(dst []byte, at int, digits []byte) {
	if at%2 != 0 && len(digits) > 0 {
		dst[at/2] |= digits[0]
		at, digits = at+1, digits[1:]
	}
	dst = dst[at/2:]
	for len(digits) >= 2 {
		dst[0] = digits[0]<<4 | digits[1]
		dst, digits = dst[1:], digits[2:]
	}
	if len(digits) > 0 {
		dst[0] = digits[0] << 4
	}
}

// unpack appends so many digits from a place counted in nibbles.
func unpack(dst, src []byte, at, count int) []byte {
	for ; count > 0; at, count = at+1, count-1 {
		dst = append(dst, nibbleAt(src, at))
	}
	return dst
}

// nibbleAt returns the digit at a place counted in nibbles.
func nibbleAt(packed []byte, at int) byte { return packed[at/2] >> (4 * (^at & 1)) & 0xf }

package segment

// Spelled reports whether the segment can make every record's value of a field
// that is not Ordered.
func (s *Segment) Spelled(field int) bool { return s.fields[field].templates }

// EachText calls visit with each match, and with what makes its value of a field
// that is Spelled. The value is good until visit returns.
//
// Matches come by templates, in no order. Before those of one it calls wanted
// with the least value that they can have, or with the greatest where backwards;
// if that reports false, they are left out.
func (f *Matches) EachText(field int, backwards bool, m *Memory, wanted func(bound []byte) bool, visit func(record int, value func() []byte)) {
	c := &f.s.fields[field]
	fill := &m.fill
	defer fill.end()
	at := 0
	value := func() []byte { return fill.fill(at) }
	for code := range uint32(c.len()) {
		if backwards {
			code = uint32(c.len()) - 1 - code
		}
		fill.start(c, code)
		if !wanted(fill.bound(backwards)) {
			continue
		}
		for at = range c.count(code) {
			if record := int(fill.list.advance(at)); f.Has(record) {
				visit(record, value)
			}
		}
	}
}

// bound returns the least value that the template can make, or the greatest. It
// is good until the next call.
func (f *filling) bound(greatest bool) []byte {
	if !greatest {
		return f.zeros()
	}
	template := f.c.value(f.code)
	for _, at := range f.slots {
		switch template[at] {
		case slotDigit:
			f.value[at] = '9'
		case slotLower:
			f.value[at] = 'f'
		default:
			f.value[at] = 'F'
		}
	}
	return f.value
}

package segment

import "daybook/filter"

// Memory is what searches work with, handed from one to the next. It is one
// goroutine's at a time; the zero value is ready.
type Memory struct {
	free    []bitmap // of room for MaxRecords each
	table   []uint64
	lowered []byte
	number  []byte
	fill    filling
}

// value returns a number as a value, until the next call.
func (m *Memory) value(n int64) []byte {
	m.number = filter.AppendNumber(m.number[:0], n)
	return m.number
}

// take returns a bitmap for n records with any content.
func (m *Memory) take(n int) bitmap {
	words := blocks(n)
	for i := len(m.free) - 1; i >= 0; i-- {
		if b := m.free[i]; cap(b) >= words {
			m.free[i] = m.free[len(m.free)-1]
			m.free = m.free[:len(m.free)-1]
			return b[:words]
		}
	}
	return make(bitmap, words)
}

// give takes a bitmap back.
func (m *Memory) give(b bitmap) {
	const most = 64
	if b != nil && len(m.free) < most {
		m.free = append(m.free, b)
	}
}

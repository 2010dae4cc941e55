package segment

// Memory is what searches work with, handed from one to the next. It is one
// goroutine's at a time; the zero value is ready.
type Memory struct {
	free    []bitmap // of room for MaxRecords each
	table   []uint64
	lowered []byte
	fill    filling
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

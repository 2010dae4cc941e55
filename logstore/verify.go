package logstore

import (
	"context"
	"io"

	"daybook/filter"
	"daybook/logstore/segment"
)

// A segment names candidates where only their lines can tell whether they
// match. A verification reads these lines.
type verification struct {
	ctx     context.Context
	store   *Store
	src     *source
	matcher *filter.Matcher
	buf     []byte
	trace   *trace
	record  filter.Record
	lines   recordParser
}

const (
	// Lines that begin so close to one another are read at once.
	nearby = 16 << 10

	// Where more than one block in so many has candidates, the scan, which reads
	// all lines, takes less time for each.
	scanShare = 8
)

// verify finds out which of the pending records match.
func (v *verification) verify(found *segment.Matches, mem *segment.Memory) error {
	file, release, err := v.src.acquire(v.store.opts.Dir)
	if err != nil {
		return err
	}
	defer release()
	v.record.Columns = make([][]byte, v.store.opts.Schema.Len())
	v.lines = v.store.opts.Format.parser(v.store.opts.Schema)
	pending := found.AppendPending(nil)
	v.trace.add(searching, tracedLines, int64(len(pending)))
	matched := pending[:0]
	s := found.Segment()
	for len(pending) > 0 {
		if err := v.ctx.Err(); err != nil {
			return err
		}
		n := v.near(s, pending)
		from := s.Start(int(pending[0]))
		content, err := v.read(file, from, s.Start(int(pending[n-1])))
		if err != nil {
			return err
		}
		for _, record := range pending[:n] {
			at := s.Start(int(record)) - from
			ok, err := v.match(content[at:])
			if err != nil {
				return err
			}
			if ok {
				matched = append(matched, record)
			}
		}
		pending = pending[n:]
	}
	found.Resolve(matched, mem)
	return nil
}

// near returns how many of the records, from the first on, are read at once.
func (v *verification) near(s *segment.Segment, records []uint32) int {
	from, last := s.Start(int(records[0])), s.Start(int(records[0]))
	n := 1
	for ; n < len(records); n++ {
		at := s.Start(int(records[n]))
		if at-last > nearby || at-from > readSize {
			break
		}
		last = at
	}
	return n
}

// read returns the content from one line's beginning to the end of another
// line, or to the end of the content.
func (v *verification) read(file io.ReaderAt, from, last int64) ([]byte, error) {
	const typical = 1 << 10 // most lines end within
	for more := int64(typical); ; more *= 8 {
		end := min(last+more, v.src.stamp.Size, from+int64(len(v.buf)))
		content := v.buf[:end-from]
		if err := readAll(file, content, from); err != nil {
			return nil, err
		}
		if _, whole := firstLine(content[last-from:]); whole || end == v.src.stamp.Size || int(end-from) == len(v.buf) {
			v.store.counters.bytes.Add(end - from)
			v.trace.add(searching, tracedBytes, end-from)
			return content, nil
		}
	}
}

// match evaluates the query on the line at the beginning of content.
func (v *verification) match(content []byte) (bool, error) {
	line, _ := firstLine(content)
	r := &v.record
	if !v.lines.parse(r, line) {
		return false, errReplaced // a record began here
	}
	return v.matcher.Match(r) && v.matcher.MatchTime(r), nil
}

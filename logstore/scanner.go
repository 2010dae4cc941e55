package logstore

import (
	"encoding/binary"
	"math/bits"

	"daybook/filter"
	"daybook/filter/bytescan"
)

// A scanner evaluates one scan's program for one worker.
type scanner struct {
	*scan
	split    splitter
	times    filter.TimeParser
	matchers map[*filter.Program]*filter.Matcher
	matches  int64
	shard    *shard
	key      []byte // scratch

	// Of the present region:
	source  int
	day     Day
	matcher *filter.Matcher // nil: only measure
	record  filter.Record
	last    int   // columns before this one are all that Match reads
	learn   bool  // measure every line
	offset  int64 // of the present block
	lesson  lesson
	lines   int64
}

func newScanner(s *scan) *scanner {
	fields := s.store.opts.Schema.Len()
	sc := &scanner{scan: s, matchers: make(map[*filter.Program]*filter.Matcher)}
	sc.split.columns = make([][]byte, fields)
	sc.record.Columns = sc.split.columns
	if s.collect != nil {
		sc.shard = newShard(s.collect)
	}
	return sc
}

// begin starts a region. Without a program, or learn, lines are not matched,
// or not measured.
func (sc *scanner) begin(source int, day Day, program *filter.Program, learn bool) {
	sc.source, sc.day, sc.learn = source, day, learn
	sc.lesson, sc.lines = lesson{malformed: -1}, 0
	sc.matcher = nil
	if program == nil {
		return
	}
	sc.matcher = sc.matchers[program]
	if sc.matcher == nil {
		sc.matcher = program.Matcher(unescapeTSV)
		sc.matchers[program] = sc.matcher
	}
	sc.last = 0
	for f := range sc.split.columns {
		if program.Uses(filter.Field(f)) {
			sc.last = f + 1
		}
	}
}

// block looks at all lines of a block.
func (sc *scanner) block(b block, masks []bytescan.Mask) {
	words := (len(b.data) + 63) / 64
	bytescan.Classify(masks[:words], b.data[:64*words], tsvSeparator, tsvEscape)
	if rest := len(b.data) % 64; rest != 0 {
		masks[words-1].Newline &= 1<<rest - 1
	}
	sc.offset = b.offset
	sc.split.data, sc.split.masks = b.data, masks
	start := 0
	for w := range masks[:words] {
		for newlines := masks[w].Newline; newlines != 0; newlines &= newlines - 1 {
			end := w*64 + bits.TrailingZeros64(newlines)
			sc.line(start, end, &sc.lesson.fresh)
			start = end + 1
		}
	}
	if b.torn {
		sc.line(start, len(b.data), &sc.lesson.torn)
	}
}

// line looks at the line data[start:end].
func (sc *scanner) line(start, end int, found *facts) {
	s := &sc.split
	if end > start && s.data[end-1] == '\r' {
		end--
	}
	if end == start {
		return
	}
	sc.lines++
	s.line(start, end)
	if sc.learn && !sc.measure(start, end, found) {
		return
	}
	if sc.matcher == nil {
		return
	}
	r := &sc.record
	if sc.last > 0 {
		if !s.split(sc.last) {
			return
		}
		r.Clean = !s.odd(start, end)
		if !sc.matcher.Match(r) {
			return
		}
	}
	if !sc.learn && !sc.wellFormed(start, end) {
		return
	}
	r.Line = s.data[start:end]
	if sc.last == 0 {
		r.Clean = !s.odd(start, end)
	}
	if !sc.matcher.MatchTime(r) {
		return
	}
	sc.matches++
	if sc.shard != nil {
		sc.collectLine(sc.offset + int64(start))
	}
}

// measure counts the line. It reports false for a malformed one.
func (sc *scanner) measure(start, end int, found *facts) bool {
	if !sc.wellFormed(start, end) {
		if sc.lesson.malformed < 0 {
			sc.lesson.malformed = sc.offset + int64(start)
		}
		found.Lines++
		found.Malformed++
		return false
	}
	found.record(sc.record.Time, sc.day)
	return true
}

// wellFormed reports whether the line is a record, and reads its time.
func (sc *scanner) wellFormed(start, end int) bool {
	if end-start > sc.store.opts.MaxLine || !sc.split.split(len(sc.split.columns)) {
		return false
	}
	t, ok := sc.times.Parse(sc.split.columns[sc.store.opts.Schema.TimeField()])
	sc.record.Time = t
	return ok
}

// collectLine hands a match to the collector.
func (sc *scanner) collectLine(offset int64) {
	sc.key = sc.ordering.AppendKey(sc.key[:0], &sc.record, sc.matcher)
	if len(sc.key) >= 8 && sc.shard.pass(binary.BigEndian.Uint64(sc.key)) {
		return
	}
	sc.shard.add(sc.key, uint64(positionOf(sc.source, offset)^sc.flip))
}

// end brings together what a region has told.
func (sc *scanner) end(r *lineReader) {
	s := sc.scan
	stats := &s.store.counters
	stats.bytes.Add(r.gotten)
	r.gotten = 0
	stats.lines.Add(sc.lines)
	if !sc.learn {
		return
	}
	over := r.over
	r.over = overlong{}
	sc.lesson.fresh.add(facts{Lines: over.lines, Malformed: over.lines})
	sc.lesson.torn.add(facts{Lines: over.torn, Malformed: over.torn})
	if first := sc.lesson.malformed; over.lines+over.torn > 0 && (first < 0 || over.first < first) {
		sc.lesson.malformed = over.first
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	l := &s.learnt[sc.source]
	if sc.lesson.malformed >= 0 && (l.fresh.Malformed+l.torn.Malformed == 0 || sc.lesson.malformed < l.malformed) {
		l.malformed = sc.lesson.malformed
	}
	l.fresh.add(sc.lesson.fresh)
	l.torn.add(sc.lesson.torn)
	l.end = max(l.end, r.last)
}

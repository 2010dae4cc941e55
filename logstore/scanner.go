package logstore

import (
	"math/bits"

	"daybook/filter"
	"daybook/filter/bytescan"
)

// A scanner evaluates one scan's program for one worker, one region after the
// other.
type scanner struct {
	*scan
	evaluators map[*filter.Program]*evaluator
	split      splitter
	parser     recordParser // nil: lines are tab separated, and split as far as it takes
	times      filter.TimeParser
	unit       int64 // of times, in a second
	record     filter.Record
	timeColumn int
	keyColumns []int // that the order reads, ascending
	matches    int64
	shard      *shard
	spans      *keySpans // learn of what is read; nil for none
	groups     *tally
	key        []byte // scratch

	// Of the present region:
	source  int
	day     Day
	eval    *evaluator // nil: only measure
	learn   bool       // measure every line
	trusted bool       // every line is known to be a record
	untimed bool       // no line's time is needed
	tally   bool       // the text conditions decide, and no match is on the page
	base    int64      // offset of the present block's data
	span    keySpan    // of the matches, unless it is a tally
	lines   int64
	lesson  lesson
}

func newScanner(s *scan) *scanner {
	schema := s.store.opts.Schema
	sc := &scanner{scan: s, evaluators: make(map[*filter.Program]*evaluator)}
	sc.split.last = schema.Len() - 1
	sc.record.Columns = make([][]byte, schema.Len())
	sc.timeColumn, sc.unit = int(schema.TimeField()), schema.Unit()
	if format := s.store.opts.Format; format != Format(TabSeparated{}) {
		sc.parser = format.parser(schema)
	}
	if s.counting != nil {
		sc.groups = s.counting.newTally()
	}
	if s.collect != nil {
		sc.shard = newShard(s.collect)
		sc.shard.entries = s.store.entries.take()
		if h := s.harvest(); h != nil {
			sc.spans = h.spans
		}
		for f := range schema.Len() {
			if s.ordering.Uses(filter.Field(f)) {
				sc.keyColumns = append(sc.keyColumns, f)
			}
		}
	}
	return sc
}

// begin starts a region of a source. Without a program, lines are not
// matched; known ones are not measured.
func (sc *scanner) begin(source int, program *filter.Program, fresh bool) {
	src := sc.sources[source]
	sc.source, sc.day, sc.learn = source, src.day, fresh
	sc.lesson, sc.lines, sc.span = lesson{}, 0, noKeys()
	sc.eval = nil
	if program == nil {
		return
	}
	if sc.eval = sc.evaluators[program]; sc.eval == nil {
		sc.eval = newEvaluator(program, sc.store.opts.Format)
		sc.eval.matcher.StopOn(sc.query.Done())
		sc.evaluators[program] = sc.eval
	}
	sc.eval.enter(source)
	sc.trusted = !fresh && src.known.Malformed == 0
	timeless := sc.trusted && !program.UsesTime()
	sc.untimed = timeless && (sc.collect == nil || !sc.ordering.UsesTime()) && !sc.counting.usesTime()
	sc.tally = timeless && sc.groups == nil && (sc.collect == nil || sc.offPage(&src.known))
}

// block looks at the lines of a block.
func (sc *scanner) block(b block, w *worker) {
	masks := w.masks
	words := (len(b.data) + 63) / 64
	bytescan.Classify(masks[:words], b.data[:64*words], tsvSeparator, tsvEscape)
	masks[0].Newline &= ^uint64(0) << b.start
	if rest := len(b.data) % 64; rest != 0 {
		masks[words-1].Newline &= 1<<rest - 1
	}
	sc.base = b.offset - int64(b.start)
	sc.split.data, sc.split.masks = b.data, masks
	switch {
	case b.torn:
		sc.line(b.start, len(b.data), &sc.lesson.torn)
	case !sc.learn && sc.eval.choose(b.data[b.start:]):
		sc.candidates(b.start, w.marks[:words])
	case !sc.learn && sc.tally && sc.eval.excluded != nil:
		sc.others(b.start, words)
	default:
		sc.all(b.start, words)
	}
}

// all looks at every line.
func (sc *scanner) all(start, words int) {
	for w := range sc.split.masks[:words] {
		for newlines := sc.split.masks[w].Newline; newlines != 0; newlines &= newlines - 1 {
			end := w*64 + bits.TrailingZeros64(newlines)
			sc.line(start, end, &sc.lesson.fresh)
			start = end + 1
		}
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
	if sc.parser != nil {
		sc.parsed(start, end, found)
		return
	}
	s.line(start, end)
	if sc.learn && !sc.measure(found) {
		return
	}
	if sc.eval == nil {
		return
	}
	if s.passed < sc.eval.separators && !s.pass(sc.eval.separators) {
		return
	}
	for i := range sc.eval.steps {
		if !sc.matchStep(i) {
			return
		}
	}
	if sc.tally {
		sc.match()
		return
	}
	sc.finish()
}

// matchStep evaluates a step on the present line, of which its column was found.
func (sc *scanner) matchStep(i int) bool {
	s, step := &sc.split, &sc.eval.steps[i]
	column := s.found(step.column)
	if !step.plain {
		return sc.eval.matcher.MatchStep(i, s.data[column.from:column.to], s.cleanSpan(column))
	}
	if step.is(s.data[:cap(s.data)], column) {
		return !step.negate
	}
	if s.cleanSpan(column) {
		return step.negate
	}
	return sc.eval.matcher.MatchStep(i, s.data[column.from:column.to], false)
}

// parsed looks at a line that is taken apart at once.
func (sc *scanner) parsed(start, end int, found *facts) {
	s, r := &sc.split, &sc.record
	s.start, s.end = start, end
	ok := end-start <= sc.store.opts.MaxLine && sc.parser.parse(r, s.data[start:end])
	if sc.learn {
		sc.learnLine(found, ok)
	}
	if !ok || sc.eval == nil || !sc.eval.matcher.Match(r) || !sc.eval.matcher.MatchTime(r) {
		return
	}
	if sc.tally {
		sc.match()
		return
	}
	sc.matched()
}

// match counts a match that is not on the page.
func (sc *scanner) match() {
	sc.matches++
	if sc.shard != nil {
		sc.shard.inside++
	}
}

// finish looks at a line that the conditions on text let pass.
func (sc *scanner) finish() {
	if !sc.learn && !sc.trusted && !sc.wellFormed() || sc.trusted && !sc.untimed && !sc.readTime() {
		return
	}
	r := &sc.record
	if sc.eval.whole {
		s := &sc.split
		for i := range r.Columns {
			s.find(i)
			r.Columns[i] = s.bytes()
		}
		r.Line = s.data[s.start:s.end]
		r.Clean = !s.odd(s.start, s.end)
	}
	if !sc.untimed && !sc.eval.matcher.MatchTime(r) {
		return
	}
	sc.matched()
}

// matched hands on a match.
func (sc *scanner) matched() {
	sc.matches++
	if sc.shard != nil {
		sc.collectLine()
	}
	if sc.groups != nil {
		sc.countLine()
	}
}

// measure counts the line. It reports false for a malformed one.
func (sc *scanner) measure(found *facts) bool {
	ok := sc.wellFormed()
	sc.learnLine(found, ok)
	return ok
}

// learnLine counts the line, which is a record or malformed.
func (sc *scanner) learnLine(found *facts, record bool) {
	if record {
		found.record(sc.record.Time, dayOfTime(sc.record.Time, sc.unit), sc.day)
		return
	}
	found.malformed(1, sc.base+int64(sc.split.start))
}

// wellFormed reports whether the line is a record, and reads its time.
func (sc *scanner) wellFormed() bool {
	s := &sc.split
	return s.end-s.start <= sc.store.opts.MaxLine && s.find(s.last) && sc.readTime()
}

// readTime reads the line's time. It reports false where that is none.
func (sc *scanner) readTime() bool {
	s := &sc.split
	ok := s.find(sc.timeColumn)
	if ok {
		sc.record.Time, ok = sc.times.Parse(s.bytes())
	}
	return ok
}

// collectLine hands a match to the collector.
func (sc *scanner) collectLine() {
	s, r := &sc.split, &sc.record
	if sc.parser == nil {
		r.Clean = true
		for _, column := range sc.keyColumns {
			if !s.find(column) {
				return
			}
			r.Columns[column] = s.bytes()
			r.Clean = r.Clean && s.clean()
		}
	}
	prefix := sc.ordering.LowestPrefix(r, sc.eval.matcher)
	sc.span.add(keySpan{prefix, prefix})
	if sc.shard.pass(prefix) {
		return
	}
	sc.key = sc.ordering.AppendKey(sc.key[:0], r, sc.eval.matcher)
	at := positionOf(sc.source, sc.base+int64(s.start))
	sc.shard.add(sc.key, uint64(at^sc.flip))
}

// end brings together what a region has told.
func (sc *scanner) end(r *lineReader) {
	s := sc.scan
	stats := &s.store.counters
	stats.bytes.Add(r.gotten)
	stats.lines.Add(sc.lines)
	s.trace.add(scanning, tracedBytes, r.gotten)
	s.trace.add(scanning, tracedLines, sc.lines)
	r.gotten = 0
	if !sc.learn {
		return
	}
	over := r.over
	r.over = overlong{first: over.first} // of a line that may go on
	sc.lesson.fresh.malformed(over.lines, over.first)
	sc.lesson.torn.malformed(over.torn, over.first)
	s.mu.Lock()
	defer s.mu.Unlock()
	l := &s.learnt[sc.source]
	l.fresh.add(sc.lesson.fresh)
	l.torn.add(sc.lesson.torn)
	l.end = max(l.end, r.last)
}

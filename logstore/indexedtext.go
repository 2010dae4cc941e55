package logstore

import (
	"slices"

	"daybook/filter"
	"daybook/logstore/segment"
)

// The order of free text has no ranks. Where an order takes some, those matches
// that come first are found among their values, as a scan finds them: they come
// to the selector as a sorted list, like those of files without an index.

// mostSpelled is up to which entry of the order a page is found by making the
// values of free text. Beyond it, their keys would hardly fit into memory.
const mostSpelled = 64 << 10

// spells reports whether segments that have no dictionary of a field can make
// its values.
func (x *fileIndex) spells(f filter.Field) bool {
	return !slices.ContainsFunc(x.segments, func(s *segment.Segment) bool {
		return !s.Ordered(int(f)) && !s.Spelled(int(f))
	})
}

// spelling returns the field of free text that the order takes, of a segment;
// -1 if there is none.
func (s *indexedSearch) spelling(seg *segment.Segment) int {
	for _, term := range s.ordering.Terms() {
		if term.Field != s.store.opts.Schema.TimeField() && !seg.Ordered(int(term.Field)) {
			return int(term.Field)
		}
	}
	return -1
}

// spell takes those matches of segments from the runs whose order only their
// text tells, and hands them to shards of the collector, by worker.
func (s *indexedSearch) spell(collect *collector, flip position) ([]*shard, error) {
	shards := make([]*shard, s.store.opts.Workers)
	var units []unit
	var left []run
	for _, r := range s.runs {
		field := s.spelling(r.found.Segment())
		if field < 0 {
			left = append(left, r)
			continue
		}
		units = append(units, func(w *worker) unit {
			if shards[w.id] == nil {
				shards[w.id] = newShard(collect)
			}
			mem := s.memory()
			defer s.store.segments.Put(mem)
			t := &textOrder{indexedSearch: s, run: r, shard: shards[w.id], field: field, flip: flip}
			defer s.caught(r.source)
			t.collect(mem)
			mem.Release(r.found)
			return nil
		})
	}
	if len(units) == 0 {
		return nil, nil
	}
	s.runs = left
	before := len(s.gaveUp)
	if err := s.store.pool.runAll(s.ctx, units); err != nil {
		return nil, err
	}
	if len(s.gaveUp) > before {
		return nil, errNotIndexed // an index is not what it was
	}
	return slices.DeleteFunc(shards, func(s *shard) bool { return s == nil }), nil
}

// A textOrder hands the matches of one segment to a shard.
type textOrder struct {
	*indexedSearch
	run   run
	shard *shard
	field int // the field of free text that the order takes
	flip  position
	key   []byte // scratch

	number [filter.NumberSize]byte // scratch
}

func (t *textOrder) collect(mem *segment.Memory) {
	first := t.ordering.Terms()[0]
	wanted := func(bound []byte) bool {
		if int(first.Field) != t.field {
			return true
		}
		t.key = t.ordering.AppendTerm(t.key[:0], 0, 0, bound)
		return !t.beyond()
	}
	t.run.found.EachText(t.field, first.Desc, mem, wanted, t.visit)
}

// visit hands on one match, unless the first terms show that it is off the page.
func (t *textOrder) visit(record int, value func() []byte) {
	seg := t.run.found.Segment()
	t.key = t.key[:0]
	for i, term := range t.ordering.Terms() {
		field := int(term.Field)
		switch {
		case term.Field == t.store.opts.Schema.TimeField():
			t.key = t.ordering.AppendTerm(t.key, i, seg.Time(record), nil)
		case field == t.field:
			t.key = t.ordering.AppendTerm(t.key, i, 0, value())
		case t.store.opts.Schema.Ranged(term.Field):
			var number []byte
			if n := seg.Number(field, record); n != segment.Null {
				number = filter.AppendNumber(t.number[:0], n)
			}
			t.key = t.ordering.AppendTerm(t.key, i, 0, number)
		default:
			t.key = t.ordering.AppendTerm(t.key, i, 0, seg.Value(field, seg.Code(field, record)))
		}
		if i == 0 && t.beyond() {
			return
		}
	}
	t.shard.add(t.key, uint64(positionOf(t.run.source, seg.Start(record))^t.flip))
}

// beyond reports whether records whose keys begin with the present one, or with
// a greater one, are off the page.
func (t *textOrder) beyond() bool {
	cut := t.shard.c.cut.Load()
	if cut == nil {
		return false
	}
	e := makeEntry(t.key, 0)
	return e.compare(cut) > 0
}

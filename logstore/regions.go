package logstore

import (
	"math"

	"daybook/filter"
)

// A region is a stretch of a plain file: the lines that begin in
// [from, limit). Where from may lie within a line, or at its beginning, that
// line is the region's before it, whose limit is one byte behind.
type region struct {
	source      int
	from, limit int64
	within      bool
	program     *filter.Program // nil: measure only
	fresh       bool            // not known yet: to be measured
}

const (
	// regionSize is how much of a plain file one unit reads, in bytes: a
	// millisecond or less.
	regionSize = 2 << 20

	// Where the page wants the latest records, a file is read from its end,
	// beginning with less: the sooner the page is full, the fewer records
	// that are not on it are taken for candidates.
	firstRegion = 64 << 10
)

// A walk goes over what a scan has yet to read.
type walk struct {
	passed  int             // sources
	begun   bool            // the present source
	program *filter.Program // for its known stretch; nil leaves that out
	from    int64           // of what is left of it
	to      int64
	size    int64 // of the last region, backwards
}

// backwards reports whether the latest sources and records are read first, as
// it is best where ties are won by the latest position.
func (s *scan) backwards() bool {
	if h := s.harvest(); h != nil {
		return h.backwards
	}
	return s.flip != 0
}

// harvest returns the harvest that the scan is for, nil if it is for a page.
func (s *scan) harvest() *harvest {
	if s.collect == nil {
		return nil
	}
	return s.collect.harvest
}

// unit makes the next unit of work.
func (s *scan) unit() (unit, bool) {
	c := &s.next
	for ; c.passed < len(s.sources); *c = (walk{passed: c.passed + 1}) {
		i := c.passed
		if s.backwards() {
			i = len(s.sources) - 1 - i
		}
		src := s.sources[i]
		if src.left {
			continue
		}
		first := !c.begun
		if first {
			*c = walk{passed: c.passed, begun: true, program: s.plan(src), from: s.begin(src), to: src.stamp.Size}
			if c.program == nil {
				c.from = src.known.Covered
			}
			if s.harvest() != nil {
				c.size = regionSize // the same regions in each pass
			}
			s.tracePlan(src, c)
		}
		if src.enc != plain {
			if first && (c.program != nil || !src.whole) && !s.collect.skips(i, 0, math.MaxInt64) {
				return s.streamUnit(i, c.program), true
			}
			continue
		}
		for c.from < c.to {
			if r := s.region(c, i); !s.collect.skips(i, r.from, r.limit) {
				return func(w *worker) unit {
					s.readRegion(w, r)
					return nil
				}, true
			}
		}
	}
	return nil, false
}

// begin returns where the scan begins to read a source: behind the segments of
// its beginning, if others search them.
func (s *scan) begin(src *source) int64 {
	if s.unindexed && src.index != nil && src.index.live {
		return src.index.to
	}
	return 0
}

// region takes the next region off what is left of the present source.
func (s *scan) region(c *walk, source int) region {
	covered := s.sources[source].known.Covered
	from, to := c.from, c.to
	if s.backwards() {
		c.size = min(max(4*c.size, firstRegion), regionSize)
		from = max(from, (to-1)&^(c.size-1))
		if to > covered {
			from = max(from, covered)
		}
		c.to = from
	} else {
		to = min(to, from&^(regionSize-1)+regionSize)
		if from < covered {
			to = min(to, covered)
		}
		c.from = to
	}
	// What is known ends with a line; any other boundary may lie within one.
	begins := from == 0 || from == covered || from == s.begin(s.sources[source])
	r := region{source: source, from: from, limit: to + 1, within: !begins, program: c.program}
	if to == covered {
		r.limit = to
	}
	if r.fresh = from >= covered; r.fresh {
		r.program = s.program
	}
	return r
}

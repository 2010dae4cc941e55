package logstore

import "daybook/filter"

// A summary is what the segments of an index come to. It is in memory, so that
// nothing of the segments is read for it.
type summary struct {
	records     int64
	first, last int64  // the least and the greatest time; the first is greater where there is no record
	unordered   uint64 // fields, by bit, of which some segment has no ranks
}

// summarize makes x's summary, once its segments are complete.
func (x *fileIndex) summarize() {
	x.sum = summary{first: filter.MaxNumber, last: filter.MinNumber}
	for _, seg := range x.segments {
		first, last := seg.Times()
		x.sum.records += int64(seg.Records())
		x.sum.first, x.sum.last = min(x.sum.first, first), max(x.sum.last, last)
		x.sum.unordered |= seg.Unordered()
	}
}

// judge finds the sources of which every record matches, or none, by the times of
// their records alone. How many match is known then, and of their index nothing
// need be read unless the page is there: see open. Matches of which the order takes
// free text are found before that; sources with such a page are not judged.
func (s *indexedSearch) judge(page bool) {
	for _, src := range s.snap.sources {
		src.verdict, src.unread = filter.MayMatch, false
		if src.index == nil || page && s.spelled(src.index) > 0 {
			continue
		}
		src.verdict, _ = s.program.Prune(filter.Summary{First: src.index.sum.first, Last: src.index.sum.last})
		src.unread = src.verdict != filter.MayMatch
	}
}

// judged returns how many records match by the verdicts alone.
func (s *indexedSearch) judged() (n int64) {
	for _, src := range s.snap.sources {
		if src.allMatch() {
			n += src.index.sum.records
		}
	}
	return n
}

// allMatch reports whether all that is known of the matches in the source is that all
// its records match.
func (s *source) allMatch() bool { return s.unread && s.index != nil && s.verdict == filter.AllMatch }

// open makes runs of the sources that are counted, where the page, which is the
// matches from offset up to end, may be in them. Of all matches there are count, and
// outside of segments raw. It returns how many of those left out come before the page.
func (s *indexedSearch) open(offset, end, raw, count int64) (before int64) {
	left := make([]int, 0, len(s.snap.sources))
	for i, src := range s.snap.sources {
		if src.allMatch() {
			left = append(left, i)
		}
	}
	if len(left) == 0 {
		return 0
	}
	known := s.extents(left, raw)
	for _, i := range left {
		src := s.snap.sources[i]
		if known != nil {
			sooner, later := known.around(s.extentOf(i))
			switch {
			case sooner >= end:
				continue
			case count-later <= offset:
				before += src.index.sum.records
				continue
			}
		}
		src.unread = false
		for _, seg := range src.index.segments {
			s.runs = append(s.runs, run{i, seg.All()})
		}
	}
	s.sortRuns()
	return before
}

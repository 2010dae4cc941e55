package logstore

// facts are what is known of a stretch of content from its beginning.
type facts struct {
	Covered   int64 // bytes described; a line begins there, or the content ends
	Lines     int64 // raw lines, malformed ones included
	Malformed int64
	Bad       int64 `json:",omitempty"` // 1 + the offset of the first malformed line; 0 where there is none, or nobody knows where
	Misfiled  int64 // records more than three days off their file's day
	First     int64 // least time of a record, when there is one, in the schema's unit
	Last      int64 // greatest time of a record
}

// records returns the number of lines that hold a record.
func (f *facts) records() int64 { return f.Lines - f.Malformed }

// unplaced reports whether there are malformed lines, and nobody knows where: as
// in what was written down before that was.
func (f *facts) unplaced() bool { return f.Malformed > 0 && f.Bad == 0 }

// malformed adds so many malformed lines, the first of which begins at an offset.
func (f *facts) malformed(lines, offset int64) {
	if lines > 0 {
		f.add(facts{Lines: lines, Malformed: lines, Bad: offset + 1})
	}
}

// add adds what is known of other lines. Covered stays.
func (f *facts) add(g facts) {
	switch {
	case g.records() == 0:
	case f.records() == 0:
		f.First, f.Last = g.First, g.Last
	default:
		f.First, f.Last = min(f.First, g.First), max(f.Last, g.Last)
	}
	switch {
	case g.Malformed == 0:
	case f.Malformed == 0:
		f.Bad = g.Bad
	default:
		f.Bad = min(f.Bad, g.Bad) // not known where it is not known of one
	}
	f.Lines += g.Lines
	f.Malformed += g.Malformed
	f.Misfiled += g.Misfiled
}

// record adds one record of that time, which is on the day on, in a file of that
// day.
func (f *facts) record(time int64, on, day Day) {
	if f.records() == 0 {
		f.First, f.Last = time, time
	} else {
		f.First, f.Last = min(f.First, time), max(f.Last, time)
	}
	f.Lines++
	if off := on - day; off < -misfiledDays || off > misfiledDays {
		f.Misfiled++
	}
}

// misfiledDays is how far a record's time may be off its file's day and still
// be found by a query that is bounded to that time.
const misfiledDays = 3

// overlaps reports whether a record's time may lie in [from, to].
func (f *facts) overlaps(from, to int64) bool {
	return f.records() > 0 && f.First <= to && f.Last >= from
}

package logstore

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// A Status describes a journal: its files, and how it is followed.
type Status struct {
	Days      []DayStatus   // the newest first
	Lag       time.Duration // age of the oldest byte that was there and not visible yet when Status was called; 0: none
	Incidents []Incident    // of the whole journal, the newest first, at most 1,000, of them at most 100 of kind Deleted
	Ignored   []string      // names of other entries of the journal folder, sorted
}

// A DayStatus describes the files of one day, by position.
type DayStatus struct {
	Day   Day
	Files []FileStatus
}

// A FileStatus describes one file. Of one that can't be read, or of which
// another file of its part stands for it, nothing but its size may be known.
type FileStatus struct {
	Name      string
	Bytes     int64 // its size
	Lines     int64 // malformed ones included
	Malformed int64
	Misfiled  int64 // records more than three days off their file's day
	First     int64 // least time of a record, in Unix seconds, where there is one
	Last      int64 // greatest time of a record
	State     FileState
	Problems  []string // fit for the person who asked
}

// HasRecords reports whether First and Last are times.
func (f *FileStatus) HasRecords() bool { return f.Lines > f.Malformed }

// A FileState says how queries read a file.
type FileState uint8

const (
	FileLive     FileState = iota // its day is not over: more may be appended
	FileSealed                    // by its index
	FileRaw                       // whole, since it has no index and is to have none
	FileBuilding                  // whole, until its index is built
	FileDamaged                   // not at all, or not to its end: Problems say why
)

// String returns the state as the API spells it.
func (s FileState) String() string {
	return [...]string{"live", "sealed", "raw", "building", "damaged"}[s]
}

// Status describes the files of the days from first to last, both included. What
// is not known of them is read. A file that can't be read is no error.
func (s *Store) Status(ctx context.Context, first, last Day) (*Status, error) {
	lag := s.lag() // before the look, which ends it mostly
	release, err := s.admit(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	if s.follower != nil {
		if err := s.lookNow(ctx); err != nil {
			return nil, err
		}
	}
	l, err := s.list()
	if err != nil {
		return nil, err
	}
	st := &Status{Ignored: l.ignored, Incidents: s.incidents.newest(), Lag: lag}
	parts := l.between(first, last)
	for i := len(parts) - 1; i >= 0; {
		from := i
		for from > 0 && parts[from-1].day == parts[i].day {
			from--
		}
		day := DayStatus{Day: parts[i].day}
		for p := from; p <= i; p++ {
			files, err := s.describePart(ctx, &parts[p])
			if err != nil {
				return nil, err
			}
			day.Files = append(day.Files, files...)
		}
		st.Days = append(st.Days, day)
		i = from - 1
	}
	s.describeRefused(st, l, first, last)
	return st, nil
}

// describeRefused adds the entries that are named like day files and are no
// files.
func (s *Store) describeRefused(st *Status, l *listing, first, last Day) {
	for _, r := range l.refused {
		part, _, ok := s.lister.pattern.parse(r.File)
		if !ok || part.day < first || part.day > last {
			continue
		}
		at, found := slices.BinarySearchFunc(st.Days, part.day, func(d DayStatus, day Day) int { return cmp.Compare(day, d.Day) })
		if !found {
			st.Days = slices.Insert(st.Days, at, DayStatus{Day: part.day})
		}
		st.Days[at].Files = append(st.Days[at].Files, FileStatus{Name: r.File, State: FileDamaged, Problems: []string{r.Reason}})
	}
}

// describePart describes the files of a part.
func (s *Store) describePart(ctx context.Context, p *listedPart) ([]FileStatus, error) {
	sources, err := s.resolve(ctx, p)
	if ctxErr := contextError(err); ctxErr != nil {
		return nil, ctxErr
	}
	var files []FileStatus
	if err != nil {
		report := readError(p.anyFile(), err)
		files = append(files, FileStatus{Name: report.File, State: FileDamaged, Problems: []string{report.Reason}})
	}
	for _, src := range sources {
		f, err := s.describe(ctx, src)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	for e := encodings; e > 0; e-- {
		name := p.file(e - 1)
		if !p.has[e-1] || slices.ContainsFunc(files, func(f FileStatus) bool { return f.Name == name }) {
			continue
		}
		f := FileStatus{Name: name, State: FileRaw}
		if info, err := os.Lstat(filepath.Join(s.opts.Dir, name)); err == nil {
			f.Bytes = info.Size()
		}
		if len(sources) > 0 {
			f.Problems = []string{fmt.Sprintf("is not read: %s stands for it", sources[0].name)}
		}
		files = append(files, f)
	}
	slices.SortFunc(files, func(a, b FileStatus) int { return cmp.Compare(a.Name, b.Name) })
	return files, nil
}

// describe describes a file that is read.
func (s *Store) describe(ctx context.Context, src *source) (FileStatus, error) {
	f := FileStatus{Name: src.name, State: s.stateOf(src)}
	if !src.whole {
		defer src.close()
		if err := s.hold(src, src.enc == plain, nil); err != nil {
			return src.failed(f, err), nil
		}
	}
	f.Bytes = src.stamp.Size
	if !src.whole {
		bad, err := s.measure(ctx, []*source{src})
		if err != nil {
			return f, err
		}
		if len(bad) > 0 {
			return src.failed(f, bad[0].err), nil
		}
	}
	if c, ok := s.copies.get()[src.name]; ok && src.stamp.sameFile(c.stamp) {
		f.Problems = append(f.Problems, fmt.Sprintf("is not read: it is a copy of %s", c.of))
	}
	all := src.known
	all.add(src.fresh)
	unit := s.opts.Schema.Unit()
	f.Lines, f.Malformed, f.Misfiled = all.Lines, all.Malformed, all.Misfiled
	f.First, f.Last = floorDiv(all.First, unit), floorDiv(all.Last, unit)
	if f.Malformed > 0 {
		f.Problems = append(f.Problems, malformedText(&all))
	}
	if f.Misfiled > 0 {
		f.Problems = append(f.Problems, fmt.Sprintf("records more than %d days off their file's day: %d", misfiledDays, f.Misfiled))
	}
	return f, nil
}

// malformedText says how many malformed lines there are, and where the first one
// begins, counted from 0; in a compressed file, in its content.
func malformedText(f *facts) string {
	text := fmt.Sprintf("malformed lines: %d", f.Malformed)
	if !f.unplaced() {
		text += fmt.Sprintf(", the first at byte %d", f.Bad-1)
	}
	return text
}

// failed returns f as the status of a file that can't be read.
func (s *source) failed(f FileStatus, err error) FileStatus {
	f.Bytes, f.State = s.stamp.Size, FileDamaged
	f.Problems = append(f.Problems, readError(s.name, err).Reason)
	return f
}

// stateOf returns how queries read a source that can be read.
func (s *Store) stateOf(src *source) FileState {
	switch {
	case !src.closed:
		return FileLive
	case s.indexOf(src, s.memory.now()) != nil:
		return FileSealed
	case s.index == nil || src.stamp.Size < s.opts.IndexFrom || src.whole && src.known.records() == 0:
		return FileRaw
	}
	return FileBuilding
}

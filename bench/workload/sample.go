package workload

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

// columns is how many a record has.
const columns = 7

// A Record is the columns of one line, as they stand in the file.
type Record [columns]string

// value returns the column of that name.
func (r *Record) value(field Field) string { return r[slices.Index(Fields(), field)] }

// A File is one day file.
type File struct {
	Name  string // base name
	Day   time.Time
	Lines int64
	Bytes int64
}

// A Sample is a journal read once: the size of each file, and some records of
// each, evenly spread.
type Sample struct {
	Dir     string
	Files   []File // oldest first
	Records []Record
}

// Read reads the day files of dir, whose names are given oldest first, and
// keeps one record in so many. It also brings the files into the page cache.
func Read(ctx context.Context, dir string, names []string, every int64) (*Sample, error) {
	if len(names) == 0 {
		return nil, errors.New("read sample: no files")
	}
	s := &Sample{Dir: dir, Files: make([]File, len(names))}
	records, failed := make([][]Record, len(names)), make([]error, len(names))
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	var group sync.WaitGroup
	for i, name := range names {
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			if failed[i] = ctx.Err(); failed[i] == nil {
				s.Files[i], records[i], failed[i] = readFile(dir, name, every)
			}
		})
	}
	group.Wait()
	if err := errors.Join(failed...); err != nil {
		return nil, fmt.Errorf("read sample: %w", err)
	}
	for _, kept := range records {
		s.Records = append(s.Records, kept...)
	}
	return s, nil
}

// readFile reads one file of a journal.
func readFile(dir, name string, every int64) (File, []Record, error) {
	f := File{Name: name}
	date := strings.TrimSuffix(strings.TrimPrefix(name, "audit-"), ".tsv")
	var err error
	if f.Day, err = time.Parse(time.DateOnly, date); err != nil {
		return f, nil, fmt.Errorf("%s is no day file: %w", name, err)
	}
	file, err := os.Open(filepath.Join(dir, name))
	if err != nil {
		return f, nil, err
	}
	defer file.Close()
	var kept []Record
	lines := bufio.NewScanner(file)
	lines.Buffer(make([]byte, 256<<10), 1<<20)
	for ; lines.Scan(); f.Lines++ {
		f.Bytes += int64(len(lines.Bytes())) + 1
		if f.Lines%every != 0 {
			continue
		}
		split := strings.SplitN(lines.Text(), "\t", columns)
		if len(split) != columns {
			return f, nil, fmt.Errorf("%s line %d: %d columns, want %d", name, f.Lines+1, len(split), columns)
		}
		kept = append(kept, Record(split))
	}
	if err := lines.Err(); err != nil {
		return f, nil, fmt.Errorf("read %s: %w", name, err)
	}
	return f, kept, nil
}

// Lines returns the number of lines in the files of a span; of all for nil.
func (s *Sample) Lines(span *Span) int64 {
	var lines int64
	for _, f := range s.In(span) {
		lines += f.Lines
	}
	return lines
}

// Bytes returns the size of all files.
func (s *Sample) Bytes() int64 {
	var size int64
	for _, f := range s.Files {
		size += f.Bytes
	}
	return size
}

// In returns the files of a span, oldest first; all for nil. A generated file
// holds times of its own day only.
func (s *Sample) In(span *Span) []File {
	var files []File
	for _, f := range s.Files {
		if span.Holds(f.Day) {
			files = append(files, f)
		}
	}
	return files
}

// All returns the days from the first file to the last.
func (s *Sample) All() Span {
	return Span{First: s.Files[0].Day, Last: s.Files[len(s.Files)-1].Day}
}

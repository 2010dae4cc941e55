package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
)

// word is what ripgrep looks for.
const word = "completed"

// first is the index of firstQuery among the queries of a survey.
const first = 0

// A survey is what a plain reading of a journal finds: which answers are
// right. It shares no code with daybook.
type survey struct {
	journal *journal
	queries []query // firstQuery, then those asked for
	files   []fileSurvey
}

// A fileSurvey is what one day file holds.
type fileSurvey struct {
	path        string
	bytes       int64
	lines       int64
	withWord    int64 // lines that hold word
	first, last int64 // times of its records
	found       []finding
}

// A finding is what a query finds.
type finding struct {
	count  int64
	time   int64  // of the newest match
	newest []byte // its line; nil without a match
}

// surveyJournal reads every file of j, several at a time.
func surveyJournal(ctx context.Context, j *journal, queries []query) (*survey, error) {
	s := &survey{journal: j, queries: append([]query{firstQuery()}, queries...), files: make([]fileSurvey, len(j.files))}
	var (
		group  sync.WaitGroup
		next   atomic.Int64
		failed = make([]error, runtime.GOMAXPROCS(0))
	)
	for worker := range failed {
		group.Go(func() {
			for failed[worker] == nil {
				i := int(next.Add(1) - 1)
				if i >= len(j.files) {
					return
				}
				if failed[worker] = ctx.Err(); failed[worker] == nil {
					failed[worker] = s.read(i)
				}
			}
		})
	}
	group.Wait()
	for _, err := range failed {
		if err != nil {
			return nil, err
		}
	}
	return s, nil
}

// read surveys the i-th file.
func (s *survey) read(i int) error {
	f := &s.files[i]
	*f = fileSurvey{path: filepath.Join(s.journal.dir, s.journal.files[i]), found: make([]finding, len(s.queries))}
	file, err := os.Open(f.path)
	if err != nil {
		return err
	}
	defer file.Close()
	var r record
	lines := bufio.NewScanner(file)
	lines.Buffer(make([]byte, 64<<10), 1<<20)
	for lines.Scan() {
		if err := r.parse(lines.Bytes()); err != nil {
			return fmt.Errorf("%s: %w", f.path, err)
		}
		f.add(&r, s.queries)
	}
	return lines.Err()
}

// add takes one more record into account.
func (f *fileSurvey) add(r *record, queries []query) {
	if f.lines == 0 {
		f.first, f.last = r.time, r.time
	}
	f.first, f.last = min(f.first, r.time), max(f.last, r.time)
	f.lines++
	f.bytes += int64(len(r.line)) + 1
	if bytes.Contains(r.line, []byte(word)) {
		f.withWord++
	}
	for i := range queries {
		q, found := &queries[i], &f.found[i]
		if r.time < q.from || r.time > q.to || !q.match(r) {
			continue
		}
		found.count++
		// Of records of one second, the one that stands last is the newest.
		if found.newest == nil || r.time >= found.time {
			found.time, found.newest = r.time, append(found.newest[:0], r.line...)
		}
	}
}

// An expectation is the right answer to one query.
type expectation struct {
	count, total int64
	time         int64    // of the newest match
	newest       []string // its text columns, as shown; nil without a match
	files        []string // paths of the files it reads, oldest first
	withWord     int64    // lines of these files that hold word
}

// expect returns what the i-th query must be answered. The files of a
// generated journal hold the times of their own day, so the ones whose times
// overlap with the query's are the ones to read.
func (s *survey) expect(i int) (*expectation, error) {
	q, e := &s.queries[i], new(expectation)
	var newest []byte
	for j := range s.files {
		f := &s.files[j]
		if f.lines == 0 || f.last < q.from || f.first > q.to {
			continue
		}
		e.files = append(e.files, f.path)
		e.total += f.lines
		e.withWord += f.withWord
		found := &f.found[i]
		e.count += found.count
		if found.newest != nil && (newest == nil || found.time >= e.time) {
			e.time, newest = found.time, found.newest
		}
	}
	if newest == nil {
		return nil, fmt.Errorf("%s: finds nothing in %s", q.name, s.journal.dir)
	}
	var r record
	if err := r.parse(newest); err != nil {
		return nil, err
	}
	e.newest = r.values()
	return e, nil
}

// size returns how large the journal is.
func (s *survey) size() journalSize {
	var size journalSize
	for i := range s.files {
		size.Files++
		size.Lines += s.files[i].lines
		size.Bytes += s.files[i].bytes
	}
	return size
}

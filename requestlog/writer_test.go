package requestlog

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"daybook/dayfile"
)

// A faultyDisk is a journal in memory that fails and stalls as it is told.
type faultyDisk struct {
	mu      sync.Mutex // guards what follows
	lines   []string
	fail    error         // of every write; nil: none
	room    int           // lines that fit before it fails; below 0: any number
	stalled chan struct{} // writes wait until it is closed; nil: they do not
	waits   int           // writes that wait
}

func (d *faultyDisk) Write(lines []byte) (int, error) {
	d.mu.Lock()
	stalled := d.stalled
	if stalled != nil {
		d.waits++
	}
	d.mu.Unlock()
	if stalled != nil {
		<-stalled
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.fail == nil {
		d.lines = append(d.lines, strings.SplitAfter(strings.TrimSuffix(string(lines), "\n"), "\n")...)
		return len(lines), nil
	}
	all := strings.SplitAfter(strings.TrimSuffix(string(lines), "\n"), "\n")
	fit := all[:min(len(all), max(0, d.room))]
	d.lines = append(d.lines, fit...)
	d.room -= len(fit)
	return len(strings.Join(fit, "")), &dayfile.WriteError{File: "x", Written: len(fit), Records: len(all), Err: d.fail}
}

func (d *faultyDisk) Close() error { return nil }

func (d *faultyDisk) set(change func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	change()
}

func (d *faultyDisk) written() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.lines)
}

// on returns options for a log on d.
func (d *faultyDisk) on(o Options) Options {
	o.open = func(dayfile.Options) (journalWriter, error) { return d, nil }
	return o
}

// errorList keeps what was reported.
type errorList struct {
	mu  sync.Mutex // guards all
	all []error
}

func (l *errorList) report(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, err)
}

func (l *errorList) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return errors.Join(l.all...).Error()
}

// TestStalledDisk has a disk that takes nothing for a while. Requests go on; as
// much as the queue holds is written afterwards, and the rest is counted.
func TestStalledDisk(t *testing.T) {
	t.Parallel()
	stalled := make(chan struct{})
	disk := &faultyDisk{stalled: stalled}
	var reported errorList
	rig := newRig(t, disk.on(Options{Report: reported.report}))
	const more = 1000
	taken := 0
	for i := range queueEntries + more {
		if rig.Add(&Entry{Started: noon, Endpoint: fmt.Sprint("/", i)}) {
			taken++
		}
	}
	await(t, "a write to stall", func() bool { disk.mu.Lock(); defer disk.mu.Unlock(); return disk.waits > 0 })
	if stats := rig.Stats(); taken != queueEntries || stats.Dropped != more || stats.Written != 0 || stats.Waiting != queueEntries {
		t.Errorf("%d taken, stats %+v; want %d taken, %d dropped", taken, stats, queueEntries, more)
	}
	disk.set(func() { disk.stalled = nil })
	close(stalled)
	if err := rig.Close(); err != nil {
		t.Error(err)
	}
	if stats := rig.Stats(); disk.written() != taken || stats.Written != int64(taken) || stats.Waiting != 0 {
		t.Errorf("%d written, stats %+v; want %d", disk.written(), stats, taken)
	}
	if want := fmt.Sprintf("request log: %d requests not recorded: %v", more, ErrBehind); reported.text() != want {
		t.Errorf("reported %q, want %q", reported.text(), want)
	}
	if rig.Add(&Entry{}) {
		t.Error("a closed log takes a record")
	}
}

// TestQueueBytes has few but large entries wait.
func TestQueueBytes(t *testing.T) {
	t.Parallel()
	q := newQueue()
	large := func() *Entry { return &Entry{Body: Body{Text: make([]byte, 1<<20)}} }
	n := 0
	for q.put(large()) {
		n++
	}
	if n != queueBytes>>20-1 { // each is a little larger than its body
		t.Errorf("%d entries of 1 MiB fit, want %d", n, queueBytes>>20-1)
	}
	batch := q.take(0)
	if q.put(large()) {
		t.Error("what was taken and not released counts no more")
	}
	q.release(batch)
	if !q.put(large()) || q.waiting() != n-len(batch)+1 {
		t.Errorf("%d entries wait", q.waiting())
	}
}

// TestQueueCountsAll makes one part of an entry large after the other.
func TestQueueCountsAll(t *testing.T) {
	t.Parallel()
	large := strings.Repeat("x", 1<<20)
	for name, e := range map[string]*Entry{
		"query": {Query: large}, "endpoint": {Endpoint: large}, "message": {ExceptionMessage: large}, "traceback": {ExceptionTraceback: large},
		"body": {Body: Body{Text: []byte(large)}}, "response": {Response: Body{Text: []byte(large)}}, "secret": {Secrets: []string{"", large}},
		"header": {RequestHeader: http.Header{"A": {"", large}}}, "name": {ResponseHeader: http.Header{large: nil}},
	} {
		if size := e.size(); size < 1<<20 || size > 1<<20+1<<12 {
			t.Errorf("%s: %d bytes", name, size)
		}
	}
}

// TestFullDisk has a disk that is full for a while: what it refused is written
// when there is room, in order and once.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	disk := &faultyDisk{fail: syscall.ENOSPC, room: 3}
	var reported errorList
	rig := newRig(t, disk.on(Options{Report: reported.report, retry: time.Millisecond}))
	for range 10 {
		rig.Add(&Entry{Started: noon})
	}
	await(t, "the disk to be full", func() bool { return rig.Stats().Written == 3 })
	disk.set(func() { disk.fail = nil })
	if err := rig.Close(); err != nil {
		t.Error(err)
	}
	var last int64
	for _, line := range disk.lines {
		r, err := ParseLine([]byte(line))
		if err != nil || last != 0 && r.ID != last+1 {
			t.Fatalf("id %d after %d, %v", r.ID, last, err)
		}
		last = r.ID
	}
	if len(disk.lines) != 10 || rig.Stats().Dropped != 0 {
		t.Errorf("%d lines, %+v", len(disk.lines), rig.Stats())
	}
	if text := reported.text(); !strings.Contains(text, "no space left on device") || strings.Count(text, "\n") > 0 {
		t.Errorf("reported %q, want that the disk is full, once", text)
	}
}

// TestCloseOnFullDisk gives up what can't be written, and says so.
func TestCloseOnFullDisk(t *testing.T) {
	t.Parallel()
	disk := &faultyDisk{fail: syscall.ENOSPC, room: 3}
	var reported errorList
	rig := newRig(t, disk.on(Options{Report: reported.report, retry: time.Hour}))
	for range 10 {
		rig.Add(&Entry{Started: noon})
	}
	if err := rig.Close(); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("Close = %v", err)
	}
	if stats := rig.Stats(); stats.Written != 3 || stats.Dropped != 7 || stats.Waiting != 0 {
		t.Errorf("stats %+v, want 3 written, 7 dropped", stats)
	}
	if text := reported.text(); !strings.Contains(text, "7 requests not recorded: append to x: ") {
		t.Errorf("reported %q", text)
	}
}

// TestBrokenEntry has an entry that makes the program panic when it is looked at.
func TestBrokenEntry(t *testing.T) {
	t.Parallel()
	var reported errorList
	rig := newRig(t, Options{Report: reported.report})
	if r := rig.makeRecord(nil); r != nil || rig.Stats().Dropped != 1 {
		t.Errorf("a record %+v, stats %+v", r, rig.Stats())
	}
	rig.Add(&Entry{})
	if records := rig.records(); len(records) != 1 {
		t.Errorf("%d records", len(records))
	}
	if text := reported.text(); !strings.Contains(text, "1 request not recorded: make record: panic: runtime.errorString") {
		t.Errorf("reported %q", text)
	}
}

// TestMidnight writes before and after it; the day is that of the writing.
func TestMidnight(t *testing.T) {
	t.Parallel()
	clock := newClock(noon)
	rig := newRig(t, Options{Now: clock.now})
	for day := range 3 {
		clock.set(noon.AddDate(0, 0, day))
		rig.Add(&Entry{Started: noon})
		await(t, "a record", func() bool { return rig.Stats().Written == int64(day+1) })
	}
	records := rig.records()
	for day, r := range records {
		if want := timestamp(noon.AddDate(0, 0, day)); r.CreatedAt != want || r.UpdatedAt != want || r.StartedAt != timestamp(noon) {
			t.Errorf("record %d was created at %v, want %v", day, r.CreatedAt, want)
		}
	}
	if got := strings.Join(names(t, rig.dir), " "); len(records) != 3 || got != "requests-2026-04-22.jsonl requests-2026-04-23.jsonl requests-2026-04-24.jsonl "+idsFile {
		t.Errorf("%d records in %s", len(records), got)
	}
}

// TestVisibleSoon wants a record in its file without anything else happening, and
// well within a second, with the pace of a real log.
func TestVisibleSoon(t *testing.T) {
	t.Parallel()
	gather := Options{}.withDefaults().gather
	if gather > 100*time.Millisecond {
		t.Errorf("a batch gathers for %v", gather)
	}
	rig := newRig(t, Options{gather: gather, Now: time.Now})
	for n := range int64(3) {
		rig.Add(&Entry{Started: time.Now()})
		await(t, "a record", func() bool { return rig.Stats().Written == n+1 })
	}
}

package requestlog

import (
	"bytes"
	"errors"
	"io"
	"log"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"
)

// noon is the time of most tests.
var noon = time.Date(2026, 4, 22, 12, 0, 0, 123456000, time.UTC)

// atNoon is a clock that stands still.
func atNoon() time.Time { return noon }

// A rig is a log in a folder of its own.
type rig struct {
	*Log
	t   testing.TB
	dir string
}

// newRig opens a log. It reports errors as failures, unless the options say
// where to.
func newRig(t testing.TB, o Options) *rig {
	t.Helper()
	if o.Dir == "" {
		o.Dir = filepath.Join(t.TempDir(), "requests")
	}
	if o.Now == nil {
		o.Now = atNoon
	}
	if o.Report == nil {
		o.Report = func(err error) { t.Errorf("reported: %v", err) }
	}
	if o.gather == 0 {
		o.gather = time.Millisecond
	}
	l, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return &rig{l, t, o.Dir}
}

// records closes the log and returns what is in its files.
func (r *rig) records() []*Record {
	r.t.Helper()
	if err := r.Close(); err != nil {
		r.t.Error(err)
	}
	return readRecords(r.t, r.dir)
}

// readRecords returns the records in the files of a folder, in the order of the
// files.
func readRecords(t testing.TB, dir string) (records []*Record) {
	t.Helper()
	for line := range bytes.Lines(readFiles(t, dir)) {
		record, err := ParseLine(line)
		if err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		records = append(records, record)
	}
	return records
}

// readFiles returns the content of all files in a folder but that of ids.
func readFiles(t testing.TB, dir string) (content []byte) {
	t.Helper()
	files, err := listFiles(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		text, err := os.ReadFile(filepath.Join(dir, f.Name))
		if err != nil {
			t.Fatal(err)
		}
		content = append(content, text...)
	}
	return content
}

// await waits until done says so.
func await(t testing.TB, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain: %s", what)
		}
	}
}
func discardLog() *log.Logger { return log.New(io.Discard, "", 0) }

// A clock shows what it was set to.
type clock struct{ at atomic.Pointer[time.Time] }

func newClock(t time.Time) *clock {
	c := new(clock)
	c.set(t)
	return c
}

func (c *clock) set(t time.Time) { c.at.Store(&t) }
func (c *clock) now() time.Time  { return *c.at.Load() }

// asDrop is errors.As for a DropError.
func asDrop(err error, drop **DropError) bool { return errors.As(err, drop) }

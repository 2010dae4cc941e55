package generate

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Names of the day files of an audit journal, and of a journal of requests.
const (
	DefaultPattern        = "audit-{date}.tsv"
	DefaultRequestPattern = "requests-{date}.jsonl"
)

const dateSlot = "{date}"

// Bounds of Options.
const (
	maxDays  = 36_525 // a hundred years
	maxLines = 1_000_000_000_000
)

// Options say what journal to write. Dir, Days, Lines and End are required.
// The bytes of a file depend on Seed, its day and its number of lines.
type Options struct {
	Dir     string    // made when missing
	Pattern string    // of file names; {date} stands once for the day, as YYYY-MM-DD; "": the default of its kind
	Days    int       // files to write, one for each day
	Lines   int64     // in all files together
	End     time.Time // any moment of the last day, in UTC
	Seed    uint64

	Requests  bool // records of requests, in JSON, instead of audit records
	Overwrite bool // replace files that are there, instead of refusing to start
	Workers   int  // days written at once; 0: GOMAXPROCS

	// Progress is told from time to time what has been written so far, in
	// all files together: often, but not for each line, and by one goroutine
	// at a time. May be nil.
	Progress func(lines, bytes int64)
}

// An ExistsError refuses to overwrite day files. Nothing was written.
type ExistsError struct {
	Dir   string
	Names []string // the files that are there, oldest day first
}

func (e *ExistsError) Error() string {
	if n := len(e.Names) - 1; n > 0 {
		return fmt.Sprintf("%s already holds %s and %d more of these days", e.Dir, e.Names[0], n)
	}
	return fmt.Sprintf("%s already holds %s", e.Dir, e.Names[0])
}

// first returns the first day.
func (o *Options) first() day { return dayOf(o.End) - day(o.Days-1) }

// check reports the first option that is wrong.
func (o *Options) check() error {
	switch {
	case o.Dir == "":
		return errors.New("no folder given")
	case o.Days < 1 || o.Days > maxDays:
		return fmt.Errorf("days: %d, want 1 to %d", o.Days, maxDays)
	case o.Lines < 0 || o.Lines > maxLines:
		return fmt.Errorf("lines: %d, want 0 to %d", o.Lines, int64(maxLines))
	case o.End.IsZero():
		return errors.New("no last day given")
	case o.End.UTC().Year() > 9999 || o.first().start().Year() < 1:
		return errors.New("days: only the years 1 to 9999 can be written")
	case strings.Count(o.Pattern, dateSlot) != 1:
		return fmt.Errorf("pattern %q: want %s in it, once", o.Pattern, dateSlot)
	case filepath.Base(o.Pattern) != o.Pattern:
		return fmt.Errorf("pattern %q: want a file name, not a path", o.Pattern)
	}
	return nil
}

// name returns the name of d's file.
func (o *Options) name(d day) string {
	return strings.Replace(o.Pattern, dateSlot, d.start().Format(time.DateOnly), 1)
}

// checkFree reports, as an *ExistsError, the day files that are there already.
func (o *Options) checkFree() error {
	var names []string
	for i := range o.Days {
		name := o.name(o.first() + day(i))
		_, err := os.Lstat(filepath.Join(o.Dir, name))
		switch {
		case err == nil:
			names = append(names, name)
		case !errors.Is(err, os.ErrNotExist):
			return err
		}
	}
	if names == nil {
		return nil
	}
	return &ExistsError{Dir: o.Dir, Names: names}
}

package dayfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Defaults of Options.
const (
	DefaultPattern   = "audit-{date}.tsv"
	DefaultMaxRecord = 1 << 20 // bytes; what readers take by default
	DefaultMode      = 0o640
	DefaultLockWait  = 10 * time.Second
)

// MaxBatch is the most that one Write takes, in bytes.
const MaxBatch = 16 << 20

// datePlace is what stands for the day in a pattern.
const datePlace = "{date}"

// Options say where and how to write. Dir is required; zero stands for the
// default of everything else.
type Options struct {
	Dir string // the journal folder; must exist

	// Pattern names day files; {date} stands once for the UTC day, which is
	// written as YYYY-MM-DD. It is the name of the plain file, without .gz.
	Pattern string

	// Now is the clock. It says into which day's file a Write goes: the one
	// of the moment of writing, whatever times stand in the records. When it
	// is set back beyond midnight, writing goes on in the older file.
	Now func() time.Time

	MaxSize   int64       // bytes beyond which a file becomes a numbered part; 0: never
	MaxRecord int         // bytes of one record, without its newline
	Mode      fs.FileMode // of new files, before the umask

	// Sync says when records are forced to the disk, so that they outlive a
	// power failure. They outlive the process as soon as Write has returned.
	Sync SyncPolicy

	// LockWait is how long Write waits for others that write to the file.
	LockWait time.Duration

	// Report is told of what happened without making a Write fail: a
	// *TornError, a *RotateError, or a *SyncError of the background. It is
	// called by one goroutine at a time and must not call the Writer. May be
	// nil.
	Report func(error)

	disk disk // for tests
}

// A disk is the calls that fail when a disk does.
type disk struct {
	write func(*os.File, []byte) (int, error) // as write(2): may take less than all
	sync  func(*os.File) error
}

// withDefaults returns o with its zero fields filled in.
func (o Options) withDefaults() Options {
	if o.Pattern == "" {
		o.Pattern = DefaultPattern
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.MaxRecord == 0 {
		o.MaxRecord = DefaultMaxRecord
	}
	if o.Mode == 0 {
		o.Mode = DefaultMode
	}
	if o.LockWait == 0 {
		o.LockWait = DefaultLockWait
	}
	if o.Report == nil {
		o.Report = func(error) {}
	}
	if o.disk.write == nil {
		o.disk.write = (*os.File).Write
	}
	if o.disk.sync == nil {
		o.disk.sync = (*os.File).Sync
	}
	return o
}

// check reports the first option that is wrong.
func (o *Options) check() error {
	switch {
	case o.Dir == "":
		return errors.New("no folder given")
	case strings.Count(o.Pattern, datePlace) != 1:
		return fmt.Errorf("pattern %q: want %s in it once", o.Pattern, datePlace)
	case filepath.Base(o.Pattern) != o.Pattern || strings.ContainsRune(o.Pattern, 0):
		return fmt.Errorf("pattern %q: want a file name, without a folder", o.Pattern)
	case plainName(o.Pattern) != o.Pattern:
		return fmt.Errorf("pattern %q: want the name of the plain file", o.Pattern)
	case o.MaxSize < 0:
		return fmt.Errorf("largest size: %d bytes, want 0 or more", o.MaxSize)
	case o.MaxRecord < 1 || o.MaxRecord >= MaxBatch:
		return fmt.Errorf("largest record: %d bytes, want 1 to %d", o.MaxRecord, MaxBatch-1)
	case o.LockWait < 0:
		return fmt.Errorf("wait for the lock: %v, want 0 or more", o.LockWait)
	case o.Sync < 0 && o.Sync != SyncAlways:
		return fmt.Errorf("interval of syncing: %v, want more than 0", time.Duration(o.Sync))
	}
	info, err := os.Stat(o.Dir)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return fmt.Errorf("%s is no folder", o.Dir)
	}
	return nil
}

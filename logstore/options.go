package logstore

import (
	"runtime"
	"time"

	"daybook/filter"

	"go.uber.org/zap"
)

// Defaults of Options.
const (
	DefaultPattern     = "audit-{date}.tsv"
	DefaultGrace       = 10 * time.Minute
	DefaultMaxLine     = 1 << 20  // bytes
	DefaultQueryMemory = 96 << 20 // bytes
	DefaultMaxRunning  = 16       // queries
	DefaultMaxWaiting  = 1024     // queries
	DefaultSaveDelay   = 3 * time.Second
)

// Options say which journal to open, and the bounds of its use. Dir, DataDir
// and Schema are required; zero stands for the default of everything else.
type Options struct {
	Dir     string // the journal folder; never written to
	DataDir string // our own folder; made when missing

	// Pattern names day files; {date} stands once for the UTC day.
	Pattern string

	Schema *filter.Schema

	// Now says what day it is today. It decides which files a query without
	// bounds reads and which day is over, and nothing else.
	Now func() time.Time

	// Grace is how long after its day's end a file may still be appended to:
	// only then does a last line without its newline become a record.
	Grace time.Duration

	MaxLine     int   // bytes; longer lines are malformed
	QueryMemory int64 // bytes that one query may use for ordering
	Workers     int   // goroutines that scan, shared by all queries
	MaxRunning  int   // queries that run at once
	MaxWaiting  int   // queries that wait to run; beyond it, ErrBusy

	// SaveDelay is how long after something was learnt of a day file it is
	// written down in the data folder.
	SaveDelay time.Duration

	Log *zap.Logger
}

// withDefaults returns o with its zero fields filled in.
func (o Options) withDefaults() Options {
	if o.Pattern == "" {
		o.Pattern = DefaultPattern
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Grace == 0 {
		o.Grace = DefaultGrace
	}
	if o.MaxLine == 0 {
		o.MaxLine = DefaultMaxLine
	}
	if o.QueryMemory == 0 {
		o.QueryMemory = DefaultQueryMemory
	}
	if o.Workers == 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	if o.MaxRunning == 0 {
		o.MaxRunning = DefaultMaxRunning
	}
	if o.MaxWaiting == 0 {
		o.MaxWaiting = DefaultMaxWaiting
	}
	if o.SaveDelay == 0 {
		o.SaveDelay = DefaultSaveDelay
	}
	if o.Log == nil {
		o.Log = zap.NewNop()
	}
	return o
}

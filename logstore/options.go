package logstore

import (
	"runtime"
	"time"

	"daybook/filter"
	"daybook/logstore/segment"

	"github.com/fsnotify/fsnotify"
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
	DefaultMaxExports  = 4
	DefaultLiveFilters = 1024
	DefaultSaveDelay   = 3 * time.Second
	DefaultPoll        = time.Second
	DefaultIndexFrom   = 256 << 10 // bytes
	DefaultIndexMemory = 512 << 20 // bytes
	LeastIndexMemory   = builderMemory
	DefaultIndexShare  = 0.5
)

// Options say which journal to open, and the bounds of its use. Dir, DataDir
// and Schema are required; zero stands for the default of everything else.
type Options struct {
	Dir     string // the journal folder; never written to
	DataDir string // our own folder; made when missing

	// Pattern names day files; {date} stands once for the UTC day.
	Pattern string

	Schema *filter.Schema
	Format Format // nil: TabSeparated{}

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
	MaxExports  int   // exports that are open at once; beyond it, ErrManyExports

	// SaveDelay is how long after something was learnt of a day file it is
	// written down in the data folder.
	SaveDelay time.Duration

	// Follow says how the journal is followed: whether incidents are noticed,
	// and new rows can be subscribed to.
	Follow FollowMode

	// LiveFilters is how many different filters all subscriptions together may
	// have, each of which is evaluated for each new line; beyond it,
	// ErrManyFilters.
	LiveFilters int

	// Poll is how often following looks at the journal, at most DefaultPoll. With
	// notifications, it only finds what these missed.
	Poll time.Duration

	// Index says what is done about an index of the day files that are over.
	Index IndexMode

	// NoMmap reads index files into memory instead of mapping them.
	NoMmap bool

	IndexFrom   int64   // bytes; smaller day files are not indexed
	IndexMemory int64   // bytes that building may use, at least LeastIndexMemory
	IndexShare  float64 // of its time that building takes while queries run; above 0, at most 1

	// Pruned reports whether a day file of that name and size, in bytes, which is
	// gone, was removed by the journal's own writer, as it is its business; then that
	// is no incident. It may read the disk. Nil: none was.
	Pruned func(name string, size int64) bool

	Log *zap.Logger

	segmentRecords int                                         // records of one segment; tests want fewer
	liveStretch    int64                                       // bytes of a live file that become a segment; tests want fewer
	harvestMemory  int64                                       // bytes that the matches of an export take which are found at once; tests want fewer
	exportPage     int                                         // matches that an export takes from segments at once; tests want fewer
	disk           disk                                        // where the data folder is; tests have it fail
	newWatcher     func(queue uint) (*fsnotify.Watcher, error) // tests want none
}

// An IndexMode says whether there is an index, and who builds it.
type IndexMode uint8

const (
	IndexAuto   IndexMode = iota // built in the background, and used
	IndexManual                  // built by BuildIndex, and used; nothing but the index is written
	IndexOff                     // neither built nor used
)

// withDefaults returns o with its zero fields filled in.
func (o Options) withDefaults() Options {
	if o.Pattern == "" {
		o.Pattern = DefaultPattern
	}
	if o.Format == nil {
		o.Format = TabSeparated{}
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
	if o.MaxExports == 0 {
		o.MaxExports = DefaultMaxExports
	}
	if o.harvestMemory == 0 {
		o.harvestMemory = harvestMemory
	}
	if o.exportPage == 0 {
		o.exportPage = exportPage
	}
	if o.LiveFilters == 0 {
		o.LiveFilters = DefaultLiveFilters
	}
	if o.SaveDelay == 0 {
		o.SaveDelay = DefaultSaveDelay
	}
	if o.Poll <= 0 || o.Poll > DefaultPoll {
		o.Poll = DefaultPoll
	}
	if o.newWatcher == nil {
		o.newWatcher = fsnotify.NewBufferedWatcher
	}
	if o.IndexFrom == 0 {
		o.IndexFrom = DefaultIndexFrom
	}
	if o.IndexMemory == 0 {
		o.IndexMemory = DefaultIndexMemory
	}
	if o.IndexShare == 0 {
		o.IndexShare = DefaultIndexShare
	}
	if o.liveStretch == 0 {
		o.liveStretch = liveStretch
	}
	if o.segmentRecords == 0 {
		o.segmentRecords = segment.MaxRecords
	}
	if o.disk == nil {
		o.disk = osDisk{}
	}
	if o.Pruned == nil {
		o.Pruned = func(string, int64) bool { return false }
	}
	if o.Log == nil {
		o.Log = zap.NewNop()
	}
	return o
}

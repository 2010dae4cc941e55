package requestlog

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"time"

	"daybook/dayfile"
)

// Defaults of Options.
const (
	DefaultBodyLimit     = 32 << 10 // bytes
	DefaultResponsesFrom = 400
)

// MaxBodyLimit is the most that can be kept of a body, so that a line has room
// for it, in bytes.
const MaxBodyLimit = 128 << 10

// Options say where and what to write. Dir is required; zero stands for the
// default of everything else.
type Options struct {
	// Dir is the folder of the journal: of its own, not a link, and made when
	// it is missing. Several processes may write to it.
	Dir string

	// Mode is that of new files, before the umask; the folder, where it is made,
	// may be entered by those who may read them. Whose else the journal is to be
	// read by, as a Daybook server that runs as another user, needs 0o640 and a
	// group. 0: 0o600, since requests are nobody else's business.
	Mode fs.FileMode

	Now func() time.Time // the clock; nil: time.Now

	// BodyLimit is how many bytes of a body are stored, at most MaxBodyLimit;
	// below 0: no body is.
	BodyLimit int

	// ResponsesFrom is the least status code whose response is stored with its
	// body; 1: all are, 1000: none is.
	ResponsesFrom int

	// TrustedProxies may name the client in X-Forwarded-For, and its scheme in
	// X-Forwarded-Proto. Nobody else may.
	TrustedProxies Proxies

	// KeepDays and KeepBytes are what is kept of the journal, as in Pruning;
	// Log sees to it by itself, at every midnight and as the journal grows.
	// When the files of today alone have more than KeepBytes, nothing more is
	// recorded before tomorrow; it counts as dropped. 0: everything is kept.
	KeepDays  int
	KeepBytes int64

	// User returns who sent a request, nil for nobody. The Middleware calls it
	// when the request has ended; SetUser outranks it. May be nil.
	User func(*http.Request) *User

	// Skip says which requests the Middleware does not record; nil: none.
	Skip func(*http.Request) bool

	// Patient makes Open succeed although the folder can't be written to now: that
	// is reported and tried again, as after a failure of the disk.
	Patient bool

	// Removed is told of each file that was removed, as KeepDays and KeepBytes ask
	// for. May be nil.
	Removed func(Removed)

	// Report is told of what goes wrong: a *DropError at most every ten
	// seconds, errors of writing and pruning, and those of package dayfile. It
	// may be called by several goroutines at once. May be nil.
	Report func(error)

	gather time.Duration                                // how long a batch gathers
	retry  time.Duration                                // after a failure
	open   func(dayfile.Options) (journalWriter, error) // for tests; nil: dayfile.Open
}

// A journalWriter appends whole lines, as a dayfile.Writer does.
type journalWriter interface {
	Write(lines []byte) (int, error)
	Close() error
}

// withDefaults returns o with its zero fields filled in.
func (o Options) withDefaults() Options {
	if o.Mode == 0 {
		o.Mode = 0o600
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.BodyLimit == 0 {
		o.BodyLimit = DefaultBodyLimit
	}
	if o.ResponsesFrom == 0 {
		o.ResponsesFrom = DefaultResponsesFrom
	}
	if o.Removed == nil {
		o.Removed = func(Removed) {}
	}
	if o.Report == nil {
		o.Report = func(error) {}
	}
	if o.gather == 0 {
		o.gather = 20 * time.Millisecond
	}
	if o.retry == 0 {
		o.retry = time.Second
	}
	if o.open == nil {
		o.open = func(d dayfile.Options) (journalWriter, error) { return dayfile.Open(d) }
	}
	return o
}

// check reports the first option that is wrong.
func (o *Options) check() error {
	switch {
	case o.Dir == "":
		return errors.New("no folder given")
	case o.Mode&^0o777 != 0 || o.Mode&0o600 != 0o600:
		return fmt.Errorf("mode of files: %#o, want permissions alone, and 0600 among them", uint32(o.Mode))
	case o.BodyLimit > MaxBodyLimit:
		return fmt.Errorf("bytes of a body: %d, want at most %d", o.BodyLimit, MaxBodyLimit)
	case o.ResponsesFrom < 1:
		return fmt.Errorf("status from which responses are stored: %d, want 1 or more", o.ResponsesFrom)
	case o.KeepDays < 0:
		return fmt.Errorf("days to keep: %d, want 0 or more", o.KeepDays)
	case o.KeepBytes < 0:
		return fmt.Errorf("bytes to keep: %d, want 0 or more", o.KeepBytes)
	}
	return nil
}

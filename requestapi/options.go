package requestapi

import (
	"context"
	"net/http"
	"time"

	"daybook/auth"
	"daybook/export"
	"daybook/logstore"
	"daybook/requestlog"

	"go.uber.org/zap"
)

// A Store answers searches over a journal of requests; *logstore.Store is one. It
// returns ctx's error when ctx ends first, logstore.ErrBusy, a
// *logstore.ReadError or a *logstore.TooLargeError.
type Store interface {
	Search(ctx context.Context, r *logstore.Request) (*logstore.Result, error)
	Export(ctx context.Context, r *logstore.ExportRequest) (*logstore.Export, error) // or logstore.ErrManyExports
}

// Options say what is served, and to whom. Store and Principal are required; zero
// stands for the default of everything else.
type Options struct {
	Store Store

	// Principal returns who sends a request. The error is
	// auth.ErrNotAuthenticated, by errors.Is, without a good token, or a
	// *ThrottledError; any other says that nothing could be found out.
	Principal func(*http.Request) (auth.Principal, error)

	// Proxies may say how their clients see the addresses of pages.
	Proxies requestlog.Proxies

	// Draining reports whether the server stops, so that new requests are
	// refused; nil: it never does.
	Draining func() bool

	Timeout   time.Duration // for one request; 25 s
	Retry     time.Duration // that refused clients are asked to wait; 1 s
	Stall     time.Duration // that a client may take for a piece of its answer; 5 s
	MaxAnswer int64         // bytes of one answer; 64 MiB
	MaxHeld   int64         // bytes of answers that wait for their clients, beyond which no search begins; 256 MiB

	ExportStall time.Duration // that a client may take for a piece of an export; 30 s

	Exported func(export.Outcome) // is told what each export has sent; nil for nobody

	// Answered is told of each request when it was answered: its route, which is
	// ListRoute, RecordRoute, or Prefix for what has none, and the status. Nil for
	// nobody.
	Answered func(route string, status int, took time.Duration)

	Log *zap.Logger // of each request; nil for none
}

// withDefaults returns o with its zero fields filled in.
func (o Options) withDefaults() Options {
	if o.Draining == nil {
		o.Draining = func() bool { return false }
	}
	if o.Timeout == 0 {
		o.Timeout = 25 * time.Second
	}
	if o.Retry == 0 {
		o.Retry = time.Second
	}
	if o.Stall == 0 {
		o.Stall = 5 * time.Second
	}
	if o.ExportStall == 0 {
		o.ExportStall = 30 * time.Second
	}
	if o.MaxAnswer == 0 {
		o.MaxAnswer = 64 << 20
	}
	if o.MaxHeld == 0 {
		o.MaxHeld = 256 << 20
	}
	if o.Exported == nil {
		o.Exported = func(export.Outcome) {}
	}
	if o.Answered == nil {
		o.Answered = func(string, int, time.Duration) {}
	}
	if o.Log == nil {
		o.Log = zap.NewNop()
	}
	return o
}

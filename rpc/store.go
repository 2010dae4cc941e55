package rpc

import (
	"context"

	"daybook/auth"
	"daybook/logstore"
)

// A Store answers searches over one journal, counts in it, describes and follows
// it; *logstore.Store is one. All return ctx's error when ctx ends first, or
// logstore.ErrBusy; Search, Group and Subscribe also a *logstore.ReadError, a
// *logstore.TooLargeError or a *logstore.CursorError, Group a
// *logstore.BucketsError, and Subscribe logstore.ErrManyFilters.
type Store interface {
	Search(ctx context.Context, r *logstore.Request) (*logstore.Result, error)
	Group(ctx context.Context, r *logstore.GroupRequest) (*logstore.Groups, error)
	Status(ctx context.Context, first, last logstore.Day) (*logstore.Status, error)
	Stats() logstore.Stats

	// Subscribe's ctx is that of the beginning alone.
	Subscribe(ctx context.Context, r *logstore.SubscribeRequest) (*logstore.Subscription, error)
}

// Tokens knows who holds a token; *auth.Tokens is one. Check is called for
// every request, so it must be cheap. Its error is auth.ErrNotAuthenticated, by
// errors.Is, when s proves nobody; any other says that nothing could be found
// out, and lets nobody in.
type Tokens interface {
	Check(s auth.Secret) (auth.Principal, error)
}

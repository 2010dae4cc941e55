package rpc

import (
	"context"

	"daybook/auth"
	"daybook/logstore"
)

// A Store answers searches over one journal; *logstore.Store is one. Search
// returns ctx's error when ctx ends first, logstore.ErrBusy, a
// *logstore.ReadError or a *logstore.TooLargeError.
type Store interface {
	Search(ctx context.Context, r *logstore.Request) (*logstore.Result, error)
}

// Tokens knows who holds a token; *auth.Tokens is one. Check is called for
// every request, so it must be cheap. Its error is auth.ErrNotAuthenticated, by
// errors.Is, when s proves nobody; any other says that nothing could be found
// out, and lets nobody in.
type Tokens interface {
	Check(s auth.Secret) (auth.Principal, error)
}

package requestlog

import (
	"context"
	"sync"
)

// noted is what handlers say of the request that they serve.
type noted struct {
	mu                  sync.Mutex // guards what follows
	user                *User
	errType, errMessage string
	traceback           string
	hasUser, hasError   bool
}

// notedKey is the key of a *noted in the context of a request.
type notedKey struct{}

// SetUser says who sent the request of that context, nil for nobody. It is for
// handlers behind a Middleware, and does nothing elsewhere.
func SetUser(ctx context.Context, u *User) {
	if n, ok := ctx.Value(notedKey{}).(*noted); ok {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.user, n.hasUser = u, true
	}
}

// SetError says that the request of that context failed: a short name of the kind
// of error, and a message. It is for handlers behind a Middleware that answer
// errors without a panic, and does nothing elsewhere.
func SetError(ctx context.Context, kind, message string) {
	if n, ok := ctx.Value(notedKey{}).(*noted); ok {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.errType, n.errMessage, n.hasError = kind, message, true
	}
}

// SetTraceback says where the request of that context failed, as debug.Stack does. It
// is for handlers behind a Middleware that answer their panics themselves, and does
// nothing elsewhere.
func SetTraceback(ctx context.Context, traceback string) {
	if n, ok := ctx.Value(notedKey{}).(*noted); ok {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.traceback = traceback
	}
}

// apply puts into e what was said. A panic outranks an error.
func (n *noted) apply(e *Entry) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.hasUser {
		e.User = n.user
	}
	if e.ExceptionType != "" {
		return
	}
	e.ExceptionTraceback = n.traceback
	if n.hasError {
		e.ExceptionType, e.ExceptionMessage = n.errType, n.errMessage
	}
}

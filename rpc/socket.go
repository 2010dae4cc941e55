package rpc

import "fmt"

// Codes with which a WebSocket connection is closed (RFC 6455, 7.4.1).
const (
	closeNormal      = 1000
	closeGoingAway   = 1001
	closeProtocol    = 1002
	closeUnsupported = 1003 // binary message
	closeNotUTF8     = 1007
	closePolicy      = 1008 // more frames than is decent
	closeTooBig      = 1009
)

// A socket is a connection that brings and takes messages: over WebSocket all
// that the rest of the package knows of the library that speaks it, which
// gorilla.go hides, over TCP the framing of messages. One goroutine reads, one writes; Close may be called by any.
type socket interface {
	// Read returns the next message. limit says how long it may be; it is
	// asked once at the beginning, and once more with full set when the
	// message turns out to be longer. The error is a *breach when the peer is
	// to be told why the connection ends, a *peerClose when it ended it,
	// errHalfClosed when it sends nothing more but may still listen, and any
	// other when the connection is lost. After an error Read is not called again.
	Read(limit func(full bool) int64) ([]byte, error)

	// Discard reads and drops what still comes, until the connection is closed:
	// a peer that is in the middle of sending would not see an answer otherwise.
	Discard()

	// Gone reports whether the peer has left, as far as that can be told while
	// nothing is read.
	Gone() bool

	// WriteText writes one message as one frame.
	WriteText(text []byte) error
	WritePing() error
	WritePong(payload []byte) error
	WriteClose(code int, reason string) error

	// Close closes the connection at once.
	Close() error
}

// A breach is a reason for which the server closes a connection in good order.
type breach struct {
	code   int
	reason string
	fault  *Error // answered before the close; may be nil
	text   []byte // beginning of the message at fault, where there is something to be found in it

	// patient says that what was sent before the fault is answered first.
	patient bool
}

func (b *breach) Error() string { return fmt.Sprintf("close %d: %s", b.code, b.reason) }

// A peerClose says that the peer closed the connection in good order.
type peerClose struct{ code int }

func (p *peerClose) Error() string { return fmt.Sprintf("closed by peer: %d", p.code) }

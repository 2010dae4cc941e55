package rpc

import (
	"cmp"
	"time"
)

// Limits bound what one client, and all together, can make the server do. A
// field that is zero stands for its default.
type Limits struct {
	// One message.

	Message                int64 // bytes; default 1 MiB
	MessageUnauthenticated int64 // bytes, while nobody is recognised; default 64 KiB
	Depth                  int   // arrays and objects within one another, the outermost included; default 32
	Tokens                 int   // brackets, braces, names and values; commas and colons are free; default 100,000
	Batch                  int   // items; default 100
	Fragments              int   // WebSocket frames of one message; default 1,024

	// One answer.

	Rows   int   // the largest limit a page may ask for; default 50,000
	Answer int64 // bytes of one answer, or of all answers of a batch; default 64 MiB

	// One connection. An HTTP request counts as one.

	InFlight int // requests read and not answered; beyond it nothing is read; default 64
	// InFlightBytes bounds those requests together, in bytes, likewise; while
	// nobody is recognised, two of the largest messages are the bound. 4 MiB by
	// default.
	InFlightBytes int64
	Running       int   // requests that run at once; default 4
	Queue         int64 // bytes of answers waiting to be written; one larger answer fits alone; default 256 KiB
	ControlFrames int   // WebSocket control frames a second; default 10
	Subscriptions int   // subscriptions to live rows; default 64
	EventQueue    int64 // bytes of live rows that wait for one subscription; beyond it the newest are dropped; default 1 MiB

	// The whole server.

	Connections     int   // default 4,096
	Unauthenticated int   // connections among them that proved nothing yet; default 256
	Held            int64 // bytes of finished answers that wait to be sent; beyond it no call starts; default 256 MiB
	Waiting         int   // calls that wait because of Held; beyond it -32029; default 1,024

	// Times.

	Request     time.Duration // from the moment a call may start to its answer; default 25 s
	Overrun     time.Duration // that a call may take to notice its end; then it is answered without it; default 1 s
	Body        time.Duration // to send an HTTP body; default 10 s
	Stall       time.Duration // without any byte written, after which a connection is closed; default 5 s
	ExportStall time.Duration // the same for exports, whose readers may do something with what they got; default 30 s
	Ping        time.Duration // between two pings; default 20 s
	Silence     time.Duration // without a pong or anything else, after which a peer is gone; default 60 s
	Farewell    time.Duration // that a peer gets to answer a close; default 2 s
	Retry       time.Duration // that clients are asked to wait while the server is full or ends; default 5 s
}

// DefaultLimits returns the defaults.
func DefaultLimits() Limits {
	return Limits{
		Message:                1 << 20,
		MessageUnauthenticated: 64 << 10,
		Depth:                  32,
		Tokens:                 100_000,
		Batch:                  100,
		Fragments:              1024,
		Rows:                   50_000,
		Answer:                 64 << 20,
		InFlight:               64,
		InFlightBytes:          4 << 20,
		Running:                4,
		Queue:                  256 << 10,
		ControlFrames:          10,
		Subscriptions:          64,
		EventQueue:             1 << 20,
		Connections:            4096,
		Unauthenticated:        256,
		Held:                   256 << 20,
		Waiting:                1024,
		Request:                25 * time.Second,
		Overrun:                time.Second,
		Body:                   10 * time.Second,
		Stall:                  5 * time.Second,
		ExportStall:            30 * time.Second,
		Ping:                   20 * time.Second,
		Silence:                60 * time.Second,
		Farewell:               2 * time.Second,
		Retry:                  5 * time.Second,
	}
}

// withDefaults returns l with its zero fields filled in.
func (l Limits) withDefaults() Limits {
	d := DefaultLimits()
	return Limits{
		Message:                cmp.Or(l.Message, d.Message),
		MessageUnauthenticated: cmp.Or(l.MessageUnauthenticated, d.MessageUnauthenticated),
		Depth:                  cmp.Or(l.Depth, d.Depth),
		Tokens:                 cmp.Or(l.Tokens, d.Tokens),
		Batch:                  cmp.Or(l.Batch, d.Batch),
		Fragments:              cmp.Or(l.Fragments, d.Fragments),
		Rows:                   cmp.Or(l.Rows, d.Rows),
		Answer:                 cmp.Or(l.Answer, d.Answer),
		InFlight:               cmp.Or(l.InFlight, d.InFlight),
		InFlightBytes:          cmp.Or(l.InFlightBytes, d.InFlightBytes),
		Running:                cmp.Or(l.Running, d.Running),
		Queue:                  cmp.Or(l.Queue, d.Queue),
		ControlFrames:          cmp.Or(l.ControlFrames, d.ControlFrames),
		Subscriptions:          cmp.Or(l.Subscriptions, d.Subscriptions),
		EventQueue:             cmp.Or(l.EventQueue, d.EventQueue),
		Connections:            cmp.Or(l.Connections, d.Connections),
		Unauthenticated:        cmp.Or(l.Unauthenticated, d.Unauthenticated),
		Held:                   cmp.Or(l.Held, d.Held),
		Waiting:                cmp.Or(l.Waiting, d.Waiting),
		Request:                cmp.Or(l.Request, d.Request),
		Overrun:                cmp.Or(l.Overrun, d.Overrun),
		Body:                   cmp.Or(l.Body, d.Body),
		Stall:                  cmp.Or(l.Stall, d.Stall),
		ExportStall:            cmp.Or(l.ExportStall, d.ExportStall),
		Ping:                   cmp.Or(l.Ping, d.Ping),
		Silence:                cmp.Or(l.Silence, d.Silence),
		Farewell:               cmp.Or(l.Farewell, d.Farewell),
		Retry:                  cmp.Or(l.Retry, d.Retry),
	}
}

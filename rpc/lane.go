package rpc

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// lookInterval is how often a lane that is full looks whether its client has
// left.
const lookInterval = 50 * time.Millisecond

// A lane carries the requests of one connection (over HTTP, of one message)
// from reading to reply. It keeps them within the bounds of a connection, and
// keeps the order where order matters: queries run side by side, but what a
// method that is no query does takes effect for all that was sent after it, and
// for nothing that was sent before.
type lane struct {
	server *Server
	peer   *peer
	ctx    context.Context // ends with the connection
	leave  context.CancelCauseFunc

	// ready waits until the transport takes further answers; nil means always.
	ready func(context.Context) error
	// gone reports whether the client has left; nil if the transport knows that
	// by itself, even while start waits.
	gone func() bool

	running chan struct{} // holds one element per call that runs
	jobs    sync.WaitGroup
	closing atomic.Bool // no further calls: the server ends

	// What was sent last; for the goroutine that calls open and start.
	effect <-chan struct{} // closed when the last job that is no query has ended
	asking *sync.WaitGroup // of the jobs after it that have yet to find out who asks
	batch  <-chan struct{} // closed when the last batch is gone

	mu       sync.Mutex      // guards what follows
	inFlight map[string]jobs // by raw id; "" for notifications
	count    int             // jobs in flight
	bytes    int64           // of their requests
	room     chan struct{}   // closed and replaced when a job leaves
}

// jobs are jobs with the same id: clients may repeat themselves.
type jobs map[*job]struct{}

// newLane returns a lane for the requests of peer. It ends with ctx, at the
// latest.
func (s *Server) newLane(ctx context.Context, p *peer, ready func(context.Context) error) *lane {
	ctx, leave := context.WithCancelCause(ctx)
	return &lane{
		server:   s,
		peer:     p,
		ctx:      ctx,
		leave:    leave,
		ready:    ready,
		running:  make(chan struct{}, s.limits.Running),
		asking:   new(sync.WaitGroup),
		inFlight: make(map[string]jobs),
		room:     make(chan struct{}),
	}
}

// open returns the reply to m, whose items are to be started next; send is
// called when it is complete. One batch is answered after the other: otherwise
// a client could have any number of answers held back by unfinished batches.
func (l *lane) open(m *message, send func(*reply)) *reply {
	r := newReply(m, &l.server.limits, l.server.budget, send)
	if m.batch {
		r.before, l.batch = l.batch, r.gone
	}
	return r
}

// start takes the next item of a message, which arrived at the given time, and
// sees to it that r learns of its end. Items come in the order in which they
// were sent, from one goroutine at a time. It returns at once, unless as much
// is in flight as may be: then it waits for room, or for the end of the lane.
func (l *lane) start(item *envelope, r *reply, arrived time.Time) {
	j := &job{
		envelope: item,
		lane:     l,
		reply:    r,
		method:   l.server.method(item),
		arrived:  arrived,
		after:    l.effect,
		ended:    make(chan struct{}),
	}
	j.ctx, j.cancel = context.WithCancelCause(l.ctx)
	if item.method == authenticateMethod {
		if token := offeredToken(item.params); token != "" {
			l.peer.remember(token)
		}
	}
	if item.fault == nil && item.method == cancelMethod {
		// At once, in the reader: a full lane is where it is wanted most.
		j.serveCancel()
		return
	}
	l.admit(j)
	if j.method != nil && !j.method.Query {
		j.asking, l.asking = l.asking, new(sync.WaitGroup)
		l.effect = j.ended
	} else {
		l.asking.Add(1)
		j.asked = l.asking.Done
	}
	l.jobs.Go(j.run)
}

// admit enters j among the jobs in flight, as soon as there is room. When the
// lane ends first, j is entered too: it will find that out by itself.
func (l *lane) admit(j *job) {
	limits := &l.server.limits
	most, mostBytes := limits.InFlight, limits.InFlightBytes
	if !l.peer.known() { // many strangers must not hold much together
		mostBytes = min(mostBytes, 2*limits.MessageUnauthenticated)
	}
	size := int64(len(j.raw))
	room := func() bool { return l.count == 0 || l.count < most && l.bytes+size <= mostBytes }
	l.mu.Lock()
	full := !room()
	l.mu.Unlock()
	if full {
		stop := l.lookout()
		l.wait(l.ctx, room)
		stop()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	same := l.inFlight[string(j.id)]
	if same == nil {
		same = make(jobs, 1)
		l.inFlight[string(j.id)] = same
	}
	same[j] = struct{}{}
	l.count++
	l.bytes += size
}

// lookout watches for the client's leaving, until stop is called: while nothing
// is read, nobody else would see it, and its work would go on.
func (l *lane) lookout() (stop func()) {
	if l.gone == nil {
		return func() {}
	}
	done := make(chan struct{})
	l.jobs.Go(func() {
		ticker := time.NewTicker(lookInterval)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				if l.gone() {
					l.leave(errClosed)
					return
				}
			case <-done:
				return
			}
		}
	})
	return func() { close(done) }
}

// dismiss takes j, which has ended, out of the jobs in flight.
func (l *lane) dismiss(j *job) {
	l.mu.Lock()
	defer l.mu.Unlock()
	same := l.inFlight[string(j.id)]
	delete(same, j)
	if len(same) == 0 {
		delete(l.inFlight, string(j.id))
	}
	l.count--
	l.bytes -= int64(len(j.raw))
	close(l.room)
	l.room = make(chan struct{})
}

// wait returns when enough, which is called with the mutex held, says so, or
// when ctx ends.
func (l *lane) wait(ctx context.Context, enough func() bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for !enough() && ctx.Err() == nil {
		room := l.room
		l.mu.Unlock()
		select {
		case <-room:
		case <-ctx.Done():
		}
		l.mu.Lock()
	}
}

// idle waits until nothing is in flight, or ctx ends.
func (l *lane) idle(ctx context.Context) {
	l.wait(ctx, func() bool { return l.count == 0 })
}

// settle waits until what was sent so far has had its effect on the
// connection, or the lane ends. It is for the goroutine that calls start.
func (l *lane) settle() {
	if l.effect == nil {
		return
	}
	select {
	case <-l.effect:
	case <-l.ctx.Done():
	}
}

// stats returns how many jobs are in flight, and run.
func (l *lane) stats() (inFlight, running int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.count, len(l.running)
}

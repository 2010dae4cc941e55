package rpc

import "sync"

// seats bound the connections, and those among them that proved nothing yet,
// so that strangers leave room for others. An HTTP request has a seat while it
// is served.
type seats struct {
	most, mostUnauthenticated int

	mu                     sync.Mutex // guards what follows
	taken, unauthenticated int
	closed                 bool          // no more seats are given
	empty                  chan struct{} // closed when the seats are closed and none is taken
}

func newSeats(l *Limits) *seats {
	return &seats{
		most:                l.Connections,
		mostUnauthenticated: l.Unauthenticated,
		empty:               make(chan struct{}),
	}
}

// A seat is one connection's place. Its methods are for the seats that gave it.
type seat struct {
	seats         *seats
	authenticated bool
	left          bool
}

// take returns a seat, nil when there is none, or none for the unauthenticated.
func (s *seats) take(authenticated bool) *seat {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || s.taken >= s.most || !authenticated && s.unauthenticated >= s.mostUnauthenticated {
		return nil
	}
	s.taken++
	if !authenticated {
		s.unauthenticated++
	}
	return &seat{seats: s, authenticated: authenticated}
}

// authenticate says that the connection has proved who it is.
func (p *seat) authenticate() {
	p.seats.mu.Lock()
	defer p.seats.mu.Unlock()
	if !p.authenticated && !p.left {
		p.seats.unauthenticated--
		p.authenticated = true
	}
}

// leave gives the seat back.
func (p *seat) leave() {
	s := p.seats
	s.mu.Lock()
	defer s.mu.Unlock()
	p.left = true
	s.taken--
	if !p.authenticated {
		s.unauthenticated--
	}
	s.checkEmptyLocked()
}

// close gives no more seats. The channel is closed when the last one is left.
func (s *seats) close() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.closed = true
		s.checkEmptyLocked()
	}
	return s.empty
}

// checkEmptyLocked closes empty when nobody sits any more, nor ever will.
func (s *seats) checkEmptyLocked() {
	if s.closed && s.taken == 0 {
		close(s.empty)
	}
}

// stats returns the seats taken, and those among them by the unauthenticated.
func (s *seats) stats() (taken, unauthenticated int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.taken, s.unauthenticated
}

// isClosed reports whether no more seats are given.
func (s *seats) isClosed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed
}

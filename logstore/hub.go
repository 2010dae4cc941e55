package logstore

import (
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"daybook/filter"
)

// Rows are handed to subscribers at once where that is the first time in a
// while, and otherwise with all others of the same while: it is as long as it
// may be for few subscribers not to notice, and for many to be served in it.
const (
	shortestPause = 2 * time.Millisecond
	longestPause  = 25 * time.Millisecond
	pausePer      = 20 * time.Microsecond // subscriber

	// fullBatch is how many bytes of rows of one group wait no longer.
	fullBatch = 64 << 10
)

// A hub hands new lines to subscribers. Subscribers with the same conditions and
// the same format are a group, for which each line is evaluated once. It is the
// consumer of the follower, whose goroutine evaluates.
type hub struct {
	schema  *filter.Schema
	most    int           // of filters
	dropped atomic.Int64  // rows, for all subscribers
	looking chan struct{} // holds an element while the follower looks for subscribers

	mu        sync.Mutex // guards what follows
	behind    *waypoint  // how far lines were consumed
	audiences map[audienceKey]*audience
	filters   map[audienceKey]int // subscriptions to each: those of groups, and late ones
	formats   map[string]*rowForm
	late      map[*Subscription]struct{} // that read what is behind them first
	members   int                        // of groups
	closed    bool
	glance    *glance // that who asks now may wait for

	lines   lineParser
	pending bool        // some group has rows that are not handed out
	flushed time.Time   // when rows were handed out last
	timer   *time.Timer // runs flushLate while armed
	armed   bool
}

// An audienceKey says which rows an audience sees, and how.
type audienceKey struct{ conditions, format string }

// An audience is a group of subscribers that see the same rows.
type audience struct {
	key     audienceKey
	matcher *filter.Matcher
	form    *rowForm
	members map[*Subscription]struct{}
	next    batch // what is not handed out yet
}

// A rowForm renders rows for groups of one format: each line once.
type rowForm struct {
	name   string
	render func(dst []byte, row *Row) []byte
	row    Row
	groups int
	last   []byte // the present line's row; nil if no group wanted it yet
	buf    []byte // scratch
}

// newHub returns a hub of what f reads from now on.
func newHub(f *follower, o *Options) *hub {
	h := &hub{
		schema:    o.Schema,
		most:      o.LiveFilters,
		filters:   make(map[audienceKey]int),
		looking:   make(chan struct{}, 1),
		audiences: make(map[audienceKey]*audience),
		formats:   make(map[string]*rowForm),
		late:      make(map[*Subscription]struct{}),
		lines:     newLineParser(o),
	}
	h.timer = time.AfterFunc(time.Hour, h.flushLate)
	h.timer.Stop()
	behind := newWaypoint(f.attach(h))
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.behind == nil { // nothing was read since
		h.behind = behind
	}
	return h
}

// consume implements consumer.
func (h *hub) consume(stretches []stretch, behind frontier) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.behind = newWaypoint(behind)
	for s := range h.late {
		for i := range stretches {
			s.note(&stretches[i])
		}
	}
	if len(h.audiences) == 0 {
		return
	}
	for i := range stretches {
		h.evaluateLocked(&stretches[i])
	}
	if !h.pending {
		return
	}
	wait := h.pauseLocked() - time.Since(h.flushed)
	if wait <= 0 || h.fullLocked() {
		h.flushLocked()
	} else if !h.armed {
		h.armed = true
		h.timer.Reset(wait)
	}
}

// pauseLocked returns how long is between two times that rows are handed out.
func (h *hub) pauseLocked() time.Duration {
	return min(shortestPause+time.Duration(h.members)*pausePer, longestPause)
}

// fullLocked reports whether a group has as many rows as may wait.
func (h *hub) fullLocked() bool {
	for _, g := range h.audiences {
		if g.next.bytes >= fullBatch {
			return true
		}
	}
	return false
}

// flushLate hands out what had to wait.
func (h *hub) flushLate() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.armed = false
	h.flushLocked()
}

// flushLocked hands out all rows.
func (h *hub) flushLocked() {
	if !h.pending {
		return
	}
	for _, g := range h.audiences {
		if len(g.next.rows) == 0 {
			continue
		}
		b := g.next
		b.behind = h.behind
		g.next = batch{}
		for s := range g.members {
			s.queue.add(&b)
		}
	}
	h.pending, h.flushed = false, time.Now()
}

// evaluateLocked gives each group the rows of a stretch that it wants.
func (h *hub) evaluateLocked(s *stretch) {
	for line := range h.lines.records(s.data, s.from) {
		for _, f := range h.formats {
			f.last = nil
		}
		for _, g := range h.audiences {
			if !g.matcher.Match(line) || !g.matcher.MatchTime(line) {
				continue
			}
			row := g.form.of(line)
			g.next.rows = append(g.next.rows, row)
			g.next.bytes += int64(len(row))
			h.pending = true
		}
	}
}

// of returns the row of a record.
func (f *rowForm) of(r *filter.Record) []byte {
	if f.last == nil {
		f.row.record = *r
		f.buf = f.render(f.buf[:0], &f.row)
		f.last = append([]byte{}, f.buf...)
	}
	return f.last
}

// subscription returns one that is no member of a group yet.
func (h *hub) subscription(r *SubscribeRequest) *Subscription {
	s := &Subscription{hub: h}
	s.queue = queue{most: r.Queue, wake: r.Wake, lost: func(n int64) { h.dropped.Add(n) }}
	if s.queue.most == 0 {
		s.queue.most = DefaultQueue
	}
	if s.queue.wake == nil {
		s.queue.wake = func() {}
	}
	return s
}

// join makes s a member of the group of what r asks for. What is behind the waypoint
// that it returns comes through its queue.
func (h *hub) join(s *Subscription, r *SubscribeRequest) (*waypoint, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.admitLocked(s, r); err != nil {
		return nil, err
	}
	h.joinLocked(s, r)
	return h.behind, nil
}

// admitLocked makes s one of the subscriptions to what r asks for, until it
// leaves.
func (h *hub) admitLocked(s *Subscription, r *SubscribeRequest) error {
	if h.closed {
		return ErrClosed
	}
	conditions := *r.Query
	conditions.Order, conditions.Limit, conditions.Offset = nil, 0, 0
	key := audienceKey{conditions.String(), r.Format}
	if h.filters[key] == 0 && len(h.filters) >= h.most {
		return ErrManyFilters
	}
	h.filters[key]++
	s.admitted, s.key = true, key
	return nil
}

// joinLocked makes s, which was admitted, a member of the group of what r asks for.
func (h *hub) joinLocked(s *Subscription, r *SubscribeRequest) {
	h.flushLocked() // what waits is not for s
	g := h.audiences[s.key]
	if g == nil {
		conditions := *r.Query
		conditions.Order, conditions.Limit, conditions.Offset = nil, 0, 0
		g = &audience{
			key:     s.key,
			matcher: conditions.Compile().Matcher(h.lines.unescape),
			form:    h.formLocked(r),
			members: make(map[*Subscription]struct{}),
		}
		g.form.groups++
		h.audiences[s.key] = g
	}
	g.members[s] = struct{}{}
	s.audience = g
	h.members++
}

// follow makes s one of those that read what is behind them first: of what is
// behind the waypoint that it returns, it is noted where it stands.
func (h *hub) follow(s *Subscription, r *SubscribeRequest) (*waypoint, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.admitLocked(s, r); err != nil {
		return nil, err
	}
	h.late[s] = struct{}{}
	return h.behind, nil
}

// overtake returns what was noted for s since it was called last. Where that is
// little, s joins its group: what follows comes through its queue.
func (h *hub) overtake(s *Subscription, r *SubscribeRequest) (noted []partSpan, joined bool, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil, false, ErrClosed
	}
	noted, s.noted = s.noted, nil
	size := int64(0)
	for i := range noted {
		size += noted[i].to - noted[i].from
	}
	if size > nearEnough || len(s.ahead) > 0 {
		return noted, false, nil
	}
	delete(h.late, s)
	h.joinLocked(s, r)
	return noted, true, nil
}

// precede tells that s has seen the lines of parts up to some offsets, behind the
// waypoint at which it began to follow.
func (h *hub) precede(s *Subscription, seen map[partPlace]int64, begin *waypoint) {
	h.mu.Lock()
	defer h.mu.Unlock()
	s.ahead = make(map[partPlace]advance)
	for place, to := range seen {
		if end, _ := begin.end(place); end.length < to {
			s.ahead[place] = advance{end.length, to}
		}
	}
	noted := s.noted
	s.noted = nil
	for _, n := range noted {
		s.note(&stretch{day: n.day, rank: n.rank, from: n.from, to: n.to, print: n.print})
	}
}

// ahead returns of which parts s has seen more than the follower has read.
func (h *hub) ahead(s *Subscription) map[partPlace]advance {
	h.mu.Lock()
	defer h.mu.Unlock()
	return maps.Clone(s.ahead)
}

// giveUp no longer expects the follower to read those lines which it has not begun
// to read.
func (h *hub) giveUp(s *Subscription, lines map[partPlace]advance) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for place, a := range lines {
		if s.ahead[place] == a {
			delete(s.ahead, place)
		}
	}
}

// nearEnough is how many bytes a subscription may be behind the follower, and
// still join its group: what comes while it reads them fits into its queue.
const nearEnough = 256 << 10

// formLocked returns the form of r's format.
func (h *hub) formLocked(r *SubscribeRequest) *rowForm {
	f := h.formats[r.Format]
	if f == nil {
		all := (&filter.Query{Schema: h.schema}).Compile()
		f = &rowForm{name: r.Format, render: r.Render, row: Row{values: all.Matcher(h.lines.unescape)}}
		h.formats[r.Format] = f
	}
	return f
}

// leave takes s out of its group.
func (h *hub) leave(s *Subscription) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.late, s)
	if s.admitted {
		s.admitted = false
		if h.filters[s.key]--; h.filters[s.key] == 0 {
			delete(h.filters, s.key)
		}
	}
	g := s.audience
	if g == nil {
		return
	}
	s.audience = nil
	h.members--
	delete(g.members, s)
	if len(g.members) > 0 {
		return
	}
	delete(h.audiences, g.key)
	if g.form.groups--; g.form.groups == 0 {
		delete(h.formats, g.form.name)
	}
}

// close ends all subscriptions once they have what is there for them.
func (h *hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.flushLocked()
	h.closed = true
	h.timer.Stop()
	for _, g := range h.audiences {
		for s := range g.members {
			s.queue.fail(ErrClosed)
		}
	}
}

// stats returns how many subscribers there are, and how many rows were dropped.
func (h *hub) stats() (subscribers int, dropped int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.members + len(h.late), h.dropped.Load()
}

package logstore

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"

	"daybook/filter/bytescan"
)

// A pool is the goroutines that all queries share. Queries take turns: each
// worker takes the next unit of work, which is short, from the job that has
// waited longest, so that a small query among large ones is served soon and
// each of them gets its share of the cores.
type pool struct {
	workers sync.WaitGroup

	mu     sync.Mutex
	wake   *sync.Cond // work was added, or closed was set
	ready  []*job     // jobs that have units nobody has taken; those that waited longest first
	closed bool
}

// A worker is one goroutine of the pool, with the memory that its units use.
type worker struct {
	id    int
	buf   []byte
	masks []bytescan.Mask
	marks []uint64
}

// A unit is a piece of work that takes about a millisecond. What is left of
// it, if anything, it returns.
type unit func(*worker) unit

// A job is the units of one step of a query. Its fields belong to the pool.
type job struct {
	stop    <-chan struct{}     // closed when no more units are wanted
	more    func() (unit, bool) // makes the next unit; called with the pool locked, so it is quick
	again   []unit              // what was left of units
	running int
	queued  bool  // is in ready
	failed  error // a unit panicked: no more of them
	done    chan struct{}
}

// A panicError is a panic of a unit, on its way to the query that it was of.
type panicError struct {
	value any
	stack []byte
}

func (e *panicError) Error() string { return fmt.Sprintf("panic: %v\n%s", e.value, e.stack) }

// newPool starts n workers that can hold lines of at most maxLine bytes.
func newPool(n, maxLine int) *pool {
	p := &pool{}
	p.wake = sync.NewCond(&p.mu)
	for id := range n {
		size := bufferSize(maxLine)
		w := &worker{id: id, buf: make([]byte, size), masks: make([]bytescan.Mask, size/64+2), marks: make([]uint64, size/64+1)}
		p.workers.Go(func() { p.work(w) })
	}
	return p
}

// close ends the workers, once the jobs that have begun are done.
func (p *pool) close() {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.wake.Broadcast()
	p.workers.Wait()
}

// run does the units that more makes, and returns when all are done. Units
// that begin after ctx has ended are dropped.
func (p *pool) run(ctx context.Context, more func() (unit, bool)) error {
	j := &job{stop: ctx.Done(), more: more, done: make(chan struct{})}
	p.mu.Lock()
	p.queueLocked(j)
	p.mu.Unlock()
	<-j.done
	if j.failed != nil {
		return j.failed
	}
	return ctx.Err()
}

// runAll does units, as run does.
func (p *pool) runAll(ctx context.Context, units []unit) error {
	next := 0
	return p.run(ctx, func() (unit, bool) {
		if next == len(units) {
			return nil, false
		}
		next++
		return units[next-1], true
	})
}

func (p *pool) queueLocked(j *job) {
	if !j.queued {
		j.queued = true
		p.ready = append(p.ready, j)
		p.wake.Signal()
	}
}

func (p *pool) work(w *worker) {
	debug.SetPanicOnFault(true) // a mapped file of ours may be cut short by somebody
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		for len(p.ready) == 0 {
			if p.closed {
				return
			}
			p.wake.Wait()
		}
		j := p.ready[0]
		p.ready = p.ready[1:]
		j.queued = false
		u, ok := j.nextLocked()
		if !ok {
			p.finishLocked(j)
			continue
		}
		j.running++
		p.queueLocked(j)
		p.mu.Unlock()
		rest, err := do(u, w)
		p.mu.Lock()
		j.running--
		if err != nil {
			j.failed, j.again = err, nil
		}
		if rest != nil && j.failed == nil {
			j.again = append(j.again, rest)
			p.queueLocked(j)
		}
		p.finishLocked(j)
	}
}

// do does a unit. A panic in it, in a decoder that met a hostile file say, is
// the query's error and nobody else's.
func do(u unit, w *worker) (rest unit, err error) {
	defer func() {
		if v := recover(); v != nil {
			rest, err = nil, &panicError{v, debug.Stack()}
		}
	}()
	return u(w), nil
}

func (j *job) nextLocked() (unit, bool) {
	if j.failed != nil {
		return nil, false
	}
	select {
	case <-j.stop:
		return nil, false
	default:
	}
	if n := len(j.again); n > 0 {
		u := j.again[n-1]
		j.again = j.again[:n-1]
		return u, true
	}
	return j.more()
}

// finishLocked closes the job's done channel when nothing is left of it. A
// job that is queued will come by again.
func (p *pool) finishLocked(j *job) {
	if j.running > 0 || j.queued {
		return
	}
	select {
	case <-j.done:
	default:
		close(j.done)
	}
}

package logstore

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"daybook/filter/bytescan"
)

// A pool is the workers that all queries share. Queries take turns: each worker
// takes the next unit of work, which is short, from the job that has waited
// longest, so that a small query among large ones is served soon and each of
// them gets its share of the cores.
//
// Where nobody waits, whoever brings a job is its worker, and others join only
// when there is more to it: to hand a few microseconds of work to another
// goroutine, and the result back, takes longer than the work.
type pool struct {
	running sync.WaitGroup // goroutines

	mu     sync.Mutex
	wake   *sync.Cond // there is a job and a worker for it, or closed was set
	ready  []*job     // jobs that have units nobody has taken; those that waited longest first
	idle   []*worker
	closed bool
}

// A worker is the memory that units use, one unit at a time. There are as many
// as units may run at once.
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
		p.idle = append(p.idle, w)
		p.running.Go(p.work)
	}
	return p
}

// close ends the workers, once the jobs that have begun are done.
func (p *pool) close() {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.wake.Broadcast()
	p.running.Wait()
}

// run does the units that more makes, and returns when all are done. Units
// that begin after ctx has ended are dropped.
func (p *pool) run(ctx context.Context, more func() (unit, bool)) error {
	j := &job{stop: ctx.Done(), more: more}
	p.mu.Lock()
	if len(p.ready) > 0 || len(p.idle) == 0 {
		p.shareLocked(j)
	} else {
		p.selfLocked(j)
	}
	p.mu.Unlock()
	if j.done != nil {
		<-j.done
	}
	if j.failed != nil {
		return j.failed
	}
	return ctx.Err()
}

// aloneFor is how long a job's units take before others are worth waking up.
const aloneFor = 50 * time.Microsecond

// selfLocked does units of a job that nobody else knows of, until other jobs
// wait. What is not done then is for others, who close done.
func (p *pool) selfLocked(j *job) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	w := p.takeLocked()
	defer p.putLocked(w)
	for began := time.Now(); ; {
		u, ok := j.nextLocked()
		if !ok {
			p.withdrawLocked(j)
			return
		}
		if j.done == nil && len(p.idle) > 0 && time.Since(began) > aloneFor {
			if another, ok := j.nextLocked(); ok {
				j.again = append(j.again, another)
				p.shareLocked(j)
			}
		}
		p.doLocked(u, w, j)
		if len(p.ready) > 1 || len(p.ready) == 1 && !j.queued {
			p.shareLocked(j)
			return
		}
	}
}

// shareLocked lets others do units of a job.
func (p *pool) shareLocked(j *job) {
	if j.done == nil {
		j.done = make(chan struct{})
	}
	p.queueLocked(j)
}

// withdrawLocked takes a job of which no units are left from others that have
// not begun one.
func (p *pool) withdrawLocked(j *job) {
	if j.queued {
		p.ready = slices.DeleteFunc(p.ready, func(other *job) bool { return other == j })
		j.queued = false
	}
	if j.done != nil {
		p.finishLocked(j)
	}
}

func (p *pool) takeLocked() *worker {
	last := len(p.idle) - 1
	w := p.idle[last]
	p.idle = p.idle[:last]
	return w
}

func (p *pool) putLocked(w *worker) {
	p.idle = append(p.idle, w)
	if len(p.ready) > 0 {
		p.wake.Signal()
	}
}

// doLocked does a unit, meanwhile without the lock, and keeps what is left of it.
func (p *pool) doLocked(u unit, w *worker, j *job) {
	j.running++
	p.mu.Unlock()
	rest, err := do(u, w)
	p.mu.Lock()
	j.running--
	if err != nil {
		j.failed, j.again = err, nil
	}
	if rest != nil && j.failed == nil {
		j.again = append(j.again, rest)
	}
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

func (p *pool) work() {
	debug.SetPanicOnFault(true) // a mapped file of ours may be cut short by somebody
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		for len(p.ready) == 0 || len(p.idle) == 0 {
			if p.closed && len(p.ready) == 0 {
				p.wake.Broadcast() // others may wait for a worker
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
		w := p.takeLocked()
		p.queueLocked(j)
		p.doLocked(u, w, j)
		if len(j.again) > 0 {
			p.queueLocked(j)
		}
		p.putLocked(w)
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

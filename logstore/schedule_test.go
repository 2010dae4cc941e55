package logstore

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// aPool runs f in a bubble with a pool, and fails if a goroutine of it is left.

func aPool(t *testing.T, workers int, f func(t *testing.T, p *pool)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		p := newPool(workers, 1)
		f(t, p)
		p.close() // what were left would keep the bubble from ending
	})
}

// unitsOf makes n units of what one does.

func unitsOf(n int, one func(*worker) unit) []unit {
	units := make([]unit, n)
	for i := range units {
		units[i] = one
	}
	return units
}

func TestPoolDoesAll(t *testing.T) {
	for workers := 1; workers <= 4; workers++ {
		aPool(t, workers, func(t *testing.T, p *pool) {
			for _, n := range []int{0, 1, 2, 100} {
				var done, rests atomic.Int64
				err := p.runAll(t.Context(), unitsOf(n, func(*worker) unit {
					done.Add(1)
					return func(*worker) unit { rests.Add(1); return nil }
				}))
				if err != nil || done.Load() != int64(n) || rests.Load() != int64(n) {
					t.Errorf("%d workers: runAll of %d units: %v; %d are done, %d of their rests", workers, n, err, done.Load(), rests.Load())
				}
			}
		})
	}
}

// Each worker runs one unit at a time, with memory of its own.

func TestPoolWorkers(t *testing.T) {
	const workers = 3
	aPool(t, workers, func(t *testing.T, p *pool) {
		var busy [workers]atomic.Bool
		var together, most atomic.Int64
		p.runAll(t.Context(), unitsOf(200, func(w *worker) unit {
			if busy[w.id].Swap(true) {
				t.Errorf("worker %d runs two units", w.id)
			}
			now := together.Add(1)
			for was := most.Load(); now > was && !most.CompareAndSwap(was, now); was = most.Load() {
			}
			time.Sleep(time.Millisecond)
			together.Add(-1)
			busy[w.id].Store(false)
			return nil
		}))
		if most.Load() != workers {
			t.Errorf("at most %d units run at once, want %d", most.Load(), workers)
		}
	})
}

// A small job is done while a large one runs: it waits for one unit of the

// large one for each of its own, however many there are.

func TestPoolIsFair(t *testing.T) {
	aPool(t, 1, func(t *testing.T, p *pool) {
		var large atomic.Int64
		var atStart, atEnd int64
		var small sync.WaitGroup
		started := make(chan struct{})
		small.Go(func() {
			<-started
			atStart = large.Load()
			p.runAll(t.Context(), unitsOf(10, func(*worker) unit { time.Sleep(time.Millisecond); return nil }))
			atEnd = large.Load()
		})
		var once sync.Once
		p.runAll(t.Context(), unitsOf(1000, func(*worker) unit {
			time.Sleep(time.Millisecond)
			if large.Add(1) == 5 {
				once.Do(func() { close(started) })
			}
			return nil
		}))
		small.Wait()
		if got := atEnd - atStart; got < 5 || got > 12 {
			t.Errorf("while 10 units of a small job were done, %d of a large one were, want about as many", got)
		}
	})
}

// Many jobs get their turns, whatever the order they came in.

func TestPoolTurns(t *testing.T) {
	aPool(t, 2, func(t *testing.T, p *pool) {
		const jobs, units = 8, 50
		var done [jobs]atomic.Int64
		var all sync.WaitGroup
		for i := range jobs {
			all.Go(func() {
				p.runAll(t.Context(), unitsOf(units, func(*worker) unit {
					time.Sleep(time.Millisecond)
					mine := done[i].Add(1)
					for k := range done {
						if other := done[k].Load(); mine-other > 10 && other > 0 {
							t.Errorf("job %d has had %d turns, job %d %d", i, mine, k, other)
						}
					}
					return nil
				}))
			})
		}
		all.Wait()
	})
}

// When a job is cancelled, the units that run are waited for, and the others

// are dropped.

func TestPoolCancel(t *testing.T) {
	aPool(t, 2, func(t *testing.T, p *pool) {
		ctx, cancel := context.WithCancel(t.Context())
		var begun, ended atomic.Int64
		err := p.runAll(ctx, unitsOf(1000, func(*worker) unit {
			if begun.Add(1) == 10 {
				cancel()
			}
			time.Sleep(time.Millisecond)
			ended.Add(1)
			return func(*worker) unit { begun.Add(1); ended.Add(1); return nil }
		}))
		if !errors.Is(err, context.Canceled) {
			t.Errorf("runAll: %v", err)
		}
		if begun.Load() != ended.Load() || begun.Load() > 13 {
			t.Errorf("%d units began, %d ended; cancelled at the tenth", begun.Load(), ended.Load())
		}
		if err := p.runAll(ctx, unitsOf(3, func(*worker) unit { t.Error("runs"); return nil })); !errors.Is(err, context.Canceled) {
			t.Errorf("runAll after cancel: %v", err)
		}
	})
}

// close lets jobs that have begun come to their end.

func TestPoolClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPool(2, 1)
		var done atomic.Int64
		var job sync.WaitGroup
		job.Go(func() {
			p.runAll(t.Context(), unitsOf(100, func(*worker) unit { time.Sleep(time.Millisecond); done.Add(1); return nil }))
		})
		time.Sleep(10 * time.Millisecond)
		p.close()
		job.Wait()
		if done.Load() != 100 {
			t.Errorf("%d units are done, want 100", done.Load())
		}
	})
}

// aSaver runs f in a bubble, with a saver that waits a second and calls save.

// What is learnt is saved once, a second later, along with what is learnt

// meanwhile; without news, nothing is.

// A save that fails is tried again, less and less often, and warned of once.

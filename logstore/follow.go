package logstore

import (
	"context"
	"slices"
	"sync"
	"time"

	"go.uber.org/zap"
)

// A FollowMode says how a journal is followed.
type FollowMode uint8

const (
	FollowAuto FollowMode = iota // by the file system's notifications where these work, and by a timed check
	FollowPoll                   // by a timed check alone
	FollowOff                    // not at all
)

// A follower reads what is appended to the parts of a journal, and notices what
// else happens to them. It is one goroutine; notifications of the file system
// only tell it to look sooner than it would.
type follower struct {
	store    *Store
	log      *zap.Logger
	watch    *watch
	measurer *measurer
	buf      []byte
	scratch  []byte // of printers
	stop     context.CancelFunc
	done     sync.WaitGroup
	asked    chan chan struct{} // to look at everything, and tell when that is done
	results  chan func()        // of what was done in the background, to be called
	ended    chan struct{}      // closed when it has

	// Of the follower's goroutine:
	starting bool               // what is there was there before
	source   stamp              // of the journal folder, to know it again
	gone     bool               // it is not there, or is another one
	seen     *listing           // that days are in line with
	listNext time.Time          // the folder is not read before, unless somebody asks
	askNext  time.Time          // who asks waits until then
	days     map[Day]*following // those that are followed closely
	old      oldFiles           // of all other days
	orphans  []*orphan

	checkpoint   []byte    // as written last
	checkpointed time.Time // when it was
	unwritten    bool      // it can't be, and that was said
	tried        time.Time // to take over the data folder

	mu        sync.Mutex // guards what follows
	consumers []consumer
	front     frontier
	behind    time.Time // since when there is something that is not read; zero: there is not
}

// A following is the parts of a day that is followed closely, by position. A
// compressed file that a plain one stands for, or the other way round, is none.
type following struct {
	day   Day
	over  bool // more than the grace ago: nothing new should come
	parts []*followed

	resumed   bool // the parts are those of the checkpoint
	unsettled bool // there are files of which it is not clear what they are
}

// startFollower begins to follow the journal. What is there when it returns is
// not new.
func (s *Store) startFollower() *follower {
	ctx, stop := context.WithCancel(context.Background())
	f := &follower{
		store: s, log: s.log, stop: stop,
		measurer: newMeasurer(&s.opts),
		buf:      make([]byte, bufferSize(s.opts.MaxLine)),
		scratch:  make([]byte, printedLast),
		asked:    make(chan chan struct{}),
		results:  make(chan func(), 1),
		ended:    make(chan struct{}),
		days:     make(map[Day]*following),
	}
	f.watch = f.startWatch(ctx)
	f.begin(ctx)
	f.done.Go(func() { f.run(ctx) })
	return f
}

// close ends following, and waits for that.
func (f *follower) close() {
	f.stop()
	f.done.Wait()
	f.watch.close()
	f.writeCheckpoint(true)
	for _, d := range f.days {
		for _, p := range d.parts {
			p.close()
		}
	}
	for _, o := range f.orphans {
		o.part.close()
	}
}

// attach makes c a consumer of everything that is behind the frontier that it
// returns.
func (f *follower) attach(c consumer) frontier {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.consumers = append(f.consumers, c)
	return f.front
}

// publish hands stretches to the consumers, with the frontier behind them.
func (f *follower) publish(new []stretch) {
	behind := f.frontier()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.front = behind
	for _, c := range f.consumers {
		c.consume(new, behind)
	}
}

// frontier returns where reading stands.
func (f *follower) frontier() frontier {
	var all frontier
	for _, d := range f.days {
		for _, p := range d.parts {
			if p.copyOf == nil {
				all = append(all, frontierPart{day: d.day, rank: p.rank, name: p.name(), length: p.length(), print: p.print.print()})
			}
		}
	}
	slices.SortFunc(all, func(a, b frontierPart) int {
		if a.day != b.day {
			return int(a.day) - int(b.day)
		}
		return a.rank - b.rank
	})
	return all
}

// lag returns the age of the oldest byte that is there and not followed yet.
func (s *Store) lag() time.Duration {
	if s.follower == nil {
		return 0
	}
	s.follower.mu.Lock()
	defer s.follower.mu.Unlock()
	if s.follower.behind.IsZero() {
		return 0
	}
	return time.Since(s.follower.behind)
}

// noteLag notes since when there is something that is not read.
func (f *follower) noteLag() {
	var behind time.Time
	for _, d := range f.days {
		for _, p := range d.parts {
			if p.copyOf == nil && !p.behind.IsZero() && (behind.IsZero() || p.behind.Before(behind)) {
				behind = p.behind
			}
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.behind = behind
}

// checkGap is how long after a check the next one begins at the earliest. What
// is written meanwhile is read at once.
const checkGap = 4 * time.Millisecond

// run checks for what is new until ctx ends.
func (f *follower) run(ctx context.Context) {
	defer close(f.ended)
	timer := time.NewTimer(f.store.opts.Poll)
	defer timer.Stop()
	for ctx.Err() == nil {
		var answer chan struct{}
		hints := hints{}
		asked := f.asked
		var askable <-chan time.Time
		if wait := time.Until(f.askNext); wait > 0 {
			// Whoever asks over and over is not to keep the folder read.
			asked, askable = nil, time.After(wait)
		}
		select {
		case <-ctx.Done():
			return
		case <-f.watch.woken:
			hints = f.watch.take()
		case then := <-f.results:
			then()
		case <-askable:
			continue
		case answer = <-asked:
			hints.all, f.listNext = true, time.Time{}
		case <-timer.C:
			hints.all = true
		}
		if hints.all {
			timer.Reset(f.store.opts.Poll)
		}
		f.check(ctx, hints)
		if answer != nil {
			close(answer)
		}
		if pause(ctx, checkGap) != nil {
			return
		}
	}
}

// ask makes the follower look at everything, and waits for it. The error is
// that of ctx, or ErrClosed.
func (f *follower) ask(ctx context.Context) error {
	answer := make(chan struct{})
	select {
	case f.asked <- answer:
	case <-f.ended:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-answer:
		return nil
	case <-f.ended:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}

package logstore

import (
	"sync"
	"time"

	"go.uber.org/zap"
)

// A saver writes down what is learnt, a while after it was learnt, so that
// what is learnt meanwhile goes along.
type saver struct {
	save  func() error
	delay time.Duration
	log   *zap.Logger

	woken chan struct{} // holds one value while there is something to save
	stop  chan struct{}
	done  sync.WaitGroup
}

// mostDelay is how long a saver waits at most after it could not save.
const mostDelay = time.Hour

func newSaver(save func() error, delay time.Duration, log *zap.Logger) *saver {
	s := &saver{save: save, delay: delay, log: log, woken: make(chan struct{}, 1), stop: make(chan struct{})}
	s.done.Go(s.run)
	return s
}

// wake tells the saver that there is something to save. It does not wait.
func (s *saver) wake() {
	select {
	case s.woken <- struct{}{}:
	default:
	}
}

// close waits for a save that runs, and saves what is left. It returns the
// error of the last.
func (s *saver) close() error {
	close(s.stop)
	s.done.Wait()
	return s.save()
}

func (s *saver) run() {
	delay := s.delay
	for {
		select {
		case <-s.stop:
			return
		case <-s.woken:
		}
		timer := time.NewTimer(delay)
		select {
		case <-s.stop:
			timer.Stop()
			return
		case <-timer.C:
		}
		delay = s.attempt(delay)
	}
}

// attempt saves. It returns the delay before the next time, which grows while
// there is, for example, no space: what is learnt is kept in memory until then.
func (s *saver) attempt(delay time.Duration) time.Duration {
	err := s.save()
	if err == nil {
		return s.delay
	}
	if delay == s.delay {
		s.log.Warn("what is known of day files can't be written down; tried again later", zap.Error(err))
	}
	s.wake()
	return min(2*delay, mostDelay)
}

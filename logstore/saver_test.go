package logstore

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
)

func aSaver(t *testing.T, save func() error, f func(t *testing.T, s *saver)) (warnings []observer.LoggedEntry) {
	core, logs := observer.New(zapcore.WarnLevel)
	synctest.Test(t, func(t *testing.T) { f(t, newSaver(save, time.Second, zap.New(core))) })
	return logs.All()
}

func TestSaver(t *testing.T) {
	var saves atomic.Int64
	aSaver(t, func() error { saves.Add(1); return nil }, func(t *testing.T, s *saver) {
		check := func(after time.Duration, want int64) {
			t.Helper()
			time.Sleep(after)
			synctest.Wait()
			if got := saves.Load(); got != want {
				t.Errorf("%d saves, want %d", got, want)
			}
		}
		check(time.Hour, 0)
		for range 10 {
			s.wake()
		}
		check(time.Second-1, 0)
		s.wake()
		check(1, 1)
		check(time.Second, 2) // woken while it waited
		check(time.Hour, 2)
		s.wake()
		check(time.Second, 3)
		if err := s.close(); err != nil {
			t.Errorf("close: %v", err)
		}
		check(time.Hour, 4)
		s.wake() // harmless
	})
}

func TestSaverFails(t *testing.T) {
	full := errors.New("no space")
	var mu sync.Mutex // guards what follows
	var tries []time.Duration
	var begin time.Time
	err := full
	save := func() error {
		mu.Lock()
		defer mu.Unlock()
		tries = append(tries, time.Since(begin))
		return err
	}
	set := func(next error) (before int) {
		mu.Lock()
		defer mu.Unlock()
		err = next
		return len(tries)
	}
	warnings := aSaver(t, save, func(t *testing.T, s *saver) {
		mu.Lock()
		begin = time.Now()
		mu.Unlock()
		s.wake()
		time.Sleep(24 * time.Hour)
		n := set(nil)
		if n < 20 || n > 40 {
			t.Errorf("%d tries in a day", n)
		}
		time.Sleep(24 * time.Hour)
		if more := set(full) - n; more != 1 {
			t.Errorf("%d tries after there was space, want 1", more)
		}
		for i, at := range tries[1:n] {
			if gap := at - tries[i]; gap < min(tries[i], mostDelay) || gap > mostDelay {
				t.Errorf("try %d is at %v, the one before at %v", i+1, at, tries[i])
			}
		}
		if got := s.close(); !errors.Is(got, full) {
			t.Errorf("close: %v, want %v", got, full)
		}
	})
	if len(warnings) != 1 {
		t.Errorf("warnings: %v, want one", warnings)
	}
}

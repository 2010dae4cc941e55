package auth

import (
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// fakeClock is a clock that moves when told; safe for concurrent use.
type fakeClock struct{ at atomic.Int64 }

func newFakeClock() *fakeClock {
	c := new(fakeClock)
	c.at.Store(time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC).UnixNano())
	return c
}

func (c *fakeClock) now() time.Time      { return time.Unix(0, c.at.Load()) }
func (c *fakeClock) add(d time.Duration) { c.at.Add(int64(d)) }
func (c *fakeClock) seconds(n float64)   { c.add(time.Duration(n * float64(time.Second))) }
func addr(text string) netip.Addr        { return netip.MustParseAddr(text) }

func TestAttemptsWindow(t *testing.T) {
	t.Parallel()
	clock := newFakeClock()
	a := NewAttempts(3, clock.now)
	from := addr("192.0.2.1")
	// Each step waits, then fails; want is what Failed answers.
	for i, step := range []struct {
		wait    float64 // seconds
		blocked bool
		after   time.Duration
	}{
		{0, false, 0},
		{10, false, 0},
		{10, false, 0},
		{0, true, 40 * time.Second},
		{39, true, 1 * time.Second},
		{0.5, true, 500 * time.Millisecond},
		{0.5, false, 0}, // the first is a minute old
		{0, true, 10 * time.Second},
		{10, false, 0}, // the second
		{200, false, 0},
		{0, false, 0},
		{0, false, 0},
		{0, true, time.Minute},
	} {
		clock.seconds(step.wait)
		after, blocked := a.Blocked(from)
		if after != step.after || blocked != step.blocked {
			t.Errorf("step %d: Blocked = %v, %t; want %v, %t", i, after, blocked, step.after, step.blocked)
		}
		after, blocked = a.Failed(from)
		if after != step.after || blocked != step.blocked {
			t.Errorf("step %d: Failed = %v, %t; want %v, %t", i, after, blocked, step.after, step.blocked)
		}
	}
	if _, blocked := a.Blocked(addr("192.0.2.2")); blocked {
		t.Error("another address is blocked")
	}
}

// TestAttemptsAgainstLog compares with the definition: at most so many counted
// failures in any minute, over steps that cross generations in every way.
func TestAttemptsAgainstLog(t *testing.T) {
	t.Parallel()
	clock := newFakeClock()
	a := NewAttempts(10, clock.now)
	from := addr("2001:db8::1")
	var log []time.Time
	for i := range 20_000 {
		clock.add(time.Duration(i*i%9973) * time.Millisecond)
		recent := 0
		for _, at := range log[max(0, len(log)-10):] {
			if clock.now().Sub(at) < time.Minute {
				recent++
			}
		}
		_, blocked := a.Failed(from)
		if blocked != (recent == 10) {
			t.Fatalf("failure %d: blocked %t with %d failures in the last minute", i, blocked, recent)
		}
		if !blocked {
			log = append(log, clock.now())
		}
	}
	if len(log) < 1000 || len(log) == 20_000 {
		t.Errorf("%d of 20000 failures were counted: the steps test nothing", len(log))
	}
}

func TestAttemptsNetwork(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		a, b string
		same bool
	}{
		{"192.0.2.1", "192.0.2.1", true},
		{"192.0.2.1", "192.0.2.2", false},
		{"192.0.2.1", "::ffff:192.0.2.1", true},
		{"2001:db8::1", "2001:db8::ffff:ffff:ffff:ffff", true},
		{"2001:db8::1", "2001:db8:0:1::1", false},
		{"fe80::1%eth0", "fe80::2%eth1", true},
		{"::1", "127.0.0.1", false},
	} {
		if same := network(addr(tt.a)) == network(addr(tt.b)); same != tt.same {
			t.Errorf("%s and %s are one network: %t, want %t", tt.a, tt.b, same, tt.same)
		}
	}
	a := NewAttempts(1, newFakeClock().now)
	a.Failed(netip.Addr{})
	if _, blocked := a.Blocked(netip.Addr{}); !blocked {
		t.Error("a peer without an address is not limited")
	}
	if _, blocked := a.Blocked(addr("0.0.0.0")); blocked {
		t.Error("a peer without an address is taken for 0.0.0.0")
	}
}

func TestAttemptsUnlimited(t *testing.T) {
	t.Parallel()
	a := NewAttempts(0, nil)
	for range 1000 {
		if _, blocked := a.Failed(addr("192.0.2.1")); blocked {
			t.Fatal("blocked without a limit")
		}
	}
}

// TestAttemptsBounded lets more addresses fail than are told apart: memory
// stays bounded, nobody gets past the limit, and the table frees itself.
func TestAttemptsBounded(t *testing.T) {
	t.Parallel()
	clock := newFakeClock()
	a := NewAttempts(2, clock.now)
	at := func(i int) netip.Addr { return netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}) }
	passed := 0
	for i := range 3 * maxAddresses {
		if _, blocked := a.Failed(at(i)); !blocked {
			passed++
		}
	}
	if passed != maxAddresses || len(a.current) != maxAddresses {
		t.Errorf("%d addresses passed and %d are kept, want %d", passed, len(a.current), maxAddresses)
	}
	if _, blocked := a.Failed(at(0)); blocked {
		t.Error("an address of the table is blocked after one failure of two")
	}
	clock.add(attemptWindow)
	if _, blocked := a.Failed(at(3 * maxAddresses)); blocked {
		t.Error("a new address is still blocked a minute later")
	}
	clock.add(attemptWindow)
	a.Failed(at(1))
	if n := len(a.current) + len(a.previous); n != 2 {
		t.Errorf("%d addresses are kept after two minutes, want 2", n)
	}
}

func TestAttemptsConcurrent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := NewAttempts(10, time.Now)
		for minute := range 3 {
			var passed atomic.Int64
			var wg sync.WaitGroup
			for range 100 {
				wg.Go(func() {
					a.Blocked(addr("192.0.2.1"))
					if _, blocked := a.Failed(addr("192.0.2.1")); !blocked {
						passed.Add(1)
					}
				})
			}
			wg.Wait()
			if passed.Load() != 10 {
				t.Errorf("minute %d: %d of 100 failures at once passed, want 10", minute, passed.Load())
			}
			time.Sleep(time.Minute)
		}
	})
}

package auth

import (
	"net/netip"
	"sync"
	"time"
)

// Bounds of Attempts.
const (
	attemptWindow = time.Minute
	maxAddresses  = 16384 // per generation; two generations are kept
)

// Attempts limits failed authentications per address: so many in any minute,
// then no further ones until the oldest is a minute old. It says nothing about
// successful ones, which are never limited: check the token first, and ask
// here only when it is refused.
//
// An address is a whole IPv4 address or the /64 network of an IPv6 one, since
// hosts choose freely within it. Memory is bounded: at most 16,384 addresses
// that failed in one minute are told apart (and as many of the minute before);
// while the table is full, addresses that are not in it count as blocked. That
// is a few MiB for the default of ten failures a minute. All methods may be
// called concurrently.
type Attempts struct {
	perMinute int
	now       func() time.Time
	epoch     time.Time // moments below are measured from here, on now's monotonic clock

	mu      sync.Mutex // guards everything below
	started time.Duration
	// Addresses that failed since started, and those that failed only in the
	// generation before it. A generation lasts at least a minute, so when the
	// older one is dropped all its failures are past counting.
	current, previous map[netip.Prefix]failures
}

// failures are the moments of an address's counted failures, oldest first:
// never more than perMinute of them.
type failures []time.Duration

// NewAttempts returns limits of perMinute failures per address; below 1 there
// is no limit. now is the clock, time.Now when nil.
func NewAttempts(perMinute int, now func() time.Time) *Attempts {
	if now == nil {
		now = time.Now
	}
	return &Attempts{
		perMinute: perMinute,
		now:       now,
		epoch:     now(),
		current:   make(map[netip.Prefix]failures),
	}
}

// Blocked reports whether a further failure of addr would be one too many, and
// after what time it would not be.
func (a *Attempts) Blocked(addr netip.Addr) (retryAfter time.Duration, blocked bool) {
	if a.perMinute < 1 {
		return 0, false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.turnLocked()
	return a.blockedLocked(network(addr), now)
}

// Failed counts a failed authentication of addr, unless addr is blocked: it
// answers what Blocked would have answered just before, in one step, so that
// failures at the same time can't slip past the limit together.
func (a *Attempts) Failed(addr netip.Addr) (retryAfter time.Duration, blocked bool) {
	if a.perMinute < 1 {
		return 0, false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	now, from := a.turnLocked(), network(addr)
	if wait, blocked := a.blockedLocked(from, now); blocked {
		return wait, true
	}
	a.current[from] = append(a.recentLocked(from, now), now)
	return 0, false
}

// turnLocked returns the present moment, after starting a new generation if
// the current one has lasted its minute.
func (a *Attempts) turnLocked() time.Duration {
	now := a.now().Sub(a.epoch)
	if age := now - a.started; age >= attemptWindow || age < 0 {
		a.previous, a.current = a.current, make(map[netip.Prefix]failures)
		a.started = now
	}
	return now
}

// recentLocked returns the failures of from in the minute before now. It may
// be appended to once, if the result is stored in current.
func (a *Attempts) recentLocked(from netip.Prefix, now time.Duration) failures {
	all, ok := a.current[from]
	if !ok {
		all = a.previous[from]
	}
	old := 0
	for old < len(all) && now-all[old] >= attemptWindow {
		old++
	}
	return all[old:]
}

// blockedLocked is Blocked for a network.
func (a *Attempts) blockedLocked(from netip.Prefix, now time.Duration) (time.Duration, bool) {
	if recent := a.recentLocked(from, now); len(recent) >= a.perMinute {
		return recent[0] + attemptWindow - now, true
	}
	if _, ok := a.current[from]; !ok && len(a.current) >= maxAddresses {
		return a.started + attemptWindow - now, true
	}
	return 0, false
}

// network returns what counts as one address. The zero Addr, a peer without an
// address, is a network of its own.
func network(addr netip.Addr) netip.Prefix {
	addr = addr.Unmap().WithZone("")
	bits := addr.BitLen()
	if addr.Is6() {
		bits = 64
	}
	p, _ := addr.Prefix(bits) // the zero Prefix for the zero Addr
	return p
}

package logstore

import (
	"maps"
	"sync"
	"sync/atomic"
)

// Stats are a store's counters since it was opened, and its gauges.
type Stats struct {
	BytesScanned int64            // bytes of day files read by queries, after decompression
	LinesScanned int64            // lines that queries looked at
	Indexed      int64            // queries that used the index
	Malformed    int64            // malformed lines met for the first time
	Problems     map[string]int64 // unreadable files met by queries, by reason
	Running      int              // queries running now
	Waiting      int              // queries waiting to run
}

// counters are what Stats reports, while it grows.
type counters struct {
	bytes, lines, malformed atomic.Int64
	indexed                 atomic.Int64
	running, waiting        atomic.Int64

	mu       sync.Mutex
	problems map[string]int64
}

// problem counts an unreadable file.
func (c *counters) problem(reason string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.problems == nil {
		c.problems = make(map[string]int64)
	}
	c.problems[reason]++
}

// Stats returns the present counters.
func (s *Store) Stats() Stats {
	c := &s.counters
	c.mu.Lock()
	defer c.mu.Unlock()
	return Stats{
		BytesScanned: c.bytes.Load(),
		LinesScanned: c.lines.Load(),
		Indexed:      c.indexed.Load(),
		Malformed:    c.malformed.Load(),
		Problems:     maps.Clone(c.problems),
		Running:      int(c.running.Load()),
		Waiting:      int(c.waiting.Load()),
	}
}

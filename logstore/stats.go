package logstore

import (
	"maps"
	"sync"
	"sync/atomic"
	"time"
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
	Exports      int              // exports that are open
	Subscribers  int              // subscriptions to live rows
	LiveDropped  int64            // live rows that were dropped since subscribers read too slowly

	Incidents map[IncidentKind]int64 // by kind
	Lag       time.Duration          // age of the oldest byte that is there and not followed yet; 0: none

	IndexedFiles   int   // day files whose index is open
	UnindexedFiles int   // day files that are to have an index and have none yet
	IndexBytes     int64 // size of the open indexes
	LiveBytes      int64 // of day files that are written to, whose records have segments
	IndexAside     int64 // indexes set aside because they could not be used
}

// counters are what Stats reports, while it grows.
type counters struct {
	bytes, lines, malformed atomic.Int64
	indexed                 atomic.Int64
	running, waiting        atomic.Int64
	exports                 atomic.Int64

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
	stats := Stats{
		BytesScanned: c.bytes.Load(),
		LinesScanned: c.lines.Load(),
		Indexed:      c.indexed.Load(),
		Malformed:    c.malformed.Load(),
		Problems:     maps.Clone(c.problems),
		Running:      int(c.running.Load()),
		Waiting:      int(c.waiting.Load()),
		Exports:      int(c.exports.Load()),
		Incidents:    s.incidents.count(),
		Lag:          s.lag(),
	}
	if s.hub != nil {
		stats.Subscribers, stats.LiveDropped = s.hub.stats()
	}
	if s.index != nil {
		s.index.count(&stats)
	}
	return stats
}

// count fills in what stats say of the index.
func (x *index) count(stats *Stats) {
	x.mu.Lock()
	defer x.mu.Unlock()
	stats.IndexedFiles, stats.UnindexedFiles, stats.IndexAside = len(x.files), x.owed, x.aside
	for _, f := range x.files {
		stats.IndexBytes += f.bytes
	}
	for _, f := range x.live {
		stats.LiveBytes += f.to
	}
}

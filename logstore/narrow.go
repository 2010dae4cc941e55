package logstore

import (
	"math"
	"math/rand/v2"
	"slices"
)

// A pageSearch finds the entries of the page in as many passes over the
// matches as it takes. The first pass looks at all of them. Where the entries
// up to the page's end do not fit into memory, their sample tells between
// which two entries the page is likely to lie; the next pass counts what lies
// before and looks only there. Every pass's counts are exact, so that a poor
// sample costs a pass, never a wrong page.
type pageSearch struct {
	offset, limit int64 // the page; limit is at least 1
	memory        int64 // bytes
	shards        int   // in each pass

	passes  int
	total   int64  // matches; known after the first pass
	window  window // of the present pass
	bracket window // the narrowest that is known to hold the page
	below   int64  // matches before the window, and
	inside  int64  // in it, as the last pass counted them
}

// mostPasses ends a search that samples have led astray again and again. Each
// pass is expected to leave a fraction of the entries, so that a few are many.
const mostPasses = 100

// collector returns the collector for the next pass.
func (p *pageSearch) collector() *collector {
	p.passes++
	c := &collector{
		window: p.window,
		keep:   math.MaxInt64 / 4,            // all of a window that begins somewhere
		memory: p.memory / int64(2*p.shards), // take needs the entries a second time
		seed:   uint64(p.passes),
	}
	if p.window.low == nil {
		c.keep = min(p.offset, c.keep) + p.limit
	}
	return c
}

// A pageState says how far the search for a page has come.
type pageState uint8

const (
	pageOpen     pageState = iota // another pass is needed
	pageFound                     // the entries are the page's, in order
	pageTooLarge                  // the page alone does not fit into memory
)

// finish looks at what a pass found.
func (p *pageSearch) finish(shards []*shard) ([]entry, pageState) {
	p.below, p.inside = 0, 0
	sampled := false
	for _, s := range shards {
		p.below += s.below
		p.inside += s.inside
		sampled = sampled || s.sampled
	}
	if p.passes == 1 {
		p.total = p.inside
	}
	if p.offset >= p.total {
		return nil, pageFound
	}
	split := p.learn()
	switch {
	case p.bracket != p.window && split, p.passes == mostPasses:
		return nil, pageTooLarge
	case p.bracket != p.window:
		p.window = p.bracket
	case !sampled:
		return p.take(shards), pageFound
	case !p.narrow(shards):
		return nil, pageTooLarge
	}
	return nil, pageOpen
}

// learn makes the ends of the window ends of the bracket, now that the pass
// has told how many matches lie before each. It reports whether one of them
// lies within the page, so that it is no end of anything.
func (p *pageSearch) learn() (split bool) {
	end := min(p.offset+p.limit, p.total)
	learn := func(e *entry, rank int64) {
		switch {
		case e == nil:
		case rank <= p.offset:
			p.bracket.low = e
		case rank >= end:
			p.bracket.high = e
		default:
			split = true
		}
	}
	// The wider end last, so that the narrower one is not lost where both are
	// on the same side.
	if p.below >= end {
		learn(p.window.high, p.below+p.inside)
		learn(p.window.low, p.below)
	} else {
		learn(p.window.low, p.below)
		learn(p.window.high, p.below+p.inside)
	}
	return split
}

// take returns the page from shards that hold every entry up to its end. It
// uses their memory.
func (p *pageSearch) take(shards []*shard) []entry {
	largest := shards[0]
	for _, s := range shards {
		if len(s.entries) > len(largest.entries) {
			largest = s
		}
	}
	for _, s := range shards {
		if s != largest {
			largest.entries = append(largest.entries, s.entries...)
		}
	}
	all := largest.entries
	from := min(p.offset-p.below, int64(len(all)))
	to := min(from+p.limit, int64(len(all)))
	rng := rand.New(rand.NewPCG(1, 2))
	nth(all, int(to), rng)
	nth(all[:to], int(from), rng)
	page := all[from:to]
	slices.SortFunc(page, func(a, b entry) int { return a.compare(&b) })
	return page
}

// A weighted entry of a sample stands for several.
type weighted struct {
	entry
	weight float64
}

// narrow chooses the next window from the shards' samples, inside the present
// one. It reports false when the samples leave nothing to choose: the page
// itself is too large.
func (p *pageSearch) narrow(shards []*shard) bool {
	var sample []weighted
	for _, s := range shards {
		for _, e := range s.entries {
			sample = append(sample, weighted{e, float64(s.inside) / float64(len(s.entries))})
		}
	}
	slices.SortFunc(sample, func(a, b weighted) int { return a.entry.compare(&b.entry) })

	// The rank of a sampled entry is known to within a standard deviation of
	// at most inside/(2·√n). Four of them on each side miss the page once in
	// ten thousand passes; where that is all of a small sample, try less.
	deviation := float64(p.inside) / (2 * math.Sqrt(float64(len(sample))))
	for _, margin := range []float64{4 * deviation, deviation, 0} {
		if next := p.between(sample, margin); next != p.window {
			p.window = next
			return true
		}
	}
	return false
}

// between returns the window between the sampled entries that enclose the
// page, with a margin of so many entries on each side.
func (p *pageSearch) between(sample []weighted, margin float64) window {
	from := float64(p.offset-p.below) - margin
	to := float64(min(p.offset-p.below+p.limit, p.inside)) + margin
	next, before := p.window, 0.0
	for i := range sample {
		rank := before + sample[i].weight/2 // in the middle of those it stands for
		before += sample[i].weight
		if rank <= from {
			next.low = &sample[i].entry
		} else if rank >= to {
			next.high = &sample[i].entry
			break
		}
	}
	return next
}

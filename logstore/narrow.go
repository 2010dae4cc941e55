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
// before and looks only there. Every pass's counts are exact, so a poor
// sample costs a pass, never a wrong page.
type pageSearch struct {
	offset, limit int64 // the page; limit is at least 1
	memory        int64 // bytes
	shards        int   // in each pass

	window window
	total  int64 // matches; known after the first pass
	below  int64 // matches before the window, and
	inside int64 // in it, as the last pass counted them
}

// collector returns the collector for the next pass.
func (p *pageSearch) collector() *collector {
	c := &collector{
		window: p.window,
		keep:   math.MaxInt64 / 4,            // all of a window that begins somewhere
		memory: p.memory / int64(2*p.shards), // take needs the entries a second time
	}
	if p.window.low == nil {
		c.keep = min(p.offset, c.keep) + p.limit
	}
	return c
}

// finish looks at what a pass found. It returns the page's entries in order
// and done, or asks for another pass. It fails where the page itself does not
// fit into memory.
func (p *pageSearch) finish(shards []*shard) (page []entry, done bool, err error) {
	p.below, p.inside = 0, 0
	sampled := false
	for _, s := range shards {
		p.below += s.below
		p.inside += s.inside
		sampled = sampled || s.sampled
	}
	if p.window == (window{}) {
		p.total = p.inside
	}
	switch {
	case p.offset >= p.total:
		return nil, true, nil
	case p.missed():
		return nil, false, nil
	case !sampled:
		return p.take(shards), true, nil
	case !p.narrow(shards):
		return nil, false, &TooLargeError{Limit: p.memory, Actual: p.memory + 1}
	}
	return nil, false, nil
}

// missed reports whether some of the page lies outside of the window, and
// moves the window then.
func (p *pageSearch) missed() bool {
	end := min(p.offset+p.limit, p.total)
	w, past := p.window, p.below+p.inside
	switch {
	case end <= p.below:
		p.window = window{high: w.low}
	case p.offset < p.below:
		p.window = window{high: w.high}
	case p.offset >= past:
		p.window = window{low: w.high}
	case end > past:
		p.window = window{low: w.low}
	default:
		return false
	}
	return true
}

// take returns the page from shards that hold every entry up to its end.
func (p *pageSearch) take(shards []*shard) []entry {
	var all []entry
	for _, s := range shards {
		all = append(all, s.entries...)
		s.entries = nil
	}
	from := min(p.offset-p.below, int64(len(all)))
	to := min(from+p.limit, int64(len(all)))
	rng := rand.New(rand.NewPCG(1, 2))
	nth(all, int(to), rng)
	all = all[:to]
	nth(all, int(from), rng)
	page := slices.Clone(all[from:])
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
	next, rank := p.window, 0.0
	for i := range sample {
		rank += sample[i].weight
		if rank <= from {
			next.low = &sample[i].entry
		} else if rank >= to && rank < float64(p.inside) {
			next.high = &sample[i].entry
			break
		}
	}
	return next
}

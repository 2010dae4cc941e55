package generate

import "math/bits"

// random is a splitmix64 generator: small, fast, and the same everywhere. Its
// value is its state.
type random uint64

const golden = 0x9E3779B97F4A7C15 // 2^64 over the golden ratio, splitmix64's step

// newRandom returns a generator for the stream'th use of seed. Its state is an
// output itself: states that are near each other give shifted copies of one
// sequence.
func newRandom(seed uint64, stream int64) random {
	r := random(stream)
	r = random(r.next() ^ seed)
	return random(r.next())
}

func (r *random) next() uint64 {
	*r += golden
	z := uint64(*r)
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return z ^ z>>31
}

// below returns a number from 0 to n-1; n is at least 1.
func (r *random) below(n int) int {
	hi, _ := bits.Mul64(r.next(), uint64(n))
	return int(hi)
}

// oneIn reports true one time in n.
func (r *random) oneIn(n int) bool { return r.below(n) == 0 }

// A picker draws indices with given weights in constant time: the alias
// method of Walker, in Vose's form, on integers. Immutable.
type picker struct{ cells []cell }

// A cell stands for its own index with probability cut/2^64, otherwise for other.
type cell struct {
	cut   uint64
	other int
}

// newPicker returns a picker of len(weights) indices. Weights times their
// number must stay below 2^64, and not all be zero.
func newPicker(weights []uint64) *picker {
	n := uint64(len(weights))
	total := uint64(0)
	for _, w := range weights {
		total += w
	}
	// A cell holds a weight of total once weights are scaled by n. Each round
	// fills one index's cell with what it lacks from an index that has more.
	left := make([]uint64, n)
	var less, more []int
	for i, w := range weights {
		left[i] = w * n
		if left[i] < total {
			less = append(less, i)
		} else {
			more = append(more, i)
		}
	}
	p := &picker{cells: make([]cell, n)}
	for len(less) > 0 && len(more) > 0 {
		small, big := less[len(less)-1], more[len(more)-1]
		less = less[:len(less)-1]
		cut, _ := bits.Div64(left[small], 0, total)
		p.cells[small] = cell{cut, big}
		if left[big] -= total - left[small]; left[big] < total {
			more = more[:len(more)-1]
			less = append(less, big)
		}
	}
	for _, i := range more { // exactly full
		p.cells[i] = cell{0, i}
	}
	return p
}

// zipf returns a picker of n indices whose frequency falls as one over rank.
func zipf(n int) *picker {
	weights := make([]uint64, n)
	for i := range weights {
		weights[i] = 1 << 40 / uint64(i+1)
	}
	return newPicker(weights)
}

func (p *picker) pick(r *random) int {
	hi, lo := bits.Mul64(r.next(), uint64(len(p.cells)))
	if c := p.cells[hi]; lo >= c.cut {
		return c.other
	}
	return int(hi)
}

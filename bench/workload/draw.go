package workload

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// success is the status that most records have.
const success = "SUCCESS"

// A Drawer draws parameters from a sampled journal. One goroutine may use it
// at a time.
type Drawer struct {
	*candidates
	sample *Sample
	rng    *rand.Rand
}

// NewDrawer returns a drawer; equal seeds draw equally. The error says what
// the journal has too little of.
func NewDrawer(s *Sample, seed uint64) (*Drawer, error) {
	c, err := newCandidates(s)
	if err != nil {
		return nil, err
	}
	d := &Drawer{candidates: c, sample: s}
	if actions := len(tally(s, Action)); actions < 3 || len(c.statuses) < 2 {
		return nil, fmt.Errorf("%d actions and %d statuses in %s, want 3 and 2", actions, len(c.statuses), s.Dir)
	}
	return d.With(seed), nil
}

// With returns a drawer from the same journal with another seed.
func (d *Drawer) With(seed uint64) *Drawer {
	return &Drawer{candidates: d.candidates, sample: d.sample, rng: rand.New(rand.NewPCG(seed, 0))}
}

// Draw draws parameters for a question.
func (d *Drawer) Draw(question Question) *Query {
	q := question.draw(d)
	q.Name = question.Name
	return q
}

// Shuffle puts n things into a random order.
func (d *Drawer) Shuffle(n int, swap func(i, j int)) { d.rng.Shuffle(n, swap) }

// page returns a query for a page. Its limit varies around fifty, so that
// requests differ even where there are few values to draw from.
func (d *Drawer) page(order *Order, where ...Condition) *Query {
	return &Query{Where: where, Order: order, Limit: 40 + d.rng.Int64N(21)}
}

// newest returns a query for a page of the newest records.
func (d *Drawer) newest(where ...Condition) *Query {
	return d.page(&Order{Field: Timestamp, Descending: true}, where...)
}

// pick draws one of some values, all as likely.
func (d *Drawer) pick(values []string) string { return values[d.rng.IntN(len(values))] }

// record draws a record.
func (d *Drawer) record() *Record { return &d.sample.Records[d.rng.IntN(len(d.sample.Records))] }

// several draws up to n different values of a column, frequent ones more often.
// It gives up where the sample hardly has as many.
func (d *Drawer) several(n int, field Field) []string {
	var values []string
	for tries := 0; len(values) < n && tries < 1000*n; tries++ {
		if value := d.record().value(field); !slices.Contains(values, value) {
			values = append(values, value)
		}
	}
	return values
}

// oneDay draws a day.
func (d *Drawer) oneDay() *Span {
	day := d.sample.Files[d.rng.IntN(len(d.sample.Files))].Day
	return &Span{First: day, Last: day}
}

// manyDays draws a span of nearly all days; nil stands for all of them.
func (d *Drawer) manyDays() *Span {
	files := d.sample.Files
	skip := d.rng.IntN(len(files)/6 + 1)
	if skip == 0 {
		return nil
	}
	late := d.rng.IntN(skip + 1)
	return &Span{First: files[skip-late].Day, Last: files[len(files)-1-late].Day}
}

// without returns the values but for one.
func without(values []string, value string) []string {
	return slices.DeleteFunc(slices.Clone(values), func(v string) bool { return v == value })
}

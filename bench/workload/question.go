package workload

// A Question is a kind of query: what is asked stays, the parameters change.
type Question struct {
	Name  string
	Text  string
	Bound float64 // the best peer's time must be so many times daybook's
	draw  func(*Drawer) *Query
}

// What the best peer's time must be, at least, as a multiple of daybook's. The
// lower one is for questions that SQLite has made an index for.
const (
	boundPeer    = 5
	boundIndexed = 2
)

// Questions returns the twelve kinds.
func Questions() []Question {
	return []Question{
		{"Q1", "actor_type, status, source ≠, one day", boundPeer, func(d *Drawer) *Query {
			q := d.example()
			q.Span = d.oneDay()
			return q
		}},
		{"Q2", "actor_type, status, source ≠, all days", boundPeer, (*Drawer).example},
		{"Q3", "a rare status", boundPeer, func(d *Drawer) *Query {
			return d.newest(Condition{Status, Equal, []string{d.pick(d.rareStatus)}})
		}},
		{"Q4", "one actor_id", boundIndexed, func(d *Drawer) *Query {
			return d.newest(Condition{ActorID, Equal, []string{d.pick(d.actors)}})
		}},
		{"Q5", "action in 3, status not in 2, by actor_id", boundPeer, (*Drawer).lists},
		{"Q6", "detail like a rare number", boundPeer, func(d *Drawer) *Query {
			return d.page(nil, Condition{Detail, Contains, []string{d.pick(d.literals)}})
		}},
		{"Q7", "detail like a common word", boundPeer, func(d *Drawer) *Query {
			return d.newest(Condition{Detail, Contains, []string{d.pick(d.words)}})
		}},
		{"Q8", "a rare address in any field", boundPeer, func(d *Drawer) *Query {
			q := d.page(nil)
			q.Anywhere = d.pick(d.addresses)
			return q
		}},
		{"Q9", "by source, offset 100,000", boundIndexed, (*Drawer).deep},
		{"Q10", "newest rows", boundIndexed, func(d *Drawer) *Query {
			q := d.newest()
			q.Offset = d.rng.Int64N(10)
			return q
		}},
		{"Q11", "rows per day and actor_type", boundPeer, func(d *Drawer) *Query {
			q := d.page(nil)
			q.Shape, q.Span = PerDay, d.manyDays()
			return q
		}},
		{"Q12", "top sources of an actor_type, one day", boundPeer, func(d *Drawer) *Query {
			q := d.page(nil, Condition{ActorType, Equal, []string{d.pick(d.actorTypes)}})
			q.Shape, q.Span, q.Limit = Top, d.oneDay(), 5
			return q
		}},
	}
}

// example draws the request that the method's documentation shows.
func (d *Drawer) example() *Query {
	return d.newest(
		Condition{ActorType, Equal, []string{d.pick(d.actorTypes)}},
		Condition{Status, Equal, []string{d.record().value(Status)}},
		Condition{Source, NotEqual, []string{d.record().value(Source)}},
	)
}

// lists draws conditions with lists: three actions that are frequent as often
// as they are in the journal, and no success.
func (d *Drawer) lists() *Query {
	actions := d.several(3, Action)
	others := without(d.statuses, success)
	return d.page(&Order{Field: ActorID},
		Condition{Action, In, actions},
		Condition{Status, NotIn, []string{success, d.pick(others)}},
	)
}

// deep draws a page far into an order that no file is in.
func (d *Drawer) deep() *Query {
	q := d.page(&Order{Field: Source})
	around := min(100_000, d.sample.Lines(nil)/10)
	q.Offset = around - around/20 + d.rng.Int64N(around/10+1)
	return q
}

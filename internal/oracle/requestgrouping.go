package oracle

import (
	"encoding/json"
	"strconv"
)

// getLogHistogram draws the members of a GetLogHistogram, well-formed but for
// an interval that is now and then too small for the time asked about.
func (g *Requests) getLogHistogram() []sent {
	members := append(g.conditions(65, nil), g.journal()...)
	members = append(members, sent{"interval", g.interval(members)})
	if g.chance(60) {
		members = append(members, sent{"by", strconv.Quote(pick(g.rng, fieldNames()[1:]))})
	}
	return append(members, g.asked()...)
}

// getLogTop draws the members of a well-formed GetLogTop.
func (g *Requests) getLogTop() []sent {
	members := append(g.conditions(45, nil), g.journal()...)
	members = append(members, sent{"field", strconv.Quote(pick(g.rng, fieldNames()))})
	if g.chance(60) {
		members = append(members, sent{"limit", g.countLiteral(pick(g.rng, []int{0, 1, 2, 3, 5, 10, 25, 100, maxTop}))})
	}
	return append(members, g.asked()...)
}

// journal draws the param journal, mostly left out.
func (g *Requests) journal() []sent {
	if g.chance(85) {
		return nil
	}
	return []sent{{"journal", `"audit"`}}
}

// interval draws an interval; nine times in ten one that fits if both ends of
// the time that the conditions leave are known.
func (g *Requests) interval(conditions []sent) string {
	names := []string{`"minute"`, `"hour"`, `"day"`}
	literal := pick(g.rng, append(names, `"day"`, "1", "60", `"900"`, "3600.0", "86400", "604800", "7e5", "31536000", "3.1536e7"))
	seconds, err := decodeInterval(json.RawMessage(literal))
	p, perr := parseParams(object(conditions))
	q := new(query)
	if err != nil || perr != nil || q.decodeKeys(p) != nil || g.chance(10) {
		return literal
	}
	ends := q.span(g.oracle.window())
	if ends.open() || ends.empty() || ends.buckets(seconds) <= maxBuckets && g.chance(60) {
		return literal
	}
	least := (ends.to-ends.from)/(maxBuckets-1) + 1
	return strconv.FormatInt(min(maxInterval, least+g.rng.Int64N(least)*pick(g.rng, []int64{0, 1, 100})), 10)
}

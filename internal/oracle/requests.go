package oracle

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
)

// Requests draws random requests that suit one journal: their values are
// mostly the journal's own, and most of them are aimed at a record, so that it
// is among the matches. About one in twenty is malformed.
//
// A Requests is one goroutine's.
type Requests struct {
	oracle   *Oracle
	rng      *rand.Rand
	without  []string
	deck     []card    // not dealt yet
	records  []*record // all that can be found
	inWindow []*record // those in files of the default window
}

// NewRequests returns a source of requests for the journal that o has read. The
// same numbers from rng draw the same requests. The methods and the optional
// params named in without are left out.
func NewRequests(o *Oracle, rng *rand.Rand, without ...string) *Requests {
	g := &Requests{oracle: o, rng: rng, without: without}
	for _, p := range o.parts {
		for i := range p.records {
			g.records = append(g.records, &p.records[i])
		}
	}
	for _, p := range o.selectParts(nil) {
		for i := range p.records {
			g.inWindow = append(g.inWindow, &p.records[i])
		}
	}
	if len(g.records) == 0 { // an empty journal can still be asked
		g.records = []*record{emptyRecord(o.opts.Now.Unix())}
	}
	if len(g.inWindow) == 0 {
		g.inWindow = g.records
	}
	return g
}

// emptyRecord returns a record of no journal, all of whose texts are empty.
func emptyRecord(sec int64) *record {
	d := newDictionary()
	r := &record{time: sec}
	for field := range r.values {
		r.values[field] = d.add(field, "")
	}
	r.values[fieldTime] = d.add(fieldTime, strconv.FormatInt(sec, 10))
	d.finish()
	return r
}

// Next draws one request.
func (g *Requests) Next() (method string, params json.RawMessage) {
	method = g.method()
	members := g.members(method)
	g.rng.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
	if g.chance(5) {
		return method, g.spoil(method, members)
	}
	params = object(members)
	if g.chance(4) {
		params = json.RawMessage("[" + string(params) + "]")
	}
	return method, params
}

// method draws a method: most often GetLogsByFilter.
func (g *Requests) method() string {
	for {
		method := "GetLogsByFilter"
		switch n := g.rng.IntN(100); {
		case n < 15:
			method = "GetLogs"
		case n < 27:
			method = "GetLogHistogram"
		case n < 40:
			method = "GetLogTop"
		}
		if !slices.Contains(g.without, method) {
			return method
		}
	}
}

// members draws the members of a well-formed request.
func (g *Requests) members(method string) []sent {
	switch method {
	case "GetLogs":
		return g.getLogs()
	case "GetLogHistogram":
		return g.getLogHistogram()
	case "GetLogTop":
		return g.getLogTop()
	}
	return g.getLogsByFilter()
}

// A sent is one member of a params object as it goes out.
type sent struct{ name, value string }

// object prints members as a JSON object, in their order.
func object(members []sent) json.RawMessage {
	printed := make([]string, len(members))
	for i, m := range members {
		printed[i] = strconv.Quote(m.name) + ":" + m.value
	}
	return json.RawMessage("{" + strings.Join(printed, ",") + "}")
}

// getLogsByFilter draws the members of a well-formed GetLogsByFilter.
func (g *Requests) getLogsByFilter() []sent {
	c := g.deal()
	members := append(g.paging(), g.conditions(45, &c)...)
	if value, ok := g.keyValue(g.terms(c)); ok {
		members = append(members, sent{"orderBy", value})
	}
	return append(members, g.asked()...)
}

// A Condition is one condition, or term of orderBy, under the key of its kind.
type Condition struct {
	Key   string
	Value json.RawMessage // flat: [field, …]
}

// Conditions draws the conditions of one well-formed request; mostly a record
// satisfies them all.
func (g *Requests) Conditions() []Condition { return g.aimed(45, nil) }

// aimed draws conditions that one record mostly satisfies, with one of the
// card's kind if there is a card; in so many percent of cases one of them bounds
// the time.
func (g *Requests) aimed(bounded int, c *card) []Condition {
	witness := pick(g.rng, g.records)
	if g.chance(50) {
		witness = pick(g.rng, g.inWindow)
	}
	var conditions []Condition
	add := func(key, value string) {
		conditions = append(conditions, Condition{key, json.RawMessage(value)})
	}
	if g.chance(bounded) || !g.found(witness, nil) {
		add(g.timeBound(witness.time))
	}
	further := pick(g.rng, []int{0, 1, 1, 1, 2, 2, 3, 4})
	if c != nil {
		add(g.aim(witness, func() (key, value string) { return c.key, g.conditionOn(c.key, c.op, c.field, witness) }))
		further--
	}
	for range further {
		add(g.aim(witness, func() (key, value string) { return g.anyCondition(witness) }))
	}
	return conditions
}

// conditions draws the members that hold conditions, as aimed does.
func (g *Requests) conditions(bounded int, c *card) []sent {
	byKey := make(map[string][]string)
	for _, c := range g.aimed(bounded, c) {
		byKey[c.Key] = append(byKey[c.Key], string(c.Value))
	}
	var members []sent
	for _, key := range conditionKeys() {
		if value, ok := g.keyValue(byKey[key]); ok {
			members = append(members, sent{key, value})
		}
	}
	return members
}

// Order draws terms of orderBy, none for the default order.
func (g *Requests) Order() []Condition {
	var terms []Condition
	for _, term := range g.order() {
		terms = append(terms, Condition{"orderBy", json.RawMessage(term)})
	}
	return terms
}

// asked draws, at times, what contract 2.2 lets one ask for.
func (g *Requests) asked() []sent {
	var members []sent
	for _, name := range []string{"explain", "cursor", "partial"} {
		if g.chance(3) && !slices.Contains(g.without, name) {
			members = append(members, sent{name, pick(g.rng, []string{"true", "false"})})
		}
	}
	return members
}

// found reports whether the files that bounds select hold the record.
func (g *Requests) found(r *record, b *bounds) bool {
	for _, p := range g.oracle.selectParts(b) {
		if n := len(p.records); n > 0 && p.records[0].position <= r.position && r.position <= p.records[n-1].position {
			return true
		}
	}
	return false
}

// keyValue puts conditions or terms together as the value of a key: flat or
// nested where there is one, "not given" in its three ways where there is none.
func (g *Requests) keyValue(conditions []string) (value string, ok bool) {
	switch {
	case len(conditions) == 0 && g.chance(90):
		return "", false
	case len(conditions) == 0:
		return pick(g.rng, []string{"null", "[]"}), true
	case len(conditions) == 1 && g.chance(60):
		return conditions[0], true
	}
	return "[" + strings.Join(conditions, ",") + "]", true
}

// paging draws limit and offset.
func (g *Requests) paging() []sent {
	limit := pick(g.rng, []int{1, 2, 5, 10, 10, 50, 50, 100, 500, maxLimit})
	if len(g.records) > 5000 && limit > 100 && g.chance(90) {
		limit = 20 // answers of megabytes take most of the time and show little
	}
	if g.chance(4) {
		limit = 0
	}
	offset := "0"
	switch n := g.rng.IntN(100); {
	case n < 18:
		offset = g.countLiteral(1 + g.rng.IntN(6))
	case n < 22:
		offset = g.countLiteral(g.rng.IntN(2000 + len(g.records)/8))
	case n < 24:
		offset = pick(g.rng, []string{"9223372036854775807", `"9223372036854775808"`, "1e18", `"99999999999999999999999"`})
	}
	return []sent{{"limit", g.countLiteral(limit)}, {"offset", offset}}
}

// countLiteral spells a count: "a JSON integer, an integral float or a string
// of digits".
func (g *Requests) countLiteral(n int) string {
	switch {
	case g.chance(80):
		return strconv.Itoa(n)
	case n == 0: // JSON knows no 00
		return pick(g.rng, []string{`"0"`, `"000"`, "-0", "0.0", "0e9", "-0.0E-2"})
	}
	return fmt.Sprintf(pick(g.rng, []string{`"%d"`, `"00%d"`, "%d.0", "%d.000e0", "%de0", "%dE+0", "%d0e-1"}), n)
}

// order draws the terms of orderBy.
func (g *Requests) order() []string {
	n := pick(g.rng, []int{0, 0, 0, 1, 1, 1, 1, 2, 2, 3})
	if g.chance(4) {
		n = 1 + g.rng.IntN(maxOrder) // fields stand twice
	}
	terms := make([]string, n)
	for i := range terms {
		terms[i] = g.term(term{field: g.rng.IntN(fieldCount), desc: g.chance(57)})
	}
	return terms
}

// term spells a term: "direction in any case, ASC when left out".
func (g *Requests) term(t term) string {
	direction := pick(g.rng, []string{"ASC", "asc", "Asc", ""})
	if t.desc {
		direction = pick(g.rng, []string{"DESC", "Desc", "dEsC"})
	}
	if direction == "" {
		return fmt.Sprintf("[%q]", fieldNames()[t.field])
	}
	return fmt.Sprintf("[%q,%q]", fieldNames()[t.field], direction)
}

// getLogs draws the members of a well-formed GetLogs.
func (g *Requests) getLogs() []sent {
	witness := pick(g.rng, g.records)
	from, to := g.around(witness.time)
	if g.chance(4) {
		from, to = to+1, from
	}
	members := append(g.paging(),
		sent{"from", g.timeLiteral(from)},
		sent{"to", g.timeLiteral(to)},
	)
	for i, name := range fieldNames()[1:fieldDetail] {
		if g.chance(15) {
			members = append(members, sent{name, g.textLiteral(g.value(i+1, witness))})
		}
	}
	if g.chance(30) {
		members = append(members, sent{"detail", g.textLiteral(g.refold(g.cutOut(g.value(fieldDetail, witness))))})
	}
	if g.chance(30) {
		value := witness.values[1+g.rng.IntN(fieldDetail)].text
		if g.chance(25) {
			value = formatTime(witness.time)
		}
		members = append(members, sent{"filter", g.textLiteral(g.refold(g.cutOut(value)))})
	}
	return members
}

// chance is true in percent of a hundred cases.
func (g *Requests) chance(percent int) bool { return chance(g.rng, percent) }

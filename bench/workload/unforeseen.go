package workload

import (
	"regexp"
	"strconv"
	"strings"
)

// An Unforeseen is a kind of query that no index was made for.
type Unforeseen struct {
	Text string
	// AgainstScan says what the bound is for: at least so many times as fast
	// as a server without an index. 0: the bound is one on the time.
	AgainstScan float64
	draw        func(*Drawer) params
}

// How much faster than without an index a query must be that reads details:
// where a text can be required of them, and where none can.
const (
	boundLiteral = 5
	boundNothing = 1
)

// One page of one kind of condition or order.
const (
	where      = "where"
	whereIn    = "whereIn"
	whereNotIn = "whereNotIn"
	orderBy    = "orderBy"
)

// UnforeseenQueries returns them: any operator but regexp on the short fields,
// like and ilike on detail, any order but by detail; then regexp on detail and
// orders by it.
func UnforeseenQueries() []Unforeseen {
	return append(append(shortFields(), onDetail()...), readDetails()...)
}

// shortFields returns queries that read no detail but those of the page.
func shortFields() []Unforeseen {
	return []Unforeseen{
		{Text: "source >= a text", draw: func(d *Drawer) params { return params{where: []any{Source, ">=", d.record().value(Source)}} }},
		{Text: "action < a text, oldest first", draw: func(d *Drawer) params {
			return params{where: []any{Action, "<", d.record().value(Action)}, orderBy: []any{Timestamp, "ASC"}}
		}},
		{Text: "actor_id > a number", draw: func(d *Drawer) params { return params{where: []any{ActorID, ">", d.number()}} }},
		{Text: "actor_id between numbers, by source", draw: func(d *Drawer) params {
			low := d.number()
			return params{"whereBetween": []any{ActorID, []int{low, low + 50_000}}, orderBy: []any{Source, "DESC"}}
		}},
		{Text: "source not between texts", draw: func(d *Drawer) params {
			low, high := d.record().value(Source), d.record().value(Source)
			return params{"whereNotBetween": []any{Source, []string{min(low, high), max(low, high)}}}
		}},
		{Text: "source like a prefix", draw: func(d *Drawer) params {
			return params{where: []any{Source, "like", d.record().value(Source)[:3] + "%"}}
		}},
		{Text: "source not like a suffix", draw: func(d *Drawer) params {
			source := d.record().value(Source)
			return params{where: []any{Source, "not like", "%" + source[len(source)-3:]}}
		}},
		{Text: "action ilike a part", draw: func(d *Drawer) params {
			return params{where: []any{Action, "ilike", "%" + strings.ToLower(d.record().value(Action)[:4]) + "%"}}
		}},
		{Text: "actor_type not ilike, status !=", draw: func(d *Drawer) params {
			return params{where: []any{[]any{ActorType, "not ilike", strings.ToLower(d.pick(d.actorTypes))}, []any{Status, "!=", d.pick(d.statuses)}}}
		}},
		{Text: "actor_id in 50", draw: func(d *Drawer) params {
			return params{whereIn: []any{ActorID, d.several(min(50, len(d.actors)), ActorID)}, orderBy: []any{Action, "ASC"}}
		}},
		{Text: "source not in 20, actor_type =", draw: func(d *Drawer) params {
			return params{whereNotIn: []any{Source, d.several(20, Source)}, where: []any{ActorType, "=", d.pick(d.actorTypes)}}
		}},
		{Text: "timestamp like digits", draw: func(d *Drawer) params {
			at := strconv.FormatInt(d.oneDay().First.Unix()+int64(d.rng.IntN(86_400)), 10)
			return params{where: []any{Timestamp, "like", "%" + at[4:8] + "%"}}
		}},
		{Text: "timestamp !=, one source", draw: func(d *Drawer) params {
			return params{where: []any{[]any{Timestamp, "!=", d.oneDay().First.Unix()}, []any{Source, "=", d.pick(d.addresses)}}}
		}},
		{Text: "by three fields, offset", draw: func(d *Drawer) params {
			return params{orderBy: []any{[]any{Status, "DESC"}, []any{Action, "ASC"}, []any{ActorID, "DESC"}}, "offset": d.rng.IntN(50_000)}
		}},
		{Text: "oldest first, offset in the middle", draw: func(d *Drawer) params {
			half := d.sample.Lines(nil) / 2
			return params{orderBy: []any{Timestamp, "ASC"}, "offset": half + d.rng.Int64N(half/10+1)}
		}},
		{Text: "by action, rare status", draw: func(d *Drawer) params {
			return params{where: []any{Status, "=", d.pick(d.rareStatus)}, orderBy: []any{Action, "DESC"}, "offset": d.rng.IntN(1_000)}
		}},
	}
}

// onDetail returns queries with a text that detail holds.
func onDetail() []Unforeseen {
	return []Unforeseen{
		{Text: "detail like a word, one status", draw: func(d *Drawer) params {
			return params{where: []any{[]any{Detail, "like", d.pick(d.words)}, []any{Status, "=", d.pick(d.statuses)}}}
		}},
		{Text: "detail ilike a number", draw: func(d *Drawer) params {
			return params{where: []any{Detail, "ilike", "%" + d.pick(d.literals)[1:] + "%"}}
		}},
		{Text: "detail ilike a word, by source", draw: func(d *Drawer) params {
			return params{where: []any{Detail, "ilike", strings.ToUpper(d.pick(d.words))}, orderBy: []any{Source, "ASC"}}
		}},
		{Text: "detail like three bytes", draw: func(d *Drawer) params {
			literal := d.pick(d.literals)
			return params{where: []any{Detail, "like", literal[len(literal)-3:]}}
		}},
		{Text: "detail like a word … a number", draw: func(d *Drawer) params {
			return params{where: []any{Detail, "like", "%" + d.pick(d.words) + "%" + d.pick(d.literals)[:4] + "%"}}
		}},
	}
}

// readDetails returns regexp on detail and orders by it.
func readDetails() []Unforeseen {
	return []Unforeseen{
		{Text: "detail regexp with a number", AgainstScan: boundLiteral, draw: func(d *Drawer) params {
			return params{where: []any{Detail, "regexp", regexp.QuoteMeta(d.pick(d.literals)) + `\d*(,| |$)`}}
		}},
		{Text: "detail regexp with a word", AgainstScan: boundLiteral, draw: func(d *Drawer) params {
			return params{where: []any{Detail, "regexp", d.pick(d.words) + `.*[0-9]$`}}
		}},
		{Text: "by detail, with a number", AgainstScan: boundLiteral, draw: func(d *Drawer) params {
			return params{where: []any{Detail, "like", d.pick(d.literals)}, orderBy: []any{Detail, "ASC"}}
		}},
		{Text: "detail regexp without a text, one day", AgainstScan: boundNothing, draw: func(d *Drawer) params {
			from, to := d.oneDay().Bounds()
			return params{
				where:          []any{Detail, "regexp", `[0-9]{` + strconv.Itoa(3+d.rng.IntN(5)) + `}$`},
				"whereBetween": []any{Timestamp, []int64{from.Unix(), to.Unix()}}, // all days take longer than a request may
			}
		}},
		{Text: "by detail", AgainstScan: boundNothing, draw: func(d *Drawer) params {
			return params{orderBy: []any{Detail, direction(d.rng.IntN(2) == 1)}, "offset": d.rng.IntN(100)}
		}},
	}
}

// Draw draws parameters for a query of its kind.
func (u Unforeseen) Draw(d *Drawer) Request {
	p := u.draw(d)
	p["limit"] = 40 + d.rng.IntN(21)
	if _, given := p["offset"]; !given {
		p["offset"] = 0
	}
	return p.request("GetLogsByFilter")
}

// number draws a number that actor_ids are compared with.
func (d *Drawer) number() int {
	n, err := strconv.Atoi(d.pick(d.actors))
	if err != nil {
		return 500_000 // an actor that is no number
	}
	return n
}

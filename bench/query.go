package main

import (
	"bytes"
	"fmt"
	"slices"
)

// Bounds of a query's time, as multiples of ripgrep's.
const (
	boundExample = 2
	boundOther   = 4
)

// pageRows is the limit of every query that is timed.
const pageRows = 50

// A query is one request and, for the survey, the same in plain words.
type query struct {
	name     string
	method   string
	params   string               // a JSON object
	from, to int64                // the times it asks for, both inclusive
	match    func(r *record) bool // what it asks for beside the time
	limit    int64
	offset   int64
	ordered  bool    // by something else than newest first
	bound    float64 // of its time, as a multiple of ripgrep's
}

// allRows is the match of a query that asks for nothing beside the time.
func allRows(*record) bool { return true }

// byFilter returns a query for GetLogsByFilter over the last so many days.
// Keys are members of the params beside limit and offset.
func byFilter(name string, days int, keys string, match func(r *record) bool) query {
	q := query{name: name, method: "GetLogsByFilter", match: match, limit: pageRows, bound: boundOther}
	q.from, q.to = span(days)
	q.params = fmt.Sprintf(`{"limit":%d,"offset":0,%s}`, pageRows, keys)
	return q
}

// byField returns a query for GetLogs over the last so many days.
func byField(name string, days int, keys string, match func(r *record) bool) query {
	q := query{name: name, method: "GetLogs", match: match, limit: pageRows, bound: boundOther}
	q.from, q.to = span(days)
	q.params = fmt.Sprintf(`{"from":%d,"to":%d,"limit":%d,"offset":0,%s}`, q.from, q.to, pageRows, keys)
	return q
}

// firstQuery returns what a server is asked for first: a day's newest row.
func firstQuery() query {
	q := query{name: "one day, limit 1", method: "GetLogsByFilter", match: allRows, limit: 1}
	q.from, q.to = span(1)
	q.params = fmt.Sprintf(`{"limit":1,"offset":0,"whereBetween":["timestamp",[%d,%d]]}`, q.from, q.to)
	return q
}

// example returns the request that the method's documentation shows, over the
// last so many days.
func example(name string, days int) query {
	from, to := span(days)
	keys := fmt.Sprintf(`"where":[["actor_type","=","MANAGER"],["status","=","SUCCESS"]],`+
		`"whereBetween":["timestamp",[%d,%d]],"whereNot":["source","127.0.0.2"],"orderBy":["timestamp","DESC"]`, from, to)
	return byFilter(name, days, keys, func(r *record) bool {
		return r.is(actorType, "MANAGER") && r.is(status, "SUCCESS") && !r.is(source, "127.0.0.2")
	})
}

// bigQueries returns everything that is timed over the big journal. What has no
// condition on the time reads the 30 days up to --clock, which are all of it.
func bigQueries() []query {
	whole := example("documentation's example, 30 days", bigDays)
	whole.bound = boundExample
	return []query{
		whole,
		example("documentation's example, one day", 1),
		byFilter("detail like '%completed%'", bigDays, `"where":["detail","like","%completed%"]`, func(r *record) bool {
			return bytes.Contains(r.columns[detail], []byte("completed"))
		}),
		byFilter("detail ilike '%COMPLETED%'", bigDays, `"where":["detail","ilike","%COMPLETED%"]`, func(r *record) bool {
			return bytes.Contains(bytes.ToLower(r.columns[detail]), []byte("completed"))
		}),
		byFilter("detail not like '%completed%'", bigDays, `"where":["detail","not like","%completed%"]`, func(r *record) bool {
			return !bytes.Contains(r.columns[detail], []byte("completed"))
		}),
		threeLists(),
		deepPage(),
		byField("GetLogs, filter: a rare address", bigDays, `"filter":"127.0.0.1"`, func(r *record) bool {
			return bytes.Contains(r.line, []byte("127.0.0.1"))
		}),
		byField("GetLogs, filter: a common word", bigDays, `"filter":"Completed"`, func(r *record) bool {
			return bytes.Contains(bytes.ToLower(r.line), []byte("completed"))
		}),
	}
}

// threeLists asks for values in two lists and not in a third.
func threeLists() query {
	keys := `"whereIn":[["action",["Deposit","Withdraw","ModifyTrade"]],["actor_type",["CLIENT","MANAGER"]]],` +
		`"whereNotIn":["status",["SUCCESS","INFO"]]`
	return byFilter("three lists at once", bigDays, keys, func(r *record) bool {
		return r.in(action, "Deposit", "Withdraw", "ModifyTrade") && r.in(actorType, "CLIENT", "MANAGER") &&
			!r.in(status, "SUCCESS", "INFO")
	})
}

// deepPage asks for a page far into an order that no file is in.
func deepPage() query {
	q := byFilter("order by source, offset 100,000", bigDays, "", allRows)
	q.offset, q.ordered = 100_000, true
	q.params = fmt.Sprintf(`{"limit":%d,"offset":%d,"orderBy":["source","ASC"]}`, q.limit, q.offset)
	return q
}

// is tells whether a column has that value.
func (r *record) is(column int, value string) bool { return string(r.columns[column]) == value }

// in tells whether a column has one of these values.
func (r *record) in(column int, values ...string) bool {
	return slices.Contains(values, string(r.columns[column]))
}

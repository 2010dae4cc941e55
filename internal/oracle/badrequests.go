package oracle

import (
	"encoding/json"
	"slices"
	"strings"
)

// spoil returns the params of a request that is malformed in one way, or in
// two, of which the contract's order says which one is answered.
func (g *Requests) spoil(method string, members []sent) json.RawMessage {
	if g.chance(8) {
		return json.RawMessage(pick(g.rng, []string{"null", "[]", "{}", `"x"`, "1", "true", "[{},{}]", "[null]", "[[{}]]", ""}))
	}
	for range 1 + g.rng.IntN(2) {
		switch {
		case method == "GetLogs" || g.chance(35):
			members = g.spoilMember(method, members)
		case method != "GetLogsByFilter" && g.chance(60):
			members = g.spoilGrouping(method, members)
		default:
			members = g.spoilKey(method, members)
		}
	}
	return object(members)
}

// spoilMember spoils names, paging, times, and what is asked for.
func (g *Requests) spoilMember(method string, members []sent) []sent {
	paged := method == "GetLogs" || method == "GetLogsByFilter"
	switch g.rng.IntN(5) {
	case 0:
		i := g.rng.IntN(len(members))
		return slices.Insert(slices.Clone(members), i, sent{pick(g.rng, []string{"Limit", "Explain", "Cursor", "time", "where ", "x", ""}), "1"})
	case 1:
		twice := sent{pick(g.rng, []string{"limit", "offset"}), "1"}
		return append(members, twice, twice)
	case 2:
		if method == "GetLogs" {
			bad := pick(g.rng, append(badTimeLiterals(), "missing"))
			return replaceMember(members, pick(g.rng, []string{"from", "to"}), bad)
		}
		return append(members, sent{pick(g.rng, []string{"from", "to"}), "1"}) // only GetLogs has them
	case 3:
		if name := pick(g.rng, askedNames()); method != "GetLogs" && !slices.Contains(g.without, name) {
			return replaceMember(members, name, pick(g.rng, []string{"null", "1", "{}", "[true]"}))
		}
	}
	if !paged {
		return append(members, sent{pick(g.rng, []string{"offset", "orderBy"}), "0"})
	}
	bad := pick(g.rng, badCountLiterals())
	if g.chance(20) {
		return replaceMember(members, "limit", pick(g.rng, []string{"50001", `"50001"`, "1e30"}))
	}
	return replaceMember(members, pick(g.rng, []string{"limit", "offset"}), pick(g.rng, []string{bad, bad, "missing"}))
}

// spoilGrouping spoils what GetLogHistogram and GetLogTop have of their own.
func (g *Requests) spoilGrouping(method string, members []sent) []sent {
	badField := pick(g.rng, []string{`"Action"`, `"time"`, `""`, `"total"`, "null", "1", `["action"]`, "{}", "false"})
	switch {
	case g.chance(15): // "requests" is no fault, but the fields are others then
		return replaceMember(members, "journal", pick(g.rng, []string{`"Audit"`, `""`, "null", "1", `["audit"]`}))
	case method == "GetLogTop" && g.chance(50):
		return replaceMember(members, "field", pick(g.rng, []string{badField, badField, "missing"}))
	case method == "GetLogTop":
		return replaceMember(members, "limit", pick(g.rng, append(badCountLiterals(), "1001", `"1001"`, "1e3001", "50000")))
	case g.chance(40):
		return replaceMember(members, "by", pick(g.rng, []string{badField, badField, `"timestamp"`}))
	}
	return replaceMember(members, "interval", pick(g.rng, []string{
		"missing", "0", "-60", "31536001", "1.5", "1e300", `"week"`, `"Day"`, `""`, `"1.5"`, `"-1"`, "null", "true", `["day"]`, "{}", "-0.0",
	}))
}

// badCountLiterals returns what is no count for any param.
func badCountLiterals() []string {
	return []string{"null", "-1", "1.5", `"1.0"`, `"-1"`, `""`, `"+1"`, `" 1"`, "true", "[1]", "{}", "1e-1", `"1e1"`}
}

// badTimeLiterals returns what is no value for timestamp.
func badTimeLiterals() []string {
	return []string{
		"1.5", `"1.5"`, `"1e9"`, `"2026-04-22"`, `""`, "null", "true", "[]", "{}", "253402300800", "-62135596801",
		`"2026-02-30T00:00:00Z"`, `"2026-04-22T10:00:00"`, `"2026-04-22T10:00:00z"`, `"now"`, "1e300", "1e-3",
	}
}

// replaceMember gives a member another value; "missing" takes it away.
func replaceMember(members []sent, name, value string) []sent {
	members = slices.DeleteFunc(slices.Clone(members), func(m sent) bool { return m.name == name })
	if value == "missing" {
		return members
	}
	return append(members, sent{name, value})
}

// spoilKey puts a fault into one of the keys that hold conditions or terms.
func (g *Requests) spoilKey(method string, members []sent) []sent {
	keys := conditionKeys()
	if method == "GetLogsByFilter" {
		keys = append(keys, "orderBy")
	}
	key := pick(g.rng, keys)
	value := g.badShape()
	if g.chance(75) {
		value = g.badValue(key)
		switch g.rng.IntN(4) {
		case 0:
			value = "[" + value + "]"
		case 1:
			value = "[" + g.goodValue(key) + "," + value + "]"
		}
	}
	return replaceMember(members, key, value)
}

// badShape draws what is no value of any key.
func (g *Requests) badShape() string {
	return pick(g.rng, []string{
		"{}", `""`, `"timestamp"`, "1", "true", "[[]]", "[null]", "[1]", `["timestamp","=",1,2]`, `[["action"],[],[]]`,
		`[[["action","=","x"]]]`, `[1,"=",2]`, `[["timestamp","=",1],"action"]`, `[{}]`,
	})
}

// goodValue returns a flat condition or term of a key.
func (g *Requests) goodValue(key string) string {
	switch key {
	case "where":
		return `["action","like","a%"]`
	case "whereNot":
		return `["action","x"]`
	case "whereIn", "whereNotIn":
		return `["action",["x","y"]]`
	case "orderBy":
		return `["action","DESC"]`
	}
	return `["action",["x","y"]]`
}

// badValue draws a flat condition or term of a key that has the right shape or
// nearly so and is wrong.
func (g *Requests) badValue(key string) string {
	badTime := pick(g.rng, badTimeLiterals())
	badText := pick(g.rng, []string{"null", "true", "false", "[]", "{}", `["x"]`})
	switch key {
	case "where":
		return pick(g.rng, []string{
			`["Action","=","x"]`, `["time","=",1]`, `["","=","x"]`, `["action","===","x"]`, `["action","not  like","x"]`,
			`["action","",1]`, `["action",1,1]`, `["action",null,"x"]`, `["action","between",["a","b"]]`, `["action","="]`, `["action","LIKE",` + badText + `]`,
			`["action","=",` + badText + `]`, `["detail",">=",` + badText + `]`, `["timestamp","=",` + badTime + `]`,
			`["timestamp","<",` + badTime + `]`, `["detail","regexp","("]`, `["detail","not regexp","a{1001}"]`,
			`["detail","regexp","(?<=x)y"]`, `["timestamp","regexp","["]`, `["detail","like","` + strings.Repeat("x", maxPattern+1) + `"]`,
		})
	case "whereNot":
		return pick(g.rng, []string{`["actor","x"]`, `["action"]`, `["action","=","x"]`, `["action",` + badText + `]`, `["timestamp",` + badTime + `]`})
	case "whereIn", "whereNotIn":
		return pick(g.rng, []string{
			`["actor",["x"]]`, `["action","x"]`, `["action",null]`, `["action",{}]`, `["action",["x",` + badText + `]]`,
			`["timestamp",[1,2,` + badTime + `]]`, `["action",["x"],["y"]]`, `["action",[` + strings.Repeat("1,", maxList) + `1]]`,
		})
	case "orderBy":
		return pick(g.rng, []string{
			`["actor","ASC"]`, `["action","UP"]`, `["action",""]`, `["action",1]`, `["action","ASC","DESC"]`,
			`["action","timestamp"]`, `[` + strings.Repeat(`["action"],`, maxOrder) + `["status"]]`,
		})
	}
	return pick(g.rng, []string{
		`["actor",["x","y"]]`, `["action",["x"]]`, `["action",["x","y","z"]]`, `["action",[]]`, `["action","x","y"]`, `["action","x"]`,
		`["action",["x",` + badText + `]]`, `["action",[` + badText + `,"x"]]`, `["timestamp",[1,` + badTime + `]]`, `["timestamp",[` + badTime + `,1]]`,
	})
}

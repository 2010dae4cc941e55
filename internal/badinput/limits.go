package badinput

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// limitCases stand just below, at and just above each bound of a message and
// of its params.
func limitCases(l Limits) []Case {
	return slices.Concat(sizeCases(l), depthCases(l), tokenCases(l), queryLimitCases(l), pageCases(l))
}

// sizeCases are messages of exactly so many bytes, filled up in different
// places.
func sizeCases(l Limits) []Case {
	var cases []Case
	for _, tt := range []struct {
		name                string
		before, fill, after string
		// answer is what comes of it within the bounds; the id is "" for one
		// that is filled up itself.
		answer answer
	}{
		{"blanks in front", "", " ", discover("1"), result("1")},
		{"line breaks behind", discover("2"), "\n", "", result("2")},
		{"tabs between members", `{"jsonrpc":"2.0","id":3,`, "\t", `"method":"rpc.discover"}`, result("3")},
		{"long extra member", `{"jsonrpc":"2.0","id":4,"method":"rpc.discover","x":"`, "x", `"}`, result("4")},
		{"long method", `{"jsonrpc":"2.0","id":5,"method":"`, "m", `"}`, fails("5", codeNoMethod)},
		{"long param", `{"jsonrpc":"2.0","id":6,"method":"rpc.discover","params":["`, "p", `"]}`, badParam("6", "")},
		{"long id", `{"jsonrpc":"2.0","method":"rpc.discover","id":"`, "i", `"}`, result("")},
	} {
		for _, size := range around(l.EarlyMessage, l.Message) {
			fill := size - len(tt.before) - len(tt.after)
			within := tt.answer
			if within.ID == "" {
				within.ID = `"` + strings.Repeat(tt.fill, fill) + `"`
			}
			input := func() []byte { return []byte(tt.before + strings.Repeat(tt.fill, fill) + tt.after) }
			name := fmt.Sprintf("limits/%d bytes: %s", size, tt.name)
			cases = append(cases, built(name, input, bySize(l, size, answers(within))))
		}
	}
	return cases
}

// around lists each bound with its neighbours.
func around(bounds ...int) []int {
	var all []int
	for _, n := range bounds {
		all = append(all, n-1, n, n+1)
	}
	return all
}

// bySize wants o unless size is over the limit of the state.
func bySize(l Limits, size int, o outcome) func(Way) outcome {
	return func(w Way) outcome {
		switch {
		case w.State == Before && size > l.EarlyMessage:
			return oversize(l.EarlyMessage)(w)
		case size > l.Message:
			return oversize(l.Message)(w)
		default:
			return o
		}
	}
}

// depthCases nest arrays and objects in each other. The message itself is the
// first level.
func depthCases(l Limits) []Case {
	arrays := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	objects := func(n int) string { return strings.Repeat(`{"a":`, n-1) + "{}" + strings.Repeat("}", n-1) }
	mixed := func(n int) string {
		return strings.Repeat(`[{"a":`, (n-1)/2) + arrays(1+(n-1)%2) + strings.Repeat("}]", (n-1)/2)
	}
	extra := func(inner string) string {
		return `{"jsonrpc":"2.0","id":1,"method":"rpc.discover","x":` + inner + "}"
	}
	var cases []Case
	for _, depth := range append(around(l.Depth), 3*l.Depth) {
		for _, tt := range []struct {
			name, input string
			within      outcome
		}{
			{"arrays", extra(arrays(depth - 1)), answers(result("1"))},
			{"objects", extra(objects(depth - 1)), answers(result("1"))},
			{"both", extra(mixed(depth - 1)), answers(result("1"))},
			{"a scalar inside", extra(strings.Repeat("[", depth-1) + "0" + strings.Repeat("]", depth-1)), answers(result("1"))},
			{"params", call("1", "rpc.discover", arrays(depth-1)), answers(badParam("1", ""))},
			{"id", discover(arrays(depth - 1)), answers(fails("null", codeNotRequest))},
			{"batch", "[" + extra(arrays(depth-2)) + "]", batch(result("1"))},
			{"notification", call("", "rpc.discover", objects(depth-1)), silent()},
		} {
			want := tt.within
			if depth > l.Depth {
				want = overBound(l.Depth, 0)
			}
			cases = append(cases, text(fmt.Sprintf("limits/depth %d: %s", depth, tt.name), tt.input, always(want)))
		}
	}
	return append(cases,
		text("limits/brackets in a string", extra(`"`+strings.Repeat("[{", 500)+`"`), one(result("1"))),
		text("limits/wide and flat", extra("["+strings.Repeat("[],", 2000)+"[]]"), one(result("1"))),
		text("limits/open and closed in turns", extra("["+strings.Repeat("[[]],", 2000)+"{}]"), one(result("1"))),
	)
}

// tokenCases are messages of many values. Whether a comma counts is left open,
// so they keep half of the bound away from it.
func tokenCases(l Limits) []Case {
	var cases []Case
	for _, tt := range []struct {
		name, value string
		n           int // values
		over        bool
	}{
		{"a quarter of the tokens", "0", l.Tokens / 4, false},
		{"nearly half of the tokens", "0", l.Tokens * 45 / 100, false},
		{"more values than tokens", "0", l.Tokens + 1, true},
		{"more empty arrays than tokens", "[]", l.Tokens + 1, true},
		{"more literals than tokens", "true", l.Tokens + 1, true},
		{"more strings than tokens", `""`, l.Tokens * 2, true},
		{"five times the tokens", "1", l.Tokens * 5, true},
	} {
		const before, after = `{"jsonrpc":"2.0","id":1,"method":"rpc.discover","x":[`, `]}`
		size := len(before) + tt.n*(len(tt.value)+1) - 1 + len(after)
		want := answers(result("1"))
		if tt.over {
			want = overBound(l.Tokens, 0)
		}
		input := func() []byte {
			return []byte(before + strings.Repeat(tt.value+",", tt.n-1) + tt.value + after)
		}
		cases = append(cases, built("limits/"+tt.name, input, bySize(l, size, want)))
	}
	return cases
}

// queryLimitCases stand on both sides of the bounds of conditions, lists,
// patterns and orders.
func queryLimitCases(l Limits) []Case {
	list := func(item string, n int) string { return "[" + strings.Repeat(item+",", n-1) + item + "]" }
	var cases []Case
	whole := func(name, params, fault string, n, limit int) {
		want := authorised("1", result("1"))
		if n > limit {
			want = authorised("1", badParam("1", fault))
		}
		cases = append(cases, text(fmt.Sprintf("limits/%d %s", n, name), call("1", "GetLogsByFilter", params), want))
	}
	add := func(name, params, fault string, n, limit int) {
		whole(name, `{`+firstPage+`,`+emptyFilter+`,`+params+`}`, fault, n, limit)
	}
	for _, n := range around(l.Conditions) {
		whole("conditions in one key", `{`+firstPage+`,"whereBetween":`+list(`["timestamp",[0,0]]`, n)+`}`, "whereBetween*", n, l.Conditions)
		half := (n - 1) / 2 // emptyFilter is one of them
		add("conditions in three keys", `"whereNot":`+list(`["action","x"]`, half)+`,"whereNotIn":`+list(`["action",["x"]]`, n-1-half), "", n, l.Conditions)
	}
	for _, n := range around(l.List) {
		add("values in whereIn", `"whereIn":["actor_id",`+list("1", n)+`]`, "whereIn*", n, l.List)
		add("values in whereNotIn", `"whereNotIn":[["actor_id",`+list(`""`, n)+`]]`, "whereNotIn*", n, l.List)
	}
	for _, n := range around(l.Pattern) {
		for _, operator := range []string{"like", "not ilike", "regexp"} {
			add("bytes in "+operator, `"where":["detail","`+operator+`","`+strings.Repeat("a", n)+`"]`, "where*", n, l.Pattern)
		}
		add("bytes of two each", `"where":["detail","like","`+strings.Repeat("é", n/2)+strings.Repeat("a", n%2)+`"]`, "where*", n, l.Pattern)
		add("bytes of escapes", `"where":["detail","like","`+strings.Repeat(`\u0061`, n)+`"]`, "where*", n, l.Pattern)
	}
	for _, n := range around(l.OrderTerms) {
		add("orderBy terms", `"orderBy":`+list(`["source","DESC"]`, n), "orderBy*", n, l.OrderTerms)
	}
	return cases
}

// pageCases stand on both sides of what limit and offset may be.
func pageCases(l Limits) []Case {
	var cases []Case
	add := func(method, name, limit, offset, fault string) {
		want := authorised("1", result("1"))
		if fault != "" {
			want = authorised("1", badParam("1", fault))
		}
		window := emptyFilter
		if method == "GetLogs" {
			window = emptyLogs
		}
		input := call("1", method, `{"limit":`+limit+`,"offset":`+offset+`,`+window+`}`)
		cases = append(cases, text("limits/"+method+": "+name, input, want))
	}
	for _, method := range []string{"GetLogs", "GetLogsByFilter"} {
		var limits []int64
		for _, n := range around(l.Page) {
			limits = append(limits, int64(n))
		}
		for _, n := range append(limits, 1<<31, 1<<53) {
			fault := ""
			if n > int64(l.Page) {
				fault = "limit"
			}
			digits := strconv.FormatInt(n, 10)
			add(method, "limit "+digits, digits, "0", fault)
			add(method, "limit "+digits+" as float", digits+".0", "0", fault)
			add(method, "limit "+digits+" as text", `"`+digits+`"`, "0", fault)
		}
		add(method, "limit 2^64", "18446744073709551616", "0", "limit")
		add(method, "limit 2^64 as text", `"18446744073709551616"`, "0", "limit")
		add(method, "limit beyond a double", "1e400", "0", "limit")
		for _, offset := range []string{
			"2147483648", "9223372036854775807", "9223372036854775808", "18446744073709551616",
			`"9223372036854775808"`, `"` + strings.Repeat("9", 100) + `"`, "1e18", "1e30",
		} {
			add(method, "offset "+offset, "0", offset, "")
		}
	}
	return cases
}

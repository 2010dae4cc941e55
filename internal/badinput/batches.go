package badinput

import (
	"strconv"
	"strings"
)

// batchCases are batches: empty, good, bad, mixed, nested and long ones.
func batchCases(l Limits) []Case {
	bad := fails("null", codeNotRequest)
	var cases []Case
	for _, tt := range []struct {
		name, input string
		want        outcome
	}{
		{"empty", "[]", answers(bad)},
		{"empty with white space", " [ \n ] ", answers(bad)},
		{"a number", "[1]", batch(bad)},
		{"three numbers", "[1,2,3]", batch(bad, bad, bad)},
		{"null", "[null]", batch(bad)},
		{"true and false", "[true,false]", batch(bad, bad)},
		{"a string", `["rpc.discover"]`, batch(bad)},
		{"an empty object", "[{}]", batch(bad)},
		{"an empty array", "[[]]", batch(bad)},
		{"a batch", "[[" + discover("1") + "]]", batch(bad)},
		{"a batch among requests", "[" + discover("1") + ",[" + discover("2") + "]," + discover("3") + "]",
			batch(result("1"), bad, result("3"))},
		{"one request", "[" + discover("1") + "]", batch(result("1"))},
		{"two requests", "[" + discover("1") + "," + discover(`"2"`) + "]", batch(result("1"), result(`"2"`))},
		{"white space between", " [\r\n\t" + discover("1") + " , " + discover("2") + "\n]\n", batch(result("1"), result("2"))},
		{"one notification", "[" + nowhere() + "]", silent()},
		{"three notifications", "[" + nowhere() + "," + discover("") + "," + call("", "GetLogs", "5") + "]", silent()},
		{"a request and a notification", "[" + nowhere() + "," + discover("1") + "," + nowhere() + "]", batch(result("1"))},
		{"a notification and a number", "[" + nowhere() + ",1]", batch(bad)},
		{"a bad notification", `[{"jsonrpc":"2.0","method":1},` + nowhere() + "]", batch(bad)},
		{"ids twice", "[" + discover("1") + "," + discover("1") + "]", batch(result("1"), result("1"))},
		{"ids twice, one fails", "[" + discover("1") + "," + call("1", "no.such.method", "") + "]",
			batch(result("1"), fails("1", codeNoMethod))},
		{"ids that differ in type", "[" + discover("1") + "," + discover(`"1"`) + "," + discover("1.0") + "," + discover("1e0") + "]",
			batch(result("1"), result(`"1"`), result("1.0"), result("1e0"))},
		{"ids null", "[" + discover("null") + "," + discover("null") + "]", batch(result("null"), result("null"))},
		{"bad ids", "[" + discover("true") + "," + discover("[]") + "," + discover("9") + "]", batch(bad, bad, result("9"))},
		{"id twice in one", `[{"jsonrpc":"2.0","id":1,"id":2,"method":"rpc.discover"},` + discover("3") + "]", batch(bad, result("3"))},
		{"method twice in one", `[{"jsonrpc":"2.0","id":1,"method":"a","method":"b"},` + discover("3") + "]",
			batch(fails("1", codeNotRequest), result("3"))},
		{"wrong version in one", `[{"jsonrpc":"1.0","id":1,"method":"rpc.discover"},` + discover("3") + "]",
			batch(fails("1", codeNotRequest), result("3"))},
		{"all versions wrong", `[{"jsonrpc":"1.0","id":1,"method":"rpc.discover"},{"id":2,"method":"rpc.discover"}]`,
			batch(fails("1", codeNotRequest), fails("2", codeNotRequest))},
		{"all unknown", "[" + call("1", "a", "") + "," + call("2", "b", "") + "," + call("3", "c", "") + "]",
			batch(fails("1", codeNoMethod), fails("2", codeNoMethod), fails("3", codeNoMethod))},
		{"all bad params", "[" + call("1", "rpc.discover", "1") + "," + call("2", "rpc.discover", "[]") + "]",
			batch(badParam("1", ""), badParam("2", ""))},
		{"bad one first", "[1," + discover("2") + "]", batch(bad, result("2"))},
		{"bad one last", "[" + discover("2") + ",1]", batch(result("2"), bad)},
		{"answers", `[{"jsonrpc":"2.0","id":1,"result":1},{"jsonrpc":"2.0","id":2,"error":{"code":1,"message":"x"}}]`,
			batch(unasked("1"), unasked("2"))},
		{"an answer and a request", `[{"jsonrpc":"2.0","id":1,"result":1},` + discover("2") + "]", batch(unasked("1"), result("2"))},
		{"cancel of another item", "[" + call("", "$/cancelRequest", `{"id":"none of these"}`) + "," + discover("1") + "]", batch(result("1"))},
		{"specification's example", `[
			{"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},
			{"jsonrpc": "2.0", "method": "notify_hello", "params": [7]},
			{"jsonrpc": "2.0", "method": "subtract", "params": [42,23], "id": "2"},
			{"foo": "boo"},
			{"jsonrpc": "2.0", "method": "foo.get", "params": {"name": "myself"}, "id": "5"},
			{"jsonrpc": "2.0", "method": "rpc.discover", "id": "9"}
		]`, batch(fails(`"1"`, codeNoMethod), fails(`"2"`, codeNoMethod), bad, fails(`"5"`, codeNoMethod), result(`"9"`))},
		{"specification's notifications", `[
			{"jsonrpc": "2.0", "method": "notify_sum", "params": [1,2,4]},
			{"jsonrpc": "2.0", "method": "notify_hello", "params": [7]}
		]`, silent()},
	} {
		cases = append(cases, text("batches/"+tt.name, tt.input, always(tt.want)))
	}
	for _, tt := range []struct{ name, input string }{
		{"specification's broken one", `[{"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},{"jsonrpc": "2.0", "method"]`},
		{"comma last", "[" + discover("1") + ",]"},
		{"comma first", "[," + discover("1") + "]"},
		{"comma alone", "[,]"},
		{"no comma", "[" + discover("1") + discover("2") + "]"},
		{"not closed", "[" + discover("1")},
		{"closed twice", "[" + discover("1") + "," + discover("2") + "]]"},
		{"something behind", "[" + discover("1") + "] x"},
		{"two batches", "[" + discover("1") + "][" + discover("2") + "]"},
		{"broken notification", "[" + nowhere() + ",{]"},
		{"broken last item", "[" + discover("1") + "," + discover("2") + ",{\"id\":01}]"},
		{"lines instead", discover("1") + "\n" + discover("2")},
	} {
		cases = append(cases, text("batches/"+tt.name, tt.input, notJSON(tt.input)))
	}
	return append(append(cases, tokenBatchCases()...), longBatchCases(l)...)
}

// tokenBatchCases are batches whose items need a token or bring one.
func tokenBatchCases() []Case {
	return []Case{
		text("batches/query among others", "["+logs("1")+","+discover("2")+"]", states(
			batch(fails("1", codeNoToken), result("2")), batch(result("1"), result("2")))),
		text("batches/queries that fail differently",
			"["+call("1", "GetLogs", "{}")+","+call("2", "GetLog", "{}")+","+call("3", "GetLogsByFilter", "7")+"]", states(
				batch(fails("1", codeNoToken), fails("2", codeNoMethod), fails("3", codeNoToken)),
				batch(badParam("1", "from"), fails("2", codeNoMethod), badParam("3", "")))),
		text("batches/query notifications", "["+logs("")+","+call("", "GetLogsByFilter", "{}")+"]", always(silent())),
		text("batches/login before a query", "["+login("1")+","+logs("2")+"]", func(w Way) outcome {
			if w == (Way{HTTP, Before}) {
				return batch(result("1"), fails("2", codeNoToken)) // binds nothing over HTTP
			}
			o := batch(result("1"), result("2"))
			o.Binds = true
			return o
		}),
		text("batches/login after a query", "["+logs("1")+","+login("2")+"]", func(w Way) outcome {
			o := batch(result("1"), result("2"))
			if w.State == Before {
				o = batch(fails("1", codeNoToken), result("2"))
			}
			o.Binds = w.Transport == WebSocket
			return o
		}),
		text("batches/failed login before a query", "["+call("1", "Authenticate", `{"token":"nor-this-one"}`)+","+logs("2")+"]", states(
			batch(fails("1", codeNoToken, codeTooFrequent), fails("2", codeNoToken)),
			batch(fails("1", codeNoToken, codeTooFrequent), result("2")))),
		text("batches/login without a token before a query", "["+call("1", "Authenticate", "{}")+","+logs("2")+"]", states(
			batch(badParam("1", "token"), fails("2", codeNoToken)),
			batch(badParam("1", "token"), result("2")))),
	}
}

// longBatchCases stand on both sides of the number of items.
func longBatchCases(l Limits) []Case {
	unknown := func(id int) string { return call(strconv.Itoa(id), "no.such.method", "") }
	var cases []Case
	for _, n := range []int{l.Batch - 1, l.Batch} {
		var items, silentItems, numbers []string
		var lost, none []answer
		for i := range n {
			items = append(items, unknown(i))
			silentItems = append(silentItems, nowhere())
			numbers = append(numbers, "1")
			lost = append(lost, fails(strconv.Itoa(i), codeNoMethod))
			none = append(none, fails("null", codeNotRequest))
		}
		at := strconv.Itoa(n)
		cases = append(cases,
			text("batches/"+at+" requests", "["+strings.Join(items, ",")+"]", always(batch(lost...))),
			text("batches/"+at+" notifications", "["+strings.Join(silentItems, ",")+"]", always(silent())),
			text("batches/"+at+" numbers", "["+strings.Join(numbers, ",")+"]", always(batch(none...))),
		)
	}
	over := l.Batch + 1
	for _, tt := range []struct {
		name, item string
		n          int
	}{
		{"requests", unknown(1), over},
		{"notifications", nowhere(), over},
		{"numbers", "1", over},
		{"empty arrays", "[]", over},
		{"numbers", "1", 5 * over},
	} {
		input := "[" + strings.Repeat(tt.item+",", tt.n-1) + tt.item + "]"
		actual := 0 // how far a server counts past its limit is its own affair
		if tt.n == over {
			actual = over
		}
		cases = append(cases, text("batches/"+strconv.Itoa(tt.n)+" "+tt.name, input, always(overBound(l.Batch, actual))))
	}
	return cases
}

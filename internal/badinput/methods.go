package badinput

import "strings"

// methodCases are method members that are missing, of a wrong type, or name
// nothing.
func methodCases() []Case {
	var cases []Case
	for _, tt := range []struct{ name, method string }{
		{"number", "1"},
		{"fraction", "1.5"},
		{"null", "null"},
		{"true", "true"},
		{"empty array", "[]"},
		{"array of a name", `["rpc.discover"]`},
		{"empty object", "{}"},
		{"object", `{"name":"rpc.discover"}`},
	} {
		input := `{"jsonrpc":"2.0","id":7,"method":` + tt.method + `}`
		cases = append(cases, text("methods/"+tt.name, input, one(fails("7", codeNotRequest))))
	}
	for _, tt := range []struct{ name, method string }{
		{"unknown", "no.such.method"},
		{"unknown to loggers", "GetUsers"},
		{"lower case", "getlogs"},
		{"camel case", "getLogs"},
		{"upper case", "GETLOGS"},
		{"lower case extension", "RPC.DISCOVER"},
		{"capital in an extension", "rpc.Discover"},
		{"extension prefix alone", "rpc."},
		{"extension without a dot", "rpc"},
		{"other extension", "rpc.on"},
		{"other login", "rpc.login"},
		{"blank in front", " rpc.discover"},
		{"blank behind", "rpc.discover "},
		{"blank alone", " "},
		{"line break behind", `rpc.discover\n`},
		{"NUL behind", `rpc.discover\u0000`},
		{"NUL inside", `GetLogs\u0000ByFilter`},
		{"NUL alone", `\u0000`},
		{"prefix of one", "GetLog"},
		{"one and more", "GetLogsByFilterX"},
		{"with parentheses", "GetLogs()"},
		{"with a path", "../GetLogs"},
		{"with a namespace", "logs.GetLogs"},
		{"with a slash in front", "/rpc.discover"},
		{"awaited object", "then"},
		{"prototype", "__proto__"},
		{"constructor", "constructor"},
		{"cancel of another protocol", "$/cancel"},
		{"progress", "$/progress"},
		{"cancel in capitals", "$/CancelRequest"},
		{"format directives", "%s%d%v%n"},
		{"markup", "<b>GetLogs</b>"},
		{"SQL", "GetLogs'; DROP TABLE logs; --"},
		{"quotes", `\"GetLogs\"`},
		{"full-width letter", "ＧetLogs"},
		{"Cyrillic look-alike", "GеtLogs"},
		{"combining mark", "GetLogs\u0301"},
		{"zero-width space", "Get\u200bLogs"},
		{"right-to-left mark", "\u202eGetLogs"},
		{"emoji", "📜"},
		{"lone surrogate", `\ud800`},
		{"60,000 bytes", strings.Repeat("m", 60_000)},
	} {
		cases = append(cases, text("methods/"+tt.name, call("7", tt.method, ""), one(fails("7", codeNoMethod))))
	}
	return append(cases, methodPlaceCases()...)
}

// methodPlaceCases are requests without a method, with two, with a misspelt
// one, and notifications of methods that do not exist.
func methodPlaceCases() []Case {
	return []Case{
		text("methods/missing", `{"jsonrpc":"2.0","id":7}`, one(fails("7", codeNotRequest))),
		text("methods/missing and no id", `{"jsonrpc":"2.0"}`, one(fails("null", codeNotRequest))),
		text("methods/missing with params", `{"jsonrpc":"2.0","id":7,"params":{}}`, one(fails("7", codeNotRequest))),
		// The specification allows any string, so an empty name is one that does not exist.
		text("methods/empty", call("7", "", ""), one(fails("7", codeNoMethod, codeNotRequest))),
		text("methods/name in capitals", `{"jsonrpc":"2.0","id":7,"METHOD":"rpc.discover"}`, one(fails("7", codeNotRequest))),
		text("methods/name with a capital", `{"jsonrpc":"2.0","id":7,"Method":"rpc.discover"}`, one(fails("7", codeNotRequest))),
		text("methods/both spellings", `{"jsonrpc":"2.0","id":7,"Method":"GetLogs","method":"rpc.discover","METHOD":"x"}`, one(result("7"))),
		text("methods/command of the platform", `{"jsonrpc":"2.0","id":7,"command":"rpc.discover"}`, one(fails("7", codeNotRequest))),
		text("methods/platform envelope", `{"command":"GetLogs","data":{},"extID":"1"}`, one(fails("null", codeNotRequest))),
		text("methods/twice the same", `{"jsonrpc":"2.0","id":7,"method":"rpc.discover","method":"rpc.discover"}`, one(fails("7", codeNotRequest))),
		text("methods/two different ones", `{"jsonrpc":"2.0","method":"rpc.discover","id":7,"method":"GetLogs"}`, one(fails("7", codeNotRequest))),
		text("methods/first member", `{"method":"rpc.discover","id":7,"jsonrpc":"2.0"}`, one(result("7"))),
		text("methods/extra members", `{"jsonrpc":"2.0","id":7,"method":"rpc.discover","meta":{"a":[1,{"b":null}]},"extra":true}`, one(result("7"))),
		text("methods/extra member twice", `{"jsonrpc":"2.0","id":7,"meta":1,"method":"rpc.discover","meta":1}`, one(fails("7", codeNotRequest))),
		text("methods/unknown before its params", call("7", "no.such.method", "5"), one(fails("7", codeNoMethod))),
		text("methods/unknown notification", nowhere(), always(silent())),
		text("methods/unknown notification with params", call("", "no.such.method", `{"a":1}`), always(silent())),
		text("methods/notification of a wrong type", `{"jsonrpc":"2.0","method":1}`, one(fails("null", codeNotRequest))),
		text("methods/notification of a query", call("", "GetLogs", "{"+emptyLogs+","+firstPage+"}"), always(silent())),
		text("methods/notification of a query with bad params", call("", "GetLogsByFilter", `{"where":5}`), always(silent())),
		text("methods/notification of a query without params", call("", "GetLogsByFilter", ""), always(silent())),
		text("methods/notification of a login with bad params", call("", "Authenticate", `{"token":{}}`), always(silent())),
		text("methods/cancel of nothing", call("", "$/cancelRequest", `{"id":"nothing"}`), always(silent())),
		text("methods/cancel without params", call("", "$/cancelRequest", ""), always(silent())),
		text("methods/cancel of a wrong type", call("", "$/cancelRequest", `{"id":{"a":[]}}`), always(silent())),
		text("methods/cancel with scalar params", call("", "$/cancelRequest", "7"), always(silent())),
		text("methods/cancel of null", call("", "$/cancelRequest", `{"id":null}`), always(silent())),
		// A notification by contract; sent as a request it must be answered, but how is open.
		text("methods/cancel as request", call("7", "$/cancelRequest", `{"id":"nothing"}`), one(fails("7", noError, anyError))),
		text("methods/answer with a result", `{"jsonrpc":"2.0","id":7,"result":[]}`, one(unasked("7"))),
		text("methods/answer with an error", `{"jsonrpc":"2.0","id":7,"error":{"code":1,"message":"x"}}`, one(unasked("7"))),
		text("methods/answer with null", `{"jsonrpc":"2.0","id":null,"result":null}`, one(unasked("null"))),
		text("methods/answer without id", `{"jsonrpc":"2.0","result":null}`, one(unasked("null"))),
		text("methods/answer with both", `{"jsonrpc":"2.0","id":7,"result":1,"error":{"code":1,"message":"x"}}`, one(unasked("7"))),
	}
}

// unasked is the answer to an answer: nothing was asked of the client.
func unasked(id string) answer {
	a := fails(id, codeNotRequest)
	a.OrNull = true
	return a
}

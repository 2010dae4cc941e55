package badinput

import "strings"

// idCases are ids of every form: what is an id comes back byte for byte, what
// is none is no request.
func idCases() []Case {
	var cases []Case
	for _, tt := range []struct{ name, id string }{
		{"zero", "0"},
		{"one", "1"},
		{"minus zero", "-0"},
		{"minus one", "-1"},
		{"fraction", "1.5"},
		{"negative fraction", "-1.5"},
		{"integral fraction", "1.0"},
		{"trailing zeros", "1.500"},
		{"zero with fraction", "0.0"},
		{"a tenth", "0.1"},
		{"exponent", "1e3"},
		{"capital exponent", "1E3"},
		{"exponent with plus", "1e+3"},
		{"exponent with minus", "1e-3"},
		{"exponent with leading zeros", "1e003"},
		{"exponent of zero", "0e0"},
		{"2^31", "2147483648"},
		{"2^32", "4294967296"},
		{"2^53-1", "9007199254740991"},
		{"2^53", "9007199254740992"},
		{"2^53+1", "9007199254740993"},
		{"-2^53-1", "-9007199254740993"},
		{"2^63-1", "9223372036854775807"},
		{"2^63", "9223372036854775808"},
		{"-2^63", "-9223372036854775808"},
		{"-2^63-1", "-9223372036854775809"},
		{"2^64-1", "18446744073709551615"},
		{"2^64", "18446744073709551616"},
		{"2^64+1", "18446744073709551617"},
		{"beyond a double", "1e400"},
		{"beyond a negative double", "-1e400"},
		{"below a double", "1e-400"},
		{"seventeen digits", "0.30000000000000004"},
		{"a hundred digits", strings.Repeat("1234567890", 10)},
		{"a thousand digits behind the point", "0." + strings.Repeat("3", 1000)},
		{"null", "null"},
		{"empty string", `""`},
		{"blank string", `" "`},
		{"digits as string", `"1"`},
		{"null as string", `"null"`},
		{"true as string", `"true"`},
		{"UUID", `"0b9d1f6e-5b0a-4a3e-9c47-2f6b1f0e8d11"`},
		{"escaped quote", `"a\"b"`},
		{"escaped backslash", `"a\\b"`},
		{"escaped solidus", `"a\/b"`},
		{"solidus", `"a/b"`},
		{"short escapes", `"\b\f\n\r\t"`},
		{"angle brackets and ampersand", `"<script>&amp;</script>"`},
		{"apostrophe and comma", `"it's, well"`},
		{"prototype name", `"__proto__"`},
		{"JSON in a string", `"{\"id\":1}"`},
		{"looks like a cancelled one", `"$/cancelRequest"`},
		{"1,000 bytes", `"` + strings.Repeat("x", 998) + `"`},
		{"60,000 bytes", `"` + strings.Repeat("y", 59_998) + `"`},
	} {
		cases = append(cases, text("ids/"+tt.name, discover(tt.id), one(result(tt.id))))
	}
	for _, tt := range []struct{ name, id string }{
		{"true", "true"},
		{"false", "false"},
		{"empty array", "[]"},
		{"array of an id", "[1]"},
		{"array of null", "[null]"},
		{"empty object", "{}"},
		{"object", `{"id":1}`},
	} {
		cases = append(cases, text("ids/"+tt.name, discover(tt.id), one(fails("null", codeNotRequest))))
	}
	return append(cases, idPlaceCases()...)
}

// idPlaceCases are ids that are repeated, misspelt, in odd places, and ids of
// requests that fail.
func idPlaceCases() []Case {
	return []Case{
		text("ids/twice the same", `{"jsonrpc":"2.0","id":1,"id":1,"method":"rpc.discover"}`, one(fails("null", codeNotRequest))),
		text("ids/two different ones", `{"jsonrpc":"2.0","id":1,"method":"rpc.discover","id":2}`, one(fails("null", codeNotRequest))),
		text("ids/twice null", `{"jsonrpc":"2.0","id":null,"id":null,"method":"rpc.discover"}`, one(fails("null", codeNotRequest))),
		text("ids/one good and one bad", `{"jsonrpc":"2.0","id":1,"id":{},"method":"rpc.discover"}`, one(fails("null", codeNotRequest))),
		text("ids/none", discover(""), always(silent())),
		text("ids/in capitals", `{"jsonrpc":"2.0","ID":1,"method":"rpc.discover"}`, always(silent())),
		text("ids/capitals beside the real one", `{"jsonrpc":"2.0","ID":1,"id":2,"Id":3,"method":"rpc.discover"}`, one(result("2"))),
		text("ids/inside params only", call("", "rpc.discover", `{"id":1}`), always(silent())),
		text("ids/first member", `{"id":"first","jsonrpc":"2.0","method":"rpc.discover"}`, one(result(`"first"`))),
		text("ids/last member", `{"jsonrpc":"2.0","method":"rpc.discover","params":{},"id":"last"}`, one(result(`"last"`))),
		text("ids/white space around", "{ \"jsonrpc\" : \"2.0\" ,\r\n\t\"id\" :\t12\n, \"method\" : \"rpc.discover\" }\n", one(result("12"))),
		text("ids/fraction of an unknown method", call("-7.50", "no.such.method", ""), one(fails("-7.50", codeNoMethod))),
		text("ids/null of an unknown method", call("null", "no.such.method", ""), one(fails("null", codeNoMethod))),
		text("ids/2^64 of bad params", call("18446744073709551616", "rpc.discover", "5"), one(badParam("18446744073709551616", ""))),
		text("ids/markup of a query", call(`"<&>"`, "GetLogs", "{}"), authorised(`"<&>"`, badParam(`"<&>"`, "from"))),
		text("ids/exponent of a query", call("1E2", "GetLogs", "{"+emptyLogs+","+firstPage+"}"), authorised("1E2", result("1E2"))),
		text("ids/null of a query", call("null", "GetLogs", "{"+emptyLogs+","+firstPage+"}"), authorised("null", result("null"))),
		text("ids/bad one of an unknown method", call("{}", "no.such.method", ""), one(fails("null", codeNotRequest))),
	}
}

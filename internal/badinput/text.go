package badinput

// textCases are about UTF-8 and escapes: text that is unusual but right comes
// back as it was sent, text that is wrong is no JSON.
func textCases() []Case {
	var cases []Case
	for _, tt := range []struct{ name, id string }{
		{"two bytes", `"é"`},
		{"three bytes", `"日本語"`},
		{"four bytes", `"😀"`},
		{"combining mark", "\"e\u0301\""},
		{"right to left", "\"\u202eabc\u202c\""},
		{"zero width", "\"a\u200b\u200d\ufeffb\""},
		{"line separators", "\"a\u2028b\u2029c\""},
		{"delete and C1 controls", "\"\u007f\u0080\u0085\u009f\""},
		{"replacement character", "\"\ufffd\""},
		{"noncharacters", "\"\ufdd0\ufffe\uffff\""},
		{"last character", "\"\U0010ffff\""},
		{"first and last of each length", "\"\u0080\u07ff\u0800\ud7ff\ue000\U00010000\""},
		{"escaped letter", `"\u0061"`},
		{"escaped two bytes", `"\u00e9\u00E9"`},
		{"escaped pair", `"\ud83d\ude00\uD83D\uDE00"`},
		{"escaped NUL", `"a\u0000b"`},
		{"escaped noncharacter", `"\uffff"`},
		{"lone high surrogate", `"\ud800"`},
		{"lone low surrogate", `"\udc00"`},
		{"surrogates in the wrong order", `"\udc00\ud800"`},
		{"high surrogate before another escape", `"\ud800\n"`},
	} {
		cases = append(cases, text("text/id: "+tt.name, discover(tt.id), one(result(tt.id))))
	}
	for _, tt := range []struct{ name, inside string }{
		{"letter that is none", `\x41`},
		{"octal", `\101`},
		{"alert", `\a`},
		{"vertical tab", `\v`},
		{"apostrophe", `\'`},
		{"zero", `\0`},
		{"capital U", `\U00000041`},
		{"braces", `\u{41}`},
		{"no digits", `\u`},
		{"three digits", `\u041`},
		{"letters that are no digits", `\u00zz`},
		{"sign among the digits", `\u+041`},
		{"blank among the digits", `\u 041`},
		{"line break", "\\\n"},
		{"non-ASCII", `\é`},
		{"second half broken", `\ud83d\u00`},
		{"end of the string", `\`},
	} {
		input := discover(`"` + tt.inside + `"`)
		cases = append(cases, text("text/bad escape: "+tt.name, input, notJSON(input)))
	}
	for _, tt := range []struct{ name, inside string }{
		{"FF", "\xff"},
		{"FE", "\xfe"},
		{"continuation alone", "\x80"},
		{"cut after one of two", "\xc3"},
		{"cut after two of three", "\xe6\x97"},
		{"cut after three of four", "\xf0\x9f\x98"},
		{"overlong solidus", "\xc0\xaf"},
		{"overlong NUL", "\xc0\x80"},
		{"overlong of three", "\xe0\x80\xaf"},
		{"overlong of four", "\xf0\x80\x80\xaf"},
		{"encoded surrogate", "\xed\xa0\x80"},
		{"encoded surrogate pair", "\xed\xa0\xbd\xed\xb8\x80"},
		{"above the last character", "\xf4\x90\x80\x80"},
		{"five bytes", "\xf8\x88\x80\x80\x80"},
		{"Latin-1", "caf\xe9"},
	} {
		input := discover(`"` + tt.inside + `"`)
		cases = append(cases, text("text/invalid: "+tt.name, input, notJSON(input)))
	}
	for _, tt := range []struct{ name, input string }{
		{"in a method", call("1", "rpc.disc\xffover", "")},
		{"in a member name", `{"jsonrpc":"2.0","id":1,"method":"rpc.discover","` + "\xff" + `":1}`},
		{"in params", call("1", "rpc.discover", "{\"\xc3\x28\":1}")},
		{"between members", "{\"jsonrpc\":\"2.0\",\xff\"id\":1,\"method\":\"rpc.discover\"}"},
		{"in front", "\xff" + discover("1")},
		{"behind", discover("1") + "\xff"},
		{"in a notification", call("", "rpc.discover", "{\"a\":\"\xff\"}")},
		{"in a batch", "[" + discover("1") + ",\"\xff\"]"},
		{"alone", "\xff"},
	} {
		cases = append(cases, text("text/invalid "+tt.name, tt.input, notJSON(tt.input)))
	}
	return append(cases, spellingCases()...)
}

// spellingCases are names written with escapes, which mean what they decode
// to.
func spellingCases() []Case {
	return []Case{
		text("text/method with an escape", call("1", `rpc.d\u0069scover`, ""), one(result("1"))),
		text("text/method all in escapes", call("1", `\u0072\u0070\u0063\u002e\u0064\u0069\u0073\u0063\u006F\u0076\u0065\u0072`, ""), one(result("1"))),
		text("text/query with an escape", call("1", `GetLogsBy\u0046ilter`, "{}"), authorised("1", badParam("1", "limit"))),
		text("text/member names with escapes", `{"\u006asonrpc":"2.0","\u0069d":1,"m\u0065thod":"rpc.discover"}`, one(result("1"))),
		text("text/id twice by an escape", `{"jsonrpc":"2.0","id":1,"\u0069d":2,"method":"rpc.discover"}`, one(fails("null", codeNotRequest))),
		text("text/method twice by an escape", `{"jsonrpc":"2.0","id":1,"method":"rpc.discover","\u006dethod":"GetLogs"}`, one(fails("1", codeNotRequest))),
		text("text/version twice by an escape", `{"jsonrpc":"2.0","\u006asonrpc":"2.0","id":1,"method":"rpc.discover"}`, one(fails("1", codeNotRequest))),
		text("text/param with an escape", call("1", "GetLogs", `{"fro\u006d":0,"to":0,"limit":0,"\u006fffset":0}`), authorised("1", result("1"))),
		text("text/param twice by an escape", call("1", "GetLogs", `{"from":0,"to":0,"limit":0,"offset":0,"\u006cimit":0}`), authorised("1", badParam("1", "limit"))),
		text("text/surrogate as an extra member", `{"\ud800":1,"jsonrpc":"2.0","id":1,"method":"rpc.discover"}`, one(result("1"))),
		text("text/surrogate as a value", call("1", "GetLogs", `{"from":0,"to":0,"limit":0,"offset":0,"detail":"\udead"}`), authorised("1", result("1"))),
		text("text/NUL as a value", call("1", "GetLogs", `{"from":0,"to":0,"limit":0,"offset":0,"detail":"\u0000"}`), authorised("1", result("1"))),
		text("text/Cyrillic member name", `{"jsonrpc":"2.0","іd":1,"method":"rpc.discover"}`, always(silent())),
	}
}

package badinput

// versionCases are jsonrpc members other than the string "2.0", and JSON
// values that are no requests at all.
func versionCases() []Case {
	var cases []Case
	for _, tt := range []struct{ name, version string }{
		{"1.0", `"1.0"`},
		{"1.1", `"1.1"`},
		{"2.1", `"2.1"`},
		{"3.0", `"3.0"`},
		{"2", `"2"`},
		{"2.", `"2."`},
		{"2.00", `"2.00"`},
		{"02.0", `"02.0"`},
		{"2.0.0", `"2.0.0"`},
		{"2,0", `"2,0"`},
		{"v2.0", `"v2.0"`},
		{"JSON-RPC 2.0", `"JSON-RPC 2.0"`},
		{"blank in front", `" 2.0"`},
		{"blank behind", `"2.0 "`},
		{"NUL behind", `"2.0\u0000"`},
		{"quoted twice", `"\"2.0\""`},
		{"full-width digits", `"２.０"`},
		{"empty", `""`},
		{"number 2.0", "2.0"},
		{"number 2", "2"},
		{"number 2e0", "2e0"},
		{"null", "null"},
		{"true", "true"},
		{"array", `["2.0"]`},
		{"empty array", "[]"},
		{"object", `{"version":"2.0"}`},
	} {
		input := `{"jsonrpc":` + tt.version + `,"id":3,"method":"rpc.discover"}`
		cases = append(cases, text("versions/"+tt.name, input, one(fails("3", codeNotRequest))))
	}
	for _, tt := range []struct{ name, input, id string }{
		{"missing", `{"id":3,"method":"rpc.discover"}`, "3"},
		{"missing beside the platform's", `{"version":"2.0","id":3,"method":"rpc.discover"}`, "3"},
		{"inside params only", `{"id":3,"method":"rpc.discover","params":{"jsonrpc":"2.0"}}`, "3"},
		{"name in capitals", `{"JSONRPC":"2.0","id":3,"method":"rpc.discover"}`, "3"},
		{"name with a capital", `{"jsonRPC":"2.0","id":3,"method":"rpc.discover"}`, "3"},
		{"name with a hyphen", `{"json-rpc":"2.0","id":3,"method":"rpc.discover"}`, "3"},
		{"name with a blank", `{"jsonrpc ":"2.0","id":3,"method":"rpc.discover"}`, "3"},
		{"twice the same", `{"jsonrpc":"2.0","jsonrpc":"2.0","id":3,"method":"rpc.discover"}`, "3"},
		{"right one last", `{"jsonrpc":"1.0","id":3,"method":"rpc.discover","jsonrpc":"2.0"}`, "3"},
		{"wrong one last", `{"jsonrpc":"2.0","id":3,"method":"rpc.discover","jsonrpc":"1.0"}`, "3"},
		{"wrong before an unknown method", `{"jsonrpc":"1.0","id":3,"method":"no.such.method"}`, "3"},
		{"wrong before the token and params", `{"jsonrpc":"1.0","id":3,"method":"GetLogs","params":5}`, "3"},
		{"wrong with id null", `{"jsonrpc":"1.0","id":null,"method":"rpc.discover"}`, "null"},
		{"wrong with a string id", `{"jsonrpc":"1.0","id":"\u0061","method":"rpc.discover"}`, `"\u0061"`},
		{"wrong with a bad id", `{"jsonrpc":"1.0","id":true,"method":"rpc.discover"}`, "null"},
		{"wrong in a notification", `{"jsonrpc":"1.0","method":"rpc.discover"}`, "null"},
		{"missing in a notification", `{"method":"rpc.discover"}`, "null"},
		{"no request: empty object", "{}", "null"},
		{"no request: other object", `{"foo":"boo"}`, "null"},
		{"no request: version alone", `{"jsonrpc":"2.0","params":{}}`, "null"},
		{"no request: id alone", `{"id":3}`, "3"},
		{"no request: null", "null", "null"},
		{"no request: true", "true", "null"},
		{"no request: false", "false", "null"},
		{"no request: number", "1", "null"},
		{"no request: huge number", "1e999999", "null"},
		{"no request: string", `"rpc.discover"`, "null"},
		{"no request: empty string", `""`, "null"},
		{"no request: encoded twice", `"{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"rpc.discover\"}"`, "null"},
	} {
		cases = append(cases, text("versions/"+tt.name, tt.input, one(fails(tt.id, codeNotRequest))))
	}
	return append(cases,
		text("versions/spelt with an escape", `{"jsonrpc":"\u0032.0","id":3,"method":"rpc.discover"}`, one(result("3"))),
		text("versions/last member", `{"id":3,"method":"rpc.discover","jsonrpc":"2.0"}`, one(result("3"))),
		text("versions/another spelling beside it", `{"JSONRPC":"1.0","jsonrpc":"2.0","id":3,"method":"rpc.discover"}`, one(result("3"))),
	)
}

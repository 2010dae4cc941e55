package badinput

// paramCases are params of wrong shapes, and those of the methods that anyone
// may call.
func paramCases() []Case {
	var cases []Case
	for _, tt := range []struct{ name, params string }{
		{"null", "null"},
		{"number", "5"},
		{"string", `"{}"`},
		{"true", "true"},
		{"false", "false"},
		{"empty array", "[]"},
		{"array of a number", "[1]"},
		{"array of null", "[null]"},
		{"array of a string", `["{}"]`},
		{"array of an array", "[[{}]]"},
		{"array of two objects", "[{},{}]"},
		{"array of an object and null", "[{},null]"},
	} {
		cases = append(cases,
			text("params/"+tt.name, call("4", "rpc.discover", tt.params), one(badParam("4", ""))),
			text("params/"+tt.name+" for a query", call("4", "GetLogsByFilter", tt.params), authorised("4", badParam("4", ""))),
			text("params/"+tt.name+" in a notification", call("", "rpc.discover", tt.params), always(silent())),
		)
	}
	for _, tt := range []struct{ name, method, params, fault string }{
		{"empty object", "rpc.discover", "{}", ""},
		{"array of an empty object", "rpc.discover", "[{}]", ""},
		{"discover: unknown", "rpc.discover", `{"x":1}`, "x"},
		{"discover: unknown in an array", "rpc.discover", `[{"x":1}]`, "x"},
		{"discover: empty name", "rpc.discover", `{"":1}`, ""},
		{"discover: first of two unknown", "rpc.discover", `{"zeta":1,"alpha":2}`, "zeta"},
		{"discover: prototype", "rpc.discover", `{"__proto__":{}}`, "__proto__"},
		{"login: none", "Authenticate", "", "token"},
		{"login: empty", "Authenticate", "{}", "token"},
		{"login: true", "Authenticate", `{"token":true}`, "token"},
		{"login: array", "Authenticate", `{"token":["x"]}`, "token"},
		{"login: object", "Authenticate", `{"token":{"value":"x"}}`, "token"},
		{"login: unknown", "Authenticate", `{"token":"x","user":"y"}`, "user"},
		{"login: unknown before a wrong type", "Authenticate", `{"token":true,"password":"y"}`, "password"},
		{"login: twice", "Authenticate", `{"token":"x","token":"y"}`, "token"},
		{"login: capital", "Authenticate", `{"Token":"x"}`, "Token"},
		{"login: by position", "Authenticate", `["x"]`, ""},
	} {
		a := badParam("4", tt.fault)
		if tt.method == "rpc.discover" && (tt.params == "{}" || tt.params == "[{}]") {
			a = result("4")
		}
		cases = append(cases, text("params/"+tt.name, call("4", tt.method, tt.params), one(a)))
	}
	return append(cases,
		text("params/twice in the envelope", `{"jsonrpc":"2.0","id":4,"method":"rpc.discover","params":{},"params":{}}`, one(fails("4", codeNotRequest))),
		text("params/in capitals", `{"jsonrpc":"2.0","id":4,"method":"rpc.discover","PARAMS":5}`, one(result("4"))),
		text("params/before the method", `{"params":{},"method":"rpc.discover","id":4,"jsonrpc":"2.0"}`, one(result("4"))),
		text("params/login: unknown token", call("4", "Authenticate", `{"token":"no-such-token"}`),
			one(fails("4", codeNoToken, codeTooFrequent))),
		text("params/login: good", login("4"), func(w Way) outcome {
			return outcome{Answers: []answer{result("4")}, Binds: w.Transport == WebSocket}
		}),
		text("params/login: in an array", call("5", "Authenticate", `[{"token":"{token}"}]`), func(w Way) outcome {
			return outcome{Answers: []answer{result("5")}, Binds: w.Transport == WebSocket}
		}),
	)
}

// getLogsCases are the params of GetLogs. fault "" is none.
func getLogsCases() []Case {
	var cases []Case
	for _, tt := range []struct{ name, params, fault string }{
		{"none", "", "from"},
		{"empty", "{}", "from"},
		{"no to", `{"from":0,"limit":0,"offset":0}`, "to"},
		{"no limit", `{"from":0,"to":0,"offset":0}`, "limit"},
		{"no offset", `{"from":0,"to":0,"limit":0}`, "offset"},
		{"unknown before missing", `{"limit":0,"actor":"x"}`, "actor"},
		{"where", `{"from":0,"to":0,"limit":0,"offset":0,"where":["action","=","x"]}`, "where"},
		{"capital", `{"From":0,"to":0,"limit":0,"offset":0}`, "From"},
		{"from twice", `{"from":0,"from":0,"to":0,"limit":0,"offset":0}`, "from"},
		{"from before to", `{"to":"x","from":"x","limit":0,"offset":0}`, "from"},
		{"to before limit", `{"limit":-1,"offset":-1,"to":"x","from":0}`, "to"},
		{"limit before offset", `{"offset":-1,"limit":-1,"to":0,"from":0}`, "limit"},
		{"offset before status", `{"status":true,"offset":-1,"limit":0,"to":0,"from":0}`, "offset"},
		{"actor_type before filter", `{"filter":[],"actor_type":[],"offset":0,"limit":0,"to":0,"from":0}`, "actor_type"},
		{"actor_type true", `{"from":0,"to":0,"limit":0,"offset":0,"actor_type":true}`, "actor_type"},
		{"actor_id object", `{"from":0,"to":0,"limit":0,"offset":0,"actor_id":{}}`, "actor_id"},
		{"action array", `{"from":0,"to":0,"limit":0,"offset":0,"action":["x"]}`, "action"},
		{"status false", `{"from":0,"to":0,"limit":0,"offset":0,"status":false}`, "status"},
		{"source array", `{"from":0,"to":0,"limit":0,"offset":0,"source":[]}`, "source"},
		{"detail object", `{"from":0,"to":0,"limit":0,"offset":0,"detail":{"like":"x"}}`, "detail"},
		{"filter true", `{"from":0,"to":0,"limit":0,"offset":0,"filter":true}`, "filter"},
		{"fine", `{"from":0,"to":0,"limit":0,"offset":0}`, ""},
		{"fine in an array", `[{"from":0,"to":0,"limit":0,"offset":0}]`, ""},
		{"times as text", `{"from":"1970-01-01T00:00:00Z","to":"1970-01-01T00:00:00.999+00:00","limit":0,"offset":0}`, ""},
		{"times as digits", `{"from":"0","to":"+0","limit":"0","offset":"0"}`, ""},
		{"integral floats", `{"from":0.0,"to":0e5,"limit":0.0,"offset":1e2}`, ""},
		{"from after to", `{"from":1,"to":0,"limit":0,"offset":0}`, ""},
		{"numbers as text", `{"from":0,"to":0,"limit":0,"offset":0,"actor_id":1223,"status":1.5,"filter":-0}`, ""},
		{"empty strings", `{"from":0,"to":0,"limit":0,"offset":0,"actor_type":"","detail":"","filter":""}`, ""},
	} {
		want := authorised("4", result("4"))
		if tt.fault != "" {
			want = authorised("4", badParam("4", tt.fault))
		}
		cases = append(cases, text("params/logs: "+tt.name, call("4", "GetLogs", tt.params), want))
	}
	for _, tt := range []struct{ name, time string }{
		{"null", "null"},
		{"true", "true"},
		{"array", "[0]"},
		{"object", "{}"},
		{"empty string", `""`},
		{"word", `"yesterday"`},
		{"fraction", "1.5"},
		{"fraction as text", `"1.5"`},
		{"exponent as text", `"1e9"`},
		{"blank in front", `" 0"`},
		{"date alone", `"2026-04-22"`},
		{"no zone", `"2026-04-22T10:00:00"`},
		{"zone without a colon", `"2026-04-22T10:00:00+0200"`},
		{"lower case", `"2026-04-22t10:00:00z"`},
		{"blank for T", `"2026-04-22 10:00:00Z"`},
		{"comma for point", `"2026-04-22T10:00:00,5Z"`},
		{"point without digits", `"2026-04-22T10:00:00.Z"`},
		{"no such day", `"2026-02-29T10:00:00Z"`},
		{"no such month", `"2026-13-01T10:00:00Z"`},
		{"hour 24", `"2026-04-22T24:00:00Z"`},
		{"minute 60", `"2026-04-22T10:60:00Z"`},
		{"leap second", `"2026-06-30T23:59:60Z"`},
		{"offset hour 24", `"2026-04-22T10:00:00+24:00"`},
		{"offset minute 60", `"2026-04-22T10:00:00+01:60"`},
		{"one digit", `"2026-4-22T10:00:00Z"`},
		{"year 0", `"0000-12-31T00:00:00Z"`},
		{"year 10000", `"10000-01-01T00:00:00Z"`},
		{"after 9999", "253402300800"},
		{"before year 1", "-62135596801"},
		{"2^64", "18446744073709551616"},
		{"full-width digits", `"１７１３"`},
	} {
		params := `{"from":` + tt.time + `,"to":0,"limit":0,"offset":0}`
		cases = append(cases, text("params/time: "+tt.name, call("4", "GetLogs", params), authorised("4", badParam("4", "from"))))
	}
	return cases
}

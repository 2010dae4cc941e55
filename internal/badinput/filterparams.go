package badinput

// filterCases are the params of GetLogsByFilter. Before authentication all of
// them are -32001.
func filterCases() []Case {
	var cases []Case
	add := func(name, params, fault string) {
		want := authorised("4", result("4"))
		if fault != "" {
			want = authorised("4", badParam("4", fault))
		}
		cases = append(cases, text("params/filter: "+name, call("4", "GetLogsByFilter", params), want))
	}
	for _, tt := range []struct{ name, params, fault string }{
		{"none", "", "limit"},
		{"empty", "{}", "limit"},
		{"no limit", `{"offset":0}`, "limit"},
		{"no offset", `{"limit":0}`, "offset"},
		{"fine", `{` + firstPage + `,` + emptyFilter + `}`, ""},
		{"fine in an array", `[{` + firstPage + `,` + emptyFilter + `}]`, ""},
		{"limit twice", `{"limit":0,"limit":0,"offset":0}`, "limit"},
		{"where twice", `{` + firstPage + `,"where":[],"where":[]}`, "where"},
		{"from", `{` + firstPage + `,"from":0}`, "from"},
		{"from and to", `{"from":0,"to":0,` + firstPage + `}`, "from"},
		{"to", `{` + firstPage + `,"to":0}`, "to"},
		{"unknown before missing", `{"offset":0,"wher":[]}`, "wher"},
		{"unknown before a fault", `{"limit":-1,"offset":0,"order":[]}`, "order"},
		{"first of two unknown", `{"zeta":1,"alpha":1,` + firstPage + `}`, "zeta"},
		{"key in capitals", `{` + firstPage + `,"WHERE":[]}`, "WHERE"},
		{"key with an underscore", `{` + firstPage + `,"order_by":[]}`, "order_by"},
		{"param of GetLogs", `{` + firstPage + `,"detail":"x"}`, "detail"},
		{"limit before offset", `{"offset":-1,"limit":-1}`, "limit"},
		{"offset before where", `{"where":5,"offset":-1,"limit":0}`, "offset"},
		{"where before whereNot", `{"whereNot":5,"where":5,` + firstPage + `}`, "where*"},
		{"whereNot before whereIn", `{"whereIn":5,"whereNot":5,` + firstPage + `}`, "whereNot*"},
		{"whereIn before whereNotIn", `{"whereNotIn":5,"whereIn":5,` + firstPage + `}`, "whereIn*"},
		{"whereNotIn before whereBetween", `{"whereBetween":5,"whereNotIn":5,` + firstPage + `}`, "whereNotIn*"},
		{"whereBetween before whereNotBetween", `{"whereNotBetween":5,"whereBetween":5,` + firstPage + `}`, "whereBetween*"},
		{"whereNotBetween before orderBy", `{"orderBy":5,"whereNotBetween":5,` + firstPage + `}`, "whereNotBetween*"},
		{"partial as text", `{` + firstPage + `,"partial":"true"}`, "partial"},
		{"partial as number", `{` + firstPage + `,"partial":1}`, "partial"},
		{"partial", `{` + firstPage + `,` + emptyFilter + `,"partial":true}`, ""},
	} {
		add(tt.name, tt.params, tt.fault)
	}
	for _, tt := range []struct{ name, value string }{
		{"null", "null"},
		{"true", "true"},
		{"empty string", `""`},
		{"word", `"ten"`},
		{"minus one", "-1"},
		{"minus one as text", `"-1"`},
		{"plus one as text", `"+1"`},
		{"fraction", "1.5"},
		{"fraction as text", `"1.0"`},
		{"exponent as text", `"1e1"`},
		{"blank in front", `" 1"`},
		{"full-width digit", `"１"`},
		{"array", "[1]"},
		{"object", "{}"},
	} {
		add("limit "+tt.name, `{"limit":`+tt.value+`,"offset":0}`, "limit")
		add("offset "+tt.name, `{"limit":0,"offset":`+tt.value+`}`, "offset")
	}
	for _, tt := range conditionTests() {
		add(tt.name, `{`+firstPage+`,`+tt.params+`}`, tt.fault)
	}
	return cases
}

// A conditionTest is the condition keys of one query. Its fault is the path of
// the param at fault, "where*" being that key or any path below it.
type conditionTest struct{ name, params, fault string }

// conditionTests are conditions and orders of wrong shapes and values. Those
// that are right are kept to a second of 1970, so that they cost nothing.
func conditionTests() []conditionTest {
	return []conditionTest{
		{"where object", `"where":{}`, "where*"},
		{"where empty string", `"where":""`, "where*"},
		{"where string", `"where":"action = x"`, "where*"},
		{"where true", `"where":true`, "where*"},
		{"where array of an empty array", `"where":[[]]`, "where*"},
		{"where array of null", `"where":[null]`, "where*"},
		{"where array of a number", `"where":[1,"=",1]`, "where*"},
		{"where field alone", `"where":["action"]`, "where*"},
		{"where without value", `"where":["action","="]`, "where*"},
		{"where with two values", `"where":["action","=","x","y"]`, "where*"},
		{"where value as a list", `"where":["action","=",["x"]]`, "where*"},
		{"where value null", `"where":["action","=",null]`, "where*"},
		{"where value true", `"where":["action","=",true]`, "where*"},
		{"where value object", `"where":["action","=",{}]`, "where*"},
		{"where operator unknown", `"where":["action","=>","x"]`, "where*"},
		{"where operator empty", `"where":["action","","x"]`, "where*"},
		{"where operator number", `"where":["action",1,"x"]`, "where*"},
		{"where operator null", `"where":["action",null,"x"]`, "where*"},
		{"where operator with two blanks", `"where":["action","not  like","x"]`, "where*"},
		{"where operator with a blank behind", `"where":["action","= ","x"]`, "where*"},
		{"where operator without its blank", `"where":["action","notlike","x"]`, "where*"},
		{"where field unknown", `"where":["actor","=","x"]`, "where*"},
		{"where field empty", `"where":["","=","x"]`, "where*"},
		{"where field in capitals", `"where":["ACTION","=","x"]`, "where*"},
		{"where field of the other method", `"where":["time","=",0]`, "where*"},
		{"where field as a path", `"where":["detail.id","=","x"]`, "where*"},
		{"where second field unknown", `"where":[["action","=","x"],["actor","=","x"]]`, "where[1]"},
		{"where second is no condition", `"where":[["action","=","x"],"status"]`, "where[1]*"},
		{"where second without value", `"where":[["action","=","x"],["status","="]]`, "where[1]*"},
		{"where third value", `"where":[["action","=","x"],["status","=","x"],["source","=",null]]`, "where[2]*"},
		{"where conditions nested twice", `"where":[[["action","=","x"]]]`, "where[0]*"},
		{"where timestamp fraction", `"where":["timestamp",">",1.5]`, "where*"},
		{"where timestamp fraction as text", `"where":["timestamp",">","1.5"]`, "where*"},
		{"where timestamp exponent as text", `"where":["timestamp",">","1e9"]`, "where*"},
		{"where timestamp date", `"where":["timestamp",">","2026-04-22"]`, "where*"},
		{"where timestamp word", `"where":["timestamp","=","now"]`, "where*"},
		{"where timestamp too late", `"where":["timestamp","<",253402300800]`, "where*"},
		{"where regexp unclosed", `"where":["detail","regexp","(a"]`, "where*"},
		{"where regexp back reference", `"where":["detail","regexp","(a)\\1"]`, "where*"},
		{"where regexp look-ahead", `"where":["detail","not regexp","a(?=b)"]`, "where*"},
		{"where regexp too many repeats", `"where":["detail","REGEXP","a{1001}"]`, "where*"},
		{"where regexp true", `"where":["detail","regexp",true]`, "where*"},
		{"where like null", `"where":["detail","like",null]`, "where*"},
		{"where empty array", `"where":[],` + emptyFilter, ""},
		{"where null", `"where":null,` + emptyFilter, ""},
		{"where one in a list", `"where":[["action","=","x"]],` + emptyFilter, ""},
		{"where operator in capitals", `"where":["action","NOT ILIKE","x"],` + emptyFilter, ""},
		{"where number for text", `"where":["actor_id","=",1.223e3],` + emptyFilter, ""},
		{"where huge number for text", `"where":["actor_id","=",123456789012345678901234567890],` + emptyFilter, ""},
		{"where pattern ends in a backslash", `"where":["detail","like","a\\"],` + emptyFilter, ""},
		{"where like on timestamp", `"where":["timestamp","like","17%"],` + emptyFilter, ""},
		{"where first and last second", `"where":[["timestamp",">=",-62135596800],["timestamp","<=",253402300799]],` + emptyFilter, ""},

		{"whereNot object", `"whereNot":{}`, "whereNot*"},
		{"whereNot field alone", `"whereNot":["action"]`, "whereNot*"},
		{"whereNot with an operator", `"whereNot":["action","=","x"]`, "whereNot*"},
		{"whereNot value as a list", `"whereNot":["action",["x"]]`, "whereNot*"},
		{"whereNot value null", `"whereNot":["action",null]`, "whereNot*"},
		{"whereNot field unknown", `"whereNot":["actor","x"]`, "whereNot*"},
		{"whereNot second field unknown", `"whereNot":[["action","x"],["actor","x"]]`, "whereNot[1]"},
		{"whereNot timestamp", `"whereNot":["timestamp","2026-02-30T00:00:00Z"]`, "whereNot*"},

		{"whereIn scalar for a list", `"whereIn":["action","x"]`, "whereIn*"},
		{"whereIn null for a list", `"whereIn":["action",null]`, "whereIn*"},
		{"whereIn object for a list", `"whereIn":["action",{}]`, "whereIn*"},
		{"whereIn values without a list", `"whereIn":["action","x","y"]`, "whereIn*"},
		{"whereIn value true", `"whereIn":["action",["x",true]]`, "whereIn*"},
		{"whereIn value null", `"whereIn":["action",[null]]`, "whereIn*"},
		{"whereIn value array", `"whereIn":["action",[["x"]]]`, "whereIn*"},
		{"whereIn fourth value", `"whereIn":[["timestamp",[0,1,2,"x"]]]`, "whereIn[0][1][3]"},
		{"whereIn value of the second", `"whereIn":[["action",["x"]],["status",["x",null]]]`, "whereIn[1][1][1]"},
		{"whereIn field unknown", `"whereIn":["actor",["x"]]`, "whereIn*"},
		{"whereIn empty list", `"whereIn":["action",[]],` + emptyFilter, ""},
		{"whereNotIn scalar for a list", `"whereNotIn":["action","x"]`, "whereNotIn*"},
		{"whereNotIn value object", `"whereNotIn":["action",[{}]]`, "whereNotIn*"},
		{"whereNotIn field unknown", `"whereNotIn":[["actor",[]]]`, "whereNotIn[0]"},
		{"whereNotIn empty list", `"whereNotIn":["action",[]],` + emptyFilter, ""},

		{"whereBetween field alone", `"whereBetween":["timestamp"]`, "whereBetween*"},
		{"whereBetween scalar for a range", `"whereBetween":["timestamp",0]`, "whereBetween*"},
		{"whereBetween bounds without a list", `"whereBetween":["timestamp",0,1]`, "whereBetween*"},
		{"whereBetween no bound", `"whereBetween":["timestamp",[]]`, "whereBetween*"},
		{"whereBetween one bound", `"whereBetween":["timestamp",[0]]`, "whereBetween*"},
		{"whereBetween three bounds", `"whereBetween":["timestamp",[0,1,2]]`, "whereBetween*"},
		{"whereBetween bound null", `"whereBetween":["timestamp",[null,1]]`, "whereBetween*"},
		{"whereBetween bound date", `"whereBetween":["timestamp",["2026-04-22","2026-04-23"]]`, "whereBetween*"},
		{"whereBetween second bound", `"whereBetween":[["timestamp",[0,"x"]]]`, "whereBetween[0][1][1]"},
		{"whereBetween object for a range", `"whereBetween":["timestamp",{"from":0,"to":1}]`, "whereBetween*"},
		{"whereBetween from after to", `"whereBetween":["timestamp",[1,0]]`, ""},
		{"whereBetween mixed types", `"whereBetween":[["timestamp",[0,"1970-01-01T00:00:00Z"]],["actor_id",[1,"2"]]]`, ""},
		{"whereNotBetween bound true", `"whereNotBetween":["actor_id",[1,true]]`, "whereNotBetween*"},
		{"whereNotBetween field unknown", `"whereNotBetween":["actor",[1,2]]`, "whereNotBetween*"},
		{"whereNotBetween three bounds", `"whereNotBetween":["actor_id",[1,2,3]]`, "whereNotBetween*"},

		{"orderBy string", `"orderBy":"timestamp"`, "orderBy*"},
		{"orderBy object", `"orderBy":{"timestamp":"ASC"}`, "orderBy*"},
		{"orderBy array of an empty array", `"orderBy":[[]]`, "orderBy*"},
		{"orderBy direction unknown", `"orderBy":["timestamp","UP"]`, "orderBy*"},
		{"orderBy direction with a blank", `"orderBy":["timestamp","DESC "]`, "orderBy*"},
		{"orderBy direction number", `"orderBy":["timestamp",-1]`, "orderBy*"},
		{"orderBy two fields in one", `"orderBy":["timestamp","action"]`, "orderBy*"},
		{"orderBy three parts", `"orderBy":["timestamp","DESC","action"]`, "orderBy*"},
		{"orderBy field unknown", `"orderBy":["actor"]`, "orderBy*"},
		{"orderBy second field unknown", `"orderBy":[["timestamp"],["actor","ASC"]]`, "orderBy[1]"},
		{"orderBy second is a string", `"orderBy":[["timestamp","DESC"],"action"]`, "orderBy[1]*"},
		{"orderBy field alone", `"orderBy":["timestamp"],` + emptyFilter, ""},
		{"orderBy lower case", `"orderBy":["timestamp","desc"],` + emptyFilter, ""},
		{"orderBy field twice", `"orderBy":[["action"],["action","DESC"]],` + emptyFilter, ""},
		{"orderBy empty array", `"orderBy":[],` + emptyFilter, ""},
	}
}

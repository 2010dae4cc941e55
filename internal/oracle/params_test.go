package oracle

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestFaults(t *testing.T) {
	t.Parallel()
	o := openFiles(t, exampleFiles())
	for _, tt := range []struct{ params, path string }{
		// params as a whole
		{``, "limit"}, {`{}`, "limit"}, {`null`, "params"}, {`[]`, "params"}, {`[{},{}]`, "params"}, {`[[{}]]`, "params"}, {`"x"`, "params"}, {`7`, "params"},
		// unknown names first, in the order sent
		{`{"limit":-1,"x":1,"offset":0,"y":1}`, "x"}, {`{"Limit":1}`, "Limit"}, {`{"Explain":true}`, "Explain"}, {`{"interval":1}`, "interval"},
		{`{"journal":"audit"}`, "journal"}, {`{"from":1,"limit":1,"offset":0}`, "from"}, {`{"to":1}`, "to"}, {`{"":1}`, ""},
		{`{"limit":1,"limit":1,"offset":0}`, "limit"}, {`{"limit":1,"\u006cimit":1,"offset":0}`, "limit"}, {`{"where":null,"where":null,"x":1}`, "where"},
		// then the order of the tables, whatever the order sent
		{`{"where":5,"offset":0}`, "limit"}, {`{"where":5,"limit":1}`, "offset"}, {`{"orderBy":5,"where":5,"offset":0,"limit":1}`, "where"},
		{`{"limit":1,"offset":0,"whereNotBetween":5,"whereBetween":5,"whereNotIn":5}`, "whereNotIn"}, {`{"limit":1,"offset":0,"partial":1,"orderBy":5}`, "orderBy"},
		// limit and offset
		{`{"offset":0,"limit":null}`, "limit"}, {`{"offset":0,"limit":-1}`, "limit"}, {`{"offset":0,"limit":50001}`, "limit"}, {`{"offset":0,"limit":"50001"}`, "limit"},
		{`{"offset":0,"limit":1.5}`, "limit"}, {`{"offset":0,"limit":"1.0"}`, "limit"}, {`{"offset":0,"limit":"+1"}`, "limit"}, {`{"offset":0,"limit":""}`, "limit"},
		{`{"offset":0,"limit":[1]}`, "limit"}, {`{"offset":"-1","limit":1}`, "offset"}, {`{"offset":"١","limit":1}`, "offset"}, {`{"offset":-1e30,"limit":1}`, "offset"},
		// what is asked for
		{`{"limit":1,"offset":0,"explain":1}`, "explain"}, {`{"limit":1,"offset":0,"cursor":null,"explain":"x"}`, "explain"},
		{`{"limit":1,"offset":0,"at":1,"cursor":{}}`, "cursor"}, {`{"limit":1,"offset":0,"at":true}`, "at"}, {`{"limit":1,"offset":0,"at":null}`, "at"},
		{`{"limit":1,"offset":0,"at":"unknown"}`, "at"}, {`{"limit":1,"offset":0,"at":""}`, "at"}, {`{"limit":1,"offset":0,"at":5,"orderBy":5}`, "orderBy"},
		{`{"limit":1,"offset":0,"partial":null}`, "partial"}, {`{"limit":1,"offset":0,"partial":"true"}`, "partial"},
	} {
		checkFault(t, o, "GetLogsByFilter", tt.params, tt.path)
	}
}

// checkFault expects -32602 with a path.
func checkFault(t *testing.T, o *Oracle, method, params, path string) {
	t.Helper()
	result, err := o.Answer(method, json.RawMessage(params))
	switch {
	case err == nil:
		t.Errorf("Answer(%s, %.200s) = %s, want a fault at %q", method, params, result, path)
	case err.Code != codeBadParams || err.Param != path:
		t.Errorf("Answer(%s, %.200s): %v, want a fault at %q", method, params, err, path)
	}
}

func TestKeyFaults(t *testing.T) {
	t.Parallel()
	o := openFiles(t, exampleFiles())
	good := `["action","=","x"]`
	for _, tt := range []struct{ members, path string }{
		// shapes
		{`"where":{}`, "where"}, {`"where":""`, "where"}, {`"where":"action"`, "where"}, {`"where":false`, "where"}, {`"where":0`, "where"},
		{`"where":[[]]`, "where[0]"}, {`"where":[null]`, "where[0]"}, {`"where":[{}]`, "where[0]"}, {`"where":[1,"=",2]`, "where[0]"},
		{`"where":["action","="]`, "where"}, {`"where":["action","=","x","y"]`, "where"}, {`"where":["action"]`, "where"},
		{`"where":[` + good + `,"action","=","x"]`, "where[1]"}, {`"where":[` + good + `,[]]`, "where[1]"}, {`"where":[[` + good + `]]`, "where[0]"},
		{`"whereNot":["action","=","x"]`, "whereNot"}, {`"whereIn":["action","x","y"]`, "whereIn"}, {`"orderBy":["action","ASC","x"]`, "orderBy"},
		{`"orderBy":[["action"],"DESC"]`, "orderBy[1]"}, {`"orderBy":[[]]`, "orderBy[0]"}, {`"orderBy":{"action":"ASC"}`, "orderBy"},
		// fields: the contract's own example is where[1]
		{`"where":[` + good + `,["actor","=","x"]]`, "where[1]"}, {`"where":["Action","=","x"]`, "where"}, {`"where":["time","=",1]`, "where"},
		{`"where":[[1,"=",2]]`, "where[0]"}, {`"where":[[null,"=",2]]`, "where[0]"}, {`"whereIn":[["",[]]]`, "whereIn[0]"}, {`"orderBy":[["status"],["x"]]`, "orderBy[1]"},
		// operators and directions
		{`"where":["action","~","x"]`, "where[1]"}, {`"where":["action","not  like","x"]`, "where[1]"}, {`"where":["action"," =","x"]`, "where[1]"},
		{`"where":[["action","",1]]`, "where[0][1]"}, {`"where":[["action",5,1]]`, "where[0][1]"}, {`"where":["action","in",["x"]]`, "where[1]"},
		{`"orderBy":["action","down"]`, "orderBy[1]"}, {`"orderBy":["action","timestamp"]`, "orderBy[1]"}, {`"orderBy":[["action",null]]`, "orderBy[0][1]"},
		// values
		{`"where":["action","=",true]`, "where[2]"}, {`"where":["action","=",null]`, "where[2]"}, {`"where":["action","=",["x"]]`, "where[2]"},
		{`"where":["action",">",{}]`, "where[2]"}, {`"where":["action","like",null]`, "where[2]"}, {`"whereNot":[["action",false]]`, "whereNot[0][1]"},
		{`"where":["action",">",1e400]`, "where[2]"}, {`"where":["action","=",1e400]`, "where[2]"},
		{`"where":[["timestamp","=",1.5]]`, "where[0][2]"}, {`"where":["timestamp","=","1.5"]`, "where[2]"}, {`"where":["timestamp",">","1e9"]`, "where[2]"},
		{`"where":["timestamp","<","2026-04-22"]`, "where[2]"}, {`"where":["timestamp","=",253402300800]`, "where[2]"}, {`"whereNot":["timestamp",true]`, "whereNot[1]"},
		{`"where":["timestamp","like",null]`, "where[2]"},
		// lists and ranges
		{`"whereIn":["action","x"]`, "whereIn[1]"}, {`"whereIn":["action",null]`, "whereIn[1]"}, {`"whereNotIn":["action",{}]`, "whereNotIn[1]"},
		{`"whereIn":[["timestamp",[1,2,"x",null]]]`, "whereIn[0][1][2]"}, {`"whereIn":["action",["a",[]]]`, "whereIn[1][1]"},
		{`"whereBetween":["action",["a"]]`, "whereBetween[1]"}, {`"whereBetween":["action",["a","b","c"]]`, "whereBetween[1]"}, {`"whereBetween":["action",[]]`, "whereBetween[1]"},
		{`"whereBetween":["action","a","b"]`, "whereBetween"}, {`"whereBetween":["action","ab"]`, "whereBetween[1]"},
		{`"whereNotBetween":[["timestamp",[1,"x"]]]`, "whereNotBetween[0][1][1]"}, {`"whereBetween":["action",[null,"b"]]`, "whereBetween[1][0]"},
		// patterns
		{`"where":["detail","regexp","("]`, "where[2]"}, {`"where":["detail","not regexp","(?=x)"]`, "where[2]"}, {`"where":["timestamp","regexp","*"]`, "where[2]"},
		{`"where":["detail","like","` + strings.Repeat("é", 2049) + `"]`, "where[2]"},
		// the first of several
		{`"where":[["actor","=",1],5]`, "where[0]"}, {`"where":[` + good + `,["action","~",null]]`, "where[1][1]"}, {`"whereIn":[["timestamp",["x"]],["x",[]]]`, "whereIn[0][1][0]"},
		// bounds of 2.6
		{`"where":[` + strings.Repeat(good+",", 64) + good + `]`, "where[64]"},
		{`"where":[` + strings.Repeat(good+",", 63) + good + `],"whereNot":["action","x"]`, "whereNot"},
		{`"whereIn":["action",[` + strings.Repeat("1,", 10000) + `1]]`, "whereIn[1]"},
		{`"orderBy":[` + strings.Repeat(`["action"],`, 16) + `["action"]]`, "orderBy[16]"},
	} {
		checkFault(t, o, "GetLogsByFilter", `{"limit":1,"offset":0,`+tt.members+`}`, tt.path)
	}
}

func TestGetLogsFaults(t *testing.T) {
	t.Parallel()
	o := openFiles(t, exampleFiles())
	for _, tt := range []struct{ params, path string }{
		{`{}`, "from"}, {`{"from":1}`, "to"}, {`{"from":1,"to":2}`, "limit"}, {`{"from":1,"to":2,"limit":1}`, "offset"},
		{`{"from":"2026-04-22","to":2,"limit":1,"offset":0}`, "from"}, {`{"from":1,"to":1.5,"limit":1,"offset":0}`, "to"}, {`{"from":null,"to":2,"limit":1,"offset":0}`, "from"},
		{`{"from":1,"to":2,"limit":1,"offset":0,"where":[]}`, "where"}, {`{"from":1,"to":2,"limit":1,"offset":0,"timestamp":1}`, "timestamp"},
		{`{"from":1,"to":2,"limit":1,"offset":0,"orderBy":[]}`, "orderBy"}, {`{"from":1,"to":2,"limit":1,"offset":0,"detail":null}`, "detail"},
		{`{"from":1,"to":2,"limit":1,"offset":0,"filter":[],"status":true}`, "status"}, {`{"from":1,"to":2,"limit":1,"offset":0,"filter":{}}`, "filter"},
		{`{"from":1,"to":2,"limit":1,"offset":0,"from":1}`, "from"}, {`{"to":"x","from":"x","limit":-1,"offset":0}`, "from"},
	} {
		checkFault(t, o, "GetLogs", tt.params, tt.path)
	}
}

func TestAcceptedParams(t *testing.T) {
	t.Parallel()
	o := openFiles(t, exampleFiles())
	good := `["action","=","x"]`
	for _, members := range []string{
		`"where":null,"whereNot":[],"whereIn":null,"whereNotIn":[],"whereBetween":null,"whereNotBetween":[],"orderBy":null`,
		`"where":` + good, `"where":[` + good + `]`, `"where": [ ` + good + ` , ` + good + ` ] `, `"whereIn":[["action",[]]]`, `"partial":false`,
		`"where":[` + strings.Repeat(good+",", 63) + good + `]`, `"whereIn":["action",[` + strings.Repeat("1,", 9999) + `1]]`,
		`"orderBy":[` + strings.Repeat(`["action"],`, 15) + `["action","dEsC"]]`, `"where":["detail","like","` + strings.Repeat("x", 4096) + `"]`,
		`"where":["action","NOT REGEXP","a"]`, `"where":["timestamp","like","%"]`, `"where":["timestamp","ilike",1.5]`, `"where":["action","=","\ud800"]`,
		`"whereBetween":["action",[1,"b"]]`, `"whereIn":["timestamp",[1,"2",3.0,"2026-04-22T00:00:00Z"]]`, `"where":["action","=",1e300]`,
	} {
		params := `{"limit":"50000","offset":1e2,` + members + `}`
		if _, err := o.Answer("GetLogsByFilter", json.RawMessage(params)); err != nil {
			t.Errorf("Answer(%.200s): %v", params, err)
		}
	}
	for _, params := range []string{
		`{"limit":0,"offset":0}`, `{"limit":-0,"offset":-0.0}`, `{"limit":50000.0,"offset":"007"}`, `{"limit":5e4,"offset":9223372036854775808}`, ` [ {"limit":1 , "offset": 0 } ] `,
	} {
		if _, err := o.Answer("GetLogsByFilter", json.RawMessage(params)); err != nil {
			t.Errorf("Answer(%s): %v", params, err)
		}
	}
}

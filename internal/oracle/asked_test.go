package oracle

import (
	"encoding/json"
	"testing"
)

// TestRecall asks at the cursor of an earlier state of the journal: pages,
// counts, histogram and top agree on it.
func TestRecall(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeTestFile(t, dir, "audit-2026-04-22.tsv", []byte(lines(22, "a", "b")))
	before := openDir(t, dir)
	writeTestFile(t, dir, "audit-2026-04-22.tsv", []byte(lines(22, "a", "b", "c")))
	after := openDir(t, dir).Recall(map[string]*Oracle{"early": before})
	for method, params := range map[string]string{
		"GetLogsByFilter": `"limit":5,"offset":0`,
		"GetLogHistogram": `"interval":"day"`,
		"GetLogTop":       `"field":"detail"`,
	} {
		for at, want := range map[string]*Oracle{`,"at":"early"`: before, ``: after, `,"at":"` + ownCursor + `"`: after} {
			got, fault := after.Answer(method, json.RawMessage("{"+params+at+"}"))
			if fault != nil {
				t.Fatalf("%s %s%s: %v", method, params, at, fault)
			}
			wanted, fault := want.Answer(method, json.RawMessage("{"+params+"}"))
			if fault != nil {
				t.Fatalf("%s %s: %v", method, params, fault)
			}
			if diff := Diff(wanted, got); diff != "" {
				t.Errorf("%s %s%s (-want +got):\n%s", method, params, at, diff)
			}
		}
		checkFault(t, before, method, "{"+params+`,"at":"early"}`, "at")
	}
	checkFault(t, after, "GetLogs", `{"from":1,"to":2,"limit":1,"offset":0,"at":"early"}`, "at") // 2.2 and 2.3 only
}

// TestAsked sees to it that answers hold what is asked for, and only then.
func TestAsked(t *testing.T) {
	t.Parallel()
	o := openFiles(t, exampleFiles())
	for params, want := range map[string]string{
		`"explain":false,"cursor":false`:               `{"structure":["action","count","percent"],"rows":[],"other":5,"count":5,"total":6}`,
		`"explain":true`:                               `{"structure":["action","count","percent"],"rows":[],"other":5,"count":5,"total":6,"explain":{}}`,
		`"cursor":true`:                                `{"structure":["action","count","percent"],"rows":[],"other":5,"count":5,"total":6,"cursor":"as read"}`,
		`"cursor":true,"at":"as read"`:                 `{"structure":["action","count","percent"],"rows":[],"other":5,"count":5,"total":6,"cursor":"as read"}`,
		`"at":"as read","explain":true,"partial":true`: `{"structure":["action","count","percent"],"rows":[],"other":5,"count":5,"total":6,"explain":{}}`,
	} {
		got, fault := o.Answer("GetLogTop", json.RawMessage(`{"field":"action","limit":0,`+params+`}`))
		if fault != nil || string(got) != want {
			t.Errorf("%s is answered %s, %v, want %s", params, got, fault, want)
		}
	}
}

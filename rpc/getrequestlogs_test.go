package rpc

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"daybook/auth"
	"daybook/filter"
	"daybook/logstore"
	"daybook/requestlog"

	"github.com/google/go-cmp/cmp"
)

// requestLines are a day of a request journal.
const requestLines = `{"id":1,"user":{"id":7,"username":"ann"},"ip":"203.0.113.7","is_bot":false,"endpoint":"rpc:GetLogs","status_code":200,"duration":"0.012345","created_at":"2026-04-22T10:00:00.000001Z"}
{"id":2,"user":null,"ip":"198.51.100.9","is_bot":true,"endpoint":"é'","status_code":500,"exception_type":"ERROR","duration":1.5,"created_at":"2026-04-22T10:00:00.000002Z","body":{"a":1}}
no record
{"id":3,"created_at":"2026-04-22T12:30:00Z"}
`

// requestMethods returns the methods of a server with a request journal of these
// lines.
func requestMethods(t *testing.T) []Method {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "requests-2026-04-22.jsonl"), []byte(requestLines), 0o644); err != nil {
		t.Fatal(err)
	}
	s, err := logstore.Open(logstore.Options{
		Dir: dir, DataDir: t.TempDir(), Pattern: "requests-{date}.jsonl", Schema: requestlog.Schema(), Format: requestlog.Format(),
		Now: func() time.Time { return time.Date(2026, 4, 22, 13, 0, 0, 0, time.UTC) }, Index: logstore.IndexOff, Follow: logstore.FollowOff,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	columns := []filter.Field{requestlog.ID, requestlog.UserName, requestlog.IsBot, requestlog.Endpoint, requestlog.StatusCode, requestlog.Duration, requestlog.CreatedAt}
	return Methods(&fakeStore{}, nil, Limits{}, filter.Limits{}, RequestJournal{Store: s, Schema: requestlog.Schema(), Columns: columns})
}

// requestTests are calls, and their answers but for what all have.
var requestTests = []struct{ method, params, want string }{
	{"GetRequestLogs", `{"limit":10,"offset":0}`,
		`[[3,null,null,null,null,null,"2026-04-22T12:30:00.000000Z"],` +
			`[2,null,true,"é'",500,"1.500000","2026-04-22T10:00:00.000002Z"],` +
			`[1,"ann",false,"rpc:GetLogs",200,"0.012345","2026-04-22T10:00:00.000001Z"]],"count":3,"total":4}`},
	{"GetRequestLogs", `{"limit":10,"offset":0,"where":["duration",">=",1.5]}`,
		`[[2,null,true,"é'",500,"1.500000","2026-04-22T10:00:00.000002Z"]],"count":1,"total":4}`},
	{"GetRequestLogs", `{"limit":1,"offset":1,"whereNot":["status_code","500"],"orderBy":["duration"]}`,
		`[[1,"ann",false,"rpc:GetLogs",200,"0.012345","2026-04-22T10:00:00.000001Z"]],"count":2,"total":4}`},
	{"GetRequestLogs", `{"limit":1,"offset":0,"where":[["has_body","=",true],["is_bot","=","TRUE"]],"whereBetween":["created_at",["2026-04-22T10:00:00.000002Z","2026-04-22T11:00:00Z"]]}`,
		`[[2,null,true,"é'",500,"1.500000","2026-04-22T10:00:00.000002Z"]],"count":1,"total":4}`},
	{"GetLogTop", `{"journal":"requests","field":"status_code"}`, `[[200,1,33.33],[500,1,33.33],[null,1,33.33]],"other":0,"count":3,"total":4}`},
	{"GetLogTop", `{"journal":"requests","field":"is_bot","limit":1}`, `[[false,1,33.33]],"other":2,"count":3,"total":4}`},
	{"GetLogTop", `{"journal":"requests","field":"created_at","limit":1,"where":["id","=",3]}`, `[["2026-04-22T12:30:00.000000Z",1,100]],"other":0,"count":1,"total":4}`},
	{"GetLogHistogram", `{"journal":"requests","interval":"hour","by":"status_code","whereBetween":["created_at",["2026-04-22T10:00:00Z","2026-04-22T12:59:59Z"]]}`,
		`[[1776852000,1,1,0,2],[1776855600,0,0,0,0],[1776859200,0,0,1,1]],"count":3,"total":4}`},
}

// What is asked of the journal of requests, and what is answered, is as the
// document says.
func TestRequestJournalMethods(t *testing.T) {
	t.Parallel()
	methods := requestMethods(t)
	named := func(name string) Method {
		return methods[slices.IndexFunc(methods, func(m Method) bool { return m.Name == name })]
	}
	text, err := run(named("rpc.discover"), `{}`, &Caller{})
	if err != nil {
		t.Fatal(err)
	}
	c := contractOf(t, []byte(text))
	manager := &Caller{Principal: auth.Principal{Session: auth.SessionManager}}
	for _, tt := range requestTests {
		got, err := run(named(tt.method), tt.params, manager)
		if err != nil {
			t.Errorf("%s(%s): %v", tt.method, tt.params, err)
			continue
		}
		_, rows, _ := strings.Cut(got, `"rows":`)
		if diff := cmp.Diff(tt.want, rows); diff != "" {
			t.Errorf("%s(%s) mismatch (-want +got):\n%s", tt.method, tt.params, diff)
		}
		if err := validate(c.methods[tt.method].params, []byte(tt.params)); err != nil {
			t.Errorf("%s: the document refuses the params %s: %v", tt.method, tt.params, err)
		}
		if err := validate(c.methods[tt.method].result, []byte(got)); err != nil {
			t.Errorf("%s: the document refuses the answer %s: %v", tt.method, got, err)
		}
	}
	got, err := run(named("GetRequestLogs"), `{"limit":1,"offset":1}`, &Caller{Encoding: ASCII})
	if err != nil || !strings.Contains(got, `\u00e9\u0027`) {
		t.Errorf("in ASCII: %s, %v", got, err)
	}
	dealer := &Caller{Principal: auth.Principal{Session: auth.SessionDealer}}
	var refused *Error
	if _, err := run(named("GetLogTop"), `{"journal":"requests","field":"id"}`, dealer); !errors.As(err, &refused) || refused.Code != CodeNoRights {
		t.Errorf("a dealer asks for counts of requests: %v, want code %d", err, CodeNoRights)
	}
	if named("GetRequestLogs").Action != auth.ReadRequestLogs {
		t.Error("GetRequestLogs is for others than may read request logs")
	}
}

func TestRequestJournalFaults(t *testing.T) {
	t.Parallel()
	methods := requestMethods(t)
	for _, tt := range []struct{ method, params, param, reason string }{
		{"GetRequestLogs", `{"limit":1,"offset":0,"where":["actor_id","=","x"]}`, "where[0]", `unknown field "actor_id"`},
		{"GetRequestLogs", `{"limit":1,"offset":0,"from":1}`, "from", "use whereBetween with created_at"},
		{"GetRequestLogs", `{"limit":1,"offset":0,"where":["status_code","=","x"]}`, "where[2]", `"x" is no whole number`},
		{"GetRequestLogs", `{"limit":1,"offset":0,"journal":"requests"}`, "journal", "unknown param"},
		{"GetLogTop", `{"journal":"other","field":"status"}`, "journal", `must be "audit" or "requests"`},
		{"GetLogTop", `{"field":"status_code"}`, "field", `unknown field "status_code"`},
		{"GetLogHistogram", `{"journal":"requests","interval":"day","by":"created_at"}`, "by", "cannot be created_at"},
	} {
		m := methods[slices.IndexFunc(methods, func(m Method) bool { return m.Name == tt.method })]
		_, err := m.Decode([]byte(tt.params))
		var fault *filter.ParamError
		if !errors.As(err, &fault) || fault.Param != tt.param || !strings.Contains(fault.Reason, tt.reason) {
			t.Errorf("%s(%s): %v, want %s: %s", tt.method, tt.params, err, tt.param, tt.reason)
		}
	}
}

package acceptance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"daybook/auth"
	"daybook/requestapi"

	"github.com/google/go-cmp/cmp"
)

// TestRequestTwins asks for requests over HTTP and by JSON-RPC: both find the same,
// and show the same values.
func TestRequestTwins(t *testing.T) {
	t.Parallel()
	s := fixtures(t)
	now := func() time.Time { return time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC) }
	list := httptest.NewServer(requestapi.New(requestapi.Options{
		Store:     openRequests(t, now),
		Principal: func(*http.Request) (auth.Principal, error) { return auth.Principal{Session: auth.SessionAdmin}, nil },
	}))
	defer list.Close()
	c := s.overHTTP(s.token)
	found := 0
	for _, tt := range []struct{ query, params string }{
		{"", ``},
		{"ordering=id", `"orderBy":["id"]`},
		{"ordering=-user,duration", `"orderBy":[["user","DESC"],["duration"],["id"]]`},
		{"user=3", `"where":["user","=","3"]`},
		{"user=0", `"where":["has_user","=",false]`},
		{"status_code=200&is_bot=false", `"where":[["status_code","=",200],["is_bot","=",false]]`},
		{"duration_from=0.003&duration_to=25", `"whereBetween":["duration",["0.003",25]]`},
		{"created_from=2026-11-20T23:59:59.999999&scheme=https", `"where":[["created_at",">=","2026-11-20T23:59:59.999999Z"],["scheme","=","https"]]`},
		{"updated_date=2026-11-20", `"whereBetween":["updated_at",["2026-11-20T00:00:00Z","2026-11-20T23:59:59.999999Z"]]`},
		{"has_body=0&has_response=0", `"where":[["has_body","=",0],["has_response","=","False"]]`},
		{"search=rpc:getlogs", `"where":["endpoint","ilike","%rpc:getlogs%"]`},
	} {
		params := strings.TrimSuffix(`"limit":50,"offset":0,`+tt.params, ",")
		answer, err := c.call([]byte(`{"jsonrpc":"2.0","id":1,"method":"GetRequestLogs","params":{` + params + `}}`))
		if err != nil {
			t.Fatal(err)
		}
		rows := tableRows(t, answer)
		results := listed(t, list.URL+requestapi.ListRoute+"?limit=50&"+strings.ReplaceAll(tt.query, ":", url.QueryEscape(":")))
		if diff := cmp.Diff(results, rows); diff != "" {
			t.Errorf("%s and {%s} mismatch (-list +GetRequestLogs):\n%s", tt.query, params, diff)
		}
		found += len(rows)
	}
	if found < 20 {
		t.Errorf("only %d rows were compared", found)
	}
}

// tableRows returns the rows of an answer, by column, as text.
func tableRows(t *testing.T, answer []byte) []map[string]string {
	t.Helper()
	var got struct {
		Result *struct {
			Structure []string
			Rows      [][]any
		}
	}
	decodeNumbers(t, answer, &got)
	if got.Result == nil {
		t.Fatalf("answer %s", answer)
	}
	var rows []map[string]string
	for _, values := range got.Result.Rows {
		row := map[string]string{}
		for i, value := range values {
			row[got.Result.Structure[i]] = fmt.Sprint(value)
		}
		rows = append(rows, row)
	}
	return rows
}

// listed returns the results of a list, by the names of columns, as text.
func listed(t *testing.T, address string) []map[string]string {
	t.Helper()
	resp, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var body bytes.Buffer
	if _, err := body.ReadFrom(resp.Body); err != nil {
		t.Fatal(err)
	}
	var got struct{ Results []map[string]any }
	decodeNumbers(t, body.Bytes(), &got)
	if got.Results == nil {
		t.Fatalf("GET %s: %s", address, &body)
	}
	var rows []map[string]string
	for _, result := range got.Results {
		row := map[string]string{}
		for name, value := range result {
			row[name] = fmt.Sprint(value)
		}
		user, _ := result["user"].(map[string]any)
		row["user"], row["user.username"], row["user.full_name"] = fmt.Sprint(user["id"]), fmt.Sprint(user["username"]), fmt.Sprint(user["full_name"])
		rows = append(rows, row)
	}
	return rows
}

func decodeNumbers(t *testing.T, text []byte, to any) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(to); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
}

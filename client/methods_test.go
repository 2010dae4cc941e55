package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"daybook/auth"
	"daybook/client"

	"github.com/google/go-cmp/cmp"
)

// schemes are the two ways in which calls travel.
var schemes = []string{"ws", "http"}

// TestMethods calls every method, and holds what comes against the examples of
// the API reference.
func TestMethods(t *testing.T) {
	s := sample(t)
	for _, scheme := range schemes {
		t.Run(scheme, func(t *testing.T) {
			c := ask(t, s, scheme)
			t.Run("GetLogs", func(t *testing.T) { checkGetLogs(t, c) })
			t.Run("GetLogsByFilter", func(t *testing.T) { checkGetLogsByFilter(t, c) })
			t.Run("groups", func(t *testing.T) { checkGroups(t, c) })
			t.Run("rest", func(t *testing.T) { checkRest(t, c) })
		})
	}
}

func checkGetLogs(t *testing.T, c *client.Client) {
	got, err := c.GetLogs(t.Context(), client.LogsParams{
		From: day(18), To: day(21).Add(-time.Nanosecond), Limit: 3, Status: "ERROR", Detail: "margin",
	})
	if err != nil {
		t.Fatal(err)
	}
	records, err := got.Records()
	if err != nil {
		t.Fatal(err)
	}
	want := []client.Record{
		{time.Date(2026, 11, 20, 23, 15, 49, 0, time.UTC), "CLIENT", "31006", "OpenTrade", "ERROR", "127.0.0.2", "Not enough margin: free 12.50 of 100.00"},
		{time.Date(2026, 11, 20, 21, 19, 52, 0, time.UTC), "SYSTEM", "-", "StopOut", "ERROR", "gateway-fix", "MARGIN level 19.9%, 3 trades closed"},
		{time.Date(2026, 11, 20, 14, 46, 13, 0, time.UTC), "CLIENT", "31006", "OpenTrade", "ERROR", "192.168.7.30", "Not enough margin: free 12.50 of 100.00"},
	}
	if diff := cmp.Diff(want, records); diff != "" || got.Count != 14 {
		t.Errorf("count %d, want 14; records (-want +got):\n%s", got.Count, diff)
	}
}

// day is the beginning of a day of November 2026.
func day(n int) time.Time { return time.Date(2026, 11, n, 0, 0, 0, 0, time.UTC) }

func checkGetLogsByFilter(t *testing.T, c *client.Client) {
	got, err := c.GetLogsByFilter(t.Context(), client.FilterParams{
		Conditions: client.Conditions{
			Where:        []client.Clause{{"actor_type", "=", "MANAGER"}, {"status", "=", "SUCCESS"}},
			WhereBetween: []client.Clause{{"timestamp", []any{day(16), "2026-11-20T23:59:59Z"}}},
			WhereNot:     []client.Clause{{"source", "127.0.0.2"}},
		},
		Extras:  client.Extras{Cursor: true, Explain: true},
		OrderBy: []client.Clause{{"timestamp", "DESC"}},
		Limit:   3,
	})
	if err != nil {
		t.Fatal(err)
	}
	want := [][]any{
		{json.Number("1795189450"), "MANAGER", "12", "UpdateUser", "SUCCESS", "127.0.0.1", `{"login":185932,"leverage":{"old":100,"new":200}}`},
		{json.Number("1795176846"), "MANAGER", "1304", "UpdateUser", "SUCCESS", "2001:db8::17", `{"login":185932,"leverage":{"old":100,"new":200}}`},
		{json.Number("1795161601"), "MANAGER", "1223.0", "AddBalance", "SUCCESS", "10.0.4.17", `unknown \x escape and a last \`},
	}
	if diff := cmp.Diff(want, got.Rows); diff != "" || got.Count != 29 || got.Total != 352 {
		t.Errorf("count %d of %d, want 29 of 352; rows (-want +got):\n%s", got.Count, got.Total, diff)
	}
	if got.Cursor == "" || !strings.Contains(string(got.Explain), `"steps":[`) {
		t.Errorf("cursor %q, explain %s", got.Cursor, got.Explain)
	}
}

func checkGroups(t *testing.T, c *client.Client) {
	histogram, err := c.GetLogHistogram(t.Context(), client.HistogramParams{
		Conditions: client.Conditions{
			Where:        []client.Clause{{"actor_type", "=", "CLIENT"}},
			WhereBetween: []client.Clause{{"timestamp", []any{day(18), day(21).Add(-time.Second)}}},
		},
		Interval: 24 * time.Hour, By: "status",
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&client.HistogramResult{
		Structure: []string{"timestamp", "SUCCESS", "ERROR", "INFO", "WARNING", "total"},
		Rows:      [][]int64{{1794960000, 17, 8, 6, 4, 35}, {1795046400, 16, 7, 5, 6, 34}, {1795132800, 26, 8, 3, 4, 41}},
		Outcome:   client.Outcome{Count: 110, Total: 234},
	}, histogram); diff != "" {
		t.Errorf("GetLogHistogram (-want +got):\n%s", diff)
	}
	limit := int64(3)
	top, err := c.GetLogTop(t.Context(), client.TopParams{
		Conditions: client.Conditions{Where: []client.Clause{{"status", "=", "ERROR"}}}, Field: "source", Limit: &limit,
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&client.TopResult{
		Structure: []string{"source", "count", "percent"},
		Rows:      []client.TopValue{{"10.0.4.17", 14, 19.44}, {"192.168.7.30", 14, 19.44}, {"127.0.0.1", 9, 12.5}},
		Other:     35,
		Outcome:   client.Outcome{Count: 72, Total: 352},
	}, top); diff != "" {
		t.Errorf("GetLogTop (-want +got):\n%s", diff)
	}
	one := int64(1)
	times, err := c.GetLogTop(t.Context(), client.TopParams{Field: "timestamp", Limit: &one})
	if err != nil || len(times.Rows) != 1 || !strings.HasPrefix(fmt.Sprint(times.Rows[0].Value), "179") {
		t.Errorf("GetLogTop of timestamp: %+v, %v", times, err)
	}
	if _, err := c.GetLogHistogram(t.Context(), client.HistogramParams{Interval: 1500 * time.Millisecond}); err == nil {
		t.Error("an interval of 1.5 s passes")
	}
}

func checkRest(t *testing.T, c *client.Client) {
	status, err := c.GetJournalStatus(t.Context(), client.StatusParams{From: day(20), To: day(20)})
	if err != nil || len(status.Days) != 1 || status.Days[0].Day != "2026-11-20" || status.Days[0].Files[0].Lines == 0 || status.Days[0].Files[0].First == nil {
		t.Errorf("GetJournalStatus: %+v, %v", status, err)
	}
	var own *client.Error
	_, err = c.GetJournalStatus(t.Context(), client.StatusParams{Journal: "requests"})
	if !errors.As(err, &own) || own.Code != client.CodeNoMethod || own.Data.Reason != "there is no journal of requests here" {
		t.Errorf("GetJournalStatus of requests, of which there is no journal: %v", err)
	}
	document, err := c.Discover(t.Context())
	if err != nil || !strings.Contains(string(document), `"openrpc"`) {
		t.Errorf("Discover: %.100s, %v", document, err)
	}
	var raw map[string]any
	if err := c.Call(t.Context(), "GetLogsByFilter", map[string]any{"limit": 0, "offset": 0}, &raw); err != nil || raw["total"] != json.Number("352") {
		t.Errorf("Call: %v, %v", raw, err)
	}
	if err := c.Call(t.Context(), "GetLogsByFilter", json.RawMessage("{"), nil); err == nil || !strings.HasPrefix(err.Error(), "params of GetLogsByFilter: ") {
		t.Errorf("Call with params that are no JSON: %v", err)
	}
	batch, err := c.Post(t.Context(), []byte(`[{"jsonrpc":"2.0","id":"a","method":"x"},{"jsonrpc":"2.0","method":"rpc.discover"}]`))
	if err != nil || !strings.HasPrefix(string(batch), `[{"jsonrpc":"2.0","id":"a","error":`) {
		t.Errorf("Post of a batch: %s, %v", batch, err)
	}
}

// TestRequestLogs reads answers about the journal of requests, whose values are of
// more kinds.
func TestRequestLogs(t *testing.T) {
	answers := map[string]string{
		"GetRequestLogs":  `{"structure":["id","is_bot","status_code"],"rows":[[2,false,null],[1,true,200]],"count":2,"total":2}`,
		"GetLogTop":       `{"structure":["status_code","count","percent"],"rows":[[200,1,50],[null,1,50]],"other":0,"count":2,"total":2}`,
		"GetLogHistogram": `{"structure":["timestamp","200",null,"total"],"rows":[[1776852000,1,1,2]],"count":2,"total":2}`,
	}
	h := newHostile(t, func(p *peer) {
		for m := p.next(); m.Method != ""; m = p.next() {
			p.send(`{"jsonrpc":"2.0","id":%d,"result":%s}`, m.ID, answers[m.Method])
		}
	})
	c := dial(t, h.address(), client.Options{})
	list, err := c.GetRequestLogs(t.Context(), client.FilterParams{Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]any{{json.Number("2"), false, nil}, {json.Number("1"), true, json.Number("200")}}, list.Rows); diff != "" {
		t.Errorf("GetRequestLogs (-want +got):\n%s", diff)
	}
	top, err := c.GetLogTop(t.Context(), client.TopParams{Journal: "requests", Field: "status_code"})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]client.TopValue{{json.Number("200"), 1, 50}, {nil, 1, 50}}, top.Rows); diff != "" {
		t.Errorf("GetLogTop (-want +got):\n%s", diff)
	}
	histogram, err := c.GetLogHistogram(t.Context(), client.HistogramParams{Journal: "requests", Interval: time.Hour, By: "status_code"})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"timestamp", "200", "", "total"}, histogram.Structure); diff != "" {
		t.Errorf("GetLogHistogram (-want +got):\n%s", diff)
	}
}

// TestErrors wants every kind of refusal as a typed error.
func TestErrors(t *testing.T) {
	s := sample(t)
	user, err := s.NewToken("user", auth.SessionUser, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	for _, scheme := range schemes {
		for _, tt := range []struct {
			name   string
			token  string
			params client.FilterParams
			is     error
			want   client.Error
		}{
			{"params", s.Token, client.FilterParams{Conditions: client.Conditions{Where: []client.Clause{{"status", "=", "x"}, {"actor", "=", "x"}}}}, client.ErrBadParams,
				client.Error{Code: client.CodeBadParams, Message: `where[1]: unknown field "actor"`, Data: client.ErrorData{
					Param: "where[1]", Reason: `unknown field "actor"`,
					Allowed: []string{"timestamp", "actor_type", "actor_id", "action", "status", "source", "detail"}}}},
			{"cursor", s.Token, client.FilterParams{Extras: client.Extras{At: "x"}}, client.ErrBadParams,
				client.Error{Code: client.CodeBadParams, Message: "at: is no cursor", Data: client.ErrorData{Param: "at", Reason: "is no cursor"}}},
			{"rights", user, client.FilterParams{}, client.ErrNoRights,
				client.Error{Code: client.CodeNoRights, Data: client.ErrorData{Name: "NOT_ENOUGH_RIGHTS"}}},
			{"no token", "", client.FilterParams{}, client.ErrNoToken,
				client.Error{Code: client.CodeNoToken, Data: client.ErrorData{Name: "PERMISSION_DENIED"}}},
			{"bad token", "dbk_secret", client.FilterParams{}, client.ErrNoToken,
				client.Error{Code: client.CodeNoToken, Data: client.ErrorData{Name: "PERMISSION_DENIED"}}},
		} {
			t.Run(scheme+" "+tt.name, func(t *testing.T) {
				c := dial(t, scheme+"://"+s.Addr, client.Options{Token: client.StaticToken(tt.token)})
				_, err := c.GetLogsByFilter(t.Context(), tt.params)
				var got *client.Error
				if !errors.As(err, &got) || !errors.Is(err, tt.is) || errors.Is(err, client.ErrTooLarge) {
					t.Fatalf("error %v", err)
				}
				if got.Data.Raw == nil {
					t.Error("Data.Raw is nil")
				}
				got.Data.Raw = nil
				if tt.want.Message == "" {
					got.Message = ""
				}
				if diff := cmp.Diff(&tt.want, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				if text := fmt.Sprintf("%v %+v %#v", err, err, err); tt.token != "" && strings.Contains(text, tt.token) {
					t.Errorf("the error holds the token: %s", text)
				}
			})
		}
	}
}

// TestAuthenticate binds a token to a client that had none, and keeps it over
// connections.
func TestAuthenticate(t *testing.T) {
	s := sample(t)
	for _, scheme := range schemes {
		c := dial(t, scheme+"://"+s.Addr, client.Options{Patience: hangs})
		if _, err := c.Authenticate(t.Context(), "dbk_bad"); !errors.Is(err, client.ErrNoToken) {
			t.Errorf("%s: a bad token: %v", scheme, err)
		}
		if _, err := c.GetLogsByFilter(t.Context(), client.FilterParams{}); !errors.Is(err, client.ErrNoToken) {
			t.Errorf("%s: after a bad token: %v", scheme, err)
		}
		got, err := c.Authenticate(t.Context(), s.Token)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(&client.Session{Session: "SESSION_MANAGER", Name: "manager"}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", scheme, diff)
		}
		if _, err := c.GetLogsByFilter(t.Context(), client.FilterParams{}); err != nil {
			t.Errorf("%s: %v", scheme, err)
		}
		if err := errors.Join(s.Pause(), s.Resume()); err != nil {
			t.Fatal(err)
		}
		if _, err := c.GetLogsByFilter(t.Context(), client.FilterParams{}); err != nil {
			t.Errorf("%s: after a restart: %v", scheme, err)
		}
	}
}

// TestTokenRenewed revokes the token of a connection whose client knows another.
func TestTokenRenewed(t *testing.T) {
	s := sample(t)
	tokens := make(map[string]string)
	for _, name := range []string{"first", "second"} {
		token, err := s.NewToken(name, auth.SessionDealer, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		tokens[name] = token
	}
	name := "first"
	c := dial(t, "ws://"+s.Addr, client.Options{Token: func(context.Context) (string, error) { return tokens[name], nil }})
	if _, err := c.GetLogsByFilter(t.Context(), client.FilterParams{}); err != nil {
		t.Fatal(err)
	}
	if err := s.Revoke("first"); err != nil {
		t.Fatal(err)
	}
	refused := func() bool {
		_, err := c.GetLogsByFilter(t.Context(), client.FilterParams{})
		return errors.Is(err, client.ErrNoToken)
	}
	if !settles(refused) {
		t.Fatal("a revoked token passes")
	}
	name = "second"
	if _, err := c.GetLogsByFilter(t.Context(), client.FilterParams{}); err != nil {
		t.Errorf("with another token: %v", err)
	}
}

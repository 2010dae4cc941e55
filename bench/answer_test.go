package main

import (
	"strings"
	"testing"
)

func TestCheck(t *testing.T) {
	newest := []string{"CLIENT", "1", "Login", "SUCCESS", "10.0.0.1", "a\tb"}
	e := &expectation{count: 3, total: 9, time: 1776855600, newest: newest}
	filter := &query{method: "GetLogsByFilter", limit: 1}
	field := &query{method: "GetLogs", limit: 1}
	ordered := &query{method: "GetLogsByFilter", limit: 50, offset: 2, ordered: true}
	beyond := &query{method: "GetLogsByFilter", limit: 50, offset: 3}
	const row = `"CLIENT","1","Login","SUCCESS","10.0.0.1","a\tb"]`
	for _, tt := range []struct {
		q    *query
		body string
		want string // in the error; "" for none
	}{
		{filter, `{"result":{"rows":[[1776855600,` + row + `],"count":3,"total":9}}`, ""},
		{field, `{"result":{"rows":[["2026-04-22T11:00:00Z",` + row + `],"count":3}}`, ""},
		{ordered, `{"result":{"rows":[["any"]],"count":3,"total":9}}`, ""},
		{beyond, `{"result":{"rows":[],"count":3,"total":9}}`, ""},
		{filter, `{"result":{"rows":[[1776855600,` + row + `],"count":4,"total":9}}`, "count 4, want 3"},
		{filter, `{"result":{"rows":[[1776855600,` + row + `],"count":3,"total":8}}`, "total differs from 9"},
		{filter, `{"result":{"rows":[[1776855600,` + row + `],"count":3}}`, "total differs from 9"},
		{filter, `{"result":{"rows":[],"count":3,"total":9}}`, "0 rows, want 1"},
		{filter, `{"result":{"rows":[[1776855599,` + row + `],"count":3,"total":9}}`, "first row"},
		{field, `{"result":{"rows":[[1776855600,` + row + `],"count":3}}`, "first row"},
		{filter, `{"error":{"code":-32602}}`, `error {"code":-32602}`},
		{filter, `oops`, "invalid character"},
	} {
		err := check([]byte(tt.body), tt.q, e)
		if got := errorText(err); tt.want == "" && err != nil || !strings.Contains(got, tt.want) {
			t.Errorf("check(%s, %s) = %q, want %q", tt.body, tt.q.method, got, tt.want)
		}
	}
}

// errorText returns the text of an error; "" for none.
func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

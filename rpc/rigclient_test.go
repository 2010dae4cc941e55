package rpc_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// post sends body over HTTP with the given header lines ("Name: value"); a
// line without a value takes the header away.
func (r *rig) post(body string, header ...string) (status int, answer string) {
	r.t.Helper()
	resp := r.do(http.MethodPost, body, header...)
	return resp.StatusCode, resp.text
}

// An httpAnswer is a response and its body.
type httpAnswer struct {
	*http.Response
	text string
}

// do is post with any HTTP method.
func (r *rig) do(method, body string, header ...string) httpAnswer {
	r.t.Helper()
	req, err := http.NewRequest(method, r.web.URL+"/rpc", strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	setHeader(req.Header, header)
	resp, err := r.web.Client().Do(req)
	if err != nil {
		r.t.Fatalf("%s %.100s: %v", method, body, err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Fatalf("%s %.100s: read answer: %v", method, body, err)
	}
	return httpAnswer{resp, string(text)}
}

func setHeader(h http.Header, lines []string) {
	for _, line := range lines {
		name, value, _ := strings.Cut(line, ": ")
		if value == "" {
			h.Del(strings.TrimSuffix(name, ":"))
			continue
		}
		h.Add(name, value)
	}
}

// request returns the text of a request.
func request(id, method, params string) string {
	if params == "" {
		return fmt.Sprintf(`{"jsonrpc":"2.0","method":%q,"id":%s}`, method, id)
	}
	return fmt.Sprintf(`{"jsonrpc":"2.0","method":%q,"params":%s,"id":%s}`, method, params, id)
}

// result returns the text of a response.
func result(id, value string) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":%s}`, id, value)
}

// A reading is a response, read for the parts that tests look at.
type reading struct {
	ID    json.RawMessage `json:"id"`
	Error *struct {
		Code    int             `json:"code"`
		Message string          `json:"message"`
		Data    json.RawMessage `json:"data"`
	} `json:"error"`
	Result json.RawMessage `json:"result"`
}

// code returns the error's code, 0 for a result.
func (r reading) code() int {
	if r.Error == nil {
		return 0
	}
	return r.Error.Code
}

// read reads one response.
func read(t *testing.T, text string) reading {
	t.Helper()
	var r reading
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		t.Fatalf("answer %.200q: %v", text, err)
	}
	return r
}

// readAll reads the array of responses to a batch.
func readAll(t *testing.T, text string) []reading {
	t.Helper()
	var all []reading
	if err := json.Unmarshal([]byte(text), &all); err != nil {
		t.Fatalf("answer %.200q: %v", text, err)
	}
	return all
}

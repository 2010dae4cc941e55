package main

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"daybook/bench/peer"
	"daybook/bench/workload"

	"github.com/google/go-cmp/cmp"
)

func TestDecodeAnswer(t *testing.T) {
	page, perDay, top := &workload.Query{}, &workload.Query{Shape: workload.PerDay}, &workload.Query{Shape: workload.Top}
	for _, tt := range []struct {
		q    *workload.Query
		body string
		want *peer.Answer // nil for an error
	}{
		{
			page, `{"result":{"rows":[[1776855600,"CLIENT","1","Login","SUCCESS","10.0.0.1","x"]],"count":3,"total":9}}`,
			&peer.Answer{Count: 3, Total: 9, Rows: [][]string{{"2026-04-22T11:00:00Z", "CLIENT", "1", "Login", "SUCCESS", "10.0.0.1", "x"}}},
		},
		{
			page, `{"result":{"rows":[["2026-04-22T11:00:00Z","CLIENT","1","Login","SUCCESS","10.0.0.1","x"]],"count":3}}`,
			&peer.Answer{Count: 3, Total: peer.Untold, Rows: [][]string{{"2026-04-22T11:00:00Z", "CLIENT", "1", "Login", "SUCCESS", "10.0.0.1", "x"}}},
		},
		{
			perDay, `{"result":{"structure":["timestamp","CLIENT","MANAGER","total"],"rows":[[1776816000,5,0,5],[1776902400,1,2,3]],"count":8,"total":9}}`,
			&peer.Answer{Count: 8, Total: 9, Rows: [][]string{{"2026-04-22", "CLIENT", "5"}, {"2026-04-23", "CLIENT", "1"}, {"2026-04-23", "MANAGER", "2"}}},
		},
		{
			top, `{"result":{"structure":["source","count","percent"],"rows":[["10.0.0.1",5,62.5]],"other":3,"count":8,"total":9}}`,
			&peer.Answer{Count: 8, Total: 9, Rows: [][]string{{"10.0.0.1", "5"}}},
		},
		{page, `{"result":{"rows":[[1776855600]],"count":1,"total":1}}`, nil},
		{page, `{"result":{"rows":[[1.5,"","","","","",""]],"count":1,"total":1}}`, nil},
		{perDay, `{"result":{"structure":["timestamp","total"],"rows":[["2026-04-22",1]],"count":1,"total":1}}`, nil},
		{perDay, `{"result":{"structure":["timestamp","total"],"rows":[[1776816000,1,2]],"count":1,"total":1}}`, nil},
		{page, `{"error":{"code":-32602,"message":"no"}}`, nil},
		{page, `oops`, nil},
	} {
		a, err := decodeAnswer([]byte(tt.body), tt.q)
		if diff := cmp.Diff(tt.want, a); diff != "" || (err == nil) != (tt.want != nil) {
			t.Errorf("decodeAnswer(%s) = %v, mismatch (-want +got):\n%s", tt.body, err, diff)
		}
	}
	if _, err := decodeAnswer([]byte(`{"error":{"code":-32601,"message":"no such method"}}`), page); !errors.Is(err, errNotServed) {
		t.Errorf("an unknown method is %v, want errNotServed", err)
	}
}

// serveHTTP returns a server that answers with a handler.
func serveHTTP(t *testing.T, handler http.HandlerFunc) *server {
	t.Helper()
	h := httptest.NewServer(handler)
	t.Cleanup(h.Close)
	return &server{url: h.URL + "/rpc", token: "secret", client: h.Client()}
}

func TestConnection(t *testing.T) {
	var remotes []string
	s := serveHTTP(t, func(w http.ResponseWriter, r *http.Request) {
		remotes = append(remotes, r.RemoteAddr)
		if r.Method != http.MethodPost || r.URL.Path != "/rpc" || r.Header.Get("Authorization") != "Bearer secret" {
			t.Errorf("request is %s %s with %v", r.Method, r.URL, r.Header)
		}
		message := new(strings.Builder)
		if _, err := io.Copy(message, r.Body); err != nil {
			t.Error(err)
		}
		if message.String() == "refuse" {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		w.Write([]byte("answer to " + message.String()))
	})
	c, err := connect(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	for _, message := range []string{"one", "another one"} {
		body, took, err := c.ask([]byte(message))
		if err != nil || string(body) != "answer to "+message || took <= 0 {
			t.Errorf("ask(%s) = %q, %v, %v", message, body, took, err)
		}
	}
	if _, _, err := c.ask([]byte("refuse")); err == nil || !strings.Contains(err.Error(), "503") {
		t.Errorf("ask = %v for an answer with status 503", err)
	}
	if len(remotes) != 3 || remotes[0] != remotes[1] || remotes[1] != remotes[2] {
		t.Errorf("requests come from %v, want one connection", remotes)
	}
	if err := c.close(); err != nil {
		t.Error(err)
	}
}

func TestDrive(t *testing.T) {
	s := serveHTTP(t, func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(`{"result":1}`)) })
	l, err := drive(t.Context(), s, 4, 20*time.Millisecond, [][]byte{[]byte("a"), []byte("b")})
	if err != nil {
		t.Fatal(err)
	}
	if l.Answers < 4 || l.Connections != 4 || l.Rate <= 0 || l.Median <= 0 || l.P99 < l.Median {
		t.Errorf("drive = %+v", l)
	}
	s = serveHTTP(t, func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(`{"error":1}`)) })
	if l, err := drive(t.Context(), s, 4, 20*time.Millisecond, [][]byte{[]byte("a")}); err == nil {
		t.Errorf("drive = %+v where every answer is an error", l)
	}
}

func TestHeap(t *testing.T) {
	s := serveHTTP(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/metrics" {
			t.Errorf("asks for %s", r.URL)
		}
		w.Write([]byte("# TYPE x gauge\ngo_memstats_heap_inuse_bytes 1.5728640e+07\n"))
	})
	if size, err := s.heap(t.Context()); err != nil || size != 15<<20 {
		t.Errorf("heap = %d, %v, want %d", size, err, 15<<20)
	}
	if size, err := heapIn([]byte("something_else 1\n")); err != nil || size != 0 {
		t.Errorf("heapIn = %d, %v without the figure, want 0", size, err)
	}
}

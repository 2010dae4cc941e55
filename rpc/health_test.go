package rpc

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"daybook/logstore"

	"github.com/google/go-cmp/cmp"
)

func TestProbes(t *testing.T) {
	t.Parallel()
	good := &fakeStore{res: &logstore.Result{}}
	ready := Readyz(StoreReady(good), Check{"draining", func(context.Context) error { return nil }})
	broken := Readyz(
		StoreReady(&fakeStore{err: &logstore.ReadError{File: "secret.tsv", Reason: "secret"}}),
		Check{"fine", func(context.Context) error { return nil }},
		Check{"draining", func(context.Context) error { return errors.New("secret") }},
	)
	type answer struct {
		Status int
		Allow  string
		Body   string
	}
	for _, tt := range []struct {
		name    string
		handler http.Handler
		method  string
		want    answer
	}{
		{"healthz", Healthz(), "GET", answer{200, "", "{\"status\":\"ok\"}\n"}},
		{"healthz", Healthz(), "POST", answer{405, "GET, HEAD", "method not allowed\n"}},
		{"readyz", ready, "GET", answer{200, "", "{\"status\":\"ok\"}\n"}},
		{"readyz", ready, "HEAD", answer{200, "", "{\"status\":\"ok\"}\n"}},
		{"readyz broken", broken, "GET", answer{503, "", "{\"status\":\"unavailable\",\"failing\":[\"store\",\"draining\"]}\n"}},
	} {
		w := httptest.NewRecorder()
		tt.handler.ServeHTTP(w, httptest.NewRequest(tt.method, "/", nil))
		got := answer{w.Code, w.Header().Get("Allow"), w.Body.String()}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s %s mismatch (-want +got):\n%s", tt.method, tt.name, diff)
		}
	}
	if got := good.last.Query.Bounds(); !got.None {
		t.Errorf("the probe of the store selects files: %+v", got)
	}
}

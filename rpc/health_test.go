package rpc

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"testing/synctest"

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
		{"readyz", broken, "POST", answer{405, "GET, HEAD", "method not allowed\n"}},
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

// TestReadyzShares wants probes at the same time to share one run of the
// checks, which goes on when the first of them leaves.
func TestReadyzShares(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var runs atomic.Int64
		release := make(chan struct{})
		handler := Readyz(Check{"slow", func(ctx context.Context) error {
			runs.Add(1)
			select {
			case <-release:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}})
		first, leave := context.WithCancel(t.Context())
		statuses := make(chan int, 10)
		ask := func(ctx context.Context) {
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, httptest.NewRequestWithContext(ctx, "GET", "/readyz", nil))
			statuses <- w.Code
		}
		go ask(first)
		synctest.Wait()
		for range cap(statuses) - 1 {
			go ask(t.Context())
		}
		synctest.Wait()
		leave()
		synctest.Wait()
		close(release)
		for range cap(statuses) {
			if status := <-statuses; status != http.StatusOK {
				t.Errorf("status %d, want 200", status)
			}
		}
		if n := runs.Load(); n != 1 {
			t.Errorf("the check ran %d times for %d probes, want once", n, cap(statuses))
		}
	})
}

package requestapi_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"

	"daybook/auth"
	"daybook/logstore"
	"daybook/requestapi"
	"daybook/requestlog"

	"github.com/google/go-cmp/cmp"
)

// A waitingStore says when it is asked, and answers when nobody wants it any more.
type waitingStore struct{ asked chan struct{} }

func (s waitingStore) Search(ctx context.Context, _ *logstore.Request) (*logstore.Result, error) {
	close(s.asked)
	<-ctx.Done()
	return nil, ctx.Err()
}

func (s waitingStore) Export(context.Context, *logstore.ExportRequest) (*logstore.Export, error) {
	return nil, errors.New("not asked for")
}

// TestRecordedRequests records requests of the API itself: who asked, which route,
// and what went wrong.
func TestRecordedRequests(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log, err := requestlog.Open(requestlog.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	store := waitingStore{make(chan struct{})}
	api := log.Middleware(requestapi.New(requestapi.Options{Store: store, Principal: func(r *http.Request) (auth.Principal, error) {
		if who, _, ok := r.BasicAuth(); ok && who == "foreign" {
			return auth.Principal{Name: "alice", Session: auth.SessionAdmin}, nil // of a JWT
		}
		return principal(r)
	}}))
	for _, path := range []string{"?status_code=x", "/x", "/1/2"} {
		r := httptest.NewRequest(http.MethodGet, requestapi.ListRoute+path, nil)
		r.Header.Set("Authorization", "Token SESSION_MANAGER")
		api.ServeHTTP(httptest.NewRecorder(), r)
	}
	api.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, requestapi.ListRoute, nil))
	r := httptest.NewRequest(http.MethodOptions, requestapi.ListRoute+"/", nil)
	r.SetBasicAuth("foreign", "")
	api.ServeHTTP(httptest.NewRecorder(), r)
	ctx, leave := context.WithCancel(t.Context())
	go func() {
		<-store.asked
		leave()
	}()
	r = httptest.NewRequestWithContext(ctx, http.MethodGet, requestapi.ListRoute+"/5", nil)
	r.Header.Set("Authorization", "Token SESSION_ADMIN")
	api.ServeHTTP(httptest.NewRecorder(), r)
	unreadable := failingStore{&logstore.ReadError{File: "requests-2026-04-22.jsonl", Reason: "permission denied"}}
	r = httptest.NewRequest(http.MethodGet, requestapi.ListRoute+"/6", nil)
	r.Header.Set("Authorization", "Token SESSION_ADMIN")
	log.Middleware(requestapi.New(requestapi.Options{Store: unreadable, Principal: principal})).ServeHTTP(httptest.NewRecorder(), r)
	cutOff(t, log)
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	const list, single = requestapi.ListRoute, requestapi.RecordRoute
	want := []string{
		"7 ann " + list + " 400 INVALID_DATA",
		"7 ann " + single + " 404 NOT_FOUND",
		"7 ann " + requestapi.Prefix + " 404 NOT_FOUND",
		"- - " + list + " 401 PERMISSION_DENIED",
		"- alice " + list + " 200 -",
		"7 ann " + single + " 499 ERR_CANCEL",
		"7 ann " + single + " 500 ERR_DISK",
		"7 ann " + list + " 200 ERR_CANCEL", // as far as it went
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, recordedIn(t, dir)); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
}

// cutOff asks for an export that is broken off.
func cutOff(t *testing.T, log *requestlog.Log) {
	t.Helper()
	r := newRig(t, randomDays(rand.New(rand.NewPCG(17, 18)), 400), nil)
	var asked atomic.Int64
	web := httptest.NewServer(log.Middleware(requestapi.New(requestapi.Options{Store: r.store, Principal: func(r *http.Request) (auth.Principal, error) {
		if asked.Add(1) > 1 {
			return auth.Principal{}, auth.ErrRevokedToken
		}
		return principal(r)
	}})))
	defer web.Close()
	resp := r.ask(t, http.MethodGet, web.URL+requestapi.ListRoute+"?format=csv", nil)
	if _, err := io.ReadAll(resp.Body); err == nil {
		t.Error("an export is whole that should have been broken off")
	}
}

// recordedIn returns the records in a folder in short, sorted.
func recordedIn(t *testing.T, dir string) (short []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files { // two at midnight
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range bytes.Lines(text) {
			r, err := requestlog.ParseLine(line)
			if err != nil {
				t.Fatal(err)
			}
			id, name, exception := "-", "-", "-"
			if r.User != nil {
				name = r.User.Username
				if r.User.ID != nil {
					id = fmt.Sprint(*r.User.ID)
				}
			}
			if r.ExceptionType != nil {
				exception = *r.ExceptionType
			}
			short = append(short, fmt.Sprint(id, " ", name, " ", *r.Endpoint, " ", *r.StatusCode, " ", exception))
		}
	}
	slices.Sort(short)
	return short
}

package requestlog_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"daybook/filter"
	"daybook/logstore"
	"daybook/requestlog"
)

// TestWrittenIsRead searches what a log has written: every line is a record, and
// is found by what the request was.
func TestWrittenIsRead(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "requests")
	log, err := requestlog.Open(requestlog.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	h := log.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/x" {
			requestlog.SetUser(r.Context(), &requestlog.User{Username: "desk"})
			requestlog.SetError(r.Context(), "TEAPOT", "short\nand \"stout\"")
			w.WriteHeader(http.StatusTeapot)
		}
	}))
	const records = 20
	for i := range records {
		r := httptest.NewRequest("POST", "/"+strings.Repeat("x", i%3), strings.NewReader("body"))
		h.ServeHTTP(httptest.NewRecorder(), r)
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	store, err := logstore.Open(logstore.Options{
		Dir: dir, DataDir: t.TempDir(), Pattern: "requests-{date}.jsonl", Schema: requestlog.Schema(), Format: requestlog.Format(), Follow: logstore.FollowOff, Index: logstore.IndexOff,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	for where, want := range map[string]int64{
		`["status_code","=",418]`:                    7,
		`["status_code","=",200]`:                    13,
		`["endpoint","=","/x"]`:                      7,
		`["exception_type","=","TEAPOT"]`:            7,
		`["user.username","=","desk"]`:               7,
		`["duration",">=",0]`:                        records,
		`["method","=","POST"]`:                      records,
		`["created_at",">=","2026-01-01T00:00:00Z"]`: records,
	} {
		params, err := filter.ParseParams([]byte(`{"limit":0,"offset":0,"where":` + where + `}`))
		if err != nil {
			t.Fatal(err)
		}
		query, err := filter.Decode(requestlog.Schema(), params, 1)
		if err != nil {
			t.Fatalf("%s: %v", where, err)
		}
		found, err := store.Search(t.Context(), &logstore.Request{Query: query, Render: func(dst []byte, _ *logstore.Row) []byte { return dst }})
		if err != nil {
			t.Fatal(err)
		}
		if found.Count != want || found.Total != records {
			t.Errorf("%s: %d of %d records, want %d of %d", where, found.Count, found.Total, want, records)
		}
	}
	if malformed := store.Stats().Malformed; malformed > 0 {
		t.Errorf("%d lines are no records", malformed)
	}
}

// TestPatient opens a log in a folder that can't be made, which is made later.
func TestPatient(t *testing.T) {
	t.Parallel()
	parent := filepath.Join(t.TempDir(), "data")
	if err := os.WriteFile(parent, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(parent, "requests")
	if _, err := requestlog.Open(requestlog.Options{Dir: dir}); err == nil || !strings.HasPrefix(err.Error(), "open request log: ") {
		t.Errorf("Open = %v", err)
	}
	reported := make(chan error, 100)
	log, err := requestlog.Open(requestlog.Options{Dir: dir, Patient: true, Report: func(err error) { reported <- err }})
	if err != nil {
		t.Fatal(err)
	}
	if !log.Add(&requestlog.Entry{Started: time.Now()}) {
		t.Error("a record is dropped at once")
	}
	for err := range reported {
		if strings.Contains(err.Error(), "open request log: ") {
			break // the keeper has its own to tell
		}
	}
	if err := os.Remove(parent); err != nil {
		t.Fatal(err)
	}
	if err := log.Close(); err != nil {
		t.Errorf("Close = %v", err)
	}
	if stats := log.Stats(); stats.Written != 1 || stats.Dropped != 0 {
		t.Errorf("stats %+v, want one record written", stats)
	}
	if _, err := requestlog.Open(requestlog.Options{Dir: dir, Patient: true, KeepDays: -1}); err == nil {
		t.Error("Open takes -1 days to keep")
	}
}

package rpc

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"daybook/filter"
	"daybook/logstore"

	"golang.org/x/sync/singleflight"
)

// readyTimeout is how long the checks of one readiness probe may take
// together.
const readyTimeout = 2 * time.Second

// A Check is one condition of readiness.
type Check struct {
	Name string                      // a word or two, shown where the check fails
	Run  func(context.Context) error // nil means ready; its error is not shown
}

// StoreReady checks that store answers. It asks for nothing, from no file, so
// it costs nothing but a turn in the queue.
func StoreReady(store Store) Check {
	nothing := &logstore.Request{
		Query: &filter.Query{
			Schema: AuditSchema(),
			Where:  []filter.Condition{filter.TimeBetween(1, 0)},
		},
		Render: func(dst []byte, _ *logstore.Row) []byte { return dst },
	}
	return Check{"store", func(ctx context.Context) error {
		_, err := store.Search(ctx, nothing)
		return err
	}}
}

// Healthz answers that the process is up, and nothing more: whoever restarts
// on failure should not do so because a disk is slow.
func Healthz() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !readOnly(w, r) {
			return
		}
		answerProbe(w, nil)
	})
}

// Readyz answers 200 while every check passes, otherwise 503 with the names of
// those that fail, so that a balancer sends requests elsewhere.
func Readyz(checks ...Check) http.Handler {
	var shared singleflight.Group
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !readOnly(w, r) {
			return
		}
		// Anyone may probe, so all who do at once share one place in the
		// store's queue, and the first to leave must not end the others' checks.
		ctx := context.WithoutCancel(r.Context())
		failing, _, _ := shared.Do("", func() (any, error) { return failures(ctx, checks), nil })
		answerProbe(w, failing.([]string))
	})
}

// failures runs the checks and returns the names of those that fail.
func failures(ctx context.Context, checks []Check) []string {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	var failing []string
	for _, c := range checks {
		if c.Run(ctx) != nil {
			failing = append(failing, c.Name)
		}
	}
	return failing
}

// answerProbe answers a probe: {"status":"ok"}, or what fails.
func answerProbe(w http.ResponseWriter, failing []string) {
	answer := struct {
		Status  string   `json:"status"`
		Failing []string `json:"failing,omitempty"`
	}{"ok", failing}
	status := http.StatusOK
	if len(failing) > 0 {
		answer.Status, status = "unavailable", http.StatusServiceUnavailable
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(answer) // a peer that left needs no answer
}

// readOnly reports whether r only asks, with GET or HEAD; otherwise it has been
// answered with what would do.
func readOnly(w http.ResponseWriter, r *http.Request) bool {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return true
	}
	w.Header().Set("Allow", "GET, HEAD")
	http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
	return false
}

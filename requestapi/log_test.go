package requestapi_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"testing"

	"daybook/requestapi"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
)

// TestLog wants a line for each request: which, who asked, and what came of it.
func TestLog(t *testing.T) {
	t.Parallel()
	core, logs := observer.New(zap.InfoLevel)
	r := newRig(t, randomDays(rand.New(rand.NewPCG(19, 20)), 12), func(o *requestapi.Options) { o.Log = zap.New(core) })
	for _, path := range []string{"?limit=5", "?id_max=7&format=csv", "/3", "/99", "?user=x"} {
		if _, err := io.ReadAll(r.ask(t, http.MethodGet, requestapi.ListRoute+path, nil).Body); err != nil {
			t.Fatal(err)
		}
	}
	r.ask(t, http.MethodHead, requestapi.ListRoute, http.Header{"Authorization": {"Token nobody"}})
	r.Close() // the lines come after the answers
	const list, single = " " + requestapi.ListRoute, " " + requestapi.RecordRoute
	want := []string{
		"GET" + list + " 200 SESSION_MANAGER ann: 5 of 12",
		"GET" + list + " 200 SESSION_MANAGER ann: 7 of 7",
		"GET" + single + " 200 SESSION_MANAGER ann: <nil> of <nil>",
		"GET" + single + " 404 SESSION_MANAGER ann: <nil> of <nil>",
		"GET" + list + " 400 SESSION_MANAGER ann: <nil> of <nil>",
		"HEAD" + list + " 401 <nil> <nil>: <nil> of <nil>",
	}
	var got []string
	for _, line := range logs.All() {
		f := line.ContextMap()
		got = append(got, fmt.Sprintf("%v %v %v %v: %v of %v", f["method"], f["status"], f["session"], f["name"], f["rows"], f["count"]))
	}
	slices.Sort(want) // requests come over several connections
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

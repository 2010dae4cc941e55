package rpc

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"daybook/auth"
	"daybook/filter"
	"daybook/logstore"

	"github.com/google/go-cmp/cmp"
)

// TestDiscoverExamples checks the recorded examples against the schemas. That
// they are what the server answers is for a test with a server
// (internal/acceptance); rpc.discover, whose answer this is, has none.
func TestDiscoverExamples(t *testing.T) {
	t.Parallel()
	c := newContract(t)
	examples := recordedExamples()
	for name, mc := range c.methods {
		if name != "rpc.discover" && len(mc.doc.Examples) == 0 {
			t.Errorf("%s has no example: write its request into examples.jsonl, "+
				"and record the answer with go test ./internal/acceptance -run TestDiscoveredExamples -update", name)
		}
		if len(mc.doc.Examples) != len(examples[name]) {
			t.Errorf("%s: %d examples in the document, want %d", name, len(mc.doc.Examples), len(examples[name]))
		}
		for _, rec := range examples[name] {
			parts := exampleMessage(rec)
			if err := validate(mc.params, appendJSON(nil, parts.Params)); err != nil {
				t.Errorf("%s, example %q: params: %v", name, rec.Note, err)
			}
			if mc.result == nil {
				continue
			}
			if err := validate(mc.result, parts.Result); err != nil {
				t.Errorf("%s, example %q: result: %v", name, rec.Note, err)
			}
			if _, err := methodNamed(t, name, nil, nil).Decode(appendJSON(nil, parts.Params)); err != nil {
				t.Errorf("%s, example %q: %v", name, rec.Note, err)
			}
		}
		delete(examples, name)
	}
	for name := range examples {
		t.Errorf("examples of the method %q, which is not described", name)
	}
}

// TestDiscoverSaysWho holds what the document says of callers and servers
// against the method table.
func TestDiscoverSaysWho(t *testing.T) {
	t.Parallel()
	c := newContract(t)
	for _, m := range Methods(nil, nil, nil, Limits{}, filter.Limits{}) {
		doc := c.methods[m.Name].doc
		for _, s := range auth.Sessions() {
			said := doc.Sessions == nil || slices.Contains(doc.Sessions, s)
			if may := (auth.Principal{Session: s}).May(m.Action); said != may {
				t.Errorf("the document says that %s may call %s: %t; may: %t", s, m.Name, said, may)
			}
		}
		if said := slices.Contains(doc.Servers, "websocket"); said != m.Push {
			t.Errorf("the document says that %s needs a connection: %t, want %t", m.Name, said, m.Push)
		}
	}
}

// storeRequest returns what a method with these params asks of the store, in
// words.
func storeRequest(t *testing.T, method, params string) string {
	t.Helper()
	store := &fakeStore{res: &logstore.Result{}, groups: &logstore.Groups{}}
	if _, err := run(methodNamed(t, method, store, nil), params, &Caller{}); err != nil {
		t.Errorf("%s(%s): %v", method, params, err)
		return ""
	}
	if store.counts != nil {
		g := *store.counts
		return fmt.Sprintf("%s by %v, %d values, explain %t, cursor %t, partial %t", g.Query, g.Field, g.Values, g.Explain, g.Cursor, g.Partial)
	}
	r := *store.last
	// Newest first is what no order asks for; that both answer the same is for
	// the recorded requests.
	query := strings.Replace(r.Query.String(), `,"orderBy":[["timestamp","DESC"]]`, "", 1)
	return fmt.Sprintf("%s, explain %t, cursor %t, partial %t", query, r.Explain, r.Cursor, r.Partial)
}

// TestDiscoverDefaults leaves each param out that has a default, and then sends
// the default: both must be taken, and ask for the same.
func TestDiscoverDefaults(t *testing.T) {
	t.Parallel()
	required := map[string]string{
		"GetLogs":         `"from":0,"to":0,"limit":1,"offset":0`,
		"GetLogsByFilter": `"limit":1,"offset":0`,
		"GetLogHistogram": `"interval":"day"`,
		"GetLogTop":       `"field":"status"`,
	}
	checked := 0
	for _, m := range Methods(nil, nil, nil, Limits{}, filter.Limits{}) {
		for _, p := range m.Params {
			value, ok := p.Schema["default"]
			if !ok || required[m.Name] == "" {
				continue
			}
			checked++
			params := fmt.Sprintf(`{%s,%q:%s}`, required[m.Name], p.Name, appendJSON(nil, value))
			got, want := storeRequest(t, m.Name, params), storeRequest(t, m.Name, `{`+required[m.Name]+`}`)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: the default of %s asks for something else (-left out +default):\n%s", m.Name, p.Name, diff)
			}
		}
	}
	if checked < 15 {
		t.Errorf("%d defaults, want at least 15", checked)
	}
}

package client_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"

	"daybook/client"
	"daybook/internal/testserver"

	"github.com/google/go-cmp/cmp"
)

// TestPages reads all matches in pages while more are written, and wants those
// that were there at the first page, each once.
func TestPages(t *testing.T) {
	const records = 250
	for _, scheme := range schemes {
		s := serve(t, testserver.Options{})
		write(t, s, 0, records)
		c := ask(t, s, scheme)
		p := client.FilterParams{OrderBy: []client.Clause{{"timestamp", "ASC"}}, Limit: 100}
		for _, offset := range []int64{0, 7} {
			p.Offset = offset
			var sizes []int
			next, count := int(offset), int64(0)
			for page, err := range c.Pages(t.Context(), p) {
				if err != nil {
					t.Fatal(err)
				}
				if count == 0 {
					count = page.Count
				}
				if page.Count != count || page.Cursor == "" {
					t.Errorf("%s: a page says %d matches, the first %d; cursor %q", scheme, page.Count, count, page.Cursor)
				}
				sizes = append(sizes, len(page.Rows))
				for _, row := range page.Rows {
					if row[6] != strconv.Itoa(next) {
						t.Fatalf("%s: row %v, want %d", scheme, row, next)
					}
					next++
				}
				write(t, s, int(count)+100*(len(sizes)-1), 100)
			}
			if int64(next) != count || len(sizes) < 3 {
				t.Errorf("%s, offset %d: pages of %v end at %d of %d", scheme, offset, sizes, next, count)
			}
		}
		n := 0
		for r, err := range c.Records(t.Context(), client.FilterParams{Conditions: client.Conditions{Where: []client.Clause{{"detail", "<", 10}}}}) {
			if err != nil || r.Action != "Note" || !r.Time.Equal(today()) {
				t.Fatalf("%s: %+v, %v", scheme, r, err)
			}
			if n++; n == 5 {
				break
			}
		}
		if n != 5 {
			t.Errorf("%s: %d records, want 5", scheme, n)
		}
		for page, err := range c.Pages(t.Context(), client.FilterParams{Conditions: client.Conditions{Where: []client.Clause{{"detail", "=", "none"}}}}) {
			if err != nil || len(page.Rows) != 0 || page.Count != 0 {
				t.Errorf("%s: without a match: %+v, %v", scheme, page, err)
			}
		}
		for _, err := range c.Records(t.Context(), client.FilterParams{Extras: client.Extras{At: "x"}}) {
			if !errors.Is(err, client.ErrBadParams) {
				t.Errorf("%s: at a bad cursor: %v", scheme, err)
			}
		}
	}
}

// TestRecords reads rows that are no records.
func TestRecords(t *testing.T) {
	const structure = `"structure":["timestamp","actor_type","actor_id","action","status","source","detail"]`
	for _, tt := range []struct{ table, says string }{
		{`{` + structure + `,"rows":[[1,"a","b","c","d","e","f"]]}`, ""},
		{`{"structure":["new","detail","source","status","action","actor_id","actor_type","timestamp"],"rows":[[{},"f","e","d","c","b","a",1]]}`, ""},
		{`{` + structure + `,"rows":[[1,"a","b","c","d","e"]]}`, "a row has 6 values for 7 columns"},
		{`{` + structure + `,"rows":[[1,"a","b","c","d","e",null]]}`, "the column detail holds <nil>, which is no text"},
		{`{` + structure + `,"rows":[["x","a","b","c","d","e","f"]]}`, "x is no time"},
		{`{` + structure + `,"rows":[[1.5,"a","b","c","d","e","f"]]}`, "1.5 is no time"},
		{`{"structure":["timestamp"],"rows":[[1]]}`, "the rows have no column actor_type"},
		{`{"rows":[[]]}`, "the rows have no column timestamp"},
	} {
		var table client.Table
		dec := json.NewDecoder(strings.NewReader(tt.table))
		dec.UseNumber()
		if err := dec.Decode(&table); err != nil {
			t.Fatal(err)
		}
		records, err := table.Records()
		if tt.says != "" {
			if err == nil || err.Error() != tt.says {
				t.Errorf("%s: %v, want %q", tt.table, err, tt.says)
			}
			continue
		}
		if err != nil || len(records) != 1 || records[0].Time.Unix() != 1 || records[0].ActorType != "a" || records[0].Detail != "f" {
			t.Errorf("%s: %+v, %v", tt.table, records, err)
		}
	}
}

// TestConcurrentCalls makes calls side by side over one connection, whose server
// answers them backwards.
func TestConcurrentCalls(t *testing.T) {
	const calls = 64
	h := newHostile(t, func(p *peer) {
		for {
			var all [calls]sent
			for i := range all {
				if all[i] = p.next(); all[i].Method == "" {
					return
				}
			}
			for i := range all {
				p.send(`{"jsonrpc":"2.0","id":%d,"result":%s}`, all[calls-1-i].ID, all[calls-1-i].Params)
			}
		}
	}, func(p *peer) { t.Error("there is a second connection") })
	c := dial(t, h.address(), client.Options{})
	for range 3 {
		var all sync.WaitGroup
		for i := range calls {
			all.Go(func() {
				want := fmt.Sprintf(`{"n":%d}`, i)
				var got json.RawMessage
				if err := c.Call(t.Context(), "echo", json.RawMessage(want), &got); err != nil {
					t.Error(err)
				} else if diff := cmp.Diff(want, string(got)); diff != "" {
					t.Errorf("call %d (-want +got):\n%s", i, diff)
				}
			})
		}
		all.Wait()
	}
}

// TestRestart makes calls all the time while the server starts again, three times:
// none of them fails.
func TestRestart(t *testing.T) {
	s := sample(t)
	c := ask(t, s, "ws")
	if _, err := c.GetLogsByFilter(t.Context(), client.FilterParams{}); err != nil {
		t.Fatal(err)
	}
	stop := make(chan struct{})
	var callers sync.WaitGroup
	for range 8 {
		callers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if got, err := c.GetLogsByFilter(t.Context(), client.FilterParams{}); err != nil || got.Total != 352 {
					t.Errorf("%+v, %v", got, err)
					return
				}
			}
		})
	}
	for range 3 {
		if err := errors.Join(s.Pause(), s.Resume()); err != nil {
			t.Error(err)
		}
	}
	close(stop)
	callers.Wait()
}

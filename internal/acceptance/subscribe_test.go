package acceptance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"daybook/internal/oracle"
	"daybook/logstore"
	"daybook/rpc"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"
)

// TestSubscribeEquality subscribes with random conditions to an empty file,
// appends nasty lines to it in pieces, and compares what comes with what the
// naive evaluator answers for the same conditions at the end.
func TestSubscribeEquality(t *testing.T) {
	journals, each := 12, 120
	if testing.Short() {
		journals = 3
	}
	coverage := &oracle.Coverage{}
	t.Run("journals", func(t *testing.T) {
		for i := range journals {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				compareLive(t, *seed+2000+uint64(i), each, coverage)
			})
		}
	})
	t.Log(coverage)
	minima := oracle.Minima{Requests: journals * each, WithRows: 0.5, Operator: 1}
	if testing.Short() {
		minima.Operator = 0
	}
	coverage.Check(t, minima)
}

// compareLive subscribes n times to the lines of one random journal.
func compareLive(t *testing.T, seed uint64, n int, coverage *oracle.Coverage) {
	rng := rand.New(rand.NewPCG(seed, 3))
	source, judge, journal := randomJournal(t, seed, oracle.JournalOptions{})
	draw := oracle.NewRequests(judge, rng)
	content := liveLines(t, source, journal.Options)

	opts := storeOptions(t.TempDir(), journal)
	opts.Pattern = logstore.DefaultPattern
	journal.Options.Pattern = opts.Pattern
	name := strings.Replace(opts.Pattern, "{date}", journal.Options.Now.UTC().Format(time.DateOnly), 1)
	file, err := os.Create(filepath.Join(opts.Dir, name))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	s := serve(t, opts)
	var feeds []*feed
	for i := 0; i < n; i += 30 { // no more than a connection may have
		feeds = append(feeds, subscribeAll(t, s, draw, min(30, n-i)))
	}
	for rest := content; len(rest) > 0; {
		size := min(len(rest), 1+rng.IntN(4000))
		if _, err := file.Write(rest[:size]); err != nil {
			t.Fatal(err)
		}
		rest = rest[size:]
	}
	after, err := oracle.New(opts.Dir, journal.Options)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range feeds {
		for id, conditions := range f.conditions {
			params := paramsOf(conditions, "limit", 50000, "offset", 0)
			answer, fault := after.Answer("GetLogsByFilter", params)
			if fault != nil {
				t.Fatalf("seed %d: %s: %v", seed, params, fault)
			}
			coverage.Add("GetLogsByFilter", params, answer, nil)
			want := sortedRows(t, answer)
			got := f.take(t, id, len(want))
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("seed %d, journal %s: SubscribeLogs %s (-evaluator +subscription):\n%s", seed, opts.Dir, params, diff)
			}
		}
	}
}

// liveLines returns the lines of a journal's plain files that a query with
// bounds finds in the file of the journal's present day, if they match: those
// of the days around, and those without a time.
func liveLines(t *testing.T, dir string, o oracle.Options) []byte {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	var lines []byte
	today := o.Now.UTC().Truncate(24 * time.Hour)
	for _, name := range names {
		if info, err := os.Lstat(name); err != nil || !info.Mode().IsRegular() || strings.HasSuffix(name, ".gz") || strings.HasSuffix(name, ".zst") {
			continue
		}
		content, err := os.ReadFile(name)
		if err != nil {
			continue // that is one of the journal's troubles
		}
		for line := range bytes.Lines(content) {
			if !bytes.HasSuffix(line, []byte("\n")) {
				line = append(bytes.Clone(line), '\n')
			}
			first, _, _ := bytes.Cut(line, []byte("\t"))
			if at, ok := unixTime(string(first)); ok && (at.Before(today.AddDate(0, 0, -3)) || !at.Before(today.AddDate(0, 0, 4))) {
				// Moved to the present day, for else few would be left.
				line = append([]byte(fmt.Sprint(today.Unix()+at.Unix()%86400)), line[len(first):]...)
			}
			lines = append(lines, line...)
		}
	}
	return lines
}

// unixTime reads the forms of times that stand in journals.
func unixTime(text string) (time.Time, bool) {
	var sec int64
	if n, err := fmt.Sscanf(text, "%d", &sec); err == nil && n == 1 && !strings.ContainsAny(text, "TZ:") {
		return time.Unix(sec, 0), true
	}
	at, err := time.Parse(time.RFC3339, text)
	return at, err == nil
}

// sortedRows returns the rows of a result, spelled in one way.
func sortedRows(t *testing.T, result json.RawMessage) []string {
	t.Helper()
	var answer struct{ Rows []any }
	if err := json.Unmarshal(result, &answer); err != nil {
		t.Fatal(err)
	}
	return spelled(t, answer.Rows)
}

func spelled(t *testing.T, rows []any) []string {
	t.Helper()
	all := []string{}
	for _, row := range rows {
		text, err := json.Marshal(row)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, string(text))
	}
	slices.Sort(all)
	return all
}

// A feed is the subscriptions of one connection.
type feed struct {
	conn       *websocket.Conn
	conditions map[string][]oracle.Condition // by subscription
	rows       map[string][]any
}

// subscribeAll subscribes n times with random conditions.
func subscribeAll(t *testing.T, s *served, draw *oracle.Requests, n int) *feed {
	t.Helper()
	header := http.Header{"Authorization": {"Bearer " + s.token}}
	conn, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(s.url, "http"), header)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	f := &feed{conn: conn, conditions: make(map[string][]oracle.Condition), rows: make(map[string][]any)}
	for range n {
		conditions := draw.Conditions()
		got, err := ask(&wsCaller{conn: conn}, "SubscribeLogs", paramsOf(conditions))
		if err != nil || got.Error != nil {
			t.Fatalf("SubscribeLogs %s: %+v, %v", paramsOf(conditions), got.Error, err)
		}
		var answer struct{ Subscription string }
		if err := json.Unmarshal(got.Result, &answer); err != nil {
			t.Fatal(err)
		}
		f.conditions[answer.Subscription] = conditions
	}
	return f
}

// take returns the rows of a subscription, of which so many are wanted, and ends
// it.
func (f *feed) take(t *testing.T, id string, want int) []string {
	t.Helper()
	for len(f.rows[id]) < want {
		f.read(t)
	}
	unsubscribe := fmt.Sprintf(`{"jsonrpc":"2.0","id":"end","method":"UnsubscribeLogs","params":{"subscription":%q}}`, id)
	if err := f.conn.WriteMessage(websocket.TextMessage, []byte(unsubscribe)); err != nil {
		t.Fatal(err)
	}
	for !f.read(t) {
	}
	return spelled(t, f.rows[id])
}

// read takes the next message. It reports whether that was the answer of an
// UnsubscribeLogs.
func (f *feed) read(t *testing.T) (ended bool) {
	t.Helper()
	f.conn.SetReadDeadline(time.Now().Add(time.Minute))
	_, text, err := f.conn.ReadMessage()
	if err != nil {
		t.Fatal(err)
	}
	if string(text) == `{"jsonrpc":"2.0","id":"end","result":true}` {
		return true
	}
	var e struct {
		Method string
		Params struct {
			Subscription string
			Structure    []string
			Rows         []any
			Dropped      int
		}
	}
	if err := json.Unmarshal(text, &e); err != nil || e.Method != "LogEvent" || e.Params.Dropped != 0 ||
		!slices.Equal(e.Params.Structure, rpc.AuditSchema().Names()) {
		t.Fatalf("got %.300s, %v", text, err)
	}
	f.rows[e.Params.Subscription] = append(f.rows[e.Params.Subscription], e.Params.Rows...)
	return false
}

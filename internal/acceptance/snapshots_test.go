package acceptance

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"daybook/internal/oracle"
	"daybook/logstore"
)

// A promise is a request at a cursor, and what was its answer when the cursor
// was given out.
type promise struct {
	method string
	params json.RawMessage
	want   json.RawMessage
}

// TestSnapshots takes cursors of random journals, which then grow and are
// rotated: at a cursor, list, histogram and top answer as the naive evaluator did
// before.
func TestSnapshots(t *testing.T) {
	const journals = 6
	rounds := 6
	if testing.Short() {
		rounds = 3
	}
	kept, grown := 0, 0
	t.Run("journals", func(t *testing.T) {
		for i := range uint64(journals) {
			k, g := keepPromises(t, *seed+200+i, rounds)
			kept += k
			grown += g
		}
	})
	t.Logf("%d answers at cursors, %d of them while the present answer was another", kept, grown)
	if kept < 10*journals*rounds || grown < kept/8 {
		t.Errorf("%d answers at cursors, %d of them while the present answer was another: too few", kept, grown)
	}
}

// keepPromises checks one journal. It returns how many answers at cursors were
// compared, and how many differed from the answer without one.
func keepPromises(t *testing.T, seed uint64, rounds int) (kept, grown int) {
	t.Helper()
	dir, judge, journal := randomJournal(t, seed, oracle.JournalOptions{})
	opts := storeOptions(dir, journal)
	if opts.Index = logstore.IndexOff; seed%2 == 0 {
		opts.Index, opts.IndexFrom = logstore.IndexManual, 1
	}
	s := serve(t, opts)
	if opts.Index == logstore.IndexManual {
		if err := s.store.BuildIndex(context.Background(), nil); err != nil {
			t.Fatal(err)
		}
	}
	c := s.direct(s.token)
	rng := rand.New(rand.NewPCG(seed, 3))
	var promises []promise
	for range 3 { // times the journal changes
		draw := oracle.NewRequests(judge, rng)
		for range rounds {
			promises = append(promises, promised(t, c, judge, rng, draw)...)
		}
		change(t, dir, journal, rng)
		var err error
		if judge, err = oracle.New(dir, journal.Options); err != nil {
			t.Fatal(err)
		}
		for _, p := range promises {
			got, err := ask(c, p.method, p.params)
			if err != nil {
				t.Fatal(err)
			}
			if diff := oracle.Difference(p.want, nil, got.Result, got.fault()); diff != "" {
				t.Fatalf("seed %d, journal %s: %s %s\n%s", seed, dir, p.method, p.params, diff)
			}
			if kept++; kept%3 > 0 {
				continue
			}
			now, err := ask(c, p.method, withoutMember(t, p.params, "at"))
			if err != nil {
				t.Fatal(err)
			}
			if now.Error != nil || oracle.Diff(p.want, now.Result) != "" {
				grown++
			}
		}
	}
	return kept, grown
}

// promised asks for a page and its cursor, and what list, histogram and top
// answer at it now.
func promised(t *testing.T, c caller, judge *oracle.Oracle, rng *rand.Rand, draw *oracle.Requests) (all []promise) {
	t.Helper()
	conditions, order := draw.Conditions(), draw.Order()
	if rng.IntN(2) == 0 {
		conditions = nil // whatever is written later matches
	}
	first := paramsOf(conditions, "limit", 0, "offset", 0, "cursor", true)
	answer, err := ask(c, "GetLogsByFilter", first)
	if err != nil {
		t.Fatal(err)
	}
	want, fault := judge.Answer("GetLogsByFilter", first)
	if diff := oracle.Difference(want, fault, answer.Result, answer.fault()); diff != "" {
		t.Fatalf("%s\n%s", first, diff)
	}
	if fault != nil {
		return nil // a damaged file
	}
	var named struct{ Cursor string }
	if err := json.Unmarshal(answer.Result, &named); err != nil {
		t.Fatal(err)
	}
	field := []string{"timestamp", "actor_type", "actor_id", "action", "status", "source", "detail"}[rng.IntN(7)]
	limit := 1 + rng.IntN(60)
	asked := []promise{
		{method: "GetLogTop", params: paramsOf(conditions, "field", field, "limit", 20)},
		{method: "GetLogHistogram", params: paramsOf(conditions, "interval", 31536000, "by", "action")},
	}
	ordered := append(conditions[:len(conditions):len(conditions)], order...)
	for page := range 3 {
		asked = append(asked, promise{method: "GetLogsByFilter", params: paramsOf(ordered, "limit", limit, "offset", page*limit, "explain", page == 1)})
	}
	for _, p := range asked {
		if p.want, fault = judge.Answer(p.method, p.params); fault != nil {
			continue // of too many buckets
		}
		p.params = withMember(t, p.params, "at", named.Cursor)
		all = append(all, p)
	}
	return all
}

// withMember returns params with a further member.
func withMember(t *testing.T, params json.RawMessage, name, value string) json.RawMessage {
	t.Helper()
	return edit(t, params, func(members map[string]any) { members[name] = value })
}

// withoutMember returns params without a member.
func withoutMember(t *testing.T, params json.RawMessage, name string) json.RawMessage {
	t.Helper()
	return edit(t, params, func(members map[string]any) { delete(members, name) })
}

func edit(t *testing.T, params json.RawMessage, change func(members map[string]any)) json.RawMessage {
	t.Helper()
	raw := make(map[string]json.RawMessage)
	if err := json.Unmarshal(params, &raw); err != nil {
		t.Fatal(err)
	}
	members := make(map[string]any)
	for name, value := range raw {
		members[name] = value
	}
	change(members)
	text, err := json.Marshal(members)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// change appends to the file of today, and mostly renames it to the next number
// then and begins another.
func change(t *testing.T, dir string, journal *oracle.Journal, rng *rand.Rand) {
	t.Helper()
	now := journal.Options.Now
	prefix, suffix, _ := strings.Cut(journal.Options.Pattern, "{date}")
	stem := filepath.Join(dir, prefix+now.UTC().Format("2006-01-02"))
	live := stem + suffix
	if info, err := os.Lstat(live); err == nil && !info.Mode().IsRegular() {
		return
	}
	write := func(name string) {
		file, err := os.OpenFile(name, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		for i := range 1 + rng.IntN(30) {
			end := []string{"\n", "\n", "\n", "\r\n", ""}[rng.IntN(5)]
			if _, err := fmt.Fprintf(file, "%d\tCLIENT\t%d\tLogin\tSUCCESS\t10.0.0.%d\tlate %d%s",
				now.Unix()-rng.Int64N(1000), rng.IntN(5), rng.IntN(9), i, end); err != nil {
				t.Fatal(err)
			}
		}
	}
	write(live)
	if rng.IntN(4) == 0 || another(t, dir, filepath.Base(stem), suffix) {
		return
	}
	names, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	last := 0
	number := regexp.MustCompile(`^` + regexp.QuoteMeta(prefix) + `[0-9]{4}-?[0-9]{2}-?[0-9]{2}\.([1-9][0-9]*)` + regexp.QuoteMeta(suffix))
	for _, entry := range names {
		if m := number.FindStringSubmatch(entry.Name()); m != nil {
			n, err := strconv.Atoi(m[1])
			if err == nil {
				last = max(last, n)
			}
		}
	}
	if err := os.Rename(live, fmt.Sprintf("%s.%d%s", stem, last+1, suffix)); err != nil {
		t.Fatal(err)
	}
	write(live)
}

// another reports whether there are files besides the live one that its day's
// records may be in without a number: compressed, or named with the day spelled
// otherwise. Among them a new live file would not be the last.
func another(t *testing.T, dir, stem, suffix string) bool {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	compact := stem[:len(stem)-len("2006-01-02")] + strings.ReplaceAll(stem[len(stem)-len("2006-01-02"):], "-", "")
	for _, name := range []string{stem + suffix + ".gz", stem + suffix + ".zst", compact + suffix, compact + suffix + ".gz", compact + suffix + ".zst"} {
		if slices.ContainsFunc(entries, func(e os.DirEntry) bool { return e.Name() == name }) {
			return true
		}
	}
	return false
}

package acceptance

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"testing"

	"daybook/internal/oracle"
)

// TestMetamorphic holds the naive evaluator to the relations between answers,
// and then the server, half over HTTP and half over WebSocket.
func TestMetamorphic(t *testing.T) {
	const journals = 6
	for i := range uint64(journals) {
		opts, rounds := oracle.JournalOptions{Large: i%3 == 2}, 40
		if testing.Short() || opts.Large {
			rounds = 15
		}
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			dir, judge, journal := randomJournal(t, *seed+100+i, opts)
			t.Run("oracle", func(t *testing.T) {
				relate(t, judge, *seed+i, rounds, opts.Large, func(method string, params json.RawMessage) (json.RawMessage, *oracle.Error, error) {
					result, fault := judge.Answer(method, params)
					return result, fault, nil
				})
			})
			t.Run("server", func(t *testing.T) {
				s := serve(t, storeOptions(dir, journal))
				callers, n := []caller{s.overHTTP(s.token), s.overWebSocket(t, s.token)}, 0
				relate(t, judge, *seed+i, rounds, opts.Large, func(method string, params json.RawMessage) (json.RawMessage, *oracle.Error, error) {
					n++
					got, err := ask(callers[n%2], method, params)
					return got.Result, got.fault(), err
				})
			})
		})
	}
}

// relate checks every relation, over random conditions, so many times. Whole
// days add up only where no record lies far from its file's day: tidy.
func relate(t *testing.T, judge *oracle.Oracle, seed uint64, rounds int, tidy bool, ask asker) {
	rng := rand.New(rand.NewPCG(seed, 7))
	r := &relations{t: t, ask: ask, rng: rng, held: make(map[string]int)}
	draw := oracle.NewRequests(judge, rng)
	fields := []string{"timestamp", "actor_type", "actor_id", "action", "status", "source", "detail"}
	for i := 0; i < rounds && !t.Failed(); i++ {
		conditions, order := draw.Conditions(), draw.Order()
		r.commutes(conditions, order)
		r.joins(conditions, order)
		r.excludes(conditions)
		at := min(someTime(r), lastTime-1)
		r.splits(conditions, at)
		if tidy {
			r.parts(conditions, at-2*86400, 4)
		}
		r.counts(conditions, fields[rng.IntN(len(fields))])
	}
	relations := []string{
		"A AND B = B AND A", "pages", "A + NOT A", "before + after",
		"histogram = count", "histogram sums to count", "columns", "top = count", "top sums to count",
	}
	if tidy {
		relations = append(relations, "days add up")
	}
	for _, relation := range relations {
		if r.held[relation] < rounds/6 {
			t.Errorf("%q was checked on matches %d times in %d rounds, want a sixth and more", relation, r.held[relation], rounds)
		}
	}
	t.Log(r.held)
}

// someTime returns the time of a record of the journal's default window.
func someTime(r *relations) int64 {
	r.t.Helper()
	total := r.count(nil)
	if total == 0 {
		return 0
	}
	o, _ := r.result("GetLogsByFilter", paramsOf(nil, "limit", 1, "offset", r.rng.IntN(total)))
	var row []json.RawMessage
	r.decode(o.Rows[0], &row)
	sec, err := strconv.ParseInt(string(row[0]), 10, 64)
	if err != nil {
		r.t.Fatal(err)
	}
	return sec
}

package logstore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"daybook/filter"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// An anyQuery is a query, and what it asks for.
type anyQuery struct {
	*filter.Query
	conditions []naiveCondition
}

func (j *anyJournal) query(t testing.TB, rng *rand.Rand) anyQuery {
	q := anyQuery{Query: &filter.Query{Schema: j.schema, Limit: rng.IntN(40), Offset: int64(rng.IntN(1 + rng.IntN(300)))}}
	if rng.IntN(6) == 0 {
		q.Limit, q.Offset = filter.NoLimit, 0
	}
	for range rng.IntN(4) {
		c := j.condition(t, rng)
		q.conditions, q.Where = append(q.conditions, c), append(q.Where, c.Condition)
	}
	for range rng.IntN(4) {
		q.Order = append(q.Order, filter.Term{Field: filter.Field(rng.IntN(j.schema.Len())), Desc: rng.IntN(2) == 0})
	}
	return q
}

// matches returns the records that q matches, in its order.
func (j *anyJournal) matches(q *anyQuery) (found []*anyRecord, bounded bool) {
	bounded = slices.ContainsFunc(q.conditions, func(c naiveCondition) bool { return c.bounded })
	for i := range j.records {
		r := &j.records[i]
		if !bounded && r.day <= dayOf(today.Unix())-defaultDays {
			continue
		}
		if !slices.ContainsFunc(q.conditions, func(c naiveCondition) bool { return !c.match(r) }) {
			found = append(found, r)
		}
	}
	order := q.Order
	if len(order) == 0 {
		order = []filter.Term{{Field: j.schema.TimeField(), Desc: true}}
	}
	if order[len(order)-1].Desc {
		slices.Reverse(found) // ties: the latest first
	}
	slices.SortStableFunc(found, func(a, b *anyRecord) int {
		for _, term := range order {
			c := compareNaive(j.schema, term.Field, a.values[term.Field], b.values[term.Field])
			if term.Desc {
				c = -c
			}
			if c != 0 {
				return c
			}
		}
		return 0
	})
	return found, bounded
}

func shownNaive(r *anyRecord) string {
	var all []string
	for _, v := range r.values {
		all = append(all, v.text())
	}
	return fmt.Sprintf("%q", all)
}

// check compares the answer of a store with that of the naive way.
func (j *anyJournal) check(t *testing.T, name string, s *Store, q *anyQuery, found []*anyRecord, bounded bool) {
	t.Helper()
	result, err := s.Search(context.Background(), &Request{Query: q.Query, Explain: q.Offset%2 == 0, Render: renderAll(j.schema)})
	if err != nil {
		t.Fatalf("%s: Search(%s): %v", name, q, err)
	}
	if diff := gocmp.Diff(j.page(q, found), rows(result)); diff != "" || result.Count != int64(len(found)) {
		t.Fatalf("%s: Search(%s): %d matches, want %d; rows (-want +got):\n%s", name, q, result.Count, len(found), diff)
	}
	total := int64(0)
	for day, n := range j.lines {
		if day > dayOf(today.Unix())-defaultDays {
			total += n
		}
	}
	if !bounded && result.Total != total {
		t.Fatalf("%s: Search(%s): %d lines, want %d", name, q, result.Total, total)
	}
}

// checkExport compares an export of the page with the naive way.
func (j *anyJournal) checkExport(t *testing.T, name string, s *Store, q *anyQuery, found []*anyRecord) {
	t.Helper()
	got, _ := exported(s, &ExportRequest{Query: q.Query, Render: renderAll(j.schema)}, nothing)
	want := outcome{Count: int64(len(found)), Total: got.Total, Rows: j.page(q, found)}
	if diff := gocmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("%s: Export(%s) (-want +got):\n%s", name, q, diff)
	}
}

// checkPast compares the answer at a cursor with what there was then.
func (j *anyJournal) checkPast(t *testing.T, name string, s *Store, at *Cursor, past *anyJournal, q *anyQuery) {
	t.Helper()
	result, err := s.Search(context.Background(), &Request{Query: q.Query, At: at, Render: renderAll(j.schema)})
	if err != nil {
		t.Fatalf("%s: Search(%s) at a cursor: %v", name, q, err)
	}
	found, _ := past.matches(q)
	if diff := gocmp.Diff(j.page(q, found), rows(result)); diff != "" || result.Count != int64(len(found)) {
		t.Fatalf("%s: Search(%s) at a cursor: %d matches, want %d; rows (-want +got):\n%s", name, q, result.Count, len(found), diff)
	}
}

// past returns what a cursor of the default window will be of, and one of each
// store.
func (j *anyJournal) past(stores []*Store) (past *anyJournal, cursors []*Cursor) {
	past = &anyJournal{schema: j.schema}
	for _, r := range j.records {
		if r.day > dayOf(today.Unix())-defaultDays {
			past.records = append(past.records, r)
		}
	}
	for _, s := range stores {
		r, err := s.Search(context.Background(), &Request{Query: &filter.Query{Schema: j.schema}, Cursor: true})
		j.must(err)
		cursors = append(cursors, r.Cursor)
	}
	return past, cursors
}

// page returns the rows of the page of all matches.
func (j *anyJournal) page(q *anyQuery, found []*anyRecord) []string {
	page := []string{}
	for i := int(q.Offset); i < len(found) && i-int(q.Offset) < q.Limit; i++ {
		page = append(page, shownNaive(found[i]))
	}
	return page
}

// checkGroups compares counts by time and by the values of a field with those of
// the naive way, and of the stores with one another.
func (j *anyJournal) checkGroups(t *testing.T, rng *rand.Rand, names []string, stores []*Store, q *anyQuery, found []*anyRecord) {
	t.Helper()
	f := filter.Field(rng.IntN(j.schema.Len()))
	r := &GroupRequest{Query: q.Query, Field: f, Values: rng.IntN(12), Interval: oneOf(rng, int64(0), 3600, 86400)}
	var want *Groups
	for i, s := range stores {
		got, err := s.Group(context.Background(), r)
		if i == 0 && errors.As(err, new(*BucketsError)) {
			r.Interval = 0
			got, err = s.Group(context.Background(), r)
		}
		if err != nil {
			t.Fatalf("%s: Group(%s by %s): %v", names[i], q, q.Schema.Name(f), err)
		}
		if want == nil {
			want = got
			if diff := gocmp.Diff(j.ranked(f, r.Values, found), want.Values, cmpopts.EquateEmpty()); diff != "" || want.Count != int64(len(found)) {
				t.Fatalf("%s: Group(%s by %s): %d matches, want %d; values (-want +got):\n%s", names[i], q, q.Schema.Name(f), want.Count, len(found), diff)
			}
			j.checkBuckets(t, r, want, found)
		}
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Fatalf("%s: Group(%s by %s, each %d s) differs from that of a scan:\n%s", names[i], q, q.Schema.Name(f), r.Interval, diff)
		}
	}
}

// ranked returns the most frequent values of a field, as Groups have them.
func (j *anyJournal) ranked(f filter.Field, most int, found []*anyRecord) []ValueCount {
	counts := make(map[ValueCount]int64)
	for _, r := range found {
		v := ValueCount{Null: r.values[f].null}
		switch {
		case v.Null:
		case f == j.schema.TimeField():
			v.Value = j.subject(f, r.values[f])
		case j.schema.Numeric(f):
			v.Value = string(filter.AppendNumber(nil, r.values[f].n))
		default:
			v.Value = r.values[f].shown
		}
		counts[v]++
	}
	var all []ValueCount
	for v, n := range counts {
		v.Count = n
		all = append(all, v)
	}
	slices.SortFunc(all, func(a, b ValueCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), btoi(a.Null)-btoi(b.Null), strings.Compare(a.Value, b.Value))
	})
	return all[:min(most, len(all))]
}

// checkBuckets compares the buckets, but for the first and the last, which hold
// what is outside as well.
func (j *anyJournal) checkBuckets(t *testing.T, r *GroupRequest, got *Groups, found []*anyRecord) {
	t.Helper()
	if r.Interval == 0 {
		return
	}
	at := j.schema.TimeField()
	totals := make(map[int64]int64)
	for _, record := range found {
		sec := floorDiv(record.values[at].n, j.schema.Unit())
		totals[floorDiv(sec, r.Interval)*r.Interval]++
	}
	sum := int64(0)
	for i, b := range got.Buckets {
		if sum += b.Total; 0 < i && i < len(got.Buckets)-1 && b.Total != totals[b.Start] {
			t.Fatalf("Group(%s): %d matches from %d on, want %d", r.Query, b.Total, b.Start, totals[b.Start])
		}
	}
	if sum != got.Count {
		t.Fatalf("Group(%s): buckets hold %d matches of %d", r.Query, sum, got.Count)
	}
}

// stores opens the journal in several ways, by name, the scan first.
func (j *anyJournal) stores() (names []string, stores []*Store) {
	j.Helper()
	few := func(o *Options) {
		o.segmentRecords, o.IndexFrom, o.DataDir = 100, 1, j.TempDir()
		o.exportPage, o.harvestMemory = 50, 20<<10
	}
	half := func(o *Options) { o.IndexFrom = 30_000 }
	live := j.indexed(j.options, few, func(o *Options) { o.liveStretch = liveStep })
	_, err := live.indexLive(context.Background(), live.newIndexBuilder(func() {}))
	j.must(err)
	if live.index.live[anyLive] == nil {
		j.Error("today's file has no segments")
	}
	scan := j.open(j.options, func(o *Options) { o.Index, o.DataDir = IndexOff, j.TempDir() })
	later(scan)
	return []string{"scan", "whole", "segments", "half", "live"}, []*Store{
		scan, j.indexed(j.options, func(o *Options) { o.DataDir, o.NoMmap = j.TempDir(), true }), j.indexed(j.options, few), j.indexed(j.options, few, half), live,
	}
}

// Random queries of random journals of JSON, all kinds of values in all spellings
// among them: by a scan, and by indexes of all, some and growing files, as package
// encoding/json and the most obvious evaluation answer them.
func TestJSONJournal(t *testing.T) {
	t.Parallel()
	journals, queries := uint64(4), 40
	switch {
	case os.Getenv("SOAK") == "long":
		journals, queries = 100, 400
	case testing.Short():
		journals, queries = 2, 20
	}
	asked, matched, indexed := 0, 0, int64(0)
	for seed := range journals {
		rng := rand.New(rand.NewPCG(seed, 11))
		j := newAnyJournal(t, rng, seed%2 == 0, 200)
		names, stores := j.stores()
		past, cursors := j.past(stores)
		for i := range queries {
			if i == queries/3 || i == 2*queries/3 {
				j.grow(rng)
			}
			q := j.query(t, rng)
			found, bounded := j.matches(&q)
			if asked++; len(found) > 0 {
				matched++
			}
			for k, s := range stores {
				j.check(t, fmt.Sprintf("%s, journal %d, query %d", names[k], seed, i), s, &q, found, bounded)
			}
			j.checkGroups(t, rng, names, stores, &q, found)
			k := rng.IntN(len(stores))
			j.checkExport(t, names[k], stores[k], &q, found)
			j.checkPast(t, names[k], stores[k], cursors[k], past, &q)
		}
		if n := stores[0].Stats().Indexed; n > 0 {
			t.Errorf("%d queries used the index, want none", n)
		}
		indexed += stores[1].Stats().Indexed
	}
	if 4*matched < asked || 2*int(indexed) < asked {
		t.Errorf("%d of %d queries match something, %d used the index", matched, asked, indexed)
	}
}

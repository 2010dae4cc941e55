package logstore

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"daybook/filter"

	"github.com/google/go-cmp/cmp"
)

// subscribeRequest decodes conditions. Rows show the time and the detail.
func subscribeRequest(t testing.TB, conditions string) *SubscribeRequest {
	t.Helper()
	p, err := filter.ParseParams([]byte(conditions))
	if err != nil {
		t.Fatal(err)
	}
	q, err := filter.DecodeConditions(auditSchema(), p, filter.DefaultLimits())
	if err != nil {
		t.Fatalf("DecodeConditions(%s): %v", conditions, err)
	}
	return &SubscribeRequest{Query: q, Render: request(t, `{"limit":0,"offset":0}`).Render, Format: "test"}
}

// A waiting is a Subscription for one goroutine that waits for what comes.
type waiting struct {
	*Subscription
	awake chan struct{}
}

// subscribe is s.Subscribe.
func subscribe(ctx context.Context, s *Store, r *SubscribeRequest) (*waiting, error) {
	own, awake := *r, make(chan struct{}, 1)
	own.Wake = func() {
		select {
		case awake <- struct{}{}:
		default:
		}
	}
	sub, err := s.Subscribe(ctx, &own)
	if err != nil {
		return nil, err
	}
	return &waiting{sub, awake}, nil
}

// Next waits for the next rows.
func (w *waiting) Next(ctx context.Context) (*Event, error) {
	if e, err := w.Past(ctx); e != nil || err != nil {
		return e, err
	}
	for {
		if e, err := w.Take(); e != nil || err != nil {
			return e, err
		}
		select {
		case <-w.awake:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// A listener is a subscription with what came of it.
type listener struct {
	*waiting
	t       testing.TB
	rows    []string
	dropped int64
	cursor  string
}

// listen subscribes until the test ends.
func listen(t testing.TB, s *Store, r *SubscribeRequest) *listener {
	t.Helper()
	sub, err := subscribe(t.Context(), s, r)
	if err != nil {
		t.Fatalf("Subscribe: %v", err)
	}
	t.Cleanup(sub.Close)
	return &listener{waiting: sub, t: t, cursor: sub.Cursor()}
}

// patience is how long tests wait for what should come soon.
const patience = 20 * time.Second

// read takes one event.
func (l *listener) read() *Event {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(l.t.Context(), patience)
	defer cancel()
	e, err := l.Next(ctx)
	if err != nil {
		l.t.Fatalf("Next after %d rows and %d dropped: %v", len(l.rows), l.dropped, err)
	}
	for _, row := range e.Rows {
		l.rows = append(l.rows, string(row))
	}
	l.dropped += e.Dropped
	l.cursor = e.Cursor
	return e
}

// want reads until as many rows came as are wanted, and compares.
func (l *listener) want(want []string) {
	l.t.Helper()
	for len(l.rows) < len(want) {
		l.read()
	}
	if diff := cmp.Diff(want, l.rows); diff != "" {
		l.t.Fatalf("rows mismatch (-want +got):\n%s", diff)
	}
}

func TestSubscribeSeesWhatIsWritten(t *testing.T) {
	t.Parallel()
	j := newJournal(t)
	j.write(liveName, numbered(0, 10)+"half a li")
	j.write("audit-2026-04-21.tsv", numbered(100, 10))
	s := j.open(follow)
	l := listen(t, s, subscribeRequest(t, `{}`))
	even := listen(t, s, subscribeRequest(t, `{"where":["detail","regexp","[02468]$"]}`))
	j.append(liveName, "ne\n"+numbered(10, 2))
	l.want(numberedRows(10, 2))
	j.append(liveName, "malformed\n\r\n"+strings.ReplaceAll(numbered(12, 1), "\n", "\r\n"))
	j.must(os.Rename(j.path(liveName), j.path("audit-2026-04-22.1.tsv")))
	j.write(liveName, byteOrderMark+numbered(13, 2))
	l.want(numberedRows(10, 5))
	even.want([]string{l.rows[0], l.rows[2], l.rows[4]})
	if got := s.Stats().Subscribers; got != 2 {
		t.Errorf("Stats().Subscribers = %d, want 2", got)
	}
	l.Close()
	l.Close()
	if got := s.Stats().Subscribers; got != 1 {
		t.Errorf("Stats().Subscribers = %d after Close, want 1", got)
	}
}

func TestSubscribeEnds(t *testing.T) {
	t.Parallel()
	j := newJournal(t)
	j.write(liveName, numbered(0, 1))
	s := j.open(follow)
	l := listen(t, s, subscribeRequest(t, `{}`))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.Next(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Next after the end of its context: %v, want %v", err, context.Canceled)
	}
	j.must(s.Close())
	if _, err := l.Next(t.Context()); !errors.Is(err, ErrClosed) {
		t.Errorf("Next after Close: %v, want %v", err, ErrClosed)
	}
	if _, err := s.Subscribe(t.Context(), subscribeRequest(t, `{}`)); !errors.Is(err, ErrClosed) {
		t.Errorf("Subscribe after Close: %v, want %v", err, ErrClosed)
	}
}

// TestSlowSubscriberLosesItsOwnRows has one subscriber read nothing while much
// is written, beside one that reads all of it.
func TestSlowSubscriberLosesItsOwnRows(t *testing.T) {
	t.Parallel()
	j := newJournal(t)
	j.write(liveName, "")
	s := j.open(follow)
	slow := subscribeRequest(t, `{}`)
	slow.Queue = 64 << 10
	lazy, busy := listen(t, s, slow), listen(t, s, subscribeRequest(t, `{}`))
	const all = 20_000
	go func() {
		for n := 0; n < all; n += 100 {
			j.append(liveName, numbered(n, 100))
		}
	}()
	busy.want(numberedRows(0, all))
	if busy.dropped != 0 {
		t.Errorf("%d rows were dropped of the one that reads", busy.dropped)
	}
	j.append(liveName, numbered(all, 1))
	busy.want(numberedRows(0, all+1))
	before := lazy.cursor
	gap := false
	for int64(len(lazy.rows))+lazy.dropped < all+1 {
		had := len(lazy.rows)
		if e := lazy.read(); e.Dropped > 0 && !gap {
			gap = true
			if want := numberedRows(0, had); cmp.Diff(want, lazy.rows[:had]) != "" {
				t.Errorf("rows before the gap are not the first %d", had)
			}
			// From before the gap on, nothing is lost.
			again := subscribeRequest(t, `{}`)
			again.After = before
			resumed := listen(t, s, again)
			resumed.rows = append(resumed.rows, lazy.rows[:had]...)
			resumed.want(numberedRows(0, all+1))
		}
		before = lazy.cursor
	}
	if int64(len(lazy.rows))+lazy.dropped != all+1 || lazy.dropped == 0 || s.Stats().LiveDropped != lazy.dropped {
		t.Errorf("%d rows and %d dropped (%d in the counters), want %d together, some dropped",
			len(lazy.rows), lazy.dropped, s.Stats().LiveDropped, all+1)
	}
}

func TestSubscribeBackfill(t *testing.T) {
	t.Parallel()
	j := newJournal(t)
	// Times descend, so that the last in file order are not the newest.
	var text strings.Builder
	for n := range 3000 {
		text.WriteString(line(noon(0)-int64(n), fmt.Sprint(n)))
	}
	j.write("audit-2026-04-22.1.tsv", text.String())
	j.write("audit-2026-04-21.tsv.gz", packed(t, gzipped, numbered(0, 5000)))
	j.write(liveName, numbered(3000, 10))
	s := j.open(follow)
	all := numberedRows(0, 5000)
	for n := range 3000 {
		all = append(all, rowText(noon(0)-int64(n), fmt.Sprint(n)))
	}
	all = append(all, numberedRows(3000, 10)...)
	for _, n := range []int{1, 9, 10, 11, 2500, 3010, 4000, 8010, 10_000} {
		r := subscribeRequest(t, `{}`)
		r.Backfill, r.Queue = n, 40<<10
		l := listen(t, s, r)
		want := all[max(0, len(all)-n):]
		cursors := map[int]string{0: l.cursor}
		for len(l.rows) < len(want) {
			l.read()
			cursors[len(l.rows)] = l.cursor
		}
		l.want(want)
		if l.cursor != l.begin {
			t.Errorf("backfill %d: the last row's cursor is not that of the beginning", n)
		}
		j.append(liveName, numbered(len(all)-5000, 1))
		all = append(all, numberedRows(len(all)-5000, 1)...)
		want = all[len(all)-1-len(want):]
		l.want(want)
		for had, cursor := range cursors {
			if had == 0 {
				had = len(want) - 1 // the cursor of the beginning stands behind the backfill
			}
			again := subscribeRequest(t, `{}`)
			again.After = cursor
			resumed := listen(t, s, again)
			resumed.want(want[had:])
		}
	}
}

// A rotation while the last matches are looked for changes which rows a name
// stands for: none is lost, and none comes twice.
func TestBackfillDuringRotation(t *testing.T) {
	t.Parallel()
	j := newJournal(t)
	j.write(liveName, numbered(0, 100))
	s := j.open(func(o *Options) { o.Follow, o.Poll, o.Workers = FollowPoll, time.Hour, 1 })
	r := subscribeRequest(t, `{}`)
	r.Backfill = 5
	var sub *waiting
	var err error
	beforeReading(t, s, func() { sub, err = subscribe(t.Context(), s, r) }, func() {
		j.append(liveName, numbered(100, 2))
		rotator{j}.rename(liveName, "audit-2026-04-22.1.tsv")
		j.append(liveName, numbered(102, 3))
	})
	if err != nil {
		t.Fatalf("Subscribe: %v", err)
	}
	defer sub.Close()
	j.append(liveName, numbered(105, 20))
	if err := s.follower.ask(t.Context()); err != nil {
		t.Fatal(err)
	}
	l := &listener{waiting: sub, t: t}
	for len(l.rows) < 20 {
		l.read()
	}
	first := slices.Index(numberedRows(0, 125), l.rows[0])
	if first < 95 || first > 100 {
		t.Fatalf("the first row is %q, want one of the last five that were there", l.rows[0])
	}
	l.want(numberedRows(first, 125-first))
}

// A cursor of one process counts in another one that has not noticed yet what
// the first has read.
func TestResumeAtSlowerProcess(t *testing.T) {
	t.Parallel()
	j := newJournal(t)
	j.write(liveName, numbered(0, 3))
	asked := func(o *Options) { o.Follow, o.Poll = FollowPoll, time.Hour }
	ahead, behind := j.open(asked), j.open(asked)
	l := listen(t, ahead, subscribeRequest(t, `{}`))
	j.append(liveName, numbered(3, 2))
	j.must(ahead.follower.ask(t.Context()))
	l.want(numberedRows(3, 2))
	r := subscribeRequest(t, `{}`)
	r.After = l.cursor
	resumed := listen(t, behind, r)
	j.append(liveName, numbered(5, 2))
	j.must(behind.follower.ask(t.Context()))
	resumed.want(numberedRows(5, 2))
}

// Of what a subscription has seen before the follower read it, nothing is noted,
// though lines that are too long leave gaps between stretches.
func TestSubscriptionAhead(t *testing.T) {
	for _, tt := range []struct {
		name   string
		spans  [][2]int64
		noted  [][2]int64
		behind bool // the follower has yet to read what was seen
	}{
		{"as it was", [][2]int64{{100, 200}, {200, 400}}, [][2]int64{{300, 400}}, false},
		{"not yet", [][2]int64{{100, 200}}, nil, true},
		{"gap before", [][2]int64{{150, 200}, {200, 400}}, [][2]int64{{300, 400}}, false},
		{"gap within", [][2]int64{{100, 200}, {250, 400}}, [][2]int64{{300, 400}}, false},
		{"gap to the end", [][2]int64{{350, 400}}, [][2]int64{{350, 400}}, false},
		{"written anew", [][2]int64{{0, 50}, {50, 400}}, [][2]int64{{0, 400}}, false},
	} {
		s := &Subscription{ahead: map[partPlace]advance{{1, 0}: {100, 300}}}
		for _, span := range tt.spans {
			s.note(&stretch{day: 1, from: span[0], to: span[1]})
		}
		var noted [][2]int64
		for _, n := range s.noted {
			noted = append(noted, [2]int64{n.from, n.to})
		}
		if diff := cmp.Diff(tt.noted, noted); diff != "" || len(s.ahead) > 0 != tt.behind {
			t.Errorf("%s: ahead %v, noted (-want +got):\n%s", tt.name, s.ahead, diff)
		}
	}
}

// A part that came after a cursor was made is new whatever its time says: clocks
// are set back, and programs set times.
func TestResumeIgnoresTimes(t *testing.T) {
	t.Parallel()
	j := newJournal(t)
	j.write(liveName, numbered(0, 3))
	s := j.open(func(o *Options) { o.Follow, o.Poll = FollowPoll, time.Hour })
	r := subscribeRequest(t, `{}`)
	r.After = listen(t, s, subscribeRequest(t, `{}`)).cursor
	rotator{j}.rename(liveName, "audit-2026-04-22.1.tsv")
	j.append(liveName, numbered(3, 2))
	past := time.Now().Add(-time.Hour)
	j.must(os.Chtimes(j.path(liveName), past, past))
	l := listen(t, s, r)
	j.append(liveName, numbered(5, 1))
	j.must(s.follower.ask(t.Context()))
	l.read()
	l.want(numberedRows(3, 3))
}

// A day may have more parts than a cursor names; what is not named of them is
// neither sent again nor lost.
func TestSubscribeManyParts(t *testing.T) {
	t.Parallel()
	j := newJournal(t)
	part := func(n int) string { return fmt.Sprintf("audit-2026-04-22.%d.tsv", n) }
	const parts = mostMarks + 20
	past := time.Now().Add(-time.Hour)
	for n := range parts {
		j.write(part(n+1), numbered(n, 1))
		j.must(os.Chtimes(j.path(part(n+1)), past, past))
	}
	j.write(liveName, numbered(parts, 1))
	s := j.open(func(o *Options) { o.Follow, o.Poll = FollowPoll, time.Hour })
	after := subscribeRequest(t, `{}`)
	after.After = listen(t, s, subscribeRequest(t, `{}`)).cursor
	rotate := func(n int) {
		rotator{j}.rename(liveName, part(n))
		j.append(liveName, numbered(n, 1))
	}
	rotate(parts + 1)
	rotate(parts + 2)
	l := listen(t, s, after)
	for range 2 {
		l.read()
		after.After = l.cursor
		resumed := listen(t, s, after)
		resumed.rows = slices.Clone(l.rows)
		resumed.want(numberedRows(parts+1, 2))
	}
	// Those that are new since are named besides.
	const more = waypointNamed
	for n := range more {
		rotate(parts + 3 + n)
	}
	after.After = l.cursor
	l = listen(t, s, after)
	for len(l.rows) < more {
		l.read()
		if after.After = l.cursor; len(l.rows) == more/2 {
			resumed := listen(t, s, after)
			resumed.rows = slices.Clone(l.rows)
			resumed.want(numberedRows(parts+3, more))
		}
	}
	l.want(numberedRows(parts+3, more))
}

// What is read while a subscription is behind takes little memory, also where
// several files grow in turns.
func TestSubscriptionNotesSpans(t *testing.T) {
	s := &Subscription{}
	note := func(rank int, from, to int64) {
		s.note(&stretch{day: 1, rank: rank, name: liveName, from: from, to: to})
	}
	for n := range int64(1000) {
		note(0, 10*n, 10*n+10)
		note(1, 10*n, 10*n+10)
	}
	note(1, 0, 5) // it was cut short, and written anew
	note(0, 10_000, 10_001)
	note(1, 5, 7)
	span := func(rank int, from, to int64) partSpan {
		return partSpan{partPlace: partPlace{1, rank}, from: from, to: to, printed: true}
	}
	want := []partSpan{span(0, 0, 10_001), span(1, 0, 10_000), span(1, 0, 7)}
	if diff := cmp.Diff(want, s.noted, cmp.AllowUnexported(partSpan{}, partPlace{})); diff != "" {
		t.Errorf("spans mismatch (-want +got):\n%s", diff)
	}
}

// rowText returns the row of line.
func rowText(sec int64, detail string) string { return fmt.Sprintf("%d %s", sec, detail) }

// TestSubscribersResume has subscribers leave and come back by their cursors
// while lines are written, files are rotated and compressed and the store is
// opened anew.
func TestSubscribersResume(t *testing.T) {
	t.Parallel()
	j := newJournal(t)
	j.write(liveName, "")
	s := j.open(follow)
	rng := rand.New(rand.NewPCG(1, 2))
	var listeners []*listener
	for i := range 8 {
		r := subscribeRequest(t, []string{`{}`, `{"where":["detail","like","%7"]}`}[i%2])
		listeners = append(listeners, listen(t, s, r))
	}
	written, part := 0, 0
	for range 60 {
		switch rng.IntN(6) {
		case 0:
			part++
			j.must(os.Rename(j.path(liveName), j.path(fmt.Sprintf("audit-2026-04-22.%d.tsv", part))))
			j.write(liveName, "")
		case 1:
			if part > 0 {
				name := fmt.Sprintf("audit-2026-04-22.%d.tsv", 1+rng.IntN(part))
				if content, err := os.ReadFile(j.path(name)); err == nil {
					j.write(name+".gz", packed(t, gzipped, string(content)))
					j.must(os.Remove(j.path(name)))
				}
			}
		case 2:
			for _, l := range listeners {
				l.Close()
			}
			j.must(s.Close())
			n := rng.IntN(3000)
			j.append(liveName, numbered(written, n))
			written += n
			s = j.open(follow)
		}
		n := rng.IntN(300)
		j.append(liveName, numbered(written, n))
		written += n
		for i, l := range listeners {
			if rng.IntN(3) == 0 || l.closed {
				l.Close()
				r := subscribeRequest(t, []string{`{}`, `{"where":["detail","like","%7"]}`}[i%2])
				r.After = l.cursor
				next := listen(t, s, r)
				l.waiting = next.waiting
			}
			if rng.IntN(2) == 0 && len(l.rows) < written && i%2 == 0 {
				l.read()
			}
		}
	}
	all := numberedRows(0, written)
	var sevens []string
	for _, row := range all {
		if strings.HasSuffix(row, "7") {
			sevens = append(sevens, row)
		}
	}
	for i, l := range listeners {
		l.want([][]string{all, sevens}[i%2])
		if l.dropped != 0 {
			t.Errorf("listener %d: %d rows were dropped", i, l.dropped)
		}
	}
}

// follow makes a store follow its journal.
func follow(o *Options) { o.Follow = FollowAuto }

// TestSubscriptionsJoin has subscriptions begin, with and without matches that are
// there, while lines are written and the file is rotated: each sees consecutive
// lines.
func TestSubscriptionsJoin(t *testing.T) {
	t.Parallel()
	j := newJournal(t)
	j.write(liveName, numbered(0, 500))
	s := j.open(follow)
	const all = 20_000
	written := make(chan struct{})
	go func() {
		defer close(written)
		rng := rand.New(rand.NewPCG(3, 4))
		for n, part := 500, 1; n < all; {
			some := min(1+rng.IntN(100), all-n)
			j.append(liveName, numbered(n, some))
			n += some
			if rng.IntN(40) == 0 {
				j.must(os.Rename(j.path(liveName), j.path(fmt.Sprintf("audit-2026-04-22.%d.tsv", part))))
				part++
			}
		}
	}()
	var group, begun sync.WaitGroup
	for i := range 24 {
		begun.Add(1)
		group.Go(func() {
			r := subscribeRequest(t, `{}`)
			if i%3 > 0 {
				r.Backfill = i * 40
			}
			for range i {
				time.Sleep(time.Millisecond) // they begin at different times
			}
			l := &listener{t: t}
			for next, first := -1, true; next <= all; {
				sub, err := subscribe(t.Context(), s, r)
				if first {
					first = false
					begun.Done()
				}
				if err != nil {
					t.Errorf("Subscribe(%+v): %v", r, err)
					return
				}
				for reads := 1 + i%4*10; reads > 0 && next <= all; reads-- {
					e, err := sub.Next(t.Context())
					if err != nil {
						t.Errorf("Next: %v", err)
						sub.Close()
						return
					}
					l.cursor = e.Cursor
					for _, row := range e.Rows {
						var number int
						fmt.Sscanf(string(row), fmt.Sprintf("%d record %%d", noon(0)), &number)
						if next >= 0 && number != next || e.Dropped > 0 {
							t.Errorf("subscriber %d: record %d after %d, %d dropped", i, number, next-1, e.Dropped)
							sub.Close()
							return
						}
						next = number + 1
					}
				}
				sub.Close()
				r = subscribeRequest(t, `{}`)
				r.After = l.cursor
			}
		})
	}
	<-written
	begun.Wait()
	j.append(liveName, numbered(all, 1)) // for those who began when all else was written
	group.Wait()
}

// Each different filter is evaluated for each new line, so all subscriptions
// together may have no more than so many; those that come second are free.
func TestSubscribeManyFilters(t *testing.T) {
	t.Parallel()
	j := newJournal(t)
	j.write(liveName, numbered(0, 3))
	s := j.open(follow, func(o *Options) { o.LiveFilters = 2 })
	filter := func(n, backfill int) *SubscribeRequest {
		r := subscribeRequest(t, fmt.Sprintf(`{"where":["detail","like","%%%d"]}`, n))
		r.Backfill = backfill
		return r
	}
	first := listen(t, s, filter(1, 0))
	second := listen(t, s, filter(2, 1)) // which has not joined its group yet
	listen(t, s, filter(1, 1)).Close()
	for _, backfill := range []int{0, 1} {
		if _, err := s.Subscribe(t.Context(), filter(3, backfill)); !errors.Is(err, ErrManyFilters) {
			t.Errorf("a third filter, backfill %d: %v, want %v", backfill, err, ErrManyFilters)
		}
	}
	second.Close()
	listen(t, s, filter(3, 0))
	j.append(liveName, numbered(11, 1))
	first.want(numberedRows(11, 1))
}

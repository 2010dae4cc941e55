package logstore

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// polled makes a store look at its journal when it is asked, and each second.
func polled(o *Options) { o.Follow, o.Poll = FollowPoll, time.Second }

// end reads until the subscription ends, and returns why.
func (l *listener) end() error {
	ctx, cancel := context.WithTimeout(l.t.Context(), patience)
	defer cancel()
	for {
		e, err := l.Next(ctx)
		if err != nil {
			return err
		}
		for _, row := range e.Rows {
			l.rows = append(l.rows, string(row))
		}
	}
}

// What a file holds that was written anew while a subscription was behind is not
// what the subscription is behind with: no row of it comes.
func TestCatchUpProvesFirst(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(j *journal){
		"plain": func(j *journal) { j.write(liveName, numbered(50_000, 9000)) },
		"compressed": func(j *journal) {
			j.write(liveName+".gz", packed(j, gzipped, numbered(50_000, 9000)))
			j.must(os.Remove(j.path(liveName)))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := newJournal(t)
			j.write(liveName, "")
			s := j.open(polled)
			r := subscribeRequest(t, `{}`)
			r.After = listen(t, s, subscribeRequest(t, `{}`)).cursor
			j.append(liveName, numbered(0, 8000))
			l := listen(t, s, r)
			change(j)
			if err := l.end(); !errors.Is(err, errGone) || len(l.rows) > 0 {
				t.Errorf("%d rows came before %v, want none before %v", len(l.rows), err, errGone)
			}
		})
	}
}

// A file that is gone may still be written to, while another one has its place: a
// subscription that is behind does not read that one in its stead.
func TestCatchUpOfGoneFile(t *testing.T) {
	t.Parallel()
	j := newJournal(t)
	j.write(liveName, numbered(0, 10))
	s := j.open(polled)
	gone, err := os.OpenFile(j.path(liveName), os.O_WRONLY|os.O_APPEND, 0)
	j.must(err)
	defer gone.Close()
	r := subscribeRequest(t, `{}`)
	r.After = listen(t, s, subscribeRequest(t, `{}`)).cursor
	l := listen(t, s, r)
	j.must(os.Remove(j.path(liveName)))
	j.must(s.follower.ask(t.Context()))
	j.write(liveName, numbered(100, 50))
	j.must(s.follower.ask(t.Context()))
	_, err = gone.WriteString(numbered(10, 2))
	j.must(err)
	j.must(s.follower.ask(t.Context()))
	if err := l.end(); !errors.Is(err, errGone) {
		t.Errorf("the subscription ended with %v, want %v", err, errGone)
	}
	if diff := cmp.Diff(numberedRows(100, 50), l.rows); diff != "" {
		t.Errorf("rows mismatch (-want +got):\n%s", diff)
	}
}

// A subscription has seen lines of a part that is gone before the follower reads
// them: it does not wait for that for ever.
func TestCatchUpAheadOfGonePart(t *testing.T) {
	t.Parallel()
	j := newJournal(t)
	j.write(liveName, numbered(0, 3))
	s := j.open(polled)
	r := subscribeRequest(t, `{}`)
	r.After = listen(t, s, subscribeRequest(t, `{}`)).cursor
	l := listen(t, s, r)
	s.hub.precede(l.Subscription, map[partPlace]int64{{dayOf(noon(0)), 1}: 1000}, newWaypoint(nil))
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	written := make(chan struct{})
	go func() {
		defer close(written)
		for len(s.hub.ahead(l.Subscription)) > 0 && ctx.Err() == nil {
			time.Sleep(time.Millisecond)
		}
		j.append(liveName, numbered(3, 1))
	}()
	l.want(numberedRows(3, 1))
	<-written
}

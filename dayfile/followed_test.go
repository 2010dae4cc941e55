package dayfile_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"daybook/filter"
	"daybook/logstore"
)

// TestFollowed subscribes to a journal while processes write to it and rotate
// its file at every few records. Each record comes once, each process's in its
// order, whether the file system tells of changes or not.
func TestFollowed(t *testing.T) {
	for mode, name := range map[logstore.FollowMode]string{logstore.FollowAuto: "event", logstore.FollowPoll: "poll"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testFollowed(t, logstore.Options{Follow: mode, Poll: 20 * time.Millisecond})
		})
	}
}

func testFollowed(t *testing.T, o logstore.Options) {
	const processes, records = 4, 200
	f := newFolder(t)
	store := openStore(t, f.dir, o)
	defer store.Close()
	awake := make(chan struct{}, 1)
	sub, err := store.Subscribe(t.Context(), &logstore.SubscribeRequest{Query: everything(t), Format: "detail",
		Render: func(dst []byte, row *logstore.Row) []byte { return append(dst, row.Text(filter.Field(6))...) },
		Wake: func() {
			select {
			case awake <- struct{}{}:
			default:
			}
		}})
	f.must(err)
	defer sub.Close()

	var group sync.WaitGroup
	for id := range processes {
		cmd, out := child{Dir: f.dir, ID: id, Records: records, MaxSize: 3000, LongTo: 300}.start(t)
		group.Go(func() {
			lastNumber(t, out)
			if err := cmd.Wait(); err != nil {
				t.Error(err)
			}
		})
	}
	defer group.Wait()

	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	next := make([]int, processes)
	for got := 0; got < processes*records; {
		e, err := sub.Take()
		if err != nil {
			t.Fatalf("after %d records: %v", got, err)
		}
		if e == nil {
			select {
			case <-awake:
			case <-ctx.Done():
				t.Fatalf("after %d records: %v", got, ctx.Err())
			}
			continue
		}
		if e.Dropped > 0 {
			t.Errorf("%d records dropped", e.Dropped)
		}
		for _, row := range e.Rows {
			id, number, whole := parseDetail(string(row))
			if next[id]++; !whole || number != next[id] {
				t.Fatalf("process %d: record %q where its record %d belongs", id, row, next[id])
			}
			got++
		}
	}
	if least := processes * records * 200 / 3000; len(f.content()) < least {
		t.Errorf("%d files, want at least %d", len(f.content()), least)
	}
	status, err := store.Status(t.Context(), 0, 1<<20)
	f.must(err)
	if len(status.Incidents) > 0 {
		t.Errorf("incidents %v, want none: rotation is none", status.Incidents)
	}
}

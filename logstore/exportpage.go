package logstore

import (
	"context"
	"io"
)

// turn finds the export's next page. The error is io.EOF where none is left.
func (x *Export) turn(ctx context.Context) error {
	for {
		page, failed, err := x.next(ctx)
		switch {
		case err == errNotIndexed:
			if err := x.withoutIndex(ctx); err != nil {
				return err
			}
			continue
		case err != nil:
			return err
		case len(failed) > 0:
			if err := x.leaveOut(failed); err != nil {
				return err
			}
			continue
		case len(page) == 0:
			return io.EOF
		}
		x.pass(page)
		n := min(x.skip, int64(len(page)))
		x.skip -= n
		for _, p := range page[n:] {
			if !x.lost(p) {
				x.page = append(x.page, p)
			}
		}
		if len(x.page) > 0 {
			return nil
		}
	}
}

// next returns the matches that come next, in order; none at the end.
func (x *Export) next(ctx context.Context) (page []position, failed []failure, err error) {
	want := x.store.opts.exportPage
	if x.raw.more && len(x.raw.entries) == 0 {
		if _, failed, err := x.harvest(ctx); err != nil || len(failed) > 0 {
			return nil, failed, err
		}
	}
	if x.raw.more {
		want = min(want, len(x.raw.entries)) // what follows is not known
	}
	raw := x.raw.entries[:min(want, len(x.raw.entries))]
	runs := x.inRuns - x.fromRuns
	if runs == 0 {
		for i := range raw {
			page = append(page, position(raw[i].tie)^x.flip())
		}
		return page, nil, nil
	}
	to := x.fromRuns + min(int64(want), runs+int64(len(raw)))
	err = x.search.guarded(func() error {
		sel := x.newSelector()
		sel.take(matchSet{runs: x.search.runs, raw: raw}, 0, x.fromRuns, to)
		x.store.segments.Put(sel.mem)
		page = sel.page
		return nil
	})
	return page, nil, err
}

// pass notes that the matches of a page have come.
func (x *Export) pass(page []position) {
	passed := 0
	for _, p := range page {
		if passed < len(x.raw.entries) && position(x.raw.entries[passed].tie)^x.flip() == p {
			passed++
		}
	}
	x.fromRuns += int64(len(page) - passed)
	if passed > 0 {
		low := x.raw.entries[passed-1]
		x.raw.low = &low
		clear(x.raw.entries[:passed])
		x.raw.entries = x.raw.entries[passed:]
	}
	x.last, x.passed = page[len(page)-1], true
}

// withoutIndex goes on without the index, which turned out not to be what it was:
// what is left are the matches behind the last that was passed.
func (x *Export) withoutIndex(ctx context.Context) error {
	x.forgetIndex()
	if x.passed {
		low, err := x.entryAt(ctx, x.last)
		if err != nil {
			return err
		}
		x.raw.low = low
	}
	x.raw.entries, x.raw.more = nil, true
	return nil
}

// entryAt returns the entry of a match, which it reads.
func (x *Export) entryAt(ctx context.Context, p position) (*entry, error) {
	var key []byte
	reader, request := *x.query, *x.request
	request.Render = func(dst []byte, row *Row) []byte {
		key = x.ordering.AppendKey(nil, &row.record, row.values)
		return dst
	}
	request.MaxBytes = 0
	reader.request = &request
	_, failed, err := reader.fetch(ctx, x.snap, []position{p})
	if err == nil && len(failed) > 0 {
		err = readError(failed[0].source.name, failed[0].err)
	}
	if err != nil {
		return nil, err
	}
	e := makeEntry(key, uint64(p^x.flip()))
	return &e, nil
}

package client

import (
	"context"
	"iter"
)

// pageSize is how many rows a page has where FilterParams.Limit does not say.
const pageSize = 1000

// Pages yields all matches of GetLogsByFilter, p.Limit rows at a time (1,000 when
// it is zero), from p.Offset on. All pages are of the same snapshot, whatever is
// written meanwhile: that of the first page, or p.At. Without a match there is one
// page, without rows. An error ends the sequence and is its last value.
func (c *Client) Pages(ctx context.Context, p FilterParams) iter.Seq2[*FilterResult, error] {
	return func(yield func(*FilterResult, error) bool) {
		p := p // each use begins anew
		if p.Limit == 0 {
			p.Limit = pageSize
		}
		p.Cursor = true
		for {
			page, err := c.GetLogsByFilter(ctx, p)
			if err == nil && page.Cursor == "" {
				err = &ProtocolError{"the answer to GetLogsByFilter has no cursor"}
			}
			if err != nil {
				yield(nil, err)
				return
			}
			p.At = page.Cursor
			p.Offset += int64(len(page.Rows))
			if !yield(page, nil) || len(page.Rows) == 0 || p.Offset >= page.Count {
				return
			}
		}
	}
}

// Records yields the records of Pages one by one.
func (c *Client) Records(ctx context.Context, p FilterParams) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		for page, err := range c.Pages(ctx, p) {
			var records []Record
			if err == nil {
				records, err = page.Records()
			}
			if err != nil {
				yield(Record{}, err)
				return
			}
			for _, r := range records {
				if !yield(r, nil) {
					return
				}
			}
		}
	}
}

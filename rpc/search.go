package rpc

import (
	"context"

	"daybook/filter"
	"daybook/logstore"
)

// A searcher runs the searches of methods over one journal.
type searcher struct {
	store     Store
	schema    *filter.Schema
	query     filter.Limits // of one request's params
	maxAnswer int64         // bytes
}

// missing is the error of questions about a journal that there is none of.
func (s *searcher) missing() error { return errNoMethod("", "there is no journal of requests here") }

// A search is a checked request for a page of a journal, and how to show it.
type search struct {
	query *filter.Query
	rows  *rowFormat
	total bool // the answer has a total
	asked asked
}

// call returns the call that runs what.
func (s *searcher) call(what search) Call {
	return func(ctx context.Context, from *Caller) (Answer, error) {
		if s.store == nil {
			return nil, s.missing()
		}
		rows := what.rows.in(from.Encoding)
		res, err := s.store.Search(ctx, &logstore.Request{
			Query:    what.query,
			Partial:  what.asked.partial,
			Explain:  what.asked.explain,
			Cursor:   what.asked.cursor,
			At:       what.asked.at,
			Render:   rows.render,
			MaxBytes: s.maxAnswer,
		})
		if err != nil {
			return nil, cursorFault("at", err)
		}
		var tail []member
		if what.total {
			tail = append(tail, member{"total", res.Total})
		}
		tail = append(tail, what.asked.members(res.Problems, res.Cursor, res.Explain)...)
		t, err := rows.newTable(res, tail, s.maxAnswer)
		if err != nil {
			return nil, err // not t: a nil *table is no nil Answer
		}
		return t, nil
	}
}

package rpc

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"daybook/filter"
	"daybook/logstore"
)

// decodeGroups reads the params of a method that counts: conditions, the
// journal, what read reads of the method's own params, and how to answer. Of
// several faults it names an unknown or repeated param first, then the first in
// this order.
func (j journals) decodeGroups(params []byte, own []string,
	read func(s *searcher, p *filter.Params, r *logstore.GroupRequest) error) (*searcher, *logstore.GroupRequest, error) {
	p, err := filter.ParseParams(params)
	if err != nil {
		return nil, nil, err
	}
	s := j.named(p)
	names := append(append([]string{journalName}, own...), askedNames()...)
	if err := filter.OnlyConditions(s.schema, p, names...); err != nil {
		return nil, nil, err
	}
	r := &logstore.GroupRequest{}
	if r.Query, err = filter.DecodeConditions(s.schema, p, s.query); err != nil {
		return nil, nil, err
	}
	if err := j.check(p); err != nil {
		return nil, nil, err
	}
	if err := read(s, p, r); err != nil {
		return nil, nil, err
	}
	a, err := readAsked(p)
	if err != nil {
		return nil, nil, err
	}
	r.Explain, r.Partial, r.Cursor, r.At = a.explain, a.partial, a.cursor, a.at
	return s, r, nil
}

// A groupFormat appends the members of an answer that a method has of its own,
// each followed by a comma, with texts in the encoding e.
type groupFormat func(dst []byte, g *logstore.Groups, e Encoding) []byte

// count returns the call that counts what r asks for.
func (s *searcher) count(r *logstore.GroupRequest, own groupFormat) Call {
	return func(ctx context.Context, from *Caller) (Answer, error) {
		if s.store == nil {
			return nil, s.missing()
		}
		g, err := s.store.Group(ctx, r)
		if err != nil {
			return nil, cursorFault("at", intervalFault(err))
		}
		text := own([]byte{'{'}, g, from.Encoding)
		text = append(text, `"count":`...)
		text = strconv.AppendInt(text, g.Count, 10)
		text = append(text, `,"total":`...)
		text = strconv.AppendInt(text, g.Total, 10)
		a := asked{partial: r.Partial}
		text = from.Encoding.appendMembers(text, a.members(g.Problems, g.Cursor, g.Explain))
		text = append(text, '}')
		if n := int64(len(text)); n > s.maxAnswer {
			return nil, &logstore.TooLargeError{Limit: s.maxAnswer, Actual: n}
		}
		return &groupsAnswer{text, max(len(g.Buckets), len(g.Values)), g.Count, from.Encoding}, nil
	}
}

// appendGrouped appends the JSON of a value of f that was counted, with texts in the
// encoding e. A time in seconds is a number, as in rows of records.
func (s *searcher) appendGrouped(dst []byte, f filter.Field, v *logstore.ValueCount, e Encoding) []byte {
	kind := s.schema.Kind(f)
	switch {
	case v.Null:
		return append(dst, "null"...)
	case kind == filter.Time && s.schema.Unit() == 1:
		return append(dst, v.Value...)
	case kind == filter.Text || kind == filter.Time:
		return e.appendQuoted(dst, []byte(v.Value))
	}
	return appendNumber(dst, kind, filter.Number([]byte(v.Value)))
}

// intervalFault makes a fault of the interval out of a *logstore.BucketsError,
// and leaves other errors as they are.
func intervalFault(err error) error {
	var many *logstore.BucketsError
	if !errors.As(err, &many) {
		return err
	}
	reason := fmt.Sprintf("more than %d buckets; the smallest interval that fits is %d seconds", logstore.MaxBuckets, many.Interval)
	if many.Interval > filter.MaxInterval {
		reason = fmt.Sprintf("more than %d buckets with any interval; narrow the time range", logstore.MaxBuckets)
	}
	return &filter.ParamError{Param: "interval", Reason: reason}
}

// A groupsAnswer is the Answer of a method that counts.
type groupsAnswer struct {
	Bytes
	rows  int
	count int64
	texts Encoding
}

// Rows returns the number of rows in the answer.
func (a *groupsAnswer) Rows() int { return a.rows }

// Count returns the number of matches.
func (a *groupsAnswer) Count() int64 { return a.count }

func (a *groupsAnswer) encoding() Encoding { return a.texts }

package rpc

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"daybook/auth"
	"daybook/filter"
	"daybook/logstore"
)

// The names of the journals that can be asked for.
const (
	auditJournal   = "audit"
	requestJournal = "requests"
)

// decodeGroups reads the params of a method that counts: conditions, the
// journal, what read reads of the method's own params, and how to answer. of is
// the searcher of that journal. Of several faults it names an unknown or repeated
// param first, then the first in this order.
func (s *searcher) decodeGroups(params []byte, own []string,
	read func(of *searcher, p *filter.Params, r *logstore.GroupRequest) error) (of *searcher, r *logstore.GroupRequest, err error) {
	p, err := filter.ParseParams(params)
	if err != nil {
		return nil, nil, err
	}
	of, unknown := s.journal(p)
	names := append(append([]string{"journal"}, own...), askedNames()...)
	if err := filter.OnlyConditions(of.schema, p, names...); err != nil {
		return nil, nil, err
	}
	r = &logstore.GroupRequest{}
	if r.Query, err = filter.DecodeConditions(of.schema, p, s.query); err != nil {
		return nil, nil, err
	}
	if unknown != nil {
		return nil, nil, unknown
	}
	if err := read(of, p, r); err != nil {
		return nil, nil, err
	}
	a, err := readAsked(p)
	if err != nil {
		return nil, nil, err
	}
	r.Explain, r.Partial, r.Cursor, r.At = a.explain, a.partial, a.cursor, a.at
	return of, r, nil
}

// journal returns the searcher of the journal that p asks for; s and an error,
// where there is none of that name.
func (s *searcher) journal(p *filter.Params) (*searcher, error) {
	names := s.journalNames()
	name, err := p.Choice("journal", names...)
	if err != nil {
		return s, err
	}
	return s.journals[slices.Index(names, name)], nil
}

func (s *searcher) journalNames() []string {
	var names []string
	for _, j := range s.journals {
		names = append(names, j.name)
	}
	return names
}

// A groupFormat appends the members of an answer that a method has of its own,
// each followed by a comma, with texts in the encoding e.
type groupFormat func(dst []byte, g *logstore.Groups, e Encoding) []byte

// count returns the call that counts what r asks for.
func (s *searcher) count(r *logstore.GroupRequest, own groupFormat) Call {
	return func(ctx context.Context, from *Caller) (Answer, error) {
		// A method is for those who may search its first journal.
		if s.action != auth.ReadLogs && !from.Principal.May(s.action) {
			return nil, errNoRights(fmt.Sprintf("%v may not %v", from.Principal.Session, s.action))
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

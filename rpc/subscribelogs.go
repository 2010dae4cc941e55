package rpc

import (
	"context"
	"encoding/json"
	"errors"

	"daybook/auth"
	"daybook/filter"
	"daybook/logstore"
)

// mostBackfill is how many rows that are there already a subscription may begin
// with.
const mostBackfill = 10_000

// subscribeLogs returns the method that begins to send rows as they come.
func subscribeLogs(s *searcher) Method {
	return Method{
		Name:    "SubscribeLogs",
		Summary: "Sends the rows that match as they are written, as notifications LogEvent.",
		Action:  auth.ReadLogs,
		Query:   true,
		Push:    true,
		Params:  subscribeLogsParams(s.query),
		Result:  subscribeLogsResult(),
		Decode: func(params []byte) (Call, error) {
			r, err := s.decodeSubscribe(params)
			if err != nil {
				return nil, err
			}
			return func(ctx context.Context, from *Caller) (Answer, error) {
				one, err := from.push.open(ctx, from, s.store, r)
				var refused *logstore.CursorError
				if errors.As(err, &refused) {
					return nil, &filter.ParamError{Param: "after", Reason: refused.Reason}
				}
				if err != nil {
					return nil, err // not one: a nil *subscribed is no nil Answer
				}
				return newSubscribed(one), nil
			}, nil
		},
	}
}

// decodeSubscribe reads the params of SubscribeLogs. Of several faults it names
// an unknown or repeated param first, then the first in the order of the
// contract's tables.
func (s *searcher) decodeSubscribe(params []byte) (*logstore.SubscribeRequest, error) {
	p, err := filter.ParseParams(params)
	if err != nil {
		return nil, err
	}
	if err := filter.OnlyConditions(s.schema, p, "backfill", "after"); err != nil {
		return nil, err
	}
	r := &logstore.SubscribeRequest{}
	if r.Query, err = filter.DecodeConditions(s.schema, p, s.query); err != nil {
		return nil, err
	}
	if p.Has("backfill") {
		n, err := p.Count("backfill", mostBackfill)
		if err != nil {
			return nil, err
		}
		r.Backfill = int(n)
	}
	if !p.Has("after") {
		return r, nil
	}
	var after *string
	if err := json.Unmarshal(p.Raw("after"), &after); err != nil || after == nil || *after == "" {
		return nil, &filter.ParamError{Param: "after", Reason: "must be the cursor of a subscription, a string"}
	}
	if p.Has("backfill") {
		return nil, &filter.ParamError{Param: "after", Reason: "excludes backfill"}
	}
	r.After = *after
	return r, nil
}

// A subscribed is the Answer of SubscribeLogs.
type subscribed struct {
	Bytes
	*subscription
}

// encoding tells that neither member ever needs an escape.
func (*subscribed) encoding() Encoding { return ASCII }

func newSubscribed(one *subscription) *subscribed {
	text := appendJSON(nil, struct {
		Subscription string `json:"subscription"`
		Cursor       string `json:"cursor"`
	}{one.id, one.cursor})
	return &subscribed{text, one}
}

// unsubscribeLogs returns the method that ends a subscription.
func unsubscribeLogs() Method {
	return Method{
		Name:    "UnsubscribeLogs",
		Summary: "Ends a subscription of this connection; nothing of it comes after the answer.",
		Action:  auth.ReadLogs,
		Push:    true,
		Params:  unsubscribeLogsParams(),
		Result:  unsubscribeLogsResult(),
		Decode: func(params []byte) (Call, error) {
			id, err := decodeUnsubscribe(params)
			if err != nil {
				return nil, err
			}
			return func(_ context.Context, from *Caller) (Answer, error) {
				if from.push.unsubscribe(id) {
					return Bytes("true"), nil
				}
				return Bytes("false"), nil
			}, nil
		},
	}
}

// decodeUnsubscribe reads the params of UnsubscribeLogs.
func decodeUnsubscribe(params []byte) (id string, err error) {
	p, err := filter.ParseParams(params)
	if err != nil {
		return "", err
	}
	if err := p.Only("subscription"); err != nil {
		return "", err
	}
	if !p.Has("subscription") {
		return "", &filter.ParamError{Param: "subscription", Reason: "missing; must be a string"}
	}
	var text *string
	if err := json.Unmarshal(p.Raw("subscription"), &text); err != nil || text == nil {
		return "", &filter.ParamError{Param: "subscription", Reason: "must be a string"}
	}
	return *text, nil
}

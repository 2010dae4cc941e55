package workload

import (
	"encoding/json"
	"fmt"
)

// A Request is what daybook is sent.
type Request struct {
	Method string
	Params json.RawMessage
}

// Body returns the message with that id.
func (r Request) Body(id int) []byte {
	return fmt.Appendf(nil, `{"jsonrpc":"2.0","id":%d,"method":%q,"params":%s}`, id, r.Method, r.Params)
}

// String shows the request in an error.
func (r Request) String() string { return r.Method + " " + string(r.Params) }

// params are the members of a request's params.
type params map[string]any

// request returns the request with these params, which encode whatever they
// hold.
func (p params) request(method string) Request {
	text, err := json.Marshal(p)
	if err != nil {
		panic(fmt.Sprintf("workload: %v", err)) // strings, numbers and lists only
	}
	return Request{Method: method, Params: text}
}

// Request puts the query to daybook. All is what a query without a span looks
// at: GetLogs has no window of its own.
func (q *Query) Request(all Span) Request {
	if q.Anywhere != "" {
		from, to := all.Bounds()
		return params{"from": from.Unix(), "to": to.Unix(), "filter": q.Anywhere, "limit": q.Limit, "offset": q.Offset}.request("GetLogs")
	}
	p := q.conditions()
	switch q.Shape {
	case PerDay:
		p["interval"], p["by"] = "day", ActorType
		return p.request("GetLogHistogram")
	case Top:
		p["field"], p["limit"] = Source, q.Limit
		return p.request("GetLogTop")
	}
	p["limit"], p["offset"] = q.Limit, q.Offset
	if q.Order != nil {
		p["orderBy"] = []any{q.Order.Field, direction(q.Order.Descending)}
	}
	return p.request("GetLogsByFilter")
}

// conditions returns the condition keys, each of which holds a list.
func (q *Query) conditions() params {
	p := make(params)
	add := func(key string, condition ...any) {
		list, _ := p[key].([]any)
		p[key] = append(list, condition)
	}
	if q.Span != nil {
		from, to := q.Span.Bounds()
		add("whereBetween", Timestamp, []int64{from.Unix(), to.Unix()})
	}
	for _, c := range q.Where {
		switch c.Operator {
		case NotEqual:
			add("whereNot", c.Field, c.Values[0])
		case In:
			add("whereIn", c.Field, c.Values)
		case NotIn:
			add("whereNotIn", c.Field, c.Values)
		case Contains:
			add("where", c.Field, c.Operator, "%"+c.Values[0]+"%")
		default:
			add("where", c.Field, c.Operator, c.Values[0])
		}
	}
	return p
}

// direction returns the word for an order's direction.
func direction(descending bool) string {
	if descending {
		return "DESC"
	}
	return "ASC"
}

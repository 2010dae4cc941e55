package rpc

import (
	"fmt"
	"math"

	"daybook/auth"
	"daybook/filter"
)

// getLogs returns the field based search: newest first, times as text.
func getLogs(s *searcher) Method {
	g := newFieldSearch(s.schema, s.query)
	rows := newRowFormat(s.schema, timeColumn, appendTimeText)
	return Method{
		Name:    "GetLogs",
		Summary: "Searches the audit journal by field, newest first.",
		Action:  auth.ReadLogs,
		Query:   true,
		Params:  getLogsParams(s.query, g.exact),
		Result:  getLogsResult(s.query.Rows, rows.structure),
		Decode: func(params []byte) (Call, error) {
			q, partial, err := g.decode(params)
			if err != nil {
				return nil, err
			}
			return s.call(search{query: q, rows: rows, asked: asked{partial: partial}}), nil
		},
	}
}

// A fieldSearch decodes the params of GetLogs.
type fieldSearch struct {
	schema *filter.Schema
	limits filter.Limits
	exact  []string // the text fields whose param asks for an equal value
	names  []string // all params, in the order in which they are read
}

// detailField is the one text field whose param asks for a part of the value.
const detailField = "detail"

func newFieldSearch(s *filter.Schema, l filter.Limits) *fieldSearch {
	g := &fieldSearch{schema: s, limits: l, names: []string{"from", "to", "limit", "offset"}}
	for _, name := range textFields(s) {
		if name != detailField {
			g.exact = append(g.exact, name)
		}
	}
	g.names = append(g.names, g.exact...)
	g.names = append(g.names, detailField, "filter", "partial")
	return g
}

// decode reads the params of GetLogs. Of several faults it names an unknown or
// repeated param first, then the first in the order of names.
func (g *fieldSearch) decode(params []byte) (q *filter.Query, partial bool, err error) {
	p, err := filter.ParseParams(params)
	if err != nil {
		return nil, false, err
	}
	if err := p.Only(g.names...); err != nil {
		return nil, false, err
	}
	if q, err = g.query(p); err != nil {
		return nil, false, err
	}
	if partial, err = p.Bool("partial"); err != nil {
		return nil, false, err
	}
	return q, partial, nil
}

// query reads what is asked for: a time range, a page, and conditions.
func (g *fieldSearch) query(p *filter.Params) (*filter.Query, error) {
	from, err := p.Time("from")
	if err != nil {
		return nil, err
	}
	to, err := p.Time("to")
	if err != nil {
		return nil, err
	}
	limit, err := p.Count("limit", g.limits.Rows)
	if err != nil {
		return nil, err
	}
	offset, err := p.Count("offset", math.MaxInt64)
	if err != nil {
		return nil, err
	}
	where, err := g.conditions(p)
	if err != nil {
		return nil, err
	}
	return &filter.Query{
		Schema: g.schema,
		Where:  append(where, filter.TimeBetween(from, to)),
		Limit:  int(limit),
		Offset: offset,
	}, nil
}

// conditions reads the optional params. An empty text is one not given.
func (g *fieldSearch) conditions(p *filter.Params) ([]filter.Condition, error) {
	var where []filter.Condition
	for _, name := range g.exact {
		text, err := p.Text(name)
		if err != nil {
			return nil, err
		}
		if field, ok := g.schema.Lookup(name); ok && text != "" {
			where = append(where, filter.EqualText(field, text))
		}
	}
	text, err := g.pattern(p, detailField)
	if err != nil {
		return nil, err
	}
	if field, ok := g.schema.Lookup(detailField); ok && text != "" {
		where = append(where, filter.ContainsFolded(field, text))
	}
	text, err = g.pattern(p, "filter")
	if err != nil {
		return nil, err
	}
	if text != "" {
		where = append(where, filter.AnyContainsFolded(text))
	}
	return where, nil
}

// pattern reads a text to search for, which may be as long as any pattern.
func (g *fieldSearch) pattern(p *filter.Params, name string) (string, error) {
	text, err := p.Text(name)
	if err == nil && len(text) > g.limits.Pattern {
		err = &filter.ParamError{
			Param:  name,
			Reason: fmt.Sprintf("%d bytes long; a pattern has at most %d", len(text), g.limits.Pattern),
		}
	}
	return text, err
}

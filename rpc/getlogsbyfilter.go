package rpc

import (
	"daybook/auth"
	"daybook/filter"
)

// getLogsByFilter returns the table view: predicates, sorting and paging over
// every field, times as Unix seconds.
func getLogsByFilter(s *searcher) Method {
	rows := newRowFormat(s.schema, timeField, appendUnix)
	return Method{
		Name:    "GetLogsByFilter",
		Summary: "Searches the audit journal by conditions on any field, sorted and paged.",
		Action:  auth.ReadLogs,
		Query:   true,
		Params:  queryParams("", s.schema, s.query),
		Result:  getLogsByFilterResult(s.query.Rows, rows.structure),
		Decode: func(params []byte) (Call, error) {
			q, asked, err := decodeFilter(s.schema, params, s.query)
			if err != nil {
				return nil, err
			}
			return s.call(search{query: q, rows: rows, total: true, asked: asked}), nil
		},
	}
}

// decodeFilter reads the params of GetLogsByFilter. Of several faults it
// names an unknown or repeated param first, then the first in the order of the
// contract's tables.
func decodeFilter(s *filter.Schema, params []byte, l filter.Limits) (q *filter.Query, a asked, err error) {
	p, err := filter.ParseParams(params)
	if err != nil {
		return nil, asked{}, err
	}
	if err := filter.OnlyQuery(s, p, askedNames()...); err != nil {
		return nil, asked{}, err
	}
	if q, err = filter.DecodeWithin(s, p, l); err != nil {
		return nil, asked{}, err
	}
	if a, err = readAsked(p); err != nil {
		return nil, asked{}, err
	}
	return q, a, nil
}

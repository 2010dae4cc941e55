package rpc

import (
	"strconv"

	"daybook/auth"
	"daybook/filter"
	"daybook/logstore"
)

const (
	defaultTop = 5    // values in an answer, where no limit is given
	mostTop    = 1000 // values in an answer
)

// getLogTop returns the ranking: the most frequent values of a field.
func getLogTop(j journals) Method {
	return Method{
		Name:    "GetLogTop",
		Summary: "Counts matches by the value of a field, and answers the most frequent ones.",
		Action:  auth.ReadLogs,
		Needs:   j.needs,
		Query:   true,
		Params:  getLogTopParams(j),
		Result:  getLogTopResult(),
		Decode: func(params []byte) (Call, error) {
			s, r, err := j.decodeGroups(params, []string{"field", "limit"}, (*searcher).readTop)
			if err != nil {
				return nil, err
			}
			return s.count(r, s.topFormat(r.Field)), nil
		},
	}
}

// readTop reads the params that are the ranking's own.
func (s *searcher) readTop(p *filter.Params, r *logstore.GroupRequest) (err error) {
	if r.Field, err = p.Field("field", s.schema, filter.Text, filter.Time, filter.Integer, filter.Boolean, filter.Decimal, filter.Instant); err != nil {
		return err
	}
	r.Values = defaultTop
	if p.Has("limit") {
		n, err := p.Count("limit", mostTop)
		if err != nil {
			return err
		}
		r.Values = int(n)
	}
	return nil
}

// topFormat appends structure, rows and what the rows leave out of the values
// of f.
func (s *searcher) topFormat(f filter.Field) groupFormat {
	return func(dst []byte, g *logstore.Groups, e Encoding) []byte {
		dst = append(dst, `"structure":`...)
		dst = appendJSON(dst, []string{s.schema.Name(f), "count", "percent"})
		dst = append(dst, `,"rows":[`...)
		other := g.Count
		for i := range g.Values {
			v := &g.Values[i]
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(dst, '[')
			dst = s.appendGrouped(dst, f, v, e)
			dst = append(dst, ',')
			dst = strconv.AppendInt(dst, v.Count, 10)
			dst = append(dst, ',')
			dst = appendPercent(dst, v.Count, g.Count)
			dst = append(dst, ']')
			other -= v.Count
		}
		dst = append(dst, `],"other":`...)
		dst = strconv.AppendInt(dst, other, 10)
		return append(dst, ',')
	}
}

// appendPercent appends the share that part has of whole, in percent with up
// to two decimals, rounded half away from zero. Neither is negative, nor so
// large that twenty thousand times as much overflows.
func appendPercent(dst []byte, part, whole int64) []byte {
	if whole == 0 {
		return append(dst, '0')
	}
	hundredths := (2*10_000*part + whole) / (2 * whole)
	dst = strconv.AppendInt(dst, hundredths/100, 10)
	switch fraction := hundredths % 100; {
	case fraction == 0:
		return dst
	case fraction%10 == 0:
		return append(dst, '.', '0'+byte(fraction/10))
	default:
		return append(dst, '.', '0'+byte(fraction/10), '0'+byte(fraction%10))
	}
}

package rpc

import (
	"strconv"

	"daybook/auth"
	"daybook/filter"
	"daybook/logstore"
)

// histogramValues is how many values of a field have columns of their own.
const histogramValues = 10

// getLogHistogram returns the chart: matches by time, and by the values of a
// field.
func getLogHistogram(j journals) Method {
	return Method{
		Name:    "GetLogHistogram",
		Summary: "Counts matches by time, and by the most frequent values of a field.",
		Action:  auth.ReadLogs,
		Needs:   j.needs,
		Query:   true,
		Params:  getLogHistogramParams(j),
		Result:  getLogHistogramResult(),
		Decode: func(params []byte) (Call, error) {
			s, r, err := j.decodeGroups(params, []string{"interval", "by"}, (*searcher).readHistogram)
			if err != nil {
				return nil, err
			}
			return s.count(r, s.histogramFormat(r.Field)), nil
		},
	}
}

// readHistogram reads the params that are the histogram's own.
func (s *searcher) readHistogram(p *filter.Params, r *logstore.GroupRequest) (err error) {
	if r.Interval, err = p.Interval("interval"); err != nil {
		return err
	}
	if err := r.Check(); err != nil {
		return intervalFault(err)
	}
	if !p.Has("by") {
		return nil
	}
	r.Values = histogramValues
	r.Field, err = p.Field("by", s.schema, filter.Text, filter.Integer, filter.Boolean, filter.Decimal, filter.Instant)
	return err
}

// histogramFormat appends structure and rows: a column for each value of f, one for
// all others if there are any, and the sum of them.
func (s *searcher) histogramFormat(f filter.Field) groupFormat {
	return func(dst []byte, g *logstore.Groups, e Encoding) []byte {
		others := g.More && len(g.Values) > 0
		dst = append(dst, `"structure":["`+timeField+`"`...)
		for i := range g.Values {
			dst = s.appendHeading(append(dst, ','), f, &g.Values[i], e)
		}
		if others {
			dst = append(dst, `,"other"`...)
		}
		dst = append(dst, `,"total"],"rows":[`...)
		for i := range g.Buckets {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendBucket(dst, &g.Buckets[i], others)
		}
		return append(dst, `],`...)
	}
}

// appendHeading appends the name of a value's column: its text, or null.
func (s *searcher) appendHeading(dst []byte, f filter.Field, v *logstore.ValueCount, e Encoding) []byte {
	if kind := s.schema.Kind(f); !v.Null && (kind == filter.Integer || kind == filter.Boolean) {
		return append(s.appendGrouped(append(dst, '"'), f, v, e), '"')
	}
	return s.appendGrouped(dst, f, v, e)
}

// appendBucket appends one row.
func appendBucket(dst []byte, b *logstore.Bucket, others bool) []byte {
	dst = append(dst, '[')
	dst = appendUnix(dst, b.Start)
	rest := b.Total
	for _, n := range b.Counts {
		dst = append(dst, ',')
		dst = strconv.AppendInt(dst, n, 10)
		rest -= n
	}
	if others {
		dst = append(dst, ',')
		dst = strconv.AppendInt(dst, rest, 10)
	}
	dst = append(dst, ',')
	dst = strconv.AppendInt(dst, b.Total, 10)
	return append(dst, ']')
}

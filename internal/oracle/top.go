package oracle

import (
	"encoding/json"
	"strconv"
)

// The bounds of contract 2.3 on the limit of GetLogTop.
const (
	defaultTop = 5
	maxTop     = 1000
)

// A topQuery is a decoded GetLogTop.
type topQuery struct {
	*query
	most int // values shown
}

// decodeGetLogTop decodes the params of GetLogTop in the order of contract
// 2.3: the shared ones, field, limit, then what can be asked for.
func decodeGetLogTop(raw json.RawMessage) (*query, *Error) {
	p, err := parseParams(raw)
	if err != nil {
		return nil, err
	}
	q, err := decodeGrouping(p, "field", "limit")
	if err != nil {
		return nil, err
	}
	t := topQuery{query: q, most: defaultTop}
	if p.raw("field") == nil {
		return nil, fault("field", "required")
	}
	if t.group, err = decodeField(p.raw("field"), "field"); err != nil {
		return nil, err
	}
	if p.raw("limit") != nil {
		most, err := p.count("limit", maxTop)
		if err != nil {
			return nil, err
		}
		t.most = int(most)
	}
	q.answer = t.answer
	q.asked, err = p.asked()
	return q, err
}

// answer answers GetLogTop: "other: N minus the counts shown".
func (t topQuery) answer(o *Oracle) (*answer, *Error) {
	f, err := o.find(t.query)
	if err != nil {
		return nil, err
	}
	count := len(f.records)
	other := count
	rows := [][]any{}
	all := tallies(f.records, t.group)
	for _, v := range all[:min(t.most, len(all))] {
		rows = append(rows, []any{t.show(v.value), v.count, percent(v.count, count)})
		other -= v.count
	}
	return &answer{
		structure: []string{fieldNames()[t.group], "count", "percent"},
		rows:      marshal(rows), Other: &other, Count: count, Total: &f.total, Problems: f.problems,
	}, nil
}

// show returns a value as rows show it: a time is an integer.
func (t topQuery) show(v *value) json.RawMessage {
	if t.group == fieldTime {
		return json.RawMessage(v.text)
	}
	return v.json
}

// percent returns the share that count has of n, "rounded half away from zero
// to two decimals, 0 when N is 0", as JSON.
func percent(count, n int) json.Number {
	if n == 0 {
		return "0"
	}
	hundredths := (2*10000*count + n) / (2 * n) // count/n of 10000, rounded half up
	return json.Number(strconv.FormatFloat(float64(hundredths)/100, 'f', -1, 64))
}

package requestapi

import (
	"encoding/json"

	"daybook/filter"
	"daybook/internal/mask"
	"daybook/logstore"
	"daybook/requestlog"
)

// largeMembers names what a single record has beyond a result, in order.
func largeMembers() []string {
	return []string{
		"query_params", "request_headers", "response_headers", "body", "response", "exception_message", "exception_traceback",
	}
}

// appendRecord appends a record as a JSON object, with all that is known of it.
// What another program has written is masked as what our own has.
func (f *resultFormat) appendRecord(dst []byte, row *logstore.Row) []byte {
	dst = f.appendMembers(dst, row, f.members)
	var values map[string]json.RawMessage
	if err := json.Unmarshal(row.Line(), &values); err != nil {
		values = nil // too deep for this reader; the store has found it to be JSON
	}
	secrets := new(mask.Masker)
	for _, name := range largeMembers() {
		if value := values[name]; value != nil {
			secrets.Answer = name == "response" || name == "response_headers"
			secrets.LearnJSON(value)
		}
	}
	for _, name := range largeMembers() {
		dst = append(append(append(dst, ',', '"'), name...), '"', ':')
		if value := values[name]; value != nil {
			dst = secrets.AppendJSON(dst, value, secrets.Text)
		} else {
			dst = append(dst, "null"...)
		}
	}
	return append(dst, '}')
}

// oneRecord returns the query for the record with an id; of several, the newest.
func oneRecord(id int64) *filter.Query {
	return &filter.Query{
		Schema: requestlog.Schema(),
		Where: []filter.Condition{
			filter.TimeBetween(firstMoment, lastMoment),
			filter.EqualNumber(requestlog.ID, id),
		},
		Limit: 1,
	}
}

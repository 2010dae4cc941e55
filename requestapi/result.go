package requestapi

import (
	"daybook/filter"
	"daybook/internal/quote"
	"daybook/logstore"
	"daybook/requestlog"
)

// A member is one of a result: a name and the value under it.
type member struct {
	name  string
	field filter.Field
	parts []member // of an object, which is null where field, a boolean, is false
}

// members lists those of a result in their order.
func members() []member {
	user := []member{
		{name: "id", field: requestlog.UserID},
		{name: "username", field: requestlog.UserName},
		{name: "full_name", field: requestlog.UserFullName},
	}
	return []member{
		{name: "id", field: requestlog.ID},
		{name: "user", field: requestlog.HasUser, parts: user},
		{name: "ip", field: requestlog.IP},
		{name: "device", field: requestlog.Device},
		{name: "device_type", field: requestlog.DeviceType},
		{name: "is_bot", field: requestlog.IsBot},
		{name: "os", field: requestlog.OS},
		{name: "browser", field: requestlog.Browser},
		{name: "scheme", field: requestlog.Scheme},
		{name: "endpoint", field: requestlog.Endpoint},
		{name: "method", field: requestlog.Method},
		{name: "status_code", field: requestlog.StatusCode},
		{name: "exception_type", field: requestlog.ExceptionType},
		{name: "started_at", field: requestlog.StartedAt},
		{name: "finished_at", field: requestlog.FinishedAt},
		{name: "duration", field: requestlog.Duration},
		{name: "created_at", field: requestlog.CreatedAt},
		{name: "updated_at", field: requestlog.UpdatedAt},
	}
}

// A resultFormat shows records as results.
type resultFormat struct {
	schema  *filter.Schema
	members []member
}

func newResultFormat() *resultFormat {
	return &resultFormat{requestlog.Schema(), members()}
}

// appendResult appends a record as a JSON object.
func (f *resultFormat) appendResult(dst []byte, row *logstore.Row) []byte {
	return append(f.appendMembers(dst, row, f.members), '}')
}

// appendMembers appends the members of a record as the beginning of an object.
func (f *resultFormat) appendMembers(dst []byte, row *logstore.Row, all []member) []byte {
	open := byte('{')
	for i := range all {
		m := &all[i]
		dst = append(dst, open)
		open = ','
		dst = append(append(append(dst, '"'), m.name...), '"', ':')
		dst = f.appendValue(dst, row, m)
	}
	return dst
}

// appendValue appends the value of a member.
func (f *resultFormat) appendValue(dst []byte, row *logstore.Row, m *member) []byte {
	switch {
	case m.parts != nil && row.Number(m.field) == 0:
		return append(dst, "null"...)
	case m.parts != nil:
		return append(f.appendMembers(dst, row, m.parts), '}')
	case m.field != f.schema.TimeField() && row.Null(m.field):
		return append(dst, "null"...)
	}
	var scratch [32]byte
	value := appendPlain(scratch[:0], f.schema, row, m.field)
	switch f.schema.Kind(m.field) {
	case filter.Integer, filter.Boolean:
		return append(dst, value...)
	}
	return quote.Append(dst, value)
}

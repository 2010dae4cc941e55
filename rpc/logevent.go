package rpc

import (
	"slices"
	"strconv"

	"daybook/filter"
	"daybook/internal/quote"
	"daybook/logstore"
)

// eventMethod is the notification that brings the rows of a subscription.
const eventMethod = "LogEvent"

// logEvents returns the format of live rows of records of s in JSON-RPC.
func logEvents(s *filter.Schema) *pushFormat {
	rows := newRowFormat(s, timeField, appendUnix)
	head := []byte(`{"jsonrpc":"2.0","method":"` + eventMethod + `","params":{"subscription":"`)
	structure := append([]byte(`","structure":`), appendJSON(nil, rows.structure)...)
	structure = append(structure, `,"rows":[`...)
	return &pushFormat{
		name:   "rows",
		render: func(dst []byte, row *logstore.Row) []byte { return rows.append(dst, row) },
		event: func(dst []byte, id string, e *logstore.Event, _, ended string) []byte {
			size := len(head) + len(id) + len(structure) + len(e.Cursor) + len(ended) + 80
			for _, row := range e.Rows {
				size += len(row)
			}
			dst = slices.Grow(dst, size)
			dst = append(dst, head...)
			dst = append(dst, id...)
			dst = append(dst, structure...)
			for i, row := range e.Rows {
				if i == 0 {
					row = row[1:] // the comma; nothing stands before the first
				}
				dst = append(dst, row...)
			}
			dst = append(dst, `],"dropped":`...)
			dst = strconv.AppendInt(dst, e.Dropped, 10)
			dst = append(dst, `,"cursor":`...)
			dst = quote.Append(dst, []byte(e.Cursor))
			if ended != "" {
				dst = append(dst, `,"ended":`...)
				dst = quote.Append(dst, []byte(ended))
			}
			return append(dst, `}}`...)
		},
	}
}

package rpc

import (
	"strconv"

	"daybook/filter"
	"daybook/internal/quote"
	"daybook/logstore"
)

// platformEvents returns the format of live rows of records of s in the
// platform's dialect: a message for each row, in ASCII.
func platformEvents(s *filter.Schema) *pushFormat {
	return &pushFormat{
		name:   "platform",
		render: func(dst []byte, row *logstore.Row) []byte { return appendPlatformRow(dst, s, row) },
		event:  appendPlatformEvent,
	}
}

// appendPlatformRow appends a record as an object of its fields by name.
func appendPlatformRow(dst []byte, s *filter.Schema, r record) []byte {
	open := byte('{')
	for i := range s.Len() {
		f := filter.Field(i)
		dst = append(dst, open)
		open = ','
		dst = quote.AppendASCII(dst, []byte(s.Name(f)))
		dst = append(dst, ':')
		if f == s.TimeField() {
			dst = appendUnix(dst, r.Time())
		} else {
			dst = quote.AppendASCII(dst, r.Text(f))
		}
	}
	return append(dst, '}')
}

// appendPlatformEvent appends the messages of one event, each but the last ended
// as messages are on a line. Of rows that come together, all but the last carry the
// cursor that is in front of them all: whoever comes back with it misses none.
func appendPlatformEvent(dst []byte, id string, e *logstore.Event, before, ended string) []byte {
	message := func(dropped int64, cursor string, row []byte) {
		if len(dst) > 0 {
			dst = append(dst, "\r\n"...)
		}
		dst = append(dst, `{"event":"log:event","type":0,"subscription":"`...)
		dst = append(dst, id...)
		dst = append(dst, `","cursor":"`...)
		dst = append(dst, cursor...)
		dst = append(dst, `","dropped":`...)
		dst = strconv.AppendInt(dst, dropped, 10)
		dst = append(dst, `,"data":`...)
		dst = append(dst, row...)
		if ended != "" {
			dst = append(dst, `,"ended":`...)
			dst = quote.AppendASCII(dst, []byte(ended))
		}
		dst = append(dst, '}')
	}
	if len(e.Rows) == 0 {
		message(e.Dropped, e.Cursor, []byte(null))
		return dst
	}
	for i, row := range e.Rows {
		dropped, cursor := e.Dropped, e.Cursor
		if i > 0 {
			dropped = 0
		}
		if i < len(e.Rows)-1 {
			cursor = before
		}
		message(dropped, cursor, row)
	}
	return dst
}

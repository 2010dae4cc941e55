package dayfile

import "time"

// AppendTSV appends the line of one record of an audit journal to dst: the
// time at, cut to the second in UTC, then each column after a tab, then a
// newline. A reader wants six columns after the time: actor type, actor id
// ("-" for none), action, status, source and detail. Of at, the years 1 to 9999
// can be written.
//
// Columns may hold any bytes: tabs, line breaks and backslashes are escaped as
// \t, \n, \r and \\, and a reader sees what was given. (It shows bytes that are
// no UTF-8 as U+FFFD.)
func AppendTSV(dst []byte, at time.Time, columns ...string) []byte {
	dst = at.UTC().AppendFormat(dst, "2006-01-02T15:04:05Z")
	for _, column := range columns {
		dst = append(dst, '\t')
		dst = appendEscaped(dst, column)
	}
	return append(dst, '\n')
}

// appendEscaped appends text with what has a meaning in TSV escaped.
func appendEscaped(dst []byte, text string) []byte {
	start := 0 // of what is still to be appended as it is
	for i := range len(text) {
		var letter byte
		switch text[i] {
		case '\t':
			letter = 't'
		case '\n':
			letter = 'n'
		case '\r':
			letter = 'r'
		case '\\':
			letter = '\\'
		default:
			continue
		}
		dst = append(dst, text[start:i]...)
		dst = append(dst, '\\', letter)
		start = i + 1
	}
	return append(dst, text[start:]...)
}

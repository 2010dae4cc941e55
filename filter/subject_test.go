package filter_test

import (
	"strconv"
	"strings"
	"testing"

	"daybook/filter"
)

// unescape resolves the escapes of tab separated journals.
func unescape(dst, raw []byte) []byte {
	for i := 0; i < len(raw); i++ {
		if raw[i] == '\\' && i+1 < len(raw) {
			if at := strings.IndexByte(`tnr\`, raw[i+1]); at >= 0 {
				dst = append(dst, "\t\n\r\\"[at])
				i++
				continue
			}
		}
		dst = append(dst, raw[i])
	}
	return dst
}

// record makes a record of raw columns as a scan would: clean if its line is.
func record(sec int64, level, host, detail string) *filter.Record {
	at := strconv.FormatInt(sec, 10)
	line := []byte(strings.Join([]string{at, level, host, detail}, "\t"))
	r := &filter.Record{
		Line: line, Time: sec, Columns: [][]byte{[]byte(at), []byte(level), []byte(host), []byte(detail)},
		Clean: true,
	}
	for _, c := range line {
		r.Clean = r.Clean && c < 0x80 && c != '\\'
	}
	return r
}

// A subject is a query ready to be tried on records.
type subject struct {
	query   *filter.Query
	program *filter.Program
	matcher *filter.Matcher
	usesAny bool // some column
}

func newSubject(q *filter.Query) *subject {
	s := &subject{query: q, program: q.Compile()}
	s.matcher = s.program.Matcher(unescape)
	for f := range filter.Field(schema.Len()) {
		s.usesAny = s.usesAny || s.program.Uses(f)
	}
	return s
}

// matches evaluates the query on r in every way a scan may: as it is; without
// the stages that the program does not need; and, where r is clean, as if it
// were not.
func (s *subject) matches(t testing.TB, r *filter.Record) bool {
	t.Helper()
	m := s.matcher
	got := m.Match(r) && m.MatchTime(r)
	if lazy := (!s.usesAny || m.Match(r)) && (!s.program.UsesTime() || m.MatchTime(r)); lazy != got {
		t.Errorf("%s on %q: %v, and %v without the stages that are not needed", s.query, r.Line, got, lazy)
	}
	if r.Clean {
		unclean := *r
		unclean.Clean = false
		if slow := m.Match(&unclean) && m.MatchTime(&unclean); slow != got {
			t.Errorf("%s on %q: clean %v, else %v", s.query, r.Line, got, slow)
		}
	}
	return got
}

// matches evaluates q on r.
func matches(t testing.TB, q *filter.Query, r *filter.Record) bool {
	t.Helper()
	return newSubject(q).matches(t, r)
}

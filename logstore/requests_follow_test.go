package logstore

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"daybook/filter"

	"github.com/google/go-cmp/cmp"
)

// liveRequests is the name of today's file of a request journal.
const liveRequests = "requests-2026-04-22.jsonl"

// ofRequests makes options those of a request journal.
func ofRequests(o *Options) {
	o.Pattern, o.Schema, o.Format = "requests-{date}.jsonl", requestSchema(), JSONLines(requestMembers...)
}

// requestRecord returns the line of a record of today.
func requestRecord(id, status int) string {
	at := today.Add(time.Duration(id) * 7 * time.Microsecond)
	return fmt.Sprintf(`{"id":%d,"at":%q,"status":%d,"endpoint":"\u002fa%d"}`+"\n", id, at.Format("2006-01-02T15:04:05.000000Z"), status, id)
}

func renderEndpoint(dst []byte, r *Row) []byte {
	return fmt.Appendf(dst, "%d %s %d %v", r.Number(reqID), r.Text(reqEndpoint), r.Time(), r.Null(reqIP))
}

// endpointRow is what renderEndpoint makes of a requestRecord.
func endpointRow(id int) string {
	return fmt.Sprintf("%d /a%d %d true", id, id, today.UnixMicro()+7*int64(id))
}

// New lines of JSON are followed, through a rotation, as those of other journals.
func TestSubscribeToRequests(t *testing.T) {
	t.Parallel()
	j := newJournal(t)
	j.write(liveRequests, requestRecord(1, 500)+requestRecord(2, 200)+`{"id":3,`)
	s := j.open(ofRequests, follow)
	failed := &filter.Query{Schema: requestSchema(), Where: []filter.Condition{filter.EqualNumber(reqStatus, 500)}}
	l := listen(t, s, &SubscribeRequest{Query: failed, Render: renderEndpoint, Format: "endpoint", Backfill: 10})
	l.want([]string{endpointRow(1)})
	j.append(liveRequests, `"at":0}`+"\nno record\n\r\n"+requestRecord(4, 500)+requestRecord(5, 200))
	l.want([]string{endpointRow(1), endpointRow(4)})
	j.must(os.Rename(j.path(liveRequests), j.path("requests-2026-04-22.1.jsonl")))
	j.write(liveRequests, requestRecord(6, 500))
	l.want([]string{endpointRow(1), endpointRow(4), endpointRow(6)})
}

// Subscribers who look for one text in different fields see different rows.
func TestSubscribeToFields(t *testing.T) {
	t.Parallel()
	j := newJournal(t)
	j.write(liveRequests, requestRecord(1, 200))
	s := j.open(ofRequests, follow)
	in := func(f filter.Field) *listener {
		q := &filter.Query{Schema: requestSchema(), Where: []filter.Condition{filter.ContainsFoldedIn("5", f)}}
		return listen(t, s, &SubscribeRequest{Query: q, Render: renderEndpoint, Format: "endpoint"})
	}
	paths, codes := in(reqEndpoint), in(reqStatus)
	j.append(liveRequests, requestRecord(5, 200)+requestRecord(6, 500))
	paths.want([]string{endpointRow(5)})
	codes.want([]string{endpointRow(6)})
}

// A snapshot, and what is known of files, are those of a journal of JSON.
func TestRequestSnapshot(t *testing.T) {
	t.Parallel()
	j := newJournal(t)
	j.write(liveRequests, requestRecord(1, 500)+"no record\n"+requestRecord(2, 200))
	s := j.open(ofRequests)
	all := &Request{Query: &filter.Query{Schema: requestSchema(), Limit: 10}, Render: renderEndpoint, Cursor: true}
	first, err := s.Search(context.Background(), all)
	j.must(err)
	want := []string{endpointRow(2), endpointRow(1)}
	if diff := cmp.Diff(want, rows(first)); diff != "" || first.Total != 3 {
		t.Errorf("%d lines; rows (-want +got):\n%s", first.Total, diff)
	}
	j.append(liveRequests, requestRecord(3, 200))
	again := *all
	again.At = first.Cursor
	at, err := s.Search(context.Background(), &again)
	j.must(err)
	if diff := cmp.Diff(want, rows(at)); diff != "" || at.Total != 3 {
		t.Errorf("later, at the cursor: %d lines; rows (-want +got):\n%s", at.Total, diff)
	}
	now, err := s.Search(context.Background(), all)
	j.must(err)
	if diff := cmp.Diff(append([]string{endpointRow(3)}, want...), rows(now)); diff != "" || now.Total != 4 {
		t.Errorf("later: %d lines; rows (-want +got):\n%s", now.Total, diff)
	}
}

// A time in seconds is one in JSON too, its fraction cut; and a member may be both
// a text and an object.
func TestJSONLineOtherSchemas(t *testing.T) {
	t.Parallel()
	s := filter.NewSchema(filter.FieldSpec{Name: "at", Kind: filter.Time}, filter.FieldSpec{Name: "user", Null: true}, filter.FieldSpec{Name: "user.id", Kind: filter.Integer, Null: true})
	p := JSONLines(Member{Path: "at"}, Member{Path: "user"}, Member{Path: "user.id"}).parser(s)
	for line, want := range map[string][]string{
		`{"at":"2026-04-22T10:00:00.9Z","user":{"id":5}}`:          {"2026-04-22T10:00:00Z", "null", "5"},
		`{"at":-0.5,"user":{"id":5},"user":"ann"}`:                 {"1969-12-31T23:59:59Z", "ann", "null"},
		`{"at":1776852000,"user":"ann","user":{"id":5},"user":{}}`: {"2026-04-22T10:00:00Z", "null", "null"},
	} {
		r := &filter.Record{Columns: make([][]byte, s.Len())}
		if !p.parse(r, []byte(line)) {
			t.Errorf("%s is no record", line)
		} else if diff := cmp.Diff(want, shownRecord(s, r)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", line, diff)
		}
	}
}

// A schema that lines can't hold is refused.
func TestFormatsAndSchemas(t *testing.T) {
	t.Parallel()
	nullable := filter.NewSchema(filter.FieldSpec{Name: "at", Kind: filter.Time}, filter.FieldSpec{Name: "text", Null: true})
	for _, tt := range []struct {
		schema *filter.Schema
		format Format
		ok     bool
	}{
		{auditSchema(), TabSeparated{}, true},
		{requestSchema(), TabSeparated{}, false},
		{nullable, TabSeparated{}, false},
		{nullable, JSONLines(Member{Path: "at"}, Member{Path: "a.b"}), true},
		{nullable, JSONLines(Member{Path: "at"}), false},
		{nullable, JSONLines(Member{Path: "at"}, Member{Path: "a.b.c"}), false},
		{nullable, JSONLines(Member{Path: "at"}, Member{Path: "a", Presence: true}), false},
	} {
		j := newJournal(t)
		s, err := j.tryOpen(func(o *Options) { o.Schema, o.Format = tt.schema, tt.format })
		if (err == nil) != tt.ok {
			t.Errorf("Open of %v with %v: %v, want an error: %v", tt.format, tt.schema.Names(), err, !tt.ok)
		}
		if s != nil {
			s.Close()
		}
	}
}

package logstore

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"daybook/filter"

	"github.com/google/go-cmp/cmp"
)

// What is remembered of a journal holds for the schema that it was read with: with
// another one, of the same names, answers are as if nothing were.
func TestSchemaChange(t *testing.T) {
	t.Parallel()
	code := filter.FieldSpec{Name: "code", Kind: filter.Integer, Null: true}
	at := filter.FieldSpec{Name: "at", Kind: filter.Time, Micro: true}
	lines := `{"at":"2026-04-21T10:00:00.5Z","code":7}
{"at":"2026-04-21T10:00:01.5Z","code":"7"}
{"at":"2026-04-21T10:00:02.5Z","code":true}
{"at":"2026-04-21T10:00:03.5Z"}
`
	for name, specs := range map[string][2]filter.FieldSpec{
		"text":     {{Name: "code", Kind: filter.Text, Null: true}, at},
		"boolean":  {{Name: "code", Kind: filter.Boolean, Null: true}, at},
		"decimal":  {{Name: "code", Kind: filter.Decimal, Null: true}, at},
		"instant":  {{Name: "code", Kind: filter.Instant, Null: true}, at},
		"unique":   {{Name: "code", Kind: filter.Integer, Null: true, Unique: true}, at},
		"required": {{Name: "code", Kind: filter.Integer}, at},
		"seconds":  {code, {Name: "at", Kind: filter.Time}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := newJournal(t)
			j.write("requests-2026-04-21.jsonl", lines)
			of := func(specs ...filter.FieldSpec) func(*Options) {
				return func(o *Options) {
					o.Pattern, o.Schema, o.Format = "requests-{date}.jsonl", filter.NewSchema(specs...), JSONLines(Member{Path: "code"}, Member{Path: "at"})
				}
			}
			facts := func(o *Options) { o.DataDir = filepath.Join(j.data, "facts") }
			for _, s := range []*Store{j.indexed(of(code, at)), j.open(of(code, at), facts)} {
				later(s)
				describeAll(t, s)
				j.must(s.Close())
			}
			changed := of(specs[0], specs[1])
			want := describeAll(t, j.open(changed, func(o *Options) { o.DataDir = t.TempDir() }))
			for name, s := range map[string]*Store{"index": j.indexed(changed), "facts": j.open(changed, facts)} {
				if diff := cmp.Diff(want, describeAll(t, s)); diff != "" {
					t.Errorf("with the %s of the other schema (-want +got):\n%s", name, diff)
				}
			}
		})
	}
}

// describeAll returns all rows of a journal of codes, their number, and that of
// records by code.
func describeAll(t *testing.T, s *Store) string {
	t.Helper()
	schema := s.opts.Schema
	q := &filter.Query{Schema: schema, Limit: 10, Order: []filter.Term{{Field: 0}}}
	r, err := s.Search(context.Background(), &Request{Query: q, Render: renderAll(schema)})
	if err != nil {
		t.Fatal(err)
	}
	none := &filter.Query{Schema: schema, Where: []filter.Condition{filter.HasValue(0, false)}}
	g, err := s.Group(context.Background(), &GroupRequest{Query: none, Values: 10})
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%d of %d: %q, %v", r.Count, r.Total, rows(r), g.Values)
}

// renderAll renders all values of a row as they are shown.
func renderAll(s *filter.Schema) func([]byte, *Row) []byte {
	return func(dst []byte, r *Row) []byte { return fmt.Appendf(dst, "%q", shownRecord(s, &r.record)) }
}

package rpc

import (
	"bytes"
	"errors"
	"testing"

	"daybook/filter"
	"daybook/logstore"

	"github.com/google/go-cmp/cmp"
)

// A plainRecord is a record whose values are at hand.
type plainRecord struct {
	time   int64
	values []string // by field; that of the time is not used
}

func (r *plainRecord) Time() int64                { return r.time }
func (r *plainRecord) Text(f filter.Field) []byte { return []byte(r.values[f]) }
func (r *plainRecord) Null(filter.Field) bool     { return false }
func (r *plainRecord) Number(filter.Field) int64  { panic("a record of texts") }

func TestRowFormats(t *testing.T) {
	t.Parallel()
	r := &plainRecord{1795161603, []string{"", "CLIENT", "007", "Login", "SUCCESS", "10.0.4.17", "raw\ttabs \"in\" detail"}}
	for _, tt := range []struct {
		format    *rowFormat
		structure []string
		want      string
	}{
		{
			newRowFormat(AuditSchema(), timeColumn, appendTimeText),
			[]string{"time", "actor_type", "actor_id", "action", "status", "source", "detail"},
			`,["2026-11-20T08:00:03Z","CLIENT","007","Login","SUCCESS","10.0.4.17","raw\ttabs \"in\" detail"]`,
		},
		{
			newRowFormat(AuditSchema(), timeField, appendUnix),
			[]string{"timestamp", "actor_type", "actor_id", "action", "status", "source", "detail"},
			`,[1795161603,"CLIENT","007","Login","SUCCESS","10.0.4.17","raw\ttabs \"in\" detail"]`,
		},
	} {
		if diff := cmp.Diff(tt.structure, tt.format.structure); diff != "" {
			t.Errorf("structure mismatch (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(tt.want, string(tt.format.append(nil, r))); diff != "" {
			t.Errorf("row mismatch (-want +got):\n%s", diff)
		}
	}
}

func TestTable(t *testing.T) {
	t.Parallel()
	f := newRowFormat(filter.NewSchema(
		filter.FieldSpec{Name: "at", Kind: filter.Time},
		filter.FieldSpec{Name: "what", Kind: filter.Text},
	), "at", appendUnix)
	rows := func(texts ...string) [][]byte {
		var all [][]byte
		for i, text := range texts {
			all = append(all, f.append(nil, &plainRecord{int64(i), []string{"", text}}))
		}
		return all
	}
	for _, tt := range []struct {
		name string
		res  *logstore.Result
		tail []member
		want string
	}{
		{"empty", &logstore.Result{}, nil, `{"structure":["at","what"],"rows":[],"count":0}`},
		{"one row", &logstore.Result{Count: 7, Rows: rows("a")}, nil,
			`{"structure":["at","what"],"rows":[[0,"a"]],"count":7}`},
		{"rows and tail", &logstore.Result{Count: 2, Rows: rows("a", "b")},
			[]member{{"total", 9}, {"problems", []logstore.Problem{{File: "x<y", Reason: "cut short"}}}},
			`{"structure":["at","what"],"rows":[[0,"a"],[1,"b"]],"count":2,"total":9,` +
				`"problems":[{"file":"x<y","reason":"cut short"}]}`},
	} {
		got, err := f.newTable(tt.res, tt.tail, 1000)
		if err != nil {
			t.Errorf("%s: newTable: %v", tt.name, err)
			continue
		}
		for range 2 { // an Answer can be written again
			var b bytes.Buffer
			n, err := got.WriteTo(&b)
			if diff := cmp.Diff(tt.want, b.String()); err != nil || diff != "" {
				t.Errorf("%s: WriteTo: %v, mismatch (-want +got):\n%s", tt.name, err, diff)
			}
			if want := int64(len(tt.want)); n != want || got.Len() != want {
				t.Errorf("%s: WriteTo = %d, Len = %d, want %d", tt.name, n, got.Len(), want)
			}
		}
		if got.Rows() != len(tt.res.Rows) || got.Count() != tt.res.Count {
			t.Errorf("%s: Rows, Count = %d, %d", tt.name, got.Rows(), got.Count())
		}
	}
}

func TestTableTooLarge(t *testing.T) {
	t.Parallel()
	f := newRowFormat(AuditSchema(), timeField, appendUnix)
	empty, err := f.newTable(&logstore.Result{}, nil, 1000)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.newTable(&logstore.Result{}, nil, empty.Len()); err != nil {
		t.Errorf("newTable at the limit: %v", err)
	}
	_, err = f.newTable(&logstore.Result{}, nil, empty.Len()-1)
	var large *logstore.TooLargeError
	if !errors.As(err, &large) || *large != (logstore.TooLargeError{Limit: empty.Len() - 1, Actual: empty.Len()}) {
		t.Errorf("newTable above the limit: %v", err)
	}
}

// failAfter takes n bytes, and then nothing more.
type failAfter struct{ n int }

func (w *failAfter) Write(p []byte) (int, error) {
	if len(p) > w.n {
		return w.n, errors.New("full")
	}
	w.n -= len(p)
	return len(p), nil
}

func TestTableWriteFails(t *testing.T) {
	t.Parallel()
	f := newRowFormat(AuditSchema(), timeField, appendUnix)
	row := f.append(nil, &plainRecord{1, make([]string, 7)})
	a, err := f.newTable(&logstore.Result{Rows: [][]byte{row, bytes.Clone(row)}}, nil, 1000)
	if err != nil {
		t.Fatal(err)
	}
	for n := range int(a.Len()) {
		w := &failAfter{n}
		if _, err := a.WriteTo(w); err == nil {
			t.Errorf("WriteTo a writer that takes %d of %d bytes: no error", n, a.Len())
		}
	}
}

func TestRowsDoNotAllocate(t *testing.T) {
	f := newRowFormat(AuditSchema(), timeColumn, appendTimeText)
	r := benchRecord()
	dst := make([]byte, 0, 1<<10)
	if n := testing.AllocsPerRun(100, func() { dst = f.append(dst[:0], r) }); n != 0 {
		t.Errorf("a row takes %v allocations, want 0", n)
	}
}

// A rawRecord hands out bytes, as a store does.
type rawRecord [][]byte

func (r *rawRecord) Time() int64                { return 1795161603 }
func (r *rawRecord) Text(f filter.Field) []byte { return (*r)[f] }
func (r *rawRecord) Null(f filter.Field) bool   { return (*r)[f] == nil }
func (r *rawRecord) Number(filter.Field) int64  { panic("a record of texts") }

func benchRecord() *rawRecord {
	return &rawRecord{nil, []byte("CLIENT"), []byte("185932"), []byte("OpenTrade"), []byte("SUCCESS"),
		[]byte("10.0.4.17"), []byte("sell 1.00 XAUUSD at price:1454.32 for account group real, completed")}
}

func BenchmarkRow(b *testing.B) {
	quotes := benchRecord()
	(*quotes)[6] = []byte(`{"login":185932,"leverage":{"old":100,"new":200},"comment":"by desk"}`)
	for _, bm := range []struct {
		name string
		r    *rawRecord
		e    Encoding
	}{
		{"detail=plain/encoding=plain", benchRecord(), Plain}, {"detail=json/encoding=plain", quotes, Plain},
		{"detail=plain/encoding=ascii", benchRecord(), ASCII}, {"detail=json/encoding=ascii", quotes, ASCII},
	} {
		b.Run(bm.name, func(b *testing.B) {
			f := newRowFormat(AuditSchema(), timeField, appendUnix).in(bm.e)
			dst := f.append(nil, bm.r)
			b.SetBytes(int64(len(dst)))
			b.ReportAllocs()
			for b.Loop() {
				dst = f.append(dst[:0], bm.r)
			}
		})
	}
}

package rpc

import (
	"testing"

	"daybook/internal/quote"
	"daybook/logstore"
)

// TestAnswersInASCII wants every part of an answer in the encoding that was
// asked for, and its length known beforehand.
func TestAnswersInASCII(t *testing.T) {
	t.Parallel()
	plain := newRowFormat(AuditSchema(), timeField, appendUnix)
	record := &plainRecord{1713787200, []string{"", "КЛИЕНТ", "o'neil", "a,]", "b", "\x7f", `{"k":'v',}`}}
	tail := []member{{"total", 2}, {"problems", []logstore.Problem{{File: "día, 'x'.tsv", Reason: "permission denied"}}}}
	var texts []string
	for _, e := range []Encoding{Plain, ASCII} {
		f := plain.in(e)
		table, err := f.newTable(&logstore.Result{Count: 1, Rows: [][]byte{f.append(nil, record)}}, tail, 1000)
		if err != nil {
			t.Fatal(err)
		}
		text, err := contiguous(table)
		if err != nil || int64(len(text)) != table.Len() {
			t.Errorf("encoding %d: %d bytes, %v; want %d", e, len(text), err, table.Len())
		}
		texts = append(texts, string(text))
		same, err := inASCII(table)
		if err != nil || (e == ASCII) != (same == Answer(table)) {
			t.Errorf("encoding %d: inASCII makes %T, %v", e, same, err)
		}
	}
	if want := string(quote.ConvertASCII(nil, []byte(texts[0]))); texts[1] != want {
		t.Errorf("table in ASCII %s, want %s", texts[1], want)
	}
	groups := &logstore.Groups{Values: []logstore.ValueCount{{Value: "o'neil, é", Count: 1}}, Count: 1}
	s := &searcher{schema: AuditSchema()}
	for name, format := range map[string]groupFormat{"histogram": s.histogramFormat(1), "top": s.topFormat(1)} {
		got, want := format(nil, groups, ASCII), quote.ConvertASCII(nil, format(nil, groups, Plain))
		if string(got) != string(want) {
			t.Errorf("%s in ASCII %s, want %s", name, got, want)
		}
	}
}

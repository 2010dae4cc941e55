package dayfile_test

import (
	"strings"
	"testing"
	"time"

	"daybook/dayfile"

	"github.com/google/go-cmp/cmp"
)

// TestEscapes writes every byte, and every pair that an escape could be made
// of, in every column, and reads them back.
func TestEscapes(t *testing.T) {
	f := newFolder(t)
	w := f.open()
	var texts []string
	for b := range 256 {
		texts = append(texts, string([]byte{byte(b)}), string([]byte{'x', byte(b), 'y'}), string([]byte{'\\', byte(b)}), string([]byte{byte(b), '\\'}))
	}
	texts = append(texts, "", `\\`, `\\\`, "\t\n\r\\", `\t\n\r`, "a\r", "\xef\xbb\xbf", "€ \u202e \U0001f600", "\xe2\x82", strings.Repeat("\\\t", 1000))
	var want [][]string
	for i, text := range texts {
		columns := []string{"0", "1", "2", "3", "4", "5"}
		columns[1+i%5] = text // the first column orders the answer
		f.write(w, string(dayfile.AppendTSV(nil, noon, columns...)))
		columns[1+i%5] = strings.ToValidUTF8(text, "\ufffd")
		if !strings.Contains(text, "\ufffd") {
			columns[1+i%5] = string([]rune(text)) // one U+FFFD for each byte
		}
		want = append(want, columns)
	}
	got := read(t, f.dir)
	if diff := cmp.Diff(want, got.rows); diff != "" || got.total != int64(len(texts)) {
		t.Errorf("%d lines read, %d written; rows (-want +got):\n%s", got.total, len(texts), diff)
	}
}

func TestAppendTSV(t *testing.T) {
	zone := time.FixedZone("", 3*3600)
	for _, tt := range []struct {
		at      time.Time
		columns []string
		want    string
	}{
		{time.Date(2026, 4, 22, 1, 2, 3, 999_999_999, zone), []string{"CLIENT", "-"}, "2026-04-21T22:02:03Z\tCLIENT\t-\n"},
		{time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), []string{"", "a\tb"}, "0001-01-01T00:00:00Z\t\ta\\tb\n"},
		{time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC), nil, "9999-12-31T23:59:59Z\n"},
	} {
		got := string(dayfile.AppendTSV([]byte("before "), tt.at, tt.columns...))
		if got != "before "+tt.want {
			t.Errorf("AppendTSV(%v, %q) = %q, want %q", tt.at, tt.columns, got, tt.want)
		}
	}
}

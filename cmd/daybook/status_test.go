package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestStatusPrint prints what a server says, incidents and hostile names
// included.
func TestStatusPrint(t *testing.T) {
	ignored := make([]string, 12)
	for i := range ignored {
		ignored[i] = fmt.Sprintf("f%d\x1b", i)
	}
	names, err := json.Marshal(ignored)
	if err != nil {
		t.Fatal(err)
	}
	answer := `{"days":[{"day":"2026-04-22","files":[` +
		`{"name":"audit-2026-04-22.1.tsv","bytes":1234567,"lines":10000,"malformed":2,"misfiled":1,"first":1776816000,"last":1776859200,"state":"live","problems":["a","b\u202e"]},` +
		`{"name":"audit-2026-04-22.tsv","bytes":0,"lines":0,"malformed":0,"misfiled":0,"first":null,"last":null,"state":"live","problems":[]}]}],` +
		`"lag":0.25,"incidents":[{"time":1776859200,"kind":"TRUNCATED","file":"audit\n.tsv","offset":4096},{"time":0,"kind":"SOURCE_GONE","file":"","offset":0}],` +
		`"ignored":` + string(names) + `,"subscribers":1}`
	var status journalStatus
	if err := json.Unmarshal([]byte(answer), &status); err != nil {
		t.Fatal(err)
	}
	const files = `DAY         FILE                    STATE  BYTES      LINES   MALFORMED  MISFILED  FIRST                 LAST                  PROBLEMS
2026-04-22  audit-2026-04-22.1.tsv  live   1,234,567  10,000  2          1         2026-04-22T00:00:00Z  2026-04-22T12:00:00Z  a; b\u202e
2026-04-22  audit-2026-04-22.tsv    live   0          0       -          -         -                     -

2 files of 1 day: 1,234,567 bytes, 10,000 lines, 2 malformed, 1 misfiled.
`
	const rest = `Ignored: f0\x1b, f1\x1b, f2\x1b, f3\x1b, f4\x1b, f5\x1b, f6\x1b, f7\x1b, f8\x1b, f9\x1b and 2 more
`
	for _, tt := range []struct {
		served bool
		want   string
	}{
		{false, files + rest},
		{true, files + `
2 incidents:
2026-04-22T12:00:00Z  TRUNCATED    audit\n.tsv, byte 4,096
1970-01-01T00:00:00Z  SOURCE_GONE  the folder

` + rest + "Lag 0.25 s; 1 subscriber.\n"},
	} {
		var out strings.Builder
		if err := status.print(&out, tt.served, true); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, out.String()); diff != "" {
			t.Errorf("served %v (-want +got):\n%s", tt.served, diff)
		}
	}
}

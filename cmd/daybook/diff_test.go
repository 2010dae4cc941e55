package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCompareJSON(t *testing.T) {
	for _, tt := range []struct {
		want, got string
		diff      []difference
	}{
		{`{"a":1,"b":[true,null,"x"]}`, `{ "b" : [true, null, "x"], "a" : 1 }`, nil},
		{`1`, `1.0`, []difference{{"", "1", "1.0"}}},
		{`1`, `"1"`, []difference{{"", "1", `"1"`}}},
		{`{"a":{"b":1}}`, `{"a":{"b":2}}`, []difference{{"a.b", "1", "2"}}},
		{`{"a":1}`, `{"b":1}`, []difference{{"a", "1", nothing}, {"b", nothing, "1"}}},
		{`[[1,2],[3]]`, `[[1,5],[3],[4]]`, []difference{{"[0][1]", "2", "5"}, {"[2]", nothing, "[4]"}}},
		{`[1,2]`, `[1]`, []difference{{"[1]", "2", nothing}}},
		{`{"a":[]}`, `{"a":{}}`, []difference{{"a", "[]", "{}"}}},
		{`{"a":null}`, `{"a":[1]}`, []difference{{"a", "null", "[1]"}}},
		{`{"a":null}`, `{}`, []difference{{"a", "null", nothing}}},
	} {
		diff, err := compareJSON([]byte(tt.want), []byte(tt.got))
		if err != nil {
			t.Errorf("compareJSON(%s, %s): %v", tt.want, tt.got, err)
			continue
		}
		if d := cmp.Diff(tt.diff, diff); d != "" {
			t.Errorf("compareJSON(%s, %s) mismatch (-want +got):\n%s", tt.want, tt.got, d)
		}
	}
	for _, broken := range []string{``, `{`, `1 2`} {
		if diff, err := compareJSON([]byte(`1`), []byte(broken)); err == nil {
			t.Errorf("compareJSON(1, %q) = %v, want an error", broken, diff)
		}
	}
}

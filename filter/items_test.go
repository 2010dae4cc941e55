package filter

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestArrayOf compares the elements of arrays with those that the decoder finds.
func TestArrayOf(t *testing.T) {
	for _, raw := range []string{
		`[]`, `[ ]`, "[\n\t]", `[1]`, ` [1]`, `["a","b"]`, `[ "a" , "b" ]`, `[null,true,-1.5e3]`,
		`[[1,2],[3]]`, `["a",["b",[]],{"c":[1,"]"],"d":{}}]`, `["[","]","{","}",","]`,
		`["\"",",\\"]`, `["\\\"]",1]`, `["é","\u00e9"]`, `[{"a":"\"}"}]`, `{"a":1}`, `"[1]"`, `7`,
	} {
		var want []json.RawMessage
		if raw[0] == '[' {
			if err := json.Unmarshal([]byte(raw), &want); err != nil {
				t.Fatalf("%s: %v", raw, err)
			}
		}
		got, ok := arrayOf(json.RawMessage(raw))
		if diff := cmp.Diff(texts(want), texts(got)); ok != (raw[0] == '[') || diff != "" {
			t.Errorf("arrayOf(%s): %t (-want +got):\n%s", raw, ok, diff)
		}
	}
}

func texts(elements []json.RawMessage) []string {
	all := make([]string, len(elements))
	for i, e := range elements {
		all[i] = string(e)
	}
	return all
}

// TestStringOf compares strings with what the decoder makes of them.
func TestStringOf(t *testing.T) {
	for _, raw := range []string{`""`, `"a"`, `"a b"`, `"\""`, `"\\"`, `"\u0041"`, `"é"`, `"\ud800"`, "\"\x7f\"", `"a\nb"`} {
		var want string
		if err := json.Unmarshal([]byte(raw), &want); err != nil {
			t.Fatalf("%s: %v", raw, err)
		}
		if got := stringOf(json.RawMessage(raw)); got != want {
			t.Errorf("stringOf(%s) = %q, want %q", raw, got, want)
		}
	}
}

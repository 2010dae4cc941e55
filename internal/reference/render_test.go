package reference

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLayout(t *testing.T) {
	long := strings.Repeat("x", 60)
	for _, tt := range []struct{ in, want string }{
		{`{"a": 1, "b": [1, 2]}`, `{"a":1,"b":[1,2]}`},
		{`{"a":"` + long + `","b":"` + long + `","c":1}`, "{\n  \"a\":\"" + long + "\",\n  \"b\":\"" + long + "\",\"c\":1\n}"},
		{`[["` + long + `"],["` + long + `"]]`, "[\n  [\"" + long + "\"],\n  [\"" + long + "\"]\n]"},
		{`["` + long + `","` + long + `"]`, `["` + long + `","` + long + `"]`},
		{`["` + long + long + long + `"]`, "[\n  \"" + long + long + long + "\"\n]"},
		{`"\u0041\/"`, `"\u0041\/"`},
	} {
		got, err := layout([]byte(tt.in))
		if diff := cmp.Diff(tt.want, got); err != nil || diff != "" {
			t.Errorf("layout(%s): %v (-want +got):\n%s", tt.in, err, diff)
		}
		var before, after bytes.Buffer
		if json.Compact(&before, []byte(tt.in)) != nil || json.Compact(&after, []byte(got)) != nil || before.String() != after.String() {
			t.Errorf("layout(%s) = %s, which is other JSON", tt.in, got)
		}
	}
	if got, err := layout([]byte(`{"a":`)); err == nil {
		t.Errorf("layout of what is no JSON = %s", got)
	}
}

func TestTypeOf(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{`{}`, "anything"},
		{`{"$ref":"#/components/schemas/TextField"}`, "[TextField](#textfield)"},
		{`{"allOf":[{"$ref":"#/components/schemas/Text"}],"default":""}`, "[Text](#text)"},
		{`{"anyOf":[{"type":"string"},{"type":"null"},{"type":"string"}]}`, "string or `null`"},
		{`{"type":["integer","null"],"minimum":1}`, "integer ≥ 1 or `null`"},
		{`{"type":"integer","minimum":0,"maximum":1000}`, "integer 0…1000"},
		{`{"type":"string","title":"digits"}`, "string (digits)"},
		{`{"enum":["a|b",2]}`, "`\"a\\|b\"`, `2`"},
		{`{"const":["a"]}`, "`[\"a\"]`"},
		{`{"type":"array","maxItems":0}`, "`[]`"},
		{`{"type":"array"}`, "array"},
		{`{"type":"array","items":{"type":"integer"}}`, "array of integer"},
		{`{"type":"array","items":{"type":"integer"},"maxItems":3}`, "array of integer (at most 3)"},
		{`{"type":"array","items":[{"const":"a"},{"type":"boolean"}]}`, "\\[`\"a\"`, boolean\\]"},
		{`{"type":"array","items":[{"const":"a"}],"additionalItems":{"type":"string"}}`, "\\[`\"a\"`, string…\\]"},
	} {
		var s schema
		if err := decode([]byte(tt.in), &s); err != nil {
			t.Fatal(err)
		}
		if got := typeOf(&s); got != tt.want {
			t.Errorf("typeOf(%s) = %s, want %s", tt.in, got, tt.want)
		}
	}
}

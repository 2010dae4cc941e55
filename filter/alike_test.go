package filter

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
)

func TestAlike(t *testing.T) {
	for _, tt := range []struct {
		pattern    string
		digit, hex bool
	}{
		{`^.*$`, true, true},
		{`order.*[0-9]$`, true, false},
		{`xyz\w+`, true, true},
		{`xyz\d+`, true, false},
		{`[[:xdigit:]]+:`, true, true},
		{`[0-9a-f]+`, true, false}, // tells upper case
		{`[^,]+, `, true, true},
		{`[5-9]`, false, false},
		{`[^5]`, false, false},
		{`7`, false, false},
		{`(x|y7)?`, false, false},
		{`\bxyz\b|[g-z]`, true, true},
		{`(?i)XY`, true, true},
		{`(?i)XYE`, true, false},
		{`(?i)[a-f]`, true, false},
		{``, true, true},
	} {
		_, p := newRegexpTest(regexp.MustCompile(tt.pattern))
		if p.AnyDigit != tt.digit || p.AnyHex != tt.hex {
			t.Errorf("%q: any digit %v, any hexadecimal one %v; want %v, %v", tt.pattern, p.AnyDigit, p.AnyHex, tt.digit, tt.hex)
		}
	}
}

// FuzzAlike replaces digits where they are said not to matter.
func FuzzAlike(f *testing.F) {
	f.Add(`order.*[0-9]$`, "order 17 of ab12 7", uint64(1))
	f.Add(`(?i)x\w{3,}[^ ]\b`, "xab12 Xyz", uint64(2))
	f.Add(`^\D+\d\b`, "deal 5", uint64(3))
	f.Fuzz(func(t *testing.T, pattern, text string, seed uint64) {
		re, err := compileRegexp(pattern)
		if err != nil || len(pattern) > 100 || len(text) > 1000 {
			return
		}
		_, p := newRegexpTest(re)
		rng := rand.New(rand.NewPCG(seed, 0))
		replaced := []byte(text)
		for i, c := range replaced {
			switch {
			case p.AnyHex && strings.IndexByte("0123456789abcdef", c) >= 0:
				replaced[i] = "0123456789abcdef"[rng.IntN(16)]
			case p.AnyHex && strings.IndexByte("ABCDEF", c) >= 0:
				replaced[i] = "0123456789ABCDEF"[rng.IntN(16)]
			case p.AnyDigit && digits.has(rune(c)):
				replaced[i] = byte('0' + rng.IntN(10))
			}
		}
		if re.MatchString(text) != re.Match(replaced) {
			t.Fatalf("%q: %q gives %v, %q does not", pattern, text, re.MatchString(text), replaced)
		}
	})
}

func TestMonotone(t *testing.T) {
	schema := NewSchema(FieldSpec{Name: "text"}, FieldSpec{Name: "time", Kind: Time})
	for _, tt := range []struct {
		condition string
		want      bool
	}{
		{`"where":["text",">","m"]`, true},
		{`"where":["text","<=","m"]`, true},
		{`"where":["text",">","7"]`, true},
		{`"where":["text",">",7]`, false}, // as numbers
		{`"where":["text","=","m"]`, false},
		{`"where":["text","like","m%"]`, false},
		{`"whereBetween":["text",["a","b"]]`, false},
	} {
		params, err := ParseParams([]byte(`{"limit":1,"offset":0,` + tt.condition + `}`))
		if err != nil {
			t.Fatal(err)
		}
		q, err := Decode(schema, params, 1)
		if err != nil {
			t.Fatal(err)
		}
		p := q.Compile()
		if got := p.StepPieces(0).Monotone; got != tt.want {
			t.Errorf("%s is monotone: %v", tt.condition, got)
		}
		if !p.Matcher(nil).Quick(0) {
			t.Errorf("%s is not quick", tt.condition)
		}
	}
}

package filter

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestTimeTextSpans holds the times that a pattern's digits tell against a look
// at each time.
func TestTimeTextSpans(t *testing.T) {
	rng := rand.New(rand.NewPCG(31, 32))
	schema := NewSchema(FieldSpec{Name: "time", Kind: Time}, FieldSpec{Name: "text"})
	some, told := 0, 0
	for range 1500 {
		pattern := ""
		for range 1 + rng.IntN(4) {
			pattern += []string{"%", "%", "1", "7", "0", "17", "99", "76", "123", "-", "_", `\%`}[rng.IntN(12)]
		}
		first := []int64{0, 7, 95, 990, 99_000, 1_776_000_000, 9_999_999_000, 253_402_300_000}[rng.IntN(8)] + rng.Int64N(50)
		last := min(first+rng.Int64N(3000), MaxTime)
		op := []string{"like", "not like", "ilike", "not ilike"}[rng.IntN(4)]
		params, err := ParseParams(fmt.Appendf(nil, `{"limit":1,"offset":0,"where":["time",%q,%q]}`, op, pattern))
		if err != nil {
			t.Fatal(err)
		}
		q, err := Decode(schema, params, 1)
		if err != nil {
			t.Fatalf("%s %q: %v", op, pattern, err)
		}
		p := q.Compile()
		if p.TimeTexts() == 0 {
			continue // every time matches, or none
		}
		m := p.Matcher(func(dst, raw []byte) []byte { return append(dst, raw...) })
		var want spanSet
		for sec := first; sec <= last; sec++ {
			if m.MatchTimeText(sec) {
				want = append(want, Span{sec, sec})
			}
		}
		got, ok := p.TimeTextSpans(0, first, last)
		if diff := cmp.Diff([]Span(want.merged()), got); !ok || diff != "" && len(want)+len(got) > 0 {
			t.Fatalf("%s %q, %d to %d: %t (-want +got):\n%s", op, pattern, first, last, ok, diff)
		}
		told++
		if len(want) > 0 {
			some++
		}
	}
	if told < 800 || some < 300 {
		t.Errorf("%d patterns were asked and %d matched any time", told, some)
	}
}

// TestTimeTextSpansUntold asks what only a look at each time tells.
func TestTimeTextSpansUntold(t *testing.T) {
	schema := NewSchema(FieldSpec{Name: "time", Kind: Time})
	for _, tt := range []struct {
		where       string
		first, last int64
	}{
		{`["time","regexp","17"]`, 0, 100},
		{`["time","like","%17%"]`, -1, 100},
		{`["time","like","%17%"]`, 100, 99},
		{`["time","like","%1234567%"]`, 0, MaxTime},
	} {
		params, err := ParseParams([]byte(`{"limit":1,"offset":0,"where":` + tt.where + `}`))
		if err != nil {
			t.Fatal(err)
		}
		q, err := Decode(schema, params, 1)
		if err != nil {
			t.Fatal(err)
		}
		if spans, ok := q.Compile().TimeTextSpans(0, tt.first, tt.last); ok {
			t.Errorf("%s, %d to %d: %v, want a look at each time", tt.where, tt.first, tt.last, spans)
		}
	}
}

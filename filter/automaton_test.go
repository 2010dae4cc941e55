package filter

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
)

// automatonPatterns have all that RE2 syntax has.
var automatonPatterns = []string{
	``, `a`, `abc`, `a|b`, `a*`, `(a|ab)(c|bcd)*d?`, `^a`, `a$`, `^$`, `^abc$`, `\Aab\z`, `(?m)^b$`, `(?m)a$`, `\bab\b`, `\Bb`, `a\b`,
	`.`, `(?s).`, `a.b`, `(?s)a.b`, `[a-c]+`, `[^a-c]`, `\d{3}`, `\d{2,4}$`, `\w+\s\w+`, `(?i)abc`, `(?i)k`, `(?i)größe`, `[[:xdigit:]]{4}`,
	`\pL+`, `\PL`, `[^\x00-\x7f]`, `é`, `(?i)[é-ü]`, `a??b`, `(?U)a+b`, `x*`, `(x+x+)+y`, `([0-9]+\.){3}[0-9]+`, `completed.*[0-9]$`,
	`(completed|failed)`, `a{0}`, `(a{3}){3}`, `[^\n]*$`, "\u212a", `(?i)\x{212a}`, `\x{fffd}`, `(^|x)a`, `(a|^)b`, `(?:(?m)^)a`, `\b`, `\B`, `^\b`, `$^`,
	`(a|b)*a(a|b){12}`, `(?i)größe$`, `(abc|a)d?$`, `\bab$`, `(a$|b)`, `(?m)(^a|b$)\z`, `(a|b)*a(a|b){3}$`, `é+.$`, `[^a]\B$`, `x(?:$|a)$`,
}

func randomAutomatonText(rng *rand.Rand) string {
	var b strings.Builder
	for range rng.IntN(30) {
		b.WriteString([]string{"a", "b", "c", "abc", "d", "x", "y", " ", "\n", "0", "12", "345.", "_", "K", "k", "\u212a", "é", "Größe", "GRÖSSE",
			"\ufffd", "\xff", "\xe2\x84", "completed", "failed", "日本", "\x00", "AB"}[rng.IntN(27)])
	}
	return b.String()
}

func TestAutomaton(t *testing.T) {
	rng := rand.New(rand.NewPCG(91, 92))
	matched, all := 0, 0
	for _, pattern := range automatonPatterns {
		re := regexp.MustCompile(pattern)
		a := newAutomaton(pattern)
		if a == nil {
			t.Fatalf("%q has no automaton", pattern)
		}
		for range 500 {
			text := randomAutomatonText(rng)
			got, ok := a.match([]byte(text))
			if want := re.MatchString(text); !ok || got != want {
				t.Fatalf("%q on %q: %v, %v; want %v", pattern, text, got, ok, want)
			}
			all++
			if got {
				matched++
			}
		}
	}
	if matched < all/5 || matched > all*4/5 {
		t.Errorf("%d of %d matched", matched, all)
	}
}

// An expression with many states begins anew a few times, is right all the
// same, and is left to the regexp package in the end.
func TestAutomatonWithManyStates(t *testing.T) {
	const pattern = `(a|b)*a(a|b){17}c`
	rng := rand.New(rand.NewPCG(93, 94))
	re := regexp.MustCompile(pattern)
	a := newAutomaton(pattern)
	largest, refused := 0, false
	for i := 0; !refused; i++ {
		if i == 10_000 {
			t.Fatalf("%d resets after %d texts", a.resets, i)
		}
		text := make([]byte, 2000)
		for j := range text {
			text[j] = "aabbabc"[rng.IntN(6+i%2)]
		}
		got, ok := a.match(text)
		if refused = !ok; ok && got != re.Match(text) {
			t.Fatalf("%q on %q: %v", pattern, text, got)
		}
		largest = max(largest, len(a.table))
	}
	if a.resets <= mostResets || largest > mostEntries {
		t.Errorf("%d resets, a table of %d entries", a.resets, largest)
	}
}

// A large program is at thousands of places at once: the states are bounded by
// what they hold, and one long text is enough to give up.
func TestAutomatonOfLargeProgram(t *testing.T) {
	const pattern = `(?s)a.{0,900}b.{0,900}a.{0,900}c`
	if _, err := compileRegexp(pattern); err != nil {
		t.Fatal(err)
	}
	a := newAutomaton(pattern)
	rng := rand.New(rand.NewPCG(97, 98))
	text := make([]byte, 20_000)
	for i := range text {
		text[i] = "abx"[rng.IntN(3)]
	}
	_, ok := a.match(text)
	held := 0
	for _, s := range a.states {
		held += len(s.places)
	}
	if held > mostPlaces {
		t.Errorf("%d states hold %d places; want at most %d", len(a.states), held, mostPlaces)
	}
	if ok || a.resets != mostResets+1 {
		t.Errorf("%d resets within one text, and an answer: %v", a.resets, ok)
	}
}

// A matcher that is to stop spends no more time on an expression that its automaton
// has given up.
func TestMatcherStops(t *testing.T) {
	rng := rand.New(rand.NewPCG(99, 100))
	text := make([]byte, 20_000)
	for i := range text {
		text[i] = "ab"[rng.IntN(2)]
	}
	text = append(append(text, 'a'), strings.Repeat("b", 900)+"c"...)
	schema := NewSchema(FieldSpec{Name: "text"}, FieldSpec{Name: "time", Kind: Time})
	q, err := Decode(schema, params(t, `{"limit":1,"offset":0,"where":["text","regexp","(a|b)*a(a|b){900}c"]}`), 1)
	if err != nil {
		t.Fatal(err)
	}
	m := q.Compile().Matcher(nil)
	stop := make(chan struct{})
	m.StopOn(stop)
	if matched := m.MatchValue(0, text); !matched || m.Quick(0) {
		t.Fatalf("matched: %v, quick: %v; want an expression that matches, and takes long", matched, m.Quick(0))
	}
	close(stop)
	if m.MatchValue(0, text) {
		t.Error("the expression was evaluated though the matcher is to stop")
	}
}

// A set of a thousand ranges that is repeated four thousand times is looked at
// once.
func TestAutomatonOfRepeatedSet(t *testing.T) {
	const pattern = `\pL{1000}\pL{1000}\pL{1000}\pL{999}`
	if _, err := compileRegexp(pattern); err != nil {
		t.Fatal(err)
	}
	a := newAutomaton(pattern)
	if size := cap(a.bounds); size > 1<<14 {
		t.Errorf("%d classes of runes were found among %d bounds", a.width, size)
	}
	a = newAutomaton(`^\pL{20}$`)
	for text, want := range map[string]bool{strings.Repeat("é", 20): true, strings.Repeat("é", 19) + "1": false} {
		if got, ok := a.match([]byte(text)); !ok || got != want {
			t.Errorf("%s matched: %v, %v; want %v", text, got, ok, want)
		}
	}
}

// The matcher answers as the regexp package does, whether there is an automaton
// or not.
func TestMatchRegexpWithoutAutomaton(t *testing.T) {
	for _, pattern := range []string{`(a|b)*a(a|b){17}c`, `a+`} {
		q := &Query{Schema: NewSchema(FieldSpec{Name: "text"}, FieldSpec{Name: "time", Kind: Time})}
		m := q.Compile().Matcher(nil)
		test, _ := newRegexpTest(regexp.MustCompile(pattern))
		m.regexps = append(m.regexps, regexpRun{test: test})
		if !test.match(m, []byte("xaaaaaaaaaaaaaaaaaaaaaaac"), true) || test.match(m, []byte("xyz"), true) {
			t.Errorf("%q does not match as it should", pattern)
		}
	}
}

func FuzzAutomaton(f *testing.F) {
	rng := rand.New(rand.NewPCG(95, 96))
	for _, pattern := range automatonPatterns {
		f.Add(pattern, randomAutomatonText(rng))
	}
	f.Fuzz(func(t *testing.T, pattern, text string) {
		re, err := compileRegexp(pattern)
		if err != nil || len(pattern) > 200 || len(text) > 2000 {
			return
		}
		a := newAutomaton(pattern)
		if a == nil {
			return
		}
		for range 2 { // states that are found, and states that are known
			if got, ok := a.match([]byte(text)); ok && got != re.MatchString(text) {
				t.Fatalf("%q on %q: %v", pattern, text, got)
			}
		}
	})
}

func BenchmarkAutomaton(b *testing.B) {
	text := []byte("order #959369798 sell 4.00 UK100 price:8365.1 sl:8349.0 tp:8376.7 completed in 17 ms")
	for _, pattern := range []string{`completed.*[0-9]$`, `(completed|failed)`, `[0-9]{5}$`, `#\d+7 `} {
		b.Run(fmt.Sprintf("pattern=%s", pattern), func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			a := newAutomaton(pattern)
			for b.Loop() {
				a.match(text)
			}
		})
	}
}

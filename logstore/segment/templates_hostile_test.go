package segment

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"daybook/filter"

	"github.com/google/go-cmp/cmp"
)

// hostileSentence returns a sentence made of what is hard to tell apart: numbers
// and words that may be some, characters that fold to ASCII, and separators. In
// it, # stands for a digit, ^ for one of 0 to f, and ~ for one of 0 to F.
func hostileSentence(rng *rand.Rand) string {
	var b strings.Builder
	for range 2 + rng.IntN(8) {
		switch rng.IntN(10) {
		case 0, 1:
			b.WriteString(strings.Repeat("#", 1+rng.IntN(6)))
		case 2:
			b.WriteString(strings.Repeat("#", 30+rng.IntN(10))) // more than is searched for
		case 3:
			b.WriteString(" " + strings.Repeat(pick(rng, "^", "~"), 7+rng.IntN(3)) + pick(rng, " ", "-", "."))
		case 4:
			b.WriteString(pick(rng, "k", "K", "\u212a", "s", "\u017f"))
		case 5:
			b.WriteString(pick(rng, "\u0130", "\u0131", "i", "\x00", "\ufffd", "\u0663", "é", "ß", "日"))
		case 6:
			b.WriteString(pick(rng, "dead", "DEAD", "ab", "F", "e", "x", "00", "\t", "\n", "\\", "%", `\%`))
		default:
			b.WriteString(pick(rng, " ", " ", "-", ":", ".", "_"))
		}
	}
	return b.String()
}

func hostileText(rng *rand.Rand, sentence string) string {
	text := []byte(sentence)
	for i, c := range text {
		switch c {
		case '#':
			text[i] = "0123456789"[rng.IntN(10)]
		case '^':
			text[i] = "0123456789abcdef"[rng.IntN(16)]
		case '~':
			text[i] = "0123456789ABCDEF"[rng.IntN(16)]
		}
	}
	return string(text)
}

// hostilePiece returns a piece of a text, often an end of it.
func hostilePiece(rng *rand.Rand, text string) string {
	from := rng.IntN(len(text))
	to := min(len(text), from+1+rng.IntN(12))
	switch rng.IntN(4) {
	case 0:
		from = 0
	case 1:
		to = len(text)
	}
	return strings.ToValidUTF8(text[from:to], "")
}

// hostileEnd returns the end of a text.
func hostileEnd(rng *rand.Rand, text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text[max(0, len(text)-1-rng.IntN(12)):], ""), "%", `\%`)
}

// inOtherCase replaces characters by others that they fold to.
func inOtherCase(rng *rand.Rand, text string) string {
	return strings.Map(func(r rune) rune {
		for range rng.IntN(3) {
			r = unicode.SimpleFold(r)
		}
		return r
	}, text)
}

func hostileCondition(rng *rand.Rand, text string) string {
	negate := pick(rng, "", "", "not ")
	switch rng.IntN(6) {
	case 0:
		return fmt.Sprintf(`["text",%q,%s]`, pick(rng, "=", "<", ">="), quoted(pick(rng, text, hostilePiece(rng, text))))
	case 1:
		pattern := pick(rng, "", "^", `\b`, "(?i)", "(?i)^", `\d`, `[0-4]`, `[0-9a-f]`, `\w+`, ".") + regexp.QuoteMeta(hostilePiece(rng, text)) +
			pick(rng, "", "$", `\b`, `\B`, `\d+`, `[[:xdigit:]]`, `.*\d$`, "|7", "[5-9]")
		return fmt.Sprintf(`["text",%q,%s]`, negate+"regexp", quoted(pattern))
	case 2:
		ascii := toASCII.Replace(text)
		pattern := pick(rng, "%"+hostileEnd(rng, ascii), hostilePiece(rng, text)+"%"+hostileEnd(rng, ascii))
		return fmt.Sprintf(`["text",%q,%s]`, negate+"ilike", quoted(pattern))
	}
	var pieces []string
	for range 1 + rng.IntN(3) {
		pieces = append(pieces, strings.ReplaceAll(hostilePiece(rng, text), "%", `\%`))
	}
	pattern := pick(rng, "", "%", "%") + strings.Join(pieces, "%") + pick(rng, "", "%", "%")
	if rng.IntN(2) == 0 {
		return fmt.Sprintf(`["text",%q,%s]`, negate+"ilike", quoted(inOtherCase(rng, pattern)))
	}
	return fmt.Sprintf(`["text",%q,%s]`, negate+"like", quoted(pattern))
}

// TestSearchHostileTemplates compares searches of texts that are hard to tell
// apart with one record after the other.
func TestSearchHostileTemplates(t *testing.T) {
	rng := rand.New(rand.NewPCG(101, 102))
	schema := testSchema()
	journals := 60
	if testing.Short() {
		journals = 10
	}
	var mem Memory
	asked, some := 0, 0
	for range journals {
		records, s := hostileSegment(t, rng)
		for range 40 {
			params := `{"limit":1,"offset":0,"where":` + hostileCondition(rng, records[rng.IntN(len(records))].values[4]) + `}`
			p := program(t, schema, params)
			if rng.IntN(8) == 0 {
				text := inOtherCase(rng, hostilePiece(rng, records[0].values[4]))
				params = "any " + text
				p = (&filter.Query{Schema: schema, Where: []filter.Condition{filter.AnyContainsFolded(text)}}).Compile()
			}
			want := matching(p, records)
			got, _ := searched(s, p, records, &mem)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("%q, the first text is %q (-want +got):\n%s", params, records[0].values[4], diff)
			}
			asked++
			if 0 < len(want) && len(want) < len(records) {
				some++
			}
		}
	}
	if some < asked/3 {
		t.Errorf("%d of %d searches found some records and not all", some, asked)
	}
}

// hostileSegment returns records of few sentences, and a segment of them whose
// text is kept by templates.
func hostileSegment(t *testing.T, rng *rand.Rand) ([]record, *Segment) {
	t.Helper()
	for range 100 {
		var sentences []string
		for len(sentences) < 3 {
			if sentence := hostileSentence(rng); utf8.RuneCountInString(sentence) > 8 {
				sentences = append(sentences, sentence)
			}
		}
		records := randomRecords(rng, 400)
		b := NewBuilder(testSchema())
		b.fields[4].spell() // free text, although they are few
		for i := range records {
			r := &records[i]
			r.values[4] = hostileText(rng, sentences[rng.IntN(len(sentences))])
			b.Add(int64(i)*99, r.time, [][]byte{[]byte(r.values[0]), nil, []byte(r.values[2]), []byte(r.values[3]), []byte(r.values[4])})
		}
		s, err := Open(b.Image(nil))
		if err != nil {
			t.Fatal(err)
		}
		if textColumn(s).templates {
			return records, s
		}
	}
	t.Fatal("nothing is kept by templates")
	return nil, nil
}

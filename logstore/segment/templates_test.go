package segment

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"daybook/filter"

	"github.com/google/go-cmp/cmp"
)

// templateText returns a text as programs write them: one of a few sentences,
// with numbers of all kinds.
func templateText(rng *rand.Rand) string {
	switch rng.IntN(9) {
	case 0:
		return fmt.Sprintf("order #%09d %s in %d ms, profit:%d.%02d from 10.%d.0.7", rng.IntN(1e9),
			pick(rng, "completed", "failed", "dead"), rng.IntN(100), rng.IntN(3000), rng.IntN(100), rng.IntN(256))
	case 1:
		return fmt.Sprintf("session %08x renewed for user_%d", rng.Uint32(), rng.IntN(100))
	case 2:
		return fmt.Sprintf("SESSION %08X RENEWED FOR NAS%d", rng.Uint32(), 100+rng.IntN(3))
	case 3:
		return fmt.Sprintf("request %04x-%04x of \u212aelvin %d: Größe %d", rng.IntN(1<<16), rng.IntN(1<<16), rng.IntN(10), rng.IntN(1000))
	case 4:
		return fmt.Sprintf("%d positions closed after %02x, %d", 10+rng.IntN(90), rng.IntN(256), rng.IntN(100))
	case 5:
		return pick(rng, "nothing to be done here, thanks", "a b c d e f", "dead", "", "faceb00k is no number, and 12ab is")
	case 6:
		return fmt.Sprintf("wei\u00df %05d%s", rng.IntN(100_000), pick(rng, "", "!", "e", "x", "ABCD", "abcd"))
	case 7:
		return fmt.Sprintf("mixed %04xAB %04XAB ma\u017fs%d", rng.IntN(1<<16), rng.IntN(1<<16), rng.IntN(10))
	}
	return fmt.Sprintf("client %06d: payout of amount:%d.00 EUR refused", rng.IntN(1e6), 100+rng.IntN(900))
}

// templateRecords are records whose text is made of templates. Some of them
// repeat all the time, so that their lists are bitmaps.
func templateRecords(rng *rand.Rand, n int) []record {
	records := randomRecords(rng, n)
	for i := range records {
		records[i].values[4] = templateText(rng)
		if rng.IntN(3) == 0 {
			records[i].values[4] = fmt.Sprintf("login of %06d completed in %02d ms", rng.IntN(1e6), rng.IntN(100))
		}
	}
	return records
}

// textColumn returns the column of the tests' free text.
func textColumn(s *Segment) *column { return &s.fields[4] }

// Templates and digits make up every value again.
func TestTemplatesHoldTheText(t *testing.T) {
	rng := rand.New(rand.NewPCG(81, 82))
	records := templateRecords(rng, 20_000)
	s := build(t, testSchema(), records)
	c := textColumn(s)
	if !c.templates || len(c.dense) == 0 {
		t.Fatalf("by templates: %v, with %d bitmaps", c.templates, len(c.dense))
	}
	seen := 0
	var f filling
	for code := range uint32(c.len()) {
		f.start(c, code)
		for i := 0; i < c.count(code); i += 1 + rng.IntN(2) {
			value, record := f.at(i)
			if want := records[record].values[4]; string(value) != want {
				t.Fatalf("value %d of %q is %q, want %q", i, c.value(code), value, want)
			}
			seen++
		}
	}
	if seen < len(records)/2 {
		t.Errorf("%d values seen", seen)
	}
}

// Matches come with their values, but for those of templates not wanted.
func TestEachText(t *testing.T) {
	rng := rand.New(rand.NewPCG(87, 88))
	records := templateRecords(rng, 5000)
	s := build(t, testSchema(), records)
	if s.Ordered(4) || !s.Spelled(4) || s.Spelled(3) {
		t.Fatalf("ordered %v, spelled %v", s.Ordered(4), s.Spelled(4))
	}
	p := program(t, testSchema(), `{"limit":1,"offset":0,"where":["few","=","CLIENT"]}`)
	var mem Memory
	found := s.Search(p, p.Matcher(noUnescape), &mem)
	const from, to = "m", "order #5"
	for _, backwards := range []bool{false, true} {
		seen := make(map[int]string)
		left := 0
		found.EachText(4, backwards, &mem, func(bound []byte) bool {
			ok := string(bound) <= to
			if backwards {
				ok = string(bound) >= from
			}
			if !ok {
				left++
			}
			return ok
		}, func(record int, value func() []byte) { seen[record] = string(value()) })
		for i, r := range records {
			text, ok := seen[i]
			wanted := r.values[0] == "CLIENT" && (!backwards && r.values[4] <= to || backwards && r.values[4] >= from)
			if ok && (text != r.values[4] || r.values[0] != "CLIENT") || wanted && !ok {
				t.Fatalf("backwards %v: record %d, %q, seen %v as %q", backwards, i, r.values, ok, text)
			}
		}
		if left == 0 || len(seen) == 0 {
			t.Errorf("backwards %v: %d templates left out, %d matches seen", backwards, left, len(seen))
		}
	}
}

// Text in which hardly anything repeats, or that is no UTF-8, is kept by words.
func TestTextWithoutTemplates(t *testing.T) {
	rng := rand.New(rand.NewPCG(83, 84))
	for name, spoil := range map[string]func(r *record, i int){
		"":        func(*record, int) {},
		"free":    func(r *record, i int) { r.values[4] = randomText(rng) },
		"no text": func(r *record, i int) { r.values[4] += strings.Repeat("\xff", (i+1)/3000) },
	} {
		records := templateRecords(rng, 3000)
		for i := range records {
			spoil(&records[i], i)
		}
		c := textColumn(build(t, testSchema(), records))
		if !c.text || c.templates != (name == "") {
			t.Errorf("%q: text %v, by templates %v", name, c.text, c.templates)
		}
	}
}

// templateConditions ask for parts of a record's text in every way.
func templateConditionOn(rng *rand.Rand, records []record) string {
	text := records[rng.IntN(len(records))].values[4]
	q := func(s string) string { return string(quoted(s)) }
	negate := func(op string) string { return pick(rng, "", "not ") + op }
	cut := func() string {
		if text == "" {
			return "x"
		}
		from := rng.IntN(len(text))
		return strings.ToValidUTF8(text[from:min(len(text), from+1+rng.IntN(9))], "")
	}
	switch rng.IntN(8) {
	case 0:
		return fmt.Sprintf(`["text",%q,%s]`, pick(rng, "=", "!=", "<", ">="), q(text))
	case 1:
		return fmt.Sprintf(`["text",%q,%s]`, negate("regexp"), q(pick(rng, "order.*[0-9]$", "completed.*7 ms", "[0-9]{5}", "(?i)SESSION [0-9a-f]{4}",
			`xyz|\d+`, `renewed.*\w+$`, `^.* \d{2} `, `request [[:xdigit:]]*-`, "(?i)kelvin 7", "00 EUR")))
	case 2:
		return fmt.Sprintf(`["text",%q,%s]`, negate(pick(rng, "like", "ilike")), q(text))
	}
	piece := cut()
	if rng.IntN(3) == 0 {
		piece = pick(rng, strings.ToUpper(piece), strings.ToLower(piece), "dead", "bee", "12", "ab", "7", "E", "#", "kelvin", "GRÖSSE", "fee", "00")
	}
	pattern := pick(rng, "", "%", "%", cut()+"%", "%"+cut()+"%") + piece + pick(rng, "", "%", "%", "%"+cut()+"%", "%"+cut(), "%"+cut()+"%"+cut())
	return fmt.Sprintf(`["text",%q,%s]`, negate(pick(rng, "like", "like", "ilike")), q(pattern))
}

// TestSearchTemplates compares searches of templates with one record after the
// other.
func TestSearchTemplates(t *testing.T) {
	rng := rand.New(rand.NewPCG(85, 86))
	schema := testSchema()
	searches := 300
	if testing.Short() {
		searches = 40
	}
	var mem Memory
	asked, answered, some, decided := 0, 0, 0, 0
	for _, n := range []int{2000, 2100, 6000} {
		records := templateRecords(rng, n)
		s := build(t, schema, records)
		if !textColumn(s).templates {
			t.Fatalf("%d records are not kept by templates", n)
		}
		for range searches {
			conditions := []string{templateConditionOn(rng, records)}
			if rng.IntN(3) == 0 {
				conditions = append(conditions, randomCondition(rng, records))
			}
			params := `{"limit":1,"offset":0,"where":[` + strings.Join(conditions, ",") + `]}`
			p := program(t, schema, params)
			if rng.IntN(8) == 0 {
				text := pick(rng, "10.7", "12", "dead", "EUR", "kelvin", ":1", "ab", "0", randomPiece(rng, records))
				params = "any " + text
				p = (&filter.Query{Schema: schema, Where: []filter.Condition{filter.AnyContainsFolded(text)}}).Compile()
			}
			want := matching(p, records)
			got, pending := searched(s, p, records, &mem)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("%d records, %s (-want +got):\n%s", n, params, diff)
			}
			asked++
			if len(want) > 0 {
				answered++
			}
			if 0 < len(want) && len(want) < n/2 {
				some++
			}
			if pending == 0 {
				decided++
			}
		}
	}
	if answered < asked/2 || some < asked/4 || decided < asked*9/10 {
		t.Errorf("of %d searches %d found anything, %d less than half, %d left nothing to verify", asked, answered, some, decided)
	}
}

// What the pieces of a pattern ask for.
func TestTemplateConditions(t *testing.T) {
	const d, x = "\xff", "\xfe"
	for _, tt := range []struct {
		condition                 string
		literal                   string
		decides, anyDigit, anyHex bool
		digits, hexWord           string
	}{
		{`["text","like","%completed%"]`, "completed", true, true, true, "", ""},
		{`["text","like","completed%"]`, "completed", false, true, true, "", ""},
		{`["text","like","%:1454.32%"]`, ":" + d + d + d + d + ".", false, false, false, "\x01\x04\x05\x04\x03\x02", ""},
		{`["text","like","%123%"]`, "", false, false, false, "\x01\x02\x03", ""},
		{`["text","like","%order%123%"]`, "order", false, false, false, "\x01\x02\x03", ""},
		{`["text","like","%dead%"]`, "", false, true, false, "", "\x0d\x0e\x0a\x0d"},
		{`["text","like","% dead %"]`, " dead ", true, true, true, "", ""},
		{`["text","ilike","%Dead%bee%"]`, "", false, true, false, "", ""},
		{`["text","like","% 12ab %"]`, " " + x + x + x + x + " ", false, false, false, "\x01\x02\x0a\x0b", ""},
		{`["text","ilike","% 12ab %"]`, " ", false, false, false, "\x01\x02", ""},
		{`["text","like","%NAS100%"]`, "NAS" + d + d + d, false, false, false, "\x01\x00\x00", ""},
		{`["text","ilike","%Größe%"]`, "Gr", false, true, true, "", ""},
		{`["text","=","7 up"]`, d + " up", false, false, false, "\x07", ""},
		{`["text","regexp","order.*[0-9]$"]`, "order", false, true, false, "", ""},
		{`["text","regexp","order 17"]`, "order ", false, false, false, "\x01\x07", ""},
	} {
		p := program(t, testSchema(), `{"limit":1,"offset":0,"where":`+tt.condition+`}`)
		c := newTemplateCondition(p.StepPieces(0))
		if string(c.literal) != tt.literal || c.decides != tt.decides || c.anyDigit != tt.anyDigit || c.anyHex != tt.anyHex ||
			string(c.digits) != tt.digits || string(c.hexWord) != tt.hexWord {
			t.Errorf("%s asks for %q (decides %v), any digit %v, any hexadecimal one %v, digits %q, %q", tt.condition,
				c.literal, c.decides, c.anyDigit, c.anyHex, c.digits, c.hexWord)
		}
	}
}

// Characters that fold to ASCII ones take more bytes: what stands before them at
// the end of a value is further from it than in the pattern.
func TestTemplatesEndFolded(t *testing.T) {
	schema := testSchema()
	rng := rand.New(rand.NewPCG(99, 100))
	records := randomRecords(rng, 2000)
	for i := range records {
		records[i].values[4] = fmt.Sprintf("position closed by deal of ab%d%s %05d", i%10, pick(rng, "\u212a", "K", "k", "\u017f", "s"), i)
	}
	s := build(t, schema, records)
	if !textColumn(s).templates {
		t.Fatal("they are not kept by templates")
	}
	var mem Memory
	for i := range 100 {
		text := toASCII.Replace(records[i].values[4])
		pattern := pick(rng, "%", "position%") + text[len(text)-7-rng.IntN(6):]
		p := program(t, schema, fmt.Sprintf(`{"limit":1,"offset":0,"where":["text","ilike",%s]}`, quoted(pattern)))
		want := matching(p, records)
		got, _ := searched(s, p, records, &mem)
		if diff := cmp.Diff(want, got); len(want) == 0 || diff != "" {
			t.Fatalf("%q (-want +got):\n%s", pattern, diff)
		}
	}
}

// FuzzTemplates takes any value apart and makes it again.
func FuzzTemplates(f *testing.F) {
	rng := rand.New(rand.NewPCG(89, 90))
	for range 20 {
		f.Add(templateText(rng))
	}
	f.Add("12AB 12ab 12aB a\xff \xfe7")
	f.Fuzz(func(t *testing.T, value string) {
		var split templater
		if !split.split([]byte(value)) {
			if strings.ContainsFunc(value, func(r rune) bool { return r == '\ufffd' }) {
				return // a byte that no UTF-8 has, or the character itself
			}
			t.Fatalf("%q makes no template", value)
		}
		if len(split.template) != len(value) || slotsOf(split.template) != len(split.digits) {
			t.Fatalf("%q makes %q with %d digits", value, split.template, len(split.digits))
		}
		packed := make([]byte, regionSize(1, len(split.digits)))
		pack(packed, 0, split.digits)
		c := &column{
			n: 64, text: true, templates: true, before: []uint32{0, 1}, ends: []uint32{0, uint32(len(value))}, values: split.template,
			gaps: []uint32{0, 1}, lists: []byte{0}, places: []uint32{0, uint32(len(packed))}, digits: packed,
		}
		var fill filling
		fill.start(c, 0)
		if got, record := fill.at(0); string(got) != value || record != 0 {
			t.Fatalf("%q comes back as %q of record %d", value, got, record)
		}
		if least, greatest := string(fill.bound(false)), string(value); least > greatest {
			t.Fatalf("%q is less than %q", value, least)
		}
		if greatest := string(fill.bound(true)); value > greatest {
			t.Fatalf("%q is greater than %q", value, greatest)
		}
	})
}

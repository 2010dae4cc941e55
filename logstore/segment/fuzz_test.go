package segment

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"daybook/filter"
)

// FuzzOpen opens any bytes as they are, and once more with checksums that are
// right. What opens can be asked; where an image holds nonsense under right
// checksums, the worst is a panic, which the service recovers from.
func FuzzOpen(f *testing.F) {
	programs := fuzzPrograms(f)
	f.Add([]byte(magic))
	f.Add(smallImage("")) // small: large ones take the fuzzer too long
	f.Add(smallImage("deal #1234"))
	for _, file := range goldenFiles {
		image, err := os.ReadFile(filepath.Join("testdata", file.name))
		if err != nil {
			f.Fatal(err)
		}
		s, err := Open(aligned(image))
		if err != nil {
			f.Fatal(err)
		}
		for _, p := range programs {
			if err := ask(s, p); err != nil {
				f.Fatalf("a search of %s: %v", file.name, err)
			}
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		image := aligned(data)
		if s, err := Open(image); err == nil {
			askAll(t, s, programs)
		} else if !refused(s, err) {
			t.Fatalf("Open: %v", err)
		}
		mend(image)
		if s, err := Open(image); err == nil {
			askAll(t, s, programs)
		} else if !refused(s, err) {
			t.Fatalf("Open with right checksums: %v", err)
		}
	})
}

// fuzzPrograms ask all kinds of columns.
func fuzzPrograms(t testing.TB) []*filter.Program {
	schema := testSchema()
	return []*filter.Program{
		program(t, schema, `{"limit":1,"offset":0,"where":[["few","=","CLIENT"],["time","<",1776000200]]}`),
		program(t, schema, `{"limit":1,"offset":0,"where":[["some","like","%7%"],["many","!=","x"]]}`),
		program(t, schema, `{"limit":1,"offset":0,"where":["text","ilike","%order #%completed%"]}`),
		program(t, schema, `{"limit":1,"offset":0,"where":["text","like","%ompleted%"]}`),
		program(t, schema, `{"limit":1,"offset":0,"where":["text","like","%34%"]}`),
		program(t, schema, `{"limit":1,"offset":0,"where":["text","regexp","[0-3]+$"]}`),
		(&filter.Query{Schema: schema, Where: []filter.Condition{filter.AnyContainsFolded("10.7")}}).Compile(),
	}
}

// smallImage returns an image of few records with all kinds of sections. With
// same, all texts are that and a number; without, they are kept by words.
func smallImage(same string) []byte {
	b := NewBuilder(testSchema())
	for i, r := range goldenRecords(same == "")[:70] {
		text := r.values[4]
		if same != "" {
			text = fmt.Sprint(same, i*7919%1000+1000)
		}
		b.Add(int64(i)*9, r.time, [][]byte{[]byte(r.values[0]), nil, []byte(r.values[2]), []byte(r.values[3]), []byte(text)})
	}
	b.fields[4].spell() // free text, although they are few
	return b.Image(nil)
}

// Nonsense under right checksums is refused, or can be asked.
func TestMendedImages(t *testing.T) {
	rng := rand.New(rand.NewPCG(61, 62))
	programs := fuzzPrograms(t)
	for _, same := range []string{"", "deal #1234"} {
		image := smallImage(same)
		if s, err := Open(image); err != nil || textColumn(s).templates != (same != "") {
			t.Fatalf("by templates: %v, %v", same == "", err)
		}
		checkMended(t, rng, image, programs)
	}
}

func checkMended(t *testing.T, rng *rand.Rand, sound []byte, programs []*filter.Program) {
	t.Helper()
	const rounds = 10_000
	opened := 0
	for range rounds {
		image := aligned(sound)
		for range 1 + rng.IntN(3) {
			at := rng.IntN(len(image))
			switch rng.IntN(3) {
			case 0:
				image[at] = byte(rng.Uint32())
			case 1:
				image[at] ^= 1 << rng.IntN(8)
			case 2:
				clear(image[at:min(at+8, len(image))])
			}
		}
		mend(image)
		if s, err := Open(image); err == nil {
			opened++
			askAll(t, s, programs)
		} else if !refused(s, err) {
			t.Fatalf("Open: %v", err)
		}
	}
	if opened < rounds/10 || opened > rounds*9/10 {
		t.Errorf("of %d images %d open", rounds, opened)
	}
}

// askAll searches the segment and walks what it finds. It bears a panic, but
// not one that comes of a wrong number of records.
func askAll(t *testing.T, s *Segment, programs []*filter.Program) {
	if s.Records() < 1 || s.Records() > MaxRecords {
		t.Fatalf("%d records", s.Records())
	}
	if len(s.fields) != testSchema().Len() {
		return // refused by who knows the schema
	}
	for _, p := range programs {
		ask(s, p)
	}
}

func ask(s *Segment, p *filter.Program) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("%v", v)
		}
	}()
	var mem Memory
	found := s.Search(p, p.Matcher(noUnescape), &mem)
	found.Resolve(found.AppendPending(nil), &mem)
	found.Each(func(i int) bool { s.Start(i); return true })
	var scratch []uint32
	found.AppendRanks(nil, 0, found.Count())
	first, last := s.Times()
	part := found.Within(first+(last-first)/3, last-(last-first)/3, &mem)
	part.CountBefore(last)
	for f := range s.fields {
		switch {
		case s.fields[f].ends == nil:
		case s.Ordered(f):
			part.Before(f, &scratch)
			part.Between(f, s.Values(f)/3, s.Values(f)/2, &mem)
		case s.Spelled(f):
			part.EachText(f, part.Count()%2 == 0, &mem, func([]byte) bool { return true }, func(_ int, value func() []byte) { value() })
		}
	}
	s.Explain(&filter.Query{Schema: testSchema()}, p, p.Matcher(noUnescape), &mem)
	return nil
}

// FuzzGaps decodes any bytes as a list of gaps. What decodes is ascending and
// within bounds, and is encoded by the same bytes or fewer.
func FuzzGaps(f *testing.F) {
	f.Add([]byte{0, 0, 5, 0x80, 1}, uint16(4), uint16(300))
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1}, uint16(1), uint16(9))
	f.Add([]byte{0x80}, uint16(1), uint16(9))
	f.Fuzz(func(t *testing.T, gaps []byte, count, n uint16) {
		records, ok := appendRecords(nil, gaps, int(count), int(n))
		if ok != (len(records) == int(count)) {
			t.Fatalf("appendRecords gives %d records of %d, %v", len(records), count, ok)
		}
		for i, r := range records {
			if int(r) >= int(n) || i > 0 && records[i-1] >= r {
				t.Fatalf("record %d is %d of %d, behind %d", i, r, n, records[max(i-1, 0)])
			}
		}
		text := appendGaps(nil, records)
		if len(text) > len(gaps) {
			t.Fatalf("%d bytes for what took %d", len(text), len(gaps))
		}
		again, ok := appendRecords(nil, text, len(records), int(n))
		if !ok || fmt.Sprint(again) != fmt.Sprint(records) {
			t.Fatalf("%v comes back as %v, %v", records, again, ok)
		}
	})
}

// FuzzWords splits any text: words and what is between them make it up again,
// and lower case moves no boundary.
func FuzzWords(f *testing.F) {
	for _, text := range []string{"", "a", " a_b.C9 ", "Größe \u212aelvin", "10.0.4.17:443", "\xff\x00x"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		lowered := string(appendLower(nil, text))
		for at := 0; at < len(text); {
			from, to, _ := nextWord(text, at)
			if lowFrom, lowTo, _ := nextWord(lowered, at); lowFrom != from || lowTo != to {
				t.Fatalf("word at %d is [%d, %d), in lower case [%d, %d)", at, from, to, lowFrom, lowTo)
			}
			for i := at; i < to; i++ {
				if (classes[text[i]] != 0) != (i >= from) {
					t.Fatalf("byte %d of %q, word [%d, %d)", i, text, from, to)
				}
			}
			if from < to && to < len(text) && classes[text[to]] != 0 {
				t.Fatalf("word [%d, %d) of %q is cut short", from, to, text)
			}
			if to == at {
				t.Fatalf("no progress at %d of %q", at, text)
			}
			at = to
		}
		if string(appendLower(nil, lowered)) != lowered || len(lowered) != len(text) {
			t.Fatalf("lower case of %q is %q", text, lowered)
		}
	})
}

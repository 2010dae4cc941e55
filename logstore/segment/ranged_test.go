package segment

import (
	"bytes"
	"cmp"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"daybook/filter"

	gocmp "github.com/google/go-cmp/cmp"
)

// numbersSchema has numbers that hardly repeat, and values that may be null.
func numbersSchema() *filter.Schema {
	return filter.NewSchema(
		filter.FieldSpec{Name: "id", Kind: filter.Integer, Unique: true},
		filter.FieldSpec{Name: "code", Kind: filter.Integer, Null: true},
		filter.FieldSpec{Name: "time", Kind: filter.Time, Micro: true},
		filter.FieldSpec{Name: "took", Kind: filter.Decimal, Null: true},
		filter.FieldSpec{Name: "name", Null: true},
		filter.FieldSpec{Name: "bot", Kind: filter.Boolean},
		filter.FieldSpec{Name: "old", Kind: filter.Boolean, Null: true},
		filter.FieldSpec{Name: "same", Kind: filter.Boolean},
	)
}

// numbersOf makes n records: their times, and their values by field.
func numbersOf(rng *rand.Rand, n int) (times []int64, rows [][][]byte) {
	number := func(n int64) []byte { return filter.AppendNumber(nil, n) }
	id, at := int64(0), int64(1776852000_000000)
	for i := range n {
		id += 1 + rng.Int64N(3)
		at += rng.Int64N(900_000)
		row := [][]byte{number(id), number(200 + 100*rng.Int64N(4)), nil, number(rng.Int64N(1_000_000)), fmt.Appendf(nil, "name %d", rng.IntN(50)), number(rng.Int64N(2)), nil, number(0)}
		if rng.IntN(3) == 0 {
			row[6] = number(1)
		}
		if rng.IntN(4) == 0 {
			row[1] = nil
		}
		if rng.IntN(3) == 0 || i/64 == 3 { // all of one block
			row[3] = nil
		}
		switch rng.IntN(5) {
		case 0:
			row[4] = nil
		case 1:
			row[4] = []byte{}
		}
		times, rows = append(times, at), append(rows, row)
	}
	return times, rows
}

// numbersImage returns the image of records of numbersSchema.
func numbersImage(times []int64, rows [][][]byte) []byte {
	b := NewBuilder(numbersSchema())
	for i, row := range rows {
		b.Add(int64(i)*100, times[i], row)
	}
	return b.Image([]byte(`{"file":"numbers"}`))
}

// The golden image of numbers and null.
func TestGoldenNumbers(t *testing.T) {
	t.Parallel()
	name := filepath.Join("testdata", "v2-numbers.seg")
	times, rows := numbersOf(rand.New(rand.NewPCG(1, 2)), 600)
	built := numbersImage(times, rows)
	golden := compareGolden(t, name, built)
	s, err := Open(aligned(golden))
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range rows {
		for _, f := range []int{1, 4, 5, 6, 7} {
			if got := s.Value(f, s.Code(f, i)); !bytes.Equal(got, row[f]) || (got == nil) != (row[f] == nil) {
				t.Fatalf("field %d of record %d is %q, want %q", f, i, got, row[f])
			}
		}
		for _, f := range []int{0, 3} {
			if got := s.Number(f, i); got != numberOrNull(row[f]) {
				t.Fatalf("field %d of record %d is %d, want %d", f, i, got, numberOrNull(row[f]))
			}
		}
	}
}

func numberOrNull(v []byte) int64 {
	if v == nil {
		return Null
	}
	return filter.Number(v)
}

// numberConditions ask for numbers, and for null, in all ways.
var numberConditions = []string{
	`"where":["took",">=",500000e-6]`, `"where":["took","<",0.1]`, `"whereBetween":["took",[0.25,0.26]]`, `"whereNotBetween":["took",[0.1,0.9]]`,
	`"whereNot":["took",0.5]`, `"where":["took","like","0.1%"]`, `"where":["took","not like","%7"]`, `"where":["took","like",""]`, `"where":["took","not like",""]`,
	`"where":["id","=",100]`, `"whereIn":["id",[1,2,3,500,700]]`, `"whereNotIn":["id",[1,2,3]]`, `"whereBetween":["id",[100,300]]`,
	`"where":["code","=",300]`, `"where":["code","!=",300]`, `"where":["code",">",300]`, `"where":["code","like","%00"]`, `"whereNotIn":["code",[]]`,
	`"where":["name","=",""]`, `"where":["name","!=",""]`, `"where":["name","like","1"]`, `"where":["name","not like","1"]`, `"where":["name","<","name 2"]`,
	`"whereBetween":["time",["2026-04-22T10:00:30.5Z","2026-04-22T10:01:00.000001Z"]]`, `"where":["time","like","%:01:%"]`,
	`"where":["bot","=",true]`, `"where":["bot","!=",true]`, `"where":["old","=",true]`, `"where":["old","!=",true]`, `"whereIn":["same",[true]]`, `"where":["same","=",false]`,
	`"where":["bot","like","t%"]`, `"where":[["bot","=",true],["old","!=",true],["took",">",0.5],["code","!=",200]]`,
	`"where":[["took",">",0.3],["code","=",200],["name","!=","name 3"]]`, `"where":[["took","<",0.7],["id",">",200]]`,
	// Of a value that few have.
	`"where":[["name","=","name 3"],["took",">",0.3]]`, `"where":[["name","=","name 4"],["code","=",300],["took","<",0.8],["id",">",50]]`,
	`"where":["name","=","name 5"],"whereNotBetween":["took",[0.1,0.9]]`, `"where":[["name","=","name 6"],["took","like","0.1%"]]`,
	`"where":[["name","=","name 7"],["code","!=",300],["took",">=",0]],"whereBetween":["time",[1776852030,1776852400]]`,
}

func numberPrograms(t testing.TB) []*filter.Program {
	var all []*filter.Program
	for _, condition := range numberConditions {
		all = append(all, program(t, numbersSchema(), `{"limit":1,"offset":0,`+condition+`}`))
	}
	for _, c := range []filter.Condition{
		filter.HasValue(3, true), filter.HasValue(3, false), filter.HasValue(4, true), filter.HasValue(4, false), filter.HasValue(1, false),
		filter.ContainsFoldedIn("NAME 1", 1, 4), filter.ContainsFoldedIn("30", 0, 1, 4), filter.ContainsFoldedIn("0.2", 3, 4), filter.TimeBetween(0, 1776852100_000000),
	} {
		all = append(all, (&filter.Query{Schema: numbersSchema(), Where: []filter.Condition{c}}).Compile())
	}
	return all
}

// Searches find what evaluating each record does, and what is told of their
// numbers is so.
func TestSearchNumbers(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(3, 4))
	programs := numberPrograms(t)
	for _, n := range []int{1, 63, 64, 700, 5000} {
		times, rows := numbersOf(rng, n)
		s, err := Open(numbersImage(times, rows))
		if err != nil {
			t.Fatal(err)
		}
		var mem Memory
		for i, p := range programs {
			m := p.Matcher(nil)
			var want []int
			for i, row := range rows {
				if r := (&filter.Record{Columns: row, Time: times[i]}); m.Match(r) && m.MatchTime(r) {
					want = append(want, i)
				}
			}
			found := s.Search(p, m, &mem)
			var got []int
			found.Each(func(i int) bool { got = append(got, i); return true })
			if diff := gocmp.Diff(want, got); diff != "" || found.Pending() > 0 {
				t.Errorf("program %d of %d records, %d pending (-want +got):\n%s", i, n, found.Pending(), diff)
			}
			for _, field := range []int{0, 3} {
				checkNumbers(t, rng, found, field, got, rows, &mem)
			}
		}
	}
}

// checkNumbers compares what is told of the numbers of matches with the records'.
func checkNumbers(t *testing.T, rng *rand.Rand, found *Matches, field int, records []int, rows [][][]byte, mem *Memory) {
	t.Helper()
	var numbers []int64
	for _, i := range records {
		numbers = append(numbers, numberOrNull(rows[i][field]))
	}
	nulls := len(numbers)
	sorted := slices.Sorted(slices.Values(numbers))
	if at, _ := slices.BinarySearch(sorted, Null+1); at != found.CountNull(field) {
		t.Errorf("%d matches are null, want %d", found.CountNull(field), at)
	} else {
		nulls = at
	}
	if sorted = sorted[nulls:]; len(sorted) > 0 {
		if low, high := found.Numbers(field); low > sorted[0] || high < sorted[len(sorted)-1] {
			t.Errorf("numbers from %d to %d, want %d to %d", low, high, sorted[0], sorted[len(sorted)-1])
		}
	}
	first, last := rng.Int64N(1000)-10, rng.Int64N(1_000_000)
	if rng.IntN(4) == 0 {
		first, last = Null, Null
	}
	var want, got []int
	for k, i := range records {
		if first <= numbers[k] && numbers[k] <= last {
			want = append(want, i)
		}
	}
	found.WithNumbers(field, first, last, mem).Each(func(i int) bool { got = append(got, i); return true })
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("numbers from %d to %d (-want +got):\n%s", first, last, diff)
	}
	low, shift := rng.Int64N(1000), uint(rng.IntN(18))
	counts, wanted := make([]int64, 1+rng.IntN(20)), make([]int64, 20)
	found.CountNumbers(field, low, shift, counts)
	for _, n := range sorted {
		if at := (n - low) >> shift; n >= low && at < int64(len(counts)) {
			wanted[at]++
		}
	}
	if cmp.Compare(fmt.Sprint(counts), fmt.Sprint(wanted[:len(counts)])) != 0 {
		t.Errorf("%d<<%d from %d on: %d, want %d", len(counts), shift, low, counts, wanted)
	}
}

// Images with damage under right checksums do no harm.
func TestMendedNumbers(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(5, 6))
	times, rows := numbersOf(rng, 200)
	sound := numbersImage(times, rows)
	programs := numberPrograms(t)
	opened := 0
	for range 3000 {
		image := aligned(sound)
		for range 1 + rng.IntN(3) {
			at := rng.IntN(len(image))
			if rng.IntN(2) == 0 {
				image[at] ^= 1 << rng.IntN(8)
			} else {
				clear(image[at:min(at+8, len(image))])
			}
		}
		mend(image)
		s, err := Open(image)
		switch {
		case err == nil && len(s.fields) == numbersSchema().Len():
			opened++
			for range 4 {
				askNumbers(s, programs[rng.IntN(len(programs))])
			}
		case err != nil && !refused(s, err):
			t.Fatalf("Open: %v", err)
		}
	}
	if opened < 100 {
		t.Errorf("%d images open", opened)
	}
}

// askNumbers searches, and bears a panic.
func askNumbers(s *Segment, p *filter.Program) {
	defer func() { recover() }()
	var mem Memory
	found := s.Search(p, p.Matcher(nil), &mem)
	low, _ := found.Numbers(3)
	found.CountNumbers(3, low, 10, make([]int64, 100))
	found.WithNumbers(0, Null, 1<<40, &mem).Each(func(i int) bool { s.Number(0, i); return true })
	s.Explain(&filter.Query{Schema: numbersSchema()}, p, p.Matcher(nil), &mem)
}

package logstore

import (
	"encoding/json"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
)

// Facts of stretches add up to those of the whole, however it is cut.

func TestFactsAdd(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	day := dayOf(noon(0))
	for range 200 {
		var whole facts
		var parts []facts
		for at := range rng.Int64N(5) {
			var part facts
			for range rng.IntN(4) {
				if rng.IntN(3) == 0 {
					whole.malformed(1, 100-at)
					part.malformed(1, 100-at)
					continue
				}
				at := noon(rng.IntN(11) - 5)
				whole.record(at, dayOf(at), day)
				part.record(at, dayOf(at), day)
			}
			parts = append(parts, part)
		}
		var sum facts
		for _, p := range parts {
			sum.add(p)
		}
		if diff := cmp.Diff(whole, sum); diff != "" {
			t.Fatalf("sum of %+v mismatch (-want +got):\n%s", parts, diff)
		}
	}
}

// Where the first malformed line is not known of a part, it is not known of the
// whole.
func TestFactsUnplaced(t *testing.T) {
	var none, placed facts
	placed.malformed(2, 0)
	old := facts{Lines: 1, Malformed: 1}
	for _, tt := range []struct {
		a, b     facts
		unplaced bool
	}{{none, none, false}, {none, placed, false}, {placed, placed, false}, {none, old, true}, {placed, old, true}} {
		for _, pair := range [][2]facts{{tt.a, tt.b}, {tt.b, tt.a}} {
			sum := pair[0]
			if sum.add(pair[1]); sum.unplaced() != tt.unplaced {
				t.Errorf("%+v and %+v: unplaced = %t, want %t", pair[0], pair[1], sum.unplaced(), tt.unplaced)
			}
		}
	}
}

func TestFactsMisfiled(t *testing.T) {
	for d, want := range map[int]int64{-4: 1, -3: 0, 0: 0, 3: 0, 4: 1, 400: 1} {
		var f facts
		f.record(noon(d), dayOf(noon(d)), dayOf(noon(0)))
		if f.Misfiled != want {
			t.Errorf("record %d days off its day: misfiled = %d, want %d", d, f.Misfiled, want)
		}
	}
}

func TestFactsOverlap(t *testing.T) {
	none, bad := facts{}, facts{Lines: 3, Malformed: 3}
	if none.overlaps(-1, 1) || bad.overlaps(-1, 1) {
		t.Error("facts of no record overlap")
	}
	f := facts{Lines: 2, First: 10, Last: 20}
	for _, tt := range []struct {
		from, to int64
		want     bool
	}{{0, 9, false}, {0, 10, true}, {12, 13, true}, {20, 30, true}, {21, 30, false}, {0, 30, true}} {
		if got := f.overlaps(tt.from, tt.to); got != tt.want {
			t.Errorf("overlaps(%d, %d) = %t, want %t", tt.from, tt.to, got, tt.want)
		}
	}
}

var someTerms = terms{MaxLine: 1 << 20, Fields: []string{"timestamp", "detail"}}

// someFacts are what a facts file may hold.

func someFacts() []remembered {
	return []remembered{
		{Name: "audit-2026-04-20.tsv", Stamp: stamp{1, 2, 3000, 4, 5},
			Facts: facts{Covered: 3000, Lines: 20, Malformed: 1, Misfiled: 2, First: noon(-2), Last: noon(-1)},
			Whole: true, Print: 1 << 31, Settled: true},
		{Name: "audit-2026-04-21.tsv.gz", Stamp: stamp{1, 3, 1, 1 << 60, -1}, Facts: facts{Covered: 7}, Whole: true, Settled: true},
	}
}

func TestFactsFile(t *testing.T) {
	for _, want := range [][]remembered{nil, someFacts()} {
		text, err := encodeFacts(want, someTerms)
		if err != nil {
			t.Fatal(err)
		}
		got, err := decodeFacts(text, someTerms)
		if err != nil {
			t.Fatalf("decodeFacts(%s): %v", text, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("decodeFacts mismatch (-want +got):\n%s", diff)
		}
	}
}

// The file of this version stays readable.

func TestFactsFileGolden(t *testing.T) {
	const golden = "testdata/facts-1.jsonl"
	text, err := encodeFacts(someFacts(), someTerms)
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(text)); diff != "" {
		t.Errorf("%s mismatch (-want +got); a change needs a new version:\n%s", golden, diff)
	}
}

func TestFactsFileRefused(t *testing.T) {
	text, err := encodeFacts(someFacts(), someTerms)
	if err != nil {
		t.Fatal(err)
	}
	whole := string(text)
	for name, tt := range map[string]struct {
		text string
		t    terms
		want string
	}{
		"empty":            {"", someTerms, "no header"},
		"no JSON":          {"facts\n", someTerms, "no header"},
		"a later version":  {strings.Replace(whole, `"format":1`, `"format":2`, 1), someTerms, "format 2, not 1"},
		"no version":       {"{}\n", someTerms, "format 0, not 1"},
		"one more line":    {whole + "{}\n", someTerms, "damaged"},
		"one line less":    {whole[:strings.LastIndexByte(whole[:len(whole)-1], '\n')+1], someTerms, "damaged"},
		"spelled another":  {strings.Replace(whole, `"format":1`, `"Format":1`, 1), someTerms, "damaged"},
		"longer lines":     {whole, terms{MaxLine: 2 << 20, Fields: someTerms.Fields}, "longest line"},
		"other fields":     {whole, terms{MaxLine: 1 << 20, Fields: []string{"timestamp"}}, "fields"},
		"fields otherwise": {whole, terms{MaxLine: 1 << 20, Fields: []string{"detail", "timestamp"}}, "fields"},
	} {
		files, err := decodeFacts([]byte(tt.text), tt.t)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: decodeFacts = %v, %v; want an error with %q", name, files, err, tt.want)
		}
	}
	for n := range len(whole) {
		if files, err := decodeFacts(text[:n], someTerms); err == nil {
			t.Errorf("decodeFacts of the first %d bytes = %v", n, files)
		}
	}
}

// What decodes says the same when it is written again.

func FuzzFacts(f *testing.F) {
	for _, files := range [][]remembered{nil, someFacts()} {
		text, err := encodeFacts(files, someTerms)
		if err != nil {
			f.Fatal(err)
		}
		_, body, _ := strings.Cut(string(text), "\n")
		f.Add(text, []byte(body))
	}
	f.Add([]byte("{}\n"), []byte("{\"Name\":\"a\"}\n"))
	f.Fuzz(func(t *testing.T, text, body []byte) {
		decodeFacts(text, someTerms)
		// With the right checksum, the body is what is tried.
		header, err := json.Marshal(factsHeader{factsVersion, someTerms, crc32.Checksum(body, castagnoli)})
		if err != nil {
			t.Fatal(err)
		}
		files, err := decodeFacts(slices.Concat(header, []byte("\n"), body), someTerms)
		if err != nil {
			return
		}
		again, err := encodeFacts(files, someTerms)
		if err != nil {
			t.Fatalf("encodeFacts(%+v): %v", files, err)
		}
		got, err := decodeFacts(again, someTerms)
		if err != nil {
			t.Fatalf("decodeFacts(%s): %v", again, err)
		}
		if diff := cmp.Diff(files, got); diff != "" {
			t.Errorf("decodeFacts mismatch (-want +got):\n%s", diff)
		}
	})
}

// openObserved opens the journal, and returns the messages of its log.

func openObserved(j *journal, change ...func(*Options)) (*Store, *observer.ObservedLogs) {
	j.Helper()
	core, logs := observer.New(zapcore.InfoLevel)
	s := j.open(append(change, func(o *Options) { o.Log = zap.New(core) })...)
	return s, logs
}

// warnings returns the warnings among the messages of a log, with their errors.

func warnings(logs *observer.ObservedLogs) (all []string) {
	for _, m := range logs.FilterLevelExact(zapcore.WarnLevel).All() {
		all = append(all, fmt.Sprint(m.Message, " ", m.ContextMap()["error"]))
	}
	return all
}

// A facts file that is damaged in any byte changes no answer, and is reported.

func TestFactsFileDamaged(t *testing.T) {
	t.Parallel()
	j := newJournal(t)
	for d := -3; d <= 0; d++ {
		j.write("audit-"+dayOf(noon(d)).String()+".tsv", strings.Repeat(line(noon(d), "x"), 2-d))
	}
	s := j.open()
	later(s)
	want := search(t, s, everything)
	j.must(s.Close())
	name := filepath.Join(j.data, factsName)
	text, err := os.ReadFile(name)
	j.must(err)

	s, logs := openObserved(j)
	search(t, s, totals)
	if got := s.Stats().LinesScanned; got != 0 || len(warnings(logs)) != 0 {
		t.Fatalf("with the facts as they were saved, %d lines are scanned; warnings: %q", got, warnings(logs))
	}
	j.must(s.Close())

	step := 1 + len(text)/150 // each byte by decodeFacts below, some by whole stores
	for at := range text {
		damaged := []byte(string(text))
		damaged[at] ^= 1 << (at % 8)
		if files, err := decodeFacts(damaged, s.memory.terms); err == nil {
			t.Errorf("decodeFacts with byte %d flipped = %+v", at, files)
		}
		if at%step != 0 {
			continue
		}
		j.must(os.WriteFile(name, damaged, 0o600))
		s, logs := openObserved(j)
		got := search(t, s, everything)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("byte %d flipped: answer mismatch (-want +got):\n%s", at, diff)
		}
		if w := warnings(logs); len(w) != 1 || !strings.Contains(w[0], "read anew") || !strings.Contains(w[0], factsName) {
			t.Errorf("byte %d flipped: warnings %q", at, w)
		}
		j.must(s.Close())
	}
}

// Facts that were found with another longest line are not used.

func TestFactsOfOtherTerms(t *testing.T) {
	j := newJournal(t)
	long := line(noon(0), strings.Repeat("x", 2000))
	j.write(liveName, line(noon(0), "short")+long)
	for _, tt := range []struct {
		maxLine int
		want    int64
	}{{1000, 1}, {4000, 2}, {1000, 1}} {
		s := j.open(func(o *Options) { o.MaxLine = tt.maxLine })
		later(s)
		if r := search(t, s, everything); r.Count != tt.want || r.Total != 2 {
			t.Errorf("longest line %d: count = %d, total = %d; want %d, 2", tt.maxLine, r.Count, r.Total, tt.want)
		}
		j.must(s.Close())
	}
}

// The claim is made once, for the folder and no file of the journal.

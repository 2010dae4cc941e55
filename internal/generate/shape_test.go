package generate

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

// A sample is what a journal of three weeks holds.
type sample struct {
	lines, bytes, detailBytes float64
	actors, statuses, actions map[string]float64
	clients, managers         map[string]float64
	sources, modules          map[string]float64
	days                      map[string]float64
	hours                     [24]float64 // of weekdays
	words                     map[string]float64
	jsons, escaped, foreign   float64
}

func newSample() *sample {
	s := new(sample)
	for _, m := range []*map[string]float64{&s.actors, &s.statuses, &s.actions, &s.clients, &s.managers, &s.sources, &s.modules, &s.days, &s.words} {
		*m = make(map[string]float64)
	}
	return s
}

// takeSample writes a journal and counts. It reports every line that is not
// as a line should be.
func takeSample(t *testing.T) *sample {
	t.Helper()
	o := Options{Dir: t.TempDir(), Days: 21, Lines: 400_000, End: friday(), Seed: 11}
	s := newSample()
	for _, name := range mustWrite(t, o).Files {
		data, err := os.ReadFile(filepath.Join(o.Dir, name))
		if err != nil {
			t.Fatal(err)
		}
		last := time.Time{}
		date := strings.TrimSuffix(strings.TrimPrefix(name, "audit-"), ".tsv")
		for line := range strings.Lines(string(data)) {
			at := s.add(t, line)
			if at.Format(time.DateOnly) != date || at.Before(last) {
				t.Fatalf("%s: line of %v after one of %v: %q", name, at, last, line)
			}
			last = at
		}
	}
	return s
}

// add counts a line and returns its time.
func (s *sample) add(t *testing.T, line string) time.Time {
	t.Helper()
	columns := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
	if len(columns) != 7 || !strings.HasSuffix(line, "\n") || !utf8.ValidString(line) {
		t.Fatalf("not seven columns of UTF-8: %q", line)
	}
	at, err := time.Parse("2006-01-02T15:04:05Z", columns[0])
	if err != nil {
		t.Fatalf("%v: %q", err, line)
	}
	for _, c := range columns {
		if c == "" || strings.TrimSpace(c) != c || strings.ContainsFunc(c, unicode.IsControl) {
			t.Fatalf("column %q is empty or unclean: %q", c, line)
		}
	}
	detail := columns[6]
	s.lines++
	s.bytes += float64(len(line))
	s.detailBytes += float64(len(detail))
	s.actors[columns[1]]++
	s.actions[columns[3]]++
	s.statuses[columns[4]]++
	s.days[columns[0][:10]]++
	if day := at.Weekday(); day != time.Saturday && day != time.Sunday {
		s.hours[at.Hour()]++
	}
	switch columns[1] {
	case "CLIENT":
		s.clients[columns[2]]++
		s.sources[columns[5]]++
	case "MANAGER":
		s.managers[columns[2]]++
		s.sources[columns[5]]++
	default:
		if columns[2] != "-" {
			t.Fatalf("the system has an id: %q", line)
		}
		s.modules[columns[5]]++
	}
	for _, w := range []string{"completed", "price", ":1454.", "manual override"} {
		if strings.Contains(line, w) {
			s.words[w]++
		}
	}
	s.addDetail(t, detail)
	return at
}

// addDetail looks at the detail's format.
func (s *sample) addDetail(t *testing.T, detail string) {
	t.Helper()
	if strings.HasPrefix(detail, "{") {
		s.jsons++
		if !json.Valid([]byte(detail)) {
			t.Fatalf("not JSON: %s", detail)
		}
	}
	if plain := strings.NewReplacer(`\\`, "", `\n`, "", `\t`, "").Replace(detail); plain != detail {
		s.escaped++
		if strings.Contains(plain, `\`) {
			t.Fatalf("an escape that is none: %s", detail)
		}
	}
	if strings.ContainsFunc(detail, func(r rune) bool { return r > unicode.MaxASCII }) {
		s.foreign++
	}
}

func TestShape(t *testing.T) {
	t.Parallel()
	s := takeSample(t)
	within := func(what string, got, low, high float64) {
		t.Helper()
		if got < low || got > high {
			t.Errorf("%s: %.5g, want %.5g to %.5g", what, got, low, high)
		}
	}
	of := func(m map[string]float64, name string) float64 { return m[name] / s.lines }
	within("lines", s.lines, 400_000, 400_000)
	within("bytes a line", s.bytes/s.lines, 128, 138)
	within("bytes a detail", s.detailBytes/s.lines, 60, 70)

	within("CLIENT", of(s.actors, "CLIENT"), 0.69, 0.71)
	within("MANAGER", of(s.actors, "MANAGER"), 0.19, 0.21)
	within("SYSTEM", of(s.actors, "SYSTEM"), 0.095, 0.105)
	within("SUCCESS", of(s.statuses, "SUCCESS"), 0.845, 0.855)
	within("INFO", of(s.statuses, "INFO"), 0.077, 0.083)
	within("ERROR", of(s.statuses, "ERROR"), 0.048, 0.052)
	within("WARNING", of(s.statuses, "WARNING"), 0.018, 0.022)

	within("actions", float64(len(s.actions)), 60, 60)
	within("managers", float64(len(s.managers)), 300, 300)
	within("modules", float64(len(s.modules)), 18, 18)
	within("clients", float64(len(s.clients)), 15_000, 20_000)
	within("sources", float64(len(s.sources)), 15_000, 30_000)
	within("most frequent client, of clients", top(s.clients)/s.actors["CLIENT"], 0.09, 0.10)
	within("most frequent manager, of managers", top(s.managers)/s.actors["MANAGER"], 0.14, 0.18)
	within("most frequent action, of clients", top(s.actions)/s.actors["CLIENT"], 0.23, 0.27)
	within("most frequent source, of addresses", top(s.sources)/(s.actors["CLIENT"]+s.actors["MANAGER"]), 0.05, 0.10)
	within("client 185932", s.clients[knownClient], 60, 160)
	within("manager 1223", s.managers[knownManager]/s.actors["MANAGER"], 0.02, 0.035)
	within("127.0.0.2", s.sources[bridgeAddress]/s.lines, 0.005, 0.01)
	within("127.0.0.1", s.sources[loopbackAddress], 1, 12)

	within("completed", of(s.words, "completed"), 0.08, 0.12)
	within("price", of(s.words, "price"), 0.3, 0.7)
	within(":1454.", s.words[":1454."], 10, 1000)
	within("a rare phrase", s.words["manual override"], 1, 20)
	within("JSON details", s.jsons/s.lines, 0.15, 0.5)
	within("details with escapes", s.escaped/s.lines, 0.001, 0.03)
	within("details beyond ASCII", s.foreign/s.lines, 0.001, 0.03)

	within("a Sunday, of a Monday", s.days["2026-11-15"]/s.days["2026-11-16"], 0.345, 0.355)
	within("a Friday, of a Monday", s.days["2026-11-20"]/s.days["2026-11-16"], 0.99, 1.01)
	within("15 h, of 3 h", s.hours[15]/s.hours[3], 2, 5)
	within("22 h, of 3 h", s.hours[22]/s.hours[3], 0.2, 0.6)
}

// top returns the largest count.
func top(m map[string]float64) float64 {
	largest := 0.0
	for _, n := range m {
		largest = math.Max(largest, n)
	}
	return largest
}

func TestFeed(t *testing.T) {
	t.Parallel()
	f, same := NewFeed(3), NewFeed(3)
	zone := time.FixedZone("", -5*3600)
	s := newSample()
	for i := range 2000 {
		at := time.Date(2026, 12, 31, 18, 59, 59, 999_999_999, zone).Add(time.Duration(i) * time.Second)
		line := string(f.AppendRecord([]byte("kept"), at))
		if !strings.HasPrefix(line, "kept") || line != string(same.AppendRecord([]byte("kept"), at)) {
			t.Fatalf("AppendRecord(%v) = %q: want it after what was there, the same each time", at, line)
		}
		if got := s.add(t, strings.TrimPrefix(line, "kept")); !got.Equal(at.Truncate(time.Second)) {
			t.Fatalf("AppendRecord(%v) has the time %v", at, got)
		}
	}
	if len(s.actions) < 40 || len(s.actors) != 3 || len(s.statuses) != 4 {
		t.Errorf("2000 records with %d actions, %d kinds of actors, %d statuses", len(s.actions), len(s.actors), len(s.statuses))
	}
}

// TestFeedIsNewMaterial compares a feed with the journal of its seed: live
// rows must not repeat what is in the files.
func TestFeedIsNewMaterial(t *testing.T) {
	t.Parallel()
	o := smallJournal(t)
	mustWrite(t, o)
	var journal strings.Builder
	for _, content := range files(t, o.Dir) {
		journal.WriteString(content)
	}
	f := NewFeed(o.Seed)
	for range 500 {
		line := string(f.AppendRecord(nil, friday()))
		if _, rest, _ := strings.Cut(line, "\t"); strings.Contains(journal.String(), rest) && len(rest) > 100 {
			t.Errorf("the journal has %q already", rest)
		}
	}
}

// TestEveryTemplate fills every template of every deed at the ends of time.
func TestEveryTemplate(t *testing.T) {
	t.Parallel()
	w := newWorld(1)
	r := newRandom(1, 0)
	names := make(map[string]bool)
	for _, of := range w.deeds {
		for _, do := range of.all {
			if names[do.name] {
				t.Errorf("action %s is listed twice", do.name)
			}
			names[do.name] = true
			for i, list := range [][]template{do.done, do.completed, do.info, do.failed} {
				if len(list) == 0 {
					t.Errorf("%s has no details of kind %d", do.name, i)
				}
				for _, tmpl := range list {
					for _, year := range []int{1, 1969, 2026, 9999} {
						d := draft{random: &r, sec: time.Date(year, 12, 31, 23, 59, 59, 0, time.UTC).Unix(), world: w, reasons: do.reasons}
						text := string(tmpl.append(nil, &d))
						if strings.ContainsAny(text, "<>\t\n") || len(text) < 20 || len(text) > 200 {
							t.Errorf("%s in year %d: detail %q", do.name, year, text)
						}
						if got, want := strings.Contains(text, "completed"), i == 1; got != want {
							t.Errorf("%s: %q says completed: %t, want %t", do.name, text, got, want)
						}
					}
				}
			}
		}
	}
}

func BenchmarkAppendRecord(b *testing.B) {
	f := NewFeed(1)
	at := friday()
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		buf = f.AppendRecord(buf[:0], at)
	}
}

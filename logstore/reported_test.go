package logstore

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Malformed lines are reported by who meets them first, be it the builder of an
// index, and not again when the file that holds them is compressed or decompressed.
func TestMalformedReportedOnce(t *testing.T) {
	j := newJournal(t)
	name := dayName(1)
	good := numbered(0, 300)
	content := good + "bad\n" + good + "worse\n"
	bySealing := func(o *Options) { o.Index, o.IndexFrom = IndexManual, 1 }
	s, logs := openObserved(j, bySealing)
	later(s)
	compressed := func(enc encoding) func() {
		return func() {
			j.write(name+enc.suffix(), packed(t, enc, content))
			j.must(os.Remove(j.path(name)))
		}
	}
	for _, step := range []struct {
		what string
		do   func()
		want []string
	}{
		{"the first index", func() { j.write(name, content) }, []string{fmt.Sprintf("%s: 2 lines from %d on", name, len(good))}},
		{"nothing new", func() {}, nil},
		{"gzip", compressed(gzipped), nil},
		{"gunzip", func() { j.write(name, content); j.must(os.Remove(j.path(name + ".gz"))) }, nil},
		{"zstd", compressed(zstandard), nil},
		{"another file", func() {
			j.put(name, "bad\n"+content)
			j.must(os.Remove(j.path(name + ".zst")))
		}, []string{fmt.Sprintf("%s: 3 lines from 0 on", name)}},
	} {
		step.do()
		j.must(s.BuildIndex(t.Context(), nil))
		state := problems(t, s)
		if diff := cmp.Diff(step.want, malformed(logs)); diff != "" {
			t.Errorf("%s: log mismatch (-want +got):\n%s", step.what, diff)
		}
		if len(state) != 1 || !strings.Contains(state[0], "sealed: malformed lines: ") {
			t.Errorf("%s: status %q, want one sealed file with malformed lines", step.what, state)
		}
	}
	if got := s.Stats().Malformed; got != 5 {
		t.Errorf("malformed lines counted: %d, want 5", got)
	}
	j.must(s.Close())

	// A process that finds the index of an earlier one has not met them, unless it
	// knows the file.
	for _, tt := range []struct {
		what string
		want int64
	}{{"an index, and no facts", 3}, {"an index, and facts", 0}} {
		s := j.open(bySealing)
		later(s)
		j.must(s.BuildIndex(t.Context(), nil))
		if got := s.Stats().Malformed; got != tt.want {
			t.Errorf("%s: malformed lines counted: %d, want %d", tt.what, got, tt.want)
		}
		j.must(s.Close())
		s = j.open() // writes down facts
		later(s)
		problems(t, s)
		j.must(s.Close())
	}
}

// Two parts of one name are two, though both begin with a line of headings.
func TestMalformedReportedOfTwoParts(t *testing.T) {
	const head = "timestamp\tactor_type\n"
	j := newJournal(t)
	name := dayName(1)
	s, logs := openObserved(j)
	later(s)
	for _, step := range []struct {
		what string
		do   func()
		want string
	}{
		{"a compressed file", func() { j.write(name+".gz", packed(t, gzipped, head+numbered(0, 300))) }, name + ".gz: 1 lines from 0 on"},
		{"created anew", func() { j.write(name, head+numbered(1000, 200)) }, name + ": 1 lines from 0 on"},
	} {
		step.do()
		search(t, s, `{"limit":1,"offset":0}`)
		if diff := cmp.Diff([]string{step.want}, malformed(logs)); diff != "" {
			t.Errorf("%s: log mismatch (-want +got):\n%s", step.what, diff)
		}
	}
	if got := s.Stats().Malformed; got != 2 {
		t.Errorf("malformed lines counted: %d, want 2", got)
	}
}

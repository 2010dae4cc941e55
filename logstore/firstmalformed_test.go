package logstore

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// problems returns what the status says of the days before today, by the age in
// days of their files.
func problems(t *testing.T, s *Store) (all []string) {
	t.Helper()
	st, err := s.Status(t.Context(), dayOf(noon(-9)), dayOf(noon(0)))
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range st.Days {
		for _, f := range d.Files {
			all = append(all, fmt.Sprintf("%s %s: %s", f.Name, f.State, strings.Join(f.Problems, "; ")))
		}
	}
	return all
}

// malformedJournal has malformed lines of each kind in files of each kind, and
// returns what the status says of them where their days have an index.
func malformedJournal(t *testing.T) (j *journal, want []string) {
	j = newJournal(t)
	good := numbered(0, 300)
	long := strings.Repeat("x", 5000) + "\n"
	j.write(liveName, good+"bad\n"+good+"bad\n")
	part := strings.Replace(dayName(1), ".tsv", ".1.tsv", 1)
	j.write(part, good+long+good+"bad\n")
	j.write(dayName(1), strings.Repeat(good, 200)+strings.TrimSuffix(long, "\n"))
	j.write(dayName(2)+".gz", packed(t, gzipped, "\xef\xbb\xbf\r\n"+"bad\r\n"+good))
	j.write(dayName(3), good+"torn and bad")
	first := len(good)
	return j, []string{
		fmt.Sprintf("%s live: malformed lines: 2, the first at byte %d", liveName, first),
		fmt.Sprintf("%s sealed: malformed lines: 2, the first at byte %d", part, first),
		fmt.Sprintf("%s sealed: malformed lines: 1, the first at byte %d", dayName(1), 200*first),
		fmt.Sprintf("%s.gz sealed: malformed lines: 1, the first at byte 5", dayName(2)),
		fmt.Sprintf("%s sealed: malformed lines: 1, the first at byte %d", dayName(3), first),
	}
}

// The status says where the first malformed line of a file begins, whoever read
// it: a scan, the builder of an index, the follower, or a process before this one.
func TestFirstMalformed(t *testing.T) {
	j, want := malformedJournal(t)
	limit := func(o *Options) { o.MaxLine = 4000 }
	raw := func(texts []string) (all []string) {
		for _, text := range texts {
			all = append(all, strings.Replace(text, " sealed: ", " raw: ", 1))
		}
		return all
	}
	check := func(who string, want, got []string) {
		t.Helper()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: problems mismatch (-want +got):\n%s", who, diff)
		}
	}
	for _, who := range []string{"scan", "facts of before"} {
		s := j.open(limit)
		later(s)
		check(who, raw(want), problems(t, s))
		s.Close()
	}
	j.must(os.Remove(filepath.Join(j.data, factsName)))
	for _, who := range []string{"index", "index of before"} {
		s := j.indexed(limit)
		check(who, want, problems(t, s))
		s.Close()
	}

	s, _ := j.following(limit, func(o *Options) { o.DataDir = j.TempDir() })
	check("follower", raw(want), problems(t, s))
	j.append(liveName, "bad again\n")
	after := raw(want)
	after[0] = strings.Replace(after[0], ": 2,", ": 3,", 1)
	eventually(t, "the appended line", func() bool { return cmp.Equal(after, problems(t, s)) })
}

// What was written down before the place of the first malformed line was is found
// out again: an index without it is stale, facts without it are not used.
func TestFirstMalformedUnknown(t *testing.T) {
	j, want := malformedJournal(t)
	limit := func(o *Options) { o.MaxLine = 4000 }
	s := j.open(limit)
	later(s)
	problems(t, s)
	s.Close()
	name := filepath.Join(j.data, factsName)
	text, err := os.ReadFile(name)
	j.must(err)
	s = j.open(limit)
	files, err := decodeFacts(text, s.memory.terms)
	j.must(err)
	stripped := 0
	for i := range files {
		if files[i].Facts.Bad != 0 {
			files[i].Facts.Bad = 0
			stripped++
		}
	}
	if stripped != 3 { // of one the last line is torn, and it is not remembered
		t.Fatalf("%d files of before, want 3", stripped)
	}
	text, err = encodeFacts(files, s.memory.terms)
	j.must(err)
	s.Close()
	j.must(os.WriteFile(name, text, 0o600))
	c := chain{name: "x", last: origin{Facts: &facts{Lines: 1, Malformed: 1}}}
	if err := c.end(); err != errStale {
		t.Errorf("the end of a chain without the place: %v, want errStale", err)
	}
	s = j.indexed(limit)
	if diff := cmp.Diff(want, problems(t, s)); diff != "" {
		t.Errorf("problems mismatch (-want +got):\n%s", diff)
	}
}

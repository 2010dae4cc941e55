package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// writeJournal writes day files and opens them as a journal.
func writeJournal(t *testing.T, files map[string][]string) *journal {
	t.Helper()
	dir := t.TempDir()
	for name, lines := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	j, err := openJournal(dir)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func TestSurvey(t *testing.T) {
	j := writeJournal(t, map[string][]string{
		"audit-2026-03-01.tsv": {"2026-03-01T00:00:00Z\tMANAGER\t7\tUpdateUser\tSUCCESS\t10.0.0.1\tcompleted, but too old"},
		"audit-2026-04-21.tsv": {
			"2026-04-21T10:00:00Z\tMANAGER\t7\tUpdateUser\tSUCCESS\t10.0.0.1\tfirst",
			"2026-04-21T11:00:00Z\tMANAGER\t7\tUpdateUser\tSUCCESS\t127.0.0.2\tcompleted over the bridge",
		},
		"audit-2026-04-22.tsv": {
			"2026-04-22T10:00:00Z\tMANAGER\t7\tUpdateUser\tSUCCESS\t10.0.0.1\tearlier of two",
			"2026-04-22T10:00:00Z\tMANAGER\t8\tUpdateUser\tSUCCESS\t10.0.0.1\tgroup real\\\\vip\\tcompleted\tmore",
			"2026-04-22T09:00:00Z\tMANAGER\t9\tUpdateUser\tSUCCESS\t10.0.0.1\tlate",
			"2026-04-22T11:00:00Z\tCLIENT\t1\tLogin\tSUCCESS\t10.0.0.1\tcompleted",
		},
	})
	s, err := surveyJournal(t.Context(), j, []query{example("example", bigDays)})
	if err != nil {
		t.Fatal(err)
	}
	path := func(day string) string { return filepath.Join(j.dir, "audit-2026-"+day+".tsv") }
	for i, want := range []expectation{
		{
			count: 4, total: 4, withWord: 2, files: []string{path("04-22")},
			time: 1776855600, newest: []string{"CLIENT", "1", "Login", "SUCCESS", "10.0.0.1", "completed"},
		},
		{
			count: 4, total: 6, withWord: 3, files: []string{path("04-21"), path("04-22")},
			time: 1776852000, newest: []string{"MANAGER", "8", "UpdateUser", "SUCCESS", "10.0.0.1", "group real\\vip\tcompleted\tmore"},
		},
	} {
		got, err := s.expect(i)
		if err != nil {
			t.Errorf("expect(%d): %v", i, err)
			continue
		}
		if diff := cmp.Diff(want, *got, cmp.AllowUnexported(expectation{}), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("expect(%d) mismatch (-want +got):\n%s", i, diff)
		}
	}
}

func TestSurveyRefuses(t *testing.T) {
	for _, line := range []string{"", "2026-04-22T10:00:00Z\tMANAGER", "yesterday\tMANAGER\t7\tUpdateUser\tSUCCESS\t10.0.0.1\tx"} {
		j := writeJournal(t, map[string][]string{"audit-2026-04-22.tsv": {line}})
		if _, err := surveyJournal(t.Context(), j, nil); err == nil {
			t.Errorf("surveyJournal takes the line %q", line)
		}
	}
	j := writeJournal(t, map[string][]string{"audit-2026-03-01.tsv": {"2026-03-01T00:00:00Z\tMANAGER\t7\tUpdateUser\tSUCCESS\t10.0.0.1\tx"}})
	s, err := surveyJournal(t.Context(), j, nil)
	if err != nil {
		t.Fatal(err)
	}
	if e, err := s.expect(first); err == nil {
		t.Errorf("expect = %+v where nothing can be found, want an error", e)
	}
}

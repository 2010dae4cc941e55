package logstore

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.uber.org/zap"
)

func TestStatus(t *testing.T) {
	j := newJournal(t)
	size := func(content string) int64 { return int64(len(content)) }
	old := numbered(0, 3)
	j.write("audit-2026-04-19.tsv", old+"malformed\n")
	j.write("audit-2026-04-19.tsv.gz", packed(t, gzipped, old))
	j.write("audit-2026-04-21.1.tsv.gz", packed(t, gzipped, old)[:30])
	j.write("audit-2026-04-21.tsv", line(noon(-9), "misfiled")+line(noon(-1), "torn")[:20])
	j.write(liveName, line(noon(0), "x")+"unfinished")
	j.write("other", "")
	j.must(os.Mkdir(j.path("audit-2026-04-20.tsv"), 0o755))
	s, _ := j.following()
	eventually(t, "lag", func() bool { return s.Stats().Lag > 0 })
	st, err := s.Status(t.Context(), dayOf(noon(-9)), dayOf(noon(0)))
	j.must(err)
	packedSize := fileSize(j, "audit-2026-04-19.tsv.gz")
	want := []DayStatus{
		{dayOf(noon(0)), []FileStatus{{Name: liveName, Bytes: fileSize(j, liveName), Lines: 1, First: noon(0), Last: noon(0), State: FileLive}}},
		{dayOf(noon(-1)), []FileStatus{
			{Name: "audit-2026-04-21.1.tsv.gz", Bytes: 30, State: FileDamaged, Problems: []string{"compressed file cut short"}},
			{Name: "audit-2026-04-21.tsv", Bytes: fileSize(j, "audit-2026-04-21.tsv"), Lines: 2, Malformed: 1, Misfiled: 1, First: noon(-9), Last: noon(-9),
				State: FileRaw, Problems: []string{fmt.Sprintf("malformed lines: 1, the first at byte %d", size(line(noon(-9), "misfiled"))), "records more than 3 days off their file's day: 1"}},
		}},
		{dayOf(noon(-2)), []FileStatus{{Name: "audit-2026-04-20.tsv", State: FileDamaged, Problems: []string{"is a folder"}}}},
		{dayOf(noon(-3)), []FileStatus{
			{Name: "audit-2026-04-19.tsv", Bytes: size(old + "malformed\n"), Lines: 4, Malformed: 1, First: noon(0), Last: noon(0), State: FileRaw,
				Problems: []string{fmt.Sprintf("malformed lines: 1, the first at byte %d", size(old))}},
			{Name: "audit-2026-04-19.tsv.gz", Bytes: packedSize, State: FileRaw, Problems: []string{"is not read: audit-2026-04-19.tsv stands for it"}},
		}},
	}
	if diff := cmp.Diff(want, st.Days); diff != "" {
		t.Errorf("days mismatch (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"other"}, st.Ignored); diff != "" || st.Lag <= 0 {
		t.Errorf("lag %v, ignored mismatch (-want +got):\n%s", st.Lag, diff)
	}
	j.append(liveName, "\n")
	j.must(os.Truncate(j.path(liveName), 0))
	eventually(t, "incident", func() bool { return s.Stats().Incidents[Truncated] == 1 && s.Stats().Lag == 0 })
	st, err = s.Status(t.Context(), dayOf(noon(0)), dayOf(noon(0)))
	j.must(err)
	incidents := []Incident{{Time: today, Kind: Truncated, File: liveName}}
	if diff := cmp.Diff(incidents, st.Incidents, cmpopts.IgnoreFields(Incident{}, "Offset")); diff != "" || st.Lag != 0 || len(st.Days) != 1 {
		t.Errorf("lag %v, %d days, incidents mismatch (-want +got):\n%s", st.Lag, len(st.Days), diff)
	}
}

// The states of a file whose day is over, as its index comes.
func TestStatusStates(t *testing.T) {
	j := newJournal(t)
	j.write(otherName, numbered(0, 10))
	s := j.open(func(o *Options) { o.Index, o.IndexFrom = IndexManual, 1 })
	later(s)
	for _, want := range []FileState{FileBuilding, FileSealed} {
		st, err := s.Status(t.Context(), dayOf(noon(-1)), dayOf(noon(0)))
		j.must(err)
		if got := st.Days[0].Files[0]; got.State != want || got.Lines != 10 {
			t.Errorf("%+v, want it %v", got, want)
		}
		j.must(s.BuildIndex(t.Context(), nil))
	}
}

// Incidents are kept in the data folder, the newest of them, and their file may
// be damaged.
func TestIncidentsFile(t *testing.T) {
	j := newJournal(t)
	s, logs := openObserved(j)
	s.own()
	for i := range mostIncidents + 7 {
		s.incident(LateAppend, fmt.Sprint(i), int64(i), witness{int64(i), 2, 3})
	}
	if got := s.Stats().Incidents[LateAppend]; got != mostIncidents+7 {
		t.Errorf("%d incidents are counted", got)
	}
	j.must(s.Close())
	if n := len(logs.FilterField(zap.String("incident", "LATE_APPEND")).All()); n != mostIncidents+7 {
		t.Errorf("%d incidents are logged", n)
	}
	s = j.open()
	all := s.incidents.newest()
	want := Incident{Time: today.In(time.UTC), Kind: LateAppend, File: fmt.Sprint(mostIncidents + 6), Offset: mostIncidents + 6}
	if diff := cmp.Diff(want, all[0]); diff != "" || len(all) != mostIncidents || all[len(all)-1].File != "7" {
		t.Errorf("%d incidents, newest mismatch (-want +got):\n%s", len(all), diff)
	}
	j.must(s.Close())
	text, err := os.ReadFile(j.data + "/" + incidentsName)
	j.must(err)
	for at := 0; at < len(text); at += 1 + at/20 {
		text[at] ^= 1
		j.must(os.WriteFile(j.data+"/"+incidentsName, text, 0o600))
		s, logs := openObserved(j)
		if n := len(s.incidents.newest()); n != 0 || logs.FilterMessage("former incidents are lost").Len() != 1 {
			t.Errorf("byte %d changed: %d incidents, log %v", at, n, logs.All())
		}
		j.must(s.Close())
		text[at] ^= 1
	}
}

// However many old files are removed, what else happened is kept.
func TestIncidentsDeletions(t *testing.T) {
	j := newJournal(t)
	s := j.open()
	s.incident(Truncated, "live", 1, witness{})
	for i := range mostIncidents + 100 {
		s.incident(Deleted, fmt.Sprint(i), 0, witness{})
	}
	all := s.incidents.newest()
	if len(all) != 1+mostDeleted || all[mostDeleted].Kind != Truncated || all[0].File != fmt.Sprint(mostIncidents+99) || all[mostDeleted-1].File != fmt.Sprint(mostIncidents) {
		t.Errorf("%d incidents are kept, want the newest %d deletions and the one before: %v", len(all), mostDeleted, all)
	}
}

// The lag is that of the moment of the call: the look at the journal that the
// call begins with is not to hide it.
func TestStatusLag(t *testing.T) {
	j := newJournal(t)
	j.write(liveName, numbered(0, 1))
	s := j.open(polled)
	s.follower.mu.Lock()
	s.follower.behind = time.Now().Add(-time.Hour)
	s.follower.mu.Unlock()
	st, err := s.Status(t.Context(), 0, 0)
	j.must(err)
	if st.Lag < time.Hour {
		t.Errorf("lag %v, want an hour or more", st.Lag)
	}
}

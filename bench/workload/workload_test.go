package workload

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// writeJournal writes a journal of so many days with 400 records each, and
// reads it whole.
func writeJournal(t *testing.T, days int) *Sample {
	t.Helper()
	dir := t.TempDir()
	var names []string
	for i := range days {
		day := time.Date(2026, 4, 1+i, 0, 0, 0, 0, time.UTC)
		var text strings.Builder
		for j := range 400 {
			detail := fmt.Sprintf("order #%d price:%d.25", j, 1000+400*i+j)
			if j%10 == 0 {
				detail = `Posted and done\nnever`
			}
			status := [...]string{"SUCCESS", "INFO", "ERROR", "SUCCESS", "SUCCESS", "SUCCESS", "SUCCESS", "SUCCESS", "SUCCESS", "WARNING", "SUCCESS"}[j%11]
			if j%10 == 5 {
				detail = "request completed and posted"
			}
			fmt.Fprintf(&text, "%s\t%s\t%d\t%s\t%s\t10.0.%d.%d\t%s\n", day.Add(time.Duration(j)*time.Minute).Format(time.RFC3339),
				[...]string{"CLIENT", "CLIENT", "MANAGER"}[j%3], 1000+400*i+j, [...]string{"Login", "Deposit", "Withdraw", "Transfer"}[j%4], status, i, j/2, detail)
		}
		text.WriteString(day.Format(time.RFC3339) + "\tSYSTEM\t-\tLogin\tSUCCESS\t10.9.9." + fmt.Sprint(i) + "\tstart\n")
		names = append(names, "audit-"+day.Format(time.DateOnly)+".tsv")
		if err := os.WriteFile(filepath.Join(dir, names[i]), []byte(text.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s, err := Read(t.Context(), dir, names, 1)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestRead(t *testing.T) {
	s := writeJournal(t, 3)
	if s.Lines(nil) != 3*401 || len(s.Records) != 3*401 {
		t.Errorf("%d lines, %d records, want %d of both", s.Lines(nil), len(s.Records), 3*401)
	}
	second := &Span{First: s.Files[1].Day, Last: s.Files[1].Day}
	if got := s.Lines(second); got != 401 {
		t.Errorf("%d lines on one day, want 401", got)
	}
	info, err := os.Stat(filepath.Join(s.Dir, s.Files[0].Name))
	if err != nil {
		t.Fatal(err)
	}
	if s.Files[0].Bytes != info.Size() {
		t.Errorf("first file has %d bytes, want %d", s.Files[0].Bytes, info.Size())
	}
	half, err := Read(t.Context(), s.Dir, []string{s.Files[0].Name}, 2)
	if err != nil || len(half.Records) != 201 {
		t.Errorf("every second record: %v, %v, want 201", len(half.Records), err)
	}
}

func TestReadRefuses(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"audit-2026-04-22.tsv": "six\tcolumns\t\t\t\t\n", "notes.txt": ""} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(t.Context(), dir, []string{name}, 1); err == nil {
			t.Errorf("Read takes %s with %q", name, text)
		}
	}
	if _, err := Read(t.Context(), dir, nil, 1); err == nil {
		t.Error("Read takes a journal without files")
	}
}

func TestCandidates(t *testing.T) {
	c, err := newCandidates(writeJournal(t, 3))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"CLIENT", "MANAGER", "SYSTEM"}, c.actorTypes); diff != "" {
		t.Errorf("actor types mismatch (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"ERROR", "INFO", "WARNING"}, c.rareStatus); diff != "" {
		t.Errorf("rare statuses mismatch (-want +got):\n%s", diff)
	}
	// "posted" is in a tenth of the details, and in another case too; "order" is
	// in most of them; "never" stands after a backslash.
	if diff := cmp.Diff([]string{"completed", "request"}, c.words); diff != "" {
		t.Errorf("words mismatch (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"10.9.9.0", "10.9.9.1", "10.9.9.2"}, c.addresses); diff != "" {
		t.Errorf("addresses mismatch (-want +got):\n%s", diff)
	}
	if len(c.literals) != 3*320 || c.literals[0] != ":1001.25" {
		t.Errorf("%d numbers from %q on, want 960 from :1001.25 on", len(c.literals), c.literals[0])
	}
}

func TestNewDrawerRefuses(t *testing.T) {
	s := writeJournal(t, 1)
	s.Records = s.Records[:1]
	if _, err := NewDrawer(s, 1); err == nil {
		t.Error("NewDrawer takes a journal with nothing to ask for")
	}
}

// TestDraw draws every question often: equal seeds draw equally, and hardly
// any request comes twice.
func TestDraw(t *testing.T) {
	s := writeJournal(t, 30)
	one, err := NewDrawer(s, 7)
	if err != nil {
		t.Fatal(err)
	}
	two := one.With(7)
	for _, question := range Questions() {
		different := make(map[string]bool)
		for range 40 {
			q := one.Draw(question)
			if diff := cmp.Diff(q, two.Draw(question)); diff != "" {
				t.Fatalf("%s: equal seeds draw differently:\n%s", question.Name, diff)
			}
			if q.Name != question.Name {
				t.Errorf("query of %s is named %q", question.Name, q.Name)
			}
			different[q.Request(s.All()).String()] = true
		}
		if len(different) < 15 {
			t.Errorf("%s: %d different requests among 40", question.Name, len(different))
		}
	}
}

func TestDrawUnforeseen(t *testing.T) {
	s := writeJournal(t, 30)
	d, err := NewDrawer(s, 7)
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range UnforeseenQueries() {
		different := make(map[string]bool)
		for range 40 {
			different[u.Draw(d).String()] = true
		}
		if len(different) < 15 {
			t.Errorf("%s: %d different requests among 40", u.Text, len(different))
		}
	}
}

func TestDeepStaysWithin(t *testing.T) {
	s := writeJournal(t, 30) // 12,030 lines: about 1,203 is as deep as it goes
	d, err := NewDrawer(s, 7)
	if err != nil {
		t.Fatal(err)
	}
	for range 100 {
		if q := d.deep(); q.Offset < 1_100 || q.Offset > 1_300 {
			t.Fatalf("offset %d of %d lines", q.Offset, s.Lines(nil))
		}
	}
}

func TestRequest(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2026, 4, n, 0, 0, 0, 0, time.UTC) }
	all := Span{First: day(1), Last: day(30)}
	for _, tt := range []struct {
		q    Query
		want string
	}{
		{
			Query{
				Span:  &Span{First: day(22), Last: day(22)},
				Where: []Condition{{ActorType, Equal, []string{"MANAGER"}}, {Status, Equal, []string{"SUCCESS"}}, {Source, NotEqual, []string{"127.0.0.2"}}},
				Order: &Order{Timestamp, true}, Limit: 50,
			},
			`GetLogsByFilter {"limit":50,"offset":0,"orderBy":["timestamp","DESC"],"where":[["actor_type","=","MANAGER"],["status","=","SUCCESS"]],` +
				`"whereBetween":[["timestamp",[1776816000,1776902399]]],"whereNot":[["source","127.0.0.2"]]}`,
		},
		{
			Query{Where: []Condition{{Action, In, []string{"Deposit", "Login"}}, {Status, NotIn, []string{"INFO"}}, {Detail, Contains, []string{"done"}}}, Order: &Order{Field: ActorID}},
			`GetLogsByFilter {"limit":0,"offset":0,"orderBy":["actor_id","ASC"],"where":[["detail","like","%done%"]],"whereIn":[["action",["Deposit","Login"]]],"whereNotIn":[["status",["INFO"]]]}`,
		},
		{Query{Anywhere: "10.0.0.1", Limit: 9}, `GetLogs {"filter":"10.0.0.1","from":1775001600,"limit":9,"offset":0,"to":1777593599}`},
		{Query{Shape: PerDay}, `GetLogHistogram {"by":"actor_type","interval":"day"}`},
		{
			Query{Shape: Top, Where: []Condition{{ActorType, Equal, []string{"CLIENT"}}}, Limit: 5},
			`GetLogTop {"field":"source","limit":5,"where":[["actor_type","=","CLIENT"]]}`,
		},
	} {
		if diff := cmp.Diff(tt.want, tt.q.Request(all).String()); diff != "" {
			t.Errorf("Request of %+v mismatch (-want +got):\n%s", tt.q, diff)
		}
	}
}

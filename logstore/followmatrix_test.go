package logstore

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A rotation is one way in which the files of today change. Its records are
// numbered: those from 0 on were appended a while before, those from 10 on just
// before; those from 20 on are appended just afterwards.
type rotation struct {
	name string
	// do changes the live file, to which the records before 20 were written.
	do func(r rotator)
	// lost says that the bytes of the records before 20 are gone, and so is
	// what was not read of them by then.
	lost, unread bool
	want         []IncidentKind // one of these, unless nothing was read before; nil: none
}

const partName1 = "audit-2026-04-22.1.tsv"

var rotations = []rotation{
	{name: "rename", do: func(r rotator) { r.rename(liveName, partName1) }},
	{name: "copytruncate", do: func(r rotator) { r.copyFile(liveName, partName1, nil); r.truncate(liveName) }, want: []IncidentKind{Truncated, Rewritten}},
	{name: "delete", do: func(r rotator) { r.must(os.Remove(r.path(liveName))) }, lost: true, want: []IncidentKind{Deleted}},
	{name: "O_TRUNC", do: func(r rotator) { r.write(liveName, "") }, lost: true, unread: true, want: []IncidentKind{Truncated, Rewritten}},
	{name: "gzip", do: func(r rotator) { r.rename(liveName, partName1); r.pack(partName1, gzipped) }},
	{name: "zstd", do: func(r rotator) { r.rename(liveName, partName1); r.pack(partName1, zstandard) }},
	{name: "duplicate", do: func(r rotator) { r.copyFile(liveName, partName1, nil) }},
	{name: "gzip of the live file", do: func(r rotator) { r.pack(liveName, gzipped) }},
	{name: "gzip tool", do: func(r rotator) {
		r.rename(liveName, partName1)
		if !r.tool("gzip", r.path(partName1)) {
			r.pack(partName1, gzipped)
		}
	}},
	{name: "zstd tool", do: func(r rotator) {
		r.rename(liveName, partName1)
		if !r.tool("zstd", "-q", "--rm", r.path(partName1)) {
			r.pack(partName1, zstandard)
		}
	}},
	{name: "copy in place", do: func(r rotator) { // as editors do
		r.copyFile(liveName, "copy", nil)
		r.must(os.Rename(r.path("copy"), r.path(liveName)))
	}},
}

// What is appended before, during and after every kind of rotation comes once,
// and is answered once, as long as its bytes are there; where they are not, there
// is an incident.
func TestRotationMatrix(t *testing.T) {
	repeats := 3
	if os.Getenv("SOAK") == "long" {
		repeats = 20
	}
	for _, r := range rotations {
		for mode, name := range map[FollowMode]string{FollowAuto: "event", FollowPoll: "poll"} {
			for range repeats {
				t.Run(fmt.Sprintf("%s/running/%s", r.name, name), func(t *testing.T) { r.running(t, mode) })
				t.Run(fmt.Sprintf("%s/stopped/%s", r.name, name), func(t *testing.T) { r.stopped(t, mode) })
			}
		}
	}
}

func (r rotation) running(t *testing.T, mode FollowMode) {
	t.Parallel()
	j := newJournal(t)
	j.write(liveName, "")
	s, c := j.following(func(o *Options) { o.Follow = mode })
	j.append(liveName, numbered(0, 10))
	c.wantDetails(s, records(0, 10))
	j.append(liveName, numbered(10, 10))
	r.do(rotator{j})
	j.append(liveName, numbered(20, 10))
	if !r.unread {
		c.wantDetails(s, records(0, 30))
	} else {
		eventually(t, "the last record", func() bool { return slices.Contains(c.details(), "record 29") })
		j.must(s.follower.ask(t.Context()))
		got := c.details()
		if want := slices.Concat(records(0, 10), records(20, 10)); !slices.Equal(got, want) && !slices.Equal(got, records(0, 30)) {
			t.Errorf("lines mismatch (-want +got):\n%s", cmp.Diff(want, got))
		}
	}
	r.check(t, j, s)
}

func (r rotation) stopped(t *testing.T, mode FollowMode) {
	t.Parallel()
	j := newJournal(t)
	j.write(liveName, "")
	s, c := j.following(func(o *Options) { o.Follow = mode })
	j.append(liveName, numbered(0, 10))
	c.wantDetails(s, records(0, 10))
	j.must(s.Close())
	j.append(liveName, numbered(10, 10))
	r.do(rotator{j})
	j.append(liveName, numbered(20, 5))
	s, c = j.following(func(o *Options) { o.Follow = mode })
	j.append(liveName, numbered(25, 5))
	c.wantDetails(s, records(25, 5))
	if r.want != nil {
		// The new file may have the old one's inode.
		r.want = []IncidentKind{Truncated, Rewritten, Deleted}
	}
	r.check(t, j, s)
}

// check compares what queries answer, and the incidents.
func (r rotation) check(t *testing.T, j *journal, s *Store) {
	t.Helper()
	want := numberedRows(0, 30)
	if r.lost {
		want = numberedRows(20, 10)
	}
	got := rows(search(t, s, everything))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rows mismatch (-want +got):\n%s", diff)
	}
	j.must(s.follower.ask(t.Context()))
	all := kinds(s)
	switch {
	case r.want == nil && slices.ContainsFunc(all, func(i string) bool { return !strings.HasPrefix(i, "RECREATED") }):
		t.Errorf("incidents %q, want none", all)
	case r.want != nil && (len(all) != 1 || !slices.ContainsFunc(r.want, func(k IncidentKind) bool { return strings.HasPrefix(all[0], string(k)) })):
		t.Errorf("incidents %q, want one of %v", all, r.want)
	}
}

// One cell of the matrix with the times that a server has.
func TestRotationInRealTime(t *testing.T) {
	t.Parallel()
	j := newJournal(t)
	j.write(liveName, "")
	s := j.open(func(o *Options) { o.Follow = FollowPoll })
	c := &collecting{t: t}
	s.follower.attach(c)
	for i := range 2 {
		began := time.Now()
		j.append(liveName, numbered(2*i, 1))
		rotator{j}.rename(liveName, fmt.Sprintf("audit-2026-04-22.%d.tsv", i+1))
		j.append(liveName, numbered(2*i+1, 1))
		eventually(t, "lines", func() bool { return len(c.details()) == 2*i+2 })
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("lines come after %v, with a check every %v", took, s.opts.Poll)
		}
	}
	c.wantDetails(s, records(0, 4))
}

package logstore

import (
	"os"
	"testing"
	"time"
)

func TestStampSettled(t *testing.T) {
	changed := time.Unix(1_000_000, 0)
	s := stamp{Modified: changed.Add(time.Hour).UnixNano(), StatusChanged: changed.UnixNano()}
	for _, tt := range []struct {
		after time.Duration
		want  bool
	}{{-time.Hour, false}, {0, false}, {settleTime, false}, {settleTime + 1, true}} {
		if got := s.settled(changed.Add(tt.after)); got != tt.want {
			t.Errorf("settled(%v after the change) = %t, want %t", tt.after, got, tt.want)
		}
	}
}

// Programs set the time of modification back; the stamp still tells.

func TestStampOf(t *testing.T) {
	j := newJournal(t)
	j.write(liveName, "a")
	at := func() stamp {
		info, err := os.Lstat(j.path(liveName))
		j.must(err)
		return stampOf(info)
	}
	before := at()
	if !before.sameFile(at()) || before != at() {
		t.Error("two stamps of one file differ")
	}
	j.must(os.Chtimes(j.path(liveName), time.Unix(1, 0), time.Unix(1, 0)))
	if after := at(); after == before || !after.sameFile(before) || after.modified().Before(before.modified()) {
		t.Errorf("stamp after Chtimes: %+v, before: %+v", after, before)
	}
	j.write("other", "a")
	info, err := os.Lstat(j.path("other"))
	j.must(err)
	if stampOf(info).sameFile(before) {
		t.Error("two files are the same")
	}
}

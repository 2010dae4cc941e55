package logstore

import (
	"os"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// processorTime returns how long this process has used a processor.
func processorTime(t testing.TB) time.Duration {
	t.Helper()
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		t.Fatal(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// A lineCounter is a consumer that counts lines.
type lineCounter struct{ lines atomic.Int64 }

func (c *lineCounter) consume(new []stretch, _ frontier) {
	for _, s := range new {
		for _, b := range s.data {
			if b == '\n' {
				c.lines.Add(1)
			}
		}
	}
}

// What following costs at 5,000 lines a second, each one write, and of an idle
// journal of 400 files: the share of a core, beside the same without following.
// With SOAK=long, that is bounded.
func TestSoakFollowCost(t *testing.T) {
	const rate = 5000
	length, long := 300*time.Millisecond, os.Getenv("SOAK") == "long"
	if long {
		length = 20 * time.Second
	}
	j := newJournal(t)
	j.write(liveName, "")
	for d := range 400 {
		j.write("audit-"+dayOf(noon(-d-1)).String()+".tsv", numbered(0, 3))
	}
	share := func(mode FollowMode, rate int) float64 {
		s := j.open(func(o *Options) { o.Follow = mode })
		defer s.Close()
		c := &lineCounter{}
		if mode != FollowOff {
			s.follower.attach(c)
			j.must(s.follower.ask(t.Context())) // the beginning is not what following costs
		}
		f, err := os.OpenFile(j.path(liveName), os.O_WRONLY|os.O_APPEND, 0)
		j.must(err)
		defer f.Close()
		one := []byte(numbered(0, 1))
		before, began, written := processorTime(t), time.Now(), 0
		pause := time.Millisecond
		if rate == 0 {
			pause = length // to look for something to write costs more than to follow
		}
		for ; time.Since(began) < length; time.Sleep(pause) {
			for ; written < int(time.Since(began).Seconds()*float64(rate)); written++ {
				_, err := f.Write(one)
				j.must(err)
			}
		}
		used := float64(processorTime(t)-before) / float64(time.Since(began))
		if mode != FollowOff {
			eventually(t, "lines", func() bool { return int(c.lines.Load()) == written })
		}
		return used
	}
	for _, rate := range []int{rate, 0} {
		base := share(FollowOff, rate)
		for mode, name := range map[FollowMode]string{FollowAuto: "with notifications", FollowPoll: "by the timed check"} {
			cost := share(mode, rate) - base
			t.Logf("%d lines a second, %s: %.2f %% of a core", rate, name, 100*cost)
			if most := 0.05; long && (cost > most || rate == 0 && cost > most/10) {
				t.Errorf("%d lines a second, %s: following costs %.2f %% of a core", rate, name, 100*cost)
			}
		}
	}
}

package logstore

import (
	"fmt"
	"os"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"
)

// A pruner removes day files as the writer of a journal, or as somebody else.
type pruner struct {
	*journal
	mu   sync.Mutex
	said map[string]int64
}

func newPruner(t *testing.T) *pruner {
	return &pruner{journal: newJournal(t), said: make(map[string]int64)}
}

func (p *pruner) options(o *Options) {
	o.Pruned = func(name string, size int64) bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		known, ok := p.said[name]
		return ok && known == size
	}
}

func (p *pruner) say(name string, size int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.said[name] = size
}

func (p *pruner) prune(names ...string) {
	p.Helper()
	for _, name := range names {
		p.say(name, fileSize(p.journal, name))
		p.must(os.Remove(p.path(name)))
	}
}

// What the writer of a journal removes itself is no incident, whether it goes
// while the journal is followed or before, and whether its day is followed
// closely or not; what somebody else removes is one.
func TestPruned(t *testing.T) {
	j := newPruner(t)
	content := numbered(0, 5)
	for _, age := range []int{0, 1, 2, 10, 11, 12, 13, 14} {
		j.write(dayName(age), content)
	}
	s := j.open(j.options)
	later(s)
	search(t, s, totals)
	j.must(s.Close())
	var want []string
	wantDeleted := func(s *Store, age int) {
		t.Helper()
		want = append(want, fmt.Sprint("DELETED ", dayName(age), " ", len(content)))
		eventually(t, "the incident", func() bool { return len(kinds(s)) >= len(want) })
		if diff := cmp.Diff(want, kinds(s)); diff != "" {
			t.Errorf("incidents mismatch (-want +got):\n%s", diff)
		}
	}

	j.prune(dayName(10))
	j.must(os.Remove(j.path(dayName(11))))
	s, _ = j.following(j.options)
	wantDeleted(s, 11)

	j.prune(dayName(12), dayName(1))
	j.must(os.Remove(j.path(dayName(13))))
	wantDeleted(s, 13)
	j.must(os.Remove(j.path(dayName(2))))
	wantDeleted(s, 2)

	// Of another size it is another file.
	j.say(dayName(14), int64(len(content)-1))
	j.must(os.Remove(j.path(dayName(14))))
	wantDeleted(s, 14)
}

// That a writer removed a file is said in the log.
func TestPrunedSaid(t *testing.T) {
	j := newPruner(t)
	for _, age := range []int{0, 10} {
		j.write(dayName(age), numbered(0, 5))
	}
	s, logs := openObserved(j.journal, j.options, func(o *Options) { o.Follow = FollowAuto })
	j.prune(dayName(10))
	eventually(t, "a line of the log", func() bool {
		return logs.FilterMessage("day file was removed by its writer").FilterField(zap.String("file", dayName(10))).Len() == 1
	})
	wantKinds(t, s)
}

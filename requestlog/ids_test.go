package requestlog

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// testIDs returns ids that do not wait for a clock that stands still.
func testIDs(dir string, now func() time.Time) *ids {
	return &ids{dir: dir, mode: 0o600, now: now, pause: func(time.Duration) {}}
}

// mustTake takes n ids and returns them.
func mustTake(t *testing.T, s *ids, n int) (all []int64) {
	t.Helper()
	for range n {
		id, err := s.take()
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, id)
	}
	return all
}

// TestIDsAfterDamage damages the file of ids in every way, with the clock going
// on, standing still and set back. No id comes twice.
func TestIDsAfterDamage(t *testing.T) {
	t.Parallel()
	whole := idsLine(1_776_859_200_123_456 + idRange)
	damages := map[string]func(path string) error{
		"none":    func(string) error { return nil },
		"removed": os.Remove,
		"empty":   func(path string) error { return os.Truncate(path, 0) },
		"longer":  func(path string) error { return os.WriteFile(path, []byte(whole+"x"), 0o600) },
		"zeros":   func(path string) error { return os.WriteFile(path, make([]byte, idsLength), 0o600) },
		"older":   func(path string) error { return os.WriteFile(path, []byte("next 0000000000000001 00000000\n"), 0o600) },
	}
	for n := 1; n < idsLength; n++ {
		damages[fmt.Sprint("cut at ", n)] = func(path string) error { return os.Truncate(path, int64(n)) }
		damages[fmt.Sprint("changed at ", n)] = func(path string) error {
			damaged := []byte(whole)
			damaged[n] ^= 1
			return os.WriteFile(path, damaged, 0o600)
		}
	}
	for name, damage := range damages {
		for _, later := range []time.Duration{time.Second, 0, -24 * time.Hour} {
			dir := t.TempDir()
			before := testIDs(dir, atNoon)
			used := mustTake(t, before, 3)
			line := fmt.Sprintf(`{"id":%d,"created_at":"2026-04-22T12:00:00Z"}`+"\n", used[2])
			if err := os.WriteFile(filepath.Join(dir, "requests-2026-04-22.jsonl"), []byte(line), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := damage(filepath.Join(dir, idsFile)); err != nil {
				t.Fatal(err)
			}
			after := testIDs(dir, func() time.Time { return noon.Add(later) })
			next := mustTake(t, after, 1)[0]
			if last := used[0] + idRange - 1; next <= last {
				t.Errorf("%s, clock %v later: id %d, where another process has up to %d", name, later, next, last)
			}
			if again := mustTake(t, testIDs(dir, atNoon), 1)[0]; again < next+idRange {
				t.Errorf("%s, clock %v later: ids from %d twice", name, later, next)
			}
		}
	}
}

// TestIDsEnd wants ids below 2^53 only.
func TestIDsEnd(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(next int64) {
		if err := os.WriteFile(filepath.Join(dir, idsFile), []byte(idsLine(next)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(maxID - idRange + 1)
	s := testIDs(dir, atNoon)
	all := mustTake(t, s, idRange)
	if last := all[idRange-1]; last != maxID {
		t.Errorf("the last id is %d, want %d", last, int64(maxID))
	}
	if id, err := s.take(); !errors.Is(err, ErrNoIDs) {
		t.Errorf("after the last one: %d, %v", id, err)
	}
	far := testIDs(t.TempDir(), func() time.Time { return time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC) })
	if id := mustTake(t, far, 1)[0]; id != maxIDTime+idRange {
		t.Errorf("with a clock in the year 9999, the first id is %d", id)
	}
	early := testIDs(t.TempDir(), func() time.Time { return time.Date(1950, 1, 1, 0, 0, 0, 0, time.UTC) })
	if id := mustTake(t, early, 1)[0]; id != 1 {
		t.Errorf("with a clock in the year 1950, the first id is %d", id)
	}
}

// TestIDsFileIsOdd finds something else where the file of ids should be.
func TestIDsFileIsOdd(t *testing.T) {
	t.Parallel()
	for name, make := range map[string]func(path string) error{
		"folder": func(path string) error { return os.Mkdir(path, 0o700) },
		"link":   func(path string) error { return os.Symlink("elsewhere", path) },
	} {
		dir := t.TempDir()
		if err := make(filepath.Join(dir, idsFile)); err != nil {
			t.Fatal(err)
		}
		if id, err := testIDs(dir, atNoon).take(); err == nil {
			t.Errorf("%s: id %d", name, id)
		}
		if left := names(t, dir); len(left) != 1 {
			t.Errorf("%s: %v", name, left)
		}
	}
}

// TestIDsOfProcesses has processes take ids at once, some of which are killed,
// while the file of ids is removed again and again. No id comes twice, and those
// of one process increase.
func TestIDsOfProcesses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	const processes, records = 6, 20 * idRange
	var children sync.WaitGroup
	taken := make([][]int64, processes)
	for i := range processes {
		killed := i%2 == 1
		c := child{Dir: dir, IDsOnly: true, Records: records}
		if killed {
			c.Records = 0
		}
		cmd, out, errs := c.start(t)
		if killed {
			time.AfterFunc(time.Duration(20+10*i)*time.Millisecond, func() { cmd.Process.Kill() })
		}
		children.Go(func() {
			taken[i] = readIDs(t, out)
			if err := cmd.Wait(); err != nil && !killed {
				t.Errorf("%v: %s", err, errs)
			}
		})
	}
	done := make(chan struct{})
	go func() { children.Wait(); close(done) }()
	for removed := 0; ; removed++ {
		select {
		case <-done:
			checkIDs(t, taken, idRange)
			t.Logf("the file was removed %d times", removed)
			return
		case <-time.After(time.Millisecond):
			os.Remove(filepath.Join(dir, idsFile)) // it may not be there again yet
		}
	}
}

// checkIDs wants each process's ids to increase, none to come twice, and at least
// so many.
func checkIDs(t *testing.T, taken [][]int64, least int) {
	t.Helper()
	seen := make(map[int64]bool)
	for i, all := range taken {
		for n, id := range all {
			if seen[id] || id < 1 || id > maxID || n > 0 && id <= all[n-1] {
				t.Fatalf("process %d: id %d after %d, seen before: %v", i, id, all[max(0, n-1)], seen[id])
			}
			seen[id] = true
		}
	}
	if len(seen) < least {
		t.Errorf("%d ids, want %d or more", len(seen), least)
	}
}

// TestKilled kills processes that record requests at any moment. Lines are whole,
// each is a record, or was closed off; no id comes twice.
func TestKilled(t *testing.T) {
	t.Parallel()
	kills := 12
	if os.Getenv("SOAK") == "long" {
		kills = 200
	}
	dir := filepath.Join(t.TempDir(), "requests")
	for i := range kills {
		before := journalSize(t, dir)
		cmd, out, errs := child{Dir: dir, Name: fmt.Sprint("/", i)}.start(t)
		if _, err := out.ReadString('\n'); err != nil {
			t.Fatalf("child %d: %v: %s", i, err, errs)
		}
		await(t, "a record of the child", func() bool { return journalSize(t, dir) > before })
		time.Sleep(time.Duration(i%7) * time.Millisecond) // somewhere in its work
		cmd.Process.Kill()
		cmd.Wait() // it was killed
	}
	last := child{Dir: dir, Name: "/last", Records: idRange} // more ids than one range has, whenever the others were killed
	cmd, _, errs := last.start(t)
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v: %s", err, errs)
	}
	records, torn := make([][]int64, 1), 0
	text := string(readFiles(t, dir))
	for line := range strings.Lines(text) {
		if strings.HasSuffix(line, " [torn]\n") {
			torn++
			continue
		}
		r, err := ParseLine([]byte(line))
		if err != nil {
			t.Fatalf("%v: %q", err, line)
		}
		if n := len(records[len(records)-1]); n > 0 && records[len(records)-1][n-1] > r.ID {
			t.Errorf("id %d after %d", r.ID, records[len(records)-1][n-1])
		}
		records[0] = append(records[0], r.ID)
	}
	checkIDs(t, records, kills+last.Records)
	if got := strings.Count(text, `"endpoint":"/last"`); got != last.Records || !strings.HasSuffix(text, "\n") {
		t.Errorf("%d records after all crashes, want %d", got, last.Records)
	}
	t.Logf("%d kills: %d records, %d torn lines", kills, len(records[0]), torn)
}

// journalSize returns how many bytes the files in a folder have, which need not be
// there yet.
func journalSize(t *testing.T, dir string) (n int64) {
	t.Helper()
	files, err := listFiles(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	for _, f := range files {
		n += f.Size
	}
	return n
}

// TestProcessesShareAFolder has several processes record requests in one folder.
func TestProcessesShareAFolder(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "requests")
	const processes, records = 4, 1500
	var children sync.WaitGroup
	for i := range processes {
		cmd, out, errs := child{Dir: dir, Name: fmt.Sprint("/", i), Records: records}.start(t)
		children.Go(func() {
			readIDs(t, out)
			if err := cmd.Wait(); err != nil {
				t.Errorf("%v: %s", err, errs)
			}
		})
	}
	children.Wait()
	taken := make([][]int64, processes)
	for _, r := range readRecords(t, dir) {
		i := (*r.Endpoint)[1] - '0'
		taken[i] = append(taken[i], r.ID)
	}
	checkIDs(t, taken, idRange)
	for i, all := range taken {
		if len(all) != records {
			t.Errorf("process %d: %d records, want %d", i, len(all), records)
		}
	}
}

package generate

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The same options make the same files, of which each line is a record of the
// file's day, later than the one before, and ids ascend from file to file.
func TestRequests(t *testing.T) {
	t.Parallel()
	o := Options{Dir: t.TempDir(), End: time.Date(2026, 4, 22, 7, 0, 0, 0, time.UTC), Days: 3, Lines: 30_000, Seed: 5, Requests: true}
	result := mustWrite(t, o)
	again := o
	again.Dir, again.Workers = t.TempDir(), 1
	mustWrite(t, again)
	lines, size, lastID, last := int64(0), int64(0), int64(0), time.Time{}
	failures, slow, anonymous := 0, 0, 0
	users := make(map[int64]int)
	for _, name := range result.Files {
		content, err := os.ReadFile(filepath.Join(o.Dir, name))
		if err != nil {
			t.Fatal(err)
		}
		other, err := os.ReadFile(filepath.Join(again.Dir, name))
		if err != nil || !bytes.Equal(content, other) {
			t.Errorf("%s is another the second time: %v", name, err)
		}
		size += int64(len(content))
		for line := range bytes.Lines(content) {
			var r struct {
				ID        int64 `json:"id"`
				User      *struct{ ID int64 }
				Status    int         `json:"status_code"`
				Duration  json.Number `json:"duration"`
				StartedAt time.Time   `json:"started_at"`
				CreatedAt time.Time   `json:"created_at"`
			}
			if err := json.Unmarshal(line, &r); err != nil {
				t.Fatalf("%s: %v: %s", name, err, line)
			}
			if r.ID <= lastID || !r.CreatedAt.After(last) || !strings.Contains(name, r.CreatedAt.Format(time.DateOnly)) {
				t.Fatalf("%s: record %d of %s comes after %d of %s", name, r.ID, r.CreatedAt, lastID, last)
			}
			lastID, last = r.ID, r.CreatedAt
			seconds, err := r.Duration.Float64()
			if took := r.CreatedAt.Sub(r.StartedAt).Seconds(); err != nil || math.Abs(took-seconds) > 1e-7 {
				t.Fatalf("%s: duration %s of %v s: %v", name, r.Duration, took, err)
			}
			lines++
			if r.Status != 200 {
				failures++
			}
			if seconds >= 1 {
				slow++
			}
			if r.User == nil {
				anonymous++
			} else {
				users[r.User.ID]++
			}
		}
	}
	if lines != o.Lines || lines != result.Lines || size != result.Bytes {
		t.Errorf("%d lines of %d bytes; the result says %d of %d, want %d lines", lines, size, result.Lines, result.Bytes, o.Lines)
	}
	for _, tt := range []struct {
		what        string
		n           int
		least, most float64 // of a hundred lines
	}{
		{"fail", failures, 1.5, 2.5},
		{"take a second", slow, 1, 3},
		{"are nobody's", anonymous, 9, 12},
	} {
		if share := 100 * float64(tt.n) / float64(lines); share < tt.least || share > tt.most {
			t.Errorf("%.2f %% of requests %s, want %v to %v", share, tt.what, tt.least, tt.most)
		}
	}
	if per := float64(size) / float64(lines); per < 280 || per > 420 {
		t.Errorf("%.0f bytes a record, want 280 to 420", per)
	}
	rare := 0
	for _, n := range users {
		if n == 1 {
			rare++
		}
	}
	if rare < 500 {
		t.Errorf("%d of %d users ask once, want many", rare, len(users))
	}
}

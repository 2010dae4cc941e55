package generate

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The same options make the same files, of which each line is a record of the
// file's day, later than the one before, and ids ascend from file to file.
func TestWriteRequests(t *testing.T) {
	t.Parallel()
	o := RequestOptions{Dir: t.TempDir(), Last: time.Date(2026, 4, 22, 7, 0, 0, 0, time.UTC), Days: 3, Records: 3000, Seed: 5, Workers: 2}
	result, err := WriteRequests(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	again := o
	again.Dir = t.TempDir()
	if _, err := WriteRequests(t.Context(), again); err != nil {
		t.Fatal(err)
	}
	lines, size, lastID, last := int64(0), int64(0), int64(0), time.Time{}
	failures := 0
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
				ID        int64     `json:"id"`
				Status    int       `json:"status_code"`
				CreatedAt time.Time `json:"created_at"`
			}
			if err := json.Unmarshal(line, &r); err != nil {
				t.Fatalf("%s: %v: %s", name, err, line)
			}
			if r.ID <= lastID || r.CreatedAt.Before(last) || !strings.Contains(name, r.CreatedAt.Format(time.DateOnly)) {
				t.Fatalf("%s: record %d of %s comes after %d of %s", name, r.ID, r.CreatedAt, lastID, last)
			}
			lastID, last = r.ID, r.CreatedAt
			if lines++; r.Status == 500 {
				failures++
			}
		}
	}
	if lines != o.Records || lines != result.Lines || size != result.Bytes {
		t.Errorf("%d lines of %d bytes; the result says %d of %d, want %d lines", lines, size, result.Lines, result.Bytes, o.Records)
	}
	if failures < 10 || failures > 60 {
		t.Errorf("%d of %d requests failed", failures, lines)
	}
}

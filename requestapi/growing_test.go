package requestapi_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestPagesOfGrowingJournal follows pages while records are appended: with an end
// in time, and where the new ones stand behind the others, each comes once.
func TestPagesOfGrowingJournal(t *testing.T) {
	t.Parallel()
	const records, limit = 20, 3
	written := func(id int) string {
		at := today.Add(time.Duration(id) * time.Second)
		return fmt.Sprintf(`{"id":%d,"created_at":"%s"}`, id, at.Format("2006-01-02T15:04:05.000000Z"))
	}
	for _, tt := range []struct {
		query string
		want  func(page, place int) int // id of the record
		more  bool                      // records that are appended come as well
	}{
		{"created_to=2026-04-22T00:00:20Z", func(page, place int) int { return records - limit*page - place }, false},
		{"ordering=created_at", func(page, place int) int { return 1 + limit*page + place }, true},
		{"", func(page, place int) int { return records - (limit-1)*page - place }, true}, // each page brings one again
	} {
		var lines []string
		for id := range records {
			lines = append(lines, written(id+1))
		}
		r := newRig(t, map[string][]string{"2026-04-22": lines}, nil)
		last := records
		var got, want [][]string
		target := fmt.Sprintf("%s?limit=%d&%s", r.base(), limit, tt.query)
		for page := 0; page < 5; page++ {
			body := r.get(t, target).Body.(map[string]any)
			var shown, expected []string
			for place, result := range body["results"].([]any) {
				shown = append(shown, fmt.Sprint(result.(map[string]any)["id"]))
				expected = append(expected, fmt.Sprint(tt.want(page, place)))
			}
			count := records
			if tt.more {
				count = last
			}
			got = append(got, append(shown, fmt.Sprint(body["count"])))
			want = append(want, append(expected, fmt.Sprint(count)))
			last++
			r.append(t, "2026-04-22", written(last))
			target = body["next"].(string)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("?%s (-want +got):\n%s", tt.query, diff)
		}
	}
}

// append writes a line to the end of a day's file.
func (r *rig) append(t *testing.T, day, line string) {
	t.Helper()
	file, err := os.OpenFile(filepath.Join(r.dir, "requests-"+day+".jsonl"), os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := file.WriteString(line + "\n"); err != nil {
		t.Fatal(err)
	}
}

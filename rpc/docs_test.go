package rpc

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"daybook/filter"

	"github.com/google/go-cmp/cmp"
)

// apiReference returns docs/api.md.
func apiReference(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "docs", "api.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestReferenceIsComplete wants every method, param and error in the API
// reference.
func TestReferenceIsComplete(t *testing.T) {
	t.Parallel()
	text := apiReference(t)
	want := []string{"`" + cancelMethod + "`"}
	for _, m := range Methods(nil, nil, nil, Limits{}, filter.Limits{}) {
		want = append(want, "`"+m.Name+"`")
		for _, p := range m.Params {
			want = append(want, "`"+p.Name+"`")
		}
	}
	for _, e := range errorDocs() {
		want = append(want, fmt.Sprintf("\n| %d |", e.Code))
	}
	for _, op := range filter.Operators() {
		want = append(want, "`"+op+"`")
	}
	for _, w := range want {
		if !strings.Contains(text, w) {
			t.Errorf("docs/api.md lacks %q", w)
		}
	}
}

// TestReferenceExamples wants every example of the API reference to be a
// recorded request with its answer, which other tests hold against the server.
func TestReferenceExamples(t *testing.T) {
	t.Parallel()
	recordings := map[string][]string{} // answers by request
	files, err := filepath.Glob(filepath.Join("..", "testdata", "requests", "*.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all, err := ReadRecordings(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		for _, rec := range all {
			recordings[string(rec.Request)] = append(recordings[string(rec.Request)], string(rec.Answer))
		}
	}
	answered := 0
	request := ""
	for _, m := range regexp.MustCompile("(?s)```json\n(.*?)```").FindAllStringSubmatch(apiReference(t), -1) {
		var compact bytes.Buffer
		if err := json.Compact(&compact, []byte(m[1])); err != nil {
			t.Errorf("%v in example:\n%s", err, m[1])
			continue
		}
		if strings.Contains(m[1], `"method":`) {
			request = compact.String()
			if strings.Contains(request, "$/cancelRequest") {
				continue // about a call in flight, so nothing to record
			}
			if _, ok := recordings[request]; !ok {
				t.Errorf("no recording of the example:\n%s", m[1])
			}
			continue
		}
		answered++
		if !slices.Contains(recordings[request], compact.String()) {
			t.Errorf("answer of the example %s mismatch (-recorded +docs/api.md):\n%s",
				request, cmp.Diff(recordings[request], []string{compact.String()}))
		}
	}
	if answered < 2 {
		t.Errorf("%d examples with answers, want at least 2", answered)
	}
}

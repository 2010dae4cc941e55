package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Bounds of the index. The time is that for referenceBytes and is scaled to
// the journal's size.
const (
	buildBound     = 15 * time.Second
	referenceBytes = 1_323_804_317
	indexShare     = 0.30
	heapBound      = 150 << 20
)

// An indexResult is what building the index took.
type indexResult struct {
	Built      bool    `json:"built"` // false: the program makes none on demand
	Seconds    float64 `json:"seconds"`
	Bound      float64 `json:"bound_seconds"`
	Bytes      int64   `json:"bytes"`
	Share      float64 `json:"share"` // of the journal's bytes
	ShareBound float64 `json:"bound_share"`
	Met        bool    `json:"met"`
	// Changed tells that the index folder was not the same at the end: queries
	// were timed while the server was still at work on it.
	Changed bool `json:"changed"`
}

// startIndexed builds the index of a journal in a data folder, starts a server
// with it, and returns when that is ready.
func (b *bench) startIndexed(ctx context.Context, j *journal, r *indexResult) (*server, error) {
	data, err := b.newData(ctx)
	if err != nil {
		return nil, err
	}
	b.say("build the index")
	if *r, err = b.buildIndex(ctx, j, data.path); err != nil {
		return nil, err
	}
	return b.startReady(ctx, j, data)
}

// buildIndex has the program build the index, where it can.
func (b *bench) buildIndex(ctx context.Context, j *journal, data string) (indexResult, error) {
	var r indexResult
	cmd := exec.CommandContext(ctx, b.binary, "index", "build", "--journal", j.dir, "--data", data)
	cmd.Env = []string{} // as the server's
	began := time.Now()
	out, err := cmd.CombinedOutput()
	took := time.Since(began)
	if err != nil {
		if bytes.Contains(out, []byte("unknown command")) {
			return r, nil
		}
		return r, fmt.Errorf("index build: %w\n%s", err, out)
	}
	raw, err := sizeBelow(j.dir)
	if err != nil {
		return r, err
	}
	size, err := indexSize(data)
	if err != nil {
		return r, err
	}
	return newIndexResult(took, size, raw), nil
}

// recheck looks at the index again, after a server has worked with it.
func (r *indexResult) recheck(s *server) error {
	size, err := indexSize(s.data)
	r.Changed = size != r.Bytes
	return err
}

// indexSize returns the bytes of the index in a data folder; 0 for none.
func indexSize(data string) (int64, error) {
	size, err := sizeBelow(filepath.Join(data, "index"))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	return size, err
}

// newIndexResult judges an index of so many bytes, of a journal of raw ones.
func newIndexResult(took time.Duration, size, raw int64) indexResult {
	r := indexResult{Built: true, Seconds: took.Seconds(), Bytes: size, ShareBound: indexShare}
	r.Share = float64(size) / float64(raw)
	r.Bound = buildBound.Seconds() * float64(raw) / referenceBytes
	r.Met = r.Seconds <= r.Bound && r.Share <= r.ShareBound
	return r
}

// sizeBelow returns the bytes of all files below dir.
func sizeBelow(dir string) (int64, error) {
	var size int64
	err := filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err == nil {
			size += info.Size()
		}
		return err
	})
	return size, err
}

// A sizeResult is the memory of the server that answered everything.
type sizeResult struct {
	Peak  int64 `json:"peak_bytes"` // resident; 0 where the system does not tell
	Heap  int64 `json:"heap_bytes"` // in use at the end; 0 where the server does not tell
	Bound int64 `json:"heap_bound_bytes"`
	Met   bool  `json:"met"`
}

// sizeOfServer asks the system and the server itself.
func sizeOfServer(ctx context.Context, s *server) (sizeResult, error) {
	r := sizeResult{Bound: heapBound}
	var err error
	if r.Peak, err = s.peak(); err != nil {
		return r, err
	}
	r.Heap, err = s.heap(ctx)
	r.Met = r.Heap <= r.Bound
	return r, err
}

// heap returns the bytes in use of the server's heap, as its metrics have
// them; 0 where they don't.
func (s *server) heap(ctx context.Context) (int64, error) {
	text, err := s.metrics(ctx)
	if err != nil {
		return 0, err
	}
	return heapIn(text)
}

// metrics returns what the server says of itself.
func (s *server) metrics(ctx context.Context) ([]byte, error) {
	url := strings.TrimSuffix(s.url, "/rpc") + "/metrics"
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	var text bytes.Buffer
	_, err = text.ReadFrom(resp.Body)
	return text.Bytes(), err
}

// heapIn finds the size of the heap among metrics; 0 where it is not.
func heapIn(metrics []byte) (int64, error) {
	size, _, err := figureIn(metrics, "go_memstats_heap_inuse_bytes")
	return size, err
}

// figureIn finds a figure among metrics. It reports false where it is not.
func figureIn(metrics []byte, name string) (figure int64, ok bool, err error) {
	match := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(name) + ` (\S+)$`).FindSubmatch(metrics)
	if match == nil {
		return 0, false, nil
	}
	size, err := strconv.ParseFloat(string(match[1]), 64)
	return int64(size), true, err
}

package logstore

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
)

// allocated returns how many bytes f allocates, those of other goroutines
// included. A test that calls it must not be parallel.
func allocated(f func()) int64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return int64(after.TotalAlloc - before.TotalAlloc)
}

// checkMemory fails the test where f allocates more than so many bytes.
func checkMemory(t *testing.T, most int64, f func()) {
	t.Helper()
	if got := allocated(f); got > most {
		t.Errorf("%d KiB are allocated, want at most %d KiB", got>>10, most>>10)
	}
}

// A line of 100 MB is malformed, skipped in constant memory, and the lines
// around it are answered; whatever the file ends with.
func TestHugeLine(t *testing.T) {
	j := newJournal(t)
	f, err := os.Create(j.path(liveName))
	j.must(err)
	_, err = f.WriteString(line(noon(0), "before"))
	j.must(err)
	chunk := bytes.Repeat([]byte("no record\t"), 100<<10)
	for range 100 {
		_, err := f.Write(chunk)
		j.must(err)
	}
	_, err = f.WriteString("\n" + line(noon(0), "after"))
	j.must(errors.Join(err, f.Close()))
	s := j.open()
	checkMemory(t, 8<<20, func() {
		r := search(t, s, everything)
		want := []string{fmt.Sprint(noon(0), " before"), fmt.Sprint(noon(0), " after")}
		if got := rows(r); r.Total != 3 || strings.Join(got, "|") != strings.Join(want, "|") {
			t.Errorf("total %d, rows %q; want 3, %q", r.Total, got, want)
		}
	})
	if n := s.Stats().Malformed; n != 1 {
		t.Errorf("malformed lines: %d, want 1", n)
	}
}

// 10 GB of nothing are one long line, left out in constant memory.
func TestSparseFile(t *testing.T) {
	const size = 10 << 30
	j := newJournal(t)
	j.write(liveName, line(noon(0), "before"))
	j.must(os.Truncate(j.path(liveName), size))
	j.append(liveName, "\n"+line(noon(0), "after"))
	s := j.open()
	checkMemory(t, 8<<20, func() {
		if r := search(t, s, everything); r.Count != 2 || r.Total != 3 {
			t.Errorf("count %d, total %d; want 2, 3", r.Count, r.Total)
		}
	})
	if n := s.Stats().BytesScanned; n > 256<<20 {
		t.Errorf("%d MiB are read, most of them of the hole", n>>20)
	}
}

// A file that is cut within a hole is truncated, as any other.
func TestSparseFileCut(t *testing.T) {
	j := newJournal(t)
	j.write(liveName, line(noon(0), "before"))
	j.must(os.Truncate(j.path(liveName), 1<<30))
	s := j.open(func(o *Options) { o.Workers = 1 })
	result, err := during(t, s, request(t, everything), func() { j.must(os.Truncate(j.path(liveName), 1<<29)) })
	var report *ReadError
	if !errors.As(err, &report) || report.Reason != "truncated under the query" {
		t.Errorf("Search = %+v, %v", result, err)
	}
}

// A query that reads through a line without an end notices that it is
// cancelled.
func TestCancelInHugeLine(t *testing.T) {
	for _, name := range []string{liveName, liveName + ".zst"} {
		j := newJournal(t)
		if name == liveName {
			j.write(name, "")
			j.must(os.Truncate(j.path(name), 1<<40))
		} else {
			writeBomb(t, j.path(name), zstandard, 1<<36)
		}
		s := j.open()
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() {
			_, err := s.Search(ctx, request(t, totals))
			done <- err
		}()
		for guard := time.Now().Add(time.Minute); s.Stats().Running == 0 && time.Now().Before(guard); {
			runtime.Gosched()
		}
		cancel()
		select {
		case err := <-done:
			if !errors.Is(err, context.Canceled) {
				t.Errorf("%s: Search: %v", name, err)
			}
		case <-time.After(30 * time.Second):
			t.Fatalf("%s: Search goes on after it was cancelled", name)
		}
	}
}

// writeBomb writes a compressed file that holds so many zeros, between two
// records, as many members or frames.
func writeBomb(t *testing.T, name string, e encoding, zeros int64) {
	t.Helper()
	const member = 16 << 20
	var b bytes.Buffer
	compress := func(content []byte) []byte {
		b.Reset()
		if e == gzipped {
			z, _ := gzip.NewWriterLevel(&b, gzip.BestSpeed)
			z.Write(content)
			z.Close()
		} else {
			z, err := zstd.NewWriter(&b, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithWindowSize(1<<20))
			if err != nil {
				t.Fatal(err)
			}
			z.Write(content)
			z.Close()
		}
		return bytes.Clone(b.Bytes())
	}
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	parts := [][]byte{compress([]byte(line(noon(0), "before")))}
	bomb := compress(make([]byte, member))
	for range zeros / member {
		parts = append(parts, bomb)
	}
	parts = append(parts, compress([]byte("\n"+line(noon(0), "after"))))
	if _, err := f.Write(bytes.Join(parts, nil)); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// A gigabyte in a small file is read in constant memory.
func TestDecompressionBomb(t *testing.T) {
	zeros := int64(1 << 30)
	if testing.Short() {
		zeros = 128 << 20
	}
	for enc := gzipped; enc < encodings; enc++ {
		j := newJournal(t)
		writeBomb(t, j.path(liveName+enc.suffix()), enc, zeros)
		s := j.open()
		checkMemory(t, 16<<20, func() {
			if r := search(t, s, everything); r.Count != 2 || r.Total != 3 {
				t.Errorf("%s: count %d, total %d; want 2, 3", enc.suffix(), r.Count, r.Total)
			}
		})
	}
}

// A file decides how much memory it takes to read it, up to a bound.
func TestLargeWindow(t *testing.T) {
	// A frame header that asks for a window of 2 GiB, and a block that is empty.
	frame := []byte{0x28, 0xb5, 0x2f, 0xfd, 0x00, 21 << 3, 0x01, 0x00, 0x00}
	j := newJournal(t)
	j.write(liveName+".zst", string(frame))
	s := j.open()
	checkMemory(t, 8<<20, func() {
		if e := readErrorOf(t, s, request(t, totals)); !strings.HasPrefix(e.Reason, "compressed file damaged: window size") {
			t.Errorf("Search: %+v", e)
		}
	})
}

// In a folder of 100,000 files, a query of one day reads that day's, and one
// of thousands of files holds few of them open.
func TestManyFiles(t *testing.T) {
	files := 100_000
	if testing.Short() {
		files = 2_000
	}
	j := newJournal(t)
	content := line(noon(0), "x")
	// Names of a few files: there is a limit to each one's number of links.
	for i := range files {
		name := fmt.Sprintf("audit-%s.%d.tsv", dayOf(noon(-i/100)), i%100+1)
		if i%30_000 == 0 {
			j.write(fmt.Sprint("linked ", i/30_000), content)
		}
		j.must(os.Link(j.path(fmt.Sprint("linked ", i/30_000)), j.path(name)))
	}
	began := processorTime(t)
	s := j.open(func(o *Options) { o.Follow = FollowAuto })
	if took := processorTime(t) - began; took > 2*time.Second {
		t.Errorf("it takes %v until queries are answered", took)
	}
	r := search(t, s, `{"limit": 1, "offset": 0, "where": ["timestamp", "=", "2026-04-22T12:00:00Z"]}`)
	if want := int64(100 * (1 + misfiledDays)); r.Count != want || r.Total != want {
		t.Errorf("count %d, total %d; want %d", r.Count, r.Total, want)
	}
	if got, most := s.Stats().BytesScanned, int64(2*100*(1+misfiledDays)*len(content)); got > most {
		t.Errorf("%d bytes are read, want at most %d", got, most)
	}
	before := openFiles(t)
	var most atomic.Int64
	// The thirty days of files that are looked at then are far more than that.
	q := request(t, `{"limit": 3, "offset": 0}`)
	render := q.Render
	q.Render = func(dst []byte, row *Row) []byte {
		for n := int64(openFiles(t) - before); n > most.Load(); {
			most.Store(n)
		}
		return render(dst, row)
	}
	result, err := s.Search(t.Context(), q)
	j.must(err)
	if want := int64(100 * min(defaultDays, files/100)); result.Count != want || result.Total != want {
		t.Errorf("count %d, total %d; want %d", result.Count, result.Total, want)
	}
	if n := most.Load(); n > heldOpen+mostHandles+10 {
		t.Errorf("%d files are open at once, want about %d", n, heldOpen+mostHandles)
	}
}

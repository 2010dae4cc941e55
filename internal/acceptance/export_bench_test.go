package acceptance

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"runtime/metrics"
	"strings"
	"testing"
	"time"

	"daybook/internal/generate"
	"daybook/logstore"
)

// BenchmarkExport exports a million rows over HTTP. It reports rows a second, and
// of server and client together the processor's time for a row, and by how much
// the heap grew at most.
func BenchmarkExport(b *testing.B) {
	const lines = 1_000_000
	dir, end := b.TempDir(), time.Date(2026, 4, 22, 23, 0, 0, 0, time.UTC)
	if _, err := generate.Write(context.Background(), generate.Options{Dir: dir, Days: 10, Lines: lines, End: end, Seed: 1}); err != nil {
		b.Fatal(err)
	}
	for _, index := range []logstore.IndexMode{logstore.IndexManual, logstore.IndexOff} {
		s := serve(b, logstore.Options{Dir: dir, Index: index, Now: func() time.Time { return end.AddDate(0, 0, 1) }})
		if index == logstore.IndexManual {
			if err := s.store.BuildIndex(context.Background(), nil); err != nil {
				b.Fatal(err)
			}
		}
		for _, format := range []string{"csv", "ndjson", "tsv"} {
			for _, order := range []string{"timestamp", "source"} {
				if order == "source" && format != "csv" {
					continue
				}
				b.Run(fmt.Sprintf("index=%t/format=%s/order=%s", index == logstore.IndexManual, format, order), func(b *testing.B) {
					params := fmt.Sprintf(`{"format":%q,"orderBy":[%q,"DESC"]}`, format, order)
					heap, before := watchHeap(), cpu(b)
					for b.Loop() {
						b.SetBytes(s.exportAll(b, params, lines))
					}
					b.ReportMetric(float64(lines)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
					b.ReportMetric(float64(cpu(b)-before)/float64(b.N)/lines, "cpu-ns/row")
					b.ReportMetric(float64(heap())/(1<<20), "heap-MiB")
				})
			}
		}
	}
}

// exportAll exports, and returns the length of the body, which must have so many
// rows.
func (s *served) exportAll(b *testing.B, params string, rows int) int64 {
	r, err := http.NewRequest(http.MethodPost, strings.TrimSuffix(s.url, "/rpc")+"/export", strings.NewReader(params))
	if err != nil {
		b.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+s.token)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		b.Fatal(err)
	}
	defer resp.Body.Close()
	n, err := io.Copy(io.Discard, resp.Body)
	if got := resp.Trailer.Get("Daybook-Rows"); err != nil || got != fmt.Sprint(rows) {
		b.Fatalf("%s: %d bytes, %s rows, %v", params, n, got, err)
	}
	return n
}

// watchHeap begins to watch the heap. The function that it returns ends that, and
// returns by how many bytes it was seen to grow.
func watchHeap() func() int64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	heap := func() int64 {
		metrics.Read(sample)
		return int64(sample[0].Value.Uint64())
	}
	runtime.GC()
	runtime.GC()
	before, most := heap(), int64(0)
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for tick := time.NewTicker(time.Millisecond); ; {
			select {
			case <-stop:
				tick.Stop()
				return
			case <-tick.C:
				most = max(most, heap()-before)
			}
		}
	}()
	return func() int64 {
		close(stop)
		<-stopped
		return most
	}
}

package requestlog_test

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"daybook/filter"
	"daybook/internal/generate"
	"daybook/logstore"
	"daybook/requestlog"
)

// benchToday is the day after the last of the journal, so that all of it has an
// index.
var benchToday = time.Date(2026, 4, 23, 0, 30, 0, 0, time.UTC)

// benchStore opens a journal of REQUEST_RECORDS records (300,000 where it is not
// set) in thirty days. With BENCH_DATA, that folder keeps it from run to run.
func benchStore(b *testing.B) *logstore.Store {
	b.Helper()
	records := int64(300_000)
	if text := os.Getenv("REQUEST_RECORDS"); text != "" {
		var err error
		if records, err = strconv.ParseInt(text, 10, 64); err != nil {
			b.Fatal(err)
		}
	}
	base := os.Getenv("BENCH_DATA")
	if base == "" {
		base = b.TempDir()
	}
	dir := filepath.Join(base, "requests-"+strconv.FormatInt(records, 10))
	if _, err := os.Stat(dir); err != nil {
		result, err := generate.Write(b.Context(), generate.Options{
			Dir: dir, End: benchToday.AddDate(0, 0, -1), Days: 30, Lines: records, Seed: 1, Requests: true,
		})
		if err != nil {
			b.Fatal(err)
		}
		b.Logf("%d bytes a record", result.Bytes/result.Lines)
	}
	s, err := logstore.Open(logstore.Options{
		Dir: dir, DataDir: dir + ".data", Pattern: "requests-{date}.jsonl", Schema: requestlog.Schema(), Format: requestlog.Format(),
		Now: func() time.Time { return benchToday }, Index: logstore.IndexManual, Follow: logstore.FollowOff, IndexFrom: 1,
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	began := time.Now()
	if err := s.BuildIndex(b.Context(), nil); err != nil {
		b.Fatal(err)
	}
	b.Logf("built the index in %v", time.Since(began))
	return s
}

func BenchmarkRequestSearch(b *testing.B) {
	s := benchStore(b)
	newest := []filter.Term{{Field: requestlog.CreatedAt, Desc: true}, {Field: requestlog.ID, Desc: true}}
	search := func(term string) filter.Condition {
		return filter.ContainsFoldedIn(term, requestlog.UserID, requestlog.UserName, requestlog.UserMobile, requestlog.IP, requestlog.Device,
			requestlog.OS, requestlog.Browser, requestlog.Endpoint, requestlog.ExceptionType)
	}
	slow := []filter.Condition{
		filter.EqualNumber(requestlog.StatusCode, 500),
		filter.NumberBetween(requestlog.Duration, filter.Second, filter.MaxNumber),
	}
	byDuration := []filter.Term{{Field: requestlog.Duration, Desc: true}, {Field: requestlog.ID, Desc: true}}
	for _, bm := range []struct {
		name   string
		where  []filter.Condition
		order  []filter.Term
		offset int64
	}{
		{"first-page", nil, newest, 0},
		{"deep-page", nil, newest, 2_000_000},
		{"slow-failures", slow, byDuration, 0},
		{"search-rare", []filter.Condition{search("127.0.0.1")}, newest, 0},
		{"search-common", []filter.Condition{search("chrome")}, newest, 0},
		{"by-duration", nil, byDuration, 0},
		{"by-duration-deep", nil, byDuration, 2_000_000},
		{"by-user", nil, []filter.Term{{Field: requestlog.UserID}, {Field: requestlog.ID}}, 1000},
		{"one-user", []filter.Condition{filter.EqualNumber(requestlog.UserID, 185932)}, newest, 0},
		{"id", []filter.Condition{filter.EqualNumber(requestlog.ID, 1_000_077)}, newest, 0},
		{"not-bots", []filter.Condition{filter.EqualNumber(requestlog.IsBot, 0), filter.HasValue(requestlog.HasBody, true)}, newest, 0},
	} {
		b.Run(bm.name, func(b *testing.B) {
			r := &logstore.Request{
				Query:  &filter.Query{Schema: requestlog.Schema(), Where: bm.where, Order: bm.order, Limit: 10, Offset: bm.offset},
				Render: func(dst []byte, r *logstore.Row) []byte { return append(dst, r.Line()...) },
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.Search(context.Background(), r); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

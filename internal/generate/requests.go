package generate

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"
)

// RequestOptions describe a request journal.
type RequestOptions struct {
	Dir     string    // where the day files go; it is made where it is missing
	Last    time.Time // the last day, UTC
	Days    int       // at least 1
	Records int64     // of all days together, at least Days
	Seed    uint64
	Workers int // at least 1
}

// WriteRequests writes day files requests-YYYY-MM-DD.jsonl of believable requests,
// about 350 bytes each: most fast and successful, of few endpoints and some
// thousand users, by day more than by night. The same options make the same bytes.
// Files that are there are written anew.
func WriteRequests(ctx context.Context, o RequestOptions) (*Result, error) {
	if o.Days < 1 || o.Workers < 1 || o.Records < int64(o.Days) {
		return nil, fmt.Errorf("generate: %d request records of %d days by %d workers", o.Records, o.Days, o.Workers)
	}
	if err := os.MkdirAll(o.Dir, 0o755); err != nil {
		return nil, fmt.Errorf("generate: %w", err)
	}
	result := &Result{Files: make([]string, o.Days), Lines: o.Records}
	sizes := make([]int64, o.Days)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(o.Workers)
	for i := range o.Days {
		g.Go(func() (err error) {
			d := newRequestDay(&o, i)
			result.Files[i] = "requests-" + d.at.Format(time.DateOnly) + ".jsonl"
			sizes[i], err = d.write(ctx, filepath.Join(o.Dir, result.Files[i]))
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, fmt.Errorf("generate: %w", err)
	}
	for _, n := range sizes {
		result.Bytes += n
	}
	return result, nil
}

// A requestDay makes the records of one day.
type requestDay struct {
	rng  *rand.Rand
	at   time.Time // begins at midnight
	left int64     // records
	id   int64
}

func newRequestDay(o *RequestOptions, day int) *requestDay {
	first, last := o.Records*int64(day)/int64(o.Days), o.Records*int64(day+1)/int64(o.Days)
	at := o.Last.UTC().Truncate(24*time.Hour).AddDate(0, 0, day-o.Days+1)
	return &requestDay{rng: rand.New(rand.NewPCG(o.Seed, uint64(day))), at: at, left: last - first, id: 1_000_000 + 2*first}
}

func (d *requestDay) write(ctx context.Context, name string) (size int64, err error) {
	f, err := os.Create(name)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	end := d.at.Add(24*time.Hour - time.Microsecond)
	var text []byte
	for ; d.left > 0; d.left-- {
		// What is left of the day is divided by those that are left of its records.
		step := float64(end.Sub(d.at)) / float64(d.left) * min(d.rng.ExpFloat64(), 8)
		if next := d.at.Add(time.Duration(step)); next.Before(end) {
			d.at = next
		}
		if text = d.append(text); len(text) >= flushBytes || d.left == 1 {
			if _, err := f.Write(text); err != nil {
				return size, err
			}
			size += int64(len(text))
			text = text[:0]
			if err := ctx.Err(); err != nil {
				return size, err
			}
		}
	}
	return size, f.Close()
}

var requestEndpoints = []string{
	"rpc:GetLogsByFilter", "rpc:GetLogs", "/api/metrics/request_logs", "rpc:GetLogHistogram", "rpc:SubscribeLogs", "/api/accounts/{id}",
	"/api/orders", "rpc:GetLogTop", "/api/metrics/request_logs/{id}", "rpc:GetJournalStatus", "/api/reports/daily", "rpc:Authenticate",
}

var requestAgents = []struct{ device, kind, os, browser string }{
	{"", "pc", "Windows", "Chrome"}, {"", "pc", "macOS", "Safari"}, {"iPhone", "mobile", "iOS", "Safari"}, {"SM-S918B", "mobile", "Android", "Chrome"},
	{"", "pc", "Linux", "Firefox"}, {"iPad", "tablet", "iOS", "Safari"}, {"", "pc", "Windows", "Edge"},
}

// skewed returns a number below n, small ones more often.
func (d *requestDay) skewed(n int) int {
	return int(float64(n) * math.Pow(d.rng.Float64(), 3))
}

// append appends the line of a record.
func (d *requestDay) append(b []byte) []byte {
	d.id += 1 + d.rng.Int64N(2)
	b = fmt.Appendf(b, `{"id":%d,"user":`, d.id)
	if user := d.skewed(4000); user%9 == 0 {
		b = append(b, "null"...)
	} else {
		b = fmt.Appendf(b, `{"id":%d,"username":"user%d"}`, user, user)
	}
	agent := requestAgents[d.skewed(len(requestAgents))]
	client := d.skewed(20_000)
	b = fmt.Appendf(b, `,"ip":"10.%d.%d.%d","device":"%s","device_type":"%s","is_bot":%v,"os":"%s","browser":"%s","endpoint":"%s","method":"%s"`,
		client>>16, client>>8&0xff, client&0xff, agent.device, agent.kind, client%50 == 0, agent.os, agent.browser,
		requestEndpoints[d.skewed(len(requestEndpoints))], []string{"POST", "GET", "WS"}[d.skewed(3)])
	status, failure := 200, "null"
	switch d.rng.IntN(100) {
	case 0:
		status, failure = 500, `"ERROR"`
	case 1, 2:
		status, failure = 401, `"PERMISSION_DENIED"`
	case 3:
		status, failure = 404, `"INVALID_METHOD"`
	}
	took := time.Duration(2_000*d.rng.ExpFloat64()+20_000*math.Pow(d.rng.Float64(), 12)*d.rng.ExpFloat64()) * time.Microsecond
	if status == 500 && d.rng.IntN(3) == 0 {
		took += time.Duration(d.rng.IntN(3_000_000)) * time.Microsecond
	}
	const form = "2006-01-02T15:04:05.000000Z"
	created, started := d.at.Format(form), d.at.Add(-took).Format(form)
	b = fmt.Appendf(b, `,"status_code":%d,"exception_type":%s,"started_at":"%s","duration":"%d.%06d","created_at":"%s"`,
		status, failure, started, took/time.Second, took%time.Second/time.Microsecond, created)
	if d.rng.IntN(3) == 0 {
		b = append(b, `,"query_params":{"limit":"50"},"body":{"method":"GetLogs"}`...)
	}
	return append(b, "}\n"...)
}

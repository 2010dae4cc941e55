package requestlog

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// typical returns a request as browsers send them.
func typical() *http.Request {
	r := httptest.NewRequest("POST", "http://example.com/orders/17?symbol=EURUSD&page=2", strings.NewReader(`{"symbol":"EURUSD","volume":1.50,"side":"BUY","comment":"as agreed","password":"hunter2"}`))
	for name, value := range map[string]string{
		"User-Agent": safariOnPhone, "Accept": "application/json", "Accept-Language": "en-GB,en;q=0.9", "Accept-Encoding": "gzip, deflate, br",
		"Content-Type": "application/json", "Authorization": "Bearer " + jwt, "Cookie": "theme=dark; sid=0123456789abcdef", "Origin": "https://example.com",
		"Referer": "https://example.com/orders", "Sec-Fetch-Mode": "cors",
	} {
		r.Header.Set(name, value)
	}
	return r
}

// work is what a request costs without us: little, so that nothing is hidden.
func work(w http.ResponseWriter, r *http.Request) {
	io.Copy(io.Discard, r.Body)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusBadRequest)
	io.WriteString(w, `{"error":"no such symbol","detail":"EURUSD is not traded now"}`)
}

// BenchmarkOverhead sends requests with and without the middleware in turns, over
// real connections, and shows the medians: of requests without it, and how much
// longer those with it take. Once the disk works, and once it is stalled, so
// that the queue runs full. 10,000 requests of each kind are
//
//	go test -run '^$' -bench Overhead -benchtime 10000x ./requestlog
func BenchmarkOverhead(b *testing.B) {
	for _, disk := range []string{"works", "stalled"} {
		b.Run("disk="+disk, func(b *testing.B) {
			o := Options{Dir: filepath.Join(b.TempDir(), "requests"), Report: func(error) {}}
			stalled := make(chan struct{})
			if disk == "stalled" {
				o = (&faultyDisk{stalled: stalled}).on(o)
			}
			l, err := Open(o)
			if err != nil {
				b.Fatal(err)
			}
			defer l.Close()
			defer close(stalled)
			mux := http.NewServeMux()
			mux.HandleFunc("POST /orders/{id}", work)
			plain, captured := newAsker(b, mux), newAsker(b, l.Middleware(mux))
			for b.Loop() {
				plain.ask(b)
				captured.ask(b)
			}
			without, with := plain.median(), captured.median()
			b.ReportMetric(float64(without)/1e3, "µs-without")
			b.ReportMetric(float64(with-without)/1e3, "µs-more")
			b.ReportMetric(float64(l.Stats().Dropped), "dropped")
		})
	}
}

// An asker sends requests to a server of its own and notes how long they take.
type asker struct {
	url   string
	times []time.Duration
}

func newAsker(b *testing.B, h http.Handler) *asker {
	server := httptest.NewServer(h)
	b.Cleanup(server.Close)
	return &asker{url: server.URL}
}

func (a *asker) ask(b *testing.B) {
	from := typical()
	r, err := http.NewRequest(from.Method, a.url+from.URL.RequestURI(), from.Body)
	if err != nil {
		b.Fatal(err)
	}
	r.Header = from.Header
	start := time.Now()
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		b.Fatal(err)
	}
	io.Copy(io.Discard, answer.Body)
	answer.Body.Close()
	a.times = append(a.times, time.Since(start))
}

func (a *asker) median() time.Duration {
	slices.Sort(a.times)
	return a.times[len(a.times)/2]
}

// BenchmarkMiddleware is what the middleware costs the goroutine of a request,
// the work included.
func BenchmarkMiddleware(b *testing.B) {
	disk := new(faultyDisk)
	l, err := Open(disk.on(Options{Dir: filepath.Join(b.TempDir(), "requests"), Report: func(error) {}}))
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	h := http.HandlerFunc(work)
	for name, h := range map[string]http.Handler{"without": h, "with": l.Middleware(h)} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				h.ServeHTTP(httptest.NewRecorder(), typical())
			}
		})
	}
}

// BenchmarkRecord is what a record costs in the background, by what its body is.
func BenchmarkRecord(b *testing.B) {
	for name, body := range map[string]string{
		"small": `{"symbol":"EURUSD","volume":1.50,"password":"hunter2"}`,
		"32KiB": fmt.Sprintf(`{"list":[%s{}]}`, strings.Repeat(`{"symbol":"EURUSD","volume":1.50,"token":"abcdefgh"},`, 600)),
	} {
		b.Run("body="+name, func(b *testing.B) {
			b.ReportAllocs()
			k := &maker{bodyLimit: DefaultBodyLimit, responsesFrom: 400}
			r := typical()
			e := &Entry{Started: noon, RequestHeader: r.Header, Query: r.URL.RawQuery, Endpoint: "/orders/{id}", Body: Body{Text: []byte(body), Size: int64(len(body))}}
			var line []byte
			for b.Loop() {
				rec := k.record(e)
				rec.ID, rec.CreatedAt = 1, timestamp(noon)
				line = rec.appendLine(line[:0])
			}
			b.ReportMetric(float64(len(line)), "line-bytes")
		})
	}
}

// TestMiddlewareAllocates bounds what a request pays for being recorded, in
// allocations, which do not depend on what else the machine does.
func TestMiddlewareAllocates(t *testing.T) {
	disk := new(faultyDisk)
	rig := newRig(t, disk.on(Options{Report: func(error) {}}))
	count := func(h http.Handler) float64 {
		least := testing.AllocsPerRun(100, func() { h.ServeHTTP(httptest.NewRecorder(), typical()) })
		for range 4 { // other tests may not have ended altogether
			least = min(least, testing.AllocsPerRun(100, func() { h.ServeHTTP(httptest.NewRecorder(), typical()) }))
		}
		return least
	}
	const most = 40
	h := http.HandlerFunc(work)
	rig.Close() // the writer would allocate at the same time
	without := count(h)
	if more := count(rig.Middleware(h)) - without; more > most {
		t.Errorf("recording allocates %v times for a request, want at most %d", more, most)
	} else {
		t.Logf("recording allocates %v times for a request", more)
	}
}

// BenchmarkCall is what the record of a call over TCP costs in the background.
func BenchmarkCall(b *testing.B) {
	b.ReportAllocs()
	k := &maker{bodyLimit: DefaultBodyLimit, responsesFrom: 400}
	body := []byte(`{"command":"GetLogsByFilter","data":{"limit":20,"offset":0,"where":[["status","=","ERROR"],["source","like","10.0.4"]],"orderBy":["timestamp","DESC"]},"extID":"a1b2c3","__token":"` + apiToken + `"}`)
	e := &Entry{
		Started: noon, Scheme: "tcp", Method: "TCP", Endpoint: "rpc:GetLogsByFilter", Status: 200, Secrets: []string{apiToken},
		Remote: netip.MustParseAddr("10.0.0.1"), User: &User{Username: "desk", FullName: "desk"}, Body: Body{Text: body, Size: int64(len(body))},
	}
	var line []byte
	for b.Loop() {
		rec := k.record(e)
		rec.ID, rec.CreatedAt = 1, timestamp(noon)
		line = rec.appendLine(line[:0])
	}
}

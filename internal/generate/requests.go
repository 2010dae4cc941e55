package generate

import (
	"strconv"
	"time"
)

// firstRequest is the id of the oldest record of a journal; those of the others
// follow.
const firstRequest = 1_000_001

// Shares of the requests.
const (
	failureShare   = 2  // in a hundred
	anonymousShare = 10 // in a hundred
	operatorShare  = 15 // in a hundred
	botEvery       = 50 // one in so many
	queryEvery     = 3
)

// Durations are spread like logarithms that are normally distributed, from
// quickest µs over so many octaves; the weights of these are a row of Pascal's
// triangle, 262,144 in all. So half of the requests take less than some 30 ms, and
// one in a hundred a second or more. What fails takes slower octaves longer.
const (
	quickest = 64
	octaves  = 19
	slower   = 3
)

// A reply is how a request ends that fails.
type reply struct {
	status         int
	name, message  string
	weight         uint64
	slow, unsigned bool // as servers are that fail; nobody was recognised
}

// failures returns how requests fail.
func failures() []reply {
	return []reply{
		{status: 401, name: "PERMISSION_DENIED", message: "no good token", weight: 30, unsigned: true},
		{status: 500, name: "ERROR", message: "pool: no connection within 5 s", weight: 25, slow: true},
		{status: 400, name: "INVALID_DATA", message: "limit: must be at least 1", weight: 16},
		{status: 404, name: "INVALID_METHOD", message: "no such method", weight: 14},
		{status: 429, name: "TOO_FREQUENT", message: "try again later", weight: 8},
		{status: 504, name: "SYNC_TIMEOUT", message: "took longer than 25 s", weight: 4, slow: true},
		{status: 500, name: "ERR_DISK", message: "read: input/output error", weight: 3, slow: true},
	}
}

// A client is what requests come from, as its user agent tells.
type client struct{ device, kind, os, browser string }

// clients returns kinds of clients, the most frequent first.
func clients() []client {
	return []client{
		{"", "pc", "Windows", "Chrome"}, {"iPhone", "mobile", "iOS", "Safari"}, {"", "pc", "macOS", "Safari"},
		{"SM-S918B", "mobile", "Android", "Chrome"}, {"", "pc", "Windows", "Edge"}, {"", "pc", "Linux", "Firefox"},
		{"iPad", "tablet", "iOS", "Safari"}, {"Pixel 8", "mobile", "Android", "Chrome"}, {"", "", "", "Go-http-client"},
		{"", "pc", "macOS", "Chrome"}, {"SM-A546B", "mobile", "Android", "Samsung Browser"}, {"", "", "", "python-requests"},
		{"", "pc", "Windows", "Firefox"}, {"SM-X700", "tablet", "Android", "Chrome"}, {"2201117TY", "mobile", "Android", "Opera"},
	}
}

// An endpoint is asked by a method over a scheme.
type endpoint struct{ scheme, method, route string }

// endpoints returns what is asked, the most frequent first.
func endpoints() []endpoint {
	return []endpoint{
		{"wss", "WS", "rpc:GetQuotes"}, {"https", "POST", "rpc:GetLogsByFilter"}, {"https", "GET", "/api/orders"},
		{"https", "POST", "/api/orders"}, {"https", "GET", "/api/accounts/{id}"}, {"wss", "WS", "rpc:SubscribeLogs"},
		{"https", "GET", "/api/positions"}, {"https", "GET", "/api/metrics/request_logs"}, {"https", "POST", "rpc:GetLogs"},
		{"tls", "TCP", "rpc:GetLogs"}, {"https", "DELETE", "/api/orders/{id}"}, {"https", "POST", "/api/sessions"},
		{"https", "POST", "rpc:GetLogHistogram"}, {"https", "GET", "/api/reports/daily"}, {"https", "POST", "rpc:GetLogTop"},
		{"https", "GET", "/api/metrics/request_logs/{id}"}, {"https", "POST", "/api/withdrawals"}, {"https", "POST", "rpc:GetJournalStatus"},
	}
}

// A requestDraft makes the records of requests of a day, one after the other.
type requestDraft struct {
	people    *people
	clients   []client
	endpoints []endpoint
	failures  []reply

	client, endpoint, failure, octave *picker

	random *random
	start  int64 // of the day, µs since 1970
	id     int64 // of the record before
	last   int64 // its time, µs since start
}

// requestLines returns what appends the next record of d, of a second of the day;
// seconds ascend. So many records of earlier days precede it.
func (w *world) requestLines(r *random, d day, earlier int64) func(dst []byte, sec int) []byte {
	rd := &requestDraft{
		people: w.people, clients: clients(), endpoints: endpoints(), failures: failures(),
		random: r, start: d.start().UnixMicro(), id: firstRequest - 1 + earlier, last: -1,
	}
	rd.client, rd.endpoint = zipf(len(rd.clients)), zipf(len(rd.endpoints))
	weights := make([]uint64, len(rd.failures))
	for i, f := range rd.failures {
		weights[i] = f.weight
	}
	rd.failure = newPicker(weights)
	rd.octave = newPicker(pascal(octaves))
	return rd.appendLine
}

// pascal returns a row of Pascal's triangle, of n numbers.
func pascal(n int) []uint64 {
	row := make([]uint64, n)
	for i := range row {
		row[i] = 1
		for k := i - 1; k > 0; k-- {
			row[k] += row[k-1]
		}
	}
	return row
}

// appendLine appends the next record, which is created within a second of the day.
func (d *requestDraft) appendLine(dst []byte, sec int) []byte {
	r := d.random
	d.id++
	d.last = max(d.last+1, int64(sec)*1e6+int64(r.below(1e6/2)))
	outcome := reply{status: 200}
	if r.below(100) < failureShare {
		outcome = d.failures[d.failure.pick(r)]
	}
	created := d.start + d.last
	took := d.duration(outcome.slow)
	dst = strconv.AppendInt(append(dst, `{"id":`...), d.id, 10)
	dst = d.appendSender(dst, outcome.unsigned)
	asked := &d.endpoints[d.endpoint.pick(r)]
	dst = appendMember(dst, "scheme", asked.scheme)
	dst = appendMember(dst, "endpoint", asked.route)
	dst = appendMember(dst, "method", asked.method)
	dst = strconv.AppendInt(append(dst, `,"status_code":`...), int64(outcome.status), 10)
	if outcome.name == "" {
		dst = append(dst, `,"exception_type":null`...)
	} else {
		dst = appendMember(dst, "exception_type", outcome.name)
		dst = appendMember(dst, "exception_message", outcome.message)
	}
	dst = appendInstant(append(dst, `,"started_at":"`...), created-took)
	dst = strconv.AppendInt(append(dst, `","duration":"`...), took/1e6, 10)
	dst = appendMicros(dst, took%1e6)
	dst = appendInstant(append(dst, `","created_at":"`...), created)
	dst = append(dst, '"')
	if r.oneIn(queryEvery) {
		dst = strconv.AppendInt(append(dst, `,"query_params":{"limit":"`...), int64(10+10*r.below(10)), 10)
		dst = append(dst, `"}`...)
	}
	return append(dst, "}\n"...)
}

// duration returns how long a request takes, in µs.
func (d *requestDraft) duration(slow bool) int64 {
	octave := d.octave.pick(d.random)
	if slow {
		octave += slower
	}
	return int64(quickest<<octave + d.random.below(quickest<<octave))
}

// appendSender appends who asks, and from what.
func (d *requestDraft) appendSender(dst []byte, unsigned bool) []byte {
	r := d.random
	id, source := d.people.pickClient(r)
	name := "client"
	if r.below(100) < operatorShare {
		id, source = d.people.pickManager(r)
		name = "manager"
	}
	dst = append(dst, `,"user":`...)
	if unsigned || r.below(100) < anonymousShare {
		dst = append(dst, "null"...)
	} else {
		dst = append(append(dst, `{"id":`...), id...)
		dst = append(append(append(append(dst, `,"username":"`...), name...), id...), `"}`...)
	}
	dst = appendMember(dst, "ip", source)
	from := &d.clients[d.client.pick(r)]
	dst = appendMember(dst, "device", from.device)
	dst = appendMember(dst, "device_type", from.kind)
	dst = strconv.AppendBool(append(dst, `,"is_bot":`...), r.oneIn(botEvery))
	dst = appendMember(dst, "os", from.os)
	return appendMember(dst, "browser", from.browser)
}

// appendMember appends a member of an object whose value needs no escapes.
func appendMember(dst []byte, name, value string) []byte {
	dst = append(append(append(dst, ',', '"'), name...), '"', ':', '"')
	return append(append(dst, value...), '"')
}

// appendInstant appends a moment in µs since 1970.
func appendInstant(dst []byte, micros int64) []byte {
	return time.UnixMicro(micros).UTC().AppendFormat(dst, "2006-01-02T15:04:05.000000Z")
}

// appendMicros appends a point and six digits.
func appendMicros(dst []byte, micros int64) []byte {
	dst = append(dst, '.')
	for unit := int64(100_000); unit > 0; unit /= 10 {
		dst = append(dst, byte('0'+micros/unit%10))
	}
	return dst
}

package logstore

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"daybook/filter"

	gocmp "github.com/google/go-cmp/cmp"
)

// The fields of requestSchema.
const (
	reqID filter.Field = iota
	reqHasUser
	reqUserID
	reqUserName
	reqIP
	reqBot
	reqStatus
	reqDuration
	reqAt
	reqEnded
	reqHasBody
	reqEndpoint
)

// A naiveRequestRecord is a line as package encoding/json reads it: values by
// field as they are shown, "null" for null.
type naiveRequestRecord struct {
	day    Day
	values []string
}

func (r *naiveRequestRecord) isNull(f filter.Field) bool { return r.values[f] == "null" }

// number returns the number of a numeric field, or of the time, which is not null.
func (r *naiveRequestRecord) number(f filter.Field) int64 {
	v := r.values[f]
	switch requestSchema().Kind(f) {
	case filter.Boolean:
		if v == "true" {
			return 1
		}
		return 0
	case filter.Decimal:
		n, err := strconv.ParseInt(strings.Replace(v, ".", "", 1), 10, 64)
		if err != nil {
			panic(err)
		}
		return n
	case filter.Time, filter.Instant:
		at, err := time.Parse(time.RFC3339, v)
		if err != nil {
			panic(err)
		}
		return at.UnixMicro()
	}
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil {
		panic(err)
	}
	return n
}

// requestEndpoints are values that test decoding, case and order by bytes.
var requestEndpoints = []string{"", "/", "/a", "/A", "/a/b", "rpc:GetLogs", "é", "É", "\u212a", "k", "a\"b", "a\\b", "tab\t", "\ufffd", "\x00", "/logs/{id}", "zz"}

// requestLine returns a line of random content, mostly a record.
func requestLine(rng *rand.Rand, id int, at time.Time) string {
	if rng.IntN(40) == 0 {
		return []string{"", "no object", `{"id":5}`, `{"at":0}`, "{\"id\":1,\"at\":0,\"ip\":\"\xff\"}", `[]`}[rng.IntN(6)]
	}
	members := []string{fmt.Sprintf(`"id":%d`, id), `"at":` + quoteInstant(rng, at)}
	add := func(share int, format string, args ...any) {
		if rng.IntN(share) > 0 {
			members = append(members, fmt.Sprintf(format, args...))
		}
	}
	text := func(v string) string {
		b, err := json.Marshal(v)
		if err != nil {
			panic(err)
		}
		if v != "" && rng.IntN(8) == 0 {
			return fmt.Sprintf(`"\u%04x%s`, []rune(v)[0], b[1+len(trimFirst(string(b))):])
		}
		return string(b)
	}
	switch rng.IntN(4) {
	case 0:
		add(2, `"user":null`)
	default:
		add(9, `"user":{"id":%d,"name":%s}`, rng.IntN(1+rng.IntN(300)), text(fmt.Sprintf("user %d", rng.IntN(40))))
	}
	add(9, `"ip":%s`, text(fmt.Sprintf("10.0.%d.%d", rng.IntN(3), rng.IntN(200))))
	add(5, `"bot":%v`, rng.IntN(5) == 0)
	add(9, `"status":%s`, []string{"200", "200", "200", "404", "500", "503", "null", `"200"`}[rng.IntN(8)])
	switch rng.IntN(3) {
	case 0:
		add(9, `"duration":"%d.%06d"`, rng.IntN(3), rng.IntN(1_000_000))
	case 1:
		add(9, `"duration":%d.%d`, rng.IntN(3), rng.IntN(10))
	}
	add(4, `"ended":%s`, quoteInstant(rng, at.Add(time.Duration(rng.IntN(5_000_000))*time.Microsecond)))
	add(2, `"body":%s`, []string{"null", `""`, "{}", `{"a":[1,"x\\y"]}`, `"text"`, "0"}[rng.IntN(6)])
	add(9, `"endpoint":%s`, text(requestEndpoints[rng.IntN(len(requestEndpoints))]))
	if rng.IntN(10) == 0 {
		members = append(members, members[rng.IntN(len(members))]) // the last counts
	}
	rng.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
	space := []string{"", "", " "}[rng.IntN(3)]
	return "{" + space + strings.Join(members, ","+space) + "}" + []string{"", "", "\r"}[rng.IntN(3)]
}

// trimFirst returns the encoding of the first character of a string that JSON
// holds.
func trimFirst(quoted string) string {
	inner := quoted[1 : len(quoted)-1]
	switch {
	case strings.HasPrefix(inner, `\u`):
		return inner[:6]
	case inner[0] == '\\':
		return inner[:2]
	}
	return inner[:len(string([]rune(inner)[0]))]
}

func quoteInstant(rng *rand.Rand, at time.Time) string {
	switch rng.IntN(3) {
	case 0:
		return strconv.Quote(at.In(time.FixedZone("", 7200)).Format("2006-01-02T15:04:05.000000-07:00"))
	case 1:
		return fmt.Sprintf("%d.%06d", at.Unix(), at.Nanosecond()/1000)
	}
	return strconv.Quote(at.UTC().Format("2006-01-02T15:04:05.999999999Z07:00"))
}

// randomRequestJournal writes day files of random lines, and returns what they
// hold in the order of positions.
func randomRequestJournal(t testing.TB, rng *rand.Rand, most int) (j *journal, records []naiveRequestRecord, lines map[Day]int64) {
	j, lines = newJournal(t), make(map[Day]int64)
	id := 1000
	for _, d := range []int64{40, 29, 5, 3, 2, 1, 0} {
		day := dayOf(noon(-int(d)))
		at := time.Unix(int64(day)*secondsPerDay, 0).Add(time.Duration(rng.IntN(1e9)) * time.Microsecond)
		ascending := rng.IntN(3) > 0
		var content strings.Builder
		n := rng.IntN(most)
		if d == 0 {
			n += 600 // enough for segments of a live file
		}
		for range n {
			id += 1 + rng.IntN(1+rng.IntN(50))
			if rng.IntN(6) > 0 {
				at = at.Add(time.Duration(rng.IntN(2_000_000)) * time.Microsecond)
			}
			when := at
			if !ascending {
				when = at.Add(time.Duration(rng.IntN(4_000_000)) * time.Microsecond)
			}
			line := requestLine(rng, id, when)
			content.WriteString(line + "\n")
			if line = strings.TrimSuffix(line, "\r"); line != "" {
				lines[day]++
			}
			if values := naiveJSON(line); values != nil {
				records = append(records, naiveRequestRecord{day, values})
			}
		}
		e := encoding(rng.IntN(2) * rng.IntN(3))
		if d == 0 {
			e = plain
		}
		j.write("requests-"+day.String()+".jsonl"+[]string{plain: "", gzipped: ".gz", zstandard: ".zst"}[e], packed(t, e, content.String()))
	}
	return j, records, lines
}

// appendRequests appends lines to today's file, and returns records with theirs.
func appendRequests(rng *rand.Rand, j *journal, records []naiveRequestRecord, lines map[Day]int64) []naiveRequestRecord {
	day := dayOf(today.Unix())
	for i := range 1 + rng.IntN(40) {
		line := requestLine(rng, 1_000_000+i, today.Add(time.Duration(rng.IntN(1e9))*time.Microsecond))
		j.append(liveRequests, line+"\n")
		if line = strings.TrimSuffix(line, "\r"); line != "" {
			lines[day]++
		}
		if values := naiveJSON(line); values != nil {
			records = append(records, naiveRequestRecord{day, values})
		}
	}
	return records
}

// ofRequests makes options those of a request journal.
func ofRequests(o *Options) {
	o.Pattern, o.Schema, o.Format = "requests-{date}.jsonl", requestSchema(), JSONLines(requestMembers...)
}

// A requestCondition is a condition, and the same in Go.
type requestCondition struct {
	filter.Condition
	match   func(r *naiveRequestRecord) bool
	bounded bool // it bounds the time
}

// decodedRequest returns the condition that a param is.
func decodedRequest(t testing.TB, format string, args ...any) filter.Condition {
	t.Helper()
	text := fmt.Sprintf(format, args...)
	p, err := filter.ParseParams([]byte(`{` + text + `}`))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	q, err := filter.DecodeConditions(requestSchema(), p, filter.DefaultLimits())
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return q.Where[0]
}

// randomRequestCondition returns a condition with values that some of the records
// have.
func randomRequestCondition(t testing.TB, rng *rand.Rand, records []naiveRequestRecord) requestCondition {
	s := requestSchema()
	f := filter.Field(rng.IntN(s.Len()))
	sample := func() *naiveRequestRecord {
		for {
			if r := &records[rng.IntN(len(records))]; !r.isNull(f) {
				return r
			}
		}
	}
	negated := rng.IntN(3) == 0
	complement := func(match func(r *naiveRequestRecord) bool) func(r *naiveRequestRecord) bool {
		return func(r *naiveRequestRecord) bool { return match(r) != negated }
	}
	not := map[bool]string{true: "Not"}[negated]
	a, b := sample(), sample()
	quotedA, quotedB := jsonOf(s.Kind(f), a.values[f]), jsonOf(s.Kind(f), b.values[f])
	switch rng.IntN(7) {
	case 0: // one value
		op := map[bool]string{false: "=", true: "!="}[negated]
		return requestCondition{decodedRequest(t, `"where":[%q,%q,%s]`, s.Name(f), op, quotedA),
			complement(func(r *naiveRequestRecord) bool { return r.values[f] == a.values[f] }), f == reqAt && !negated}
	case 1: // a list
		return requestCondition{decodedRequest(t, `"where%sIn":[%q,[%s,%s]]`, not, s.Name(f), quotedA, quotedB),
			complement(func(r *naiveRequestRecord) bool { return r.values[f] == a.values[f] || r.values[f] == b.values[f] }), f == reqAt && !negated}
	case 2: // a range
		return requestCondition{decodedRequest(t, `"where%sBetween":[%q,[%s,%s]]`, not, s.Name(f), quotedA, quotedB),
			complement(func(r *naiveRequestRecord) bool {
				return !r.isNull(f) && compareRequests(a, r, f) <= 0 && compareRequests(r, b, f) <= 0
			}), f == reqAt && !negated}
	case 3: // an end
		op := rng.IntN(4)
		return requestCondition{decodedRequest(t, `"where":[%q,%q,%s]`, s.Name(f), []string{">", ">=", "<", "<="}[op], quotedA),
			func(r *naiveRequestRecord) bool {
				c := compareRequests(r, a, f)
				return !r.isNull(f) && []bool{c > 0, c >= 0, c < 0, c <= 0}[op]
			}, f == reqAt}
	case 4: // presence
		if f == reqAt {
			f = reqIP
		}
		return requestCondition{filter.HasValue(f, !negated), complement(func(r *naiveRequestRecord) bool { return !r.isNull(f) && r.values[f] != "" }), false}
	case 5: // a term of a search
		fields := []filter.Field{reqUserID, reqUserName, reqIP, reqEndpoint}
		term := []string{"USER 1", "7", "0.1", "é", "k", "\\", "zz", "rpc:"}[rng.IntN(8)]
		return requestCondition{filter.ContainsFoldedIn(term, fields...), func(r *naiveRequestRecord) bool {
			return slices.ContainsFunc(fields, func(f filter.Field) bool { return !r.isNull(f) && containsFolded(r.values[f], term) })
		}, false}
	}
	text := []string{"", "0", "1", "a", "T0", "true", "é"}[rng.IntN(7)]
	op := map[bool]string{false: "like", true: "not like"}[negated]
	return requestCondition{decodedRequest(t, `"where":[%q,%q,%q]`, s.Name(f), op, text),
		complement(func(r *naiveRequestRecord) bool { return !r.isNull(f) && strings.Contains(r.values[f], text) }), false}
}

// jsonOf returns a shown value as params may have it.
func jsonOf(kind filter.Kind, v string) string {
	switch kind {
	case filter.Text, filter.Instant, filter.Time:
		b, err := json.Marshal(v)
		if err != nil {
			panic(err)
		}
		return string(b)
	}
	return v
}

func containsFolded(v, term string) bool {
	for i := range v {
		for k := i; k <= len(v); k++ {
			if strings.EqualFold(v[i:k], term) {
				return true
			}
		}
	}
	return false
}

// compareRequests compares two records by a field, null first.
func compareRequests(a, b *naiveRequestRecord, f filter.Field) int {
	switch {
	case a.isNull(f) || b.isNull(f):
		return cmp.Compare(btoi(!a.isNull(f)), btoi(!b.isNull(f)))
	case requestSchema().Kind(f) == filter.Text:
		return strings.Compare(a.values[f], b.values[f])
	}
	return cmp.Compare(a.number(f), b.number(f))
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// A requestQuery is a query, and what it asks for.
type requestQuery struct {
	*filter.Query
	conditions []requestCondition
}

func randomRequestQuery(t testing.TB, rng *rand.Rand, records []naiveRequestRecord) requestQuery {
	q := requestQuery{Query: &filter.Query{Schema: requestSchema(), Limit: rng.IntN(30), Offset: int64(rng.IntN(1 + rng.IntN(400)))}}
	for range rng.IntN(4) {
		c := randomRequestCondition(t, rng, records)
		q.conditions = append(q.conditions, c)
		q.Where = append(q.Where, c.Condition)
	}
	for range rng.IntN(3) {
		q.Order = append(q.Order, filter.Term{Field: filter.Field(rng.IntN(q.Schema.Len())), Desc: rng.IntN(2) == 0})
	}
	if n := len(q.Order); n > 0 && rng.IntN(2) == 0 {
		q.Order = append(q.Order, filter.Term{Field: reqID, Desc: q.Order[n-1].Desc})
	}
	return q
}

// matches returns the records that q matches, in its order.
func (q *requestQuery) matches(records []naiveRequestRecord) []*naiveRequestRecord {
	var found []*naiveRequestRecord
	bounded := slices.ContainsFunc(q.conditions, func(c requestCondition) bool { return c.bounded })
	for i := range records {
		r := &records[i]
		if !bounded && r.day <= dayOf(today.Unix())-defaultDays {
			continue
		}
		if !slices.ContainsFunc(q.conditions, func(c requestCondition) bool { return !c.match(r) }) {
			found = append(found, r)
		}
	}
	order := q.Order
	if len(order) == 0 {
		order = []filter.Term{{Field: reqAt, Desc: true}}
	}
	if order[len(order)-1].Desc {
		slices.Reverse(found) // ties: the latest first
	}
	slices.SortStableFunc(found, func(a, b *naiveRequestRecord) int {
		for _, term := range order {
			c := compareRequests(a, b, term.Field)
			if term.Desc {
				c = -c
			}
			if c != 0 {
				return c
			}
		}
		return 0
	})
	return found
}

// renderRequest renders all values of a row as they are shown.
func renderRequest(dst []byte, r *Row) []byte {
	return fmt.Appendf(dst, "%q", shownRecord(requestSchema(), &r.record))
}

func (q *requestQuery) ask(t *testing.T, s *Store) *Result {
	t.Helper()
	result, err := s.Search(context.Background(), &Request{Query: q.Query, Render: renderRequest})
	if err != nil {
		t.Fatalf("Search(%s): %v", q, err)
	}
	return result
}

// checkRequestQuery compares the answer with that of the naive way.
func checkRequestQuery(t *testing.T, q *requestQuery, result *Result, records []naiveRequestRecord) (count int) {
	t.Helper()
	found := q.matches(records)
	want := []string{}
	for i := int(q.Offset); i < min(int(q.Offset)+q.Limit, len(found)); i++ {
		want = append(want, fmt.Sprintf("%q", found[i].values))
	}
	if diff := gocmp.Diff(want, rows(result)); diff != "" || result.Count != int64(len(found)) {
		t.Fatalf("Search(%s): %d matches, want %d; rows (-want +got):\n%s", q, result.Count, len(found), diff)
	}
	return len(found)
}

// checkTotal compares the number of lines of a query without bounds.
func checkTotal(t *testing.T, q *requestQuery, got int64, lines map[Day]int64) {
	t.Helper()
	if slices.ContainsFunc(q.conditions, func(c requestCondition) bool { return c.bounded }) {
		return
	}
	total := int64(0)
	for day, n := range lines {
		if day > dayOf(today.Unix())-defaultDays {
			total += n
		}
	}
	if got != total {
		t.Errorf("Search(%s): %d lines, want %d", q, got, total)
	}
}

// Random queries of random request journals, by a scan, by indexes of files that
// are over, and by those and segments of today's file, as package encoding/json
// and the most obvious evaluation answer them.
func TestRequestJournal(t *testing.T) {
	t.Parallel()
	journals, queries, most := uint64(2), 50, 200
	switch {
	case os.Getenv("SOAK") == "long":
		journals, queries, most = 30, 1000, 3000
	case testing.Short():
		journals, queries = 1, 30
	}
	asked, matched, searched := 0, 0, 0
	for seed := range journals {
		rng := rand.New(rand.NewPCG(seed, 7))
		j, records, lines := randomRequestJournal(t, rng, most)
		few := func(o *Options) { o.segmentRecords, o.IndexFrom = 200, 1 }
		scanned := j.open(ofRequests, func(o *Options) { o.Index, o.DataDir = IndexOff, t.TempDir() })
		indexed := j.indexed(ofRequests, few)
		live := j.indexed(ofRequests, few, func(o *Options) { o.liveStretch, o.DataDir = liveStep, t.TempDir() })
		_, err := live.indexLive(context.Background(), live.newIndexBuilder(func() {}))
		j.must(err)
		later(scanned)
		records = appendRequests(rng, j, records, lines)
		for range queries {
			q := randomRequestQuery(t, rng, records)
			for _, s := range []*Store{scanned, indexed, live} {
				result := q.ask(t, s)
				asked++
				if checkRequestQuery(t, &q, result, records) > 0 {
					matched++
				}
				checkTotal(t, &q, result.Total, lines)
			}
			checkRequestGroups(t, rng, &q, records, scanned, indexed, live)
		}
		if n := scanned.Stats().Indexed; n > 0 {
			t.Errorf("%d queries used the index, want none", n)
		}
		searched += int(indexed.Stats().Indexed)
		if live.index.live[liveRequests] == nil {
			t.Error("today's file has no segments")
		}
	}
	if 3*matched < asked || 2*searched < asked/3 {
		t.Errorf("%d of %d queries match something, %d used the index", matched, asked, searched)
	}
}

// checkRequestGroups compares counts by hour and by the values of a field.
func checkRequestGroups(t *testing.T, rng *rand.Rand, q *requestQuery, records []naiveRequestRecord, stores ...*Store) {
	t.Helper()
	f := filter.Field(rng.IntN(q.Schema.Len()))
	r := &GroupRequest{Query: q.Query, Field: f, Values: rng.IntN(12), Interval: []int64{0, 3600, 86400}[rng.IntN(3)]}
	counts := make(map[string]int64)
	want := &Groups{}
	buckets := make(map[int64]int64)
	for _, m := range q.matches(records) {
		want.Count++
		counts[m.values[f]]++
		if r.Interval > 0 {
			sec := floorDiv(m.number(reqAt), filter.Second)
			buckets[floorDiv(sec, r.Interval)*r.Interval]++
		}
	}
	for _, s := range stores {
		got, err := s.Group(context.Background(), r)
		if err != nil {
			t.Fatalf("Group(%s): %v", q, err)
		}
		if got.Count != want.Count || got.More != (want.Count > sumCounts(got.Values)) || len(got.Values) != min(r.Values, len(counts)) {
			t.Fatalf("Group(%s by %s): %d matches, want %d; more: %v, %d of %d values", q, q.Schema.Name(f), got.Count, want.Count, got.More, len(got.Values), len(counts))
		}
		least := int64(math.MaxInt64)
		for _, v := range got.Values {
			if shown := shownValue(q.Schema, f, v); counts[shown] != v.Count || v.Count > least {
				t.Fatalf("Group(%s by %s): %d of %q, want %d", q, q.Schema.Name(f), v.Count, shown, counts[shown])
			}
			least = v.Count
		}
		for _, n := range counts {
			if len(got.Values) > 0 && len(got.Values) < len(counts) && n > got.Values[0].Count {
				t.Fatalf("Group(%s by %s): a value of %d matches is not the first", q, q.Schema.Name(f), n)
			}
		}
		total := int64(0)
		for _, b := range got.Buckets {
			total += b.Total
			if b.Total != buckets[b.Start] && !edge(got, b) {
				t.Fatalf("Group(%s): %d matches from %d on, want %d", q, b.Total, b.Start, buckets[b.Start])
			}
		}
		if r.Interval > 0 && total != want.Count {
			t.Fatalf("Group(%s): buckets hold %d matches of %d", q, total, want.Count)
		}
	}
}

// edge reports whether a bucket is the first or the last, which without bounds
// hold what is outside.
func edge(g *Groups, b Bucket) bool {
	return b.Start == g.Buckets[0].Start || b.Start == g.Buckets[len(g.Buckets)-1].Start
}

func sumCounts(values []ValueCount) (n int64) {
	for _, v := range values {
		n += v.Count
	}
	return n
}

// shownValue returns a value that was counted as it is shown.
func shownValue(s *filter.Schema, f filter.Field, v ValueCount) string {
	if v.Null {
		return "null"
	}
	if f == s.TimeField() {
		return v.Value
	}
	r := &filter.Record{Columns: make([][]byte, s.Len())}
	r.Columns[f] = append([]byte{}, v.Value...)
	return shownRecord(s, r)[f]
}

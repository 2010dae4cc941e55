package filter_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/big"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"daybook/filter"
)

// requests is a schema with a field of each kind, of which some may be null.
var requests = filter.NewSchema(
	filter.FieldSpec{Name: "id", Kind: filter.Integer, Unique: true},
	filter.FieldSpec{Name: "code", Kind: filter.Integer, Null: true},
	filter.FieldSpec{Name: "name", Kind: filter.Text, Null: true},
	filter.FieldSpec{Name: "bot", Kind: filter.Boolean, Null: true},
	filter.FieldSpec{Name: "took", Kind: filter.Decimal, Null: true},
	filter.FieldSpec{Name: "ended", Kind: filter.Instant, Null: true},
	filter.FieldSpec{Name: "at", Kind: filter.Time, Micro: true},
	filter.FieldSpec{Name: "path", Kind: filter.Text},
)

// A requestRecord holds values as they are shown; nil is null.
type requestRecord []*string

func (r requestRecord) record(t testing.TB) *filter.Record {
	t.Helper()
	record := &filter.Record{Columns: make([][]byte, len(r)), Clean: true}
	for i, v := range r {
		if v == nil {
			continue
		}
		var n int64
		ok := true
		switch kind := requests.Kind(filter.Field(i)); kind {
		case filter.Text:
			record.Columns[i] = append([]byte{}, *v...)
			record.Clean = record.Clean && strings.Trim(*v, "\x00") == strings.ToValidUTF8(*v, "") && isPlain(*v)
			continue
		case filter.Time:
			if record.Time, ok = filter.ParseInstant([]byte(*v)); ok {
				continue
			}
		case filter.Boolean:
			n = map[string]int64{"true": 1}[*v]
		case filter.Decimal:
			n, _, ok = filter.ParseDecimal([]byte(*v))
		case filter.Instant:
			n, ok = filter.ParseInstant([]byte(*v))
		default:
			n, _ = strconv.ParseInt(*v, 10, 64)
		}
		if !ok {
			t.Fatalf("%s is no value of %s", *v, requests.Name(filter.Field(i)))
		}
		record.Columns[i] = filter.AppendNumber(nil, n)
	}
	return record
}

func isPlain(v string) bool {
	for i := range len(v) {
		if v[i] >= 0x80 || v[i] == '\\' {
			return false
		}
	}
	return true
}

// exactly returns what a shown value or a JSON value of a numeric field is.
func exactly(kind filter.Kind, v string) *big.Rat {
	switch v {
	case "true":
		v = "1"
	case "false":
		v = "0"
	}
	if at, err := time.Parse(time.RFC3339Nano, v); err == nil {
		return big.NewRat(at.UnixMicro(), 1_000_000)
	}
	n, ok := new(big.Rat).SetString(v)
	if !ok {
		panic(v)
	}
	if kind == filter.Instant || kind == filter.Time { // what is less than a microsecond is cut
		micros := new(big.Int).Div(new(big.Int).Mul(n.Num(), big.NewInt(1_000_000)), n.Denom())
		return new(big.Rat).SetFrac(micros, big.NewInt(1_000_000))
	}
	return n
}

// holds evaluates [field, op, value] on a shown value in the most obvious way.
func holds(kind filter.Kind, op string, value string, shown *string) bool {
	switch positive, negated := strings.CutPrefix(op, "not "); {
	case negated:
		return !holds(kind, positive, value, shown)
	case op == "!=":
		return !holds(kind, "=", value, shown)
	case shown == nil:
		return false
	}
	text := value
	if json.Unmarshal([]byte(value), &text) != nil {
		text = value
	}
	switch op {
	case "like":
		return naiveLike(text, *shown, func(a, b string) bool { return a == b })
	case "ilike":
		return naiveLike(text, *shown, strings.EqualFold)
	case "regexp":
		return regexp.MustCompile(text).MatchString(*shown)
	}
	c := 0
	if kind == filter.Text {
		c = strings.Compare(*shown, text)
	} else {
		c = exactly(kind, *shown).Cmp(exactly(kind, text))
	}
	return map[string]bool{"=": c == 0, ">": c > 0, ">=": c >= 0, "<": c < 0, "<=": c <= 0}[op]
}

// requestValues are values of each field as they are shown.
var requestValues = map[string][]string{
	"id":    {"1", "2", "17", "9007199254740991", "9007199254740993", "500"},
	"code":  {"200", "404", "500", "0", "-7"},
	"name":  {"", "a", "A", "ann", "ä", "\x00", "null", `\`},
	"bot":   {"true", "false"},
	"took":  {"0.000000", "0.000001", "1.000000", "1.500000", "12.345678", "-0.500000", "1000000.000000"},
	"ended": {"2026-04-22T10:00:00.000000Z", "2026-04-22T10:00:00.000001Z", "1969-12-31T23:59:59.999999Z", "2026-04-22T09:59:59.500000Z"},
	"at":    {"2026-04-22T10:00:00.000000Z", "2026-04-22T10:00:00.000001Z", "2026-04-22T10:00:01.000000Z", "1970-01-01T00:00:00.000000Z"},
	"path":  {"", "/a", "/A/b", "/ä", `/\`},
}

// requestOperands are further values of conditions, as JSON.
var requestOperands = map[string][]string{
	"id":    {"17.0", `"17"`, "1e2", "-1", "9007199254740993.0", "9007199254740992.0", "90071992547409930e-1"},
	"code":  {"200.0", `"404"`, "1000"},
	"name":  {`"b"`, `"zz"`},
	"bot":   {"1", `"0"`, `"true"`, "0"},
	"took":  {"1", "1.5", "0.0000005", "-0.0000005", `"1.0000000"`, "1.49999999", "1e1", "-1", `"12.3456789"`},
	"ended": {`"2026-04-22T12:00:00+02:00"`, "1776852000", "1776852000.0000015", `"2026-04-22T09:59:59.5Z"`, "-0.000001"},
	"at":    {`"2026-04-22T12:00:00+02:00"`, "1776852000", "1776852000.5", "0"},
	"path":  {`"/"`, `"b"`},
}

var requestTexts = []string{`""`, `"%"`, `"0"`, `"1%"`, `"T1"`, `"a"`, `"%A%"`, `".5"`, `"-"`, `"TRUE"`, `"/%"`}

// randomRequest returns a record of values in requestValues.
func randomRequest(rng *rand.Rand) requestRecord {
	r := make(requestRecord, requests.Len())
	for f := range filter.Field(requests.Len()) {
		values := requestValues[requests.Name(f)]
		if requests.Nullable(f) && rng.IntN(4) == 0 {
			continue
		}
		r[f] = &values[rng.IntN(len(values))]
	}
	return r
}

// matchesRequest evaluates q on r, and without the stages that it does not need.
func matchesRequest(t *testing.T, q *filter.Query, r *filter.Record) bool {
	t.Helper()
	p := q.Compile()
	m := p.Matcher(nil)
	got := m.Match(r) && m.MatchTime(r)
	unclean := *r
	unclean.Clean = false
	if slow := m.Match(&unclean) && m.MatchTime(&unclean); slow != got {
		t.Errorf("%s: clean %v, else %v", q, got, slow)
	}
	return got
}

// Each operator with each value of each field agrees with what is obvious, on
// null too.
func TestNumericConditions(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	var records []requestRecord
	for range 12 {
		records = append(records, randomRequest(rng))
	}
	asked, matched := 0, 0
	for f := range filter.Field(requests.Len()) {
		name := requests.Name(f)
		values := requestOperands[name]
		for _, v := range requestValues[name] {
			quoted, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			values = append(values, string(quoted))
		}
		for _, op := range []string{"=", "!=", ">", ">=", "<", "<=", "like", "not like", "ilike", "not ilike", "regexp", "not regexp"} {
			with := values
			if len(op) > 2 {
				with = requestTexts
			}
			for _, value := range with {
				q := mustDecodeRequest(t, fmt.Sprintf(`"where":[%q,%q,%s]`, name, op, value))
				for _, r := range records {
					want := holds(requests.Kind(f), op, value, r[f])
					if got := matchesRequest(t, q, r.record(t)); got != want {
						t.Errorf("%s %s %s on %s = %v, want %v", name, op, value, shown(r[f]), got, want)
					}
					asked++
					if want {
						matched++
					}
				}
			}
		}
	}
	if 10*matched < asked || 10*matched > 9*asked {
		t.Errorf("%d of %d conditions hold", matched, asked)
	}
}

func shown(v *string) string {
	if v == nil {
		return "null"
	}
	return strconv.Quote(*v)
}

func mustDecodeRequest(t testing.TB, members string) *filter.Query {
	t.Helper()
	q, err := filter.Decode(requests, mustParams(t, `{"limit":5,"offset":0,`+members+`}`), 10)
	if err != nil {
		t.Fatalf("Decode(%s): %v", members, err)
	}
	again, err := filter.Decode(requests, mustParams(t, q.String()), 10)
	if err != nil {
		t.Fatalf("Decode(%s), which is what %s prints: %v", q, members, err)
	}
	if again.String() != q.String() {
		t.Errorf("%s prints as %s, and that as %s", members, q, again)
	}
	return q
}

// Lists and ranges are what their elements are, and the negated keys are their
// complements.
func TestNumericListsAndRanges(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(3, 4))
	for range 2000 {
		f := filter.Field(rng.IntN(requests.Len()))
		name, kind := requests.Name(f), requests.Kind(f)
		value := func() string {
			if all := requestOperands[name]; kind != filter.Text && rng.IntN(2) == 0 {
				return all[rng.IntN(len(all))]
			}
			quoted, _ := json.Marshal(requestValues[name][rng.IntN(len(requestValues[name]))])
			return string(quoted)
		}
		a, b := value(), value()
		in := mustDecodeRequest(t, fmt.Sprintf(`"whereIn":[%q,[%s,%s]]`, name, a, b))
		notIn := mustDecodeRequest(t, fmt.Sprintf(`"whereNotIn":[%q,[%s,%s]]`, name, a, b))
		between := mustDecodeRequest(t, fmt.Sprintf(`"whereBetween":[%q,[%s,%s]]`, name, a, b))
		notBetween := mustDecodeRequest(t, fmt.Sprintf(`"whereNotBetween":[%q,[%s,%s]]`, name, a, b))
		row := randomRequest(rng)
		r := row.record(t)
		wantIn := holds(kind, "=", a, row[f]) || holds(kind, "=", b, row[f])
		wantBetween := holds(kind, ">=", a, row[f]) && holds(kind, "<=", b, row[f])
		for _, tt := range []struct {
			q    *filter.Query
			want bool
		}{{in, wantIn}, {notIn, !wantIn}, {between, wantBetween}, {notBetween, !wantBetween}} {
			if got := matchesRequest(t, tt.q, r); got != tt.want {
				t.Errorf("%s on %s = %v, want %v", tt.q, shown(row[f]), got, tt.want)
			}
		}
	}
}

// What only constructors make.
func TestNumericConstructors(t *testing.T) {
	t.Parallel()
	text := func(v string) *string { return &v }
	full := requestRecord{text("17"), text("404"), text("Ann"), text("true"), text("1.500000"), text("2026-04-22T10:00:00.000001Z"), text("2026-04-22T10:00:00.000001Z"), text("/a")}
	empty := requestRecord{text("18"), nil, nil, nil, nil, nil, text("1970-01-01T00:00:00.000000Z"), text("")}
	const id, code, name, bot, took, ended, path = 0, 1, 2, 3, 4, 5, 7
	tests := []struct {
		c           filter.Condition
		full, empty bool
	}{
		{filter.EqualNumber(code, 404), true, false},
		{filter.EqualNumber(code, 0), false, false},
		{filter.NumberBetween(id, 17, filter.MaxNumber), true, true},
		{filter.NumberBetween(id, filter.MinNumber, 17), true, false},
		{filter.NumberBetween(code, filter.MinNumber, filter.MaxNumber), true, false},
		{filter.NumberBetween(took, 1_500_000, 1_500_000), true, false},
		{filter.NumberBetween(took, 2, 1), false, false},
		{filter.TimeBetween(1776852000_000001, 1776852000_000001), true, false},
		{filter.TimeBetween(0, 0), false, true},
		{filter.HasValue(name, true), true, false},
		{filter.HasValue(name, false), false, true},
		{filter.HasValue(path, true), true, false},
		{filter.HasValue(path, false), false, true},
		{filter.HasValue(bot, true), true, false},
		{filter.HasValue(ended, false), false, true},
		{filter.HasValue(id, true), true, true},
		{filter.ContainsFoldedIn("aNN", name, path), true, false},
		{filter.ContainsFoldedIn("ann", path), false, false},
		{filter.ContainsFoldedIn("04", code, path), true, false},
		{filter.ContainsFoldedIn("8", id, code), false, true},
		{filter.ContainsFoldedIn("", name), true, true},
	}
	for _, tt := range tests {
		q := &filter.Query{Schema: requests, Where: []filter.Condition{tt.c}}
		for _, r := range []struct {
			row  requestRecord
			want bool
		}{{full, tt.full}, {empty, tt.empty}} {
			record := r.row.record(t)
			record.Line = []byte("{17 404 Ann /a 18}")
			if got := matchesRequest(t, q, record); got != r.want {
				t.Errorf("%s on id %s = %v, want %v", q, *r.row[0], got, r.want)
			}
		}
	}
}

// What only constructors make prints as what it is, and what Decode knows of it as
// what decodes to the same.
func TestPrintConstructed(t *testing.T) {
	t.Parallel()
	const id, name, took, ended, path = 0, 2, 4, 5, 7
	for _, tt := range []struct {
		c       filter.Condition
		want    string
		decodes bool
	}{
		{filter.AnyContainsFolded("a"), `"where":[["*","contains","a"]]`, false},
		{filter.ContainsFoldedIn("a", path, name), `"where":[[["name","path"],"contains","a"]]`, false},
		{filter.ContainsFoldedIn("a", name), `"where":[[["name"],"contains","a"]]`, false},
		{filter.ContainsFolded(name, "a"), `"where":[["name","contains","a"]]`, false},
		{filter.HasValue(ended, false), `"where":[["ended","absent"]]`, false},
		{filter.NumberBetween(id, 5, filter.MaxNumber), `"whereBetween":[["id",[5,4611686018427387903]]]`, true},
		{filter.NumberBetween(took, filter.MinNumber, 5), `"whereBetween":[["took",[-4611686018427.387904,0.000005]]]`, true},
		{filter.NumberBetween(ended, filter.MinNumber, 5), `"whereBetween":[["ended",["0001-01-01T00:00:00.000000Z","1970-01-01T00:00:00.000005Z"]]]`, true},
		{filter.TimeBetween(-1, filter.MaxNumber), `"whereBetween":[["at",["1969-12-31T23:59:59.999999Z","9999-12-31T23:59:59.999999Z"]]]`, true},
	} {
		q := &filter.Query{Schema: requests, Where: []filter.Condition{tt.c}, Limit: 5}
		if got, want := q.String(), `{"limit":5,"offset":0,`+tt.want+`}`; got != want {
			t.Errorf("prints as %s, want %s", got, want)
		} else if tt.decodes {
			mustDecodeRequest(t, tt.want)
		}
	}
}

// Keys order as values do, null first where the order ascends.
func TestNumericOrdering(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(5, 6))
	for range 10000 {
		q := &filter.Query{Schema: requests}
		for range 1 + rng.IntN(3) {
			q.Order = append(q.Order, filter.Term{Field: filter.Field(rng.IntN(requests.Len())), Desc: rng.IntN(2) == 0})
		}
		o, m := q.Ordering(), q.Compile().Matcher(nil)
		rows := [2]requestRecord{randomRequest(rng), randomRequest(rng)}
		var keys [2][]byte
		for i, row := range rows {
			r := row.record(t)
			keys[i] = o.AppendKey(nil, r, m)
			first := append(bytes.Clone(keys[i]), make([]byte, 8)...)
			if low := o.LowestPrefix(r, m); low > binary.BigEndian.Uint64(first) {
				t.Errorf("%s: lowest prefix %x of key %x", q, low, keys[i])
			}
			at := 0
			for term := range o.Terms() {
				at += o.TermLength(keys[i][at:], term)
			}
			if at != len(keys[i]) {
				t.Errorf("%s: terms of key %x have %d bytes, want %d", q, keys[i], at, len(keys[i]))
			}
		}
		want := 0
		for _, term := range o.Terms() {
			a, b := rows[0][term.Field], rows[1][term.Field]
			c := 0
			switch kind := requests.Kind(term.Field); {
			case a == nil || b == nil:
				c = map[[2]bool]int{{true, false}: -1, {false, true}: 1}[[2]bool{a == nil, b == nil}]
			case kind == filter.Text:
				c = strings.Compare(*a, *b)
			default:
				c = exactly(kind, *a).Cmp(exactly(kind, *b))
			}
			if term.Desc {
				c = -c
			}
			if c != 0 {
				want = c
				break
			}
		}
		if got := bytes.Compare(keys[0], keys[1]); got != want {
			t.Errorf("%s: keys %x and %x compare as %d, want %d", q, keys[0], keys[1], got, want)
		}
	}
}

// numericFaults are params that are no conditions, and why.
var numericFaults = []struct{ in, want string }{
	{`"where":["code","=",1.5]`, `where[2]: 1.5 is no whole number; use whole number or string of digits`},
	{`"where":["code","=",1e-400]`, `where[2]: 1e-400 is no whole number`},
	{`"where":["code","=",4611686018427387904.0]`, `where[2]: 4611686018427387904.0 is too large a number`},
	{`"where":["code","=","x"]`, `where[2]: "x" is no whole number`},
	{`"where":["code","=",""]`, `where[2]: "" is no whole number`},
	{`"where":["code","=",null]`, `where[2]: null is no value; use a string or a number`},
	{`"where":["code","=",true]`, `where[2]: true is no value`},
	{`"where":["code",">",99999999999999999999]`, `where[2]: 99999999999999999999 is too large a number`},
	{`"where":["code",">",1e300]`, `where[2]: 1e300 is too large a number`},
	{`"whereIn":["bot",[true,2]]`, `whereIn[1][1]: 2 is no boolean`},
	{`"where":["bot","=",null]`, `where[2]: null is no boolean`},
	{`"where":["took",">","abc"]`, `where[2]: "abc" is no number`},
	{`"where":["took",">",1e300]`, `where[2]: 1e300 is too large a number`},
	{`"where":["took",">",[]]`, `where[2]: an array is no value`},
	{`"whereBetween":["ended",["2026-04-22",1]]`, `whereBetween[1][0]: "2026-04-22" is no time`},
	{`"where":["at","=","10:00"]`, `where[2]: "10:00" is no time`},
	{`"where":["at","=",1e15]`, `where[2]: 1e15 is no time`},
}

func TestNumericFaults(t *testing.T) {
	t.Parallel()
	for _, tt := range numericFaults {
		_, err := filter.Decode(requests, mustParams(t, `{"limit":5,"offset":0,`+tt.in+`}`), 10)
		e := fault(t, err)
		if e == nil {
			t.Errorf("Decode(%s) has no fault, want %s", tt.in, tt.want)
			continue
		}
		if got := e.Param + ": " + e.Reason; !strings.HasPrefix(tt.want, got) && !strings.HasPrefix(got, tt.want) {
			t.Errorf("Decode(%s): %s, want %s", tt.in, got, tt.want)
		}
	}
}

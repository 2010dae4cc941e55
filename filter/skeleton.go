package filter

import "encoding/json"

type Params struct{}

func ParseParams(raw []byte) (*Params, error)                 { return &Params{}, nil }
func (p *Params) Only(names ...string) error                  { return nil }
func (p *Params) Has(name string) bool                        { return false }
func (p *Params) Raw(name string) json.RawMessage             { return nil }
func (p *Params) Count(name string, max int64) (int64, error) { return 0, nil }
func (p *Params) Time(name string) (int64, error)             { return 0, nil }
func (p *Params) Text(name string) (string, error)            { return "", nil }
func (p *Params) Bool(name string) (bool, error)              { return false, nil }
func ParseTime(text string) (sec int64, err error)            { return 0, nil }
func ParseTimeBytes(b []byte) (sec int64, ok bool)            { return 0, false }
func AppendTime(dst []byte, sec int64) []byte                 { return dst }

type TimeParser struct{}

func (p *TimeParser) Parse(b []byte) (sec int64, ok bool) { return 0, false }

const (
	MinTime int64 = -62135596800 // 0001-01-01T00:00:00Z
	MaxTime int64 = 253402300799 // 9999-12-31T23:59:59Z
)

type Op uint8

const (
	Equal Op = iota
	NotEqual
	Greater
	GreaterEqual
	Less
	LessEqual
	Like
	NotLike
	ILike
	NotILike
	Regexp
	NotRegexp
	In
	NotIn
	Between
	NotBetween
	Contains
)

type Condition struct{ field Field }

func EqualText(f Field, v string) Condition      { return Condition{field: f} }
func ContainsFolded(f Field, v string) Condition { return Condition{field: f} }
func AnyContainsFolded(v string) Condition       { return Condition{field: anyField} }
func TimeBetween(from, to int64) Condition       { return Condition{field: timeField} }

// A Term orders by one field. A later Term of the same field orders nothing; the last Term sets the direction of ties.
type Term struct {
	Field Field
	Desc  bool
}

type Query struct {
	Schema *Schema
	Where  []Condition
	Order  []Term // empty: newest first
	Limit  int
	Offset int64
}

// Limits bound what Decode accepts; the zero value of none of them is useful: start from DefaultLimits.
type Limits struct {
	Rows       int64 // the largest limit param
	Conditions int   // over all keys
	Values     int   // in one list
	Pattern    int   // bytes in one pattern
	Terms      int   // of orderBy
}

func DefaultLimits() Limits                                       { return Limits{50000, 64, 10000, 4096, 16} }
func Decode(s *Schema, p *Params, maxLimit int) (*Query, error)   { return &Query{Schema: s}, nil }
func DecodeWithin(s *Schema, p *Params, l Limits) (*Query, error) { return &Query{Schema: s}, nil }

// OnlyQuery is p.Only(QueryParams() and extra), with a hint for from and to.
// Methods that call Decode use it instead of Only.
func OnlyQuery(s *Schema, p *Params, extra ...string) error { return nil }
func QueryParams() []string                                 { return nil }
func Operators() []string                                   { return nil }
func (q *Query) String() string                             { return "" }

type Bounds struct {
	From, To int64
	Bounded  bool
	None     bool
}

func (q *Query) Bounds() Bounds { return Bounds{} }

type Summary struct{ First, Last int64 }
type Verdict uint8

const (
	MayMatch Verdict = iota
	NoneMatch
	AllMatch
)

type Program struct{ used fieldSet }

func (q *Query) Compile() *Program                     { return &Program{used: q.Schema.allText()} }
func (p *Program) Uses(f Field) bool                   { return p.used.has(f) }
func (p *Program) UsesTime() bool                      { return false }
func (p *Program) Prune(s Summary) (Verdict, *Program) { return MayMatch, p }

type Record struct {
	Line    []byte
	Columns [][]byte
	Time    int64
	Clean   bool
}
type Unescape func(dst, raw []byte) []byte
type Matcher struct{}

func (p *Program) Matcher(u Unescape) *Matcher { return &Matcher{} }

// MatchLine is an optional first look, at r.Line and r.Clean alone, before the line is split:
// false says that the record cannot match.
func (m *Matcher) MatchLine(r *Record) bool       { return true }
func (m *Matcher) Match(r *Record) bool           { return true }
func (m *Matcher) MatchTime(r *Record) bool       { return true }
func (m *Matcher) Text(r *Record, f Field) []byte { return r.Columns[f] }

type Ordering struct{ used fieldSet }

func (q *Query) Ordering() *Ordering                                   { return &Ordering{} }
func (o *Ordering) Uses(f Field) bool                                  { return o.used.has(f) }
func (o *Ordering) TiesDesc() bool                                     { return true }
func (o *Ordering) ByTimeOnly() (desc, ok bool)                        { return true, true }
func (o *Ordering) AppendKey(dst []byte, r *Record, m *Matcher) []byte { return dst }

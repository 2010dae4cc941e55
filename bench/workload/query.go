package workload

import "time"

// A Field is a column of the journal, by the name that every contender uses.
type Field string

// The columns, in the order of the file.
const (
	Timestamp Field = "timestamp"
	ActorType Field = "actor_type"
	ActorID   Field = "actor_id"
	Action    Field = "action"
	Status    Field = "status"
	Source    Field = "source"
	Detail    Field = "detail"
)

// Fields returns the columns in the order of the file.
func Fields() []Field {
	return []Field{Timestamp, ActorType, ActorID, Action, Status, Source, Detail}
}

// An Operator compares a column with one value or with several.
type Operator string

// The operators that every contender understands. Contains is for a text
// without characters that mean something to a pattern.
const (
	Equal    Operator = "="
	NotEqual Operator = "<>"
	In       Operator = "in"
	NotIn    Operator = "not in"
	Contains Operator = "like"
)

// A Condition holds for a record whose column compares so.
type Condition struct {
	Field    Field
	Operator Operator
	Values   []string // one, or several for In and NotIn
}

// An Order sorts by one column.
type Order struct {
	Field      Field
	Descending bool
}

// A Shape is what a query answers with.
type Shape uint8

const (
	Page   Shape = iota // count, total, and rows in an order
	PerDay              // records per day and actor_type
	Top                 // the most frequent values of source
)

// A Span is a number of whole UTC days.
type Span struct {
	First, Last time.Time // midnights
}

// Bounds returns the first and the last second of the span.
func (s *Span) Bounds() (from, to time.Time) {
	return s.First, s.Last.AddDate(0, 0, 1).Add(-time.Second)
}

// Holds tells whether a day is in the span; a nil span holds every day.
func (s *Span) Holds(day time.Time) bool {
	return s == nil || !day.Before(s.First) && !day.After(s.Last)
}

// A Query is one question with its parameters. All conditions must hold.
type Query struct {
	Name     string // of the kind of question, such as "Q1"
	Shape    Shape
	Span     *Span // nil for all days
	Where    []Condition
	Anywhere string // a text in any of the seven columns; "" for none
	Order    *Order // nil where any rows will do
	Limit    int64
	Offset   int64
}

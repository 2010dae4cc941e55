package client

import (
	"encoding/json"
	"fmt"
	"time"
)

// A Clause is one condition, or one term of an order, as the API has it:
//
//	client.Clause{"status", "=", "ERROR"}                            // of Where
//	client.Clause{"source", "127.0.0.2"}                             // of WhereNot
//	client.Clause{"action", []string{"OpenTrade", "CloseTrade"}}     // of WhereIn
//	client.Clause{"timestamp", []any{from, "2026-04-22T23:59:59Z"}}  // of WhereBetween
//	client.Clause{"source", "ASC"}                                   // of OrderBy
//
// The first element is a field: timestamp, actor_type, actor_id, action, status,
// source or detail; of the journal of requests, one of its own. Values are strings,
// numbers and, for times, also values of type [time.Time]. Operators are = != > >= < <= like, not like, ilike, not ilike,
// regexp and not regexp.
type Clause []any

// Conditions say which records match: those that meet all of them. Without any
// on timestamp, the files of the last 30 days are looked at.
type Conditions struct {
	Where           []Clause `json:"where,omitempty"`           // field, operator, value
	WhereNot        []Clause `json:"whereNot,omitempty"`        // field, value
	WhereIn         []Clause `json:"whereIn,omitempty"`         // field, list
	WhereNotIn      []Clause `json:"whereNotIn,omitempty"`      // field, list
	WhereBetween    []Clause `json:"whereBetween,omitempty"`    // field, list of two; both ends included
	WhereNotBetween []Clause `json:"whereNotBetween,omitempty"` // field, list of two
}

// Extras are params by which an answer says more, or is of another moment.
type Extras struct {
	Explain bool   `json:"explain,omitempty"` // say how the answer was found
	Cursor  bool   `json:"cursor,omitempty"`  // name the snapshot that the answer is of
	At      string `json:"at,omitempty"`      // answer from the snapshot that a cursor names
	Partial bool   `json:"partial,omitempty"` // answer from the rest where a file can't be read
}

// LogsParams are the params of GetLogs. Texts that are empty are not given.
type LogsParams struct {
	From   time.Time `json:"from"` // included; cut to whole seconds
	To     time.Time `json:"to"`   // included
	Limit  int64     `json:"limit"`
	Offset int64     `json:"offset"`

	ActorType string `json:"actor_type,omitempty"` // exact, as those that follow
	ActorID   string `json:"actor_id,omitempty"`
	Action    string `json:"action,omitempty"`
	Status    string `json:"status,omitempty"`
	Source    string `json:"source,omitempty"`
	Detail    string `json:"detail,omitempty"` // stands somewhere in the detail; case folded
	Filter    string `json:"filter,omitempty"` // stands somewhere in one of the seven values; case folded
	Partial   bool   `json:"partial,omitempty"`
}

// FilterParams are the params of GetLogsByFilter.
type FilterParams struct {
	Conditions
	Extras
	OrderBy []Clause `json:"orderBy,omitempty"` // field, "ASC" or "DESC"; the most significant first; newest first when empty
	Limit   int64    `json:"limit"`             // 0 to 50,000; 0 only counts
	Offset  int64    `json:"offset"`            // matches to leave out first
}

// HistogramParams are the params of GetLogHistogram.
type HistogramParams struct {
	Conditions
	Extras
	Journal  string        `json:"journal,omitempty"` // "audit", also when empty, or "requests"
	Interval time.Duration `json:"-"`                 // whole seconds, 1 s to 365 days; buckets begin at multiples of it
	By       string        `json:"by,omitempty"`      // a field whose most frequent values get columns of their own
}

// MarshalJSON writes the interval in seconds.
func (p HistogramParams) MarshalJSON() ([]byte, error) {
	if p.Interval%time.Second != 0 {
		return nil, fmt.Errorf("an interval of %v is not one of whole seconds", p.Interval)
	}
	type plain HistogramParams
	return json.Marshal(struct {
		plain
		Interval int64 `json:"interval"`
	}{plain(p), int64(p.Interval / time.Second)})
}

// TopParams are the params of GetLogTop.
type TopParams struct {
	Conditions
	Extras
	Journal string `json:"journal,omitempty"` // "audit", also when empty, or "requests"
	Field   string `json:"field"`             // whose values are counted
	Limit   *int64 `json:"limit,omitempty"`   // values to answer, 0 to 1,000; 5 when nil
}

// StatusParams are the params of GetJournalStatus. A time that is zero is not
// given, and that end reaches to the oldest or the newest file.
type StatusParams struct {
	From    time.Time `json:"from,omitzero"`
	To      time.Time `json:"to,omitzero"`
	Journal string    `json:"journal,omitempty"` // "audit", also when empty, or "requests"
}

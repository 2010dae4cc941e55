package client

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// A Problem is a file that could not be read, in an answer from the rest.
type Problem struct {
	File   string `json:"file"`
	Reason string `json:"reason"`
}

// A LogsResult is the answer of GetLogs: one page, newest first.
type LogsResult struct {
	Table
	Count    int64     `json:"count"` // matches before paging
	Problems []Problem `json:"problems"`
}

// An Outcome is what the answers of GetLogsByFilter, GetLogHistogram and GetLogTop
// have in common.
type Outcome struct {
	Count    int64           `json:"count"`    // matches, before paging
	Total    int64           `json:"total"`    // lines in the files that were looked at
	Problems []Problem       `json:"problems"` // with Partial, if there are any
	Cursor   string          `json:"cursor"`   // names the snapshot, if that was asked for
	Explain  json.RawMessage `json:"explain"`  // if that was asked for
}

// A FilterResult is the answer of GetLogsByFilter: one page.
type FilterResult struct {
	Table
	Outcome
}

// A HistogramResult is the answer of GetLogHistogram. Structure names the columns:
// timestamp, with By up to ten values of the field (null is "") and perhaps "other",
// and total. A row is a bucket: when it begins, in Unix seconds, and counts.
type HistogramResult struct {
	Structure []string  `json:"structure"`
	Rows      [][]int64 `json:"rows"` // ascending, with empty buckets
	Outcome
}

// A TopResult is the answer of GetLogTop.
type TopResult struct {
	Structure []string   `json:"structure"` // the field, count, percent
	Rows      []TopValue `json:"rows"`      // the most frequent first
	Other     int64      `json:"other"`     // matches with other values
	Outcome
}

// A TopValue is a value and how often it occurs.
type TopValue struct {
	Value   any // a string, or a json.Number; of the journal of requests also a bool, or nil
	Count   int64
	Percent float64 // of all matches
}

// UnmarshalJSON reads a row of GetLogTop.
func (v *TopValue) UnmarshalJSON(text []byte) error {
	var row []json.RawMessage
	if err := json.Unmarshal(text, &row); err != nil {
		return err
	}
	if len(row) != 3 {
		return fmt.Errorf("a row has %d values for 3 columns", len(row))
	}
	for i, to := range []any{&v.Value, &v.Count, &v.Percent} {
		dec := json.NewDecoder(bytes.NewReader(row[i]))
		dec.UseNumber()
		if err := dec.Decode(to); err != nil {
			return err
		}
	}
	return nil
}

// A JournalStatus is the answer of GetJournalStatus.
type JournalStatus struct {
	Days        []Day      `json:"days"` // the newest first
	Lag         float64    `json:"lag"`  // seconds that the oldest line has waited which is not visible yet
	Incidents   []Incident `json:"incidents"`
	Ignored     []string   `json:"ignored"` // names of what else lies in the folder
	Subscribers int64      `json:"subscribers"`
}

// A Day is the day files of one UTC day.
type Day struct {
	Day   string    `json:"day"` // YYYY-MM-DD
	Files []DayFile `json:"files"`
}

// A DayFile is a file of the journal.
type DayFile struct {
	Name      string   `json:"name"`
	Bytes     int64    `json:"bytes"`
	Lines     int64    `json:"lines"`
	Malformed int64    `json:"malformed"` // lines that are no records
	Misfiled  int64    `json:"misfiled"`  // records more than three days off the file's day
	First     *int64   `json:"first"`     // the least time of a record, in Unix seconds; nil where there is none
	Last      *int64   `json:"last"`
	State     string   `json:"state"`    // live, sealed, building, raw or damaged
	Problems  []string `json:"problems"` // sentences for people
}

// An Incident is what happened to a day file and should not have.
type Incident struct {
	Time   int64  `json:"time"` // Unix seconds
	Kind   string `json:"kind"`
	File   string `json:"file"` // "" for the folder
	Offset int64  `json:"offset"`
}

package client

import (
	"encoding/json"
	"fmt"
	"time"
)

// A Table is rows as they come: Structure names the columns, and each row has a
// value for each of them, a string or a [json.Number]; of the journal of requests
// also a bool, or nil.
type Table struct {
	Structure []string `json:"structure"`
	Rows      [][]any  `json:"rows"`
}

// A Record is one record of the audit journal.
type Record struct {
	Time      time.Time // UTC, whole seconds
	ActorType string    // CLIENT, MANAGER, SYSTEM, or whatever the journal has
	ActorID   string    // "-" when there is none
	Action    string
	Status    string // SUCCESS, ERROR, WARNING, INFO, or whatever the journal has
	Source    string
	Detail    string
}

// Records returns the rows as records of the audit journal. Columns that a record
// does not have are left out; one that is missing, or a value that is no record's,
// is an error.
func (t *Table) Records() ([]Record, error) {
	columns, err := t.columns()
	if err != nil {
		return nil, err
	}
	records := make([]Record, len(t.Rows))
	for i, row := range t.Rows {
		if len(row) != len(t.Structure) {
			return nil, fmt.Errorf("a row has %d values for %d columns", len(row), len(t.Structure))
		}
		r := &records[i]
		if r.Time, err = parseTime(row[columns[0]]); err != nil {
			return nil, err
		}
		for j, field := range []*string{&r.ActorType, &r.ActorID, &r.Action, &r.Status, &r.Source, &r.Detail} {
			text, ok := row[columns[j+1]].(string)
			if !ok {
				return nil, fmt.Errorf("the column %s holds %v, which is no text", t.Structure[columns[j+1]], row[columns[j+1]])
			}
			*field = text
		}
	}
	return records, nil
}

// columns returns where the time and the other six fields of a record stand.
func (t *Table) columns() (at [7]int, err error) {
	where := make(map[string]int, len(t.Structure))
	for i, name := range t.Structure {
		where[name] = i
	}
	if i, ok := where["time"]; ok { // of GetLogs
		where["timestamp"] = i
	}
	for i, name := range [...]string{"timestamp", "actor_type", "actor_id", "action", "status", "source", "detail"} {
		column, ok := where[name]
		if !ok {
			return at, fmt.Errorf("the rows have no column %s", name)
		}
		at[i] = column
	}
	return at, nil
}

// parseTime reads a time as GetLogs writes it, or as the other methods do.
func parseTime(value any) (time.Time, error) {
	switch v := value.(type) {
	case json.Number:
		if seconds, err := v.Int64(); err == nil {
			return time.Unix(seconds, 0).UTC(), nil
		}
	case string:
		if t, err := time.Parse("2006-01-02T15:04:05Z", v); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%v is no time", value)
}

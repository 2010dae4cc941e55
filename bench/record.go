package main

import (
	"bytes"
	"fmt"
	"strings"
	"time"
)

// Columns of a record.
const (
	timestamp = iota
	actorType
	actorID
	action
	status
	source
	detail
	columnCount
)

// A record is one line of a generated journal, split. It holds slices of the
// line.
type record struct {
	line    []byte
	columns [columnCount][]byte // as they stand in the file
	time    int64
}

// parse splits a line. Generated lines are all well formed and have their
// times in one form.
func (r *record) parse(line []byte) error {
	r.line = line
	rest := line
	for i := range detail {
		var found bool
		if r.columns[i], rest, found = bytes.Cut(rest, []byte("\t")); !found {
			return fmt.Errorf("%d columns, want %d: %.100q", i+1, columnCount, line)
		}
	}
	r.columns[detail] = rest
	at, err := time.Parse(time.RFC3339, string(r.columns[timestamp]))
	if err != nil {
		return err
	}
	r.time = at.Unix()
	return nil
}

// values returns the text columns, from actor_type on, as an answer shows
// them.
func (r *record) values() []string {
	escapes := strings.NewReplacer(`\\`, `\`, `\t`, "\t", `\n`, "\n", `\r`, "\r")
	var values []string
	for _, column := range r.columns[actorType:] {
		values = append(values, escapes.Replace(string(column)))
	}
	return values
}

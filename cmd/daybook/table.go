package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"

	"daybook/logstore"
)

// An answerTable is the result of GetLogsByFilter.
type answerTable struct {
	Structure []string `json:"structure"`
	Rows      [][]any  `json:"rows"` // string or json.Number
	Count     int64    `json:"count"`
	Total     int64    `json:"total"`
	Problems  []struct {
		File   string `json:"file"`
		Reason string `json:"reason"`
	} `json:"problems"`
	Cursor  string                `json:"cursor"`
	Explain *logstore.Explanation `json:"explain"`
}

// parseTable decodes a result, keeping numbers as they are written.
func parseTable(result []byte) (*answerTable, error) {
	dec := json.NewDecoder(bytes.NewReader(result))
	dec.UseNumber()
	t := new(answerTable)
	if err := dec.Decode(t); err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	return t, nil
}

// cells returns the values of a row as text: times as UTC, the rest as sent.
func (t *answerTable) cells(row []any) []string {
	cells := make([]string, len(row))
	for i, value := range row {
		cells[i] = fmt.Sprint(value)
		if number, ok := value.(json.Number); ok && i < len(t.Structure) && t.Structure[i] == "timestamp" {
			cells[i] = timeText(number)
		}
	}
	return cells
}

// timeText writes Unix seconds as YYYY-MM-DDTHH:MM:SSZ.
func timeText(seconds json.Number) string {
	n, err := seconds.Int64()
	if err != nil {
		return seconds.String()
	}
	return unixText(n)
}

// writeTable writes t for people: aligned columns, nothing that a terminal
// would act on, and a line that says what part of the matches this is.
func writeTable(w io.Writer, t *answerTable, offset int64) error {
	out := bufio.NewWriter(w)
	columns := tabwriter.NewWriter(out, 0, 8, 2, ' ', tabwriter.DiscardEmptyColumns)
	if len(t.Rows) > 0 {
		fmt.Fprintln(columns, strings.ToUpper(strings.Join(t.Structure, "\t")))
	}
	for _, row := range t.Rows {
		cells := t.cells(row)
		for i, cell := range cells {
			cells[i] = visible(cell)
		}
		fmt.Fprintln(columns, strings.Join(cells, "\t"))
	}
	if err := columns.Flush(); err != nil {
		return err
	}
	if len(t.Rows) > 0 {
		fmt.Fprintln(out)
	}
	fmt.Fprintln(out, t.totals(offset))
	return out.Flush()
}

// totals says in one line which of how many matches were shown.
func (t *answerTable) totals(offset int64) string {
	searched := fmt.Sprintf("%s searched", plural(t.Total, "line"))
	shown := int64(len(t.Rows))
	switch {
	case t.Total == 0:
		return "No match; no day file of that time holds a line (is it the right folder, --pattern, --from and --to?)."
	case t.Count == 0:
		return "No match; " + searched + "."
	case shown == t.Count:
		return fmt.Sprintf("%s; %s.", plural(t.Count, "match"), searched)
	case shown == 0:
		return fmt.Sprintf("%s, none shown at offset %s; %s.", plural(t.Count, "match"), grouped(offset), searched)
	}
	return fmt.Sprintf("%s to %s of %s; %s.", grouped(offset+1), grouped(offset+shown), plural(t.Count, "match"), searched)
}

// plural writes a count with its noun.
func plural(n int64, noun string) string {
	switch {
	case n == 1:
		return "1 " + noun
	case strings.HasSuffix(noun, "ch"):
		return grouped(n) + " " + noun + "es"
	}
	return grouped(n) + " " + noun + "s"
}

// grouped writes n with a comma after every three digits.
func grouped(n int64) string {
	text := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, text = "-", text[1:]
	}
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return sign + text
}

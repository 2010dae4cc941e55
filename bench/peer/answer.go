package peer

import (
	"fmt"
	"slices"
	"time"

	"daybook/bench/workload"
)

// Untold stands for a figure that a contender does not answer with.
const Untold = -1

// An Answer is what a contender says to a query.
type Answer struct {
	Count int64 // matches
	Total int64 // lines looked at
	// Rows are the page with its seven columns, times in RFC 3339; or day,
	// actor_type and count; or value and count.
	Rows [][]string
}

// Compare tells how an answer to q differs from the one wanted. Rows that tie
// may come in any order, so of a page it compares the number of rows and the
// column that they are ordered by, and of the most frequent values the counts.
// A count is compared where both tell it; totals are the caller's to check.
func Compare(q *workload.Query, want, got *Answer) error {
	if want.Count != Untold && got.Count != Untold && want.Count != got.Count {
		return fmt.Errorf("count %d, want %d", got.Count, want.Count)
	}
	if len(got.Rows) != len(want.Rows) {
		return fmt.Errorf("%d rows, want %d", len(got.Rows), len(want.Rows))
	}
	left, right := decisive(q, want), decisive(q, got)
	for i := range left {
		if left[i] != right[i] {
			return fmt.Errorf("row %d has %q, want %q", i+1, right[i], left[i])
		}
	}
	return nil
}

// decisive returns what of each row must be equal; nothing where any rows
// will do.
func decisive(q *workload.Query, a *Answer) []string {
	var texts []string
	switch {
	case q.Shape == workload.PerDay:
		for _, row := range a.Rows {
			texts = append(texts, fmt.Sprint(row))
		}
		slices.Sort(texts)
	case q.Shape == workload.Top:
		texts = columnOf(a, 1)
	case q.Order != nil:
		texts = columnOf(a, slices.Index(workload.Fields(), q.Order.Field))
	}
	return texts
}

// columnOf returns one column of all rows; a row that is too short has "".
func columnOf(a *Answer, column int) []string {
	texts := make([]string, len(a.Rows))
	for i, row := range a.Rows {
		if column < len(row) {
			texts[i] = row[column]
		}
	}
	return texts
}

// texts returns the cells of rows as text. A time has the form of the journal;
// of a day there is only the date.
func texts(q *workload.Query, rows [][]any) [][]string {
	layout := time.RFC3339
	if q.Shape == workload.PerDay {
		layout = time.DateOnly
	}
	all := make([][]string, len(rows))
	for i, row := range rows {
		for _, cell := range row {
			if at, is := cell.(time.Time); is {
				cell = at.UTC().Format(layout)
			}
			all[i] = append(all[i], fmt.Sprint(cell))
		}
	}
	return all
}

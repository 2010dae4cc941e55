package peer

import (
	"fmt"
	"strings"
	"time"

	"daybook/bench/workload"
)

// A dialect is where the SQL of two databases differs.
type dialect struct {
	layout   string // of a time in a literal
	day      string // expression for a record's day
	timeText string // expression for a record's time as text
	perDay   string // table of the query per day
	top      string // table of the query for the most frequent values
	contains func(column, text string) string
}

// like is the condition that most databases are asked for a text.
func like(column, text string) string { return column + " LIKE " + literal("%"+text+"%") }

// statements returns what one answer takes: the count, the total and the page,
// or all in one.
func (d *dialect) statements(q *workload.Query) []string {
	where := d.where(q)
	switch q.Shape {
	case workload.PerDay:
		return []string{"SELECT " + d.day + " d, actor_type, count(*) FROM " + d.perDay + where + " GROUP BY 1, 2 ORDER BY 1, 2"}
	case workload.Top:
		return []string{fmt.Sprintf("SELECT source, count(*) c FROM %s%s GROUP BY source ORDER BY c DESC LIMIT %d", d.top, where, q.Limit)}
	}
	page := "SELECT * FROM logs" + where
	if q.Order != nil {
		page += " ORDER BY " + string(q.Order.Field)
		if q.Order.Descending {
			page += " DESC"
		}
	}
	page += fmt.Sprintf(" LIMIT %d", q.Limit)
	if q.Offset > 0 {
		page += fmt.Sprintf(" OFFSET %d", q.Offset)
	}
	return []string{"SELECT count(*) FROM logs" + where, "SELECT count(*) FROM logs", page}
}

// where returns the WHERE clause with a blank before it; "" without conditions.
func (d *dialect) where(q *workload.Query) string {
	var all []string
	for _, c := range q.Where {
		all = append(all, d.condition(c))
	}
	if q.Span != nil {
		from, to := q.Span.Bounds()
		all = append(all, "timestamp BETWEEN "+d.time(from)+" AND "+d.time(to))
	}
	if q.Anywhere != "" {
		columns := []string{d.contains(d.timeText, q.Anywhere)}
		for _, field := range workload.Fields()[1:] {
			columns = append(columns, d.contains(string(field), q.Anywhere))
		}
		all = append(all, "("+strings.Join(columns, " OR ")+")")
	}
	if len(all) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(all, " AND ")
}

// condition returns one condition.
func (d *dialect) condition(c workload.Condition) string {
	field := string(c.Field)
	switch c.Operator {
	case workload.In, workload.NotIn:
		list := make([]string, len(c.Values))
		for i, value := range c.Values {
			list[i] = literal(value)
		}
		return field + " " + strings.ToUpper(string(c.Operator)) + " (" + strings.Join(list, ", ") + ")"
	case workload.Contains:
		return d.contains(field, c.Values[0])
	}
	return field + " " + string(c.Operator) + " " + literal(c.Values[0])
}

// time returns the literal of a time.
func (d *dialect) time(at time.Time) string { return literal(at.Format(d.layout)) }

// literal returns a text as SQL has it.
func literal(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

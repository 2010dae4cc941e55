package oracle

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"sync"
)

// A Coverage counts what a run of requests has exercised, so that a run in
// which nothing was found or nothing was asked cannot pass for a good one. Its
// methods may be called concurrently.
type Coverage struct {
	mu       sync.Mutex // guards what follows
	requests int
	withRows int
	bad      int            // answered -32602
	cells    map[string]int // what cellsOf names
}

// Minima are what a run must reach.
type Minima struct {
	Requests int     // in all
	WithRows float64 // share of the answers that have rows, 0 to 1
	Bad      int     // requests answered -32602
	Operator int     // per operator (or key) and field
	Order    int     // per field and direction, as any term of orderBy
	Crossed  int     // per operator (or key), field, and order: a field and direction, or the default
	Param    int     // per optional param of GetLogs, and for the default order
	Group    int     // per field of GetLogTop, by of GetLogHistogram, and for no by
}

// Add counts one request with the answer that it should have.
func (c *Coverage) Add(method string, params, result json.RawMessage, err *Error) {
	var cells []string
	if err == nil {
		cells = cellsOf(method, params)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cells == nil {
		c.cells = make(map[string]int)
	}
	c.requests++
	switch {
	case err == nil && hasRows(result):
		c.withRows++
	case err != nil && err.Code == codeBadParams:
		c.bad++
	}
	for _, cell := range cells {
		c.cells[cell]++
	}
}

// hasRows reports whether an answer of the oracle shows any record, or counts
// any in its buckets. Within a JSON string the quotes would be escaped.
func hasRows(result json.RawMessage) bool {
	return bytes.Contains(result, []byte(`"rows":[[`)) && !bytes.Contains(result, []byte(`,"count":0,`))
}

// cellsOf names what stands in a well-formed request.
func cellsOf(method string, params json.RawMessage) []string {
	q, err := decode(method, params, bounds{}) // a window so short that every interval fits
	if err != nil {
		return nil
	}
	var cells []string
	switch method {
	case "GetLogs":
		for _, condition := range q.conditions[1:] { // the first is the span
			cells = append(cells, "GetLogs "+condition.key)
		}
		return cells
	case "GetLogHistogram", "GetLogTop":
		return []string{groupCell(method, q.group)}
	}
	orders := []string{"default order"}
	if len(q.order) > 0 {
		orders = nil
	}
	for _, t := range q.order {
		orders = append(orders, orderCell(fieldNames()[t.field], t.desc))
	}
	for _, condition := range q.conditions {
		cell := cellOf(condition.key, condition.op, fieldNames()[condition.field])
		cells = append(cells, cell)
		for _, order := range orders {
			cells = append(cells, cell+", "+order)
		}
	}
	return append(cells, orders...)
}

// cellOf names a pair of key and operator with a field.
func cellOf(key, op, field string) string {
	return strings.Join(strings.Fields(key+" "+op+" "+field), " ")
}

// orderCell names a field with a direction.
func orderCell(field string, desc bool) string {
	if desc {
		return "order " + field + " DESC"
	}
	return "order " + field + " ASC"
}

// groupCell names a method with the field that it counts by; a histogram by
// timestamp is one without by.
func groupCell(method string, field int) string { return method + " " + fieldNames()[field] }

// cellMinima returns every cell with the count it must reach.
func (m Minima) cellMinima() map[string]int {
	orders := map[string]int{"default order": m.Param}
	conditions := make(map[string]int)
	cells := make(map[string]int)
	for i, field := range fieldNames() {
		for _, key := range conditionKeys()[1:] {
			conditions[cellOf(key, "", field)] = m.Operator
		}
		for _, op := range operators() {
			canonical, _ := canonicalOperator(op)
			conditions[cellOf("where", canonical, field)] = m.Operator
		}
		orders[orderCell(field, false)] = m.Order
		orders[orderCell(field, true)] = m.Order
		cells[groupCell("GetLogHistogram", i)] = m.Group
		cells[groupCell("GetLogTop", i)] = m.Group
	}
	for condition := range conditions {
		for order := range orders {
			cells[condition+", "+order] = m.Crossed
		}
	}
	maps.Copy(cells, conditions)
	maps.Copy(cells, orders)
	for _, param := range append(fieldNames()[1:], "filter") {
		cells["GetLogs "+param] = m.Param
	}
	return cells
}

// Check fails t where the run stays below the minima. A *testing.T is a t.
func (c *Coverage) Check(t interface {
	Helper()
	Errorf(format string, args ...any)
}, m Minima) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.requests < m.Requests {
		t.Errorf("coverage: %d requests, want at least %d", c.requests, m.Requests)
	}
	if share := c.shareLocked(); share < m.WithRows {
		t.Errorf("coverage: %.3f of the answers have rows, want at least %.3f", share, m.WithRows)
	}
	if c.bad < m.Bad {
		t.Errorf("coverage: %d malformed requests, want at least %d", c.bad, m.Bad)
	}
	minima := m.cellMinima()
	for _, cell := range slices.Sorted(maps.Keys(minima)) {
		if c.cells[cell] < minima[cell] {
			t.Errorf("coverage: %q asked %d times, want at least %d", cell, c.cells[cell], minima[cell])
		}
	}
}

// Least returns the pair of a condition and an order that was asked for least
// often, and how often.
func (c *Coverage) Least() (cell string, times int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	times = math.MaxInt
	for crossed, least := range (Minima{Crossed: 1}).cellMinima() {
		if least == 1 && c.cells[crossed] < times {
			cell, times = crossed, c.cells[crossed]
		}
	}
	return cell, times
}

// shareLocked returns the share of answers that have rows.
func (c *Coverage) shareLocked() float64 {
	return float64(c.withRows) / float64(max(1, c.requests))
}

// String sums the run up in one line.
func (c *Coverage) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return fmt.Sprintf("%d requests, %.1f%% with rows, %d malformed, %d kinds of condition and order",
		c.requests, 100*c.shareLocked(), c.bad, len(c.cells))
}

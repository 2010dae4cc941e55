package oracle

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
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
	cells    map[string]int // by "operator field", "order field direction" or "GetLogs param"
}

// Minima are what a run must reach.
type Minima struct {
	Requests int     // in all
	WithRows float64 // share of the answers that have rows, 0 to 1
	Bad      int     // requests answered -32602
	Operator int     // per operator (or key) and field
	Order    int     // per field and direction, as any term of orderBy
	Param    int     // per optional param of GetLogs, and for the default order
}

// Add counts one request with the answer that it should have.
func (c *Coverage) Add(method string, params, result json.RawMessage, err *Error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cells == nil {
		c.cells = make(map[string]int)
	}
	c.requests++
	if err != nil {
		if err.Code == codeBadParams {
			c.bad++
		}
		return
	}
	if hasRows(result) {
		c.withRows++
	}
	c.addQueryLocked(method, params)
}

// hasRows reports whether an answer of the oracle has rows. Within a JSON string
// the quotes would be escaped.
func hasRows(result json.RawMessage) bool {
	return bytes.Contains(result, []byte(`"rows":[[`))
}

// addQueryLocked counts what stands in a well-formed request.
func (c *Coverage) addQueryLocked(method string, params json.RawMessage) {
	if method == "GetLogs" {
		if q, err := decodeGetLogs(params); err == nil {
			for _, condition := range q.conditions[1:] { // the first is the span
				c.cells["GetLogs "+condition.key]++
			}
		}
		return
	}
	q, err := decodeGetLogsByFilter(params)
	if err != nil {
		return
	}
	for _, condition := range q.conditions {
		c.cells[cellOf(condition.key, condition.op, fieldNames()[condition.field])]++
	}
	if len(q.order) == 0 {
		c.cells["default order"]++
	}
	for _, t := range q.order {
		c.cells[orderCell(fieldNames()[t.field], t.desc)]++
	}
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

// cellMinima returns every cell with the count it must reach.
func (m Minima) cellMinima() map[string]int {
	cells := map[string]int{"default order": m.Param}
	for _, field := range fieldNames() {
		for _, key := range conditionKeys()[1:] {
			cells[cellOf(key, "", field)] = m.Operator
		}
		for _, op := range operators() {
			canonical, _ := canonicalOperator(op)
			cells[cellOf("where", canonical, field)] = m.Operator
		}
		cells[orderCell(field, false)] = m.Order
		cells[orderCell(field, true)] = m.Order
	}
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

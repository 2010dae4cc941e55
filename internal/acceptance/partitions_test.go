package acceptance

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"daybook/internal/oracle"
)

// splits: what was before a moment and what was after it add up. The negated
// ranges bound nothing, so the same files are read.
func (r *relations) splits(conditions []oracle.Condition, at int64) {
	r.t.Helper()
	before := with(conditions, "whereNotBetween", `["timestamp",[%d,%d]]`, at+1, lastTime)
	after := with(conditions, "whereNotBetween", `["timestamp",[%d,%d]]`, firstTime, at)
	whole, b, a := r.count(conditions), r.count(before), r.count(after)
	r.hold("before + after", min(b, a), whole == b+a, "%s: %d are %d until %d and %d after it", paramsOf(conditions), whole, b, at, a)
}

// parts: the days of a span add up to it. It holds of journals whose records
// lie within three days of their files' days.
func (r *relations) parts(conditions []oracle.Condition, from int64, days int) {
	r.t.Helper()
	const day = 86400
	span := func(from, to int64) int {
		return r.count(with(conditions, "whereBetween", `["timestamp",[%d,%d]]`, from, to))
	}
	whole := span(from, from+int64(days)*day-1)
	sum, busy := 0, 0
	for i := range int64(days) {
		n := span(from+i*day, from+(i+1)*day-1)
		sum += n
		busy += min(n, 1)
	}
	r.hold("days add up", busy-1, whole == sum, "%s: %d in %d days from %d, which have %d", paramsOf(conditions), whole, days, from, sum)
}

// with returns the conditions and one more.
func with(conditions []oracle.Condition, key, format string, args ...any) []oracle.Condition {
	return append(slices.Clone(conditions), oracle.Condition{Key: key, Value: json.RawMessage(fmt.Sprintf(format, args...))})
}

// excludes: with any of its conditions turned into its negation, a query finds
// what it did not find without it. Conditions on the time are left as they are,
// since they say which files are read.
func (r *relations) excludes(conditions []oracle.Condition) {
	r.t.Helper()
	for i, c := range conditions {
		negated, ok := negation(c)
		if !ok {
			continue
		}
		others := slices.Delete(slices.Clone(conditions), i, i+1)
		whole, found, rest := r.count(others), r.count(conditions), r.count(append(slices.Clone(others), negated))
		r.hold("A + NOT A", min(found, rest), whole == found+rest, "%s: %d with %s %s, %d with %s %s, in all %d",
			paramsOf(others), found, c.Key, c.Value, rest, negated.Key, negated.Value, whole)
	}
}

// negation returns the negated twin of a condition on a text field; ok is false
// if it has none. Comparisons have none: a value that is no number is on
// neither side of a number.
func negation(c oracle.Condition) (negated oracle.Condition, ok bool) {
	var elements []json.RawMessage
	if json.Unmarshal(c.Value, &elements) != nil || string(elements[0]) == `"timestamp"` {
		return oracle.Condition{}, false
	}
	if c.Key != "where" {
		if key, ok := strings.CutPrefix(c.Key, "whereNot"); ok {
			return positive(key, c.Value), true
		}
		return oracle.Condition{Key: "whereNot" + strings.TrimPrefix(c.Key, "where"), Value: c.Value}, true
	}
	var op string
	if json.Unmarshal(elements[1], &op) != nil {
		return oracle.Condition{}, false
	}
	op = strings.ToLower(op)
	switch op {
	case "=", "==":
		op = "!="
	case "!=", "<>":
		op = "="
	case "like", "ilike", "regexp":
		op = "not " + op
	case "not like", "not ilike", "not regexp":
		op = strings.TrimPrefix(op, "not ")
	default:
		return oracle.Condition{}, false
	}
	return oracle.Condition{Key: "where", Value: json.RawMessage(fmt.Sprintf("[%s,%q,%s]", elements[0], op, elements[2]))}, true
}

// positive returns the twin of whereNot, whereNotIn or whereNotBetween, whose
// key ends in suffix.
func positive(suffix string, value json.RawMessage) oracle.Condition {
	if suffix == "" { // whereNot is the one whose twin is an operator
		var elements []json.RawMessage
		if json.Unmarshal(value, &elements) == nil {
			value = json.RawMessage(fmt.Sprintf(`[%s,"=",%s]`, elements[0], elements[1]))
		}
	}
	return oracle.Condition{Key: "where" + suffix, Value: value}
}

package oracle

import "encoding/json"

// decodeList decodes the list of whereIn and whereNotIn: "in, not in; an empty
// list matches nothing, everything". "Each element of a list is taken by its
// own JSON type." It bounds the time "from its smallest to its largest value";
// "an empty whereIn … bound[s] nothing".
func (c *condition) decodeList(value json.RawMessage, path string) *Error {
	if jsonKind(value) != '[' {
		return fault(path, "must be a list")
	}
	elements := jsonElements(value)
	if len(elements) > maxList {
		return fault(path, "more than %d values", maxList)
	}
	if c.field == fieldTime {
		return c.decodeTimeList(elements, path)
	}
	list := make(map[string]bool, len(elements))
	for i, e := range elements {
		text, err := textValue(e, at(path, i))
		if err != nil {
			return err
		}
		list[text] = true
	}
	c.matchText(func(v string) bool { return list[v] })
	return nil
}

// decodeTimeList decodes a list of times.
func (c *condition) decodeTimeList(elements []json.RawMessage, path string) *Error {
	list := make(map[int64]bool, len(elements))
	for i, e := range elements {
		sec, err := timeValue(e, at(path, i))
		if err != nil {
			return err
		}
		list[sec] = true
		if c.bounds == nil {
			c.bounds = &bounds{from: sec, to: sec}
		}
		c.bounds.from, c.bounds.to = min(c.bounds.from, sec), max(c.bounds.to, sec)
	}
	c.match = func(r *record) bool { return list[r.time] }
	return nil
}

// decodeRange decodes the range of whereBetween and whereNotBetween:
// "inclusive range"; "from > to is an empty range". "Each bound of a range …
// is taken by its own JSON type."
func (c *condition) decodeRange(value json.RawMessage, path string) *Error {
	ends := jsonElements(value)
	if jsonKind(value) != '[' || len(ends) != 2 {
		return fault(path, "must be [from, to]")
	}
	lower, upper := *c, *c
	if err := lower.decodeOrdered(">=", ends[0], at(path, 0)); err != nil {
		return err
	}
	if err := upper.decodeOrdered("<=", ends[1], at(path, 1)); err != nil {
		return err
	}
	c.match = func(r *record) bool { return lower.match(r) && upper.match(r) }
	if c.field == fieldTime {
		b := lower.bounds.intersect(*upper.bounds)
		c.bounds = &b
	}
	return nil
}

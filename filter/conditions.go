package filter

import (
	"cmp"
	"encoding/json"
	"slices"
)

// where decodes operator and value of [field, operator, value].
func (d *decoder) where(f Field, rest []json.RawMessage) (Condition, *ParamError) {
	op, fault := decodeOp(rest[0])
	if fault != nil {
		return Condition{}, fault.at(1)
	}
	c := Condition{field: f, op: op, values: make([]operand, 1)}
	switch {
	case op.isPattern():
		fault = d.pattern(&c, rest[1])
	case op == Equal || op == NotEqual:
		c, fault = d.equal(f, op, rest[1])
	default:
		var cut bool
		c.values[0], cut, fault = d.bound(f, rest[1])
		if cut {
			c.op = pastCut(op)
		}
	}
	if fault != nil {
		return Condition{}, fault.at(2)
	}
	return c, nil
}

// pastCut returns the operator that compares with a number as op compares with
// what was cut to it, which is more and less than the next one.
func pastCut(op Op) Op {
	switch op {
	case GreaterEqual:
		return Greater
	case Less:
		return LessEqual
	}
	return op
}

// equal decodes the value of an equality. One that no number of the field can
// have makes an empty list.
func (d *decoder) equal(f Field, op Op, raw json.RawMessage) (Condition, *ParamError) {
	v, cut, fault := d.value(f, raw)
	switch {
	case fault != nil:
		return Condition{}, fault
	case cut && op == Equal:
		return Condition{field: f, op: In}, nil
	case cut:
		return Condition{field: f, op: NotIn}, nil
	}
	return Condition{field: f, op: op, values: []operand{v}}, nil
}

func decodeOp(raw json.RawMessage) (Op, *ParamError) {
	if !isString(raw) {
		return 0, &ParamError{Reason: "is " + describe(raw) + "; an operator is a string", Allowed: Operators()}
	}
	name := stringOf(raw)
	op, ok := parseOp(name)
	if !ok {
		fault := badParam("", "unknown operator %q", clip(name))
		fault.Allowed = Operators()
		return 0, fault
	}
	return op, nil
}

// pattern decodes the value of a text operator, which is text for fields of
// any kind.
func (d *decoder) pattern(c *Condition, raw json.RawMessage) *ParamError {
	text, fault := textValue(raw)
	if fault != nil {
		return fault
	}
	if len(text) > d.limits.Pattern {
		return badParam("", "pattern of %d bytes, at most %d", len(text), d.limits.Pattern)
	}
	if c.op == Regexp || c.op == NotRegexp {
		re, err := compileRegexp(text)
		if err != nil {
			return badParam("", "%v", err)
		}
		c.re = re
	}
	c.values[0] = operand{text: text}
	return nil
}

// value decodes what a field is compared with for equality. It reports whether
// something less than the field's unit was cut off a number.
func (d *decoder) value(f Field, raw json.RawMessage) (v operand, cut bool, fault *ParamError) {
	if kind := d.schema.Kind(f); kind != Text {
		v.kind = numericOperand
		v.n, cut, fault = d.schema.number(kind, raw)
		return v, cut, fault
	}
	v.text, fault = textValue(raw)
	return v, false, fault
}

// bound decodes what a field is compared with for order.
func (d *decoder) bound(f Field, raw json.RawMessage) (v operand, cut bool, fault *ParamError) {
	if d.schema.Kind(f) != Text {
		return d.value(f, raw)
	}
	v, fault = boundValue(raw)
	return v, false, fault
}

func (d *decoder) whereNot(f Field, rest []json.RawMessage) (Condition, *ParamError) {
	c, fault := d.equal(f, NotEqual, rest[0])
	if fault != nil {
		return Condition{}, fault.at(1)
	}
	return c, nil
}

func (d *decoder) whereIn(f Field, rest []json.RawMessage) (Condition, *ParamError) {
	return d.list(f, In, rest[0])
}

func (d *decoder) whereNotIn(f Field, rest []json.RawMessage) (Condition, *ParamError) {
	return d.list(f, NotIn, rest[0])
}

// list decodes a list of values, which it sorts and rids of repetitions.
func (d *decoder) list(f Field, op Op, raw json.RawMessage) (Condition, *ParamError) {
	elements, ok := arrayOf(raw)
	if !ok {
		return Condition{}, badParam("", "is %s; must be a list of values", describe(raw)).at(1)
	}
	if len(elements) > d.limits.Values {
		return Condition{}, badParam("", "list of %d values, at most %d", len(elements), d.limits.Values).at(1)
	}
	values := make([]operand, 0, len(elements))
	for i, element := range elements {
		v, cut, fault := d.value(f, element)
		if fault != nil {
			return Condition{}, fault.at(i).at(1)
		}
		if !cut {
			values = append(values, v)
		}
	}
	slices.SortFunc(values, func(a, b operand) int {
		return cmp.Or(cmp.Compare(a.n, b.n), cmp.Compare(a.text, b.text))
	})
	return Condition{field: f, op: op, values: slices.Compact(values)}, nil
}

func (d *decoder) whereBetween(f Field, rest []json.RawMessage) (Condition, *ParamError) {
	return d.between(f, Between, rest[0])
}

func (d *decoder) whereNotBetween(f Field, rest []json.RawMessage) (Condition, *ParamError) {
	return d.between(f, NotBetween, rest[0])
}

func (d *decoder) between(f Field, op Op, raw json.RawMessage) (Condition, *ParamError) {
	ends, ok := arrayOf(raw)
	if !ok || len(ends) != 2 {
		return Condition{}, badParam("", "must be a list of two values, [from, to]").at(1)
	}
	c := Condition{field: f, op: op, values: make([]operand, 2)}
	for i, end := range ends {
		var cut bool
		var fault *ParamError
		if c.values[i], cut, fault = d.bound(f, end); fault != nil {
			return Condition{}, fault.at(i).at(1)
		}
		if cut && i == 0 {
			c.values[0].n++
		}
	}
	if c.values[0].n > MaxNumber { // it begins behind all numbers, as an empty list does
		c = Condition{field: f, op: In}
		if op == NotBetween {
			c.op = NotIn
		}
	}
	return c, nil
}

// order decodes the value of orderBy. Of terms that order nothing, because
// their field stands before them, only a last one is kept that turns ties.
func (d *decoder) order(raw json.RawMessage) ([]Term, *ParamError) {
	items, fault := splitItems(raw, termForm)
	if fault != nil {
		return nil, fault
	}
	if len(items) > d.limits.Terms {
		return nil, badParam("", "%d terms, at most %d", len(items), d.limits.Terms)
	}
	var order []Term
	for i, item := range items {
		term, fault := d.term(item)
		if fault != nil {
			return nil, item.place(fault)
		}
		repeats := slices.ContainsFunc(order, func(t Term) bool { return t.Field == term.Field })
		if !repeats || i == len(items)-1 && term.Desc != order[len(order)-1].Desc {
			order = append(order, term)
		}
	}
	return order, nil
}

const termForm = `[field, "ASC" or "DESC"]`

// term decodes [field] or [field, direction].
func (d *decoder) term(it item) (Term, *ParamError) {
	parts, fault := it.parts(termForm, 1, 2)
	if fault != nil {
		return Term{}, fault
	}
	f, fault := d.field(parts[0])
	if fault != nil {
		return Term{}, fault
	}
	term := Term{Field: f}
	if len(parts) == 1 {
		return term, nil
	}
	direction := ""
	if isString(parts[1]) {
		direction = lowerASCII(stringOf(parts[1]))
	}
	switch direction {
	case "asc":
	case "desc":
		term.Desc = true
	default:
		fault := badParam("", "%s is no direction", clip(string(parts[1])))
		fault.Allowed = []string{"ASC", "DESC"}
		return Term{}, fault.at(1)
	}
	return term, nil
}

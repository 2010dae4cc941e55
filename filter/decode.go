package filter

import (
	"encoding/json"
	"errors"
	"math"
)

// A conditionKey is a param that holds conditions.
type conditionKey struct {
	name   string
	form   string // of one condition
	parts  int    // elements of one condition, the field first
	decode func(d *decoder, f Field, rest []json.RawMessage) (Condition, *ParamError)
}

// conditionKeys lists the params that hold conditions in the order in which
// they are decoded.
var conditionKeys = [...]conditionKey{
	{"where", "[field, operator, value]", 3, (*decoder).where},
	{"whereNot", "[field, value]", 2, (*decoder).whereNot},
	{"whereIn", "[field, [value, …]]", 2, (*decoder).whereIn},
	{"whereNotIn", "[field, [value, …]]", 2, (*decoder).whereNotIn},
	{"whereBetween", "[field, [from, to]]", 2, (*decoder).whereBetween},
	{"whereNotBetween", "[field, [from, to]]", 2, (*decoder).whereNotBetween},
}

const orderKey = "orderBy"

// QueryParams returns the names of the params that Decode reads, in the order
// in which it reads them.
func QueryParams() []string {
	names := []string{"limit", "offset"}
	for _, key := range conditionKeys {
		names = append(names, key.name)
	}
	return append(names, orderKey)
}

// OnlyQuery is p.Only for the params of Decode and extra ones, for methods that
// call Decode. Someone who sends from or to is told what to use instead.
func OnlyQuery(s *Schema, p *Params, extra ...string) error {
	err := p.Only(append(QueryParams(), extra...)...)
	var fault *ParamError
	if errors.As(err, &fault) && fault.Reason == unknownParam && (fault.Param == "from" || fault.Param == "to") {
		return badParam(fault.Param, "use whereBetween with %s", s.Name(s.time))
	}
	return err
}

// Decode reads a query of s from params, within the default limits and with at
// most maxLimit rows to a page. The error is a *ParamError for the first fault
// in the order of QueryParams. Names are the caller's to check, by OnlyQuery.
func Decode(s *Schema, p *Params, maxLimit int) (*Query, error) {
	l := DefaultLimits()
	l.Rows = int64(maxLimit)
	return DecodeWithin(s, p, l)
}

// DecodeWithin is Decode with limits of the caller's choice.
func DecodeWithin(s *Schema, p *Params, l Limits) (*Query, error) {
	limit, err := p.Count("limit", l.Rows)
	if err != nil {
		return nil, err
	}
	offset, err := p.Count("offset", math.MaxInt64)
	if err != nil {
		return nil, err
	}
	return decodePage(s, p, l, limit, offset)
}

// DecodeWhole is DecodeWithin where limit and offset may be left out, for all
// rows, and limit has no upper bound.
func DecodeWhole(s *Schema, p *Params, l Limits) (*Query, error) {
	limit, offset := int64(NoLimit), int64(0)
	for _, count := range [...]struct {
		name  string
		value *int64
	}{{"limit", &limit}, {"offset", &offset}} {
		if !p.Has(count.name) {
			continue
		}
		var err error
		if *count.value, err = p.Count(count.name, math.MaxInt64); err != nil {
			return nil, err
		}
	}
	return decodePage(s, p, l, min(limit, NoLimit), offset)
}

// decodePage reads conditions and order of a query for that page.
func decodePage(s *Schema, p *Params, l Limits, limit, offset int64) (*Query, error) {
	d := &decoder{schema: s, limits: l}
	for i := range conditionKeys {
		key := &conditionKeys[i]
		if fault := d.conditions(key, p.Raw(key.name)); fault != nil {
			return nil, fault.in(key.name)
		}
	}
	order, fault := d.order(p.Raw(orderKey))
	if fault != nil {
		return nil, fault.in(orderKey)
	}
	return &Query{Schema: s, Where: d.decoded, Order: order, Limit: int(limit), Offset: offset}, nil
}

// A decoder collects the conditions of one query.
type decoder struct {
	schema  *Schema
	limits  Limits
	decoded []Condition
}

// conditions decodes the value of one key.
func (d *decoder) conditions(key *conditionKey, raw json.RawMessage) *ParamError {
	items, fault := splitItems(raw, key.form)
	if fault != nil {
		return fault
	}
	if len(d.decoded)+len(items) > d.limits.Conditions {
		return badParam("", "more than %d conditions over all keys", d.limits.Conditions)
	}
	for _, item := range items {
		c, fault := d.condition(key, item)
		if fault != nil {
			return item.place(fault)
		}
		d.decoded = append(d.decoded, c)
	}
	return nil
}

func (d *decoder) condition(key *conditionKey, it item) (Condition, *ParamError) {
	parts, fault := it.parts(key.form, key.parts, key.parts)
	if fault != nil {
		return Condition{}, fault
	}
	f, fault := d.field(parts[0])
	if fault != nil {
		return Condition{}, fault
	}
	return key.decode(d, f, parts[1:])
}

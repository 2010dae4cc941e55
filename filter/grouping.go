package filter

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Methods that count matches by group take conditions, but neither an order
// nor a page: params of their own say what to group by.

// ConditionParams returns the names of the params that DecodeConditions
// reads, in the order in which it reads them.
func ConditionParams() []string {
	var names []string
	for _, key := range conditionKeys {
		names = append(names, key.name)
	}
	return names
}

// OnlyConditions is p.Only for the params of DecodeConditions and extra ones.
// Someone who sends from or to is told what to use instead, as by OnlyQuery.
func OnlyConditions(s *Schema, p *Params, extra ...string) error {
	err := p.Only(append(ConditionParams(), extra...)...)
	var fault *ParamError
	if errors.As(err, &fault) && fault.Reason == unknownParam && (fault.Param == "from" || fault.Param == "to") {
		return badParam(fault.Param, "use whereBetween with %s", s.Name(s.time))
	}
	return err
}

// DecodeConditions reads the conditions of a query of s from params, and
// leaves its order and its page alone. The error is a *ParamError for the
// first fault in the order of ConditionParams. Names are the caller's to check,
// by OnlyConditions.
func DecodeConditions(s *Schema, p *Params, l Limits) (*Query, error) {
	d := &decoder{schema: s, limits: l}
	for i := range conditionKeys {
		key := &conditionKeys[i]
		if fault := d.conditions(key, p.Raw(key.name)); fault != nil {
			return nil, fault.in(key.name)
		}
	}
	return &Query{Schema: s, Where: d.decoded}, nil
}

// Choice returns an optional param that is one of a few words, the first of
// them if it is not given.
func (p *Params) Choice(name string, words ...string) (string, error) {
	raw := p.Raw(name)
	if raw == nil {
		return words[0], nil
	}
	if isString(raw) {
		if word := stringOf(raw); slices.Contains(words, word) {
			return word, nil
		}
	}
	return "", &ParamError{Param: name, Reason: "must be " + quotedList(words), Allowed: words}
}

// quotedList lists words as a sentence does.
func quotedList(words []string) string {
	quoted := make([]string, len(words))
	for i, word := range words {
		quoted[i] = fmt.Sprintf("%q", word)
	}
	last := len(quoted) - 1
	if last == 0 {
		return quoted[0]
	}
	return strings.Join(quoted[:last], ", ") + " or " + quoted[last]
}

// Field returns a required param that names a field of s of one of the kinds.
func (p *Params) Field(name string, s *Schema, kinds ...Kind) (Field, error) {
	var allowed []string
	for _, spec := range s.fields {
		if slices.Contains(kinds, spec.Kind) {
			allowed = append(allowed, spec.Name)
		}
	}
	raw := p.Raw(name)
	fault := &ParamError{Param: name, Reason: "missing; must be a field", Allowed: allowed}
	switch {
	case raw == nil:
		return 0, fault
	case !isString(raw):
		fault.Reason = fmt.Sprintf("is %s; a field is a string", describe(raw))
		return 0, fault
	}
	text := stringOf(raw)
	f, ok := s.Lookup(text)
	switch {
	case !ok:
		fault.Reason = fmt.Sprintf("unknown field %q", clip(text))
		return 0, fault
	case !slices.Contains(kinds, s.Kind(f)):
		fault.Reason = fmt.Sprintf("cannot be %s", text)
		return 0, fault
	}
	return f, nil
}

// MaxInterval is the longest interval, in seconds: 365 days.
const MaxInterval = 31_536_000

// intervalForms shows what an interval may look like.
var intervalForms = [...]string{"minute", "hour", "day", fmt.Sprintf("seconds from 1 to %d", MaxInterval)}

// Interval returns a required interval, in seconds: "minute", "hour" or "day",
// or a whole number from 1 to MaxInterval in any form that a count has.
func (p *Params) Interval(name string) (int64, error) {
	raw := p.Raw(name)
	if raw != nil {
		if sec, ok := intervalValue(raw); ok {
			return sec, nil
		}
	}
	reason := fmt.Sprintf(`must be "minute", "hour", "day" or a whole number of seconds from 1 to %d`, MaxInterval)
	if raw == nil {
		reason = "missing; " + reason
	}
	return 0, &ParamError{Param: name, Reason: reason, Allowed: intervalForms[:]}
}

func intervalValue(raw json.RawMessage) (sec int64, ok bool) {
	if isString(raw) {
		switch stringOf(raw) {
		case "minute":
			return 60, true
		case "hour":
			return 60 * 60, true
		case "day":
			return 24 * 60 * 60, true
		}
	}
	sec, ok = parseCount(raw)
	return sec, ok && 1 <= sec && sec <= MaxInterval
}

// OpenEnds reports which ends of Bounds no condition sets.
func (q *Query) OpenEnds() (from, to bool) {
	from, to = true, true
	for i := range q.Where {
		c := &q.Where[i]
		if !c.onTime(q.Schema) || len(c.values) == 0 {
			continue
		}
		switch op, negated := c.op.positive(); {
		case negated:
		case op == Greater, op == GreaterEqual:
			from = false
		case op == Less, op == LessEqual:
			to = false
		default:
			from, to = false, false
		}
	}
	return from, to
}

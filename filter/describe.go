package filter

import "strings"

// Where the conditions of a query went: what explains an answer names them by
// their index in Query.Where.

// StepCondition returns which condition step i evaluates.
func (p *Program) StepCondition(i int) int { return p.text[i].of }

// AnyCondition returns which condition on any field i is.
func (p *Program) AnyCondition(i int) int { return p.anyOf[i] }

// TimeConditions returns the conditions that compare the time, which are
// evaluated together.
func (q *Query) TimeConditions() (all []int) {
	for i := range q.Where {
		if q.Where[i].onTime(q.Schema) {
			all = append(all, i)
		}
	}
	return all
}

// TimeTextConditions returns the conditions on the digits of the time.
func (p *Program) TimeTextConditions() (all []int) {
	for i := range p.timeText {
		all = append(all, p.timeText[i].of)
	}
	return all
}

// longestCondition bounds what DescribeCondition returns, in bytes: a list may
// have thousands of values.
const longestCondition = 160

// DescribeCondition returns condition i as it stands in params, key first; a
// long one is cut.
func (q *Query) DescribeCondition(i int) string {
	c := &q.Where[i]
	text := c.op.key() + " [" + string(c.append(nil, q.Schema)) + "]"
	if len(text) > longestCondition {
		text = strings.ToValidUTF8(text[:longestCondition], "") + "…"
	}
	return text
}

package logstore

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"daybook/filter"
)

// A naiveCondition is a condition, and the same in the most obvious way.
type naiveCondition struct {
	filter.Condition
	match   func(r *anyRecord) bool
	bounded bool // it bounds the time
}

// A conditionForm is a condition as params have it, and what it means.
type conditionForm struct {
	key     string // of the param
	format  string // of what stands behind the field's name
	values  []string
	ordered bool // the values are compared by order
	holds   func(v naiveMember, values []naiveOperand) bool
}

// condition returns a random condition.
func (j *anyJournal) condition(t testing.TB, rng *rand.Rand) naiveCondition {
	for {
		f, negated := filter.Field(rng.IntN(j.schema.Len())), rng.IntN(3) == 0
		var form conditionForm
		switch rng.IntN(9) {
		case 0:
			if f != j.schema.TimeField() {
				return j.presence(f, negated)
			}
			continue
		case 1:
			return j.containing(rng)
		case 2, 3:
			return j.pattern(t, rng, f, negated)
		case 4, 5:
			form = j.list(rng, f)
		case 6:
			form = j.between(rng, f)
		case 7:
			form, negated = j.end(rng, f), false
		default:
			form = j.equal(rng, f)
		}
		if c, ok := j.read(t, f, form, negated); ok {
			return c
		}
	}
}

// read decodes a condition, which must be refused where a value is none of the
// field's.
func (j *anyJournal) read(t testing.TB, f filter.Field, form conditionForm, negated bool) (c naiveCondition, ok bool) {
	var operands []naiveOperand
	accepted := true
	for _, raw := range form.values {
		o, ok := naiveOperandOf(j.schema, f, raw, form.ordered)
		operands, accepted = append(operands, o), accepted && ok
	}
	key, format := form.key, form.format
	if negated {
		key, format = strings.Replace(key, "where", "whereNot", 1), strings.TrimPrefix(format, `"=",`)
	}
	params := fmt.Sprintf(`%q:[%q,`+format+`]`, key, j.schema.Name(f), strings.Join(form.values, ","))
	decoded, err := j.decode(params)
	if (err == nil) != accepted {
		t.Fatalf("Decode(%s): %v, want it to be accepted: %v", params, err, accepted)
	}
	return naiveCondition{decoded, func(r *anyRecord) bool {
		v := r.values[f]
		return (!v.null && form.holds(v, operands)) != negated
	}, f == j.schema.TimeField() && !negated && len(form.values) > 0}, accepted
}

func (j *anyJournal) decode(params string) (filter.Condition, error) {
	p, err := filter.ParseParams([]byte(`{` + params + `}`))
	if err != nil {
		return filter.Condition{}, err
	}
	q, err := filter.DecodeConditions(j.schema, p, filter.DefaultLimits())
	if err != nil {
		return filter.Condition{}, err
	}
	return q.Where[0], nil
}

func (j *anyJournal) equal(rng *rand.Rand, f filter.Field) conditionForm {
	form := conditionForm{key: "where", format: `"=",%s`, values: []string{j.operand(rng, f)}}
	form.holds = func(v naiveMember, values []naiveOperand) bool { return values[0].is(v) }
	if rng.IntN(2) == 0 {
		form.key, form.format = "whereIn", "[%s]"
	}
	return form
}

// list returns a list of any number of values.
func (j *anyJournal) list(rng *rand.Rand, f filter.Field) conditionForm {
	form := conditionForm{key: "whereIn", format: "[%s]"}
	for range rng.IntN(1 + rng.IntN(40)) {
		form.values = append(form.values, j.operand(rng, f))
	}
	form.holds = func(v naiveMember, values []naiveOperand) bool {
		return slices.ContainsFunc(values, func(o naiveOperand) bool { return o.is(v) })
	}
	return form
}

// between returns a range.
func (j *anyJournal) between(rng *rand.Rand, f filter.Field) conditionForm {
	return conditionForm{"whereBetween", "[%s]", []string{j.operand(rng, f), j.operand(rng, f)}, true, func(v naiveMember, values []naiveOperand) bool {
		low, ok := values[0].compare(v)
		high, okHigh := values[1].compare(v)
		return ok && okHigh && low >= 0 && high <= 0
	}}
}

// end returns a range with one end.
func (j *anyJournal) end(rng *rand.Rand, f filter.Field) conditionForm {
	op := rng.IntN(4)
	format := []string{`">",%s`, `">=",%s`, `"<",%s`, `"<=",%s`}[op]
	return conditionForm{"where", format, []string{j.operand(rng, f)}, true, func(v naiveMember, values []naiveOperand) bool {
		c, ok := values[0].compare(v)
		return ok && []bool{c > 0, c >= 0, c < 0, c <= 0}[op]
	}}
}

// presence asks whether there is a value.
func (j *anyJournal) presence(f filter.Field, negated bool) naiveCondition {
	return naiveCondition{filter.HasValue(f, !negated), func(r *anyRecord) bool {
		v := r.values[f]
		return (!v.null && v.shown != "") != negated
	}, false}
}

// containing returns a search for a text in some fields, or in all.
func (j *anyJournal) containing(rng *rand.Rand) naiveCondition {
	term := oneOf(rng, "ann", "K", "É", "é", "0", "12", "00", "-", ".", ":", "T0", "true", "RU", "order", "#1", "\u212a", "x\x00", "\\", "\"", "/a", "lo", "2026", "1.5", "\ufffd", "17768", "10.0.0.1")
	c, fields := filter.AnyContainsFolded(term), j.schema.Fields()
	if rng.IntN(3) > 0 {
		rng.Shuffle(len(fields), func(i, k int) { fields[i], fields[k] = fields[k], fields[i] })
		fields = fields[:1+rng.IntN(4)]
		c = filter.ContainsFoldedIn(term, fields...)
	}
	return naiveCondition{c, func(r *anyRecord) bool {
		return slices.ContainsFunc(fields, func(f filter.Field) bool { return !r.values[f].null && containsFolded(r.values[f].shown, term) })
	}, false}
}

func containsFolded(v, term string) bool {
	text, size := []rune(v), len([]rune(term))
	for i := range len(text) - size + 1 {
		if strings.EqualFold(string(text[i:i+size]), term) {
			return true
		}
	}
	return false
}

var (
	likePatterns   = []string{"", "%", "0", "a", "1%", "%0", "%1%2%", "T0", "true", "F%", "é", "K", "order #%", "%completed%", "-%", "%.5%", "00000", "2026%", `100\%`, "\\", "ann", "%e"}
	regexpPatterns = []string{"", "^$", "^[0-9]+$", "0", "a|b", "(?i)ann", "^-", `\.5`, "e$", "^true$", "#[0-9]{3}", "[a-f0-9]{8}$", "K", "(?i)k", "é"}
)

// pattern returns a condition on the text of a field.
func (j *anyJournal) pattern(t testing.TB, rng *rand.Rand, f filter.Field, negated bool) naiveCondition {
	op, text := oneOf(rng, "like", "ilike", "regexp"), oneOf(rng, likePatterns...)
	source := likeRegexp(text, op == "ilike")
	if op == "regexp" {
		text = oneOf(rng, regexpPatterns...)
		source = text
	}
	re := regexp.MustCompile(source)
	if negated {
		op = "not " + op
	}
	params := fmt.Sprintf(`"where":[%q,%q,%s]`, j.schema.Name(f), op, asJSON(text))
	c, err := j.decode(params)
	if err != nil {
		t.Fatalf("Decode(%s): %v", params, err)
	}
	return naiveCondition{c, func(r *anyRecord) bool {
		v := r.values[f]
		return (!v.null && re.MatchString(j.subject(f, v))) != negated
	}, false}
}

// likeRegexp returns the regular expression that a like pattern is.
func likeRegexp(pattern string, folded bool) string {
	const escaped = "\x00"
	pieces := strings.Split(strings.ReplaceAll(pattern, `\%`, escaped), "%")
	for i, piece := range pieces {
		pieces[i] = regexp.QuoteMeta(strings.ReplaceAll(piece, escaped, "%"))
	}
	source := strings.Join(pieces, "(?s:.*)")
	if len(pieces) > 1 {
		source = `\A(?:` + source + `)\z`
	}
	if folded {
		source = "(?i)" + source
	}
	return source
}

// subject returns what text operators see of a value.
func (j *anyJournal) subject(f filter.Field, v naiveMember) string {
	if f == j.schema.TimeField() && j.schema.Unit() == 1 {
		return fmt.Sprint(v.n)
	}
	return v.shown
}

// operand returns a value for a condition on a field: one that a record has, or
// any other.
func (j *anyJournal) operand(rng *rand.Rand, f filter.Field) string {
	kind := j.schema.Kind(f)
	if len(j.records) > 0 && rng.IntN(2) == 0 {
		if v := oneOf(rng, j.records...).values[f]; !v.null {
			if kind == filter.Text || kind == filter.Instant || kind == filter.Time {
				return asJSON(v.shown)
			}
			return v.shown
		}
	}
	switch {
	case rng.IntN(40) == 0:
		return oneOf(rng, "null", "[]", "{}", "true", `"x"`)
	case kind == filter.Boolean:
		return oneOf(rng, "true", "false", "1", "0", `"TRUE"`, `"0"`)
	case kind == filter.Integer && rng.IntN(2) == 0:
		return oneOf(rng, `"17"`, `"-7"`, `"+200"`, "200.0", "2e2", "9007199254740993.0", "1e-400", "4611686018427387903.0", "1.5", "4.611686018427387904e18")
	case kind == filter.Text && rng.IntN(4) == 0:
		return oneOf(rng, "12", "12.5", "-0", "1e2", "100", "0.0")
	}
	return anyValue(rng, kind, today.Add(-time.Duration(rng.IntN(40*24))*time.Hour))
}

// asJSON returns a text as JSON.
func asJSON(v string) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

package oracle

import (
	"encoding/json"
	"fmt"
	"strings"
)

// operators returns every spelling of every operator of where but for case.
func operators() []string {
	return []string{
		"=", "==", "!=", "<>", ">", ">=", "<", "<=",
		"like", "not like", "ilike", "not ilike", "regexp", "not regexp",
	}
}

// canonicalOperators returns every operator of where once.
func canonicalOperators() []string {
	var canonical []string
	for _, op := range operators() {
		if name, _ := canonicalOperator(op); name == op {
			canonical = append(canonical, op)
		}
	}
	return canonical
}

// aim draws a condition, nine times in ten one that holds for witness.
func (g *Requests) aim(witness *record, draw func() (key, value string)) (key, value string) {
	aimed := g.chance(90)
	for range 8 {
		key, value = draw()
		c, err := decodeCondition(key, jsonElements(json.RawMessage(value)), key)
		if !aimed || err == nil && c.match(witness) {
			break
		}
	}
	return key, value
}

// anyCondition draws a condition of any kind.
func (g *Requests) anyCondition(witness *record) (key, value string) {
	key = g.conditionKey()
	return key, g.conditionOn(key, pick(g.rng, operators()), g.rng.IntN(fieldCount), witness)
}

// conditionOn draws a condition of a key on a field, with values that are
// witness's own or another record's; op is that of where.
func (g *Requests) conditionOn(key, op string, field int, witness *record) string {
	name := fieldNames()[field]
	switch key {
	case "where":
		return fmt.Sprintf("[%q,%q,%s]", name, g.spellOperator(op), g.operand(op, field, witness))
	case "whereNot":
		return fmt.Sprintf("[%q,%s]", name, g.literal(field, witness))
	case "whereIn", "whereNotIn":
		list := make([]string, pick(g.rng, []int{0, 1, 2, 3, 5, 9}))
		for i := range list {
			list[i] = g.literal(field, witness)
		}
		return fmt.Sprintf("[%q,[%s]]", name, strings.Join(list, ","))
	}
	return fmt.Sprintf("[%q,[%s,%s]]", name, g.operand(">=", field, witness), g.operand("<=", field, witness))
}

// conditionKey draws a key, where as often as the others together.
func (g *Requests) conditionKey() string {
	if g.chance(50) {
		return "where"
	}
	return pick(g.rng, conditionKeys())
}

// spellOperator draws a spelling and the case of letters.
func (g *Requests) spellOperator(op string) string {
	switch g.rng.IntN(4) {
	case 0:
		switch op {
		case "=":
			return "=="
		case "!=":
			return "<>"
		}
		return strings.ToUpper(op)
	case 1:
		return strings.ToUpper(op[:1]) + op[1:]
	}
	return op
}

// operand draws the value of an operator of where.
func (g *Requests) operand(op string, field int, witness *record) string {
	switch strings.TrimPrefix(op, "not ") {
	case "like":
		return g.textLiteral(g.likePattern(g.textOf(field, witness)))
	case "ilike":
		return g.textLiteral(g.refold(g.likePattern(g.textOf(field, witness))))
	case "regexp":
		return g.textLiteral(g.regexpPattern(g.textOf(field, witness)))
	case ">", ">=", "<", "<=":
		if field != fieldTime && g.chance(20) {
			return pick(g.rng, []string{"0", "-0.0", "7", "1000", "1e3", "12.5", "-1.5e1", "0.5", "1223", "9007199254740992", "1e300"})
		}
	}
	return g.literal(field, witness)
}

// literal draws a value for a field, spelled as JSON.
func (g *Requests) literal(field int, witness *record) string {
	if field != fieldTime {
		return g.textLiteral(g.value(field, witness))
	}
	sec := g.other(witness).time
	if g.chance(30) {
		sec += g.rng.Int64N(2*secondsPerDay) - secondsPerDay
	}
	return g.timeLiteral(sec)
}

// value draws a value of a string field.
func (g *Requests) value(field int, witness *record) string {
	if g.chance(4) {
		return pick(g.rng, []string{"", "nothing like it", "\x00", "m", "~", "\U0010ffff"})
	}
	text := g.other(witness).values[field].text
	if len(text) > 4000 { // of which a list would make too large a message
		return g.cutOut(text)
	}
	return text
}

// textOf draws a value of a field as the text operators see it.
func (g *Requests) textOf(field int, witness *record) string {
	return g.other(witness).values[field].text
}

// other draws a record: often witness itself.
func (g *Requests) other(witness *record) *record {
	if g.chance(60) {
		return witness
	}
	return pick(g.rng, g.records)
}

// timeBound draws a condition on timestamp that holds for sec and confines the
// files to read.
func (g *Requests) timeBound(sec int64) (key, value string) {
	from, to := g.around(sec)
	switch g.rng.IntN(6) {
	case 0:
		return "where", fmt.Sprintf(`["timestamp",%q,%s]`, pick(g.rng, []string{"=", "=="}), g.timeLiteral(sec))
	case 1:
		return "where", fmt.Sprintf(`["timestamp",">=",%s]`, g.timeLiteral(from))
	case 2:
		return "where", fmt.Sprintf(`["timestamp","<=",%s]`, g.timeLiteral(to))
	case 3:
		list := []string{g.timeLiteral(sec), g.timeLiteral(from), g.timeLiteral(to)}
		g.rng.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		return "whereIn", fmt.Sprintf(`["timestamp",[%s]]`, strings.Join(list, ","))
	}
	return "whereBetween", fmt.Sprintf(`["timestamp",[%s,%s]]`, g.timeLiteral(from), g.timeLiteral(to))
}

// around draws a span of seconds, hours, days or everything that holds sec.
func (g *Requests) around(sec int64) (from, to int64) {
	width := pick(g.rng, []int64{1, 1, 3600, secondsPerDay, secondsPerDay, 4 * secondsPerDay, 20 * secondsPerDay, maxTime})
	from = max(minTime, sec-g.rng.Int64N(width))
	to = min(maxTime, sec+g.rng.Int64N(width))
	if g.chance(20) { // whole days
		from, to = max(minTime, dayOf(from)*secondsPerDay), min(maxTime, dayOf(to)*secondsPerDay+secondsPerDay-1)
	}
	return from, to
}

// likePattern draws a pattern of like, mostly one that s matches.
func (g *Requests) likePattern(s string) string {
	escape := func(s string) string { return strings.ReplaceAll(s, "%", `\%`) }
	runes := []rune(s)
	most := min(maxPiece, len(runes))
	ends := []int{g.rng.IntN(most + 1), g.rng.IntN(most + 1)}
	if ends[0]+ends[1] > len(runes) { // the beginning and the end would overlap
		ends[1] = len(runes) - ends[0]
	}
	head, tail := string(runes[:ends[0]]), string(runes[len(runes)-ends[1]:])
	switch g.rng.IntN(9) {
	case 0:
		return escape(g.cutOut(s))
	case 1:
		return escape(head) + "%"
	case 2:
		return "%" + escape(tail)
	case 3:
		return "%" + escape(g.cutOut(s)) + "%"
	case 4:
		middle := g.cutOut(string(runes[ends[0] : len(runes)-ends[1]]))
		return escape(head) + "%" + escape(middle) + "%" + escape(tail)
	case 5:
		return escape(head) + "%%" + escape(tail)
	case 6:
		return string(g.window(runes)) // its percent signs unescaped
	case 7:
		return strings.ReplaceAll(escape(g.cutOut(s)), "o", "_")
	}
	return pick(g.rng, []string{"", "%", "%%", `\%`, `%\%%`, `\\%`, `%\\%`, `\`, "_", "%_%", "%a%b%", `%\`})
}

// regexpPattern draws a pattern of regexp, mostly one that s matches.
func (g *Requests) regexpPattern(s string) string {
	part := g.cutOut(s)
	switch quoted := quotePattern(part); g.rng.IntN(8) {
	case 0:
		return quoted
	case 1:
		return "^" + quotePattern(string(g.window([]rune(s)))) + "$"
	case 2:
		return "(?i)" + quotePattern(g.refold(part))
	case 3:
		return "(?:" + quoted + "|nothing|^-$)"
	case 4:
		return "^" + strings.Repeat(".", len([]rune(part)))
	case 5:
		return "(?s)^.*" + quoted + ".*$"
	}
	return pick(g.rng, []string{
		"", "^$", "^", "$", ".", "^.*$", `^\d+$`, `[0-9]+\.[0-9]+`, `^[A-Z_]+$`, `\bcompleted\b`, `\pL`, `\p{Cyrillic}+`,
		"(?i)k", "(?i)^order", "[^a-z]$", `\x00`, `\\`, "a{2,5}b", "^(ab)+$", `(?m)^break`, `\t`, "(?s)line.break", "line.break",
	})
}

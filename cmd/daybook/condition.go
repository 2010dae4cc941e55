package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"daybook/client"
)

// Conditions on the command line are written for people:
//
//	--where           'FIELD OPERATOR VALUE'    --where 'detail not like %margin%'
//	--where-not       'FIELD VALUE'
//	--where-in        'FIELD VALUE,VALUE,…'
//	--where-between   'FIELD VALUE,VALUE'
//	--order-by        'FIELD [ASC|DESC],…'
//
// A value is taken as text. In double quotes it is a JSON string, for values
// with commas or outer blanks. After > >= < <= and in ranges a bare number is
// sent as a number, which compares numerically; in quotes it compares as text.
// A condition that begins with [ is JSON as the API takes it.

// operators returns the operators, longer ones before those they begin with.
func operators() []string {
	return []string{
		"not regexp", "not ilike", "not like", "regexp", "ilike", "like",
		"==", "!=", "<>", ">=", "<=", "=", ">", "<",
	}
}

// quoted puts each text into quotes if it has a blank in it.
func quoted(texts []string) []string {
	all := make([]string, len(texts))
	for i, t := range texts {
		if all[i] = t; strings.Contains(t, " ") {
			all[i] = strconv.Quote(t)
		}
	}
	slices.Reverse(all) // the common ones first
	return all
}

// parseWhere reads FIELD OPERATOR VALUE.
func parseWhere(text string) (client.Clause, error) {
	if raw, ok, err := rawCondition(text); ok {
		return raw, err
	}
	field, rest, err := cutField(text)
	if err != nil {
		return nil, err
	}
	operator, rest := cutOperator(rest)
	if operator == "" {
		return nil, fmt.Errorf("%q: no operator that is known after %q; one of %s", text, field, strings.Join(quoted(operators()), " "))
	}
	ordering := operator[0] == '>' || operator[0] == '<' && operator != "<>"
	value, err := parseValue(rest, ordering)
	if err != nil {
		return nil, err
	}
	return client.Clause{field, operator, value}, nil
}

// parseWhereNot reads FIELD VALUE.
func parseWhereNot(text string) (client.Clause, error) {
	if raw, ok, err := rawCondition(text); ok {
		return raw, err
	}
	field, rest, err := cutField(text)
	if err != nil {
		return nil, err
	}
	value, err := parseValue(rest, false)
	if err != nil {
		return nil, err
	}
	return client.Clause{field, value}, nil
}

// parseWhereIn reads FIELD VALUE,VALUE,….
func parseWhereIn(text string) (client.Clause, error) { return parseList(text, false) }

// parseWhereBetween reads FIELD FROM,TO.
func parseWhereBetween(text string) (client.Clause, error) {
	if raw, ok, err := rawCondition(text); ok {
		return raw, err
	}
	condition, err := parseList(text, true)
	if err != nil {
		return nil, err
	}
	if n := len(condition[1].([]any)); n != 2 {
		return nil, fmt.Errorf("%q has %s; a range is FIELD FROM,TO", text, plural(int64(n), "value"))
	}
	return condition, nil
}

func parseList(text string, numbers bool) (client.Clause, error) {
	if raw, ok, err := rawCondition(text); ok {
		return raw, err
	}
	field, rest, err := cutField(text)
	if err != nil {
		return nil, err
	}
	values := []any{}
	for _, element := range splitList(rest) {
		value, err := parseValue(element, numbers)
		if err != nil {
			return nil, err
		}
		values = append(values, value)
	}
	return client.Clause{field, values}, nil
}

// parseOrder reads FIELD [ASC|DESC],… into one term each.
func parseOrder(text string) ([]any, error) {
	var terms []any
	for term := range strings.SplitSeq(text, ",") {
		words := strings.Fields(term)
		switch {
		case len(words) == 1:
			terms = append(terms, []any{words[0]})
		case len(words) == 2 && (strings.EqualFold(words[1], "ASC") || strings.EqualFold(words[1], "DESC")):
			terms = append(terms, []any{words[0], strings.ToUpper(words[1])})
		default:
			return nil, fmt.Errorf("%q is no order; want FIELD, FIELD ASC or FIELD DESC, separated by commas", text)
		}
	}
	return terms, nil
}

// rawCondition recognises a condition that is written as JSON.
func rawCondition(text string) (condition client.Clause, ok bool, err error) {
	text = strings.TrimSpace(text)
	if !strings.HasPrefix(text, "[") {
		return nil, false, nil
	}
	value, err := decodeValue([]byte(text))
	if err != nil {
		return nil, true, fmt.Errorf("%q begins like JSON: %w", text, err)
	}
	return value.([]any), true, nil
}

// cutField splits the field's name off the beginning of a condition.
func cutField(text string) (field, rest string, err error) {
	text = strings.TrimSpace(text)
	end := strings.IndexFunc(text, func(r rune) bool {
		return r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
	if end < 0 {
		end = len(text)
	}
	if end == 0 {
		return "", "", fmt.Errorf("%q does not begin with a field's name", text)
	}
	return text[:end], strings.TrimSpace(text[end:]), nil
}

// cutOperator splits the operator off the beginning of text; "" if there is
// none. Operators that are words end at a blank.
func cutOperator(text string) (operator, rest string) {
	for _, op := range operators() {
		if len(text) < len(op) || !strings.EqualFold(text[:len(op)], op) {
			continue
		}
		rest := text[len(op):]
		word := op[len(op)-1] >= 'a'
		if word && rest != "" && rest[0] != ' ' && rest[0] != '"' {
			continue
		}
		return op, strings.TrimSpace(rest)
	}
	return "", text
}

// parseValue reads one value; numbers says that a bare number is one.
func parseValue(text string, numbers bool) (any, error) {
	switch {
	case text == "":
		return nil, fmt.Errorf(`a value is missing; the empty text is ""`)
	case text[0] == '"':
		var value string
		if err := json.Unmarshal([]byte(text), &value); err != nil {
			return nil, fmt.Errorf("%s is no JSON string: %w", text, err)
		}
		return value, nil
	case numbers && (text[0] == '-' || text[0] >= '0' && text[0] <= '9') && json.Valid([]byte(text)):
		return json.Number(text), nil
	}
	return text, nil
}

// splitList splits text at the commas outside of double quotes, and trims the
// blanks around each piece.
func splitList(text string) []string {
	var pieces []string
	quoted, start := false, 0
	for i := 0; i < len(text); i++ {
		switch {
		case quoted && text[i] == '\\':
			i++
		case text[i] == '"' && (quoted || strings.TrimSpace(text[start:i]) == ""):
			quoted = !quoted
		case text[i] == ',' && !quoted:
			pieces = append(pieces, strings.TrimSpace(text[start:i]))
			start = i + 1
		}
	}
	return append(pieces, strings.TrimSpace(text[start:]))
}

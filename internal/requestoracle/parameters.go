package requestoracle

import (
	"fmt"
	"math/big"
	"regexp"
	"strings"
	"time"
	"unicode"
)

// A test says whether a record is selected.
type test func(Record) bool

// texts are the parameters that compare a text, numbers those that compare a
// number, and having those that ask whether there is something.
var (
	texts   = strings.Fields("ip device device_type os browser scheme endpoint method exception_type")
	having  = strings.Fields("ip device device_type os browser scheme endpoint method query_params body status_code response request_headers response_headers exception_type exception_message exception_traceback")
	moments = strings.Fields("created updated")
)

// read returns the tests that parameters mean, and what is wrong with them.
func read(last map[string]string) (tests []test, faults map[string]any) {
	faults = map[string]any{}
	add := func(name, problem string, parse func(value string) (test, bool)) {
		value := last[name]
		if value == "" {
			return
		}
		t, ok := parse(value)
		if !ok {
			faults[name] = []any{problem}
			return
		}
		tests = append(tests, t)
	}
	for _, name := range texts {
		add(name, "", func(value string) (test, bool) {
			return func(r Record) bool { s, ok := r.text(name); return ok && s == value }, true
		})
	}
	for _, name := range having {
		add("has_"+name, "Must be a valid boolean.", func(value string) (test, bool) {
			want, ok := boolean(value)
			return func(r Record) bool { return r.has(name) == want }, ok
		})
	}
	add("is_bot", "Must be a valid boolean.", func(value string) (test, bool) {
		want, ok := boolean(value)
		return func(r Record) bool { b, known := r.boolean("is_bot"); return known && b == want }, ok
	})
	addNumbers(add)
	addMoments(add)
	add("search", "", func(value string) (test, bool) {
		terms := split(value)
		return func(r Record) bool {
			for _, term := range terms {
				if !finds(r, term) {
					return false
				}
			}
			return true
		}, true
	})
	return tests, faults
}

func addNumbers(add func(name, problem string, parse func(value string) (test, bool))) {
	const problem = "Enter a number."
	compare := func(name string, get func(Record) (*big.Rat, bool), holds func(cmp int) bool) {
		add(name, problem, func(value string) (test, bool) {
			n, ok := number(value)
			return func(r Record) bool { v, known := get(r); return known && holds(v.Cmp(n)) }, ok
		})
	}
	equal := func(c int) bool { return c == 0 }
	least := func(c int) bool { return c >= 0 }
	most := func(c int) bool { return c <= 0 }
	compare("status_code", wholes("status_code"), equal)
	compare("duration_from", func(r Record) (*big.Rat, bool) { return r.seconds("duration") }, least)
	compare("duration_to", func(r Record) (*big.Rat, bool) { return r.seconds("duration") }, most)
	compare("id_min", wholes("id"), least)
	compare("id_max", wholes("id"), most)
	add("user", problem, func(value string) (test, bool) {
		n, ok := number(value)
		if ok && n.Sign() == 0 {
			return func(r Record) bool { return !r.has("user") }, true
		}
		return func(r Record) bool { v, known := wholes("user.id")(r); return known && v.Cmp(n) == 0 }, ok
	})
}

func wholes(name string) func(Record) (*big.Rat, bool) {
	return func(r Record) (*big.Rat, bool) { n, ok := r.whole(name); return new(big.Rat).SetInt64(n), ok }
}

func addMoments(add func(name, problem string, parse func(value string) (test, bool))) {
	const problem = "Enter a valid date/time."
	for _, name := range moments {
		at := func(r Record, holds func(int64) bool) bool { v, ok := r.instant(name + "_at"); return ok && holds(v) }
		add(name+"_date", problem, func(value string) (test, bool) {
			first, last, ok := day(value)
			return func(r Record) bool { return at(r, func(v int64) bool { return first <= v && v <= last }) }, ok
		})
		add(name+"_from", problem, func(value string) (test, bool) {
			from, ok := instantOr(value, true)
			return func(r Record) bool { return at(r, func(v int64) bool { return v >= from }) }, ok
		})
		add(name+"_to", problem, func(value string) (test, bool) {
			to, ok := instantOr(value, false)
			return func(r Record) bool { return at(r, func(v int64) bool { return v <= to }) }, ok
		})
	}
}

func boolean(value string) (bool, bool) {
	switch strings.ToLower(value) {
	case "true", "1":
		return true, true
	case "false", "0":
		return false, true
	}
	return false, false
}

var numeral = regexp.MustCompile(`^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?$`)

func number(value string) (*big.Rat, bool) {
	if !numeral.MatchString(value) {
		return nil, false
	}
	n, ok := new(big.Rat).SetString(value)
	if !ok {
		panic(fmt.Sprintf("%q is a number and is none", value))
	}
	return n, true
}

func day(value string) (first, last int64, ok bool) {
	at, err := time.Parse("2006-01-02", value)
	return at.UnixMicro(), at.AddDate(0, 0, 1).UnixMicro() - 1, err == nil && at.Year() > 0
}

// instantOr returns the moment that value names, or the first or last one of the
// day.
func instantOr(value string, early bool) (int64, bool) {
	if first, last, ok := day(value); ok {
		if early {
			return first, true
		}
		return last, true
	}
	for _, layout := range []string{"2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02T15:04Z07:00"} {
		if at, err := time.Parse(layout, value); err == nil {
			return at.UnixMicro(), true
		}
	}
	return 0, false
}

// split takes a search apart, a character at a time.
func split(value string) []string {
	var terms []string
	rest := []rune(value)
	for len(rest) > 0 {
		c := rest[0]
		if c == ',' || unicode.IsSpace(c) {
			rest = rest[1:]
			continue
		}
		end := 0
		if c == '"' || c == '\'' {
			for end = 1; end < len(rest) && rest[end] != c; end++ {
			}
			if end < len(rest) {
				terms = append(terms, string(rest[1:end]))
				rest = rest[end+1:]
				continue
			}
		}
		for end = 0; end < len(rest) && rest[end] != ',' && !unicode.IsSpace(rest[end]); end++ {
		}
		terms = append(terms, string(rest[:end]))
		rest = rest[end:]
	}
	return terms
}

// finds reports whether a term stands in one of the fields that are searched.
func finds(r Record, term string) bool {
	if n, ok := r.whole("user.id"); ok && contains(fmt.Sprint(n), term) {
		return true
	}
	for _, name := range strings.Fields("user.username user.mobile ip device os browser endpoint exception_type") {
		if s, ok := r.text(name); ok && contains(s, term) {
			return true
		}
	}
	return false
}

// contains reports whether some stretch of s is term, case folded.
func contains(s, term string) bool {
	text, want := []rune(s), []rune(term)
	for i := 0; i+len(want) <= len(text); i++ {
		if strings.EqualFold(string(text[i:i+len(want)]), term) {
			return true
		}
	}
	return false
}

package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"daybook/client"
	"daybook/filter"

	"github.com/spf13/cobra"
)

// A conditionFlags holds the conditions as they stand on the command line.
type conditionFlags struct {
	where, whereNot, whereIn, whereNotIn []string
	whereBetween, whereNotBetween        []string
	from, to                             string
}

func (f *conditionFlags) addTo(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringArrayVar(&f.where, "where", nil, "`condition` FIELD OPERATOR VALUE; may be repeated, as all conditions")
	flags.StringArrayVar(&f.whereNot, "where-not", nil, "`condition` FIELD VALUE: not equal")
	flags.StringArrayVar(&f.whereIn, "where-in", nil, "`condition` FIELD VALUE,…: one of")
	flags.StringArrayVar(&f.whereNotIn, "where-not-in", nil, "`condition` FIELD VALUE,…: none of")
	flags.StringArrayVar(&f.whereBetween, "where-between", nil, "`condition` FIELD FROM,TO: in the range, ends included")
	flags.StringArrayVar(&f.whereNotBetween, "where-not-between", nil, "`condition` FIELD FROM,TO: outside the range")
	flags.StringVar(&f.from, "from", "", "earliest `time`: a moment, a day, Unix seconds, or how long ago as 90m, 24h, 7d")
	flags.StringVar(&f.to, "to", "", "latest `time`, included; a day means its end")
}

// A filterFlags holds the conditions and the order.
type filterFlags struct {
	conditionFlags
	orderBy []string
}

func (f *filterFlags) addTo(cmd *cobra.Command) {
	f.conditionFlags.addTo(cmd)
	cmd.Flags().StringArrayVar(&f.orderBy, "order-by", nil, "`order` FIELD [ASC|DESC],…; default newest first")
}

// A conditionParams is the conditions in a params object.
type conditionParams = client.Conditions

// A filterParams is the params object of GetLogsByFilter.
type filterParams struct {
	Limit  int64 `json:"limit"`
	Offset int64 `json:"offset"`
	conditionParams
	OrderBy []any  `json:"orderBy,omitempty"`
	Explain bool   `json:"explain,omitempty"`
	Cursor  bool   `json:"cursor,omitempty"`
	At      string `json:"at,omitempty"`
	Partial bool   `json:"partial,omitempty"`
}

// params reads the flags. now is what times ago count from. Errors name the
// flag at fault.
func (f *filterFlags) params(now func() time.Time) (*filterParams, error) {
	p := new(filterParams)
	if err := f.addConditions(&p.conditionParams, now()); err != nil {
		return nil, err
	}
	for _, text := range f.orderBy {
		terms, err := parseOrder(text)
		if err != nil {
			return nil, fmt.Errorf("--order-by: %w", err)
		}
		p.OrderBy = append(p.OrderBy, terms...)
	}
	return p, nil
}

// addConditions reads the flags into p. now is what times ago count from.
// Errors name the flag at fault.
func (f *conditionFlags) addConditions(p *conditionParams, now time.Time) error {
	for _, flag := range f.flags() {
		for _, text := range flag.texts {
			condition, err := flag.parse(text)
			if err != nil {
				return fmt.Errorf("--%s: %w", flag.name, err)
			}
			list := flag.list(p)
			*list = append(*list, condition)
		}
	}
	return f.addTimes(p, now)
}

// A conditionFlag is one that may be repeated, as often as it was.
type conditionFlag struct {
	name, key string // of the flag, and in params
	texts     []string
	parse     func(string) (client.Clause, error)
	list      func(*conditionParams) *[]client.Clause
}

func (f *conditionFlags) flags() []conditionFlag {
	return []conditionFlag{
		{"where", "where", f.where, parseWhere, func(p *conditionParams) *[]client.Clause { return &p.Where }},
		{"where-not", "whereNot", f.whereNot, parseWhereNot, func(p *conditionParams) *[]client.Clause { return &p.WhereNot }},
		{"where-in", "whereIn", f.whereIn, parseWhereIn, func(p *conditionParams) *[]client.Clause { return &p.WhereIn }},
		{"where-not-in", "whereNotIn", f.whereNotIn, parseWhereIn, func(p *conditionParams) *[]client.Clause { return &p.WhereNotIn }},
		{"where-between", "whereBetween", f.whereBetween, parseWhereBetween, func(p *conditionParams) *[]client.Clause { return &p.WhereBetween }},
		{"where-not-between", "whereNotBetween", f.whereNotBetween, parseWhereBetween, func(p *conditionParams) *[]client.Clause { return &p.WhereNotBetween }},
	}
}

// addTimes turns --from and --to into conditions on the time.
func (f *conditionFlags) addTimes(p *conditionParams, now time.Time) error {
	from, to, err := parseRange(f.from, f.to, now)
	if from != nil {
		p.Where = append(p.Where, client.Clause{"timestamp", ">=", *from})
	}
	if to != nil {
		p.Where = append(p.Where, client.Clause{"timestamp", "<=", *to})
	}
	return err
}

// parseRange reads what --from and --to say, in Unix seconds; nil where nothing is
// given. A range with nothing in it is refused: it is a mistake, though to the API
// it is a question like others.
func parseRange(fromText, toText string, now time.Time) (from, to *int64, err error) {
	for _, end := range [...]struct {
		flag, text string
		at         **int64
	}{{"from", fromText, &from}, {"to", toText, &to}} {
		if end.text == "" {
			continue
		}
		sec, err := parseMoment(end.text, end.flag == "to", now)
		if err != nil {
			return nil, nil, fmt.Errorf("--%s: %w", end.flag, err)
		}
		*end.at = &sec
	}
	if from != nil && to != nil && *from > *to {
		return nil, nil, fmt.Errorf("--from %s is later than --to %s: nothing lies between", fromText, toText)
	}
	return from, to, nil
}

// parseMoment reads a time in the API's forms, a day (its first second, or its
// last one where end is set), or how long before now.
func parseMoment(text string, end bool, now time.Time) (int64, error) {
	if sec, err := filter.ParseTime(text); err == nil {
		return sec, nil
	}
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		if end {
			return day.AddDate(0, 0, 1).Unix() - 1, nil
		}
		return day.Unix(), nil
	}
	if ago, ok := parseAgo(text); ok {
		return now.Add(-ago).Unix(), nil
	}
	return 0, fmt.Errorf("%q is no time; want 2026-04-22T10:00:00Z, 2026-04-22, Unix seconds, or how long ago as 90m, 24h, 7d", text)
}

// parseAgo reads a duration as Go writes it, or whole days as "7d".
func parseAgo(text string) (time.Duration, bool) {
	if days, ok := strings.CutSuffix(text, "d"); ok {
		n, err := strconv.ParseUint(days, 10, 16)
		return time.Duration(n) * 24 * time.Hour, err == nil
	}
	ago, err := time.ParseDuration(text)
	return ago, err == nil && ago >= 0
}

package oracle

import (
	"cmp"
	"encoding/json"
	"slices"
)

// decodeGrouping decodes what GetLogHistogram and GetLogTop share, "the
// condition keys of 2.2 and journal", after a check of all names; own are
// those of the method.
func decodeGrouping(p params, own ...string) (*query, *Error) {
	names := slices.Concat(conditionKeys(), []string{"journal"}, own, askedNames())
	if err := p.only(names...); err != nil {
		return nil, err
	}
	q := new(query)
	if err := q.decodeKeys(p); err != nil {
		return nil, err
	}
	return q, decodeJournal(p.raw("journal"))
}

// decodeJournal checks the journal asked for, "audit" (default) or
// "requests"; the latter is none that an oracle reads.
func decodeJournal(raw json.RawMessage) *Error {
	if raw != nil && jsonString(raw) != "audit" {
		return fault("journal", "must be audit")
	}
	return nil
}

// A tally is a value of a field and how many records have it.
type tally struct {
	value *value
	count int
}

// tallies counts the values of a field, "by count DESC, ties by value bytes".
// A time counts under its decimal Unix seconds, as the text operators see it.
func tallies(records []*record, field int) []tally {
	var all []tally // by rank, then of those that occur
	for _, r := range records {
		v := r.values[field]
		if v.rank >= len(all) {
			all = append(all, make([]tally, v.rank+1-len(all))...)
		}
		all[v.rank].value = v
		all[v.rank].count++
	}
	all = slices.DeleteFunc(all, func(t tally) bool { return t.count == 0 })
	slices.SortFunc(all, func(a, b tally) int {
		return cmp.Or(cmp.Compare(b.count, a.count), cmp.Compare(a.value.rank, b.value.rank))
	})
	return all
}

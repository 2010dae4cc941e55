package workload

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// What a value's share of the records must be to stand for its kind. The
// bounds are those of the values that the figures to beat were taken with: an
// actor_id of 2,700 records in ten million, a word in a tenth of all details.
const (
	minActorShare, maxActorShare = 0.000_05, 0.001
	minWordShare, maxWordShare   = 0.05, 0.15
	maxRareStatus                = 0.1
)

// wordSample is how many details are searched for each word.
const wordSample = 20_000

// candidates are the values that parameters are drawn from, each list sorted.
type candidates struct {
	actorTypes []string // all
	statuses   []string // all
	rareStatus []string
	actors     []string // actor_ids of a middling share
	addresses  []string // sources that one sampled record has
	literals   []string // such as ":1454.32", of one sampled detail
	words      []string // common in detail, and in lower case only
}

// newCandidates looks through the sampled records. It is an error when a list
// would be empty, because a question could not be asked.
func newCandidates(s *Sample) (*candidates, error) {
	types, states, actors, sources := tally(s, ActorType), tally(s, Status), tally(s, ActorID), tally(s, Source)
	n := len(s.Records)
	delete(actors, "-")
	address := regexp.MustCompile(`^\d+(\.\d+){3}$`)
	c := &candidates{
		actorTypes: chosen(types, func(string, int) bool { return true }),
		statuses:   chosen(states, func(string, int) bool { return true }),
		rareStatus: chosen(states, func(_ string, count int) bool { return share(count, n) <= maxRareStatus }),
		actors: chosen(actors, func(_ string, count int) bool {
			return share(count, n) >= minActorShare && share(count, n) <= maxActorShare
		}),
		addresses: chosen(sources, func(value string, count int) bool { return count == 1 && address.MatchString(value) }),
		literals:  rareLiterals(s),
		words:     commonWords(s),
	}
	for name, list := range map[string][]string{
		"actor_type": c.actorTypes, "status": c.statuses, "rare status": c.rareStatus, "actor_id": c.actors,
		"source": c.addresses, "number in detail": c.literals, "common word in detail": c.words,
	} {
		if len(list) == 0 {
			return nil, fmt.Errorf("no %s to ask for among %d records of %s", name, n, s.Dir)
		}
	}
	return c, nil
}

// tally counts the values of a column.
func tally(s *Sample, field Field) map[string]int {
	counts := make(map[string]int)
	for i := range s.Records {
		counts[s.Records[i].value(field)]++
	}
	return counts
}

// chosen returns the values that keep says yes to, sorted.
func chosen(counts map[string]int, keep func(value string, count int) bool) []string {
	var values []string
	for value, count := range counts {
		if keep(value, count) {
			values = append(values, value)
		}
	}
	slices.Sort(values)
	return values
}

// share returns count as a part of n.
func share(count, n int) float64 { return float64(count) / float64(n) }

// rareLiterals returns the numbers after a colon, such as ":1454.32", that one
// sampled detail has. They mean nothing to any pattern, and no escape of the
// file can be part of them.
func rareLiterals(s *Sample) []string {
	number := regexp.MustCompile(`:\d{3,}\.\d{2,}`)
	counts := make(map[string]int)
	for i := range s.Records {
		for _, literal := range number.FindAllString(s.Records[i].value(Detail), -1) {
			counts[literal]++
		}
	}
	return chosen(counts, func(_ string, count int) bool { return count == 1 })
}

// commonWords returns the words of lower-case letters that a tenth of the
// details hold, more or less. A word that is found in another case as well is
// left out: SQLite's LIKE would find it there.
func commonWords(s *Sample) []string {
	details := someDetails(s)
	word := regexp.MustCompile(`\b[a-z]{4,}\b`)
	counts := make(map[string]int)
	for _, detail := range details {
		if strings.Contains(detail, `\`) {
			continue // what stands after one in the file may be an escape
		}
		found := word.FindAllString(detail, -1)
		slices.Sort(found)
		for _, w := range slices.Compact(found) {
			counts[w]++
		}
	}
	maps.DeleteFunc(counts, func(_ string, count int) bool { return share(count, len(details)) < minWordShare })
	return chosen(counts, func(w string, _ int) bool {
		held, anyCase := 0, 0
		for _, detail := range details {
			if strings.Contains(detail, w) {
				held++
			}
			if strings.Contains(strings.ToLower(detail), w) {
				anyCase++
			}
		}
		return held == anyCase && share(held, len(details)) >= minWordShare && share(held, len(details)) <= maxWordShare
	})
}

// someDetails returns at most some wordSample details, evenly spread.
func someDetails(s *Sample) []string {
	step := max(1, len(s.Records)/wordSample)
	var details []string
	for i := 0; i < len(s.Records); i += step {
		details = append(details, s.Records[i].value(Detail))
	}
	return details
}

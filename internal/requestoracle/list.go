package requestoracle

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/big"
	"net/url"
	"slices"
	"strings"
)

// An Answer is what is answered: its status, and its body as encoding/json reads
// it, numbers as json.Number.
type Answer struct {
	Status int
	Body   any
}

// A Parameter is a name and a value of a URL.
type Parameter struct{ Name, Value string }

// List returns what the list answers to parameters. base is the address without
// them.
func List(journal []Record, base string, sent []Parameter) Answer {
	last := map[string]string{}
	for _, p := range sent {
		last[p.Name] = p.Value
	}
	tests, faults := read(last)
	if len(faults) > 0 {
		return Answer{400, faults}
	}
	var found []Record
	for _, r := range journal {
		if !slices.ContainsFunc(tests, func(t test) bool { return !t(r) }) {
			found = append(found, r)
		}
	}
	order(found, last["ordering"])
	limit := min(count(last["limit"], 10), 1000)
	offset := count(last["offset"], 0)
	results := []any{}
	for i := offset; i < min(offset+limit, len(found)); i++ {
		results = append(results, found[i].result())
	}
	body := map[string]any{"count": json.Number(fmt.Sprint(len(found))), "next": nil, "previous": nil, "results": results}
	if offset+limit < len(found) {
		body["next"] = page(base, sent, limit, offset+limit)
	}
	if offset > 0 {
		body["previous"] = page(base, sent, limit, max(0, offset-limit))
	}
	return Answer{200, body}
}

// Single returns what is answered to a request for one record, of several with
// that id the newest.
func Single(journal []Record, id int64) Answer {
	var newest Record
	for _, r := range journal {
		if n, _ := r.whole("id"); n == id && (newest == nil || compare(r, newest, "created_at") >= 0) {
			newest = r
		}
	}
	if newest == nil {
		return Answer{404, map[string]any{"detail": "Not found."}}
	}
	return Answer{200, newest.single()}
}

// count reads a positive whole number; anything else is the default.
func count(text string, otherwise int) int {
	n, ok := new(big.Int).SetString(text, 10)
	if !ok || n.Sign() <= 0 {
		return otherwise
	}
	if most := big.NewInt(1e15); n.Cmp(most) > 0 {
		n = most
	}
	return int(n.Int64())
}

// page returns the address of a page.
func page(base string, sent []Parameter, limit, offset int) string {
	var pairs []Parameter
	for _, p := range sent {
		if p.Name != "limit" && p.Name != "offset" {
			pairs = append(pairs, p)
		}
	}
	pairs = append(pairs, Parameter{"limit", fmt.Sprint(limit)})
	if offset > 0 {
		pairs = append(pairs, Parameter{"offset", fmt.Sprint(offset)})
	}
	slices.SortStableFunc(pairs, func(a, b Parameter) int { return strings.Compare(a.Name, b.Name) })
	var parts []string
	for _, p := range pairs {
		parts = append(parts, url.QueryEscape(p.Name)+"="+url.QueryEscape(p.Value))
	}
	return base + "?" + strings.Join(parts, "&")
}

// order sorts records as an ordering says.
func order(all []Record, ordering string) {
	type term struct {
		name string
		desc bool
	}
	var terms []term
	for text := range strings.SplitSeq(ordering, ",") {
		name, desc := strings.CutPrefix(strings.TrimSpace(text), "-")
		if slices.Contains(strings.Fields("id user ip device device_type os browser endpoint method status_code exception_type duration created_at"), name) {
			terms = append(terms, term{name, desc})
		}
	}
	if len(terms) == 0 {
		terms = []term{{"created_at", true}}
	}
	terms = append(terms, term{"id", terms[len(terms)-1].desc})
	slices.SortStableFunc(all, func(a, b Record) int {
		for _, t := range terms {
			c := compare(a, b, t.name)
			if t.desc {
				c = -c
			}
			if c != 0 {
				return c
			}
		}
		return 0
	})
}

// compare compares two records by a field; null comes first.
func compare(a, b Record, name string) int {
	switch name {
	case "id", "status_code":
		return nullFirst(a, b, func(r Record) (int64, bool) { return r.whole(name) }, cmp.Compare)
	case "user":
		return nullFirst(a, b, func(r Record) (int64, bool) { return r.whole("user.id") }, cmp.Compare)
	case "created_at":
		return nullFirst(a, b, func(r Record) (int64, bool) { return r.instant(name) }, cmp.Compare)
	case "duration":
		return nullFirst(a, b, func(r Record) (*big.Rat, bool) { return r.seconds(name) }, (*big.Rat).Cmp)
	}
	return nullFirst(a, b, func(r Record) (string, bool) { return r.text(name) }, strings.Compare)
}

func nullFirst[T any](a, b Record, get func(Record) (T, bool), compare func(x, y T) int) int {
	x, knownX := get(a)
	y, knownY := get(b)
	switch {
	case knownX && knownY:
		return compare(x, y)
	case knownX:
		return 1
	case knownY:
		return -1
	}
	return 0
}

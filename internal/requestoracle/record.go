package requestoracle

import (
	"encoding/json"
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"time"
)

// A Record is a line of the journal: its members as encoding/json reads them.
type Record map[string]any

// Parse reads lines. What is no record is left out.
func Parse(lines []string) []Record {
	var all []Record
	for _, line := range lines {
		d := json.NewDecoder(strings.NewReader(line))
		d.UseNumber()
		var r Record
		if d.Decode(&r) != nil || d.More() || r == nil {
			continue
		}
		if _, ok := r.whole("id"); !ok {
			continue
		}
		if _, ok := r.instant("created_at"); ok {
			all = append(all, r)
		}
	}
	return all
}

// text returns a member that is a string; ok is false for null.
func (r Record) text(name string) (string, bool) {
	s, ok := r.lookup(name).(string)
	return s, ok
}

// whole returns a member that is a whole number.
func (r Record) whole(name string) (int64, bool) {
	n, ok := r.lookup(name).(json.Number)
	if !ok {
		return 0, false
	}
	i, err := n.Int64()
	return i, err == nil
}

// boolean returns a member that is true or false.
func (r Record) boolean(name string) (bool, bool) {
	b, ok := r.lookup(name).(bool)
	return b, ok
}

// seconds returns a member that is a number, or a string of one.
func (r Record) seconds(name string) (*big.Rat, bool) {
	text, ok := r.text(name)
	if n, isNumber := r.lookup(name).(json.Number); isNumber {
		text, ok = n.String(), true
	}
	if !ok {
		return nil, false
	}
	micros, ok := millionths(text)
	return big.NewRat(micros, 1_000_000), ok
}

// instant returns a member that is a moment, as microseconds since 1970: ISO 8601,
// a number of seconds, or a string of whole ones.
func (r Record) instant(name string) (int64, bool) {
	s, ok := r.text(name)
	n, isNumber := r.lookup(name).(json.Number)
	switch {
	case isNumber:
		s = n.String()
	case ok && digits.MatchString(s):
		isNumber = true
	case !ok:
		return 0, false
	}
	if isNumber {
		micros, ok := millionths(s)
		year := time.UnixMicro(micros).UTC().Year()
		return micros, ok && 1 <= year && year <= 9999
	}
	at, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return 0, false
	}
	return at.UnixMicro(), true
}

var digits = regexp.MustCompile(`^[+-]?\d+$`)

// millionths returns how many of them a number has; what is less than one is cut
// off, towards lesser numbers.
func millionths(text string) (int64, bool) {
	n, ok := number(text)
	if !ok {
		return 0, false
	}
	n.Mul(n, big.NewRat(1_000_000, 1))
	floor := new(big.Int).Div(n.Num(), n.Denom())
	return floor.Int64(), floor.BitLen() < 62
}

// lookup returns a member; of "user.id" that of an object within.
func (r Record) lookup(name string) any {
	outer, inner, nested := strings.Cut(name, ".")
	if !nested {
		return r[name]
	}
	o, _ := r[outer].(map[string]any)
	return o[inner]
}

// has reports whether a member is neither null nor empty. What is no text or no
// whole number where there should be one counts as null.
func (r Record) has(name string) bool {
	if slices.Contains(texts, name) {
		s, _ := r.text(name)
		return s != ""
	}
	if name == "status_code" {
		_, ok := r.whole(name)
		return ok
	}
	switch v := r.lookup(name).(type) {
	case nil:
		return false
	case string:
		return v != ""
	case []any:
		return len(v) > 0
	case map[string]any:
		return len(v) > 0
	}
	return true
}

// result returns the record as an element of results.
func (r Record) result() map[string]any {
	out := map[string]any{}
	for _, name := range []string{"ip", "device", "device_type", "os", "browser", "scheme", "endpoint", "method", "exception_type"} {
		out[name] = orNull(r.text(name))
	}
	out["user"] = nil
	if r.has("user") {
		out["user"] = map[string]any{
			"id": orNull(r.wholeText("user.id")), "username": orNull(r.text("user.username")), "full_name": orNull(r.text("user.full_name")),
		}
	}
	out["is_bot"] = orNull(r.boolean("is_bot"))
	out["id"] = orNull(r.wholeText("id"))
	out["status_code"] = orNull(r.wholeText("status_code"))
	out["duration"] = nil
	if d, ok := r.seconds("duration"); ok {
		out["duration"] = d.FloatString(6)
	}
	for _, name := range []string{"started_at", "finished_at", "created_at", "updated_at"} {
		out[name] = nil
		if micros, ok := r.instant(name); ok {
			out[name] = time.UnixMicro(micros).UTC().Format("2006-01-02T15:04:05.000000Z")
		}
	}
	return out
}

// wholeText is whole as decoded JSON has it.
func (r Record) wholeText(name string) (json.Number, bool) {
	n, ok := r.whole(name)
	return json.Number(fmt.Sprint(n)), ok
}

// single returns the record with all that is known of it.
func (r Record) single() map[string]any {
	out := r.result()
	for _, name := range []string{
		"query_params", "request_headers", "response_headers", "body", "response", "exception_message", "exception_traceback",
	} {
		out[name] = r[name]
	}
	return out
}

func orNull[T any](v T, ok bool) any {
	if !ok {
		return nil
	}
	return v
}

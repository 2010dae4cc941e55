package requestlog

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"time"
)

// timestampLayout is how times are written: ISO 8601, UTC, to the microsecond.
const timestampLayout = "2006-01-02T15:04:05.000000Z"

// A Timestamp is a moment, to the microsecond. The zero Timestamp is null.
type Timestamp struct{ time.Time }

// timestamp returns t as records have it.
func timestamp(t time.Time) Timestamp { return Timestamp{t.UTC().Truncate(time.Microsecond)} }

// MarshalJSON returns the moment as 2026-04-22T10:00:00.000000Z, or null.
func (t Timestamp) MarshalJSON() ([]byte, error) { return t.append(nil), nil }

func (t Timestamp) append(dst []byte) []byte {
	if t.IsZero() {
		return append(dst, "null"...)
	}
	return t.UTC().AppendFormat(dst, `"`+timestampLayout+`"`)
}

// UnmarshalJSON reads a moment in ISO 8601, with any zone and fraction; without a
// zone it is UTC. What is finer than a microsecond is cut.
func (t *Timestamp) UnmarshalJSON(text []byte) error {
	var s *string
	if err := json.Unmarshal(text, &s); err != nil || s == nil {
		*t = Timestamp{}
		return err
	}
	for _, layout := range [...]string{"2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05", "2006-01-02 15:04:05Z07:00"} {
		if parsed, err := time.Parse(layout, *s); err == nil {
			*t = timestamp(parsed)
			return nil
		}
	}
	return fmt.Errorf("%q is no time; want it as 2026-04-22T10:00:00.000000Z", *s)
}

// Seconds is a duration that is written in seconds, as a decimal number with six
// places in a JSON string.
type Seconds time.Duration

// MarshalJSON returns the duration as "0.012345".
func (s Seconds) MarshalJSON() ([]byte, error) { return s.append(nil), nil }

func (s Seconds) append(dst []byte) []byte {
	micros := time.Duration(s).Microseconds()
	dst = append(dst, '"')
	if micros < 0 {
		dst, micros = append(dst, '-'), -micros
	}
	dst = strconv.AppendInt(dst, micros/1e6, 10)
	dst = append(dst, '.')
	for place := int64(1e5); place > 0; place /= 10 {
		dst = append(dst, '0'+byte(micros/place%10))
	}
	return append(dst, '"')
}

// UnmarshalJSON reads what MarshalJSON writes, and a JSON number of seconds; null
// is 0.
func (s *Seconds) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		*s = 0
		return nil
	}
	if text[0] == '"' {
		var unquoted string
		if err := json.Unmarshal(text, &unquoted); err != nil {
			return err
		}
		text = []byte(unquoted)
	}
	seconds, err := strconv.ParseFloat(string(text), 64)
	if err != nil || math.Abs(seconds) > math.MaxInt64/1e9 || math.IsNaN(seconds) {
		return fmt.Errorf("%q is no duration; want seconds as \"0.012345\"", text)
	}
	*s = Seconds(math.Round(seconds*1e6)) * Seconds(time.Microsecond)
	return nil
}

package logstore

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"daybook/filter"
)

// anySchema has each kind of field, once that may be null and once that may not.
func anySchema(micro bool) *filter.Schema {
	return filter.NewSchema(
		filter.FieldSpec{Name: "id", Kind: filter.Integer, Unique: true},
		filter.FieldSpec{Name: "seq", Kind: filter.Integer, Unique: true, Null: true},
		filter.FieldSpec{Name: "code", Kind: filter.Integer},
		filter.FieldSpec{Name: "size", Kind: filter.Integer, Null: true},
		filter.FieldSpec{Name: "ok", Kind: filter.Boolean},
		filter.FieldSpec{Name: "bot", Kind: filter.Boolean, Null: true},
		filter.FieldSpec{Name: "has_o", Kind: filter.Boolean},
		filter.FieldSpec{Name: "took", Kind: filter.Decimal},
		filter.FieldSpec{Name: "cost", Kind: filter.Decimal, Null: true},
		filter.FieldSpec{Name: "at", Kind: filter.Time, Micro: micro},
		filter.FieldSpec{Name: "begun", Kind: filter.Instant},
		filter.FieldSpec{Name: "ended", Kind: filter.Instant, Null: true},
		filter.FieldSpec{Name: "text", Kind: filter.Text},
		filter.FieldSpec{Name: "note", Kind: filter.Text, Null: true},
		filter.FieldSpec{Name: "o.n", Kind: filter.Integer, Null: true},
		filter.FieldSpec{Name: "o.s", Kind: filter.Text, Null: true},
	)
}

func anyMembers() []Member {
	var members []Member
	for _, name := range anySchema(true).Names() {
		if name == "has_o" {
			members = append(members, Member{Path: "o", Presence: true})
		} else {
			members = append(members, Member{Path: name})
		}
	}
	return members
}

func oneOf[T any](rng *rand.Rand, from ...T) T { return from[rng.IntN(len(from))] }

// wholeNumbers, numerals, moments and texts are values as lines and params have
// them: of kinds that fit, and of others.
var (
	wholeNumbers = strings.Fields("0 -0 1 2 7 -7 200 404 500 127 128 255 256 65535 65536 4294967295 4294967296 9007199254740991 9007199254740992 9007199254740993 " +
		"-9007199254740993 4611686018427387902 4611686018427387903 4611686018427387904 -4611686018427387903 -4611686018427387904 9223372036854775807 18446744073709551616")
	numerals = strings.Fields("0.0 -0.0 1.0 1e0 1E+2 2e2 10e-1 0.1000 0.1 1.5 -1.5 0.000001 0.0000001 -0.0000001 1e-6 1e-7 1e-400 1e400 -1e400 1e99999999999 1e-99999999999 0e99999999999 " +
		"4611686018427.387903 4611686018427.387904 -4611686018427.387903 -4611686018427.3879031 4611686018427.3879031 9007199254740992.5 9007199254740993.0 0.30000000000000004 0.3 2.000000 1776852000.5")
	moments = strings.Fields(`"2026-04-22T08:00:00Z" "2026-04-22T10:00:00+02:00" "2026-04-22T08:00:00.5Z" "2026-04-22T08:00:00.500000999Z" "2026-04-22T05:30:00.000001-02:30" 1776844800 1776844800.5 1776844800.0000019 1.7768448e9 ` +
		`"1776844800" "0001-01-01T00:00:00Z" "9999-12-31T23:59:59.999999999Z" "0000-12-31T23:59:59-00:01" "0001-01-01T00:00:00+00:01" "9999-12-31T23:59:59-00:01" "2026-06-30T23:59:60Z" "2026-02-29T00:00:00Z" "2024-02-29T24:00:00Z" ` +
		`"2026-04-22" "2026-04-22T08:00:00" "2026-04-22t08:00:00z" "1776844800.5" -0.5 -62135596800 -62135596801 253402300799.9999999 253402300800 "1969-12-31T23:59:59.999999Z" "+5" 1e17`)
	anyTexts = []string{"", "a", "A", "ann", "Ann Example", "null", "true", "0", "12", "12.0", "1e2", "-0", "0x10", "é", "É", "\u212aelvin", "kelvin", "\ufffd", "\x00", "\x00\x01", "tab\tx", `quo"te`, `back\slash`,
		"/a/b", "😀", "line\nbreak", "100%", "<html>", "zz", strings.Repeat("long ", 30), "order #123 by ab12cd34", "order #77 by 00ff00ff", "10.0.0.1", "10.0.0.17"}
)

// quotedText returns a text as JSON, some characters as escapes.
func quotedText(rng *rand.Rand, v string) string {
	if v == "\ufffd" && rng.IntN(2) == 0 {
		return oneOf(rng, `"\ud83d"`, `"\ude00"`, `"\uD83D"`)
	}
	var b strings.Builder
	b.WriteByte('"')
	escapes := rng.IntN(6)
	for _, c := range v {
		quoted, _ := json.Marshal(string(c))
		switch {
		case escapes == 0 && rng.IntN(3) == 0 && c < 0x10000:
			fmt.Fprintf(&b, oneOf(rng, `\u%04x`, `\u%04X`), c)
		case c > 0x10000 && rng.IntN(2) == 0:
			fmt.Fprintf(&b, `\u%04x\u%04x`, 0xd800+(c-0x10000)>>10, 0xdc00+(c-0x10000)&0x3ff)
		case c == '/' && rng.IntN(3) == 0:
			b.WriteString(`\/`)
		default:
			b.Write(quoted[1 : len(quoted)-1])
		}
	}
	b.WriteByte('"')
	return b.String()
}

// anyText returns a text, mostly one of few.
func anyText(rng *rand.Rand) string {
	switch rng.IntN(4) {
	case 0:
		return fmt.Sprintf("order #%d of %s completed by %08x", rng.IntN(1e6), oneOf(rng, anyTexts...), rng.Uint32())
	case 1:
		return oneOf(rng, anyTexts[:8]...)
	}
	return oneOf(rng, anyTexts...)
}

// anyValue returns a value for a field of a kind as JSON, mostly one that fits.
func anyValue(rng *rand.Rand, kind filter.Kind, at time.Time) string {
	odd := rng.IntN(25) == 0
	switch {
	case odd:
		return oneOf(rng, "null", "true", "5", `"5"`, `""`, "{}", "[]", `[1,{"a":"\u0041"}]`, "1.5", strings.Repeat("9", 400), "0."+strings.Repeat("3", 400), `"`+strings.Repeat("1", 400)+`"`)
	case kind == filter.Text:
		return quotedText(rng, anyText(rng))
	case kind == filter.Boolean:
		return oneOf(rng, "true", "false", "false")
	case kind == filter.Integer:
		if rng.IntN(4) > 0 {
			return fmt.Sprint(rng.IntN(1 + rng.IntN(1000)))
		}
		return oneOf(rng, append(wholeNumbers, numerals[rng.IntN(len(numerals))])...)
	case kind == filter.Decimal:
		switch rng.IntN(4) {
		case 0:
			return oneOf(rng, numerals...)
		case 1:
			return `"` + oneOf(rng, append(numerals, "+1", ".5", "5.", "-.5", "1.", "x", "", "1e", "1_0")...) + `"`
		case 2:
			return oneOf(rng, wholeNumbers...)
		}
		return fmt.Sprintf(oneOf(rng, "%d.%03d", `"%d.%06d"`), rng.IntN(3), rng.IntN(1000))
	}
	if rng.IntN(4) == 0 {
		return oneOf(rng, moments...)
	}
	return quoteInstant(rng, at)
}

// anyLine returns a line that is a record mostly.
func anyLine(rng *rand.Rand, s *filter.Schema, at time.Time, shuffle bool) string {
	if rng.IntN(30) == 0 {
		return oneOf(rng, "", "\r", " ", "{}", "[]", "null", "no object", "\ufeff{}", "{\"id\":1,\"text\":\"\xff\"}", `{"id":1`, strings.Repeat(`{"id":`, 50), strings.Repeat("x", 5000))
	}
	var members, inner []string
	for f := range filter.Field(s.Len()) {
		name, null := s.Name(f), s.Nullable(f)
		if name == "has_o" || null && rng.IntN(4) == 0 {
			continue
		}
		value := anyValue(rng, s.Kind(f), at)
		for i := 0; i < 20 && !null; i++ { // mostly a record
			if !naiveValueOf(s, f, json.RawMessage(value)).null && (f != s.TimeField() || i > 0) {
				break
			}
			if value = anyValue(rng, s.Kind(f), at); f == s.TimeField() {
				value = quoteInstant(rng, at)
			}
		}
		if tail, nested := strings.CutPrefix(name, "o."); nested {
			inner = append(inner, fmt.Sprintf("%q:%s", tail, value))
			continue
		}
		members = append(members, fmt.Sprintf("%q:%s", name, value))
	}
	switch rng.IntN(8) {
	case 0:
		members = append(members, `"o":`+oneOf(rng, "null", "5", `""`, `"x"`, "[]", "[0]", "{}", "{ }", "true"))
	case 1:
	default:
		members = append(members, `"o":{`+strings.Join(inner, ",")+`}`)
	}
	if rng.IntN(12) == 0 { // the last counts
		members = append(members, members[rng.IntN(len(members))])
	}
	if rng.IntN(20) == 0 {
		members = append(members, `"o":{"s":"again"}`, `"\u006fdd":[[[]],{"id":0}]`, `"ID":7`)
	}
	if rng.IntN(60) == 0 {
		members = append(members, `"x":"`+strings.Repeat("huge ", 300+rng.IntN(600))+`"`) // some lines become too long
	}
	if shuffle {
		rng.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
	}
	space := oneOf(rng, "", "", "", " ", "\t")
	return space + "{" + space + strings.Join(members, space+","+space) + "}" + space + oneOf(rng, "", "", "", "\r")
}

// An anyJournal is a journal of random lines, and what it holds.
type anyJournal struct {
	*journal
	schema  *filter.Schema
	records []anyRecord // by position
	lines   map[Day]int64
	tail    string // of today's file: a line without its newline
}

const anyMaxLine = 2000

// note takes down what a line, without its newline, holds.
func (j *anyJournal) note(day Day, line string) {
	if line = strings.TrimSuffix(line, "\r"); line == "" {
		return
	}
	j.lines[day]++
	if len(line) > anyMaxLine {
		return
	}
	if values := naiveRecordOf(j.schema, anyMembers(), line); values != nil {
		j.records = append(j.records, anyRecord{day, values})
	}
}

const anyLive = "any-2026-04-22.jsonl"

func newAnyJournal(t testing.TB, rng *rand.Rand, micro bool, most int) *anyJournal {
	j := &anyJournal{journal: newJournal(t), schema: anySchema(micro), lines: make(map[Day]int64)}
	for _, d := range []int{31, 12, 3, 2, 1, 0} {
		day := dayOf(noon(-d))
		at := time.Unix(int64(day)*secondsPerDay, 0).Add(time.Hour)
		n := 1 + rng.IntN(most)
		if d == 0 {
			n += 300 // enough for segments of a live file
		}
		shuffle := rng.IntN(2) == 0
		var content strings.Builder
		if rng.IntN(3) == 0 {
			content.WriteString("\ufeff")
		}
		for i := range n {
			at = at.Add(time.Duration(rng.IntN(20_000_000)) * time.Microsecond)
			line := anyLine(rng, j.schema, at.Add(time.Duration(rng.IntN(3)*rng.IntN(60))*time.Second), shuffle)
			if torn := i == n-1 && rng.IntN(2) == 0; torn {
				line = line[:len(line)-rng.IntN(1+len(line)/4)]
				if content.WriteString(line); d == 0 {
					j.tail = line
					continue // it is no line yet
				}
			} else {
				content.WriteString(line + "\n")
			}
			j.note(day, line)
		}
		e := encoding(rng.IntN(3))
		if d == 0 {
			e = plain
		}
		j.write("any-"+day.String()+".jsonl"+[]string{plain: "", gzipped: ".gz", zstandard: ".zst"}[e], packed(t, e, content.String()))
	}
	return j
}

// grow appends lines to today's file.
func (j *anyJournal) grow(rng *rand.Rand) {
	day := dayOf(today.Unix())
	for range 1 + rng.IntN(30) {
		line := anyLine(rng, j.schema, today.Add(time.Duration(rng.IntN(1e9))*time.Microsecond), true)
		j.append(anyLive, line+"\n")
		j.note(day, j.tail+line)
		j.tail = ""
	}
}

func (j *anyJournal) options(o *Options) {
	o.Pattern, o.Schema, o.Format, o.MaxLine = "any-{date}.jsonl", j.schema, JSONLines(anyMembers()...), anyMaxLine
}

func quoteInstant(rng *rand.Rand, at time.Time) string {
	switch rng.IntN(3) {
	case 0:
		return strconv.Quote(at.In(time.FixedZone("", 7200)).Format("2006-01-02T15:04:05.000000-07:00"))
	case 1:
		return fmt.Sprintf("%d.%06d", at.Unix(), at.Nanosecond()/1000)
	}
	return strconv.Quote(at.UTC().Format("2006-01-02T15:04:05.999999999Z07:00"))
}

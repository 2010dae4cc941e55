package oracle

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// line draws one line without its ending: a record, seldom none.
func (w *journalWriter) line(day int64) string {
	switch n := w.rng.IntN(100); {
	case n < 6:
		w.note(traitMalformed)
		return w.malformed(day)
	case n < 8:
		w.note(traitEmptyLine)
		return ""
	case n < 9:
		w.note(traitOverlong)
		return w.stretch(day, w.journal.Options.MaxLine+1+w.rng.IntN(3)*200)
	case n < 10:
		w.note(traitLongest)
		return w.stretch(day, w.journal.Options.MaxLine)
	}
	return w.record(day)
}

// record draws a well-formed line for a day's file.
func (w *journalWriter) record(day int64) string {
	columns := []string{w.spellTime(w.time(day))}
	for _, pool := range w.columns[1:] {
		columns = append(columns, pick(w.rng, pool))
	}
	line := strings.Join(columns, "\t")
	if len(line) > w.journal.Options.MaxLine {
		panic("oracle: the pools hold a value that makes a record too long")
	}
	return line
}

// stretch draws a line of n bytes.
func (w *journalWriter) stretch(day int64, n int) string {
	line := w.record(day)
	return line + strings.Repeat("x", n-len(line))
}

// time draws the time of a row in a day's file: mostly within the day, on one
// of few seconds.
func (w *journalWriter) time(day int64) int64 {
	start := day * secondsPerDay
	switch n := w.rng.IntN(1000); {
	case n < 60:
		w.note(traitMidnight)
		return start + pick(w.rng, []int64{0, secondsPerDay}) + w.rng.Int64N(7) - 3
	case n < 110:
		w.note(traitMisfiled)
		days := pick(w.rng, []int64{-5, -4, -3, -2, -1, 1, 2, 3, 4, 5})
		return start + days*secondsPerDay + pick(w.rng, w.seconds)
	case n < 114:
		w.note(traitExtreme)
		return pick(w.rng, []int64{minTime, maxTime, -1, 0, 1})
	}
	return start + pick(w.rng, w.seconds)
}

// spellTime draws one of the accepted forms of a time.
func (w *journalWriter) spellTime(sec int64) string {
	const layout = "2006-01-02T15:04:05"
	t := time.Unix(sec, 0).UTC()
	fraction := pick(w.rng, []string{"", "", ".0", ".5", ".999999999", ".00000000000000000001"})
	switch n := w.rng.IntN(10); {
	case n < 5:
		return t.Format(layout) + fraction + "Z"
	case n < 7 && 1 < t.Year() && t.Year() < 9999: // an offset must not leave the years
		minutes := w.rng.IntN(24*60) - 12*60
		sign := '+'
		if minutes < 0 {
			sign = '-'
		}
		shown := t.Add(time.Duration(minutes) * time.Minute).Format(layout)
		return fmt.Sprintf("%s%s%c%02d:%02d", shown, fraction, sign, abs(minutes)/60, abs(minutes)%60)
	case n < 8 && sec >= 0:
		return pick(w.rng, []string{"+", "00", "+000000000000000000000000"}) + strconv.FormatInt(sec, 10)
	}
	return strconv.FormatInt(sec, 10)
}

// abs returns n without its sign.
func abs(n int) int { return max(n, -n) }

// malformed draws a line that is no record: too few columns or no time.
func (w *journalWriter) malformed(day int64) string {
	columns := strings.SplitN(w.record(day), "\t", fieldCount)
	if w.chance(40) {
		return strings.Join(columns[:1+w.rng.IntN(fieldCount-1)], "\t")
	}
	columns[0] = pick(w.rng, badTimes())
	return strings.Join(columns, "\t")
}

// badTimes returns texts that are no time.
func badTimes() []string {
	return []string{
		"", " ", "-", "+", "now", "\x00", "1.5", "1e9", "0x10", " 1713787200", "1713787200 ", "١٧",
		"2026-04-22", "2026-04-22T10:00:00", "2026-04-22 10:00:00Z", "2026-04-22t10:00:00Z",
		"2026-04-22T10:00:00z", "2026-04-22T10:00Z", "2026-04-22T24:00:00Z", "2026-04-22T10:60:00Z",
		"2026-04-22T10:00:60Z", "2026-02-29T10:00:00Z", "2026-13-01T10:00:00Z", "2026-00-01T10:00:00Z",
		"2026-04-00T10:00:00Z", "2026-04-31T10:00:00Z", "2026-04-22T10:00:00.Z", "2026-04-22T10:00:00,5Z",
		"2026-04-22T10:00:00+24:00", "2026-04-22T10:00:00+01:60", "2026-04-22T10:00:00+0100",
		"2026-04-22T10:00:00+1:00", "2026-04-22T10:00:00", "26-04-22T10:00:00Z", "12026-04-22T10:00:00Z",
		"253402300800", "-62135596801", "99999999999999999999", `2026-04-22T10:00:00Z\t`, "\ufeff1713787200",
	}
}

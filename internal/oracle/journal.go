package oracle

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// JournalOptions say what WriteJournal writes. The zero value is a small
// journal of everything.
type JournalOptions struct {
	Pattern string // of the names; default "audit-{date}.tsv"
	Days    int    // how many days a small journal spans; default 3 to 40, by chance
	Lines   int    // about how many lines it holds in all; default 1200, of a large journal 16000
	Plain   bool   // no file of a small journal is compressed
	Large   bool   // files of thousands of lines, columns of few to very many values; see LargeTraits
	Wide    bool   // Large, and one file more in which a column has more than 65,536 values
}

// A Journal is what WriteJournal wrote.
type Journal struct {
	Options Options        // how it is to be read, by the oracle and by what it judges
	Traits  map[string]int // how often each kind of trouble was written; see Traits
}

// The kinds of trouble a journal can hold.
const (
	traitPlain       = "plain file"
	traitGzip        = "gzip alone"
	traitZstd        = "zstd alone"
	traitBothPacked  = "gzip and zstd"
	traitEqual       = "plain equal to compressed"
	traitLonger      = "plain longer than compressed"
	traitPrefix      = "plain a proper prefix of compressed"
	traitRecreated   = "plain different from compressed"
	traitCut         = "compressed cut short beside plain"
	traitNumbered    = "numbered part"
	traitCompactName = "compact date"
	traitTwoNames    = "one part in both date spellings"
	traitIgnored     = "ignored name"
	traitEmptyFile   = "empty file"
	traitOldWindow   = "day outside the default window"
	traitFuture      = "day after today"
	traitBOM         = "byte order mark"
	traitCRLF        = "CRLF"
	traitEmptyLine   = "empty line"
	traitTailToday   = "unterminated last line in an open day"
	traitTailOld     = "unterminated last line in a day that is over"
	traitMidnight    = "late row at midnight"
	traitMisfiled    = "row misfiled by days"
	traitExtreme     = "time at the ends of time"
	traitMalformed   = "malformed line"
	traitOverlong    = "overlong line"
	traitLongest     = "line of the greatest length"
)

// Traits returns the kinds of trouble that WriteJournal knows. One journal
// holds most of them, a dozen hold all.
func Traits() []string {
	return []string{
		traitPlain, traitGzip, traitZstd, traitBothPacked, traitEqual, traitLonger, traitPrefix,
		traitRecreated, traitCut, traitNumbered, traitCompactName, traitTwoNames, traitIgnored,
		traitEmptyFile, traitOldWindow, traitFuture, traitBOM, traitCRLF, traitEmptyLine,
		traitTailToday, traitTailOld, traitMidnight, traitMisfiled, traitExtreme, traitMalformed,
		traitOverlong, traitLongest,
	}
}

// WriteJournal fills the empty folder dir with a random nasty journal. The
// same numbers from rng make the same journal.
func WriteJournal(dir string, rng *rand.Rand, opts JournalOptions) (*Journal, error) {
	w := newJournalWriter(dir, rng, opts)
	if opts.Large || opts.Wide {
		if err := w.writeLarge(opts.Wide); err != nil {
			return nil, fmt.Errorf("write journal: %w", err)
		}
		return &w.journal, nil
	}
	days := w.days()
	w.partLines = max(1, w.lines/(2*len(days)))
	for _, day := range days {
		if err := w.writeDay(day); err != nil {
			return nil, fmt.Errorf("write journal: %w", err)
		}
	}
	if err := w.writeIgnored(); err != nil {
		return nil, fmt.Errorf("write journal: %w", err)
	}
	return &w.journal, nil
}

// A journalWriter holds what the parts of one journal have in common.
type journalWriter struct {
	dir       string
	rng       *rand.Rand
	journal   Journal
	today     int64 // day
	span      int   // days
	plain     bool
	lines     int // to write in all, about
	partLines int // to write per part, about
	columns   [fieldCount][]string
	seconds   []int64 // times of day that rows share, so that they tie
}

// newJournalWriter draws the journal's clock, limits and values.
func newJournalWriter(dir string, rng *rand.Rand, opts JournalOptions) *journalWriter {
	w := &journalWriter{dir: dir, rng: rng, span: opts.Days, lines: opts.Lines, plain: opts.Plain}
	if w.span == 0 {
		w.span = 3 + rng.IntN(38)
	}
	if w.lines == 0 {
		w.lines = 1200
		if opts.Large || opts.Wide {
			w.lines = 16000
		}
	}
	w.journal = Journal{Traits: make(map[string]int), Options: Options{
		Pattern: opts.Pattern,
		Now:     drawNow(rng),
		MaxLine: 300 + rng.IntN(300),
		Grace:   10 * time.Minute,
	}}
	w.journal.Options = w.journal.Options.withDefaults()
	w.today = dayOf(w.journal.Options.Today.Unix())
	w.columns = drawColumns(rng)
	w.seconds = []int64{0, secondsPerDay - 1}
	for range 10 {
		w.seconds = append(w.seconds, rng.Int64N(secondsPerDay))
	}
	return w
}

// drawNow draws the journal's clock: days around the turns of months and
// years, and moments around the end of yesterday's grace time.
func drawNow(rng *rand.Rand) time.Time {
	day := pick(rng, []time.Time{
		time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC),
		time.Date(2026, 4, 22, 0, 0, 0, 0, time.UTC),
		time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC),
		time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC),
		time.Date(1970, 1, 2, 0, 0, 0, 0, time.UTC),
	})
	return day.Add(pick(rng, []time.Duration{
		0,
		3 * time.Minute,
		10 * time.Minute,
		10*time.Minute + time.Second,
		time.Duration(1+rng.IntN(22)) * time.Hour,
		24*time.Hour - time.Second,
	}))
}

// days returns the days that have files: most of the span, today, the days at
// the edge of the default window and at times tomorrow.
func (w *journalWriter) days() []int64 {
	days := []int64{w.today}
	for back := 1; back < w.span; back++ {
		if w.chance(85) {
			days = append(days, w.today-int64(back))
		}
	}
	days = append(days, w.today-29, w.today-30)
	if w.chance(30) {
		days = append(days, w.today+1)
		w.note(traitFuture)
	}
	slices.Sort(days)
	w.note(traitOldWindow)
	return slices.Compact(days)
}

// writeDay writes the parts of one day.
func (w *journalWriter) writeDay(day int64) error {
	var numbers []string
	for _, n := range []string{"1", "2", "3", "10", "11"} {
		if w.chance(18) {
			numbers = append(numbers, n)
			w.note(traitNumbered)
		}
	}
	if len(numbers) == 0 || w.chance(80) {
		numbers = append(numbers, "")
	}
	compact := w.chance(20)
	for _, n := range numbers {
		if err := w.writePart(day, n, compact); err != nil {
			return err
		}
		if w.chance(5) {
			w.note(traitTwoNames)
			if err := w.writePart(day, n, !compact); err != nil {
				return err
			}
		}
	}
	return nil
}

// writePart writes one part of a day, plain or compressed or both.
func (w *journalWriter) writePart(day int64, number string, compact bool) error {
	date := time.Unix(day*secondsPerDay, 0).UTC().Format("2006-01-02")
	if compact {
		date = strings.ReplaceAll(date, "-", "")
		w.note(traitCompactName)
	}
	if number != "" {
		date += "." + number
	}
	name := strings.Replace(w.journal.Options.Pattern, "{date}", date, 1)
	for suffix, content := range w.store(day) {
		if err := w.write(name+suffix, content); err != nil {
			return err
		}
	}
	return nil
}

// writeIgnored writes what looks like a day file and is none. The rows in it
// must not be found.
func (w *journalWriter) writeIgnored() error {
	content := []byte(w.record(w.today) + "\n")
	names := []string{
		"notes.txt", "2026-13-01", "2026-02-30", "2026-4-22", "202604-22", "2026-04-22.0",
		"2026-04-22.01", "2026-04-22.1.2", "2026-04-22.x", "0000-01-01", "",
	}
	for _, n := range names[1:] {
		n = strings.Replace(w.journal.Options.Pattern, "{date}", n, 1)
		if err := w.write(n, content); err != nil {
			return err
		}
	}
	today := strings.Replace(w.journal.Options.Pattern, "{date}", time.Unix(w.today*secondsPerDay, 0).UTC().Format("2006-01-02"), 1)
	for _, n := range []string{names[0], today + ".bz2", today + "~", today + ".gz.zst", "x" + today, today + ".1", "sub/" + today} {
		if err := w.write(n, content); err != nil {
			return err
		}
	}
	w.note(traitIgnored)
	return nil
}

// write writes one file.
func (w *journalWriter) write(name string, content []byte) error {
	path := filepath.Join(w.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, content, 0o644)
}

// note counts a trait.
func (w *journalWriter) note(trait string) { w.journal.Traits[trait]++ }

// chance is true in percent of a hundred cases.
func (w *journalWriter) chance(percent int) bool { return chance(w.rng, percent) }

// chance is true in percent of a hundred cases.
func chance(rng *rand.Rand, percent int) bool { return rng.IntN(100) < percent }

// pick draws one of the elements of from, which has some.
func pick[T any](rng *rand.Rand, from []T) T { return from[rng.IntN(len(from))] }

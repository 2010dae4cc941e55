package oracle

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The kinds of trouble of a large journal.
const (
	traitRuns         = "runs of equal times"
	traitJitter       = "times slightly out of order"
	traitUnordered    = "file wholly out of order"
	traitFew          = "a column of few values"
	traitHundreds     = "a column of hundreds of values"
	traitThousands    = "a column of thousands of values"
	traitCodesOfFour  = "a column of more than 65,536 values in one file"
	traitLongWord     = "very long word"
	traitLargeGzip    = "large gzip alone"
	traitLargeZstd    = "large zstd alone"
	traitLargeTwins   = "large plain longer than compressed"
	traitLargeMalform = "malformed line in a large file"
)

// LargeTraits returns the kinds of trouble that large journals hold between
// them; wide is whether one of them is wide.
func LargeTraits(wide bool) []string {
	traits := []string{
		traitRuns, traitJitter, traitUnordered, traitFew, traitHundreds, traitThousands, traitLongWord,
		traitLargeGzip, traitLargeZstd, traitLargeTwins, traitLargeMalform,
	}
	if wide {
		traits = append(traits, traitCodesOfFour)
	}
	return traits
}

// wideLines are the lines of the one file of a wide journal that has a value of
// its own in almost each of them: more than two bytes can number.
const wideLines = 1<<16 + 3000

// A largeWriter writes a journal whose files are as long as real ones, and
// whose columns have from few to very many values.
type largeWriter struct {
	*journalWriter
	words   []string                       // that details are made of
	classes [fieldCount]func(i int) string // the value of line i in a column
}

// writeLarge writes days of one to three parts. No record lies further than a
// few seconds off its file's day, so that a journal may be partitioned by time.
func (w *journalWriter) writeLarge(wide bool) error {
	l := &largeWriter{journalWriter: w, words: drawWords(w.rng)}
	w.journal.Options.MaxLine = pick(w.rng, []int{8 << 10, 100 << 10})
	days := 3 + w.rng.IntN(3)
	parts := make([]int, days)
	for i := range parts {
		parts[i] = 1 + w.rng.IntN(3)
	}
	each := max(1, w.lines/(2*days))
	for i, n := range parts {
		day := w.today - int64(days-1-i)
		for part := range n {
			number := ""
			if part+1 < n {
				number = strconv.Itoa(part + 1)
			}
			lines, dense := each/2+w.rng.IntN(each), 0
			if wide && i == 0 && part == 0 {
				lines, dense = wideLines, pick(w.rng, []int{2, 5, fieldDetail})
			}
			if err := l.writeLargePart(day, number, lines, dense); err != nil {
				return err
			}
		}
	}
	return nil
}

// writeLargePart writes one part. The column dense, if it is not 0, gets a value
// of its own in each line.
func (w *largeWriter) writeLargePart(day int64, number string, lines, dense int) error {
	w.drawClasses(dense)
	var content bytes.Buffer
	w.largeContent(&content, day, lines)
	date := time.Unix(day*secondsPerDay, 0).UTC().Format("2006-01-02")
	if number != "" {
		date += "." + number
	}
	name := strings.Replace(w.journal.Options.Pattern, "{date}", date, 1)
	switch n := w.rng.IntN(100); {
	case n < 15:
		w.note(traitLargeGzip)
		return w.write(name+".gz", w.pack(".gz", content.Bytes()))
	case n < 30:
		w.note(traitLargeZstd)
		return w.write(name+".zst", w.pack(".zst", content.Bytes()))
	case n < 40:
		w.note(traitLargeTwins)
		half := bytes.LastIndexByte(content.Bytes()[:content.Len()/2], '\n') + 1
		if err := w.write(name+".zst", w.pack(".zst", content.Bytes()[:half])); err != nil {
			return err
		}
	}
	return w.write(name, content.Bytes())
}

// largeContent draws the lines of one part.
func (w *largeWriter) largeContent(b *bytes.Buffer, day int64, lines int) {
	times := w.times(day, lines)
	for i, sec := range times {
		columns := []string{w.spellTime(sec)}
		for field := 1; field < fieldCount; field++ {
			columns = append(columns, w.classes[field](i))
		}
		line := strings.Join(columns, "\t")
		switch n := w.rng.IntN(1000); {
		case n < 3 || len(line) > w.journal.Options.MaxLine:
			w.note(traitLargeMalform)
			line = w.malformed(day)
		case n < 5:
			b.WriteString("\n")
		}
		b.WriteString(line)
		b.WriteString(pick(w.rng, []string{"\n", "\n", "\n", "\n", "\n", "\n", "\n", "\n", "\n", "\r\n"}))
	}
}

// times draws the times of a file: rising in runs of equal ones, the same a
// little out of order, or in no order at all.
func (w *largeWriter) times(day int64, n int) []int64 {
	times := make([]int64, 0, n)
	for len(times) < n {
		sec := day*secondsPerDay + w.rng.Int64N(secondsPerDay)
		run := 1
		if w.chance(20) {
			w.note(traitRuns)
			run = 1 + w.rng.IntN(60)
		}
		times = append(times, slices.Repeat([]int64{sec}, min(run, n-len(times)))...)
	}
	switch w.rng.IntN(4) {
	case 0:
		w.note(traitUnordered)
		return times
	case 1:
		slices.Sort(times)
		return times
	}
	w.note(traitJitter)
	slices.Sort(times)
	for i := range times {
		if w.chance(5) {
			times[i] += w.rng.Int64N(11) - 5
		}
	}
	return times
}

// drawClasses draws how many values each column of a file has.
func (w *largeWriter) drawClasses(dense int) {
	for field := 1; field < fieldCount; field++ {
		switch n := w.rng.IntN(10); {
		case field == dense:
			w.note(traitCodesOfFour)
			w.classes[field] = func(i int) string { return w.fresh(field, i) }
		case n < 5:
			w.note(traitFew)
			w.classes[field] = w.fromPool(w.columns[field])
		case n < 8:
			w.note(traitHundreds)
			pool := slices.Clone(w.columns[field])
			for i := range 200 + w.rng.IntN(700) {
				pool = append(pool, w.fresh(field, i))
			}
			w.classes[field] = w.fromPool(pool)
		default:
			w.note(traitThousands)
			w.classes[field] = func(int) string { return w.fresh(field, w.rng.IntN(30000)) }
		}
	}
	if dense != fieldDetail && w.chance(70) { // most details of a real journal are their line's own
		w.note(traitThousands)
		w.classes[fieldDetail] = func(i int) string { return w.fresh(fieldDetail, i) }
	}
}

// fromPool returns a column of the values of pool, the first ones most often.
func (w *largeWriter) fromPool(pool []string) func(int) string {
	return func(int) string {
		x := w.rng.Float64()
		return pool[int(x*x*x*float64(len(pool)))]
	}
}

// fresh returns the value of number i of a column. Of one column different
// numbers have different values.
func (w *largeWriter) fresh(field, i int) string {
	switch field {
	case 1:
		return fmt.Sprintf("ROLE_%d", i)
	case 2:
		return strconv.Itoa(185000 + i)
	case 3:
		return fmt.Sprintf("%s%d", []string{"Order", "order_", "ſtop", "\u212aill", "Заявка"}[i%5], i)
	case 4:
		return fmt.Sprintf("%d.%d", 100+i%500, i)
	case 5:
		if i%3 == 0 {
			return fmt.Sprintf("2001:db8::%x", i)
		}
		return fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255)
	}
	return w.detail(i)
}

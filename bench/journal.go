package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"time"
)

// The big journal. Its days, its last day and its seed are part of what is
// measured and so are fixed; its size can be made smaller to try things out.
const (
	bigDays  = 30
	bigSeed  = 1
	minLines = 100_000 // fewer leave nothing to find at offset 100,000
)

// The tiny journal reaches back from the same last day: 100,000 days are 273
// years.
const (
	maxFiles  = 500_000 // years have four digits
	tinyLines = 5       // of one file
)

// lastDay is the last day of both journals, and what --clock is set to.
func lastDay() time.Time { return time.Date(2026, 4, 22, 0, 0, 0, 0, time.UTC) }

// A journal is a folder of day files.
type journal struct {
	dir   string
	files []string // base names, oldest day first
}

// dayName returns the name of a day file.
func dayName(day time.Time) string { return "audit-" + day.Format(time.DateOnly) + ".tsv" }

// bigJournal returns the 30 days.
func (b *bench) bigJournal(ctx context.Context) (*journal, error) {
	return b.generated(ctx, bigDays, b.lines)
}

// generated returns a journal of so many days and lines, which it has daybook
// generate when it is not there.
func (b *bench) generated(ctx context.Context, days int, lines int64) (*journal, error) {
	return b.generatedWith(ctx, "", days, lines)
}

// generatedWith is generated for a journal of which a prefix of the name says of what
// kind it is, and flags make it one.
func (b *bench) generatedWith(ctx context.Context, kind string, days int, lines int64, flags ...string) (*journal, error) {
	end := lastDay().Format(time.DateOnly)
	name := kind + fmt.Sprintf("days-%d-lines-%d-end-%s-seed-%d", days, lines, end, bigSeed)
	return b.keep(name, func(dir string) error {
		cmd := exec.CommandContext(ctx, b.binary, append([]string{"generate", "--dir", dir, "--days", strconv.Itoa(days),
			"--lines", strconv.FormatInt(lines, 10), "--end", end, "--seed", strconv.Itoa(bigSeed)}, flags...)...)
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("generate: %w\n%s", err, out)
		}
		return nil
	})
}

// tinyJournal returns the many small files, which it writes when they are not
// there.
func (b *bench) tinyJournal(ctx context.Context) (*journal, error) {
	name := fmt.Sprintf("files-%d-lines-%d-end-%s", b.files, tinyLines, lastDay().Format(time.DateOnly))
	return b.keep(name, func(dir string) error {
		for i := range b.files {
			day := lastDay().AddDate(0, 0, -i)
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := os.WriteFile(filepath.Join(dir, dayName(day)), tinyDay(day), 0o644); err != nil {
				return err
			}
		}
		return nil
	})
}

// tinyDay returns the content of a tiny day file: one record every hour.
func tinyDay(day time.Time) []byte {
	var text []byte
	for i := range tinyLines {
		at := day.Add(time.Duration(i) * time.Hour).Format(time.RFC3339)
		text = fmt.Appendf(text, "%s\tMANAGER\t%d\tUpdateUser\tSUCCESS\t10.0.0.%d\tclient %d, request completed\n", at, 1000+i, i, 185932+i)
	}
	return text
}

// keep returns the journal of that name in b.dir. Where it is missing, write
// fills a folder for it, which takes the name once it is complete: a run that
// is broken off leaves nothing that a later one could take for a journal.
func (b *bench) keep(name string, write func(dir string) error) (*journal, error) {
	dir, err := b.keepFolder(name, write)
	if err != nil {
		return nil, err
	}
	return openJournal(dir)
}

// keepFolder returns the path of the folder of that name in b.dir, and has
// write fill it where it is missing.
func (b *bench) keepFolder(name string, write func(dir string) error) (string, error) {
	dir := filepath.Join(b.dir, name)
	if _, err := os.Stat(dir); err == nil || !errors.Is(err, fs.ErrNotExist) {
		return dir, err
	}
	b.say("write %s, once", dir)
	if err := os.MkdirAll(b.dir, 0o755); err != nil {
		return "", err
	}
	unfinished, err := os.MkdirTemp(b.dir, "unfinished-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(unfinished) // gone already if all went well
	if err := write(unfinished); err != nil {
		return "", fmt.Errorf("write %s: %w", name, err)
	}
	return dir, os.Rename(unfinished, dir)
}

// openJournal lists the files of a journal.
func openJournal(dir string) (*journal, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	j := &journal{dir: dir}
	for _, entry := range entries {
		j.files = append(j.files, entry.Name())
	}
	slices.Sort(j.files) // years have four digits: names sort as days do
	if len(j.files) == 0 {
		return nil, fmt.Errorf("%s is empty; remove it", dir)
	}
	return j, nil
}

// span returns the first and the last second of the last so many days.
func span(days int) (from, to int64) {
	end := lastDay().AddDate(0, 0, 1)
	return end.AddDate(0, 0, -days).Unix(), end.Unix() - 1
}

package requestlog

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Names of the files of a journal: requests-2026-04-22.jsonl.
const (
	namePrefix = "requests-"
	nameSuffix = ".jsonl"

	// Pattern is theirs, {date} being the UTC day.
	Pattern = namePrefix + "{date}" + nameSuffix
)

// A File is one file of a journal.
type File struct {
	Name string // base name
	Day  string // UTC, as 2026-04-22
	Part int64  // number of a part by size; 0: none
	Size int64  // bytes
}

// parseName reads the name of a file of a journal; ok is false for all others.
func parseName(name string) (f File, ok bool) {
	rest, ok := strings.CutPrefix(name, namePrefix)
	if !ok || len(rest) < len(time.DateOnly) {
		return File{}, false
	}
	f = File{Name: name, Day: rest[:len(time.DateOnly)]}
	if day, err := time.Parse(time.DateOnly, f.Day); err != nil || day.Format(time.DateOnly) != f.Day {
		return File{}, false
	}
	rest = rest[len(time.DateOnly):]
	for _, packed := range [...]string{".gz", ".zst"} {
		if plain, ok := strings.CutSuffix(rest, packed); ok {
			rest = plain
			break
		}
	}
	rest, ok = strings.CutSuffix(rest, nameSuffix)
	if !ok || rest == "" {
		return f, ok
	}
	digits, ok := strings.CutPrefix(rest, ".")
	if !ok {
		return File{}, false
	}
	f.Part, _ = strconv.ParseInt(digits, 10, 64)
	return f, f.Part > 0 && strconv.FormatInt(f.Part, 10) == digits
}

// listFiles returns the regular files of a journal in a folder, the oldest
// first. Links, folders and whatever has another name are none of them.
func listFiles(dir string) ([]File, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var files []File
	for _, entry := range entries {
		f, ok := parseName(entry.Name())
		if !ok || !entry.Type().IsRegular() {
			continue
		}
		info, err := entry.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		f.Size = info.Size()
		files = append(files, f)
	}
	slices.SortFunc(files, func(a, b File) int {
		return cmp.Or(cmp.Compare(a.Day, b.Day), comparePart(a.Part, b.Part), cmp.Compare(a.Name, b.Name))
	})
	return files, nil
}

// comparePart orders the parts of a day: the one without a number is the last.
func comparePart(a, b int64) int {
	if (a == 0) != (b == 0) {
		return cmp.Compare(b, a)
	}
	return cmp.Compare(a, b)
}

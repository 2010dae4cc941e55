package dayfile

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// rotateLocked renames w.file, which is locked and has that size, to the next
// part of its day, if appending n bytes would make it too large. It reports
// whether it did. Where renaming fails, it is tried again when the file has
// grown by an eighth of its largest size.
func (w *Writer) rotateLocked(size, n int64) bool {
	if w.rotateAt == 0 || size == 0 || size+n <= w.rotateAt {
		return false
	}
	if err := w.renameLocked(); err != nil {
		w.rotateAt = size + n + w.opts.MaxSize/8
		w.opts.Report(&RotateError{File: filepath.Base(w.file.Name()), Err: err})
		return false
	}
	return true
}

// renameLocked gives w.file the next free number. Only who holds its lock
// renames a live file, and until it is renamed there is no other one, so two
// writers never choose a number at once.
func (w *Writer) renameLocked() error {
	const tries = 3 // a number may be taken by who knows no lock
	for range tries {
		number, err := w.lastNumber(w.day)
		if err != nil {
			return err
		}
		if number == math.MaxInt64 {
			return fmt.Errorf("there is no number after %d", number)
		}
		to := filepath.Join(w.opts.Dir, w.prefix+w.day+"."+strconv.FormatInt(number+1, 10)+w.suffix)
		if err = renameFree(w.file.Name(), to); !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	return fmt.Errorf("the next number was taken %d times", tries)
}

// lastNumber returns the highest number of that day's parts, compressed ones
// included; 0 if there is none. Gaps are not filled: parts are in the order of
// their numbers.
func (w *Writer) lastNumber(day string) (last int64, err error) {
	dir, err := os.Open(w.opts.Dir)
	if err != nil {
		return 0, err
	}
	defer dir.Close()
	names, err := dir.Readdirnames(-1)
	if err != nil {
		return 0, err
	}
	for _, name := range names {
		rest, ok := strings.CutPrefix(plainName(name), w.prefix+day+".")
		if !ok {
			continue
		}
		digits, ok := strings.CutSuffix(rest, w.suffix)
		if !ok || strings.HasPrefix(digits, "0") || strings.HasPrefix(digits, "+") {
			continue
		}
		if number, err := strconv.ParseInt(digits, 10, 64); err == nil {
			last = max(last, number)
		}
	}
	return last, nil
}

// plainName returns name without what compressing the file adds to it.
func plainName(name string) string {
	for _, suffix := range [...]string{".gz", ".zst"} {
		if plain, ok := strings.CutSuffix(name, suffix); ok {
			return plain
		}
	}
	return name
}

// renameIfFree renames a file unless the new name is taken, which is
// fs.ErrExist. Between its look and its rename, someone may take the name.
func renameIfFree(from, to string) error {
	switch _, err := os.Lstat(to); {
	case err == nil:
		return fmt.Errorf("rename %s to %s: %w", from, to, fs.ErrExist)
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	return os.Rename(from, to)
}

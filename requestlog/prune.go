package requestlog

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Pruning says which files of a journal to keep. Only a journal that the program
// writes itself may be pruned.
type Pruning struct {
	// KeepDays is how many days are kept, today among them; 0: all.
	KeepDays int

	// KeepBytes is how many bytes are kept: of what the days leave, the oldest
	// files go until the rest is no larger. 0: all.
	KeepBytes int64

	Now    func() time.Time // nil: time.Now
	DryRun bool             // remove nothing
}

// A Pruned is what Prune found.
type Pruned struct {
	Removed   []Removed // the oldest first; with DryRun, what would have been removed
	Kept      []File    // the oldest first
	KeptBytes int64
}

// A Removed is a file that was removed, and why.
type Removed struct {
	File
	Reason string // such as "older than 30 days"
}

// Prune removes the files of the journal in dir that need not be kept. It
// touches nothing else: no file of today or of a day to come, no link, nothing
// of another name; and a folder that is a link is refused, as is one that no Log
// has written to (ErrNotOurs). A missing folder has no files. After an error,
// what the answer has was removed all the same.
func Prune(dir string, p Pruning) (Pruned, error) {
	files, err := listFiles(dir)
	if err == nil && len(files) > 0 && checkFolder(dir) == nil {
		if info, err := os.Lstat(filepath.Join(dir, idsFile)); err != nil || !info.Mode().IsRegular() {
			return Pruned{}, fmt.Errorf("prune: %w: %s has no %s", ErrNotOurs, dir, idsFile)
		}
	}
	return prune(dir, p)
}

// prune is Prune for the folder of a Log.
func prune(dir string, p Pruning) (Pruned, error) {
	if p.Now == nil {
		p.Now = time.Now
	}
	if p.KeepDays < 0 || p.KeepBytes < 0 {
		return Pruned{}, fmt.Errorf("prune: keep %d days, %d bytes: want 0 or more", p.KeepDays, p.KeepBytes)
	}
	err := checkFolder(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return Pruned{}, nil
	}
	if err != nil {
		return Pruned{}, fmt.Errorf("prune: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return Pruned{}, fmt.Errorf("prune: %w", err)
	}
	defer root.Close()
	files, err := listFiles(dir)
	if err != nil {
		return Pruned{}, fmt.Errorf("prune: %w", err)
	}
	done := Pruned{Kept: files}
	for _, f := range files {
		done.KeptBytes += f.Size
	}
	return done, p.prune(dir, root, &done)
}

// checkFolder refuses what is no folder by itself.
func checkFolder(dir string) error {
	info, err := os.Lstat(dir)
	switch {
	case err != nil:
		return err
	case info.Mode()&fs.ModeSymlink != 0:
		return fmt.Errorf("%s is a symbolic link; a journal of our own lies in a folder of our own", dir)
	case !info.IsDir():
		return fmt.Errorf("%s is no folder", dir)
	}
	return nil
}

// prune moves what goes from done.Kept to done.Removed.
func (p *Pruning) prune(dir string, root *os.Root, done *Pruned) error {
	now := p.Now().UTC()
	today := now.Format(time.DateOnly)
	oldest := "" // of the days that are kept
	if p.KeepDays > 0 {
		oldest = now.AddDate(0, 0, 1-p.KeepDays).Format(time.DateOnly)
	}
	for len(done.Kept) > 0 && done.Kept[0].Day < today {
		f := done.Kept[0]
		reason := ""
		switch {
		case f.Day < oldest:
			reason = fmt.Sprintf("older than %d days", p.KeepDays)
		case p.KeepBytes > 0 && done.KeptBytes > p.KeepBytes:
			reason = "over the size to keep"
		default:
			return nil
		}
		if err := p.remove(dir, root, f); err != nil {
			return fmt.Errorf("prune: %w", err)
		}
		done.Removed = append(done.Removed, Removed{f, reason})
		done.Kept = done.Kept[1:]
		done.KeptBytes -= f.Size
	}
	return nil
}

// remove removes a file, provided that it is one still, and writes that down
// before. Another process may have removed it.
func (p *Pruning) remove(dir string, root *os.Root, f File) error {
	name := f.Name
	info, err := root.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) || p.DryRun {
		return nil
	}
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is no regular file any more", name)
	}
	// Where that can't be written down, the disk may be full: room is what counts.
	_ = notePruned(dir, f)
	if err := root.Remove(name); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

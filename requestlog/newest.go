package requestlog

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"syscall"
)

// How much is read to find the newest ids: the ends of the files of the last days.
const (
	newestFiles = 8
	newestBytes = 2 * MaxLine
)

// afterNewest returns an id beyond those of the newest records, and beyond the
// range that they are of; 0 where there are no records.
func (s *ids) afterNewest() (int64, error) {
	files, err := listFiles(s.dir)
	if err != nil {
		return 0, err
	}
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(b.Day+b.Name, a.Day+a.Name) })
	newest := int64(0)
	for _, f := range files[:min(len(files), newestFiles)] {
		id, err := newestID(s.dir, f.Name)
		if err != nil {
			return 0, err
		}
		newest = max(newest, id)
	}
	if newest == 0 {
		return 0, nil
	}
	return newest + idRange, nil
}

// newestID returns the greatest id at the end of a file; of a compressed one none.
func newestID(dir, name string) (newest int64, err error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return 0, err
	}
	defer root.Close()
	file, err := root.OpenFile(name, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return 0, err
	}
	end, err := io.ReadAll(io.NewSectionReader(file, max(0, info.Size()-newestBytes), newestBytes))
	if err != nil {
		return 0, err
	}
	for line := range bytes.Lines(end) {
		var record struct{ ID int64 }
		if json.Unmarshal(line, &record) == nil && record.ID <= maxID {
			newest = max(newest, record.ID)
		}
	}
	return newest, nil
}

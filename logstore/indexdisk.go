package logstore

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"go.uber.org/zap"
)

// create begins an index file. The caller publishes or discards it.
func (x *index) create(path string) (*pendingFile, error) {
	if err := x.disk.makeFolder(filepath.Dir(path)); err != nil {
		return nil, ofIndex(err)
	}
	file, err := createPending(x.disk, path)
	return file, ofIndex(err)
}

// ofIndex returns err such that an index file that is missing is not taken for
// a day file that moved.
func ofIndex(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return errors.New(err.Error())
	}
	return err
}

// sweep removes what builders that were killed have left.
func (x *index) sweep() {
	err := sweep(x.disk, x.dir, func(name string) bool { return strings.HasSuffix(name, indexSuffix) })
	if err != nil {
		x.log.Warn("unfinished indexes can't be removed", zap.Error(err))
	}
}

// setAside renames the index file at path, so that what is wrong with it can be
// found out. Where that fails, it is removed, and the error says so.
func (x *index) setAside(path string) error {
	err := x.disk.rename(path, path+asideSuffix)
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if failed := x.disk.remove(path); failed != nil && !errors.Is(failed, fs.ErrNotExist) {
		return errors.Join(err, failed)
	}
	return fmt.Errorf("it is removed instead: %w", err)
}

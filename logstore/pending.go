package logstore

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
)

// A pendingFile is a file that is being written under another name.
type pendingFile struct {
	diskFile
	disk      disk
	path      string
	published bool
}

// createPending begins a file that is to be at path. The caller publishes or
// discards it.
func createPending(d disk, path string) (*pendingFile, error) {
	file, err := d.create(path)
	if err != nil {
		return nil, err
	}
	return &pendingFile{diskFile: file, disk: d, path: path}, nil
}

// publish gives the file its name, once its content is safe. After an error the
// old file is there or the new one, whole in any case.
func (p *pendingFile) publish() error {
	if err := p.Sync(); err != nil {
		return err
	}
	if err := p.disk.rename(p.Name(), p.path); err != nil {
		return err
	}
	p.published = true
	// Without the folder's sync, a crash may leave the old state.
	return errors.Join(p.Close(), p.disk.syncFolder(filepath.Dir(p.path)))
}

// discard removes a file that was not published. Where it can't, sweep will.
func (p *pendingFile) discard() {
	if !p.published {
		p.Close()
		_ = p.disk.remove(p.Name())
	}
}

// replaceFile writes a file anew: a crash leaves the old one or the new one.
func replaceFile(d disk, path string, content []byte) error {
	file, err := createPending(d, path)
	if err != nil {
		return err
	}
	defer file.discard()
	if _, err := file.Write(content); err != nil {
		return err
	}
	return file.publish()
}

// readFile returns the content of a file.
func readFile(d disk, path string) ([]byte, error) {
	file, now, err := d.open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	content := make([]byte, now.Size)
	if err := readAll(file, content, 0); err != nil {
		return nil, err
	}
	return content, nil
}

// sweep removes what writers that were killed have left in a folder: files with
// the name of one that is being written in the place of one that own accepts,
// which nobody has locked. It returns the errors of those that it can't remove.
func sweep(d disk, dir string, own func(name string) bool) error {
	entries, err := d.readFolder(dir)
	if err != nil {
		return nil // writing meets it as well
	}
	var failed error
	for _, e := range entries {
		name, hidden := strings.CutPrefix(e.Name(), ".")
		dot := strings.LastIndexByte(name, '.')
		if !hidden || dot < 0 || !own(name[:dot]) {
			continue
		}
		if err := d.removeUnlocked(filepath.Join(dir, e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			failed = errors.Join(failed, err)
		}
	}
	return failed
}

package logstore

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// A source is one file that a query reads, up to a fixed length.
type source struct {
	name   string // of the file
	day    Day
	enc    encoding
	stamp  stamp
	file   *os.File // nil until it is needed
	closed bool     // no more is appended: a last line counts without its newline
	known  facts    // what is known of the content's beginning
	whole  bool     // known describes all of the content
	fresh  facts    // what this query found behind that
	left   bool     // left out, because it can't be read
	stream *stream  // of a compressed file that is being scanned
}

var (
	errTruncated = errors.New("truncated under the query")
	errReplaced  = errors.New("replaced under the query")
	errIrregular = errors.New("is no regular file")
)

// openFile opens a day file for reading. It never follows a link, and never
// waits, as opening a FIFO would.
func openFile(dir, name string) (*os.File, stamp, error) {
	file, err := os.OpenFile(filepath.Join(dir, name), os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, stamp{}, err
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = errIrregular
	}
	if err != nil {
		file.Close()
		return nil, stamp{}, err
	}
	return file, stampOf(info), nil
}

// open opens the file for as long as the snapshot lives, if that has not
// happened yet.
func (s *source) open(dir string) error {
	if s.file != nil {
		return nil
	}
	file, err := s.reopen(dir)
	s.file = file
	return err
}

// acquire returns the open file, and a function to be called when it is no
// longer needed. It may be called concurrently.
func (s *source) acquire(dir string) (*os.File, func(), error) {
	if s.file != nil {
		return s.file, func() {}, nil
	}
	file, err := s.reopen(dir)
	if err != nil {
		return nil, nil, err
	}
	return file, func() { file.Close() }, nil
}

// reopen opens the file and makes sure that it is still the one, and at least
// as long, as the snapshot saw.
func (s *source) reopen(dir string) (*os.File, error) {
	file, now, err := openFile(dir, s.name)
	switch {
	case err != nil:
		return nil, err
	case !now.sameFile(s.stamp):
		err = errReplaced
	case now.Size < s.stamp.Size:
		err = errTruncated
	default:
		return file, nil
	}
	file.Close()
	return nil, err
}

// close closes the file, if it is open.
func (s *source) close() {
	if s.file != nil {
		s.file.Close()
		s.file = nil
	}
}

// A fileRange reads a file from at up to end, with pread: several may read
// one file at once. A file that ends before is an error.
type fileRange struct {
	file    io.ReaderAt
	at, end int64
}

func (r *fileRange) Read(p []byte) (int, error) {
	if r.at >= r.end {
		return 0, io.EOF
	}
	want := min(int64(len(p)), r.end-r.at)
	n, err := r.file.ReadAt(p[:want], r.at)
	r.at += int64(n)
	if err == io.EOF {
		err = nil
		if int64(n) < want {
			err = errTruncated
		}
	}
	return n, err
}

// readError says what happened to a file in words for the person who asked.
func readError(name string, err error) *ReadError {
	var damage *damagedError
	var number syscall.Errno
	var path *fs.PathError
	if errors.As(err, &path) {
		name = filepath.Base(path.Path)
	}
	reason := "cannot be read"
	switch {
	case errors.Is(err, fs.ErrPermission):
		reason = "permission denied"
	case errors.Is(err, fs.ErrNotExist):
		reason = "deleted under the query"
	case errors.Is(err, syscall.ELOOP):
		reason = "is a symbolic link"
	case errors.Is(err, errTruncated), errors.Is(err, errReplaced), errors.Is(err, errIrregular):
		reason = err.Error()
	case errors.As(err, &damage):
		reason = damage.Error()
	case errors.As(err, &number):
		reason = number.Error()
	}
	return &ReadError{File: name, Reason: reason, Err: fmt.Errorf("read %s: %w", name, err)}
}

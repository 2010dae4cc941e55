package logstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"daybook/filter"
)

// A source is one file that a query reads, up to a fixed length.
type source struct {
	name  string // of the file
	day   Day
	print uint32 // fingerprint of a compressed file's content, once all of it was read; 0: not known
	rank  int    // of the source in its day
	order int    // of the source among those looked at: what stands between two is no part of the snapshot
	enc   encoding

	proven bool  // the stamp proves the content, since the file was opened
	closed bool  // no more is appended: a last line counts without its newline
	whole  bool  // known describes all of the content
	cut    bool  // only the beginning of the content counts, up to length
	left   bool  // left out, because it can't be read
	length int64 // bytes; with cut only

	// Of an indexedSearch that judges its sources:
	unread  bool           // nothing but the summary was read of the index
	verdict filter.Verdict // of the query on that

	stamp  stamp      // of a plain file that is cut, with the size of what counts
	known  facts      // what is known of the content's beginning
	fresh  facts      // what this query found behind that
	index  *fileIndex // of all the content; nil if there is none, or it is not used
	file   *os.File   // nil unless it is held open
	lent   *lentFile  // whose file that is; nil: its own
	mark   *uint32    // fingerprint of the content, where the stamp does not tell whether it is still the same
	stream *stream    // of a compressed file that is being scanned
}

var (
	errTruncated = errors.New("truncated under the query")
	errReplaced  = errors.New("replaced under the query")
	errUnsteady  = errors.New("changes faster than it can be read")
	errIrregular = errors.New("is no regular file")
	errTooLarge  = errors.New("is larger than 16 TiB")
)

// moved reports whether err may mean that the journal changed between looking
// at it and reading it, so that looking anew helps.
func moved(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, errReplaced) || errors.Is(err, errUnsteady)
}

// openFile opens a day file for reading. It never follows a link, and never
// waits, as opening a FIFO would.
func openFile(dir, name string) (*os.File, stamp, error) {
	file, err := os.OpenFile(filepath.Join(dir, name), os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, stamp{}, err
	}
	info, err := file.Stat()
	if err == nil {
		err = checkFile(info)
	}
	if err != nil {
		file.Close()
		return nil, stamp{}, err
	}
	return file, stampOf(info), nil
}

// place returns which part the source holds.
func (s *source) place() partPlace { return partPlace{s.day, s.rank} }

// checkFile refuses what can't be read as a day file.
func checkFile(info fs.FileInfo) error { return checkKind(info.Mode().IsRegular(), info.Size()) }

func checkKind(regular bool, size int64) error {
	switch {
	case !regular:
		return errIrregular
	case size > mostBytes:
		return errTooLarge
	}
	return nil
}

// acquire returns the open file, and a function to be called when it is no
// longer needed. It may be called concurrently.
func (s *source) acquire(dir string) (*os.File, func(), error) {
	if s.file != nil {
		return s.file, func() {}, nil
	}
	file, now, err := openFile(dir, s.name)
	if err != nil {
		return nil, nil, err
	}
	switch {
	case !now.sameFile(s.stamp):
		err = errReplaced
	case now.Size < s.stamp.Size:
		err = errTruncated
	case now.Size == s.stamp.Size && now != s.stamp && s.closed:
		err = errReplaced // written anew in place, perhaps
	default:
		return file, func() { file.Close() }, nil
	}
	file.Close()
	return nil, nil, err
}

// unchanged returns an error unless all that was read so far of a plain file
// that is held open is what the snapshot is of. The file may have grown, been
// renamed or deleted, but not been cut short, even if it grew again since.
func (s *source) unchanged() error {
	if s.file == nil || s.enc != plain {
		return nil
	}
	info, err := s.file.Stat()
	if err != nil {
		return err
	}
	switch now := stampOf(info); {
	case now.Size < s.stamp.Size:
		return errTruncated
	case s.proven && now == s.stamp:
	case s.mark != nil:
		print, err := fingerprint(s.file, s.stamp.Size)
		if err == nil && print != *s.mark {
			err = errReplaced
		}
		return err
	case now.Size != s.stamp.Size || now.Modified != s.stamp.Modified:
		return errReplaced
	}
	return nil
}

// open opens the file, or borrows it, where it is kept open for that.
func (s *source) open(dir string, kept *handles) (stamp, error) {
	lent, now := kept.borrow(s.name)
	if lent != nil {
		s.file, s.lent = lent.file, lent
		return now, nil
	}
	file, now, err := openFile(dir, s.name)
	s.file = file
	return now, err
}

// close closes the file, if it is open.
func (s *source) close() {
	if s.lent != nil {
		s.lent.release()
	} else if s.file != nil {
		s.file.Close()
	}
	s.file, s.lent = nil, nil
}

// A fileRange reads a file from at up to end, with pread: several may read
// one file at once. A file that ends before is an error.
type fileRange struct {
	file    io.ReaderAt
	at, end int64

	// ctx, if there is one, ends the reading: a decoder may ask for much of a
	// file before it gives anything.
	ctx context.Context
}

func (r *fileRange) Read(p []byte) (int, error) {
	if r.at >= r.end {
		return 0, io.EOF
	}
	if r.ctx != nil && r.ctx.Err() != nil {
		return 0, r.ctx.Err()
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

// skipHole moves on to where the file has data, but not past the last byte of
// the range, which still must be there.
func (r *fileRange) skipHole() int64 {
	const seekData = 3 // of lseek, which leaves pread alone
	file, ok := r.file.(io.Seeker)
	if !ok {
		return 0
	}
	data, err := file.Seek(r.at, seekData)
	if errors.Is(err, syscall.ENXIO) {
		data = r.end // all the rest is a hole
	} else if err != nil {
		return 0
	}
	skipped := max(0, min(data, r.end-1)-r.at)
	r.at += skipped
	return skipped
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
	for _, own := range []error{errTruncated, errReplaced, errUnsteady, errIrregular, errTooLarge} {
		if errors.Is(err, own) {
			return &ReadError{File: name, Reason: own.Error(), Err: fmt.Errorf("read %s: %w", name, err)}
		}
	}
	switch {
	case errors.Is(err, fs.ErrPermission):
		reason = "permission denied"
	case errors.Is(err, fs.ErrNotExist):
		reason = "deleted under the query"
	case errors.Is(err, syscall.ELOOP):
		reason = "is a symbolic link"
	case errors.As(err, &damage):
		reason = damage.Error()
	case errors.As(err, &number):
		reason = number.Error()
	}
	return &ReadError{File: name, Reason: reason, Err: fmt.Errorf("read %s: %w", name, err)}
}

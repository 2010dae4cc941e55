package auth

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

const (
	lockSuffix = ".lock" // after the token file's name
	tempSuffix = ".tmp"  // likewise

	lockWait = 10 * time.Second     // for other processes that change tokens
	lockPoll = 5 * time.Millisecond // between tries

	ownerOnly   = fs.FileMode(0o600) // the token file, its lock and its temporary file
	ownerFolder = fs.FileMode(0o700) // the data folder, where it is missing
	othersAny   = fs.FileMode(0o077) // any right of anyone but the owner
	othersWrite = fs.FileMode(0o022) // the right to change the file
)

// readFile returns the records of the token file at path, and what the file
// was when it was read. A missing file holds no records and has no FileInfo.
func readFile(path string) ([]record, os.FileInfo, error) {
	// Non-blocking, so that a FIFO of that name is refused rather than waited for.
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("open token file: %w", err)
	}
	defer f.Close()
	info, err := checkFile(path, f)
	if err != nil {
		return nil, nil, err
	}
	data, err := io.ReadAll(io.LimitReader(f, maxFileBytes+1))
	if err != nil {
		return nil, nil, fmt.Errorf("read token file: %w", err)
	}
	if len(data) > maxFileBytes {
		return nil, nil, &FileError{File: path, Err: fmt.Errorf("longer than %d bytes", maxFileBytes)}
	}
	records, err := decodeFile(path, data)
	return records, info, err
}

// checkFile reports whether f is a file to take tokens from: a regular file
// that only its owner could have written. Rights of others to read it are
// taken away.
func checkFile(path string, f *os.File) (os.FileInfo, error) {
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, fmt.Errorf("token file: %w", err)
	case !info.Mode().IsRegular():
		return nil, &FileError{File: path, Err: fmt.Errorf("not a regular file but %v", info.Mode().Type())}
	case info.Mode().Perm()&othersWrite != 0:
		return nil, &FileError{File: path, Err: fmt.Errorf("others may write to it (mode %04o): see who did, then chmod 600", info.Mode().Perm())}
	case info.Mode().Perm()&othersAny == 0:
		return info, nil
	}
	if err := f.Chmod(ownerOnly); err != nil {
		return nil, fmt.Errorf("token file: others may read it: %w", err)
	}
	return f.Stat()
}

// writeFile replaces the token file at path, as told above fileFormat. The
// caller holds the lock. After an error the old file or the new one stands,
// whole.
func writeFile(path string, data []byte) error {
	temp := path + tempSuffix
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC|syscall.O_NOFOLLOW, ownerOnly)
	if err != nil {
		return fmt.Errorf("write token file: %w", err)
	}
	_, err = f.Write(data)
	// The mode given above is that of a new file only, and less the umask.
	err = errors.Join(err, f.Chmod(ownerOnly), giveToFolder(f), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(temp, path)
	}
	if err != nil {
		os.Remove(temp)
		return fmt.Errorf("write token file: %w", err)
	}
	return syncFolder(filepath.Dir(path))
}

// giveToFolder gives f, when root made it, to the owner of its folder: root
// may create tokens for a server that runs as somebody else, and the file must
// stay that server's to read.
func giveToFolder(f *os.File) error {
	if os.Geteuid() != 0 {
		return nil
	}
	info, err := os.Stat(filepath.Dir(f.Name()))
	if err != nil {
		return err
	}
	if owner, ok := info.Sys().(*syscall.Stat_t); ok {
		return f.Chown(int(owner.Uid), int(owner.Gid))
	}
	return nil
}

// syncFolder makes a rename in dir durable.
func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync data folder: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("sync data folder: %w", err)
	}
	return nil
}

// lock keeps every other caller that locks the token file at path, in this
// process or another, waiting until the returned function is called. The lock
// goes with its process, however that ends. Readers need none.
func lock(path string) (unlock func(), err error) {
	path += lockSuffix
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, ownerOnly)
	if err != nil {
		return nil, fmt.Errorf("lock tokens: %w", err)
	}
	if err := giveToFolder(f); err != nil {
		f.Close()
		return nil, fmt.Errorf("lock tokens: %w", err)
	}
	for deadline := time.Now().Add(lockWait); ; time.Sleep(lockPoll) {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			// Closing gives the lock up. The file stays: without it, two
			// processes could hold locks on two files of that name.
			return func() { f.Close() }, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			f.Close()
			return nil, fmt.Errorf("lock tokens: %s: %w", path, err)
		}
		if time.Now().After(deadline) {
			f.Close()
			return nil, fmt.Errorf("lock tokens: %s: another process has held it for %v", path, lockWait)
		}
	}
}

package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// An output is where an export is written: stdout, or a file that gets its name
// when it is whole.
type output struct {
	*bufio.Writer
	file *os.File // nil for stdout
	name string   // that the file is to have; "" if it has it
	said string   // how whoever asked for it named it
}

// createOutput opens an output. What is there under that name and is no plain file,
// such as a pipe, is written to; where it is a link, the file it leads to is
// replaced.
func createOutput(name string, stdout io.Writer) (*output, error) {
	const buffer = 64 << 10
	if name == "" {
		return &output{Writer: bufio.NewWriterSize(stdout, buffer)}, nil
	}
	said := name
	if target, err := filepath.EvalSymlinks(name); err == nil {
		name = target
	}
	// Another name for each process: two may be asked to write one file.
	path, final, how := fmt.Sprintf("%s.%08x.part", name, rand.Uint32()), name, os.O_WRONLY|os.O_CREATE|os.O_EXCL
	info, err := os.Stat(name)
	there := err == nil
	if there && !info.Mode().IsRegular() {
		path, final, how = name, "", os.O_WRONLY
	}
	file, err := os.OpenFile(path, how, 0o666)
	if err != nil {
		return nil, fmt.Errorf("--output: %w", inTermsOf(said, err))
	}
	if there && final != "" {
		// Whom the file was kept from, it still is.
		if err := file.Chmod(info.Mode().Perm()); err != nil {
			file.Close()
			os.Remove(path)
			return nil, fmt.Errorf("--output: %w", inTermsOf(said, err))
		}
	}
	return &output{bufio.NewWriterSize(saidFile{file, said}, buffer), file, final, said}, nil
}

// A saidFile is a file whose errors name it as somebody else did.
type saidFile struct {
	file *os.File
	said string
}

func (f saidFile) Write(data []byte) (int, error) {
	n, err := f.file.Write(data)
	return n, inTermsOf(f.said, err)
}

// inTermsOf returns err, about a file, with the name that was said in place of
// that of the file which is written to become it.
func inTermsOf(said string, err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return &fs.PathError{Op: path.Op, Path: said, Err: path.Err}
	}
	var link *os.LinkError
	if errors.As(err, &link) {
		return &fs.PathError{Op: link.Op, Path: said, Err: link.Err}
	}
	return err
}

// finish writes the rest, and gives the file its name.
func (o *output) finish() error {
	if err := o.Flush(); err != nil || o.file == nil {
		return err
	}
	if err := o.file.Close(); err != nil {
		return inTermsOf(o.said, err)
	}
	if o.name != "" {
		if err := os.Rename(o.file.Name(), o.name); err != nil {
			return inTermsOf(o.said, err)
		}
	}
	o.file = nil
	return nil
}

// abandon removes a file that is not finished.
func (o *output) abandon() {
	if o.file == nil {
		return
	}
	o.file.Close()
	if o.name != "" {
		os.Remove(o.file.Name())
	}
}

package logstore

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// A rotator does to day files what other programs do, by the same calls in the
// same order.
type rotator struct{ *journal }

// rename is what a writer, or logrotate with create, does.
func (r rotator) rename(from, to string) {
	r.Helper()
	r.must(os.Rename(r.path(from), r.path(to)))
	f, err := os.OpenFile(r.path(from), os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o644)
	r.must(err)
	r.must(f.Close())
}

// copyFile is the first half of logrotate's copytruncate, which cp is all of. It
// calls between after the first block.
func (r rotator) copyFile(from, to string, between func()) {
	r.Helper()
	src, err := os.OpenFile(r.path(from), os.O_RDWR, 0)
	r.must(err)
	dst, err := os.OpenFile(r.path(to), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	r.must(err)
	block := make([]byte, 200)
	for {
		n, err := src.Read(block)
		if err == io.EOF {
			break
		}
		r.must(err)
		_, err = dst.Write(block[:n])
		r.must(err)
		if between != nil {
			between()
			between = nil
		}
	}
	r.must(errors.Join(dst.Sync(), dst.Close(), src.Close()))
}

// truncate is the second half of copytruncate.
func (r rotator) truncate(name string) {
	r.Helper()
	f, err := os.OpenFile(r.path(name), os.O_RDWR, 0)
	r.must(err)
	r.must(errors.Join(f.Truncate(0), f.Close()))
}

// pack is what gzip, and zstd --rm, do: the compressed file grows beside the
// plain one, gets its times, and then the plain one goes.
func (r rotator) pack(name string, e encoding) {
	r.Helper()
	content, err := os.ReadFile(r.path(name))
	r.must(err)
	info, err := os.Stat(r.path(name))
	r.must(err)
	packed := packed(r, e, string(content))
	flags := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if e == zstandard {
		flags = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	}
	f, err := os.OpenFile(r.path(name+e.suffix()), flags, 0o600)
	r.must(err)
	for half := range 2 {
		_, err := io.WriteString(f, packed[half*(len(packed)/2):][:len(packed)/2+half*(len(packed)%2)])
		r.must(err)
	}
	r.must(errors.Join(f.Chmod(0o644), f.Close()))
	r.must(os.Chtimes(r.path(name+e.suffix()), info.ModTime(), info.ModTime()))
	r.must(os.Remove(r.path(name)))
}

// tool runs a program on a file, where it is installed. It reports whether it is.
func (r rotator) tool(program string, args ...string) bool {
	r.Helper()
	name, err := exec.LookPath(program)
	if err != nil {
		return false
	}
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		r.Fatalf("%s %s: %v\n%s", program, strings.Join(args, " "), err, out)
	}
	return true
}

// TestRotatorPacks makes sure that what the rotator leaves is what the real tools
// read.
func TestRotatorPacks(t *testing.T) {
	j := newJournal(t)
	r := rotator{j}
	for e, program := range map[encoding]string{gzipped: "gzip", zstandard: "zstd"} {
		j.write(liveName, numbered(0, 50))
		r.pack(liveName, e)
		if !r.tool(program, "-t", j.path(liveName+e.suffix())) {
			t.Logf("%s is not installed", program)
		}
	}
}

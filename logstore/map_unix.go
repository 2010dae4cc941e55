//go:build unix

package logstore

import (
	"os"
	"syscall"
)

// mapFile maps the first size bytes of a file into memory. Only files of our
// own are mapped, which are replaced but never written to: where somebody cuts
// one short all the same, looking at its end is a fault, which workers survive.
func mapFile(file *os.File, size int64) (content []byte, release func(), err error) {
	content, err = syscall.Mmap(int(file.Fd()), 0, int(size), syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		return nil, nil, os.NewSyscallError("mmap", err)
	}
	return content, func() { syscall.Munmap(content) }, nil
}

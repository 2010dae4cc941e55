//go:build !(darwin || freebsd || netbsd)

package logstore

import "syscall"

// statusChanged returns when a file's status was last changed, in Unix
// nanoseconds.
func statusChanged(sys *syscall.Stat_t) int64 { return sys.Ctim.Nano() }

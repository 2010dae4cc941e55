package logstore

import (
	"context"
	"hash/crc32"
	"os"
)

// seal makes sure, when the day of a part is over, that all of its content is
// still what was read of it.
func (f *follower) seal(ctx context.Context, p *followed) {
	if p.sealed || !p.digest.complete(p.length()) {
		return
	}
	p.sealed = true
	name, read, want := p.name(), p.length(), p.digest.sum
	f.background(ctx, func() func() {
		sum, err := sumOf(ctx, f.store.opts.Dir, name, read)
		return func() {
			if err == nil && sum != want && p.name() == name && p.length() >= read {
				f.store.incident(Rewritten, name, read, witnessOf(p))
			}
		}
	})
}

// sumOf returns the CRC-32C of the first so many bytes of a file.
func sumOf(ctx context.Context, dir, name string, length int64) (uint32, error) {
	file, _, err := openFile(dir, name)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	return sumFile(ctx, file, length)
}

func sumFile(ctx context.Context, file *os.File, length int64) (sum uint32, err error) {
	buf := make([]byte, readSize)
	for at := int64(0); at < length; {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		part := buf[:min(int64(len(buf)), length-at)]
		if err := readAll(file, part, at); err != nil {
			return 0, err
		}
		sum = crc32.Update(sum, castagnoli, part)
		at += int64(len(part))
	}
	return sum, nil
}

package logstore

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"sync"
	"time"
)

// A relation says which of a part's files hold its records, where a plain and
// a compressed one exist.
type relation uint8

const (
	plainStands      relation = iota // the plain file holds all that the compressed one does
	compressedStands                 // the plain file holds only the beginning of it
	bothStand                        // they differ: the plain file was created anew
)

// twins remembers how plain and compressed files of one part relate, because
// finding out takes decompressing.
type twins struct {
	mu    sync.Mutex
	known map[string]twin // by the compressed file's name
}

type twin struct {
	plain, compressed stamp
	print             uint32 // fingerprint of the plain file, up to its size in plain
	relation          relation
	whole             bool // the compressed file was complete
}

func newTwins() *twins { return &twins{known: make(map[string]twin)} }

// recall returns what was learnt of two files, if it still holds: neither
// changed, or the plain one only grew, which changes nothing once it is as
// long as the compressed content or differs from it. A compressed file that
// was incomplete and still grows is being written: the plain one stands for it
// until it rests, so that not every query decompresses what there is.
func (t *twins) recall(name string, plain, compressed stamp, file io.ReaderAt, now time.Time) (relation, bool) {
	t.mu.Lock()
	k, ok := t.known[name]
	t.mu.Unlock()
	grew := plain.sameFile(k.plain) && plain.Size >= k.plain.Size && k.relation != compressedStands
	growing := !k.whole && compressed.sameFile(k.compressed) && compressed.Size > k.compressed.Size && !compressed.settled(now)
	if !ok || k.compressed != compressed && !growing || k.plain != plain && !grew {
		return 0, false
	}
	if print, err := fingerprint(file, k.plain.Size); err != nil || print != k.print {
		return 0, false
	}
	return k.relation, true
}

// learn remembers how two files relate.
func (t *twins) learn(name string, k twin) (news bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	old, known := t.known[name]
	t.known[name] = k
	return !known || old != k
}

// retain forgets all files but those for which keep reports true.
func (t *twins) retain(keep func(name string) bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	maps.DeleteFunc(t.known, func(name string, _ twin) bool { return !keep(name) })
}

// compareTwins reads a compressed file to its end, and as much of the plain
// file, size bytes long, as it takes to see how they relate. While the
// compressed file is not whole, the plain one stands for it.
func compareTwins(ctx context.Context, plain io.ReaderAt, size int64, compressed io.Reader, e encoding) (r relation, whole bool, err error) {
	content, err := decompress(compressed, e)
	if err != nil {
		return plainStands, false, unlessDamaged(err)
	}
	defer content.Close()
	result := plainStands
	one, other := make([]byte, 64<<10), make([]byte, 64<<10)
	for at := int64(0); ; {
		if err := ctx.Err(); err != nil {
			return 0, false, err
		}
		n, err := io.ReadFull(content, one)
		if result == plainStands && n > 0 {
			have := min(int64(n), max(0, size-at))
			if err := readAll(plain, other[:have], at); err != nil {
				return 0, false, err
			}
			switch {
			case !bytes.Equal(one[:have], other[:have]):
				result = bothStand
			case have < int64(n):
				result = compressedStands
			}
			at += int64(n)
		}
		switch {
		case err == io.EOF || err == io.ErrUnexpectedEOF:
			return result, true, nil
		case err != nil:
			return plainStands, false, unlessDamaged(err)
		}
	}
}

// unlessDamaged returns err unless it says that a compressed file is damaged.
func unlessDamaged(err error) error {
	var damage *damagedError
	if errors.As(err, &damage) {
		return nil
	}
	return err
}

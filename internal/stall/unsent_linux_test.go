package stall

import (
	"errors"
	"io"
	"os"
	"testing"
	"time"
)

// A client who has let the system's memory fill up is written to again after a hundred
// kilobytes, not after a third of megabytes.
func TestSlowClient(t *testing.T) {
	t.Parallel()
	c, peer := held(t)
	c.holds = false
	read := func(most int) {
		t.Helper()
		if _, err := io.CopyN(io.Discard, peer, int64(most)); err != nil {
			t.Fatal(err)
		}
	}
	taken := 0
	for range 8 { // the memory grows
		most := min(taken, 64<<10)
		read(most)
		taken -= most
		if err := c.SetWriteDeadline(time.Now().Add(200 * time.Millisecond)); err != nil {
			t.Fatal(err)
		}
		some, err := 0, error(nil)
		for piece := make([]byte, PieceSize); err == nil; {
			var n int
			n, err = c.Write(piece)
			some += n
		}
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatal(err)
		}
		taken += some
	}
	if err := c.SetWriteDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	written := make(chan error)
	go func() {
		_, err := c.Write(make([]byte, 2*PieceSize))
		written <- err
	}()
	time.Sleep(20 * time.Millisecond) // mostly it waits by then
	read(min(taken, 128<<10))
	if err := <-written; err != nil {
		t.Errorf("of %d bytes that wait, 128 KiB were read: %v", taken, err)
	}
}

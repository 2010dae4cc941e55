package logstore

import (
	"bufio"
	"errors"
	"io"
	"io/fs"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// mostWindow is the largest zstd window that is decoded, in bytes. A file
// decides how much memory it takes to decode, and this is where we stop
// following it: four times what "zstd -19" asks for, but not what --ultra and
// --long do.
const mostWindow = 32 << 20

// A decoder reads the content of a compressed file. It must be closed; the
// file stays open.
type decoder struct {
	r     io.Reader
	close func()
}

// decompress returns a decoder for a file in encoding e. Like the decoder's
// own errors, its error is a *damagedError or one of the disk's.
func decompress(file io.Reader, e encoding) (*decoder, error) {
	buffered := bufio.NewReaderSize(file, 64<<10)
	if _, err := buffered.Peek(1); err == io.EOF {
		// Neither format is ever empty, but zstd reads it as empty content.
		return nil, &damagedError{io.ErrUnexpectedEOF}
	}
	if e == gzipped {
		z, err := gzip.NewReader(buffered)
		if err != nil {
			return nil, damaged(err)
		}
		return &decoder{r: z, close: func() { z.Close() }}, nil
	}
	z, err := zstd.NewReader(buffered,
		zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(mostWindow))
	if err != nil {
		return nil, damaged(err)
	}
	return &decoder{r: z, close: z.Close}, nil
}

func (d *decoder) Read(p []byte) (int, error) {
	n, err := d.r.Read(p)
	if err != nil && err != io.EOF {
		err = damaged(err)
	}
	return n, err
}

func (d *decoder) Close() error {
	d.close()
	return nil
}

// A damagedError reports a compressed file that is cut short or corrupt.
type damagedError struct{ err error }

func (e *damagedError) Error() string {
	if errors.Is(e.err, io.ErrUnexpectedEOF) || errors.Is(e.err, io.EOF) {
		return "compressed file cut short"
	}
	return "compressed file damaged: " + e.err.Error()
}

func (e *damagedError) Unwrap() error { return e.err }

// damaged marks err as damage of the file, unless it is the disk's.
func damaged(err error) error {
	var disk *fs.PathError
	if errors.As(err, &disk) || contextError(err) != nil {
		return err
	}
	return &damagedError{err}
}

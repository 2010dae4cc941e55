package logstore

import (
	"context"
	"errors"
	"io"
	"math"

	"go.uber.org/zap"
)

// verify finds out, in the background, whether the compressed file that holds p
// now begins with what was read of it. Lines that it has behind that, which were
// written just before it was compressed, are new. Otherwise fail is called.
func (f *follower) verify(ctx context.Context, d *following, p *followed, fail func()) {
	name, enc, want, length := p.name(), p.enc, p.print.print(), p.length()
	f.background(ctx, func() func() {
		found, size, err := printPacked(ctx, f.store.opts.Dir, name, enc, length)
		return func() {
			switch {
			case p.name() != name || p.enc != enc || contextError(err) != nil:
			case err != nil || found.length < length || found.print() != want:
				f.log.Debug("compressed file does not hold what was read of the plain one", zap.String("file", name), zap.Error(err))
				fail()
			default:
				f.log.Debug("day file was compressed", zap.String("file", name))
				p.print = found
				if size > length {
					f.readPacked(ctx, d, p)
				}
			}
			f.publish(nil)
		}
	})
}

// openPacked opens a compressed file, and returns its content.
func openPacked(ctx context.Context, dir, name string, enc encoding) (content *decoder, close func(), err error) {
	file, now, err := openFile(dir, name)
	if err != nil {
		return nil, nil, err
	}
	content, err = decompress(&fileRange{file: file, end: now.Size, ctx: ctx}, enc)
	if err != nil {
		file.Close()
		return nil, nil, err
	}
	return content, func() { content.Close(); file.Close() }, nil
}

// printPacked returns the printer of the beginning of a compressed file's
// content, of length bytes where it has as many, and the size of all of it.
func printPacked(ctx context.Context, dir, name string, enc encoding, length int64) (p printer, size int64, err error) {
	content, close, err := openPacked(ctx, dir, name, enc)
	if err != nil {
		return printer{}, 0, err
	}
	defer close()
	buf := make([]byte, readSize)
	for {
		n, err := content.Read(buf)
		if left := length - p.length; left > 0 {
			p.write(buf[:min(int64(n), left)])
		}
		size += int64(n)
		if errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return p, size, nil
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return p, size, err
		}
	}
}

// readPacked hands on the lines that a compressed file holds behind where
// reading stands.
func (f *follower) readPacked(ctx context.Context, d *following, p *followed) {
	content, close, err := openPacked(ctx, f.store.opts.Dir, p.name(), p.enc)
	if err == nil {
		defer close()
		_, err = io.CopyN(io.Discard, content, p.length())
	}
	if err != nil {
		f.log.Warn("compressed file can't be read", zap.String("file", p.name()), zap.Error(err))
		return
	}
	r := newLineReader(content, f.buf, p.length(), math.MaxInt64, false, true, f.store.opts.MaxLine)
	for {
		b, err := r.block()
		if err != nil {
			if err != io.EOF && contextError(err) == nil {
				f.log.Warn("compressed file can't be read", zap.String("file", p.name()), zap.Error(err))
			}
			return
		}
		if len(b.data) > 0 {
			f.hand(d, p, b)
		}
	}
}

package requestlog

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
)

// A bodyTee is the body of a request whose beginning is kept as it is read. Some
// handlers read on after they have returned.
type bodyTee struct {
	io.ReadCloser
	most int

	mu    sync.Mutex // guards what follows
	kept  []byte
	size  int64 // bytes read
	whole bool  // read to its end
	ended bool  // nothing more is kept
}

// Read implements io.Reader.
func (b *bodyTee) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.ended {
		b.kept = keep(b.kept, p[:n], b.most)
		b.size += int64(n)
		b.whole = b.whole || err == io.EOF
	}
	return n, err
}

// keep appends as much of p to kept as makes it most bytes long.
func keep(kept, p []byte, most int) []byte {
	return append(kept, p[:min(len(p), max(0, most-len(kept)))]...)
}

// end returns what was kept of the body, whose length was announced unless length
// is below 0. What nobody read counts as cut.
func (b *bodyTee) end(length int64) Body {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ended = true
	size := b.size
	if !b.whole {
		size = max(size, length)
	}
	return Body{Text: b.kept, Size: size}
}

// A responseTee is an http.ResponseWriter that notes what is answered. What else
// the writer behind it can do is found by http.ResponseController.
type responseTee struct {
	http.ResponseWriter
	log  *Log
	head bool // the request was HEAD: what is written is not sent

	status  int  // 0: none yet
	aborted bool // the handler cut the connection off
	header  http.Header
	keeps   bool // the body is stored
	kept    []byte
	size    int64
}

// WriteHeader implements http.ResponseWriter.
func (w *responseTee) WriteHeader(status int) {
	w.ResponseWriter.WriteHeader(status) // which panics where there is no such status
	if status >= 200 || status == http.StatusSwitchingProtocols {
		w.note(status)
	}
}

// note notes the status, and the header as it is at that moment. Only the first
// one counts.
func (w *responseTee) note(status int) {
	if w.status == 0 {
		w.status = status
		w.header = w.Header().Clone()
		w.keeps = !w.head && w.log.KeepsResponse(status)
	}
}

// Write implements io.Writer.
func (w *responseTee) Write(p []byte) (int, error) {
	w.note(http.StatusOK)
	n, err := w.ResponseWriter.Write(p)
	w.took(p[:max(0, n)])
	return n, err
}

// took notes that p was sent.
func (w *responseTee) took(p []byte) {
	if w.keeps {
		w.kept = keep(w.kept, p, w.log.keeps())
		w.size += int64(len(p))
	}
}

// ReadFrom implements io.ReaderFrom, so that files are sent as without us where
// the response is not stored.
func (w *responseTee) ReadFrom(from io.Reader) (int64, error) {
	w.note(http.StatusOK)
	if direct, ok := w.ResponseWriter.(io.ReaderFrom); ok && !w.keeps {
		return direct.ReadFrom(from)
	}
	return io.Copy(struct{ io.Writer }{w}, from)
}

// Flush implements http.Flusher.
func (w *responseTee) Flush() { w.FlushError() }

// FlushError is Flush, for http.ResponseController.
func (w *responseTee) FlushError() error {
	err := http.NewResponseController(w.ResponseWriter).Flush()
	if !errors.Is(err, http.ErrNotSupported) {
		w.note(http.StatusOK)
	}
	return err
}

// Hijack implements http.Hijacker. What goes over the connection from then on is
// not seen.
func (w *responseTee) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(w.ResponseWriter).Hijack()
	if err == nil {
		w.note(http.StatusSwitchingProtocols)
	}
	return conn, rw, err
}

// Unwrap returns the writer behind w, for http.ResponseController.
func (w *responseTee) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// end puts what was answered into e; gone says that the client has left.
func (w *responseTee) end(e *Entry, gone bool) {
	switch {
	case w.status != 0 || w.aborted:
	case gone:
		w.status = StatusClientGone
	default: // what net/http answers for a handler that does not
		w.status = http.StatusOK
	}
	if w.header == nil && !w.aborted {
		w.header = w.Header().Clone()
	}
	e.Status, e.ResponseHeader = w.status, w.header
	e.Response = Body{Text: w.kept, Size: w.size, Type: w.header.Get("Content-Type"), Encoding: w.header.Get("Content-Encoding")}
}

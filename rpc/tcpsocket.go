package rpc

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"strconv"
	"strings"
)

// tcpBuffer is the size of a connection's buffer for reading, in bytes.
const tcpBuffer = 4 << 10

// Bounds of the header before a message.
const (
	headerLine  = 1 << 10 // bytes
	headerLines = 16
)

// The names of header lines, in any case. Some clients (the framing LSP of
// creachadair/jrpc2) write the type first.
const (
	lengthHeader = "content-length"
	typeHeader   = "content-type"
)

// errHalfClosed means that the peer sends nothing more, but may still listen.
var errHalfClosed = errors.New("closed by peer for sending")

// A tcpSocket is the framing of messages on a TCP connection, as a socket: a
// message on each line, or with a header before each where the connection
// begins with one. It has no pings and no pongs; an idle peer is never taken to
// be gone, as long as TCP says nothing else.
type tcpSocket struct {
	conn     *patientConn
	protocol *tcpProtocol
	in       *bufio.Reader
	begun    bool // the first line has been read
}

func newTCPSocket(conn net.Conn, p *tcpProtocol, l *Limits) *tcpSocket {
	return &tcpSocket{conn: newPatientConn(conn, l), protocol: p, in: bufio.NewReaderSize(conn, tcpBuffer)}
}

// Read implements socket. Lines without a message are passed over.
func (s *tcpSocket) Read(limit func(full bool) int64) ([]byte, error) {
	for {
		if s.protocol.headers {
			return s.readCounted(nil, limit)
		}
		line, err := s.readLine(limit)
		if err != nil {
			return nil, err
		}
		text := trimLine(line)
		if !s.begun && len(text) > 0 {
			s.begun = true
			if isHeader(text, lengthHeader) || isHeader(text, typeHeader) {
				s.protocol.headers, s.protocol.last = true, jsonRPC
				return s.readCounted(text, limit)
			}
		}
		if len(text) > 0 {
			return text, nil
		}
	}
}

// readLine reads up to the next line feed. What stands before the end of the
// stream is a line too.
func (s *tcpSocket) readLine(limit func(full bool) int64) ([]byte, error) {
	most := limit(false)
	var line []byte
	for {
		piece, err := s.in.ReadSlice('\n')
		line = append(line, piece...)
		if size := int64(len(bytes.TrimRight(line, "\r\n"))); size > most {
			if most = limit(true); size > most {
				b := tooBig(most, size)
				b.patient, b.text = true, line
				return nil, b
			}
		}
		switch {
		case err == nil, err == io.EOF && len(line) > 0:
			return line, nil
		case err == io.EOF:
			return nil, errHalfClosed
		case err != bufio.ErrBufferFull:
			return nil, err
		}
	}
}

// trimLine returns the message on a line: without white space around it, and
// without the text \r\n behind it, four characters, which stands there when a
// shell or a language was expected to make a line break of it and did not.
func trimLine(line []byte) []byte {
	for {
		line = bytes.Trim(line, " \t\r\n")
		short := bytes.TrimSuffix(line, []byte(`\r\n`))
		if len(short) == len(line) {
			return line
		}
		line = short
	}
}

// isHeader reports whether line is the line of a header with that name.
func isHeader(line []byte, want string) bool {
	name, _, ok := strings.Cut(string(line[:min(len(line), headerLine)]), ":")
	return ok && strings.EqualFold(strings.TrimSpace(name), want)
}

// readCounted reads a header, whose first line has been read if there is one,
// and the message behind it.
func (s *tcpSocket) readCounted(first []byte, limit func(full bool) int64) ([]byte, error) {
	size, err := s.readHeader(first)
	if err != nil {
		return nil, err
	}
	most := limit(false)
	if size > most {
		most = limit(true)
	}
	if size > most {
		b := tooBig(most, size)
		b.patient = true
		return nil, b
	}
	text := make([]byte, size)
	if _, err := io.ReadFull(s.in, text); err != nil {
		return nil, brokenOff(err)
	}
	return text, nil
}

// readHeader reads a header to the blank line that ends it, and returns the
// length in it. Lines of other names mean nothing. After a fault nobody knows
// where the next message begins.
func (s *tcpSocket) readHeader(first []byte) (size int64, err error) {
	size = -1
	line := first
	for range headerLines {
		if line == nil {
			piece, err := s.in.ReadSlice('\n')
			switch {
			case err == io.EOF && len(piece) == 0 && size < 0:
				return 0, errHalfClosed
			case err != nil && err != bufio.ErrBufferFull:
				return 0, brokenOff(err)
			case len(piece) > headerLine:
				return 0, badHeader("a line of it is too long")
			}
			line = bytes.TrimSpace(piece)
		}
		if len(line) == 0 {
			if size < 0 {
				return 0, badHeader("Content-Length is missing")
			}
			return size, nil
		}
		if isHeader(line, lengthHeader) {
			_, value, _ := strings.Cut(string(line), ":")
			n, err := strconv.ParseUint(strings.TrimSpace(value), 10, 63)
			if err != nil || size >= 0 {
				return 0, badHeader("Content-Length is no number of bytes, or stands twice")
			}
			size = int64(n)
		} else if !bytes.Contains(line, []byte(":")) {
			return 0, badHeader("a line of it is no header")
		}
		line = nil
	}
	return 0, badHeader("too many lines")
}

// badHeader is the breach of a header that can't be understood.
func badHeader(reason string) *breach {
	return &breach{code: closeProtocol, reason: "bad header", fault: errNotRequest("bad header: " + reason), patient: true}
}

// brokenOff returns err, or errHalfClosed for the end of the stream.
func brokenOff(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return errHalfClosed
	}
	return err
}

// Discard implements socket.
func (s *tcpSocket) Discard() {
	io.Copy(io.Discard, s.conn.Conn) // its error is that the connection is closed
}

// Gone implements socket. A peer that sends nothing more is not gone.
func (s *tcpSocket) Gone() bool { return broken(s.conn.Conn) }

// WriteText implements socket.
func (s *tcpSocket) WriteText(text []byte) error {
	_, err := s.conn.Write(text)
	return err
}

// WritePing implements socket: there are none.
func (s *tcpSocket) WritePing() error { return nil }

// WritePong implements socket: there are none.
func (s *tcpSocket) WritePong([]byte) error { return nil }

// WriteClose implements socket: it ends the stream to the peer.
func (s *tcpSocket) WriteClose(int, string) error {
	half, ok := s.conn.Conn.(interface{ CloseWrite() error })
	if !ok {
		return nil // Close comes soon
	}
	return half.CloseWrite()
}

// Close implements socket.
func (s *tcpSocket) Close() error { return s.conn.Close() }

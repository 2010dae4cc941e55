package badinput

import (
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"
)

// A peer is the client's end of an open WebSocket connection.
type peer struct {
	*link
	pongs  []string
	closed int // the close code that came; 0: none yet
}

// open does the handshake of template. The response is checked by the caller,
// but for the key, which must have been understood.
func (l *link) open(template string) (*peer, *http.Response, error) {
	l.send([]byte(template))
	method, _, _ := strings.Cut(template, " ")
	resp, _, err := l.response(method)
	if err != nil {
		return nil, nil, err
	}
	if resp.StatusCode == http.StatusSwitchingProtocols {
		sum := sha1.Sum([]byte("dGhlIHNhbXBsZSBub25jZQ==" + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
		if got := resp.Header.Get("Sec-WebSocket-Accept"); got != base64.StdEncoding.EncodeToString(sum[:]) {
			return nil, nil, fmt.Errorf("handshake: Sec-WebSocket-Accept %q", got)
		}
	}
	return &peer{link: l}, resp, nil
}

// say sends one text message.
func (p *peer) say(text string) { p.send([]byte(message(text))) }

// errClosed is returned by next after the close frame or the end of the
// connection; peer.closed has the code.
var errClosed = errors.New("connection closed")

// next returns the next text message. Pings are answered, pongs kept.
func (p *peer) next() ([]byte, error) {
	var whole []byte
	open := false
	for {
		first, payload, err := p.frame()
		if err != nil {
			return nil, err
		}
		switch first & 0xf {
		case opPing:
			p.send([]byte(frame(fin|opPong, string(payload))))
		case opPong:
			p.pongs = append(p.pongs, string(payload))
		case opClose:
			p.closed = closeNoStatus
			if len(payload) >= 2 {
				p.closed = int(binary.BigEndian.Uint16(payload))
			}
			p.saw("close %d %s", p.closed, shorten(string(payload[min(2, len(payload)):])))
			return nil, errClosed
		case opText, opContinuation:
			if open == (first&0xf == opText) {
				return nil, fmt.Errorf("frame %#x out of order", first)
			}
			open = true
			whole = append(whole, payload...)
			if first&fin == 0 {
				continue
			}
			if !utf8.Valid(whole) {
				return nil, errors.New("a text message that is no UTF-8")
			}
			p.saw("%s", shorten(string(whole)))
			return whole, nil
		default:
			return nil, fmt.Errorf("frame %#x", first)
		}
	}
}

// frame reads one frame, which must be as RFC 6455 wants a server's.
func (p *peer) frame() (first byte, payload []byte, err error) {
	var head [2]byte
	if _, err := io.ReadFull(p.in, head[:]); err != nil {
		return 0, nil, p.ended(err)
	}
	size := uint64(head[1] & 0x7f)
	if size >= 126 {
		long := make([]byte, map[uint64]int{126: 2, 127: 8}[size])
		if _, err := io.ReadFull(p.in, long); err != nil {
			return 0, nil, p.ended(err)
		}
		size = 0
		for _, b := range long {
			size = size<<8 | uint64(b)
		}
		if len(long) != shortest(int(min(size, most))) {
			return 0, nil, fmt.Errorf("length %d in %d bytes", size, len(long))
		}
	}
	control := head[0]&0x8 != 0
	switch {
	case head[0]&(rsv1|rsv2|rsv3) != 0:
		return 0, nil, fmt.Errorf("reserved bits in frame %#x", head[0])
	case head[1]&maskBit != 0:
		return 0, nil, errors.New("a masked frame from the server")
	case control && (size > 125 || head[0]&fin == 0), size > most:
		return 0, nil, fmt.Errorf("frame %#x of %d bytes", head[0], size)
	}
	payload = make([]byte, size)
	if _, err := io.ReadFull(p.in, payload); err != nil {
		return 0, nil, p.ended(err)
	}
	return head[0], payload, nil
}

// ended notes the end of the connection.
func (p *peer) ended(err error) error {
	if err := hang(err); errors.Is(err, errHang) {
		return err
	}
	p.closed = dropped
	p.saw("end of the connection (%v)", err)
	return errClosed
}

// finish closes the connection from our side and reads to its end. Messages
// that come on the way are returned: nobody asked for them any more.
func (p *peer) finish() (late [][]byte, err error) {
	p.send([]byte(frame(fin|opClose, closing(1000, ""))))
	p.wait()
	for {
		m, err := p.next()
		if errors.Is(err, errClosed) {
			break
		}
		if err != nil {
			return late, fmt.Errorf("after our close: %w", err)
		}
		late = append(late, m)
	}
	if p.closed != 1000 {
		return late, fmt.Errorf("close %d in answer to our 1000", p.closed)
	}
	return late, p.gone()
}

// gone checks that the server ends the TCP connection, and with nothing more.
func (p *peer) gone() error {
	if p.closed == dropped {
		return nil
	}
	n, err := io.Copy(io.Discard, p.in)
	if err := hang(err); errors.Is(err, errHang) {
		return errors.New("the connection stays open after the close")
	}
	if n > 0 {
		return fmt.Errorf("%d bytes after the close", n)
	}
	return nil
}

// closedAs checks the end of a connection.
func (p *peer) closedAs(codes []int) error {
	if !slices.Contains(codes, p.closed) {
		return fmt.Errorf("close %d", p.closed)
	}
	if p.closed != dropped {
		p.send([]byte(frame(fin|opClose, closing(1000, ""))))
	}
	return p.gone()
}

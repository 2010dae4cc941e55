package badinput

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// A tcpPeer is the client's end of a TCP connection, on which messages are
// lines or have a header before them.
type tcpPeer struct {
	*link
	headers bool
}

// say sends one message.
func (p *tcpPeer) say(text string) {
	if p.headers {
		p.send([]byte("Content-Length: " + strconv.Itoa(len(text)) + "\r\n\r\n" + text))
	} else {
		p.send([]byte(text + "\r\n"))
	}
}

// next returns the next message, errClosed at the end of the connection.
func (p *tcpPeer) next() ([]byte, error) {
	line, err := p.in.ReadBytes('\n')
	if err == nil && p.headers {
		line, err = p.counted(string(line))
	}
	switch err = hang(err); {
	case errors.Is(err, errHang):
		return nil, err
	case err != nil && len(line) > 0:
		return nil, fmt.Errorf("the connection ended inside an answer: %s", shorten(string(line)))
	case err != nil:
		p.saw("end of the connection (%v)", err)
		return nil, errClosed
	}
	text, ok := strings.CutSuffix(string(line), "\r\n")
	if !ok && !p.headers {
		return nil, fmt.Errorf("an answer that does not end in CRLF: %s", shorten(string(line)))
	}
	p.saw("%s", shorten(text))
	return []byte(text), nil
}

// counted reads the rest of the header that begins with line, and the message.
func (p *tcpPeer) counted(line string) ([]byte, error) {
	value, ok := strings.CutPrefix(line, "Content-Length: ")
	size, err := strconv.Atoi(strings.TrimSuffix(value, "\r\n"))
	if !ok || err != nil || size < 0 || size > most {
		return []byte(line), errors.New("no Content-Length")
	}
	text := make([]byte, len("\r\n")+size)
	if _, err := io.ReadFull(p.in, text); err != nil || string(text[:2]) != "\r\n" {
		return text, errors.New("no whole answer")
	}
	return text[2:], nil
}

// finish ends what we send and reads to the end of the connection. Messages that
// come on the way are returned.
func (p *tcpPeer) finish() (late [][]byte, err error) {
	p.endSending()
	p.wait()
	for {
		m, err := p.next()
		if errors.Is(err, errClosed) {
			return late, nil
		}
		if err != nil {
			return late, err
		}
		late = append(late, m)
	}
}

package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// A connection asks a server over HTTP on one connection that is kept alive.
// It does no more than it takes to send a request and to take its answer in, so
// that little of a time is its own: it waits in the system call that reads, not in
// the runtime's poller, and looks at what came when the time is taken. One
// goroutine may use it at a time.
type connection struct {
	socket  *os.File // blocking
	head    string   // of every message, up to its length
	getHead string   // of every GET, behind its target
	request []byte
	raw     []byte // the answer as it came
	answer  bytes.Buffer
	release func() bool
}

// connect opens a connection to s, which is ready. The end of ctx breaks it off.
func connect(ctx context.Context, s *server) (*connection, error) {
	host, path, _ := strings.Cut(strings.TrimPrefix(s.url, "http://"), "/")
	conn, err := net.DialTimeout("tcp", host, answerWithin)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	socket, err := conn.(*net.TCPConn).File()
	if err != nil {
		return nil, err
	}
	fd := int(socket.Fd()) // which makes it blocking
	patience := unix.NsecToTimeval(answerWithin.Nanoseconds())
	for _, option := range []int{unix.SO_RCVTIMEO, unix.SO_SNDTIMEO} {
		if err := unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, option, &patience); err != nil {
			return nil, errors.Join(os.NewSyscallError("setsockopt", err), socket.Close())
		}
	}
	c := &connection{socket: socket, raw: make([]byte, 64<<10)}
	c.head = fmt.Sprintf("POST /%s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: ", path, host, s.token)
	c.getHead = fmt.Sprintf(" HTTP/1.1\r\nHost: %s\r\nAuthorization: Token %s\r\n\r\n", host, s.token)
	c.release = context.AfterFunc(ctx, func() { _ = unix.Shutdown(fd, unix.SHUT_RDWR) }) // wakes who waits
	return c, nil
}

// ask sends a message and returns the body of its answer, which the next call
// overwrites, and the time from the request to the answer's last byte.
func (c *connection) ask(message []byte) (body []byte, took time.Duration, err error) {
	c.request = append(fmt.Appendf(c.request[:0], "%s%d\r\n\r\n", c.head, len(message)), message...)
	return c.exchange()
}

// get asks for a target, path and query, as ask does.
func (c *connection) get(target string) (body []byte, took time.Duration, err error) {
	c.request = append(append(append(c.request[:0], "GET "...), target...), c.getHead...)
	return c.exchange()
}

// exchange sends the request and takes its answer in.
func (c *connection) exchange() (body []byte, took time.Duration, err error) {
	began := time.Now()
	if _, err := c.socket.Write(c.request); err != nil {
		return nil, 0, err
	}
	n, err := c.receive()
	took = time.Since(began)
	if err != nil {
		return nil, 0, fmt.Errorf("read answer: %w", err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(c.raw[:n])), nil)
	if err != nil {
		return nil, 0, fmt.Errorf("read answer: %w", err)
	}
	c.answer.Reset()
	_, err = io.Copy(&c.answer, resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %.200s", resp.Status, c.answer.Bytes())
	}
	if err == nil && resp.Close {
		err = errors.New("the server closes the connection")
	}
	return c.answer.Bytes(), took, err
}

// receive reads one answer into c.raw, and returns its length.
func (c *connection) receive() (n int, err error) {
	for size := 0; ; {
		if n == len(c.raw) {
			c.raw = append(c.raw, make([]byte, len(c.raw))...)
		}
		some, err := c.socket.Read(c.raw[n:])
		if err != nil {
			return 0, err
		}
		n += some
		if size == 0 {
			size = answerSize(c.raw[:n])
		}
		switch {
		case size > 0 && n >= size, size < 0 && bytes.HasSuffix(c.raw[:n], []byte("\r\n0\r\n\r\n")):
			return n, nil
		}
	}
}

// answerSize returns how long an answer is that begins with raw; 0 where that can't
// be told yet, and -1 where it comes in chunks.
func answerSize(raw []byte) int {
	head := bytes.Index(raw, []byte("\r\n\r\n"))
	if head < 0 {
		return 0
	}
	const length = "\r\nContent-Length: "
	at := bytes.Index(raw[:head], []byte(length))
	if at < 0 {
		return -1
	}
	text, _, _ := bytes.Cut(raw[at+len(length):], []byte("\r"))
	n, err := strconv.Atoi(string(text))
	if err != nil {
		return -1
	}
	return head + len("\r\n\r\n") + n
}

// close closes the connection.
func (c *connection) close() error {
	c.release()
	return c.socket.Close()
}

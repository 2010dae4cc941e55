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
	"strings"
	"time"
)

// A connection asks a server over HTTP on one connection that is kept alive.
// It does no more than it takes to send a request and to take its answer in, so
// that little of a time is its own. One goroutine may use it at a time.
type connection struct {
	conn    net.Conn
	reader  *bufio.Reader
	head    string // of every message, up to its length
	getHead string // of every GET, behind its target
	request []byte
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
	c := &connection{conn: conn, reader: bufio.NewReaderSize(conn, 64<<10)}
	c.head = fmt.Sprintf("POST /%s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: ", path, host, s.token)
	c.getHead = fmt.Sprintf(" HTTP/1.1\r\nHost: %s\r\nAuthorization: Token %s\r\n\r\n", host, s.token)
	c.release = context.AfterFunc(ctx, func() { conn.Close() })
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
	c.answer.Reset()
	began := time.Now()
	if err := c.conn.SetDeadline(began.Add(answerWithin)); err != nil {
		return nil, 0, err
	}
	if _, err := c.conn.Write(c.request); err != nil {
		return nil, 0, err
	}
	resp, err := http.ReadResponse(c.reader, nil)
	if err != nil {
		return nil, 0, fmt.Errorf("read answer: %w", err)
	}
	_, err = io.Copy(&c.answer, resp.Body)
	took = time.Since(began)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %.200s", resp.Status, c.answer.Bytes())
	}
	if err == nil && resp.Close {
		err = errors.New("the server closes the connection")
	}
	return c.answer.Bytes(), took, err
}

// close closes the connection.
func (c *connection) close() error {
	if !c.release() {
		return nil // the context has done it
	}
	return c.conn.Close()
}

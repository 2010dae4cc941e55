package rpc_test

import (
	"bufio"
	"crypto/rand"
	"crypto/tls"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"
	"time"
)

// Opcodes of the frames that tests send and expect.
const (
	frameContinuation = 0
	frameText         = 1
	frameBinary       = 2
	frameClose        = 8
	framePing         = 9
	framePong         = 10
	frameFinal        = 0x80
	frameRSV1         = 0x40
)

// A wsClient speaks WebSocket in single frames, so that it can also speak it
// wrong. It shares no code with the server.
type wsClient struct {
	t    *testing.T
	conn net.Conn
	in   *bufio.Reader
}

// dial connects with the given header lines, and expects to be let in.
func (r *rig) dial(header ...string) *wsClient {
	r.t.Helper()
	c, resp := r.handshake(header...)
	if resp.StatusCode != http.StatusSwitchingProtocols {
		r.t.Fatalf("upgrade with %q: %s", header, resp.Status)
	}
	return c
}

// dialManager connects with a manager's token.
func (r *rig) dialManager() *wsClient {
	r.t.Helper()
	return r.dial("Authorization: Bearer " + managerToken)
}

// handshake asks for a connection, and returns it with the server's answer.
func (r *rig) handshake(header ...string) (*wsClient, httpAnswer) {
	r.t.Helper()
	conn, err := net.Dial("tcp", r.web.Listener.Addr().String())
	if err != nil {
		r.t.Fatal(err)
	}
	if r.web.TLS != nil {
		conn = tls.Client(conn, &tls.Config{InsecureSkipVerify: true}) // the certificate is not what is tested
	}
	r.t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(hangs))
	key := make([]byte, 16)
	rand.Read(key)
	req, _ := http.NewRequest(http.MethodGet, r.web.URL+"/rpc", nil)
	setHeader(req.Header, []string{
		"Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
		"Sec-WebSocket-Key: " + base64.StdEncoding.EncodeToString(key),
	})
	setHeader(req.Header, header)
	if err := req.Write(conn); err != nil {
		r.t.Fatal(err)
	}
	in := bufio.NewReader(conn)
	resp, err := http.ReadResponse(in, req)
	if err != nil {
		r.t.Fatalf("upgrade: %v", err)
	}
	a := httpAnswer{Response: resp}
	if resp.StatusCode != http.StatusSwitchingProtocols {
		text, _ := io.ReadAll(resp.Body)
		a.text = string(text)
	}
	return &wsClient{r.t, conn, in}, a
}

// frame returns the bytes of a masked frame; first is FIN, RSV and opcode.
func frame(first byte, payload []byte) []byte {
	b := []byte{first}
	switch n := len(payload); {
	case n < 126:
		b = append(b, 0x80|byte(n))
	case n < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, 0x80|126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 0x80|127), uint64(n))
	}
	mask := [4]byte{1, 2, 3, 4}
	b = append(b, mask[:]...)
	for i, c := range payload {
		b = append(b, c^mask[i%4])
	}
	return b
}

// write sends raw bytes; the server may have closed the connection already.
func (c *wsClient) write(b []byte) { c.conn.Write(b) }

// send sends one text message.
func (c *wsClient) send(text string) { c.write(frame(frameFinal|frameText, []byte(text))) }

// frame reads the next frame.
func (c *wsClient) frame() (first byte, payload []byte, err error) {
	var head [2]byte
	if _, err := io.ReadFull(c.in, head[:]); err != nil {
		return 0, nil, err
	}
	size := uint64(head[1])
	var more [8]byte
	switch size {
	case 126:
		_, err = io.ReadFull(c.in, more[6:])
		size = binary.BigEndian.Uint64(more[:])
	case 127:
		_, err = io.ReadFull(c.in, more[:])
		size = binary.BigEndian.Uint64(more[:])
	}
	if err != nil {
		return 0, nil, err
	}
	payload = make([]byte, size)
	_, err = io.ReadFull(c.in, payload)
	return head[0], payload, err
}

// receive returns the next text message, which must be one frame.
func (c *wsClient) receive() string {
	c.t.Helper()
	first, payload, err := c.frame()
	if err != nil {
		c.t.Fatalf("waiting for a message: %v", err)
	}
	if first != frameFinal|frameText {
		c.t.Fatalf("got a frame %#x %q, want a text message", first, payload)
	}
	return string(payload)
}

// ask sends a message and returns the answer to it.
func (c *wsClient) ask(text string) string {
	c.t.Helper()
	c.send(text)
	return c.receive()
}

// usable checks that the connection still answers.
func (c *wsClient) usable() {
	c.t.Helper()
	const still = `"still there"`
	if got, want := c.ask(request(still, "echo", "[1]")), result(still, "[1]"); got != want {
		c.t.Errorf("afterwards the connection answered %s, want %s", got, want)
	}
}

// closed expects a close with the given code next, and then the end.
func (c *wsClient) closed(code int) {
	c.t.Helper()
	first, payload, err := c.frame()
	if err != nil {
		c.t.Fatalf("waiting for a close: %v", err)
	}
	if first != frameFinal|frameClose {
		c.t.Fatalf("got a frame %#x %.200q, want a close", first, payload)
	}
	if got := closeCode(payload); got != code {
		c.t.Errorf("closed with %s, want %d", got2(payload), code)
	}
	c.gone()
}

func closeCode(payload []byte) int {
	if len(payload) < 2 {
		return 0
	}
	return int(binary.BigEndian.Uint16(payload))
}

func got2(payload []byte) string {
	if len(payload) < 2 {
		return "no code"
	}
	return fmt.Sprintf("%d %q", closeCode(payload), payload[2:])
}

// gone answers the close, if there is one, and expects the connection's end.
func (c *wsClient) gone() {
	c.t.Helper()
	c.write(frame(frameFinal|frameClose, nil))
	if first, payload, err := c.frame(); err == nil {
		c.t.Errorf("after the close came a frame %#x %.200q", first, payload)
	}
}

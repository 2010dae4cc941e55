package rpc_test

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"daybook/rpc"
)

// A tcpClient sends bytes and reads lines. It shares no code with the server.
type tcpClient struct {
	t    *testing.T
	conn net.Conn
	in   *bufio.Reader
}

// listenTCP serves the rig over TCP as well, with TLS where config is not nil,
// and returns the address.
func (r *rig) listenTCP(config *tls.Config) string {
	r.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		r.t.Fatal(err)
	}
	address := l.Addr().String()
	if config != nil {
		l = tls.NewListener(l, config)
	}
	ended := make(chan error, 1)
	go func() { ended <- r.server.ServeTCP(l) }()
	r.t.Cleanup(func() {
		l.Close()
		if err := wait(r.t, ended, "the end of ServeTCP"); err != nil {
			r.t.Errorf("ServeTCP: %v", err)
		}
	})
	return address
}

// dialTCP connects to the rig over TCP, which begins to listen.
func (r *rig) dialTCP() *tcpClient {
	r.t.Helper()
	return dialTCP(r.t, r.listenTCP(nil))
}

// dialTCP connects to address.
func dialTCP(t *testing.T, address string) *tcpClient {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return &tcpClient{t, conn, bufio.NewReader(conn)}
}

// newTCP returns a client of a rig of its own.
func newTCP(t *testing.T, o rpc.Options) (*rig, *tcpClient) {
	t.Helper()
	r := newRig(t, o)
	return r, r.dialTCP()
}

// send writes text as it is.
func (c *tcpClient) send(text string) {
	c.t.Helper()
	if _, err := io.WriteString(c.conn, text); err != nil {
		c.t.Fatalf("send %.100q: %v", text, err)
	}
}

// line reads one answer, which must end in CRLF and hold no line break.
func (c *tcpClient) line() string {
	c.t.Helper()
	c.conn.SetReadDeadline(time.Now().Add(hangs))
	text, err := c.in.ReadString('\n')
	if err != nil {
		c.t.Fatalf("read an answer: %.200q, %v", text, err)
	}
	line, ok := strings.CutSuffix(text, "\r\n")
	if !ok || strings.ContainsAny(line, "\r\n") {
		c.t.Errorf("answer %.200q does not end in CRLF, or not there alone", text)
	}
	return line
}

// ask sends a line and returns its answer.
func (c *tcpClient) ask(line string) string {
	c.t.Helper()
	c.send(line + "\r\n")
	return c.line()
}

// closeWrite ends what is sent.
func (c *tcpClient) closeWrite() {
	c.t.Helper()
	if err := c.conn.(interface{ CloseWrite() error }).CloseWrite(); err != nil {
		c.t.Fatal(err)
	}
}

// end reads to the end of the connection and returns what still came.
func (c *tcpClient) end() string {
	c.t.Helper()
	c.conn.SetReadDeadline(time.Now().Add(hangs))
	rest, err := io.ReadAll(c.in)
	if err != nil {
		c.t.Fatalf("read to the end: %.200q, %v", rest, err)
	}
	return string(rest)
}

// command returns a request in the platform's dialect; data and token may be
// left out by "".
func command(id, name, data, token string) string {
	text := fmt.Sprintf(`{"command":%q`, name)
	if data != "" {
		text += `,"data":` + data
	}
	text += `,"extID":` + id
	if token != "" {
		text += fmt.Sprintf(`,"__token":%q`, token)
	}
	return text + "}"
}

// ok returns the platform's answer with a result.
func ok(id, data string) string { return fmt.Sprintf(`{"extID":%s,"status":200,"data":%s}`, id, data) }

// refusal returns the platform's answer with an error.
func refusal(id string, status int, name string, code int, message string) string {
	if id != "" {
		id = `"extID":` + id + ","
	}
	return fmt.Sprintf(`{%s"status":%d,"error":%q,"code":%d,"message":%s}`, id, status, name, code, message)
}

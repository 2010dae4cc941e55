package badinput

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"time"
)

// A link is one TCP connection to the server and a record of what came over
// it. Writing happens beside reading, because a server may answer, or end the
// connection, long before it has read everything; write errors are therefore
// not errors of ours. One goroutine uses a link.
type link struct {
	conn    net.Conn
	in      *bufio.Reader
	out     chan []byte
	joined  chan struct{} // closed when the writer has ended
	patient time.Duration
	came    []string // for the report
}

// dial opens a link.
func dial(host string, patience time.Duration) (*link, error) {
	conn, err := net.DialTimeout("tcp", host, patience)
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	l := &link{
		conn:    conn,
		in:      bufio.NewReader(conn),
		out:     make(chan []byte, 8),
		joined:  make(chan struct{}),
		patient: patience,
	}
	go l.write()
	l.wait()
	return l, nil
}

// write sends what is queued, in order. nil ends the sending side.
func (l *link) write() {
	defer close(l.joined)
	for b := range l.out {
		if b != nil {
			_, _ = l.conn.Write(b)
		} else if tcp, ok := l.conn.(*net.TCPConn); ok {
			_ = tcp.CloseWrite()
		}
	}
}

// send queues b.
func (l *link) send(b []byte) {
	if len(b) > 0 {
		l.out <- b
	}
}

// endSending tells the server that no more bytes come.
func (l *link) endSending() { l.out <- nil }

// wait gives the server its time anew. It is a guard against hanging only.
func (l *link) wait() { _ = l.conn.SetDeadline(time.Now().Add(l.patient)) }

// saw notes something for the report.
func (l *link) saw(format string, args ...any) {
	l.came = append(l.came, fmt.Sprintf(format, args...))
}

// close ends the connection and joins the writer.
func (l *link) close() {
	_ = l.conn.Close()
	close(l.out)
	<-l.joined
}

// fill puts the target's values into a template.
func (r *runner) fill(template, authorization string) string {
	return strings.NewReplacer(
		"{path}", r.path,
		"{host}", r.host,
		"{token}", r.target.Token,
		"{key}", "dGhlIHNhbXBsZSBub25jZQ==", // RFC 6455, section 1.3
		"{auth}", authorization,
	).Replace(template)
}

// authorization is the header line for state; "" before authentication.
func (r *runner) authorization(s State) string {
	if s == Before {
		return ""
	}
	return "Authorization: Bearer " + r.target.Token + "\r\n"
}

// errHang is what comes of a server that neither answers nor ends the
// connection.
var errHang = errors.New("nothing came in time")

// hang turns a passed deadline into errHang.
func hang(err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return errHang
	}
	return err
}

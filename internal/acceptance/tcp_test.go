package acceptance

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"testing"

	"daybook/internal/oracle"
	"daybook/rpc"
)

// listenTCP serves over TCP until the test ends, and returns the address.
func listenTCP(t testing.TB, server *rpc.Server) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- server.ServeTCP(l) }()
	t.Cleanup(func() {
		l.Close()
		if err := <-ended; err != nil {
			t.Error("serve TCP:", err)
		}
	})
	return l.Addr().String()
}

// dialTCP connects until the test ends.
func (s *served) dialTCP(t *testing.T) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", s.tcp)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// A lineCaller sends JSON-RPC as lines.
type lineCaller struct {
	conn net.Conn
	in   *bufio.Reader
}

// overLines connects and authenticates with a token.
func (s *served) overLines(t *testing.T, token string) caller {
	t.Helper()
	conn := s.dialTCP(t)
	c := &lineCaller{conn, bufio.NewReader(conn)}
	authenticateTCP(t, c, token)
	return c
}

// authenticateTCP binds a token, if there is one.
func authenticateTCP(t *testing.T, c caller, token string) {
	t.Helper()
	if token == "" {
		return
	}
	r, err := ask(c, "Authenticate", fmt.Appendf(nil, `{"token":%q}`, token))
	if err != nil || r.Error != nil {
		t.Fatalf("Authenticate: %v, %v", r.Error, err)
	}
}

func (c *lineCaller) call(request []byte) ([]byte, error) {
	if err := c.notify(request); err != nil {
		return nil, err
	}
	return c.in.ReadBytes('\n')
}

func (c *lineCaller) notify(message []byte) error {
	_, err := c.conn.Write(append(bytes.Clone(message), '\n'))
	return err
}

// A headerCaller sends JSON-RPC with a Content-Length before each message.
type headerCaller struct {
	conn net.Conn
	in   *bufio.Reader
}

// overHeaders connects and authenticates with a token, or none.
func (s *served) overHeaders(t *testing.T, token string) caller {
	t.Helper()
	conn := s.dialTCP(t)
	c := &headerCaller{conn, bufio.NewReader(conn)}
	authenticateTCP(t, c, token)
	return c
}

func (c *headerCaller) call(request []byte) ([]byte, error) {
	if err := c.notify(request); err != nil {
		return nil, err
	}
	header, err := c.in.ReadString('\n')
	if err != nil {
		return nil, err
	}
	size, err := strconv.Atoi(strings.TrimSpace(strings.TrimPrefix(header, "Content-Length:")))
	if err != nil {
		return nil, err
	}
	if _, err := c.in.Discard(len("\r\n")); err != nil {
		return nil, err
	}
	answer := make([]byte, size)
	_, err = io.ReadFull(c.in, answer)
	return answer, err
}

func (c *headerCaller) notify(message []byte) error {
	_, err := fmt.Fprintf(c.conn, "Content-Length: %d\r\n\r\n%s", len(message), message)
	return err
}

// A platformCaller speaks the dialect of the platform.
type platformCaller struct {
	conn  net.Conn
	in    *bufio.Reader
	token string
}

func (s *served) overPlatform(t *testing.T, token string) *platformCaller {
	t.Helper()
	conn := s.dialTCP(t)
	return &platformCaller{conn, bufio.NewReader(conn), token}
}

// raw sends a command and returns the answer as it came.
func (c *platformCaller) raw(method string, params json.RawMessage) ([]byte, error) {
	request := map[string]any{"command": method, "extID": "1", "__token": c.token}
	if len(params) > 0 {
		request["data"] = params
	}
	text, err := json.Marshal(request)
	if err != nil {
		return nil, err
	}
	if _, err := c.conn.Write(append(text, '\r', '\n')); err != nil {
		return nil, err
	}
	return c.in.ReadBytes('\n')
}

// A platformReply is an answer of the platform's dialect, taken apart.
type platformReply struct {
	ExtID   string          `json:"extID"`
	Status  int             `json:"status"`
	Data    json.RawMessage `json:"data"`
	Error   string          `json:"error"`
	Code    int             `json:"code"`
	Message string          `json:"message"`
}

// differs asks, and says how the answer is not what was wanted. Of an error the
// dialect tells less: its kind, and in its message the param or the file.
func (c *platformCaller) differs(method string, params, want json.RawMessage, fault *oracle.Error) string {
	text, err := c.raw(method, params)
	if err != nil {
		return err.Error()
	}
	var got platformReply
	if err := json.Unmarshal(text, &got); err != nil {
		return fmt.Sprintf("%v in %s", err, text)
	}
	if i := bytes.IndexFunc(bytes.TrimSuffix(text, []byte("\r\n")), func(r rune) bool { return r < ' ' || r > '~' || r == '\'' }); i >= 0 {
		return fmt.Sprintf("%q stands in %s", text[i], text)
	}
	if fault == nil && got.Status == 200 {
		return oracle.Difference(want, nil, got.Data, nil)
	}
	status := 200
	if fault != nil {
		status = map[int]int{rpc.CodeBadParams: 400, rpc.CodeUnreadable: 500, rpc.CodeTooLarge: 413, rpc.CodeNoMethod: 404}[fault.Code]
	}
	if got.Status != status || fault != nil && !strings.Contains(got.Message, fault.Param+fault.File) {
		return fmt.Sprintf("answered %s, want status %d, %v", text, status, fault)
	}
	return ""
}

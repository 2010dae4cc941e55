package acceptance

import (
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// oneLiner returns the command by which README.md sends a request with nc,
// without nc.
func oneLiner(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if command, ok := strings.CutSuffix(strings.TrimSpace(line), " | nc 127.0.0.1 7391"); ok {
			return command
		}
	}
	t.Fatal("README.md has no line that ends in nc")
	return ""
}

// TestNetcat sends what the one-liner of README.md sends: from a shell whose echo
// makes a line break of \r\n, and from one whose echo does not. Some versions of
// nc end their half of the connection then, others wait.
func TestNetcat(t *testing.T) {
	s := fixtures(t)
	command := oneLiner(t)
	tried := 0
	for _, shell := range []string{"sh", "bash", "dash"} {
		if _, err := exec.LookPath(shell); err != nil {
			continue
		}
		tried++
		echo := exec.Command(shell, "-c", command)
		echo.Env = append(os.Environ(), "DAYBOOK_TOKEN="+s.token)
		sent, err := echo.Output()
		if err != nil || !strings.Contains(string(sent), `"__token":"`+s.token+`"}`) {
			t.Fatalf("%s -c %s prints %q, %v", shell, command, sent, err)
		}
		netcat(t, s, string(sent), true)
		netcat(t, s, string(sent), false)
	}
	if tried == 0 {
		t.Error("there is no shell")
	}
}

// netcat sends text, perhaps ends its half, and wants a whole answer with a
// result.
func netcat(t *testing.T, s *served, text string, half bool) {
	t.Helper()
	conn := s.dialTCP(t)
	if _, err := conn.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if half {
		conn.(*net.TCPConn).CloseWrite()
	}
	var answer []byte
	for piece := make([]byte, 4096); !strings.HasSuffix(string(answer), "\r\n"); {
		n, err := conn.Read(piece)
		answer = append(answer, piece[:n]...)
		if err != nil {
			t.Fatalf("%q, half-closed %t: %q, %v", text, half, answer, err)
		}
	}
	if want := `{"extID":"1","status":200,"data":{"structure":["time",`; !strings.HasPrefix(string(answer), want) {
		t.Errorf("%q, half-closed %t: %s, want %s", text, half, answer, want)
	}
	if half {
		if n, err := conn.Read(make([]byte, 1)); n != 0 || err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("after the answer to a half-closed connection: %d bytes, %v", n, err)
		}
	}
}

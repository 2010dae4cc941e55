package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"daybook/auth"
	"daybook/internal/generate"

	"github.com/gorilla/websocket"
	"golang.org/x/sys/unix"
)

// A soak is a load test of the real program in a process of its own.
type soak struct {
	clients   int           // of which one in twenty stops reading
	lasts     time.Duration // of the load
	every     time.Duration // between two requests of a client
	stall     time.Duration // after which the server gives up on a client that does not read
	lines     int64         // of the journal, over 30 days
	hours     int           // that a request asks for, enough for 500 rows of 130 bytes
	p99       time.Duration // bound of the healthy clients' answers; 0: none
	residents int64         // bound of the server's peak size in bytes; 0: none
}

// soakOf returns the load test that the environment asks for. SOAK=long is the
// whole one, with bounds on times and memory, for a machine that does nothing
// else; SOAK=10s is as much load for that long, and asks only that everybody
// is answered and the stuck ones are closed; without it, a moment of the same
// with few clients, so that it cannot rot.
func soakOf(t *testing.T) *soak {
	switch text := os.Getenv("SOAK"); text {
	case "":
		return &soak{clients: 40, lasts: time.Second, every: 200 * time.Millisecond, stall: 500 * time.Millisecond, lines: 60_000, hours: 24}
	case "long":
		return &soak{
			clients: 1000, lasts: time.Minute, every: 2 * time.Second, stall: 5 * time.Second,
			lines: 300_000, hours: 4, p99: 500 * time.Millisecond, residents: 150 << 20,
		}
	default:
		lasts, err := time.ParseDuration(text)
		if err != nil {
			t.Fatalf("SOAK=%s: want long, or a duration: %v", text, err)
		}
		return &soak{clients: 400, lasts: lasts, every: 2 * time.Second, stall: 5 * time.Second, lines: 300_000, hours: 4}
	}
}

// TestSoakClients has many WebSocket clients ask for pages of 500 rows, one in
// twenty of them never reading its answers: the others must not notice, and
// the stuck ones must be closed.
func TestSoakClients(t *testing.T) {
	s := soakOf(t)
	server := startProgram(t, s)

	ctx, cancel := context.WithTimeout(t.Context(), s.lasts)
	defer cancel()
	var (
		group     sync.WaitGroup
		mu        sync.Mutex // guards latencies and closed
		latencies []time.Duration
		closed    int
	)
	stuck, release := max(1, s.clients/20), make(chan struct{})
	group.Go(func() {
		defer close(release)
		server.awaitStalled(t, stuck)
	})
	for i := range s.clients {
		group.Go(func() {
			conn := server.dial(t, i < stuck)
			if conn == nil {
				return
			}
			defer conn.Close()
			if i < stuck {
				gone := s.neverRead(t, release, conn)
				mu.Lock()
				defer mu.Unlock()
				if gone {
					closed++
				}
				return
			}
			took := s.askEvery(t, ctx, conn, rand.New(rand.NewPCG(1, uint64(i))))
			mu.Lock()
			defer mu.Unlock()
			latencies = append(latencies, took...)
		})
	}
	group.Wait()
	if len(latencies) == 0 {
		t.Fatal("no answer came")
	}
	slices.Sort(latencies)
	p50, p99 := latencies[len(latencies)/2], latencies[len(latencies)*99/100]
	peak := server.peak(t)
	t.Logf("%d clients for %v: %d answers, p50 %v, p99 %v, slowest %v, peak %d MiB, %d of %d stuck clients closed",
		s.clients, s.lasts, len(latencies), p50, p99, latencies[len(latencies)-1], peak>>20, closed, stuck)
	if s.p99 > 0 && p99 > s.p99 {
		t.Errorf("p99 %v, want at most %v", p99, s.p99)
	}
	if s.residents > 0 && peak > s.residents {
		t.Errorf("peak resident size %d MiB, want at most %d", peak>>20, s.residents>>20)
	}
	if closed != stuck {
		t.Errorf("%d of %d stuck clients were closed", closed, stuck)
	}
}

// request asks for 500 rows of the last hours of the 22nd, or of one of the
// ten days before, as a dealer's screen does.
func (s *soak) request(id, day int) []byte {
	to := soakEnd().AddDate(0, 0, -day)
	from := to.Add(-time.Duration(s.hours) * time.Hour)
	return fmt.Appendf(nil, `{"jsonrpc":"2.0","id":%d,"method":"GetLogsByFilter","params":{"limit":500,"offset":0,`+
		`"whereBetween":["timestamp",[%d,%d]]}}`, id, from.Unix(), to.Unix()-1)
}

// soakEnd is the end of the busy hours of the journal's last day.
func soakEnd() time.Time { return time.Date(2026, 4, 22, 16, 0, 0, 0, time.UTC) }

// askEvery asks until ctx ends and returns how long each answer took.
func (s *soak) askEvery(t *testing.T, ctx context.Context, conn *websocket.Conn, random *rand.Rand) (took []time.Duration) {
	wait := time.NewTimer(time.Duration(random.Int64N(int64(s.every)))) // not all at once
	defer wait.Stop()
	for id := 1; ; id++ {
		select {
		case <-ctx.Done():
			return took
		case <-wait.C:
		}
		wait.Reset(s.every)
		start := time.Now()
		if err := conn.WriteMessage(websocket.TextMessage, s.request(id, random.IntN(11))); err != nil {
			t.Errorf("ask: %v", err)
			return took
		}
		_, text, err := conn.ReadMessage()
		if err != nil {
			t.Errorf("answer: %v", err)
			return took
		}
		took = append(took, time.Since(start))
		// Looked at, not decoded: the client shares the cores with the server.
		whole := bytes.HasPrefix(text, fmt.Appendf(nil, `{"jsonrpc":"2.0","id":%d,"result":{"structure":[`, id)) &&
			bytes.Contains(text[max(0, len(text)-100):], []byte(`]],"count":`))
		if !whole {
			t.Errorf("answer %d: %.200s", id, text)
			return took
		}
	}
}

// neverRead asks a hundred times in the first three quarters of the load, and
// reads nothing. It reports whether the server closed the connection before it
// had sent all answers; release is closed once the server says that it did so.
func (s *soak) neverRead(t *testing.T, release <-chan struct{}, conn *websocket.Conn) bool {
	const requests = 100
	pace := time.NewTicker(s.lasts * 3 / 4 / requests)
	defer pace.Stop()
	for id := range requests {
		<-pace.C
		if conn.WriteMessage(websocket.TextMessage, s.request(id, id%11)) != nil {
			return true
		}
	}
	<-release
	for range requests {
		if _, _, err := conn.ReadMessage(); err != nil {
			return true
		}
	}
	t.Error("a client that did not read got everything: its answers fitted into the buffers")
	return false
}

// A program is the real program, serving in another process.
type program struct {
	dir, journal, data string
	cmd                *exec.Cmd
	addr               string
	token              auth.Secret
	stderr             io.Writer // nil: that of the tests
}

// startProgram starts `daybook serve` over a journal of 30 days.
func startProgram(t *testing.T, s *soak) *program {
	t.Helper()
	p := newProgram(t)
	_, err := generate.Write(t.Context(), generate.Options{Dir: p.journal, Days: 30, Lines: s.lines, End: soakEnd(), Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	p.start(t, "--stall-timeout", s.stall.String())
	t.Cleanup(func() { p.stop(t) })
	return p
}

// newProgram returns a program that is not started, over an empty journal.
func newProgram(t *testing.T) *program {
	t.Helper()
	dir := t.TempDir()
	p := &program{dir: dir, journal: filepath.Join(dir, "journal"), data: filepath.Join(dir, "data")}
	for folder, mode := range map[string]os.FileMode{p.journal: 0o755, p.data: 0o700} {
		if err := os.Mkdir(folder, mode); err != nil {
			t.Fatal(err)
		}
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"daybook", "appendlines"} {
		if err := os.Symlink(self, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	tokens, err := auth.OpenTokens(filepath.Join(p.data, tokenFile), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if p.token, _, err = tokens.Create("soak", auth.SessionManager, time.Time{}); err != nil {
		t.Fatal(err)
	}
	return p
}

// itself returns the command that runs the test binary under a name, by which
// TestMain tells what it is to be.
func (p *program) itself(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(p.dir, name), args...)
	cmd.Stderr = os.Stderr
	if p.stderr != nil {
		cmd.Stderr = p.stderr
	}
	return cmd
}

// start starts `daybook serve`, and waits until it serves.
func (p *program) start(t *testing.T, args ...string) {
	t.Helper()
	ready := filepath.Join(p.dir, "ready")
	os.Remove(ready) // of a server that was killed
	p.cmd = p.itself("daybook", append([]string{"serve", "--journal", p.journal, "--data", p.data, "--listen", "127.0.0.1:0",
		"--ready-file", ready, "--clock", soakEnd().Format(time.RFC3339), "--log-level", "warn"}, args...)...)
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(awaitDeadline); ; time.Sleep(5 * time.Millisecond) {
		if text, err := os.ReadFile(ready); err == nil && bytes.HasSuffix(text, []byte("\n")) {
			p.addr = string(text[:len(text)-1])
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("the server does not come up")
		}
	}
}

// stop ends the server in good order.
func (p *program) stop(t *testing.T) {
	p.cmd.Process.Signal(syscall.SIGTERM)
	if err := p.cmd.Wait(); err != nil {
		t.Errorf("serve ended with %v", err)
	}
}

// kill ends the server at once.
func (p *program) kill(t *testing.T) {
	t.Helper()
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	p.cmd.Wait() // it was killed
}

// dial opens a WebSocket; with a small buffer for a client that will read slowly or
// not at all, so that few unread answers fill it, and with segments as on Ethernet:
// the kernel tells the peer nothing of what was read in a buffer that holds no whole
// segment, and those of the loopback interface have 64 KiB.
func (p *program) dial(t *testing.T, small bool) *websocket.Conn {
	network := new(net.Dialer)
	if small {
		network.Control = func(_, _ string, raw syscall.RawConn) error {
			var err error
			return errors.Join(raw.Control(func(fd uintptr) {
				err = errors.Join(unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_MAXSEG, 1448),
					unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF, 8<<10))
			}), err)
		}
	}
	dialer := websocket.Dialer{NetDialContext: network.DialContext}
	conn, _, err := dialer.Dial("ws://"+p.addr+"/rpc", http.Header{"Authorization": {"Bearer " + p.token.Reveal()}})
	if err != nil {
		t.Errorf("dial: %v", err)
		return nil
	}
	return conn
}

// awaitStalled waits until the server has given up on n connections.
func (p *program) awaitStalled(t *testing.T, n int) {
	pattern := regexp.MustCompile(`(?m)^daybook_stalled_connections_total (\d+)$`)
	for deadline := time.Now().Add(2 * awaitDeadline); ; time.Sleep(50 * time.Millisecond) {
		text, err := p.metrics()
		if match := pattern.FindSubmatch(text); match != nil {
			if stalled, err := strconv.Atoi(string(match[1])); err == nil && stalled >= n {
				return
			}
		}
		if time.Now().After(deadline) {
			t.Errorf("the server did not give up on %d stuck clients: %v\n%s", n, err, text)
			return
		}
	}
}

func (p *program) metrics() ([]byte, error) {
	resp, err := http.Get("http://" + p.addr + "/metrics")
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	return io.ReadAll(resp.Body)
}

// peak returns the largest resident size that the process had, in bytes.
func (p *program) peak(t *testing.T) int64 {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0 // no such thing on this system
	}
	match := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(status)
	if match == nil {
		t.Fatalf("no VmHWM in %s", status)
	}
	kilobytes, err := strconv.ParseInt(string(match[1]), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return kilobytes << 10
}
